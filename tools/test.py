#!/usr/bin/env python
"""What `make test` and .ci/run check. Last line: N passed, N failed. A line before it names what cannot run here.

    test.py [--flags gpu slow long] [--only NAME ...] [--workers 2] [--no-wheel]"""
import argparse, filecmp, importlib.util, json, os, resource, shutil, signal, subprocess, sys, tempfile, time, zipfile
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import selftest, warm
NBS, PACKAGE, BIN = ROOT / "nbs", ROOT / "worldrl", Path(sys.executable).parent
NOTEBOOK_S, ALL_S = 30, 600                     # core-seconds on our machine: aims, which are printed and never fail a run (a slower machine would)
ALL_MAX_S = 1800                                # core-seconds of all notebooks: more would not fit into 20 minutes on two cores, installing included


def sh(*cmd, **kw): return subprocess.run([str(c) for c in cmd], capture_output=True, text=True, **kw)


def copy_tree(to):
    for name in ("nbs", "worldrl"): shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    for name in ("settings.ini", "setup.py", "README.md", "pyproject.toml"):
        if (ROOT / name).exists(): shutil.copy(ROOT / name, to / name)
    return to


def differing(a, b, pattern):
    files = {p.relative_to(x) for x in (a, b) for p in x.rglob(pattern) if "__pycache__" not in p.parts and ".ipynb_checkpoints" not in p.parts}
    return sorted(str(f) for f in files if not ((a / f).exists() and (b / f).exists() and filecmp.cmp(a / f, b / f, shallow=False)))


def check_export(tmp):
    "worldrl/ is what the notebooks export"
    out = sh(BIN / "nbdev_export", cwd=tmp)
    if out.returncode: return out.stderr[-2000:]
    bad = differing(PACKAGE, tmp / "worldrl", "*.py")
    return f"differ from the notebooks: {', '.join(bad)}; run: make export (or nbdev_update where the module is right)" if bad else ""


def check_clean(tmp):
    "notebooks are clean"
    out = sh(BIN / "nbdev_clean", cwd=tmp)
    if out.returncode: return out.stderr[-2000:]
    bad = differing(NBS, tmp / "nbs", "*.ipynb")
    for p in NBS.glob("*.ipynb"):
        meta = json.loads(p.read_text(encoding="utf-8"))["metadata"]
        if set(meta) - {"kernelspec", "worldrl"}: bad.append(f"{p.name} (metadata {sorted(set(meta) - {'kernelspec', 'worldrl'})})")
    return f"not clean: {', '.join(bad)}; run: make notebooks" if bad else ""


def check_outputs(tmp):
    "committed outputs are those of the committed code"
    return sh(sys.executable, ROOT / "tools/notebooks.py", "check").stdout.strip()


def check_readme(tmp):
    "README.md is current, and every command in it exists"
    out = sh(sys.executable, ROOT / "tools/notebooks.py", "readme", "--check")
    if out.returncode: return out.stderr.strip()
    return "\n".join(missing_commands((ROOT / "README.md").read_text(encoding="utf-8")))


def missing_commands(readme):
    "Lines of the README's shell blocks whose make target or worldrl command does not exist"
    targets = {l.split(":")[0] for l in (ROOT / "Makefile").read_text().splitlines() if ":" in l and not l.startswith(("\t", "#", "."))}
    lines = [l.strip().lstrip("$ ") for block in readme.split("```")[1::2] if block.startswith(("sh", "bash", "console")) for l in block.splitlines()[1:]]
    bad = []
    for line in lines:
        words = [w for w in line.split("#")[0].split() if "=" not in w or w.startswith("--")]
        if not words: continue
        if words[0] == "make" and any(w not in targets for w in words[1:]): bad.append(f"no such target: {line}")
        if words[0] == "worldrl" and (why := bad_worldrl(words[1:])): bad.append(f"{line}: {why}")
    return bad


def bad_worldrl(words):
    "Why this worldrl command line would not even parse; '' when it would"
    from worldrl.cli import parse_only
    return parse_only(words)


PACKED = ("settings.ini", "setup.py", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "CHANGELOG.md",
          "CONTRIBUTING.md", "CITATION.cff", "constraints.txt")         # what the sdist carries besides worldrl/ and data/
WHEEL_MB = 30


