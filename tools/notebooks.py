#!/usr/bin/env python
"""Everything we do to notebooks from the command line: edit as text, export, execute, clean, check.

    notebooks.py edit   NAME FILE.py       notebook -> text (jupytext py:percent; write it outside nbs/)
    notebooks.py update NAME FILE.py       text -> notebook (cell ids and outputs of unchanged cells stay), then export
    notebooks.py run    [NAME ...]         execute in place and clean; without names: those whose code or inputs changed
    notebooks.py check                     committed outputs are those of the committed code (exit 1 and a line each if not)
    notebooks.py readme [--check]          README.md from nbs/index.ipynb
    notebooks.py badge  NAME ...           add (or mend) the Colab badge and the cell that installs worldrl on Colab
"""
import argparse, base64, configparser, hashlib, json, os, re, subprocess, sys, time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NBS = ROOT / "nbs"
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
INPUT = re.compile(r"""data/(?:zoo|results|samples)/[\w./*\-]+|(?<=# reads: )data/[\w./*\-]+""")
LINK = re.compile(r"(\]\(|src=\")(?!https?:|#)([^)\"]+)")
CELL_KEYS = ["jupyter", "tags"]       # cell metadata that stays: `jupyter.source_hidden` collapses the code in JupyterLab
COLAB = re.compile(r"\[!\[[^\]]*\]\(https://colab\.[^)]*\)\]\(https://colab\.[^)]*\)")
ZOO = re.compile(r"""\bload\(\s*["']([\w.\-]+)["']""")


def path_of(name): return NBS / f"{Path(name).stem}.ipynb"
def names(): return sorted(p.stem for p in NBS.glob("*.ipynb"))
def source(cell): return "".join(cell["source"])
def read(path): return json.loads(Path(path).read_text(encoding="utf-8"))


LONG = re.compile(r"^#\|\s*long\s*$\n?", re.M)         # whether `make test` leaves a cell out does not change its outputs


def code_hash(nb):
    "sha256 over the code cells, in order; without the cell that does nothing outside Colab, and without the mark `#| long`"
    h = hashlib.sha256()
    for c in nb["cells"]:
        if c["cell_type"] == "code" and source(c).strip() != install_source(): h.update(LONG.sub("", source(c)).strip().encode() + b"\0")
    return h.hexdigest()[:16]


def inputs_of(nb):
    "Tracked data that the code names (files, folders or patterns below data/), each with a hash of its content"
    code = "\n".join(source(c) for c in nb["cells"] if c["cell_type"] == "code")
    found = {m.rstrip("./") for m in INPUT.findall(code)} | {f"data/zoo/{n}" for n in ZOO.findall(code) if (ROOT / "data/zoo" / n).is_dir()}
    return {p: content_hash(p) for p in sorted(found) if content_hash(p)}


def content_hash(pattern):
    files = sorted(f for p in ROOT.glob(pattern) for f in ([p] if p.is_file() else p.rglob("*")) if f.is_file())
    h = hashlib.sha256()
    for f in files: h.update(f.relative_to(ROOT).as_posix().encode() + b"\0" + f.read_bytes())
    return h.hexdigest()[:16] if files else ""


def stale(path):
    "Why this notebook's outputs are not those of its code and inputs; '' when they are"
    nb = read(path)
    kept = nb["metadata"].get("worldrl", {})
    if "code" not in kept: return "was never executed by `make notebooks`"
    if kept["code"] != code_hash(nb): return "its code changed after its outputs were stored"
    if kept.get("inputs", {}) != inputs_of(nb): return "the data it reads changed after its outputs were stored"
    return ""


def edit(name, out):
    subprocess.run([sys.executable, "-m", "jupytext", "--to", "py:percent", str(path_of(name)), "-o", str(out)], check=True, stdout=subprocess.DEVNULL)


def update(name, text):
    "Bring the text form back into the notebook, then export this notebook's module"
    nb_path = path_of(name)
    cmd = [sys.executable, "-m", "jupytext", "--to", "ipynb"] + (["--update"] if nb_path.exists() else []) + [str(text), "-o", str(nb_path)]
    subprocess.run(cmd, check=True, stdout=subprocess.DEVNULL)
    clean(nb_path)
    export(nb_path)


