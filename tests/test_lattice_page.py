"""The lattice explorer as a reader meets it: its bundle in Chromium, in a page with nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from browser import WIDTHS, chromium, served
from contrast import faint_texts
from playwright.sync_api import Browser, Locator, Page

from kexue.lab.lattice_explorer import explore_lattice

PIECES = {
    "the": -3.0,
    "th": -3.2,
    "he": -3.3,
    "t": -4.0,
    "h": -4.1,
    "e": -3.8,
    " ": -2.0,
    "he ": -4.5,
    "理": -5,
    "论": -6,
}
TEXT, ALT = "the theory", "Tokens as boxes over the characters that they span"

# What anywidget's model does, without a kernel; then the colours of the book's theme.
PAGE = """<!doctype html><html lang="en" data-theme="%s"><meta charset="utf-8"><title>lattice</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width, initial-scale=1">
<style>
html { --pst-color-background: #fff; --pst-color-text-base: #222832; --pst-color-text-muted: #48566b; }
html[data-theme="dark"] {
  --pst-color-background: #14181e; --pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af;
}
body { background: var(--pst-color-background); margin: 8px; }
%s</style><article></article><script type="module">
import widget from "./explorer.js";
const state = %s, heard = {};
window.model = {
  get: name => state[name],
  set(name, value) { state[name] = value; (heard[`change:${name}`] ?? []).forEach(act => act()); },
  save_changes() {},
  on(name, act) { (heard[name] ??= []).push(act); },
  off(name, act) { heard[name] = heard[name].filter(other => other !== act); },
};
widget.render({ model, el: document.querySelector("article") });
</script></html>"""
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
FOCUSED = "() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.tagName"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("lattice")
    state = explore_lattice(PIECES, TEXT, title="Segmentations", alt=ALT).get_state()
    own = json.dumps({name: state[name] for name in ("specification", "text", "alpha", "seed")})
    (folder / "explorer.js").write_text(state["_esm"], encoding="utf-8")
    for theme in ("light", "dark"):
        (folder / f"{theme}.html").write_text(PAGE % (theme, state["_css"], own), encoding="utf-8")
    with served(folder) as address:
        yield address


@contextmanager
def reading(browser: Browser, base: str, theme: str = "light", screen: str = "desktop") -> Iterator[Page]:
    """The page, opened; whatever goes wrong on it fails the test."""
    faults: list[str] = []
    context = browser.new_context(viewport={"width": WIDTHS[screen], "height": 900})
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(f"{base}{theme}.html")
    page.locator(".kexue-lattice svg").wait_for()
    try:
        yield page
        assert faults == []
    finally:
        context.close()


@pytest.fixture
def page(browser: Browser, base: str) -> Iterator[Page]:
    with reading(browser, base) as opened:
        yield opened


def write(page: Page, text: str) -> None:
    page.get_by_label("Text").fill(text)
    page.evaluate(SETTLED)


def slider(page: Page) -> Locator:
    return page.get_by_label("inverse temperature α")


def readout(page: Page, label: str) -> str:
    row = page.locator(".kexue-explorer-readouts div", has=page.get_by_text(label, exact=True))
    return row.locator("dd").inner_text()


def drawing(page: Page) -> str:
    return page.locator(".kexue-lattice svg").evaluate("svg => svg.outerHTML")


@pytest.mark.parametrize("screen", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everything_is_legible_and_fits_the_screen(browser, base, theme, screen):
    with reading(browser, base, theme, screen) as page:
        write(page, "the theory of 理论 " * 4)
        for summary in page.locator("summary").all():
            summary.click()
        page.evaluate(SETTLED)
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[screen]
        assert faint_texts(page) == []


def test_typing_redraws_and_the_numbers_follow(page):
    assert readout(page, "segmentations") == "20"
    write(page, "理论 the🙂")
    assert readout(page, "segmentations") == "4"
    tokens = page.get_by_role("option")
    assert tokens.count() == 10
    assert page.locator(".kexue-lattice-unknown").get_attribute("aria-label").startswith("“🙂”, character 7, score −16")


@pytest.mark.parametrize("text", ["", " ", "\ud83d", "🙂👩‍👩‍👧", "<img src=x onerror=alert(1)>", "غرب\u202e", "\n\n\t"])
def test_no_text_breaks_the_page(page, text):
    page.evaluate("text => model.set('text', text)", text)
    page.evaluate(SETTLED)
    drawn = page.locator(".kexue-lattice svg").count()
    assert drawn == (1 if text else 0)
    assert ("Type a text" in page.locator(".kexue-lattice-notice").inner_text()) == (not text)
    write(page, TEXT)
    assert readout(page, "segmentations") == "20"


def test_a_long_text_is_cut_and_the_page_says_so(page):
    write(page, "the " * 1000)
    notice = page.locator(".kexue-lattice-notice").inner_text()
    assert "The text has 4000 characters; the lattice is that of its beginning, 120 characters." in notice
    assert page.locator(".kexue-lattice-letter").count() == 120


def test_the_slider_fills_the_boxes_and_ends_at_viterbi(page):
    before = drawing(page)
    slider(page).focus()
    page.keyboard.press("Home")
    page.evaluate(SETTLED)
    assert drawing(page) != before
    assert readout(page, "log Z") == "2.9957"  # log 20: every segmentation counts once
    page.keyboard.press("End")
    page.evaluate(SETTLED)
    assert page.evaluate("model.get('alpha')") is None
    assert readout(page, "entropy") == "0 nats = 0 bits"
    assert readout(page, "probability of the best") == "100\u202f%"
    page.get_by_role("button", name="Reset").click()
    page.evaluate(SETTLED)
    assert drawing(page) == before


def test_tokens_are_walked_with_the_keyboard(page):
    slider(page).focus()
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED).startswith("“t”, character 1, score −4, marginal ")
    for key, token in [
        ("ArrowRight", "“th”"),
        ("ArrowUp", "“he”"),
        ("ArrowUp", "“the”"),
        ("End", "“y”"),
        ("Home", "“t”"),
    ]:
        page.keyboard.press(key)
        focused = page.evaluate(FOCUSED)
        assert focused.startswith(f"{token}, ")
        assert page.locator(".kexue-lattice-detail").inner_text() == focused
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "BUTTON"  # one stop for all tokens


def test_pointing_at_a_token_tells_its_numbers(page):
    page.locator(".kexue-lattice-best").first.hover()
    assert page.locator(".kexue-lattice-detail").inner_text().endswith("on the best path")


def test_samples_repeat_with_the_seed_and_change_with_the_button(page):
    sampled = page.locator(".kexue-lattice-table").first.locator("td:nth-child(3)")
    first = sampled.all_inner_texts()
    assert sum(float(text.split("\u202f")[0]) for text in first) == pytest.approx(100, abs=0.5)
    page.get_by_role("button", name="Sample again").click()
    page.evaluate(SETTLED)
    assert sampled.all_inner_texts() != first
    page.evaluate("model.set('seed', 0)")
    page.evaluate(SETTLED)
    assert sampled.all_inner_texts() == first


def test_the_picture_has_words_for_those_who_do_not_see_it(page):
    assert page.get_by_role("figure").get_attribute("aria-label") == ALT
    assert page.get_by_role("option").count() == page.locator(".kexue-lattice-token").count() > 0
    page.get_by_text("All tokens as a table").click()
    page.evaluate(SETTLED)
    table = page.locator("details table")
    assert table.locator("tbody tr").count() == page.get_by_role("option").count()
    page.wait_for_function(
        "document.querySelector('[role=status]').textContent.startsWith('At α = 1: 20 segmentations')"
    )


def test_the_page_shows_the_sampler_that_it_runs(page):
    page.get_by_text("The sampler, as it runs here").click()
    assert "export function sample(" in page.locator("pre").inner_text()
