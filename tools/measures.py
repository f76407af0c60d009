"""What can be measured of a notebook in the new form (a lesson, a workshop, a page of results).

A measure takes a `Book` and yields lines "cell N: what is wrong". tools/checks.py names the notebooks that are measured.
tools/test.py proves with a broken notebook that each measure can fail."""
import ast, io, json, re, tokenize
from dataclasses import dataclass, field
from pathlib import Path

from notebooks import COLAB, badge_text, install_source

LINE, OUTPUT, CELLS = 120, 120, 40
# Words of design/STYLE.md that text in a notebook does not use, and what it says instead
TEXT_WORDS = {
    r"foret(?:ell|old|ells|elling)|foresee\w*|foresight": "predict, prediction",
    r"dice": "generator, random numbers",
    r"likeliest": "greedy (action), most probable",
    r"drawn": "sampled (an action), plotted (a figure)",
    r"pictures?(?! of (?:the )?data flow)": "observation, frame, image; diagram or figure of other things",
    r"codes? of (?:a|an|the|each|every|one|its) (?:frame|image|observation|picture)s?|VAE's codes?": "latent",
    r"promis(?:e|es|ed)": "predict, predicted return",
    r"(?:reality|dreams?|worlds?) pays?": "return, real return",
    r"watch(?:es|ed|ing)?": "observe, filter",
    r"stands? in": "is in, is stored in",
    r"comes? in": "is passed, is read",
    r"(?:is|are|was|were) told": "is logged, is passed",
    r"given again|give the same command again": "run the same command again",
    r"(?:an|another|one|the) earlier (?:\w+ )?(?:system|code|env|implementation|Dreamer)s?": "the name of that implementation",
    r"unlearn\w*|indecision|forgiv\w+": "what happens to the loss, the value or the policy",
    r"hearken|lest|whence|thereof|behold|henceforth": "today's words",
}
DRAWS = {"show", "subplots", "figure", "plot", "imshow", "bar", "barh", "hist", "scatter", "errorbar", "fill_between", "matshow",
         "subplot", "subplot_mosaic"}                                                       # functions of pyplot
OUR_DRAWS = {"strip", "latent_grid", "curves", "plane_strip", "show_video", "Video"}       # functions that return or show a figure
RICH = ("image/", "text/html", "text/markdown", "text/latex")
FIGURE_TAG = re.compile(r"<(?:img|video|svg|canvas)\b")
ANSI = re.compile(r"\x1b\[[0-9;]*m")
FENCE = re.compile(r"```.*?(?:```|\Z)", re.S)
CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.S)
MATH = re.compile(r"\$\$.+?\$\$|(?<![\\$])\$[^$\n]+?\$|\\begin\{(\w+\*?)\}.*?\\end\{\1\}", re.S)
DIRECTIVE = re.compile(r"^\s*#\s*\|\s*(\w+)", re.M)


@dataclass
class Book:
    "A notebook and what its links may point to"
    name: str                                           # 31_a2c_lesson
    nb: dict                                            # as json.loads gives it
    books: set = field(default_factory=set)             # names of all notebooks
    terms: set | None = None                            # anchors of the glossary; None: there is no glossary yet

    def cells(self, kind: str):
        "(number, cell, source) of the cells of one kind"
        for i, c in enumerate(self.nb["cells"]):
            if c["cell_type"] == kind: yield i, c, text_of(c["source"])

    @property
    def lesson(self) -> bool:
        return self.name.endswith("_lesson")


def text_of(x) -> str:
    "A notebook stores text as a string or as a list of lines"
    return x if isinstance(x, str) else "".join(x)


def prose(src: str) -> str:
    "A Markdown cell without code and formulas"
    return MATH.sub(" ", CODE.sub(" ", FENCE.sub(" ", src)))


def parsed(src: str):
    "The syntax tree of a code cell; IPython's % and ! lines count as `pass`"
    return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", src, flags=re.M))


def slug(heading: str) -> str:
    "The anchor of a heading: lower case, hyphens for blanks"
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def headings(nb: dict) -> list[tuple[int, int, str]]:
    "(cell number, level, text) of every heading"
    found = []
    for i, c in enumerate(nb["cells"]):
        if c["cell_type"] != "markdown": continue
        for m in re.finditer(r"^(#{1,6}) +(.+?) *#*$", FENCE.sub(" ", text_of(c["source"])), re.M): found.append((i, len(m[1]), m[2]))
    return found