def export(nb_path):
    from nbdev.export import nb_export
    from nbdev.config import add_init, get_config
    os.chdir(ROOT)
    nb_export(nb_path, get_config().lib_path)
    for d in {p.parent for p in (ROOT / "worldrl").rglob("*.py")}:
        if not (d / "__init__.py").exists(): (d / "__init__.py").write_text("")


def clean(nb_path):
    "nbdev_clean, and what it leaves behind: widget state, jupytext's mark, absolute paths of the kernel"
    from nbdev.clean import process_write, clean_nb
    from functools import partial
    os.chdir(ROOT)
    nb = read(nb_path)
    meta = {"kernelspec": KERNEL}
    if "worldrl" in nb["metadata"]: meta["worldrl"] = nb["metadata"]["worldrl"]
    nb["metadata"] = meta
    for c in nb["cells"]:
        for o in c.get("outputs", []):
            if "data" in o: o["data"].pop("application/vnd.jupyter.widget-view+json", None)
    write(nb, nb_path)
    process_write(warn_msg="clean", proc_nb=partial(clean_nb, clear_all=False, allowed_metadata_keys=["worldrl"], allowed_cell_metadata_keys=CELL_KEYS),
                  f_in=nb_path, disp=False)


def write(nb, nb_path):
    tmp = nb_path.with_suffix(".tmp")
    tmp.write_text(json.dumps(nb, sort_keys=True, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    tmp.replace(nb_path)


def run(name, timeout=600):
    "Execute in place, store the hashes, clean. Nothing is written when a cell fails."
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
    path = path_of(name)
    nb = nbformat.read(path, as_version=4)
    nb.metadata["kernelspec"] = KERNEL
    os.environ.update(OMP_NUM_THREADS="1", PYTHONPATH=str(ROOT), TQDM_DISABLE="1")
    start = time.time()
    skip = re.compile(r"^#\|\s*(slow|gpu|extra|eval:\s*false)\b", re.M)
    held = [(c, c.source) for c in nb.cells if c.cell_type == "code" and skip.search(c.source) and not os.environ.get("WORLDRL_RUN_FLAGGED")]
    for c, _ in held: c.source = "pass"
    kept = {id(c): c.get("outputs", []) for c, _ in held}
    try: NotebookClient(nb, timeout=timeout, kernel_name="python3", resources={"metadata": {"path": str(NBS)}}).execute()
    except CellExecutionError as e:
        print(f"{name}: failed after {time.time() - start:.0f} s\n{e}")
        return False
    for c, s in held: c.source, c.outputs = s, kept[id(c)]
    raw = json.loads(nbformat.writes(nb))
    raw["metadata"]["worldrl"] = {"code": code_hash(raw), "inputs": inputs_of(raw)}
    write(raw, path)
    clean(path)
    print(f"{name}: {time.time() - start:.0f} s, {path.stat().st_size // 1024} KB", flush=True)
    return True


def settings():
    "The keys of settings.ini"
    parser = configparser.ConfigParser()
    parser.read(ROOT / "settings.ini", encoding="utf-8")
    return parser["DEFAULT"]


def badge_text(name):
    "Markdown of the badge that opens this notebook in Colab"
    s = settings()
    where = s["git_url"].rstrip("/").removeprefix("https://github.com/")
    url = f"https://colab.research.google.com/github/{where}/blob/{s['branch']}/{s['nbs_path']}/{name}.ipynb"
    return f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({url})"


def install_source():
    "The first code cell: one pip line, which runs on Colab only"
    wanted = f"worldrl[minatar,box2d] @ git+{settings()['git_url']}"
    return f'#| hide\nimport sys\nif "google.colab" in sys.modules:\n    %pip install -q "{wanted}"'


def lines(text):
    "Text as a notebook stores it: lines with their line ends"
    return text.splitlines(keepends=True)


def add_badge(nb, name):
    "Put badge and install cell into a notebook, in place; a second call changes nothing. One without code needs neither"
    title = nb["cells"][0]
    head = re.match(r"# .*(?:\n+>.*)*", COLAB.sub("", source(title)))
    if title["cell_type"] != "markdown" or not head: raise SystemExit(f"nbs/{name}.ipynb: the first cell is no Markdown title (# ...)")
    rest = COLAB.sub("", source(title))[head.end():].strip("\n")
    has_code = any(c["cell_type"] == "code" for c in nb["cells"])
    title["source"] = lines("\n\n".join(filter(None, (head[0].rstrip("\n"), badge_text(name) * has_code, rest))))
    cells = [c for c in nb["cells"] if not (c["cell_type"] == "code" and "google.colab" in source(c))]
    first = next((i for i, c in enumerate(cells) if c["cell_type"] == "code"), None)
    if first is not None:
        cell = {"cell_type": "code", "execution_count": None, "id": "colab-install", "outputs": [], "source": lines(install_source())}
        cells.insert(first, cell | {"metadata": {"jupyter": {"source_hidden": True}}})
    nb["cells"] = cells


def badge(name):
    "Add badge and install cell to a notebook file; says whether it changed"
    path = path_of(name)
    nb, before = read(path), path.read_bytes()
    add_badge(nb, path.stem)
    write(nb, path)
    clean(path)
    print(f"nbs/{path.name}: {'changed' if path.read_bytes() != before else 'as it was'}")


def readme_text():
    "Markdown of index.ipynb: text cells, code of shown cells, text outputs, tables, and pictures (as files in nbs/media; `#| fig-alt:` is their text)"
    out, pictures = [], {}
    for c in read(NBS / "index.ipynb")["cells"]:
        src = source(c).strip()
        if c["cell_type"] == "markdown": out.append(LINK.sub(lambda m: m[1] + (m[2].removeprefix("../") if m[2].startswith("../") else f"nbs/{m[2]}"), src))
        if c["cell_type"] != "code" or not src or re.search(r"^#\|\s*hide\s*$", src, re.M): continue
        if not re.search(r"^#\|\s*hide_input\b", src, re.M): out.append("```python\n" + re.sub(r"^#\|.*\n", "", src, flags=re.M) + "\n```")
        for o in c.get("outputs", []):
            picture, text = o.get("data", {}).get("image/png"), "".join(o.get("text", o.get("data", {}).get("text/plain", ""))).strip()
            if picture:
                name = f"nbs/media/index-{c['id']}.png"
                pictures[name] = base64.b64decode("".join(picture))
                alt = re.search(r"^#\|\s*fig-alt:\s*(.+)$", src, re.M)
                out.append(f"![{alt[1].strip() if alt else 'output of the cell above'}]({name})")
            elif markdown := "".join(o.get("data", {}).get("text/markdown", "")).strip(): out.append(markdown)
            elif text and text[0] != "<": out.append("```\n" + text + "\n```")
    return "\n\n".join(out) + "\n", pictures


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = ap.add_subparsers(dest="what", required=True)
    for w in ("edit", "update"):
        p = sub.add_parser(w); p.add_argument("name"); p.add_argument("file")
    p = sub.add_parser("run"); p.add_argument("names", nargs="*")
    sub.add_parser("check")
    p = sub.add_parser("readme"); p.add_argument("--check", action="store_true")
    sub.add_parser("badge").add_argument("names", nargs="+")
    a = ap.parse_args()
    if a.what == "badge":
        for name in a.names: badge(name)
    elif a.what == "edit": edit(a.name, a.file)
    elif a.what == "update": update(a.name, a.file)
    elif a.what == "run":
        todo = a.names or [n for n in names() if stale(path_of(n))]
        results = [run(n) for n in todo]
        if not todo: print("every notebook's outputs are those of its code")
        sys.exit(not all(results))
    elif a.what == "check":
        bad = {n: why for n in names() if (why := stale(path_of(n)))}
        for n, why in bad.items(): print(f"nbs/{n}.ipynb: {why}; run: make notebooks")
        sys.exit(bool(bad))
    elif a.what == "readme":
        (text, pictures), path = readme_text(), ROOT / "README.md"
        files = {path: text.encode()} | {ROOT / name: data for name, data in pictures.items()}
        if a.check: sys.exit(0 if all(f.exists() and f.read_bytes() == data for f, data in files.items()) else "README.md is not what nbs/index.ipynb says; run: make readme")
        for f, data in files.items(): f.parent.mkdir(exist_ok=True); f.write_bytes(data)


if __name__ == "__main__": main()