def packaged_tree(to):
    "A copy of what is packed, with leftovers of an earlier build that must not be packed again"
    to.mkdir()
    for name in PACKED: shutil.copy(ROOT / name, to / name)
    shutil.copytree(PACKAGE, to / "worldrl", ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    for name in ("zoo", "samples", "results", "experiments"): shutil.copytree(ROOT / "data" / name, to / "data" / name)
    for stale in ("build/lib/worldrl/stale.py", "build/lib/worldrl/data/zoo/stale/config.json", "data/zoo/.new/config.json"):
        (to / stale).parent.mkdir(parents=True)
        (to / stale).write_text("{}")
    return to


def content_of(wheel):
    "Name -> bytes of a wheel's files"
    with zipfile.ZipFile(wheel) as z: return {i.filename: z.read(i) for i in z.infolist()}


def build(*what, tree, to):
    "Build in a copied tree; the error as text, '' when it went well"
    out = sh(sys.executable, "-m", "build", *what, "--no-isolation", "--outdir", to, tree)
    return (out.stdout[-1500:] + out.stderr[-1500:]) if out.returncode else ""


def tracked(names):
    "Those files of the package that git tracks; all of them where this is no git checkout"
    out = sh("git", "-C", ROOT, "ls-files", "worldrl", "data")
    if out.returncode: return set(names)
    return {name if name.startswith("worldrl/") else f"worldrl/{name}" for name in out.stdout.splitlines()}


def wrong_content(files):
    "What a wheel lacks, or has too much: lines"
    code = {f"worldrl/{p.relative_to(PACKAGE).as_posix()}" for pattern in ("*.py", "*.pyi", "*.json", "*.csv", "py.typed") for p in PACKAGE.rglob(pattern)}
    packed = ("zoo/*/*", "samples/*/*", "results/*.*", "results/curves/*", "experiments/*.csv")
    data = {f"worldrl/data/{p.relative_to(ROOT / 'data').as_posix()}" for pattern in packed for p in (ROOT / "data").glob(pattern)}
    found = {name for name in files if not name.startswith("worldrl-")}
    bad = [f"the wheel lacks {name}" for name in sorted((code | data) - found)]
    bad += [f"the wheel has {name}, which the checkout has not" for name in sorted(found - code - data)]
    bad += [f"git does not track {name}, so a clone would lack it" for name in sorted(found - tracked(found))]
    return bad + [f"{name} differs from the checkout's" for name in sorted(data & found) if files[name] != (ROOT / name.removeprefix("worldrl/")).read_bytes()]


def check_sdist(tmp):
    "the wheel carries code, zoo, samples and results, and the sdist builds the same wheel"
    tree = packaged_tree(tmp / "packaged")
    why = build("--wheel", tree=tree, to=tmp / "from_tree") or build(tree=tree, to=tmp / "from_sdist")     # the second: an sdist, and a wheel from it
    if why: return why
    (a,), (b,) = (list((tmp / k).glob("*.whl")) for k in ("from_tree", "from_sdist"))
    first, second = content_of(a), content_of(b)
    bad = wrong_content(first) + [f"wheels from the tree and from the sdist differ in {n}" for n in sorted(first.keys() | second.keys()) if first.get(n) != second.get(n)]
    size = a.stat().st_size / 1e6
    return "\n".join(bad + [f"the wheel has {size:.1f} MB, {WHEEL_MB} are allowed"] * (size > WHEEL_MB))


def check_wheel(tmp):
    "in an environment without the dev extras and without a clone, the wheel's models load, dream and play"
    why = build("--wheel", tree=packaged_tree(tmp / "packaged"), to=tmp / "dist")
    if why: return why
    wheel, venv = next((tmp / "dist").glob("*.whl")), ROOT / ".venv-wheel"
    py = venv / "bin/python"
    if not py.exists(): sh(sys.executable, "-m", "venv", venv, check=True)
    torch = next(l for l in (ROOT / "constraints.txt").read_text().splitlines() if l.startswith("torch=="))
    pip = [py, "-m", "pip", "--disable-pip-version-check", "install", "-q"]
    index = ["--no-deps", "--index-url", os.environ["TORCH_INDEX"]] if os.environ.get("TORCH_INDEX") else []
    wanted = f"worldrl[minatar] @ {wheel.as_uri()}"
    for cmd in (pip + index + [torch], pip + ["-c", ROOT / "constraints.txt", wanted], pip + ["--no-deps", "--force-reinstall", wheel]):
        out = sh(*cmd)
        if out.returncode: return out.stderr[-2000:]
    shutil.rmtree(tmp / "packaged")
    return wheel_in_use(py, tmp / "elsewhere")


def listed(name):
    "The findings of one check of tools/checks.py, at most 40 lines"
    sys.path.insert(0, str(ROOT / "tools"))
    import checks
    bad = checks.CHECKS[name]()
    return "\n".join(bad[:40] + [f"... {len(bad) - 40} more: python tools/checks.py"] * (len(bad) > 40))


def check_lint(tmp):
    "the package passes ruff: unused names, redefinitions, lines of at most 120 characters, one statement a line"
    return listed("lint")


def check_docstrings(tmp):
    "every public module, class, function and method has a docstring"
    return listed("docstrings")


def check_words(tmp):
    "docstrings and messages use plain words"
    return listed("plain words")


def check_notebooks(tmp):
    "notebooks in the new form keep its measures: lines, cells, outputs, words, figures, links, formulas"
    return listed("notebooks")


def check_stubs(tmp):
    "stub files list the names that load on first use"
    return listed("stub files")


def check_map(tmp):
    "the first page links to every notebook"
    return listed("map")


STUB = """#!/bin/sh
# Stands for Python {version} in check_setup: answers what tools/setup.sh asks, and installs nothing
echo "{version} $*" >> "{log}"
case "$*" in
  (*version_info*) echo {version} ;;
  (*"-m venv"*) for d; do :; done
    case "$*" in (*--clear*) rm -rf "$d" ;; esac
    mkdir -p "$d/bin"; cp "$0" "$d/bin/python"; : > "$d/pyvenv.cfg" ;;
esac
"""
SHIM = """#!/bin/sh
echo "pyenv: $(basename "$0"): command not found" >&2
exit 127
"""


class Setup:
    "tools/setup.sh in a folder of its own, with interpreters that are stubs"
    def __init__(self, folder):
        self.folder, self.log, self.stubs = folder, folder / "log", folder / "stubs"
        (folder / "tools").mkdir(parents=True)
        self.stubs.mkdir()
        for name in ("Makefile", "constraints.txt", "settings.ini", "setup.py", "tools/setup.sh"):
            shutil.copy(ROOT / name, folder / name)
        self.stub("df", '#!/bin/sh\nprintf "filesystem\\ndisk 1 1 99999999 1 /\\n"\n')
        for name in ("python3", "python3.13"): self.stub(name, SHIM)
        for v in ("3.10", "3.11", "3.12"): self.stub(f"python{v}", STUB.format(version=v, log=self.log))

    def stub(self, name, text):
        (self.stubs / name).write_text(text)
        (self.stubs / name).chmod(0o755)

    def run(self, python="", *command):
        "Run setup.sh; returns its status, what it printed, and the version of the .venv that is there then"
        self.log.write_text("")
        env = {"PATH": f"{self.stubs}{os.pathsep}/usr/bin{os.pathsep}/bin", "HOME": str(self.folder), "PYTHON": python}
        out = sh(*(command or ("bash", "tools/setup.sh")), cwd=self.folder, env=env)
        venv = self.folder / ".venv/bin/python"
        version = sh(venv, "-c", "version_info").stdout.strip() if venv.exists() else ""
        return out.returncode, out.stdout + out.stderr, version


def check_setup(tmp):
    "set-up refuses an interpreter that does not run, and makes a .venv of another version anew"
    s, bad = Setup(tmp / "setup"), []

    def expect(what, got, ok, word, version):
        status, text, venv = got
        if (status == 0) != ok or word not in text or venv != version:
            bad.append(f"{what}: status {status}, .venv {venv or 'none'}\n{text}")

    expect("a shim that fails", s.run("python3.13"), False, "it does not run: pyenv: python3.13: command not found", "")
    expect("the same by make", s.run("", "make", "setup", "PYTHON=python3.13"), False, "PYTHON=python3.13 was named", "")
    expect("too old", s.run("python3.10"), False, "is Python 3.10; 3.11, 3.12 or 3.13 is needed", "")
    expect("absent", s.run("python9"), False, "no such command or file", "")
    expect("none named", s.run(), True, "ready: .venv", "3.12")
    expect("done before", s.run(), True, "", "3.12")
    if "pip" in s.log.read_text(): bad.append(f"a .venv that is ready was installed again:\n{s.log.read_text()}")
    expect("another version", s.run("stubs/python3.11"), True, "making .venv anew: it has Python 3.12", "3.11")
    expect("the same version", s.run("python3.11"), True, "", "3.11")
    expect("a shim, and a good .venv", s.run("python3.13"), False, "was named", "3.11")
    s.stub("gone", SHIM)
    shutil.copy(s.stubs / "gone", s.folder / ".venv/bin/python")
    expect("a .venv that does not run", s.run(), True, "making .venv anew: its Python does not work", "3.12")
    (s.folder / ".venv/pyvenv.cfg").rename(s.folder / ".venv/thesis.tex")
    expect("no .venv of ours", s.run("python3.11"), False, "is no virtual environment", "3.12")
    if not (s.folder / ".venv/thesis.tex").exists(): bad.append("a folder that is no virtual environment was deleted")
    return "\n".join(bad)


GPU_STUB = """#!/bin/sh
# Stands for a Python with CUDA in check_gpu: notes what it is asked to do
echo "$*" | tr '\\n' ' ' >> "{log}"; echo >> "{log}"
case "$*" in
  (*gpu_eager*) echo "a row of eager"; exit 3 ;;
  (*gpu_captured*) echo "a row of captured"; exec sleep 60 ;;
  (*" train "*) echo "an update"; exec sleep 60 ;;
  (*) echo "done: $1 $2 $3" ;;
esac
"""


def check_gpu(tmp):
    "tools/gpu.sh runs its stages one after the other, and a stage that fails or hangs loses nothing"
    stub, log, bad = tmp / "stub/python", tmp / "log", []
    stub.parent.mkdir()
    stub.write_text(GPU_STUB.format(log=log))
    stub.chmod(0o755)

    def run(*args, out, **more):
        log.write_text("")
        env = os.environ | {"PYTHON": str(stub), "OUT": str(tmp / out), "WHEELS": str(tmp), "STAGE_SECONDS": "2"} | more
        done = sh("bash", ROOT / "tools/gpu.sh", *args, env=env, cwd=tmp)
        told = (tmp / out / "summary.txt").read_text() if (tmp / out / "summary.txt").exists() else ""
        return done.returncode, told, log.read_text().splitlines(), done.stdout + done.stderr

    def expect(what, found, **wanted):
        for name, words in wanted.items():
            line = next((l for l in found[1].splitlines() if l.startswith(f"{name}:")), "no such line")
            if words not in line: bad.append(f"{what}: expected {name}: {words}, got {line}\n{found[3][-1500:]}")

    names = "versions eager captured ppo i2a tests compiled train".split()
    all_of_it = run(out="all")
    expect("all", all_of_it, versions="done", eager="failed with status 3", captured="stopped at its limit of 2 s", ppo="done",
           i2a="done", tests="done", compiled="done", train="stopped at its limit, as planned")
    if all_of_it[0] != 1: bad.append(f"a stage failed, and the status is {all_of_it[0]}")
    if [l.split(":")[0] for l in all_of_it[1].splitlines()] != names: bad.append(f"stages: {all_of_it[1]}")
    for name, words in (("eager", "a row of eager"), ("captured", "a row of captured"), ("train", "an update")):
        if words not in (tmp / f"all/{name}.txt").read_text(): bad.append(f"{name}.txt lost a row")
    good = run(out="good", STAGES="versions ppo train")
    if good[0] or "ppo: done" not in good[1] or "eager" in good[1]: bad.append(f"some stages: {good}")
    late = run(out="late", GPU_SECONDS="0")
    expect("no time", late, ppo="not run, no time was left", train="not run")
    dry = run("--dry", out="dry", STAGE_SECONDS="1", STAGES="ppo tests train")
    expect("dry", dry, ppo="done", tests="done")
    if "needs CUDA" not in (tmp / "dry/tests.txt").read_text(): bad.append("the dry run does not say what needs CUDA")
    if run("--wet", out="wet")[0] != 2: bad.append("an unknown option is accepted")
    lines = [l.split("worldrl.cli ", 1)[1].split() for found in (all_of_it, dry) for l in found[2] if "worldrl.cli" in l]
    bad += [f"worldrl {' '.join(words)}: {why}" for words in lines if (why := bad_worldrl(words))]
    if len(lines) < 7: bad.append(f"only {len(lines)} commands: {lines}")
    return "\n".join(bad)


def wheel_in_use(py, home):
    "What a pip user does, from a folder that is no checkout but has a stranger's data/zoo above it"
    work = home / "work"
    work.mkdir(parents=True)
    shutil.copytree(ROOT / "data/zoo/minipacman-small", home / "data/zoo/pong-ppo")
    shutil.copytree(ROOT / "data/zoo/minipacman-small", home / "data/zoo/stranger")
    own = {"HOME": home, "WORLDRL_RUNS": home / "runs", "WORLDRL_DATA": home / "rollouts", "OMP_NUM_THREADS": "1", "TQDM_DISABLE": "1"}
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")} | {k: str(v) for k, v in own.items()}
    five = next(c for c in (ROOT / "README.md").read_text(encoding="utf-8").split("```python\n")[1:] if "worldrl.load" in c).split("```")[0]
    for code in (IMPORT_ALL, LOAD_ALL, five):
        out = sh(py, "-P", "-c", code, cwd=work, env=env)
        if out.returncode: return (out.stdout + out.stderr)[-2000:]
    for line, says in COMMANDS.items():
        out = sh(py.parent / "worldrl", *line.split(), cwd=work, env=env)
        if out.returncode or says not in out.stdout: return f"worldrl {line}\n{(out.stdout + out.stderr)[-2000:]}"
    return ""


COMMANDS = {       # command line -> what it prints
    "zoo": "breakout-dreamer",
    "dream breakout-dreamer --episodes 2 --steps 16 --context 3 --horizon 6 --starts 4": "MinAtar/Breakout-v1: 2 fresh episodes",
    "eval pong-ppo --episodes 1 --max-steps 60": "ALE/Pong-v5: mean",
    "eval breakout-dreamer --episodes 2 --greedy": "MinAtar/Breakout-v1: mean",
}

IMPORT_ALL = """
import importlib, pkgutil, sys, time
start = time.time(); import worldrl; took = time.time() - start
assert "site-packages" in worldrl.__file__, worldrl.__file__
assert "torch" not in sys.modules and took < 1, took
for m in pkgutil.walk_packages(worldrl.__path__, "worldrl."):
    if m.name.endswith("_modidx"): continue
    try: importlib.import_module(m.name)
    except worldrl.WorldrlError as e: assert "pip install 'worldrl[" in str(e), e     # an extra that is not installed here says so
bad = {m.split(".")[0] for m in sys.modules} & {"nbdev", "fastcore", "execnb", "jupytext", "stable_baselines3", "IPython"}
assert not bad, f"the library imports {bad}"
env = worldrl.make_env("worldrl/Toy-v0", num_envs=2); env.reset(seed=0)
"""

LOAD_ALL = """
import worldrl
from worldrl.runs import zoo_folders
found = zoo_folders()
assert len(found) >= 20 and "stranger" not in found and all("site-packages" in str(f) for f in found.values()), found
for name in found: worldrl.load(name)
assert type(worldrl.load("breakout-dreamer")).__name__ == "Dreamer"
assert not [r["error"] for r in worldrl.catalogue() if r["error"]]
assert len(worldrl.EpisodeStore(worldrl.sample("carracing-fresh"))) > 0
from worldrl.results import curve, read_table, results_root             # as the lessons do in Colab
rows = read_table(results_root() / "dreamerv3.csv")
assert rows and "site-packages" in str(results_root()) and len(curve(rows[0]["run"], "charts/episodic_return")[0]) > 0
assert read_table(results_root().parent / "experiments" / "asterix-world.csv", ("variant", "updates", "rows", "of", "recall_player"))
"""


TEST_CODE = ("import sys; from pathlib import Path; from nbdev.test import test_nb; "
             f"ok, _ = test_nb(Path(sys.argv[1]), skip_flags={list(warm.SKIP)}, force_flags=sys.argv[2:], basepath='.'); sys.exit(not ok)")


def env_of_tests(): return dict(os.environ, OMP_NUM_THREADS="1", MPLBACKEND="agg", TQDM_DISABLE="1", PYTHONWARNINGS="ignore", SDL_VIDEODRIVER="dummy", IN_TEST="1")


def test_notebook(path, flags, code=TEST_CODE):
    "One notebook in a new Python: (passed, wall seconds, core-seconds, what it printed)"
    start, before = time.time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    try: out, ok = (r := subprocess.run([sys.executable, "-c", code, str(path), *flags], cwd=NBS, capture_output=True, text=True, env=env_of_tests(), timeout=600, stdin=subprocess.DEVNULL)).stdout + r.stderr, r.returncode == 0
    except subprocess.TimeoutExpired: out, ok = "ran for more than 600 s", False
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ok, time.time() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, out


def test_forked(address, path, flags):
    "The same in a fork of the process at `address` (tools/warm.py)"
    start = time.time()
    ok, cpu, out = warm.run_notebook(address, path, flags)
    return ok, time.time() - start, cpu, out


def run_check(check):
    "One static check, in a copy of the tree: (what is wrong, '' when nothing is; why it was skipped, '' when it was not)"
    with tempfile.TemporaryDirectory() as tmp:
        try: return check(copy_tree(Path(tmp))), ""
        except selftest.Skipped as e: return "", str(e)
        except Exception as e: return f"{type(e).__name__}: {e}", ""


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--flags", nargs="*", default=[]); ap.add_argument("--only", nargs="*"); ap.add_argument("--workers", type=int, default=min(2, os.cpu_count()))
    ap.add_argument("--no-wheel", action="store_true")
    a = ap.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)       # a shell that starts us in the background has it ignored, and some tests send it
    passed, failed, skipped, spent = 0, [], [], 0.0

    def report(name, why, extra=""):
        nonlocal passed
        if why: failed.append(name); print(f"FAILED  {name}{extra}\n{why}\n", flush=True)
        else: passed += 1; print(f"ok      {name}{extra}", flush=True)

    sh("git", "-C", ROOT, "status", "--porcelain")                 # in a fresh clone, git reads all files at each later question until its index is written anew
    static = (check_export, check_clean, check_outputs, check_readme, check_lint, check_docstrings, check_words, check_stubs,
              check_notebooks, check_map, *selftest.CHECKS, check_setup, check_gpu)
    checks = () if a.only or a.flags else (*static, *(() if a.no_wheel else (check_sdist, check_wheel)))
    books = [p for p in sorted(NBS.glob("*.ipynb"), key=lambda p: -p.stat().st_size) if not a.only or p.stem in a.only]
    with warm.Warm(env_of_tests(), NBS) as ready, ProcessPoolExecutor(a.workers, max_tasks_per_child=1) as pool:
        first = [c for c in reversed(checks) if c is not selftest.check_browser]      # the longest checks first
        jobs = {pool.submit(run_check, c): c for c in first} | {pool.submit(test_forked, ready.address, p, a.flags): p for p in books}
        left = set(jobs)
        while left:
            done, left = wait(left, return_when=FIRST_COMPLETED)
            for job in done:
                if not callable(jobs[job]):
                    ok, wall, cpu, out = job.result()
                    spent += cpu
                    over = f"  (over {NOTEBOOK_S})" if cpu > NOTEBOOK_S else ""
                    report(f"nbs/{jobs[job].name}", "" if ok else out[-4000:], f"  {wall:5.1f} s  {cpu:5.1f} core-s{over}")
                    continue
                name, (why, skip) = jobs[job].__doc__, job.result()
                if skip:
                    skipped.append(name)
                    print(f"skipped {name}: {skip}", flush=True)
                else: report(name, why)
                if jobs[job] is selftest.check_docs:                                  # it has built the site that the browser opens
                    left.add(browser := pool.submit(run_check, selftest.check_browser))
                    jobs[browser] = selftest.check_browser
    if not a.only and not a.flags: report(f"all notebooks within {ALL_MAX_S} core-seconds", f"{spent:.0f} core-seconds" if spent > ALL_MAX_S else "", f" ({spent:.0f}, aim {ALL_S})")
    for flag in warm.MISSING: print(f"cells flagged {flag} are left out: the package is not installed (pip install 'worldrl[{flag}]')")
    if skipped: print(f"{len(skipped)} skipped: {'; '.join(skipped)}")
    print(f"{passed} passed, {len(failed)} failed")
    sys.exit(bool(failed))


if __name__ == "__main__": main()
