#!/usr/bin/env python
"""The documentation site: lays out what mkdocs reads, and checks what mkdocs wrote. `make docs`

    docs.py          notebooks (as they are stored, outputs included), API pages and the pages beside them -> _proc/docs
    docs.py check    every page is below 2 MB, needs nothing from the network, and its links lead somewhere

A notebook becomes a Markdown page. Its headings are Markdown, for menu and search. All else is HTML. Figures and clips become
files. Formulas become MathML, which browsers show without a script. Cells marked `hide` and directives are left out."""
import ast, base64, html, json, re, shutil, sys
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))        # mkdocs loads this file as a hook, too
from measures import ANSI, COLAB, read_books, slug, text_of     # noqa: E402
from notebooks import settings                                  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
NBS, OUT, SITE = ROOT / "nbs", ROOT / "_proc" / "docs", ROOT / "site"
PAGE_BYTES = 2_000_000
CHAPTERS = {"0": "Foundations", "1": "Environments", "2": "Shared parts", "3": "Agents without a model", "4": "World Models",
            "5": "Imagination-augmented agents", "6": "Influence-aware memory", "7": "Dreamer", "8": "Zoo, results and speed",
            "9": "Command line and robustness"}                 # by the first digit of a notebook's name
RESULTS = ("36_learned", "48_small_worlds", "53_i2a_results", "74_dreamed", "81_results")
PAGES = ("CONTRIBUTING.md", "CHANGELOG.md")
FIGURES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp", "video/mp4": "mp4"}
DATA_URI = re.compile(r"data:((?:image|video)/[\w+.\-]+);base64,([A-Za-z0-9+/=\s]+)")
HEADING = re.compile(r"^(#{1,6}) +(.+?) *#*$")
DIRECTIVE = re.compile(r"^\s*#\s*\|\s*([\w\-]+)(.*)$")
TARGET = re.compile(r'\b(href|src)="([^"]*)"')
ARG, TEXT = re.compile(r"\\arg(?![a-zA-Z])"), re.compile(r"\\(?:text\w*|mathrm)\{[^}]*\}")    # latex2mathml: no \arg, no \_ in text


