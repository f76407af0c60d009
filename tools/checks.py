#!/usr/bin/env python
"""Static checks of the package (lint, docstrings, plain words, stub files) and of the notebooks (formulas, the map).

`python tools/checks.py` prints what is wrong."""
import ast, json, re, subprocess, sys
from pathlib import Path

from stubs import stale

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "worldrl"
RULES = "F401,F811,F841,E501,E702"          # unused import, redefinition, unused variable, long line, two statements on a line
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


def texts():
    "(notebook, text of a Markdown cell without its code) of every notebook"
    for p in sorted((ROOT / "nbs").glob("*.ipynb")):
        for cell in json.loads(p.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] != "markdown": continue
            yield p.name, re.sub(r"```.*?```|`[^`\n]*`", "", "".join(cell["source"]), flags=re.S)


FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$\n]+?\$", re.S)


def formula_fault(formula: str) -> str:
    "Why a formula of a Markdown cell would not render; '' if nothing is wrong with it"
    if re.search(r"\\\\[a-zA-Z]", formula): return "a doubled backslash before a name"
    if formula.count("{") != formula.count("}"): return "braces that do not match"
    if re.search(r"[\x00-\x09\x0b-\x1f]", formula): return "a control character: a backslash was lost"
    if formula.startswith("$$") and "\n\n" in formula: return "an empty line"
    return ""


def unrendered() -> list[str]:
    "Formulas of the notebooks that would not render, and LaTeX commands outside of formulas"
    bad = []
    for name, text in texts():
        bad += [f"nbs/{name}: {why} in {m[0][:60]!r}" for m in FORMULA.finditer(text) if (why := formula_fault(m[0]))]
        bad += [f"nbs/{name}: {m[0]!r} stands outside of a formula" for m in re.finditer(r"\\[a-zA-Z]{2,}", FORMULA.sub("", text))]
    return bad


def unlisted() -> list[str]:
    "Notebooks that the map of nbs/index.ipynb does not link to"
    shown = "".join(text for name, text in texts() if name == "index.ipynb")
    return [f"nbs/index.ipynb has no link to {p.name}" for p in sorted((ROOT / "nbs").glob("*.ipynb")) if p.stem != "index" and f"]({p.name}" not in shown]


CHECKS = {"lint": lint, "docstrings": undocumented, "plain words": unplain, "stub files": stale, "formulas": unrendered, "map": unlisted}

if __name__ == "__main__":
    only = sys.argv[1:] or list(CHECKS)
    found = {name: CHECKS[name]() for name in CHECKS if any(o in name for o in only)}
    for name, bad in found.items():
        print(f"{name}: {len(bad)}")
        for line in bad: print("  ", line)
    sys.exit(any(found.values()))
