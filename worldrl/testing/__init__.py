"Checks for environments, worlds, agents and training commands. The names below load on first use."

_WHERE = {
    "env": ["EnvCheckError", "check_env"],
    "device": ["CUDA", "DeviceMismatch", "fake_cuda", "fault_line"],
    "kill": ["kill_test", "resume_test", "switches", "nan_test"],
    "contracts": ["ContractError", "gap", "random_obs", "random_actions", "random_steps", "check_fake_cuda",
        "check_world", "check_agent", "check_policy"],
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
