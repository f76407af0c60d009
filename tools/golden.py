#!/usr/bin/env python
"""The golden table: what the code computed when it was made, kept so that every later change can be compared with it.

    golden.py make  [--only NAME ...]   compute the entries that are missing; what --only names is computed anew
                                        (folders of data/golden/unfinished stay: they show what earlier code wrote)
    golden.py check [--only NAME ...]   compute everything again and compare; last line: N passed, N failed
    golden.py list                      the names

NAME is an item ("run ppo", "resume ppo", "zoo pong-ppo"), a part of the table ("inputs", "run", "resume", "zoo"),
or a trainer or model ("ppo", "pong-ppo"). The data lie in data/golden; nbs/93_golden.ipynb explains them."""
import argparse
import hashlib
import json
import math
import os
import platform
import re
import shlex
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "data/golden"
TABLE = GOLDEN / "golden.json"
LIMIT_S = 600                    # seconds that one command may take
MAX_STEPS = 300                  # env steps after which an episode of the zoo is cut
RTOL, ATOL = 0.02, 0.02          # how far a run's numbers may differ under other conditions (CPU, versions)
ZOO_RTOL, ZOO_ATOL = 0.3, 2.0    # the same for returns: small differences grow over hundreds of steps

# %% What is computed. Some flags get other names in later versions; these lines must keep working, so they stay.
VAE = "worldrl train vae --recipe ctallec --preset tiny --env-id worldrl/Toy-v0 --device cpu --z-size 4 --hidden 4"
MDNRNN = ("worldrl train mdnrnn --recipe ctallec --preset tiny --env-id worldrl/Toy-v0 --device cpu"
          " --vae models/vae --hidden 8 --mixtures 2")
JOINT = ("worldrl train joint --preset tiny --env-id worldrl/Toy-v0 --device cpu --z-size 4 --vae-hidden 4 --hidden 8"
         " --mixtures 2 --batch-size 4 --updates 40 --segment-updates 10 --target-gradient")
ON_POLICY = "--segment-steps 64 --num-envs 8 --num-steps 32 --num-minibatches 4 --update-epochs 2"
DREAMER = ("--device cpu --seed 0 --total-timesteps 480 --prefill 160 --segment-steps 10 --train-ratio 16"
           " --world.deter 12 --world.groups 4 --world.classes 4 --world.hidden 12 --world.units 12"
           " --world.encoder-units 6 12 --behaviour.units 12 --behaviour.horizon 4")

INPUTS = [    # what the trainings read: (folder that the command makes, folder that is kept, command)
    ("rollouts/toy", "rollouts/toy", "worldrl gather --preset tiny --env-id worldrl/Toy-v0 --name toy"),
    ("runs/worldrl-Toy-v0__vae__0/final", "models/vae", f"{VAE} --seed 0"),
    ("runs/worldrl-Toy-v0__mdnrnn__0/final", "models/world", f"{MDNRNN} --seed 0"),
    ("rollouts/experts", "rollouts/experts", "worldrl expert reacher-ppo --episodes 4 --seed 4242"),
]