class Page:
    "Turns one notebook into a Markdown page and the files beside it"

    def __init__(self, name: str, nb: dict, git_url: str):
        self.name, self.nb, self.git_url = name, nb, git_url
        self.files: dict[str, bytes] = {}                       # path below the docs folder -> content
        self.faults: list[str] = []                             # formulas that could not be converted
        self.taken: set[str] = set()                            # anchors of this page
        self.section = self.caption = name

    def text(self) -> str:
        "The page as Markdown"
        parts = []
        for i, c in enumerate(self.nb["cells"]):
            src = text_of(c["source"])
            parts += self.markdown(src) if c["cell_type"] == "markdown" else self.code(i, c, src) if c["cell_type"] == "code" else []
        return "\n\n".join(parts) + "\n"

    def markdown(self, src: str) -> list[str]:
        "A Markdown cell: headings as Markdown, the text between them as HTML"
        parts, lines, fenced = [], [], False
        src = COLAB.sub(lambda m: f"[Open in Colab]({m[0].rpartition('](')[2]}", src)       # the badge is an image on another host
        for line in [*src.splitlines(), None]:
            if line is not None and line.lstrip().startswith("```"): fenced = not fenced
            head = None if fenced or line is None else HEADING.match(line)
            if line is not None and not head:
                lines.append(line)
                continue
            if "\n".join(lines).strip(): parts.append(block("nb-text", self.links(self.html("\n".join(lines)))))
            lines = []
            if head: parts.append(self.heading(len(head[1]), head[2]))
        return parts

    def heading(self, level: int, text: str) -> str:
        "A heading with the anchor that links name"
        anchor = base = slug(text)
        while anchor in self.taken: anchor = f"{base}_{len(self.taken)}"
        self.taken.add(anchor)
        self.section = text
        inner = self.html(text).strip().removeprefix("<p>").removesuffix("</p>")
        return f"{'#' * level} {inner} {{#{anchor}}}"

    def html(self, src: str) -> str:
        "Markdown as JupyterLab shows it, with formulas as MathML"
        from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
        page = self

        class Renderer(IPythonRenderer):
            "nbconvert's renderer; formulas become MathML"
            def block_math(self, body): return page.formula(body, "block")
            def inline_math(self, body): return page.formula(body, "inline")
            def latex_environment(self, name, body): return page.formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")

        return MarkdownWithMath(renderer=Renderer(escape=False)).render(src)

    def formula(self, tex: str, display: str) -> str:
        "MathML of a formula"
        from latex2mathml.converter import convert
        known = TEXT.sub(lambda m: re.sub(r"\\([_$%&#])", r"\1", m[0]), ARG.sub(r"\\operatorname{arg}", tex.strip()))
        try: out = convert(known, display=display)
        except Exception as e: out = f"<code>{html.escape(tex)}</code>\\{type(e).__name__}"
        if bad := re.search(r"\\\w*", out): self.faults.append(f"nbs/{self.name}.ipynb: {bad[0]} in {tex.strip()!r}")
        return out

    def code(self, i: int, cell: dict, src: str) -> list[str]:
        "A code cell: its code without directives, folded where JupyterLab folds it, and its outputs"
        marks = {m[1].replace("-", "_"): m[2] for l in src.splitlines() if (m := DIRECTIVE.match(l))}
        if "hide" in marks or "default_exp" in marks or marks.get("include", "").strip(": ") == "false": return []
        code = "\n".join(l for l in src.splitlines() if not DIRECTIVE.match(l)).strip("\n")
        shown = bool(code.strip()) and not {"hide_input", "hide_code"} & set(marks) and marks.get("echo", "").strip(": ") != "false"
        self.caption = marks.get("fig_alt", "").strip(": ") or f"Figure: {self.section}"
        parts = []
        if shown:
            folded = cell["metadata"].get("jupyter", {}).get("source_hidden")
            first = code.splitlines()[0]
            name = html.escape(first.lstrip("# ")) if first.startswith("# ") else "Code"
            parts.append(f'<details class="nb-code"><summary>{name}</summary>\n{highlighted(code)}\n</details>' if folded else highlighted(code))
        for k, o in enumerate(cell.get("outputs", [])):
            if out := self.output(f"{self.name}-{i}-{k}", o): parts.append(block("nb-output", out))
        return parts

    def output(self, name: str, o: dict) -> str:
        "An output as HTML: a table or a figure where there is one, else its text"
        data = o.get("data", {})
        if "text/html" in data: return self.links(DATA_URI.sub(lambda m: self.file(name, m[1], base64.b64decode(m[2])), text_of(data["text/html"])))
        if "text/markdown" in data: return self.links(self.html(text_of(data["text/markdown"])))
        if "image/svg+xml" in data: return self.image(self.put(f"figures/{name}.svg", text_of(data["image/svg+xml"]).encode()))
        for kind in FIGURES:
            if kind in data: return self.image(self.file(name, kind, base64.b64decode(text_of(data[kind]))))
        if "text/latex" in data: return self.html(text_of(data["text/latex"]))
        text = ANSI.sub("", text_of(o.get("text", data.get("text/plain", "\n".join(o.get("traceback", [])))))).rstrip()
        return f"<pre data-search-exclude><code>{html.escape(text)}\n</code></pre>" if text else ""

    def image(self, path: str) -> str:
        "An image element; its text is the cell's `#| fig-alt: ...`, or says where it belongs"
        return f'<img src="{path}" alt="{html.escape(self.caption)}">'

    def file(self, name: str, kind: str, content: bytes) -> str:
        "Keep an embedded figure as a file; its path"
        return self.put(f"figures/{name}-{len(self.files)}.{FIGURES.get(kind, kind.partition('/')[2])}", content)

    def put(self, path: str, content: bytes) -> str:
        self.files[path] = content
        return path

    def links(self, text: str) -> str:
        "HTML whose links lead to the pages of the site, or to the file in the repository"
        return TARGET.sub(lambda m: f'{m[1]}="{self.target(m[2])}"', text)

    def target(self, url: str) -> str:
        "Where a link of a notebook leads on the site"
        path, _, anchor = url.partition("#")
        anchor = f"#{anchor if anchor.startswith('fn') else slug(anchor.replace('%20', ' '))}" if anchor else ""
        if re.match(r"[a-z]+:", url): return url
        if m := re.fullmatch(r"(?:\./)?([\w\-]+)\.ipynb", path): return f"{m[1]}.html{anchor}"
        if path.removeprefix("../") in PAGES: return f"{path.removeprefix('../').lower().removesuffix('.md')}.html{anchor}"
        if path.startswith("../"): return f"{self.git_url}/blob/{settings()['branch']}/{path.removeprefix('../')}{anchor}"
        return path + anchor


