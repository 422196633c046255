"""A real browser on the report's pages: Debian's chromium, driven by Playwright; nothing is downloaded."""

import os
import shutil
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from importlib.util import find_spec
from threading import Thread

import pytest

BLANK = ("about:blank", "data:,")  # asked for by every page; the latter is its icon
# Rules of WCAG 2 up to level AA, and axe's own that are no matter of taste.
AXE = """async () => {
  // Nothing is preloaded: the pages forbid scripts to fetch, and would complain.
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run({ runOnly: tags, resultTypes: ["violations"], preload: false });
  return found.violations
    .filter(({ impact }) => ["serious", "critical"].includes(impact))
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`);
}"""


# Tag, and name or words of what has the focus; whether it can be seen; how many elements are before it.
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const { width, height, bottom, right } = one.getBoundingClientRect();
  const all = [...document.querySelectorAll("*")];
  return {
    tag: one.tagName.toLowerCase(),
    name: one.name || one.getAttribute("aria-label") || one.textContent.trim().slice(0, 40),
    seen: width > 0 && height > 0 && bottom > 0 && right > 0,
    outlined: getComputedStyle(one).outlineStyle !== "none",
    place: all.indexOf(one),
  };
}"""


def needed(found, what):
    """A test is skipped without what is not there, but on CI, which installs it, it fails."""
    if not found:
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing(f"{what} is not installed")


@contextmanager
def chromium():
    """A headless chromium."""
    needed(find_spec("playwright"), "playwright")
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    needed(program, "chromium (Debian: apt-get install chromium)")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def serving(folder):
    """The address of a server of this machine for a folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder)) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Tab:
    """A page in the browser, with all that it asked for and all that it complained of."""

    def __init__(self, browser, *, width=1280, height=900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(20_000)
        self.page = context.new_page()
        self.requests, self.complaints = [], []
        self.page.on("request", lambda asked: self.requests.append(asked.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda opened: self.complaints.append(f"dialog {opened.message}"))
        self.page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type == "error" else None,
        )

    def open(self, path, fragment=""):
        return self.visit(f"{path.as_uri()}{fragment}")

    def visit(self, url):
        # Another page first: a change of the fragment alone would load nothing.
        self.page.goto("about:blank")
        self.page.goto(url)
        return self

    def strangers(self, base):
        """What was asked for outside of the report, which lies at ``base``."""
        asked = [url for url in self.requests if url not in BLANK]
        return [url for url in asked if not url.startswith(f"{base}/")]

    def violations(self):
        """What axe-core finds serious or critical, each with the elements."""
        needed(find_spec("axe_playwright_python"), "axe-playwright-python")
        self.page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
        return self.page.evaluate(AXE)

    def focused(self):
        """The element with the focus: its tag and name or words; None where it is the page."""
        return self.page.evaluate(FOCUSED)

    def shows(self, sample):
        self.page.wait_for_selector(f'#explorer[data-shown="{sample}"]')
        return self

    def texts(self, selector):
        return [" ".join(text.split()) for text in self.page.locator(selector).all_inner_texts()]

    def listed(self):
        return [
            one.get_attribute("data-sample")
            for one in self.page.locator(".list li:visible a").all()
        ]

    def close(self):
        self.page.context.close()