def anchors(nb: dict) -> set[str]:
    "What a link into this notebook may name: headings, and elements with an id"
    ids = (m for c in nb["cells"] for m in re.findall(r"\bid=[\"']([^\"']+)", text_of(c["source"])))
    return {slug(text) for _, _, text in headings(nb)} | set(ids)


def line_length(book: Book):
    "code has at most 120 characters a line"
    for i, _, src in book.cells("code"):
        for n, line in enumerate(src.splitlines(), 1):
            if len(line) > LINE and not line.startswith("#| fig-"): yield f"cell {i}, line {n} of its code has {len(line)} characters, {LINE} are allowed"


def length(book: Book):
    "a lesson has at most 40 cells"
    if book.lesson and len(book.nb["cells"]) > CELLS: yield f"{len(book.nb['cells'])} cells, {CELLS} are allowed in a lesson"


def shown_text(output: dict) -> str:
    "The text that a reader sees of an output; '' where a figure or a table is shown in its place"
    data = output.get("data", {})
    if any(k.startswith(RICH) for k in data): return ""
    return ANSI.sub("", text_of(output.get("text", data.get("text/plain", ""))))


def outputs(book: Book):
    "output lines have at most 120 characters; no warning, no error, no 'no run yet'"
    for i, c, _ in book.cells("code"):
        for o in c.get("outputs", []):
            text = shown_text(o)
            longest = max(map(len, text.splitlines()), default=0)
            if longest > OUTPUT: yield f"cell {i} prints a line of {longest} characters, {OUTPUT} are allowed; show a table"
            if o["output_type"] == "error": yield f"cell {i} stores an error: {o.get('ename')}"
            if o.get("name") == "stderr" and not all(l.startswith("note: ") for l in text.splitlines()): yield f"cell {i} stores a warning or a progress line: {text[:60]!r}"
            if "no run yet" in text: yield f"cell {i} prints 'no run yet' where a result belongs"


def remarks(src: str) -> list[str]:
    "Comments, docstrings and messages of a code cell"
    try: tokens = list(tokenize.generate_tokens(io.StringIO(src).readline))
    except (tokenize.TokenError, IndentationError, SyntaxError): return [l for l in src.splitlines() if l.lstrip().startswith("#")]
    kinds = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", -1)}
    return [t.string for t in tokens if t.type in kinds and len(t.string.split()) > 3]


def plain_words(book: Book):
    "text, comments and titles use the words of the field"
    for i, c in enumerate(book.nb["cells"]):
        src = text_of(c["source"])
        texts = [re.sub(r"\]\([^)]*\)", "]", prose(src))] if c["cell_type"] == "markdown" else remarks(src)
        for pattern, better in TEXT_WORDS.items():
            for m in re.finditer(rf"(?<![.\w])(?:{pattern})\b", "\n".join(texts), re.I): yield f"cell {i}: {m[0]!r}; write: {better}"


def called_now(tree) -> list[ast.Call]:
    "Calls that happen when the cell runs: not those in the bodies of functions and classes"
    found, todo = [], list(getattr(tree, "body", [tree]))
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)): continue
        if isinstance(node, ast.Call): found.append(node)
        todo.extend(ast.iter_child_nodes(node))
    return found


def name_called(call: ast.Call) -> str:
    "`f` of f(...), `plt.f` of plt.f(...), '' of anything else"
    f = call.func
    if isinstance(f, ast.Name): return f.id
    return f"plt.{f.attr}" if isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name) and f.value.id == "plt" else ""


def draws(calls: list[ast.Call], own: set[str]) -> bool:
    "Whether one of these calls makes a figure, and none closes it"
    names = {name_called(c) for c in calls}
    return "plt.close" not in names and bool(names & (own | OUR_DRAWS | {f"plt.{f}" for f in DRAWS}))


def figures(book: Book):
    "a cell that plots has a figure among its outputs"
    own = set()                     # functions of this notebook that draw
    for i, c, src in book.cells("code"):
        try: tree = parsed(src)
        except SyntaxError: continue
        for f in (n for n in tree.body if isinstance(n, ast.FunctionDef)):
            if draws([n for n in ast.walk(f) if isinstance(n, ast.Call)], own): own.add(f.name)
        if re.search(r"^#\|\s*eval:\s*false", src, re.M) or not draws(called_now(tree), own): continue
        shown = [k for o in c.get("outputs", []) for k, v in o.get("data", {}).items()
                 if k.startswith("image/") or (k == "text/html" and FIGURE_TAG.search(text_of(v)))]
        if not shown: yield f"cell {i} plots, and no figure is among its outputs"


