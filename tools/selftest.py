"""Tests of our tools for notebooks and docs; tools/test.py runs them. Each shows that a check can fail."""
import ast, base64, copy, json, os, subprocess, sys
from pathlib import Path

import docs
import section
from measures import MEASURES, measured, read_books
from notebooks import add_badge, clean, code_hash, install_source, read, write

ROOT = Path(__file__).resolve().parent.parent
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
KERNEL = {"kernelspec": {"display_name": "python3", "language": "python", "name": "python3"}}


class Skipped(Exception):
    "A check that cannot run on this machine; the message says why"


def md(text): return {"cell_type": "markdown", "id": f"m{abs(hash(text)) % 10**8}", "metadata": {}, "source": text}


def code(text, *outputs, **metadata):
    return {"cell_type": "code", "execution_count": None, "id": f"c{abs(hash(text)) % 10**8}", "metadata": metadata, "outputs": list(outputs), "source": text}


def printed(text, name="stdout"): return {"output_type": "stream", "name": name, "text": text}
def figure(): return {"output_type": "display_data", "metadata": {}, "data": {"image/png": PIXEL, "text/plain": "<Figure size 900x600>" + " " * 200}}
def book(*cells): return {"cells": list(cells), "metadata": KERNEL, "nbformat": 4, "nbformat_minor": 5}


def good_lesson() -> dict:
    "A lesson in which no measure finds anything"
    nb = book(md("# A lesson\n> What it is about\n\nA [latent](glossary.ipynb#latent) and the [workshop](99_good_workshop.ipynb)."),
              code("import matplotlib.pyplot as plt"),
              md("## Idea\n$$R^2 = 1 - \\frac{a}{b}$$\n`$\\\\frac$`, and `the dice` in code.\n```\n\\\\frac watched\n```"),
              code("def draw():\n    plt.plot([1, 2])\ndraw()", figure()),
              code("fig, ax = plt.subplots()\nplt.close(fig)"),
              code("x = 'a'.strip()\nprint(x)", printed("a\n")))
    add_badge(nb, "99_good_lesson")
    return nb


def broken() -> dict[str, dict]:
    "{measure: a notebook in which it must find a fault}"
    def also(*cells):
        nb = good_lesson()
        nb["cells"] += cells
        return nb
    no_badge, no_title, late = good_lesson(), good_lesson(), good_lesson()
    no_badge["cells"][0]["source"] = "# A lesson"
    no_title["cells"].insert(0, code("1"))
    late["cells"].append(late["cells"].pop(1))
    return {"line length": also(code("x = 1" + " + 1" * 40)), "cells of a lesson": also(*[md(f"{i}") for i in range(40)]),
            "outputs": also(code("print()", printed("x" * 121))), "plain words": also(md("The dream promised a picture.")),
            "figures": also(code("draw()")), "title": no_title, "glossary links": also(md("[x](glossary.ipynb#no-term)")),
            "notebook links": also(md("[x](98_gone.ipynb)")), "formulas": also(md("$\\\\frac{1}{2}$")),
            "lessons export nothing": also(code("#| export\nx = 1")), "Colab": no_badge, "Colab ": late,
            "outputs ": also(code("1", printed("UserWarning: old", "stderr"))), "outputs  ": also(code("1", printed("no run yet"))),
            "plain words ": also(code("# the reward is foretold")), "figures ": also(code("plt.subplots()", printed("no figure"))),
            "plain words  ": also(code("plt.title('an earlier system wins')", figure()))}


GLOSSARY = book(md("# Glossary\n## Terms\n### latent\nA vector. See [value](#value).\n\n### value\nA number."))


def faults_of(nb: dict, name="99_good_lesson") -> list[str]:
    "What the measures say about one notebook beside a glossary and a workshop"
    found = {"glossary": GLOSSARY, "99_good_workshop": book(md("# W")), name: nb}
    return [line for line in measured(found, (name, "99_good_workshop"), True) if line.startswith(f"nbs/{name}")]


