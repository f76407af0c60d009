#!/usr/bin/env python
"Lays out what mkdocs reads: the notebooks as they are stored (outputs included), a page per module, and the pages beside them."
import ast, shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "_proc" / "docs"


def pages() -> dict[str, str]:
    "API pages: {path below the docs folder: Markdown}"
    out, index = {}, ["# API reference", "", "One page per module. The notebooks explain and test what stands here.", ""]
    for p in sorted((ROOT / "worldrl").rglob("*.py")):
        if p.name in ("__init__.py", "_modidx.py"): continue
        module = ".".join(("worldrl", *p.relative_to(ROOT / "worldrl").with_suffix("").parts))
        about = (ast.get_docstring(ast.parse(p.read_text(encoding="utf-8"))) or "").splitlines()
        out[f"api/{module}.md"] = f"# {module}\n\n::: {module}\n    options:\n      show_root_heading: false\n      show_root_toc_entry: false\n"
        index.append(f"- [{module}]({module}.md): {about[0] if about else ''}")
    return out | {"api/index.md": "\n".join(index) + "\n"}


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    for nb in sorted((ROOT / "nbs").glob("*.ipynb")): shutil.copy(nb, OUT / nb.name)
    for folder in ("images", "media"):
        if (ROOT / "nbs" / folder).is_dir(): shutil.copytree(ROOT / "nbs" / folder, OUT / folder)
    for page in ("CONTRIBUTING.md", "CHANGELOG.md"): shutil.copy(ROOT / page, OUT / page.lower())
    for path, text in pages().items():
        (OUT / path).parent.mkdir(parents=True, exist_ok=True)
        (OUT / path).write_text(text, encoding="utf-8")


if __name__ == "__main__": main()