RUNS = {      # one tiny run per trainer, and one per net with its own name on the command line
    "sine": "python -c 'from worldrl.runs import SineConfig, SineTrainer, run_training;"
            " run_training(SineTrainer(SineConfig.make(\"tiny\", segments=6)))'",
    "vae": f"{VAE} --lr 0.003 --batch 16 --seed 1",
    "mdnrnn": f"{MDNRNN} --lr 0.003 --grad-clip 5 --updates 60 --segment-updates 10 --seed 1",
    "joint": JOINT + " --seed 1",
    "controller": "worldrl train controller --recipe tour --preset tiny --env-id worldrl/Toy-v0 --device cpu --seed 0"
                  " --world models/world --sigma0 0.2",
    "controller-ppo": "worldrl train controller-ppo --preset tiny --env-id worldrl/Toy-v0 --device cpu --seed 0"
                      f" --world models/world --reads zhc --curiosity 0.01 {ON_POLICY} --total-timesteps 1024 --eval-episodes 2"
                      " --policy.hidden 8",
    "a2c": "worldrl train a2c --recipe minipacman --preset tiny --env-id worldrl/MiniPacmanRegular-v0 --device cpu"
           " --seed 0 --total-timesteps 1600 --segment-steps 50 --learning-rate 0.001",
    "ppo": "worldrl train ppo --recipe minatar --preset tiny --env-id MinAtar/Breakout-v1 --device cpu --seed 0"
           " --total-timesteps 2560 --segment-steps 80",
    "acktr": "worldrl train acktr --recipe minatar --preset tiny --env-id MinAtar/SpaceInvaders-v1 --device cpu"
             " --seed 0 --total-timesteps 800 --segment-steps 25",
    "gail": "worldrl train gail --recipe mujoco --preset tiny --env-id Reacher-v5 --device cpu --seed 0"
            f" --total-timesteps 2048 {ON_POLICY} --policy.hidden 16 16 --expert-every 5 --gail-hidden 16"
            " --gail-warmup-epoch 5 --gail-lr 0.002 --clone-steps 50",
    "dreamerv2": f"worldrl train dreamerv2 --recipe corrected --preset tiny --env-id MinAtar/Breakout-v1 {DREAMER}"
                 " --behaviour.entropy 0.005 --world-lr 0.002",
    "dreamerv3": f"worldrl train dreamerv3 --recipe cpu --preset tiny --env-id MinAtar/SpaceInvaders-v1 {DREAMER}"
                 " --behaviour.lam 0.9 --actor-lr 0.001",
    "env-model": "worldrl train env-model --preset tiny --env-id worldrl/MiniPacmanHunt-v0 --device cpu --seed 0",
    "lean-world": "worldrl train lean-world --preset tiny --env-id MinAtar/Breakout-v1 --device cpu --seed 0",
    "lean": "worldrl train lean --preset tiny --env-id MinAtar/Breakout-v1 --device cpu --seed 0",
    "i2a": "worldrl train i2a --learner a2c --preset tiny --env-id worldrl/Toy-v0 --device cpu --seed 0"
           " --total-timesteps 1280 --num-envs 8 --segment-steps 40 --eval-episodes 2 --policy.world oracle"
           " --policy.length 2",
    "iam": "worldrl train iam --learner ppo --preset tiny --env-id worldrl/WarehouseKinds-v0 --device cpu --seed 0"
           f" --total-timesteps 1024 {ON_POLICY} --eval-episodes 2 --policy.hidden 16 16 --policy.units 8 --policy.joint 16",
}

# Runs that were killed: (segments that were complete, command). Nets for images would make folders of megabytes, so
# a2c, ppo and acktr have lines of their own here, with vectors. The others are killed runs of the lines above.
LEAN = ("--preset tiny --env-id worldrl/Toy-v0 --device cpu --seed 0 --world.width 4 --total-timesteps 800 --prefill 400"
        " --segment-steps 25")
UNFINISHED = {
    "sine": (3, RUNS["sine"]),
    "vae": (3, RUNS["vae"]),
    "mdnrnn": (3, RUNS["mdnrnn"]),
    "joint": (2, RUNS["joint"]),
    "controller": (4, RUNS["controller"]),
    "controller-ppo": (2, RUNS["controller-ppo"]),
    "a2c": (2, "worldrl train a2c --recipe minipacman --preset tiny --env-id CartPole-v1 --device cpu --seed 0"
               " --total-timesteps 1600 --segment-steps 50 --policy.recurrent --policy.gru-size 8 --policy.hidden 8"),
    "ppo": (2, "worldrl train ppo --recipe mujoco --preset tiny --env-id Reacher-v5 --device cpu --seed 0"
               f" --total-timesteps 2048 {ON_POLICY} --policy.hidden 8 8 --eval-every 2"),
    "acktr": (2, "worldrl train acktr --recipe minatar --preset tiny --env-id CartPole-v1 --device cpu --seed 0"
                 " --total-timesteps 1600 --segment-steps 50 --policy.hidden 8 8"),
    "gail": (2, RUNS["gail"]),
    "dreamerv2": (4, RUNS["dreamerv2"]),
    "dreamerv3": (4, RUNS["dreamerv3"]),
    "env-model": (2, RUNS["env-model"]),
    "lean-world": (2, f"worldrl train lean-world {LEAN}"),
    "lean": (2, f"worldrl train lean {LEAN} --behaviour.units 2 --world.seen 1 --starts 16"),
}