def title(book: Book):
    "the first cell is a title"
    first = book.nb["cells"][0] if book.nb["cells"] else {"cell_type": "none", "source": ""}
    if first["cell_type"] != "markdown" or not text_of(first["source"]).startswith("# "):
        yield "cell 0 is no title: a Markdown cell that begins with '# ' belongs there"


def glossary(book: Book):
    "links to the glossary name a term that it has"
    if book.terms is None: return
    for i, _, src in book.cells("markdown"):
        own = r"|\]\(#([^)\s]+)" if book.name == "glossary" else ""
        for m in re.finditer(rf"\]\((?:\./)?glossary\.ipynb#([^)\s]+){own}", src):
            term = next(filter(None, m.groups()))
            if term not in book.terms: yield f"cell {i} links to glossary.ipynb#{term}, which is not there"


def links(book: Book):
    "links name notebooks that exist"
    for i, _, src in book.cells("markdown"):
        for name in re.findall(r"\]\((?:\./)?([\w\-]+)\.ipynb(?:#[^)\s]*)?\)", src):
            if name not in book.books: yield f"cell {i} links to {name}.ipynb, which does not exist"


def formulas(book: Book):
    "no formula has doubled backslashes (\\\\frac is shown as text)"
    for i, _, src in book.cells("markdown"):
        for m in MATH.finditer(CODE.sub(" ", FENCE.sub(" ", src))):
            if bad := re.search(r"\\\\[a-zA-Z]+", m[0]): yield f"cell {i}: {bad[0]!r} in a formula; write one backslash (or a blank after a line break)"


def exports(book: Book):
    "a lesson exports nothing"
    for i, _, src in book.cells("code"):
        found = set(DIRECTIVE.findall(src)) & {"default_exp", "export", "exporti", "exports"}
        if book.lesson and found: yield f"cell {i} has #| {found.pop()}; the workshop exports"


def colab(book: Book):
    "Colab badge in the title cell, and the first code cell installs worldrl on Colab only; nothing where there is no code"
    mend = f"; run: python tools/notebooks.py badge {book.name}"
    cells, code = book.nb["cells"], list(book.cells("code"))
    if not code: return
    if badge_text(book.name) not in text_of(cells[0]["source"]): yield f"cell 0 lacks this notebook's Colab badge{mend}"
    if sum(len(COLAB.findall(text_of(c["source"]))) for c in cells) > 1: yield f"more than one Colab badge{mend}"
    if code[0][2].strip() != install_source(): yield f"cell {code[0][0]}, the first code cell, is not the standard install cell{mend}"


MEASURES = {"line length": line_length, "cells of a lesson": length, "outputs": outputs, "plain words": plain_words, "figures": figures,
            "title": title, "glossary links": glossary, "notebook links": links, "formulas": formulas, "lessons export nothing": exports,
            "Colab": colab}


def read_books(folder: Path) -> dict[str, dict]:
    "{name: notebook} of a folder"
    return {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in sorted(folder.glob("*.ipynb"))}


def measured(found: dict[str, dict], new_form: tuple, missing_fails: bool) -> list[str]:
    "What is wrong with the notebooks in the new form (and with the formulas of all): lines that begin with the notebook's name"
    terms = anchors(found["glossary"]) if "glossary" in found else None
    known = set(found) | (set() if missing_fails else set(new_form))
    bad = [f"nbs/{n}.ipynb: does not exist, and NEW_FORM in tools/checks.py names it" for n in new_form if missing_fails and n not in found]
    for name, nb in found.items():
        if re.search(r"_(?:lesson|workshop)$", name) and name not in new_form: bad.append(f"nbs/{name}.ipynb: add it to NEW_FORM in tools/checks.py")
        book = Book(name, nb, known, terms)
        todo = MEASURES if name in new_form else {"formulas": formulas}
        bad += [f"nbs/{name}.ipynb: {what}: {line}" for what, measure in todo.items() for line in measure(book)]
    return bad
