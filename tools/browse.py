#!/usr/bin/env python
"""Open the built site in headless Chromium: no error in the console, nothing from the network, figures visible, formulas laid
out, the search finds something, a clip plays. `make docs-test`

    browse.py [PAGE ...] [--all] [--shots FOLDER]      pages of site/; without names: home, glossary, lessons, results and samples
    CHROMIUM=/path/to/chrome                   another browser than the one on the path"""
import argparse, functools, http.server, os, shutil, sys, threading
from pathlib import Path

from docs import RESULTS

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "site"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"]
WAIT_MS = 120_000           # when a page counts as hanging; a busy machine needs tens of seconds
FIGURES = """() => [...document.querySelectorAll('.md-content img')].filter(
    i => !(i.complete && i.naturalWidth > 0 && i.getBoundingClientRect().width > 0)).map(i => i.getAttribute('src'))"""
FORMULAS = "() => [...document.querySelectorAll('.md-content math')].filter(m => m.getBoundingClientRect().width === 0).length"
LOADED = "() => [...document.querySelectorAll('.md-content img')].every(i => i.complete)"
PLAY = """async () => { const v = document.querySelector('.md-content video'); v.muted = true; await v.play(); return v.duration; }"""


def missing() -> str:
    "What the browser test lacks on this machine; '' when it can run"
    try: import playwright      # noqa: F401
    except ImportError: return "no playwright here; pip install playwright"
    return "" if browser() else "no Chromium here; on Debian and Ubuntu: apt install chromium (or name one: CHROMIUM=...)"


def browser() -> str:
    "The Chromium that runs, by its path; '' when there is none"
    named = os.environ.get("CHROMIUM")
    return named or next((found for b in BROWSERS if (found := shutil.which(b))), "")


class Quiet(http.server.SimpleHTTPRequestHandler):
    "Serves files without a line for each"
    def log_message(self, *_): pass


class Server:
    "A folder on 127.0.0.1, as a context"

    def __init__(self, folder: Path):
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))

    def __enter__(self) -> str:
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.http.server_port}"

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()


class Visit:
    "Opens pages and collects what is wrong with them"

    def __init__(self, page, base: str):
        self.page, self.base, self.bad, self.at = page, base, [], ""
        page.on("console", lambda m: m.type == "error" and self.fault(f"console: {m.text}"))
        page.on("pageerror", lambda e: self.fault(f"error: {e}"))
        page.on("requestfailed", lambda r: "ERR_ABORTED" in (r.failure or "") or self.fault(f"not loaded: {r.url}"))
        page.route("**/*", self.local_only)

    def fault(self, what: str):
        self.bad.append(f"{self.at}: {what}")

    def local_only(self, route):
        "Nothing of the site may come from another host"
        url = route.request.url
        if url.startswith((self.base, "data:", "blob:")): return route.continue_()
        self.fault(f"asks the network for {url}")
        route.abort()

    def open(self, name: str) -> dict:
        "Load a page and look at its figures and formulas; how many of each it has"
        self.at = name
        try:
            self.page.goto(f"{self.base}/{name}", wait_until="domcontentloaded", timeout=WAIT_MS)
            self.page.wait_for_function(LOADED, timeout=WAIT_MS)
        except Exception as e: self.fault(str(e).splitlines()[0])
        for src in self.page.evaluate(FIGURES): self.fault(f"figure not visible: {src}")
        if n := self.page.evaluate(FORMULAS): self.fault(f"{n} formulas have no width")
        return {kind: self.page.locator(f".md-content {kind}").count() for kind in ("img", "math", "video")}

    def clip(self):
        "The first clip of the page that is open plays"
        try:
            length = self.page.evaluate(PLAY)
            self.page.wait_for_function("() => document.querySelector('.md-content video').currentTime > 0.2", timeout=WAIT_MS)
        except Exception as e: return self.fault(f"the clip does not play: {str(e).splitlines()[0]}")
        if not length > 0: self.fault(f"a clip of {length} s")

    def search(self, words: str):
        "The search box finds something"
        box = self.page.locator("[data-md-component=search-query]")
        if not box.count(): return self.fault("no search box")
        box.first.fill(words, force=True)
        try: self.page.locator(".md-search-result__link").first.wait_for(state="attached", timeout=WAIT_MS)
        except Exception: self.fault(f"a search for {words!r} finds nothing")


def typical(site: Path) -> list[str]:
    "Home, glossary, lessons, results, the first page with a clip, and one page of the API reference"
    pages = {p.relative_to(site).as_posix(): p for p in sorted(site.rglob("*.html"))}
    named = [n for n in pages if n in ("index.html", "glossary.html") or n.endswith("_lesson.html") or n.removesuffix(".html") in RESULTS]
    clip = next((n for n, p in pages.items() if "<video" in p.read_text(encoding="utf-8")), None)
    api = [n for n in pages if n.startswith("api/")][1:2]
    return list(dict.fromkeys(named + [clip] * bool(clip) + api))


def visit(site: Path, names: list[str] | None = None, shots: Path | None = None) -> tuple[list[str], dict]:
    "(what is wrong, how much was seen) of a built site in Chromium"
    from playwright.sync_api import sync_playwright
    names = names or typical(site)
    seen = {"pages": 0, "img": 0, "math": 0, "video": 0, "clips played": 0}
    with Server(site) as base, sync_playwright() as p:
        chrome = p.chromium.launch(executable_path=browser(), args=FLAGS)
        try:
            v = Visit(chrome.new_page(viewport={"width": 1280, "height": 900}), base)
            for name in names:
                found = v.open(name) | {"pages": 1}
                for kind, n in found.items(): seen[kind] += n
                if shots: v.page.screenshot(path=str(shots / f"{name.replace('/', '-')}.png"))
                if found["video"] and not seen["clips played"]:
                    v.clip()
                    seen["clips played"] += 1
            if v.at != "index.html": v.open("index.html")
            v.search("dream")
            if shots: v.page.screenshot(path=str(shots / "search.png"))
        finally: chrome.close()
    return v.bad, seen


def enough(seen: dict) -> list[str]:
    "A test that saw nothing proves nothing"
    return [f"no {kind} was seen" for kind, n in seen.items() if not n]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("pages", nargs="*")
    ap.add_argument("--all", action="store_true")
    ap.add_argument("--shots", type=Path)
    a = ap.parse_args()
    if a.all: a.pages = sorted(p.relative_to(SITE).as_posix() for p in SITE.rglob("*.html") if p.name != "404.html")
    if why := missing(): sys.exit(f"docs-test: {why}")
    if not (SITE / "index.html").exists(): sys.exit("docs-test: no site/; run: make docs")
    if a.shots: a.shots.mkdir(parents=True, exist_ok=True)
    bad, seen = visit(SITE, a.pages, a.shots)
    if not a.pages or a.all: bad += enough(seen)
    for line in bad: print(f"docs-test: {line}")
    print(", ".join(f"{n} {kind}" for kind, n in seen.items()))
    sys.exit(f"docs-test: {len(bad)} faults" if bad else 0)


if __name__ == "__main__": main()