def check_measures(tmp):
    "each measure of a notebook in the new form finds a notebook that breaks it, and says which"
    bad = [f"a good lesson: {line}" for line in faults_of(good_lesson())]
    cases = broken()
    bad += [f"no broken notebook for the measure {m!r}" for m in MEASURES if m not in cases]
    for what, nb in cases.items():
        lines = faults_of(nb)
        if not any(line.startswith(f"nbs/99_good_lesson.ipynb: {what.strip()}: ") for line in lines): bad.append(f"{what}: not found in {lines}")
    gone = measured({"index": book(md("# I"))}, ("99_gone",), True)
    if len(gone) != 1 or "99_gone" not in gone[0]: bad.append(f"a missing notebook: {gone}")
    if later := measured({"index": book(md("# I"))}, ("99_gone",), False): bad.append(f"not missing yet: {later}")
    if not any("NEW_FORM" in line for line in measured({"98_new_lesson": good_lesson()}, (), True)): bad.append("a lesson outside the list passes")
    dead = copy.deepcopy(GLOSSARY)
    dead["cells"].append(md("[x](#nothing)"))
    if not any("glossary links" in l for l in measured({"glossary": dead}, ("glossary",), True)): bad.append("a dead link within the glossary passes")
    return "\n".join(bad)


def check_badges(tmp):
    "badge and install cell are added once, cost no new outputs, and cleaning keeps folded cells folded"
    bad, nb = [], good_lesson()
    before = copy.deepcopy(nb)
    add_badge(nb, "99_good_lesson")
    if nb != before: bad.append("a second call changes the notebook")
    plain = book(md("# T\n\n> About.\n\nText."), code("1 + 1"))
    first = code_hash(plain)
    add_badge(plain, "12_old")
    add_badge(plain, "12_new")
    title = "".join(plain["cells"][0]["source"])
    if title.count("colab-badge") != 1 or "12_new.ipynb" not in title or "12_old" in title: bad.append(f"a renamed notebook: {title}")
    if not title.startswith("# T\n\n> About.\n\n[![Open in Colab]") or not title.endswith("Text."): bad.append(f"place of the badge: {title}")
    if code_hash(plain) != first: bad.append("the install cell makes outputs stale")
    if "".join(plain["cells"][1]["source"]) != install_source(): bad.append("the first code cell is another one")
    words = book(md("# Words"))
    add_badge(words, "words")
    if len(words["cells"]) != 1 or "".join(words["cells"][0]["source"]) != "# Words": bad.append("a notebook without code gets a badge")
    path = tmp / "nbs/99_good_lesson.ipynb"
    nb["cells"][2]["metadata"] = {"jupyter": {"source_hidden": True}, "tags": ["setup"], "collapsed": True}
    write(nb, path)
    clean(path)
    subprocess.run([sys.executable, "-c", "from nbdev.clean import nbdev_clean; nbdev_clean()"], cwd=tmp, check=True)
    if read(path)["cells"][2]["metadata"] != {"jupyter": {"source_hidden": True}, "tags": ["setup"]}: bad.append(f"metadata: {read(path)['cells'][2]['metadata']}")
    return "\n".join(bad)


PLAY = book(md("# Play"), code("#| hide\nimport os"), md("## Set-up"), code("base = 3"), md("## Heavy demo"), code("raise SystemExit('a demo of another section ran')"),
            md("## Settings"), code("settings = {}"), code("settings['x'] = base"), md("## Returns: GAE"), code("import math\nassert math.sqrt(base * settings['x']) == 3"),
            md("### Wrong twin"), code("assert os.getcwd().endswith('nbs')\nassert base == 4, 'base is wrong'"), md("## After"), code("1 / 0"))


