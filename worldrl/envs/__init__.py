"""Environment families. Importing this module registers our ids as strings (no family, and no torch, is loaded)."""
from importlib import import_module

import gymnasium as gym

MINIPACMAN, CONTROL = "worldrl.envs.minipacman", "worldrl.envs.control"
WAREHOUSE = "worldrl.envs.warehouse"
RETRO, TRAFFIC = "worldrl.envs.retro", "worldrl.envs.traffic"
IDS = {  # id: (single env, vector env, kwargs)
    "worldrl/Toy-v0": ("worldrl.envs.toy:ToyEnv", "worldrl.envs.toy:ToyVec", {}),
    "worldrl/ToyBox-v0": ("worldrl.envs.toy:ToyEnv", "worldrl.envs.toy:ToyVec", {"actions": "box"}),
    "worldrl/Dream-v0": ("worldrl.envs:dream_single", "worldrl.parts.dream_env:DreamEnv", {}),
    "worldrl/ReacherMemory-v0": (f"{CONTROL}:reacher_memory", f"{CONTROL}:reacher_memory_batch", {}),
    **{
        f"worldrl/MiniPacman{mode}-v0": (
            f"{MINIPACMAN}:MiniPacmanEnv", f"{MINIPACMAN}:MiniPacmanVec", {"mode": mode.lower()},
        )
        for mode in ("Regular", "Avoid", "Hunt", "Ambush", "Rush")
    },
    **{
        f"worldrl/Warehouse{name}-v0": (f"{WAREHOUSE}:WarehouseEnv", f"{WAREHOUSE}:WarehouseVec", {"task": task})
        for name, task in (("", "classic"), ("Kinds", "kinds"), ("Memory", "memory"))
    },
    "worldrl/Traffic-v0": (f"{TRAFFIC}:TrafficEnv", f"{TRAFFIC}:TrafficVec", {}),
    **{
        env_id: (f"{RETRO}:RetroEnv", f"{RETRO}:retro_batch", {"env_id": env_id})
        for env_id in (
            "Airstriker-Genesis-v0", "SonicTheHedgehog-Genesis-v0", "SonicTheHedgehog2-Genesis-v0",
            "SonicAndKnuckles3-Genesis-v0", "worldrl/Sonic-v0",
        )
    },
}


def register_ids() -> None:
    "Register our ids (`worldrl/...`, and the games of stable-retro); calling it again changes nothing."
    for env_id, (single, vector, kwargs) in IDS.items():
        if env_id in gym.registry: continue
        gym.register(env_id, entry_point=single, vector_entry_point=vector, kwargs=kwargs)


def load_entry(entry: str):  # "package.module:Name" or "package.module:Name.method"
    "Return the object that an entry-point string names; dots after the colon are allowed, unlike in Gymnasium."
    module, names = entry.split(":")
    found = import_module(module)
    for name in names.split("."): found = getattr(found, name)
    return found


def dream_single(**kwargs):  # as DreamEnv.single
    "Return a dream as an ordinary `gym.Env`, for `gym.make('worldrl/Dream-v0', ...)`."
    return load_entry("worldrl.parts.dream_env:DreamEnv.single")(**kwargs)


register_ids()