def block(kind: str, inner: str) -> str:
    "HTML that Markdown leaves as it is; no blank line ends it"
    return f'<div class="{kind}">\n{inner.strip()}\n</div>'


def highlighted(code: str) -> str:
    "Python as the theme shows it"
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer
    inner = highlight(code, PythonLexer(), HtmlFormatter(nowrap=True))
    return f'<div class="language-python highlight" data-search-exclude><pre><span></span><code>{inner}</code></pre></div>'


def title_of(nb: dict) -> str:
    "The text of a notebook's title"
    m = re.match(r"# +(.+)", text_of(nb["cells"][0]["source"])) if nb["cells"] else None
    return re.sub(r"[`*]", "", m[1]) if m else ""


def entry(name: str, nb: dict) -> dict[str, str]:
    "A line of the menu"
    number = name.partition("_")[0]
    return {f"{number} · {title_of(nb)}": f"{name}.md"}


def by_chapter(names: list[str], books: dict[str, dict]) -> list[dict]:
    "Menu entries, grouped by chapter"
    groups: dict[str, list] = {}
    for n in names: groups.setdefault(CHAPTERS[n[0]], []).append(entry(n, books[n]))
    return [{chapter: entries} for chapter, entries in groups.items()]


def menu(books: dict[str, dict], api: list[str]) -> list[dict]:
    "The menu of the site: lessons in order, workshops, results, glossary, API reference"
    odd = [n for n in books if n not in ("index", "glossary") and n[0] not in CHAPTERS]
    if odd: raise SystemExit(f"tools/docs.py: no chapter for {odd}; a notebook's name begins with its number, see CHAPTERS")
    numbered = [n for n in sorted(books) if n[0] in CHAPTERS]
    lessons = [n for n in numbered if n.endswith("_lesson")]
    results = [n for n in numbered if n in RESULTS]
    rest = [n for n in numbered if n not in lessons and n not in results]
    out: list[dict] = [{"Home": "index.md"}]
    if lessons: out.append({"Lessons": by_chapter(lessons, books)})
    out += [{"Workshops": by_chapter(rest, books)}, {"Results": [entry(n, books[n]) for n in results]}]
    if "glossary" in books: out.append({"Glossary": "glossary.md"})
    packages: dict[str, list] = {}
    for m in api: packages.setdefault(".".join(m.split(".")[:2]) if m.count(".") > 1 else "worldrl", []).append({m: f"api/{m}.md"})
    out.append({"API reference": ["api/index.md", *({p: pages} for p, pages in packages.items())]})
    return out + [{"Project": [p.lower() for p in PAGES]}]


def api_pages() -> dict[str, str]:
    "API pages: {path below the docs folder: Markdown}"
    out, index = {}, ["# API reference", "", "One page per module. The notebooks explain and test what stands here.", ""]
    for p in sorted((ROOT / "worldrl").rglob("*.py")):
        if p.name in ("__init__.py", "_modidx.py"): continue
        module = ".".join(("worldrl", *p.relative_to(ROOT / "worldrl").with_suffix("").parts))
        about = (ast.get_docstring(ast.parse(p.read_text(encoding="utf-8"))) or "").splitlines()
        out[f"api/{module}.md"] = f"# {module}\n\n::: {module}\n    options:\n      show_root_heading: false\n      show_root_toc_entry: false\n"
        index.append(f"- [{module}]({module}.md): {about[0] if about else ''}")
    return out | {"api/index.md": "\n".join(index) + "\n"}


STYLE = """
@font-face { font-family: "STIX Two Math"; src: url("STIXTwoMath-Regular.ttf"); }
.md-typeset math { font-family: "STIX Two Math", math; }
.md-typeset .nb-output pre > code { background: none; font-size: .68rem; max-height: 30em; }
.md-typeset .nb-text pre { background: var(--md-code-bg-color); padding: .8em 1.1em; overflow-x: auto; font-size: .68rem; }
.md-typeset .nb-text pre > code { background: none; padding: 0; font-size: inherit; }
.md-typeset .nb-output { overflow-x: auto; margin: -.4em 0 1.2em; }
.md-typeset .nb-output table { font-size: .7rem; }
.md-typeset details.nb-code { box-shadow: none; border-color: var(--md-default-fg-color--lightest); }
.md-typeset math[display="block"] { margin: 1em 0; font-size: 1.1em; overflow-x: auto; }
.md-typeset img, .md-typeset video { max-width: 100%; height: auto; }
"""


