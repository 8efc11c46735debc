"""A reader of the built book: a local server, and the system's Chromium with the network cut off."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, Route, sync_playwright

from kexue.rerun.pages import book_root, pages

ROOT = book_root()
PAGES = [page.name for page in pages(ROOT)]
HTML = ROOT / "_build" / "html"
WIDTHS = {"desktop": 1280, "phone": 390}
HEIGHT = 900
FLAGS = [
    "--no-sandbox",  # root in a container has no user namespace to build a sandbox in
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SETTLED = """async () => {
    await window.MathJax?.startup.promise;
    await document.fonts.ready;
}"""
WIDGETS_SHOWN = """() => [...document.querySelectorAll("script[type='application/vnd.jupyter.widget-view+json']")]
    .every(script => script.parentElement.querySelector(".jupyter-widgets, .widget-subarea > *"))"""


def has_explorer(page: str) -> bool:
    """Whether a page's cells call ``explore`` or ``explore_lattice``."""
    text = (ROOT / f"{page}.md").read_text(encoding="utf-8")
    return any(call in text for call in ("explore(", "explore_lattice("))


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Tests look at what the page received; a log of it would only fill the output."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve ``folder`` on a free port of this machine and give its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietHandler, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium; without one the test is skipped, and on a build machine it fails."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        message = "no Chromium on this machine: `apt install chromium` (Debian), or let .ci/run install it"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """One page, opened by a reader, and everything that went wrong on it."""

    page: Page
    base: str
    remote: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.route("**/*", self._stay_here)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"uncaught: {error}"))
        self.page.on("response", self._response)

    def open(self, name: str) -> Visit:
        """Load the page and wait until mathematics, fonts and widgets are in their places."""
        self.page.goto(f"{self.base}{name}.html", wait_until="load")
        self.page.wait_for_function(WIDGETS_SHOWN)
        if has_explorer(name):
            self.page.locator(".kexue-explorer svg").first.wait_for()
        self.page.evaluate(SETTLED)
        return self

    def _stay_here(self, route: Route) -> None:
        if route.request.url.startswith((self.base, "blob:", "data:")):
            route.continue_()
        else:
            self.remote.append(route.request.url)
            route.abort()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"console: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.faults.append(f"status {response.status}: {response.url}")


@contextmanager
def visit(browser: Browser, base: str, name: str, screen: str = "desktop", theme: str = "light") -> Iterator[Visit]:
    """Open the page ``name`` as a reader with this screen and colour preference would."""
    context = browser.new_context(viewport={"width": WIDTHS[screen], "height": HEIGHT}, color_scheme=theme)
    context.set_default_timeout(20_000)
    try:
        yield Visit(context.new_page(), base).open(name)
    finally:
        context.close()
