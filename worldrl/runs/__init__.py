"Training runs: files, checkpoints, models, metrics, and the driver that resumes them. The names below load on first use."

_WHERE = {
    "disk": ["check_name", "check_path", "data_root", "run_dir", "runs_root", "CheckpointError", "DiskError",
        "disk_errors", "write_atomic", "write_json", "MAX_JSON_MB", "parse_json", "read_file", "read_json",
        "LockedError", "RunLock"],
    "checkpoint": ["pack", "unpack", "sha256_tree", "save_checkpoint", "load_checkpoint"],
    "fetch": ["EXAMPLE", "FetchError", "SCHEMES", "parse_address", "download", "FILES", "MEMBERS", "unpack_model",
        "cache_root", "fetch_model"],
    "models": ["class_path", "RENAMED", "class_at", "Sine", "SineConfig", "MODEL_KEYS", "save_model",
        "data_folders", "is_checkout", "zoo_folders", "load", "load_run"],
    "log": ["is_clock", "metrics_sha256", "read_metrics", "metrics_csv", "EventFile", "Progress", "Logger"],
    "track": ["command_line", "commit", "conditions", "provenance", "TRACKERS", "tracker_module", "Tracker"],
    "run": ["worker_pool", "Trainer", "SineTrainer", "differences", "OWNER_KEYS", "RUN_FILES",
        "newest_checkpoint", "snapshots", "Interrupted", "sigterm_stops", "run_training", "run_digest"],
}
_NAMES = {name: module for module, names in _WHERE.items() for name in names}
__all__ = [*_NAMES]


def __getattr__(name):
    from importlib import import_module
    if name in _NAMES: return getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)
    if name.startswith("_"): raise AttributeError(name)
    try: return import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as e:
        if e.name != f"{__name__}.{name}": raise
    raise AttributeError(f"{__name__} has no '{name}'; it has {', '.join(sorted(_NAMES))}")


def __dir__(): return sorted(set(globals()) | set(_NAMES))
