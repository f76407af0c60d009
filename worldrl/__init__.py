"""A workbook and library to understand, run and reuse world models in reinforcement learning.

The names below resolve on first use, so that `import worldrl` loads no torch."""

__version__ = "0.2.0"

_WHERE = {
    "algos": ["register_algorithm"],
    "core": ["Config", "WorldrlError", "device", "seed_everything"],
    "runs": ["load", "register", "run_training"],
    "viz": ["save_video", "show_video", "strip", "side_by_side", "curves"],
    "envs.core": ["make_env", "to_rgb"],
    "testing": ["check_env", "check_agent", "check_policy", "check_world"],
    "spaces": ["preprocess"],
    "parts.contracts": ["Agent", "World", "Policy", "TrainablePolicy", "Batch", "Step", "Rng"],
    "parts.rollout": ["EnvStream", "RandomAgent", "evaluate", "record", "rollout"],
    "parts.episodes": ["EpisodeStore", "Replay", "SequenceSampler"],
    "parts.dream_env": ["DreamEnv"],
    "parts.dream": ["ThroughWorld", "WithWorld", "dream", "filter_starts"],
    "parts.dream_error": ["dream_error"],
    "parts.dream_figures": ["dream_video"],
    "parts.film": ["film"],
    "parts.policy": ["ActorCritic", "NetConfig", "PolicyNet", "policy_for", "register_net"],
    "training": ["train"],
    "parts.gather": ["gather"],
    "dreamer.rssm": ["RSSMWorld"],
    "dreamer.dreamerv2": ["Dreamer"],
    "zoo": ["catalogue", "sample"],
}
_NAMES = {name: module for module, names in _WHERE.items() for name in names}
__all__ = ["__version__", *_NAMES]


def __getattr__(name):
    from importlib import import_module
    if name in _NAMES: return getattr(import_module(f"worldrl.{_NAMES[name]}"), name)
    if name.startswith("_"): raise AttributeError(name)
    try: return import_module(f"worldrl.{name}")
    except ModuleNotFoundError as e:
        if e.name != f"worldrl.{name}": raise
    raise AttributeError(f"worldrl has no '{name}'; it has {', '.join(sorted(_NAMES))}")


def _find_old_modules():
    "Let modules of version 0.1 be imported under their old names"
    import sys
    from worldrl.aliases import OldModules
    if OldModules not in sys.meta_path: sys.meta_path.append(OldModules)


_find_old_modules()


def __dir__(): return sorted(set(globals()) | set(_NAMES))