def check_sections(tmp):
    "make check runs one section with its imports, set-up and what it names, and says what is near a wrong name"
    books, bad = {"98_play": PLAY, "97_other": book(md("# Other\n## Settings\n## Only here"))}, []

    def refused(wanted, *words):
        try: bad.append(f"{wanted!r} is accepted: {section.find(wanted, books)}")
        except section.NotFound as e: bad.extend(f"{wanted!r}: {w!r} is not in: {e}" for w in words if w not in str(e))

    refused("Settings", "98_play:Settings", "97_other:Settings")
    refused("Heavy demmo", "near: 'Heavy demo'")
    refused("98_plai:Settings", "no notebook", "'98_play'")
    refused("98_play:GEA", "no section")
    refused("98_play:", "98_play:Wrong twin")
    for wanted in ("gae", "98_play:Returns", "98:returns-gae"):
        if section.chosen(section.find(wanted, books), PLAY) != ([1, 3, 7, 8, 10, 12], [7, 8]):
            bad.append(f"{wanted}: {section.chosen(section.find(wanted, books), PLAY)}")
    cell = "total = base\nfor g in games:\n    total += scale(g)\ndef f(x, y=start):\n    z = x\n    return z + y + late\nlate = [h for h in rest if h > total]\nseen = seen + 1"
    if (got := section.used(ast.parse(cell))) != {"base", "games", "scale", "start", "late", "rest", "seen"}: bad.append(f"names that a cell needs: {sorted(got)}")
    ok, out = section.execute(section.cut(section.find("gae", books), PLAY)[0], "98_play")
    if ok or "base is wrong" not in out: bad.append(f"a failing section: {ok} {out[-500:]}")
    ok, out = section.execute(section.cut(section.find("settings", {"98_play": PLAY}), PLAY)[0], "98_play")
    if not ok: bad.append(f"a good section: {out[-500:]}")
    return "\n".join(bad)


def check_pages(tmp):
    "the pages of the docs hide what is hidden, lead somewhere, and show formulas, figures and clips"
    clip = base64.b64encode(b"mp4").decode()
    shown = [{"output_type": "display_data", "metadata": {}, "data": {"text/html": f'<video src="data:video/mp4;base64,{clip}"></video>'}}]
    nb = book(md("# Title *x*\n[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/x)"),
              code("#| hide\nsecret = 1"), code("#| export\n#| slow\ndef shown(): pass"), code("#| hide_input\n#| fig-alt: A \"red\" dot\nunseen = 2", figure()), code("folded = 3", jupyter={"source_hidden": True}),
              md("## The λ-return\n$G_t = \\frac{1}{2}$ and `$code$`, [a](12_x.ipynb#The-Plan), [b](../tools/test.py), [c](../CHANGELOG.md)\n- one\n- two"), code("clip()", *shown),
              md("## The λ-return\n```python\n# ## no heading\n```"), code("loud()", printed("\x1b[31mred <b>\x1b[0m\n")), code("#| default_exp nothing"))
    page = docs.Page("98_page", nb, "https://host/repo")
    text = page.text()
    wanted = ("# Title <em>x</em> {#title-x}", 'href="https://colab.research.google.com/x"', "shown", 'src="figures/98_page-3-0-0.png" alt="A &quot;red&quot; dot"', "<details class=\"nb-code\">",
              "## The λ-return {#the-λ-return}", "<mfrac>", "<code>$code$</code>", 'href="12_x.html#the-plan"', 'href="https://host/repo/blob/main/tools/test.py"', 'href="changelog.html"',
              "<li>one</li>", '<video src="figures/98_page-6-0-1.mp4">', "{#the-λ-return_", "red &lt;b&gt;")
    bad = [f"the page lacks {w}" for w in wanted if w not in text]
    bad += [f"the page has {w!r}" for w in ("secret", "#|", "unseen", "default_exp", "data:", "\x1b", "colab-badge", "\n## no heading") if w in text]
    if page.files != {"figures/98_page-3-0-0.png": base64.b64decode(PIXEL), "figures/98_page-6-0-1.mp4": b"mp4"}: bad.append(f"files: {list(page.files)}")
    wrong = docs.Page("98_page", book(md("$\\nosuchcommand{x}$")), "")
    wrong.text()
    if len(wrong.faults) != 1: bad.append(f"a wrong formula: {wrong.faults}")
    books = {n: book(md(f"# {n}")) for n in ("index", "glossary", "31_a2c_workshop", "31_a2c_lesson", "70_rssm_lesson", "74_dreamed", "12_x")}
    got = json.dumps(docs.menu(books, ["worldrl.core", "worldrl.parts.nets"]))
    order = [got.find(n) for n in ("index.md", "Lessons", "31_a2c_lesson", "Dreamer", "70_rssm_lesson", "Workshops", "Environments", "12_x", "31_a2c_workshop", "Results", "74_dreamed", "glossary.md", "api/index.md")]
    if -1 in order or order != sorted(order): bad.append(f"menu: {order} {got}")
    return "\n".join(bad + site_cases(tmp / "bad"))


