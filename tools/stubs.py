#!/usr/bin/env python
"""worldrl/__init__.pyi, worldrl/runs/__init__.pyi and worldrl/testing/__init__.pyi from the tables of lazy names.

A name that loads on first use is invisible to an editor. The stub files tell editors and type checkers where each name lives.

    stubs.py            write the files
    stubs.py --check    exit 1 and a line for each file that is not current"""
import ast, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("", "runs", "testing")


def table(init: Path) -> dict[str, list[str]]:
    "The dict `_WHERE` of a package's __init__.py: {module: [names]}"
    for node in ast.parse(init.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_WHERE": return ast.literal_eval(node.value)
    raise SystemExit(f"{init} has no table _WHERE")


def stub(package: str) -> str:
    "The text of one stub file"
    init = ROOT / "worldrl" / package / "__init__.py"
    lines = ["# Written by tools/stubs.py from the table in __init__.py. Do not edit.", ""]
    for module, names in table(init).items():
        lines += [f"from .{module} import {name} as {name}" for name in names]
    if not package: lines += ["", "__version__: str"]
    return "\n".join(lines) + "\n"


def stubs() -> dict[Path, str]:
    return {ROOT / "worldrl" / p / "__init__.pyi": stub(p) for p in PACKAGES if (ROOT / "worldrl" / p / "__init__.py").exists()}


def stale() -> list[str]:
    "Paths of stub files that are missing or not current"
    return [str(f.relative_to(ROOT)) for f, text in stubs().items() if not f.exists() or f.read_text(encoding="utf-8") != text]


if __name__ == "__main__":
    if "--check" in sys.argv[1:]: sys.exit("".join(f"{f} is not current; run: python tools/stubs.py\n" for f in stale()) or 0)
    for f, text in stubs().items(): f.write_text(text, encoding="utf-8")