# Two episodes of every model of the zoo, with the mode and the seed of its card. The card of carracing-tour names none;
# its score is that of the greedy agent with seed 100.
SAMPLED = ("asterix-dreamer", "freeway-dreamer", "hopper-ppo", "seaquest-dreamer")
SEEDS = {"carracing-tour": 100}


def zoo_lines():
    "Return {model: command} for every folder of data/zoo"
    lines = {}
    for folder in sorted(p.parent for p in (ROOT / "data/zoo").glob("*/config.json")):
        if "worldrl-world-card" in (folder / "card.json").read_text(encoding="utf-8"): continue      # it does not act
        mode = "" if folder.name in SAMPLED else " --greedy"
        seed = SEEDS.get(folder.name, 4242)
        lines[folder.name] = f"worldrl eval {folder.name} --episodes 2{mode} --seed {seed} --max-steps {MAX_STEPS}"
    return lines


# %% Digests
def sha(data, digits=64): return hashlib.sha256(data).hexdigest()[:digits]


def tensors_of(file):
    "Return the tensors of a .safetensors file without their names: ['8x4 F32 <16 hex digits of sha256>', ...]"
    data = Path(file).read_bytes()
    size = int.from_bytes(data[:8], "little")
    head, body = json.loads(data[8:8 + size]), data[8 + size:]
    found = []
    for name, t in head.items():
        if name == "__metadata__":
            continue
        begin, end = t["data_offsets"]
        shape = "x".join(map(str, t["shape"])) or "scalar"
        found.append(f"{shape} {t['dtype']} {sha(body[begin:end], 16)}")
    return found


def weights_of(folder):
    "Return all tensors of a run's final models and snapshots, sorted, without names"
    files = [f for part in ("final", "snapshots") for f in sorted(Path(folder).glob(f"{part}/**/*.safetensors"))]
    return sorted(t for f in files for t in tensors_of(f))


