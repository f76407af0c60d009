#!/usr/bin/env python
"Lays out what mkdocs reads: the notebooks as they are stored (outputs included), and the pages beside them."
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "_proc" / "docs"

shutil.rmtree(OUT, ignore_errors=True)
OUT.mkdir(parents=True)
for nb in sorted((ROOT / "nbs").glob("*.ipynb")): shutil.copy(nb, OUT / nb.name)
for folder in ("images", "media"):
    if (ROOT / "nbs" / folder).is_dir(): shutil.copytree(ROOT / "nbs" / folder, OUT / folder)
for page in ("CONTRIBUTING.md", "CHANGELOG.md"): shutil.copy(ROOT / page, OUT / page.lower())
