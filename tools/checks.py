#!/usr/bin/env python
"""Static checks: lint, docstrings, plain words and stub files of the package, measures and the map of the notebooks.

`python tools/checks.py` prints what is wrong."""
import ast, re, subprocess, sys
from pathlib import Path

from measures import measured, read_books
from notebooks import read
from stubs import stale

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "worldrl"
NBS = ROOT / "nbs"
# Notebooks in the new form (lesson and workshop), which tools/measures.py measures. This list only grows.
NEW_FORM = ("31_a2c_lesson", "31_a2c_workshop", "42_mdnrnn_lesson", "42_mdnrnn_workshop", "70_rssm_lesson", "70_rssm_workshop",
            "30_policy_lesson", "30_policy_workshop", "71_behaviour_lesson", "71_behaviour_workshop", "36_learned", "74_dreamed",
            "82_report", "glossary", "index",
            "50_env_model_lesson", "50_env_model_workshop", "51_i2a_lesson", "51_i2a_workshop", "52_i2a_films", "53_i2a_results",
            "60_memory_lesson", "60_memory_workshop", "61_iam_lesson", "61_iam_workshop",
            "62_iam_flicker_lesson", "62_iam_flicker_workshop", "56_lean_world_lesson", "56_lean_world_workshop", "75_lean_agents",
            "43_joint_lesson", "43_joint_workshop", "44_controller_lesson", "44_controller_workshop",
            "45_controller_ppo", "63_traffic", "47_carracing_results", "46_tour",
            "48_small_worlds", "10_envs_batch", "41_vae", "40_gather",
            "72_dreamerv2_lesson", "72_dreamerv2_workshop", "73_dreamerv3_lesson", "73_dreamerv3_workshop")
MISSING_FAILS = True       # True: a notebook of NEW_FORM that does not exist is an error
RULES = "F401,F811,F841,E501,E702,T100"     # unused import, redefinition, unused variable, long line, two statements on a line, breakpoint()
# words that a reader who is new to the field, or to English, has to look up; and what we write instead
WORDS = {r"foret(?:ell|old|ells)|foresee\w*|foresight": "predict, prediction", r"dice": "generator, random numbers", r"the likeliest actions?": "greedy actions",
         r"drawn actions?": "sampled actions", r"give the same command again|given again": "run the same command again",
         r"nobody|somebody": "no process, another process, a user", r"hearken|lest|whence|thereof|behold|henceforth": "today's words"}


def modules() -> list[Path]:
    return [p for p in sorted(PACKAGE.rglob("*.py")) if p.name != "_modidx.py" and "data" not in p.relative_to(PACKAGE).parts[:1]]


def lint() -> list[str]:
    "What ruff finds with our rules, a line each"
    cmd = [sys.executable, "-m", "ruff", "check", "--no-cache", "--isolated", "--line-length", "120", "--select", RULES, "--output-format", "concise", *map(str, modules())]
    out = subprocess.run(cmd, capture_output=True, text=True, cwd=ROOT)
    if out.returncode not in (0, 1): return [out.stderr.strip()[-500:]]
    found = [line for line in out.stdout.splitlines() if re.match(r".*:\d+:\d+: ", line)]
    return [line for line in found if not (" E501 " in line and is_auto(*line.split(":")[:2]))]


def is_auto(file: str, line: str) -> bool:
    "Whether nbdev wrote this line: the names of __all__"
    text = (ROOT / file).read_text(encoding="utf-8").splitlines()
    marks = [l for l in text[:int(line)] if l.startswith("# %% ")]
    return bool(marks) and marks[-1].startswith("# %% auto")


def undocumented() -> list[str]:
    "Public modules, classes, functions and methods without a docstring"
    bad = []
    for p in modules():
        tree = ast.parse(p.read_text(encoding="utf-8"))
        where = p.relative_to(ROOT).as_posix()
        if not ast.get_docstring(tree) and p.read_text().strip(): bad.append(f"{where}: the module")
        for name, node in public(tree):
            if not ast.get_docstring(node): bad.append(f"{where}:{node.lineno}: {name}")
    return bad


def public(tree, at=""):
    "(dotted name, node) of every public class, function and method; protocols and overloads included"
    for node in tree.body:
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)): continue
        if node.name.startswith("_"): continue
        if any("overload" in ast.unparse(d) or ".setter" in ast.unparse(d) for d in node.decorator_list): continue
        yield at + node.name, node
        if isinstance(node, ast.ClassDef): yield from public(node, f"{at}{node.name}.")


def unplain() -> list[str]:
    "Docstrings, messages and help comments of the package with a word of WORDS"
    bad = []
    for p in modules():
        for i, line in enumerate(p.read_text(encoding="utf-8").splitlines(), 1):
            line = re.sub(r"derive_seed\([^()]*\)", "", line)      # another label would give other random numbers
            for pattern, better in WORDS.items():
                if line.rstrip().endswith("# a stored name"): continue       # a key of files that earlier versions wrote
                if m := re.search(rf"\b(?:{pattern})\b", line): bad.append(f"{p.relative_to(ROOT).as_posix()}:{i}: {m[0]!r}; write: {better}")
    return bad


def unmeasured() -> list[str]:
    "What the measures find in the notebooks of NEW_FORM"
    return measured(read_books(NBS), NEW_FORM, MISSING_FAILS)


def unlisted() -> list[str]:
    "Notebooks that the map of nbs/index.ipynb does not link to"
    index = read(NBS / "index.ipynb")["cells"]
    shown = "".join("".join(c["source"]) for c in index if c["cell_type"] == "markdown")
    return [f"nbs/index.ipynb has no link to {p.name}" for p in sorted(NBS.glob("*.ipynb")) if p.stem != "index" and f"]({p.name}" not in shown]


CHECKS = {"lint": lint, "docstrings": undocumented, "plain words": unplain, "stub files": stale, "notebooks": unmeasured, "map": unlisted}

if __name__ == "__main__":
    only = sys.argv[1:] or list(CHECKS)
    found = {name: CHECKS[name]() for name in CHECKS if any(o in name for o in only)}
    for name, bad in found.items():
        print(f"{name}: {len(bad)}")
        for line in bad: print("  ", line)
    sys.exit(any(found.values()))
