#!/usr/bin/env python
"""Run one section of a notebook: its imports and set-up cells, what the section needs, and the section. `make check K=gae`

    section.py TEXT              the section whose heading is TEXT, begins with it, or contains it, in any notebook
    section.py NOTEBOOK:TEXT     the same in one notebook
    section.py NOTEBOOK:         lists the sections of a notebook

Set-up cells are: cells that only import, code above the first section, cells below a heading "Set-up", cells with the tag
`setup`. Cells above the section that define a name which the section uses run, too. The list of these is printed."""
import ast, difflib, json, re, sys, tempfile, time
from dataclasses import dataclass
from pathlib import Path

from measures import headings, parsed, read_books, slug, text_of

ROOT = Path(__file__).resolve().parent.parent
NBS = ROOT / "nbs"
SETUP = re.compile(r"set-?up\b", re.I)


class NotFound(SystemExit):
    "No section, or more than one, has this name"


@dataclass(frozen=True)
class Section:
    "A heading of a notebook, and the cells below it"
    book: str
    text: str
    first: int              # the cell of the heading
    last: int               # the cell after the section's last one

    def __str__(self) -> str:
        return f"{self.book}:{self.text}"


def sections(name: str, nb: dict) -> list[Section]:
    "The sections of a notebook; one ends where a heading of its own level, or a higher one, begins"
    found, total = headings(nb), len(nb["cells"])
    out = []
    for k, (cell, level, text) in enumerate(found):
        end = next((c for c, l, _ in found[k + 1:] if l <= level and c > cell), total)
        out.append(Section(name, text, cell, end))
    return out


def find(wanted: str, books: dict[str, dict]) -> list[Section]:
    "The section that is meant, or several of one notebook; NotFound names what is near"
    book, colon, text = wanted.partition(":")
    names = [n for n in books if n == book or slug(n).startswith(slug(book))] if colon else list(books)
    if book in names and colon: names = [book]
    if not names: raise NotFound(f"no notebook {book!r}{near(book, list(books))}")
    every = [s for n in names for s in sections(n, books[n])]
    if colon and not text.strip(): raise NotFound("\n".join(["sections:", *(f"  {s}" for s in every)]))
    key = slug(text if colon else wanted)
    for same in (str.__eq__, str.startswith, str.__contains__):
        found = [s for s in every if same(slug(s.text), key)]
        if len({s.book for s in found}) == 1: return found
        if found: raise NotFound("\n".join([f"{wanted!r} names sections of several notebooks; take one:", *(f"  K='{s}'" for s in found[:20])]))
    raise NotFound(f"no section {wanted!r}{near(wanted, [str(s) if colon else s.text for s in every])}")


def near(word: str, all_names: list[str]) -> str:
    "The names that are most like this one, as the end of a message"
    by_slug = {slug(n): n for n in all_names}
    close = difflib.get_close_matches(slug(word), by_slug, n=6, cutoff=0.3)
    words = {n for s, n in by_slug.items() if set(slug(word).split("-")) & set(s.split("-"))}
    found = list(dict.fromkeys([by_slug[s] for s in close] + sorted(words)))[:8]
    return "; near: " + ", ".join(map(repr, found)) if found else ""


def only_imports(tree) -> bool:
    "Whether a cell has nothing but imports"
    return bool(tree.body) and all(isinstance(n, (ast.Import, ast.ImportFrom)) for n in tree.body)


def defined(tree) -> set[str]:
    "Names that a cell binds at its top level"
    out, todo = set(), list(tree.body)
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            out.add(node.name)
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)): out |= {(a.asname or a.name).split(".")[0] for a in node.names}
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store): out.add(node.id)
        if not isinstance(node, (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)): todo.extend(ast.iter_child_nodes(node))
    return out


def used(tree) -> set[str]:
    "Names that a cell reads and has not bound before, also in the bodies of its functions"
    return reads(tree, set())


def reads(node, bound: set[str]) -> set[str]:
    "Names that a node reads beyond those that are bound; adds to `bound` what it binds for the nodes after it"
    kind = type(node)
    if kind is ast.Name:
        if isinstance(node.ctx, ast.Store): bound.add(node.id)
        return {node.id} - bound
    if kind in (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda): return reads_of_function(node, bound)
    if kind in (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp):
        parts = [p for g in node.generators for p in (g.iter, g.target, *g.ifs)]
        results = [node.key, node.value] if kind is ast.DictComp else [node.elt]
        return in_order(parts + results, set(bound))
    if kind is ast.ClassDef:
        found = in_order([*node.decorator_list, *node.bases, *node.keywords, *node.body], set(bound))
        bound.add(node.name)
        return found
    if kind in (ast.Import, ast.ImportFrom): bound |= {(a.asname or a.name).split(".")[0] for a in node.names}
    if kind is ast.Assign: return in_order([node.value, *node.targets], bound)
    if kind is ast.AnnAssign: return in_order([n for n in (node.annotation, node.value, node.target) if n], bound)
    if kind is ast.AugAssign: return reads(node.value, bound) | {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)} - bound
    if kind in (ast.For, ast.AsyncFor):                                  # a name that only its body binds may stay unbound
        return in_order([node.iter, node.target], bound) | in_order(node.body, set(bound)) | in_order(node.orelse, set(bound))
    if kind in (ast.If, ast.While): return reads(node.test, bound) | in_order(node.body, set(bound)) | in_order(node.orelse, set(bound))
    if kind is ast.Try: return set().union(*(in_order(part, set(bound)) for part in (node.body, *(h.body for h in node.handlers), node.orelse, node.finalbody)),
                                           *(reads(h.type, set(bound)) for h in node.handlers if h.type))
    return in_order(ast.iter_child_nodes(node), bound)


