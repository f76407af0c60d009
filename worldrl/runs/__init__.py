"Training runs: files, checkpoints, models, metrics, and resuming. The names below load on first use."

_WHERE = {
    "disk": ["MAX_JSON_MB", "user_path", "runs_root", "data_root", "check_name", "check_path", "run_dir",
        "DiskError", "CheckpointError", "disk_errors", "write_atomic", "write_json", "read_json", "read_file",
        "parse_json", "LockedError", "RunLock"],
    "checkpoint": ["pack", "unpack", "sha256_tree", "save_checkpoint", "load_checkpoint"],
    "fetch": ["SCHEMES", "EXAMPLE", "FILES", "MEMBERS", "FetchError", "parse_address", "download", "unpack_model",
        "cache_root", "fetch_model"],
    "models": ["MODEL_KEYS", "class_path", "register", "class_at", "SineConfig", "Sine", "save_model",
        "is_checkout", "data_folders", "zoo_folders", "load", "stored_env_id", "check_model", "load_run"],
    "log": ["is_clock", "read_metrics", "metrics_sha256", "metrics_fault", "metrics_csv", "EventFile", "Progress",
        "Logger"],
    "processes": ["BACKEND", "LONGEST", "process_count", "rank", "share", "own_seed", "check_processes",
        "all_sum", "all_total", "all_rows", "all_objects", "all_joined", "from_first", "masked_mean",
        "mean_of_rows", "all_mean", "all_means", "backend", "fabric_for", "joined_by_environment", "joined",
        "together", "launch"],
    "track": ["TRACKERS", "command_line", "commit", "conditions", "provenance", "tracker_module", "Tracker"],
    "run": ["OWNER_KEYS", "RUN_FILES", "WorkerError", "worker_pool", "Trainer", "SineTrainer", "differences",
        "episodes_per_segment", "start_weights", "newest_checkpoint", "optimizer_fault", "snapshots",
        "Interrupted", "sigterm_stops", "stop_after_sigterm", "run_training", "run_digest"],
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