def rows_of(folder):
    "Return the rows of metrics.jsonl: dicts with step, name and value. A NaN, however it is written, becomes 'nan'"
    rows = [json.loads(line) for line in (Path(folder) / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    return [r | {"value": "nan"} if r["value"] is None or str(r["value"]).lower() == "nan" else r for r in rows]


def is_clock(name): return name == "charts/SPS" or name.startswith("clock/")


def series_of(rows):
    "Return {metric: [[step, value], ...]} in order of appearance, without those that measure time"
    found = {}
    for r in rows:
        if not is_clock(r["name"]):
            found.setdefault(r["name"], []).append([r["step"], r["value"]])
    return found


def metrics_of(rows):
    "Return the metrics without names: sha256 of all in order, and a short sha256 of each metric's values, sorted"
    plain = [[r["step"], r["value"]] for r in rows if not is_clock(r["name"])]
    each = sorted(sha(json.dumps(s).encode(), 16) for s in series_of(rows).values())
    return {"in_order": sha(json.dumps(plain).encode()), "each": each}


def firsts(rows):
    "Return each metric's first [step, value], for comparison within a tolerance"
    return sorted([s[0][0], float(f"{float(s[0][1]):.8g}")] for s in series_of(rows).values())


def numbers_of(tree):
    "Return all numbers of nested dicts and lists, sorted"
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, list):
        return sorted(x for v in tree for x in numbers_of(v))
    return [float(tree)] if isinstance(tree, (bool, int, float)) else []


def record_of(folder, skip=0):
    """Return what is kept of a finished run: the digests with names (strict) and without, and its numbers

    The digests of metrics without names leave out the first `skip` rows. A resumed run inherits them, and compares them
    by themselves; they may have the names of an earlier version."""
    from worldrl.runs import run_digest
    folder, rows = Path(folder), rows_of(folder)[skip:]
    result = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return {"strict": run_digest(folder), "weights": weights_of(folder), "metrics": metrics_of(rows),
            "first": firsts(rows), "result": result["result"]}


def conditions():
    "Return what must be the same for equal bits"
    import torch
    info = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    model = re.search(r"^model name\s*: (.*)$", info, re.M)
    flags = re.search(r"^flags\s*: (.*)$", info, re.M)
    kinds = ("avx2", "fma", "avx512f", "avx512_bf16", "amx_bf16")
    found = {"cpu": model[1] if model else platform.processor() or platform.machine(),
             "cpu_flags": [k for k in kinds if flags and k in flags[1].split()],
             "torch_cpu_capability": torch.backends.cpu.get_cpu_capability(), "threads": torch.get_num_threads(),
             "python": ".".join(platform.python_version_tuple()[:2])}
    for name in ("torch", "numpy", "gymnasium", "mujoco", "ale-py", "MinAtar", "Box2D", "cma"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


# %% Commands in processes of their own, forked from this one, which has loaded torch
class GoldenError(Exception):
    "A command that failed, or data that are missing"


def load_early():
    "Import what most commands need, once instead of in each process"
    import gymnasium.vector      # noqa: F401
    import tensorboard.compat.proto.event_pb2      # noqa: F401
    import tensorboard.summary.writer.record_writer      # noqa: F401
    import torch._dynamo      # noqa: F401
    import tyro      # noqa: F401


def start(line, work):
    "Start a command in the folder `work`; return its process id. What it prints goes to work/log"
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        os.setpgid(0, 0)
        os.chdir(work)
        os.environ.update(WORLDRL_RUNS="runs", WORLDRL_DATA="rollouts")
        log = os.open("log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(log, 1)
        os.dup2(log, 2)
        sys.argv = shlex.split(line)
        status = run_line(sys.argv)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def run_line(argv):
    "Run a command in this process; return its exit status"
    if argv[0] == "python":
        code, sys.argv = argv[2], ["-c"]
        exec(compile(code, "command", "exec"), {"__name__": "__main__"})
        return 0
    from worldrl.cli import main
    return main(argv[1:])


def wait(pid, until=None, limit=LIMIT_S):
    "Wait for a process; SIGKILL when until() is true. Return (exit status or -signal, CPU seconds)"
    end = time.monotonic() + limit
    try:
        while True:
            done, status, used = os.wait4(pid, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime
            if time.monotonic() > end or (until is not None and until()):
                kill(pid)
                until = None
            time.sleep(0.001 if until is not None else 0.01)
    except BaseException:
        kill(pid)
        raise


def kill(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run(line, work):
    "Run a command in the folder `work`; return its CPU seconds. GoldenError when it fails"
    status, seconds = wait(start(line, work))
    if status:
        raise GoldenError(f"status {status} of: {line}\n{(Path(work) / 'log').read_text()[-3000:]}")
    return seconds


class Workspace:
    "`with Workspace() as work:` gives a temporary folder with the inputs of the trainings"
    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="golden-"))
        if (GOLDEN / "inputs").is_dir():
            shutil.copytree(GOLDEN / "inputs", self.folder, dirs_exist_ok=True)
        return self.folder

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)


def the_run(work):
    "Return the one run folder below work/runs; GoldenError when there is another number"
    runs = work / "runs"
    found = sorted(p.parent for p in [*runs.rglob("result.json")] or [*runs.glob("*/config.json")])
    if len(found) != 1:
        raise GoldenError(f"expected one run folder, found {[p.name for p in found]}")
    return found[0]


# %% Making
def make_inputs():
    "Gathered episodes, the two models that later stages read, and demonstrations"
    if (GOLDEN / "inputs").exists():
        raise GoldenError("data/golden/inputs is there, and all runs were made with it; delete it first to replace it")
    with Workspace() as work:
        for made, kept, line in INPUTS:
            run(line, work)
            if made != kept:
                shutil.copytree(work / made, work / kept)
            shutil.copytree(work / made, GOLDEN / "inputs" / kept, ignore=shutil.ignore_patterns(".lock"))
    return {kept: line for _, kept, line in INPUTS}


def finished(line, skip=0):
    "Run a training to its end; return its record (skip: as in record_of)"
    with Workspace() as work:
        seconds = run(line, work)
        folder = the_run(work)
        return {"command": line, "recipe": recipe_of(line), "seed": seed_of(folder), "folder": folder.name,
                "cpu_seconds": round(seconds, 1)} | record_of(folder, skip)


def recipe_of(line):
    words = shlex.split(line)
    return words[words.index("--recipe") + 1] if "--recipe" in words else "none"


def seed_of(folder): return json.loads((folder / "config.json").read_text())["config"]["seed"]


def make_unfinished(name):
    """Kill a run behind a border, keep its folder, and let the same run end undisturbed for its record

    A folder that is there stays, because it shows what earlier code wrote. Delete it first to replace it."""
    segments, line = UNFINISHED[name]
    about = read_table().get("unfinished", {}).get(name)
    if about is None or not (GOLDEN / "unfinished" / name).is_dir():
        about = killed(name, segments, line)
    about["uninterrupted"] = finished(line, about["rows"])
    return about


def killed(name, segments, line):
    "SIGKILL a run as soon as its checkpoint of this segment is there and the older ones are deleted; keep its folder"
    stems = [f"segment-{i:06d}" for i in (segments - 1, segments)]
    whole = sorted(f"{stem}.{end}" for stem in stems for end in ("json", "safetensors"))

    def behind_border():
        folders = list((work / "runs").glob("*/checkpoints"))
        return bool(folders) and sorted(f.name for f in folders[0].iterdir()) == whole

    for _ in range(20):
        with Workspace() as work:
            wait(start(line, work), behind_border)
            folder = the_run(work)
            if not behind_border() or (folder / "result.json").exists() or any(folder.rglob("*.part")):
                continue              # too late: the next segment had begun to save
            return kept_folder(folder, GOLDEN / "unfinished" / name, line, segments)
    raise GoldenError(f"{name} could not be killed behind segment {segments}")


def kept_folder(folder, home, line, segments):
    "Copy an unfinished run folder into the golden data; return what is known about it"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(folder, home, ignore=shutil.ignore_patterns(".lock"))
    meta = json.loads((folder / f"checkpoints/segment-{segments:06d}.json").read_text())["meta"]
    rows = (folder / "metrics.jsonl").read_bytes()[:meta["metrics_bytes"]].count(b"\n")
    size = sum(f.stat().st_size for f in home.rglob("*") if f.is_file())
    return {"command": line, "folder": folder.name, "segments": segments, "step": meta["last_step"], "rows": rows,
            "bytes": size, "how": f"SIGKILL in segment {segments + 1}; the file .lock is left out"}


def returns_of(line):
    "Evaluate a model of the zoo; return the returns of its episodes, and their env steps together"
    with Workspace() as work:
        seconds = run(line, work)
        found = json.loads((the_run(work) / "result.json").read_text(encoding="utf-8"))
        return {"command": line, "cpu_seconds": round(seconds, 1), "returns": found["result"]["returns"],
                "steps": found["steps"]}


def items():
    "Return {name of an item: (part of the table, key, function that computes it)}"
    found = {"inputs": ("inputs", None, make_inputs)}
    for name, line in RUNS.items():
        found[f"run {name}"] = ("runs", name, lambda line=line: finished(line))
    for name in UNFINISHED:
        found[f"resume {name}"] = ("unfinished", name, lambda name=name: make_unfinished(name))
    for name, line in zoo_lines().items():
        found[f"zoo {name}"] = ("zoo", name, lambda line=line: returns_of(line))
    return found


def chosen(only):
    "Return the items that --only names; GoldenError for an unknown name"
    found, picked = items(), {}
    for word in only or []:
        named = {k: v for k, v in found.items() if word == k or word in k.split(" ")}
        if not named:
            raise GoldenError(f"nothing is called {word!r}; golden.py list shows the names")
        picked |= named
    return picked or found


def read_table():
    return json.loads(TABLE.read_text(encoding="utf-8")) if TABLE.exists() else {}


def write_table(table):
    "One line for each list, so that a person can read the file"
    text = json.dumps(table, indent=1)
    text = re.sub(r"\[[^\[\]{}]*\]", lambda m: " ".join(m[0].split()), text)
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.with_suffix(".part").write_text(text + "\n", encoding="utf-8")
    TABLE.with_suffix(".part").replace(TABLE)


def make(only):
    "Compute what is missing, or what --only names, and write it into the table"
    from worldrl.runs import commit
    for item, (part, key, compute) in chosen(only).items():
        table = read_table()
        there = part in table if key is None else key in table.get(part, {})
        if there and not only:
            continue
        table |= {"format": 1, "conditions": conditions()} if not table else {}
        others = table["conditions"] != conditions()
        if others and part != "zoo":          # an entry of the zoo stores its own conditions instead
            raise GoldenError(f"the table was made under other conditions: {'; '.join(differing(table['conditions']))}."
                              " Add to it there, or move data/golden/golden.json away and make all of it here")
        entry = compute() | ({"conditions": conditions()} if others else {})
        if key is None:
            table[part] = entry
        else:
            table.setdefault(part, {})[key] = entry | {"commit": commit()}
        write_table(table)
        print(f"made    {item}", flush=True)


# %% Checking
def differing(stored):
    "Return what is different from the stored conditions: ['torch is 2.1 there and 2.2 here']"
    now = conditions()
    return [f"{k} is {stored.get(k)!r} there and {now.get(k)!r} here" for k in stored if stored[k] != now.get(k)]


def missing(want, got):
    "Return what of the list `want` is not in the list `got`"
    return list((Counter(want) - Counter(got)).elements())


def compare(want, got, exact):
    "Compare the record of a run with the stored one; return (equal, words)"
    if want["strict"] == got["strict"]:
        return True, "equal to the bit, names included"
    in_order = want["metrics"]["in_order"] == got["metrics"]["in_order"]
    lost = {"weights": missing(want["weights"], got["weights"]) or missing(got["weights"], want["weights"]),
            "metrics": missing(want["metrics"]["each"], got["metrics"]["each"]) if not in_order else [],
            "result": missing(numbers_of(want["result"]), numbers_of(got["result"]))}
    if not any(lost.values()):
        return True, "equal to the bit, other names" + ("" if in_order else " and more metrics")
    told = "; ".join(f"{k}: {len(v)} differ ({', '.join(map(str, v[:3]))})" for k, v in lost.items() if v)
    if exact:
        return False, told
    off = [w for w in want["first"] if not any(w[0] == g[0] and near(w[1], g[1]) for g in got["first"])]
    total = len(want["first"])
    return not off, f"bits differ, {total - len(off)} of {total} first values within the tolerance"


def near(a, b, rtol=RTOL, atol=ATOL): return math.isclose(a, b, rel_tol=rtol, abs_tol=atol) or (a != a and b != b)


def check_run(want, exact):
    with Workspace() as work:
        seconds = run(want["command"], work)
        return *compare(want, record_of(the_run(work)), exact), seconds


def check_resume(name, want, exact):
    "Resume a copy of the unfinished folder with its command, and compare with the undisturbed run"
    kept = GOLDEN / "unfinished" / name
    with Workspace() as work:
        folder = work / "runs" / want["folder"]
        shutil.copytree(kept, folder)
        seconds = run(want["command"], work)
        plain = [[(r["step"], r["value"]) for r in rows_of(f)[:want["rows"]]] for f in (kept, folder)]
        if plain[0] != plain[1]:          # the speeds among them would differ
            return False, "the run was not resumed, it began anew", seconds
        ok, told = compare(want["uninterrupted"], record_of(folder, want["rows"]), exact)
        return ok, f"resumed after segment {want['segments']}: {told}", seconds


def check_zoo(want, exact):
    got = returns_of(want["command"])
    told = [f"returns {', '.join(f'{x:g}' for x in e['returns'])} in {e['steps']} steps" for e in (got, want)]
    same = (got["returns"], got["steps"]) == (want["returns"], want["steps"])
    close = len(got["returns"]) == len(want["returns"]) and all(map(near_return, got["returns"], want["returns"]))
    return same or (close and not exact), told[0] if same else ", but stored: ".join(told), got["cpu_seconds"]


def near_return(a, b): return near(a, b, ZOO_RTOL, ZOO_ATOL)


def check_inputs(want):
    "The commands of the table, the data that they need"
    lost = [kept for kept in want if not (GOLDEN / "inputs" / kept).is_dir()]
    return not lost, f"missing: {', '.join(lost)}" if lost else f"{len(want)} folders", 0.0


def check_item(item, table, exact):
    "Return (passed, words, CPU seconds) of one item"
    part, key, _ = items()[item]
    if part not in table or (key is not None and key not in table[part]):
        return False, "is not in the table; golden.py make adds it", 0.0
    try:
        if key is None:
            return check_inputs(table[part])
        want = table[part][key]
        if part == "unfinished":
            return check_resume(key, want, exact)
        if part == "runs":
            return check_run(want, exact)
        return check_zoo(want, not differing(want["conditions"]) if "conditions" in want else exact)
    except Exception as e:
        return False, f"{type(e).__name__}: {e}", 0.0


def check(only):
    "Compare everything with the table; return the number of items that failed"
    table, passed, failed = read_table(), 0, 0
    if not table:
        raise GoldenError(f"there is no {TABLE.relative_to(ROOT)}; golden.py make writes it")
    if other := differing(table["conditions"]):
        print(f"note: other conditions than the table's: {'; '.join(other)}. Where bits differ, numbers are compared"
              f" within {RTOL:.0%} (returns of the zoo: {ZOO_RTOL:.0%} or {ZOO_ATOL:g})")
    for item in chosen(only):
        ok, told, seconds = check_item(item, table, exact=not other)
        passed, failed = passed + ok, failed + (not ok)
        print(f"{'ok    ' if ok else 'FAILED'}  {item:30} {seconds:5.1f} s  {told}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return failed


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("what", choices=("make", "check", "list"))
    ap.add_argument("--only", nargs="+", metavar="NAME")
    a = ap.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"          # before torch is loaded: other numbers of threads give other bits
    for name, value in (("SDL_VIDEODRIVER", "dummy"), ("TQDM_DISABLE", "1"), ("CUDA_VISIBLE_DEVICES", "")):
        os.environ.setdefault(name, value)
    sys.path.insert(0, str(ROOT))                # the worldrl beside this file
    try:
        if a.what == "list":
            print("\n".join(chosen(a.only)))
            return 0
        import torch
        torch.set_num_threads(1)
        import worldrl.cli
        import worldrl.runs
        load_early()
        assert Path(worldrl.__file__).is_relative_to(ROOT), f"another worldrl was imported: {worldrl.__file__}"
        return make(a.only) if a.what == "make" else bool(check(a.only))
    except GoldenError as e:
        sys.exit(f"golden.py: {e}")


if __name__ == "__main__":
    sys.exit(main())