def math_font() -> Path:
    "A font with the measures that browsers need to place indices; Linux often has none, and ziamath brings one (STIX, OFL)"
    return Path(find_spec("ziamath").origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"


def on_config(config):
    "mkdocs asks for the menu"
    api = sorted(p.removeprefix("api/").removesuffix(".md") for p in api_pages() if p != "api/index.md")
    config.nav = menu(read_books(NBS), api)
    return config


def lay_out(books: dict[str, dict], out: Path) -> list[str]:
    "Write the pages of notebooks and their figures; formulas that could not be converted"
    faults = []
    for name, nb in books.items():
        page = Page(name, nb, settings()["git_url"])
        files = {f"{name}.md": page.text().encode()} | page.files
        faults += page.faults
        for path, content in files.items():
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            (out / path).write_bytes(content)
    return faults


class Seen(HTMLParser):
    "What a page loads, links to, and can be linked to"

    def __init__(self, text: str):
        super().__init__()
        self.loads, self.links, self.ids, self.images, self.clips = [], [], set(), 0, 0
        self.directives = re.findall(r'language-python highlight"[^>]*><pre><span></span><code><span class="c1">(#\|.*?)</span>', text)
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if a.get("id"): self.ids.add(a["id"])
        if tag == "a" and a.get("name"): self.ids.add(a["name"])
        if tag == "a" and a.get("href"): self.links.append(a["href"])
        if tag in ("script", "img", "video", "source", "iframe") and a.get("src"): self.loads.append(a["src"])
        if tag == "link" and a.get("rel") in ("stylesheet", "icon", "preload", "modulepreload"): self.loads.append(a.get("href") or "")
        self.images += tag == "img"
        self.clips += tag == "video"


def later() -> set[str]:
    "Pages that other notebooks may link to before they exist"
    from checks import MISSING_FAILS, NEW_FORM
    return set() if MISSING_FAILS else {f"{name}.html" for name in NEW_FORM}


def site_faults(site: Path, not_yet: set[str] = frozenset()) -> list[str]:
    "What is wrong with a built site: size, things from the network, raw directives, links that lead nowhere"
    pages = {p.relative_to(site).as_posix(): p for p in sorted(site.rglob("*.html"))}
    seen = {name: Seen(p.read_text(encoding="utf-8")) for name, p in pages.items()}
    bad = [f"{n}: {p.stat().st_size:,} bytes, {PAGE_BYTES:,} are allowed" for n, p in pages.items() if p.stat().st_size >= PAGE_BYTES]
    for name, page in seen.items():
        bad += [f"{name} loads {url}, which is on the network" for url in page.loads if re.match(r"(?:https?:)?//", url)]
        bad += [f"{name}: {url} leads nowhere" for url in sorted(set(page.links + page.loads)) if not leads(site, name, url, seen) and url.partition("#")[0] not in not_yet]
        if page.directives: bad.append(f"{name} shows a directive: {page.directives[0]}")
    return bad


def leads(site: Path, page: str, url: str, seen: dict) -> bool:
    "Whether a link within the site leads to a file that exists, and to an anchor that its page has"
    if re.match(r"[a-z]+:|//", url) or page == "404.html": return True
    path, _, anchor = url.partition("#")
    target = (site / page).parent / path if path else site / page
    if target.is_dir(): target = target / "index.html"
    if not target.exists(): return False
    name = target.resolve().relative_to(site.resolve()).as_posix()
    return not anchor or anchor.startswith("__") or name not in seen or anchor in seen[name].ids


def main():
    if sys.argv[1:] == ["check"]:
        bad = site_faults(SITE, later())
        for line in bad[:60]: print(f"site: {line}")
        sys.exit(f"site: {len(bad)} faults" if bad else 0)
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    faults = lay_out(read_books(NBS), OUT)
    for folder in ("images", "media"):
        if (NBS / folder).is_dir(): shutil.copytree(NBS / folder, OUT / folder)
    for page in PAGES:
        text = re.sub(r"\]\(nbs/([\w\-]+)\.ipynb", r"](\1.md", (ROOT / page).read_text(encoding="utf-8"))
        (OUT / page.lower()).write_text(text, encoding="utf-8")
    for path, text in api_pages().items():
        (OUT / path).parent.mkdir(parents=True, exist_ok=True)
        (OUT / path).write_text(text, encoding="utf-8")
    (OUT / "notebook.css").write_text(STYLE, encoding="utf-8")
    shutil.copy(math_font(), OUT)
    for line in faults: print(f"a formula that cannot be shown: {line}")
    sys.exit(bool(faults))


if __name__ == "__main__": main()
