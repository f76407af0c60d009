#!/usr/bin/env python
"""worldrl/__init__.pyi, worldrl/runs/__init__.pyi and worldrl/testing/__init__.pyi from the tables of lazy names.

A name that loads on first use is invisible to an editor. The stub files tell editors and type checkers where each name lives.

    stubs.py            write the files
    stubs.py --check    exit 1 and a line for each file that is not current"""
import ast, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("", "runs", "testing")
FROM_MODULES = ("runs", "testing")          # packages that offer every public name of their modules


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


def public_names(module: Path) -> list[str]:
    "`__all__` of a module"
    for node in ast.parse(module.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__": return ast.literal_eval(node.value)
    return []


def notebook_of(module: Path) -> str:
    "The notebook that exports a module, for the order of the table"
    return module.read_text(encoding="utf-8").partition("File to edit: ")[2].partition(".ipynb")[0].split("/")[-1]


def with_table(package: str) -> str:
    "The text of a package's __init__.py with the table of all public names of its modules"
    init = ROOT / "worldrl" / package / "__init__.py"
    text, rows = init.read_text(encoding="utf-8"), []
    modules = [p for p in init.parent.glob("*.py") if p.name != "__init__.py"]
    for p in sorted(modules, key=notebook_of):
        lines, line = [], f'    "{p.stem}": ['
        for name in public_names(p):
            if len(line) + len(name) + 5 > 116: lines.append(line.rstrip()); line = "        "
            line += f'"{name}", '
        rows.append("\n".join([*lines, line.rstrip(", ") + "],"]))
    start = text.index("_WHERE = {")
    end = text.index("\n}\n", start) + 3
    return text[:start] + "_WHERE = {\n" + "\n".join(rows) + "\n}\n" + text[end:]


def stubs() -> dict[Path, str]:
    "What the files must contain: {path: text}"
    tables = {ROOT / "worldrl" / p / "__init__.py": with_table(p) for p in FROM_MODULES}
    return tables | {ROOT / "worldrl" / p / "__init__.pyi": stub(p) for p in PACKAGES if (ROOT / "worldrl" / p / "__init__.py").exists()}


def stale() -> list[str]:
    "Paths of stub files that are missing or not current"
    return [str(f.relative_to(ROOT)) for f, text in stubs().items() if not f.exists() or f.read_text(encoding="utf-8") != text]


if __name__ == "__main__":
    if "--check" in sys.argv[1:]: sys.exit("".join(f"{f} is not current; run: python tools/stubs.py\n" for f in stale()) or 0)
    for _ in range(2):                      # the tables first, then the stub files that are made from them
        for f, text in stubs().items(): f.write_text(text, encoding="utf-8")
