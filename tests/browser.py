"""A real browser on the report's pages: Debian's chromium, driven by Playwright; nothing is downloaded."""

import shutil
from contextlib import contextmanager

import pytest


@contextmanager
def chromium():
    """A headless chromium; a test without one is skipped."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


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
        # Another page first: a change of the fragment alone would load nothing.
        self.page.goto("about:blank")
        self.page.goto(f"{path.as_uri()}{fragment}")
        return self

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