def site_cases(site: Path) -> list[str]:
    "What the check of a built site misses in a bad one"
    site.mkdir()
    (site / "index.html").write_text('<script src="https://cdn.example.org/x.js"></script><h1 id="a">x</h1><a href="#a"></a><a href="b.html#c"></a>'
                                     '<a href="gone.html"></a><img src="gone.png"><div class="language-python highlight"><pre><span></span><code><span class="c1">#| hide</span></code></pre></div>')
    (site / "b.html").write_text("x" * docs.PAGE_BYTES)
    found = "\n".join(docs.site_faults(site))
    wanted = ("cdn.example.org", "b.html#c leads nowhere", "gone.html leads nowhere", "gone.png leads nowhere", "b.html: 2,000,000 bytes", "#| hide")
    return [f"not found: {w} in {found}" for w in wanted if w not in found] + ["a good link is a fault"] * ("#a leads" in found.replace("b.html#c", ""))


def check_docs(tmp):
    "the docs site builds without the network; each page is below 2 MB, and each link leads somewhere"
    env = os.environ | {"NO_MKDOCS_2_WARNING": "1", "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    for cmd in ([sys.executable, "tools/docs.py"], [sys.executable, "-m", "mkdocs", "build", "-q"]):
        out = subprocess.run(cmd, cwd=ROOT, env=env, capture_output=True, text=True)
        if out.returncode: return (out.stdout + out.stderr)[-3000:]
    bad = docs.site_faults(docs.SITE, docs.later())
    bad += [f"{name}.html is missing" for name in read_books(docs.NBS) if not (docs.SITE / f"{name}.html").exists()]
    api = (docs.SITE / "api/worldrl.parts.returns.html").read_text(encoding="utf-8")
    if "[T+1, B]" not in api and "[T + 1, B]" not in api and "[T, B]" not in api: bad.append("the API pages lack the comments beside parameters")
    return "\n".join(bad[:40])


def check_browser(tmp):
    "the docs site in headless Chromium: console, figures, formulas, search, a clip"
    import browse
    if why := browse.missing(): raise Skipped(why)
    if not (browse.SITE / "index.html").exists(): return "there is no site/: the build failed"
    bad, seen = browse.visit(browse.SITE)
    wrong = tmp / "wrong"
    wrong.mkdir()
    (wrong / "index.html").write_text('<div class="md-content"><img src="gone.png"><img src="https://example.org/x.png"><video src="gone.mp4"></video></div>'
                                      "<script>console.error('a fault'); undefinedName</script>")
    found = "\n".join(browse.visit(wrong, ["index.html"])[0])
    bad += [f"a bad page passes: {w!r} is not in {found}" for w in ("figure not visible: gone.png", "asks the network", "a fault", "undefinedName", "no search box", "does not play") if w not in found]
    return "\n".join(bad + browse.enough(seen))


def check_forked(tmp):
    "a notebook that is tested in a fork passes, fails, is stopped at its limit and may be killed; notebooks share no state"
    from warm import Warm
    cells = {"passes": "import sys, __main__\nassert __name__ == '__main__' and not hasattr(__main__, '__file__') and not hasattr(sys, 'seen')\nsys.seen = 1\nprint('printed')",
             "fails": "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'print(6 * 7)'])\n1 / 0",
             "hangs": "import time\ntime.sleep(60)", "dies": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
             "flagged": "#| slow\n1 / 0"}
    for name, source in cells.items(): write(book(md("# A title"), code(source)), tmp / f"{name}.ipynb")
    env = os.environ | {"IN_TEST": "1"}
    with Warm(env, tmp, preloads=False) as warm:
        got = {name: warm.run(tmp / f"{name}.ipynb", timeout=2 if name == "hangs" else 60) for name in (*cells, "passes")}
        got["forced"] = warm.run(tmp / "flagged.ipynb", ["slow"])
    wanted = {"passes": (True, ""), "fails": (False, "ZeroDivisionError"), "hangs": (False, "more than 2 s"), "dies": (False, "was killed"),
              "flagged": (True, ""), "forced": (False, "ZeroDivisionError")}
    bad = [f"{name}: {got[name]}" for name, (passed, says) in wanted.items() if got[name][0] != passed or says not in got[name][2]]
    return "\n".join(bad + ["the output of a child process is lost"] * ("42" not in got["fails"][2]))


CHECKS = (check_measures, check_badges, check_sections, check_pages, check_docs, check_browser, check_forked)
