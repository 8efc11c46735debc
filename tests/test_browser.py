"""The built book as a reader meets it: in a browser, from this machine alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from browser import HEIGHT, HTML, PAGES, WIDTHS, Visit, chromium, has_explorer, served, visit
from contrast import faint_texts
from playwright.sync_api import Browser, Locator, Page

EXPLORERS = [page for page in PAGES if has_explorer(page)]
PICTURE = "() => [...document.querySelectorAll('.kexue-explorer svg')].map(svg => svg.outerHTML).join()"
CURVES = "() => [...document.querySelectorAll('.kexue-explorer svg path')].map(p => p.getAttribute('d')).join()"
SIGHTS = (("phone", "dark"), ("phone", "light"), ("desktop", "light"), ("desktop", "dark"))
ERRORS = "mjx-merror"
UNTYPESET = re.compile(r"\$\$|\\\(|\\\[|\\begin\{")
PROSE = """() => {
    const article = document.querySelector("article").cloneNode(true);
    article.querySelectorAll("pre, code, script, style, svg, mjx-container").forEach(node => node.remove());
    return article.textContent;
}"""


@pytest.fixture(scope="module")
def built() -> Path:
    if not (HTML / "book" / "index.html").exists():
        pytest.fail(f"there is no built book in {HTML}: run `make book` first")
    return HTML


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def base(built: Path) -> Iterator[str]:
    with served(built) as address:
        yield address


@pytest.fixture(scope="module", params=PAGES)
def reader(request: pytest.FixtureRequest, browser: Browser, built: Path, base: str) -> Iterator[Visit]:
    """Each page, opened on a phone at night, once for all tests: with an explorer as a file, which is harder, and the
    others from a server."""
    start = f"{built.as_uri()}/" if request.param in EXPLORERS else base
    with visit(browser, start, request.param, "phone", "dark") as opened:
        yield opened


class Addresses(HTMLParser):
    """What a page links to, what it loads, and the anchors that it offers."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.assets: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        if "href" in values:
            (self.assets if tag == "link" else self.links).add(values["href"])
        if "src" in values:
            self.assets.add(values["src"])


def dangling(page: Path, address: str, pages: dict[Path, Addresses]) -> bool:
    """Whether a local address of ``page`` leads to no file, or to no anchor in that file."""
    parts = urlsplit(address)
    if parts.scheme:
        return False
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.is_file():
        return True
    return bool(parts.fragment) and target in pages and unquote(parts.fragment) not in pages[target].anchors


def test_links_and_assets_resolve(built: Path) -> None:
    root = built.resolve()
    pages = {page: Addresses(page) for page in root.rglob("*.html") if "_static" not in page.parts}
    broken = {
        f"{page.relative_to(root)} → {address}"
        for page, found in pages.items()
        for address in found.links | found.assets
        if dangling(page, address, pages)
    }
    assert broken == set()


@pytest.mark.parametrize("page", PAGES)
def test_page_is_built_and_names_no_remote_asset(built: Path, page: str) -> None:
    assert {asset for asset in Addresses(built / f"{page}.html").assets if urlsplit(asset).netloc} == set()


def test_page(reader: Visit) -> None:
    """No request leaves the machine, nothing fails; all is legible and fits, also in the morning and on a desktop."""
    for screen, theme in SIGHTS:
        reader.page.set_viewport_size({"width": WIDTHS[screen], "height": HEIGHT})
        reader.page.emulate_media(color_scheme=theme)
        reader.page.locator(f"html[data-theme={theme}]").wait_for()
        assert faint_texts(reader.page) == []
        assert reader.page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[screen]
    assert reader.remote == []
    assert reader.faults == []


def test_mathematics_is_typeset(reader: Visit) -> None:
    formulas = reader.page.locator("article .math")
    assert formulas.count() == reader.page.locator("article .math:has(mjx-container)").count()
    assert reader.page.locator(ERRORS).count() == 0
    assert UNTYPESET.search(reader.page.evaluate(PROSE)) is None


def test_rejected_formula_and_faint_text_are_seen(browser: Browser, base: str) -> None:
    """The tests of mathematics and of contrast rest on finding these two."""
    bad = r"<p class='math'>\(\frac{1}\)</p><p style='color: #999; background: #888'>faint</p>"
    with visit(browser, base, PAGES[0]) as reader:
        reader.page.evaluate("html => { document.querySelector('article').innerHTML = html; }", bad)
        reader.page.evaluate("async () => { await MathJax.typesetPromise(); }")
        assert reader.page.locator(ERRORS).count() == 1
        assert any(text.startswith("faint ") for text in faint_texts(reader.page))


def test_every_figure_says_what_it_shows(reader: Visit) -> None:
    """An image without a description gets its file name from Sphinx, which says nothing."""
    images = reader.page.locator("article img").evaluate_all("all => all.map(i => [i.alt, i.getAttribute('src')])")
    unnamed = "svg[role=img]:not([aria-label]):not([aria-labelledby]):not(:has(> title))"
    assert [source for alt, source in images if len(alt.split()) < 3] == []
    assert reader.page.locator("article").locator(unnamed).count() == 0


def changes(page: Page, state: str, act: Callable[[], None]) -> bool:
    """Whether ``act`` changes what the JavaScript function ``state`` returns, now or after the next frame."""
    before = page.evaluate(state)
    act()
    page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.evaluate(state) != before


def drag(page: Page, slider: Locator, start: float, end: float) -> None:
    """Press the mouse at the share ``start`` of the slider's track and release it at ``end``."""
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    height = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], height)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], height, steps=2)
    page.mouse.up()


def test_every_slider_has_a_name(reader: Visit) -> None:
    named = reader.page.locator(".kexue-explorer input[type=range]").evaluate_all(
        "all => all.map(s => s.labels.length > 0 || s.hasAttribute('aria-label'))"
    )
    assert bool(named) == (reader.page.locator(".kexue-explorer").count() > 0)
    assert all(named)


def test_every_slider_moves_the_picture(reader: Visit) -> None:
    """By keyboard and by mouse. Where there are several sliders, one at least bends the curves and does not only move
    along. This comes last, for it changes the page."""
    explorers, bent = reader.page.locator(".kexue-explorer"), []
    keyboard = reader.page.keyboard
    for slider in explorers.first.locator("input[type=range]").all() if explorers.count() else ():
        slider.focus()
        moved = [
            changes(reader.page, PICTURE, lambda key=key: [keyboard.press(key) for _ in range(5)])
            for key in ("ArrowLeft", "ArrowRight")
        ]
        assert any(moved)  # both, unless it begins at an end
        assert changes(reader.page, PICTURE, lambda slider=slider: drag(reader.page, slider, 0.3, 0.7))
        bent.append(changes(reader.page, CURVES, lambda slider=slider: drag(reader.page, slider, 0.7, 0.4)))
    assert bool(bent) == (explorers.locator("svg path").count() > 0) == (explorers.count() > 0)
    assert any(bent) or len(bent) < 2
    assert reader.remote == []
    assert reader.faults == []


def test_theme_button(browser: Browser, base: str) -> None:
    with visit(browser, base, EXPLORERS[0]) as reader:
        button = reader.page.locator(".theme-switch-button:visible").first
        themes = set()
        for _ in range(3):  # light, dark, as the system has it
            button.click()
            themes.add(reader.page.locator("html").get_attribute("data-theme"))
        assert themes == {"light", "dark"}
        assert reader.remote == []
        assert reader.faults == []