def in_order(nodes, bound: set[str]) -> set[str]:
    "What nodes read that run one after the other"
    found = set()
    for node in nodes: found |= reads(node, bound)
    return found


def reads_of_function(node, bound: set[str]) -> set[str]:
    "Names that a function reads: defaults and decorators where it is defined, its body without its own names"
    a = node.args
    arguments = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))]
    early = [*a.defaults, *filter(None, a.kw_defaults), *(x.annotation for x in arguments if x.annotation)]
    if isinstance(node, ast.Lambda): return in_order(early, bound) | reads(node.body, bound | {x.arg for x in arguments})
    found = in_order(early + node.decorator_list + ([node.returns] if node.returns else []), bound)
    bound.add(node.name)
    return found | in_order(node.body, bound | {x.arg for x in arguments} | defined(node))


def changes(tree) -> set[str]:
    "Names whose attributes or items a cell sets at its top level, as in `config.steps = 3`"
    stores = (n for n in ast.walk(tree) if isinstance(n, (ast.Attribute, ast.Subscript)) and isinstance(n.ctx, ast.Store))
    roots = set()
    for n in stores:
        while isinstance(n, (ast.Attribute, ast.Subscript)): n = n.value
        if isinstance(n, ast.Name): roots.add(n.id)
    return roots


def setup_cells(nb: dict, trees: dict) -> set[int]:
    "Numbers of the cells that run for every section"
    heads = headings(nb)
    first = next((c for c, level, _ in heads if level > 1), len(nb["cells"]))
    under = {}
    for c, _, text in heads: under[c] = text
    out, heading = set(), ""
    for i, c in enumerate(nb["cells"]):
        heading = under.get(i, heading)
        if i not in trees: continue
        named = SETUP.match(heading) or "setup" in c["metadata"].get("tags", [])
        if i < first or named or only_imports(trees[i]): out.add(i)
    return out


def chosen(found: list[Section], nb: dict) -> tuple[list[int], list[int]]:
    "(cells to run, in order; those among them that the sections need besides imports and set-up)"
    last, trees = max(s.last for s in found), {}
    for i, c in enumerate(nb["cells"][:last]):
        if c["cell_type"] == "code": trees[i] = parsed(text_of(c["source"]))
    own = {i for i in trees if any(s.first <= i < s.last for s in found)}
    run, needed = setup_cells(nb, trees) | own, []
    todo = sorted(run)
    while todo:
        for i in sources(todo.pop(), trees) - run:
            run.add(i)
            needed.append(i)
            todo.append(i)
    return sorted(run), sorted(needed)


def sources(cell: int, trees: dict) -> set[int]:
    "The cells above that define the names which this cell reads, or change what they name"
    out = set()
    for name in used(trees[cell]):
        home = max((i for i in trees if i < cell and name in defined(trees[i])), default=None)
        if home is not None: out |= {home} | {i for i in trees if home < i < cell and name in changes(trees[i])}
    return out


def cut(found: list[Section], nb: dict) -> tuple[dict, list[int]]:
    "A notebook with the chosen cells alone, and the numbers of the cells that the sections need"
    run, needed = chosen(found, nb)
    return nb | {"cells": [nb["cells"][i] for i in run]}, needed


HERE = "import contextlib, nbdev.test; nbdev.test.working_directory = lambda _: contextlib.nullcontext(); "   # the folder stays nbs/


def execute(nb: dict, name: str) -> tuple[bool, str]:
    "Run a notebook that is in no file of nbs/, as `make test` would: (passed, what it printed)"
    from test import TEST_CODE, test_notebook
    with tempfile.TemporaryDirectory() as tmp:
        path = Path(tmp) / f"{name}.ipynb"
        path.write_text(json.dumps(nb), encoding="utf-8")
        ok, _, _, out = test_notebook(path, [], code=HERE + TEST_CODE)
    return ok, out


def main():
    if len(sys.argv) != 2 or not sys.argv[1].strip(): sys.exit(__doc__)
    books = read_books(NBS)
    found = find(sys.argv[1].strip(), books)
    name = found[0].book
    small, needed = cut(found, books[name])
    code = sum(c["cell_type"] == "code" for c in small["cells"])
    above = f", with cells {needed}, whose names it uses" if needed else ""
    print(f"{', '.join(map(str, found))}: {code} cells{above}", flush=True)
    start = time.time()
    ok, out = execute(small, name)
    if not ok: print(out[-4000:])
    print(f"{'passed' if ok else 'FAILED'} in {time.time() - start:.1f} s")
    sys.exit(not ok)


if __name__ == "__main__": main()
