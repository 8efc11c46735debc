"""A ledger as a reader meets it: by eye, by keyboard, by a screen reader, on paper, in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser import chromium
from playwright.sync_api import Page

from kexue.proof import Ledger, inner, norm2, square

UNFOLDED = """() => [...document.querySelectorAll("details > div")].map(
    part => part.checkVisibility({contentVisibilityAuto: true}) && part.getBoundingClientRect().height > 0)"""


def young() -> Ledger:
    ledger = Ledger("Young")
    (u, v), a = ledger.vector("u v"), ledger.scalar("a", positive=True)
    shorter = ledger.assume("H", norm2(u) <= norm2(v), "u is no longer")
    half = a * norm2(u) / 2 + norm2(v) / (2 * a)
    ledger.at_most(inner(u, v), half, "Young", by=[square(a * u - v)])
    ledger.at_most(2 * norm2(u), 2 * norm2(v), "doubled", by=[shorter])
    return ledger


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        opened = browser.new_page()
        opened.set_content(f"<html lang='en'><title>Young</title><body>{young()._repr_html_()}</body></html>")
        yield opened


def test_certificates_are_folded_on_a_screen_and_unfolded_on_paper(page: Page) -> None:
    assert not any(page.evaluate(UNFOLDED))
    page.emulate_media(media="print")
    page.wait_for_function(f"() => ({UNFOLDED})().every(Boolean)")  # styles follow a moment later
    page.emulate_media(media="screen")


def test_the_keyboard_reaches_every_certificate_and_every_citation(page: Page) -> None:
    reached = []
    for _ in range(3):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent"))
    assert reached == ["certificate of line (1)", "H", "certificate of line (2)"]
    page.keyboard.press("Enter")
    assert page.evaluate(UNFOLDED)[-2:] == [True, True]
    page.keyboard.press("Enter")


def test_a_screen_reader_hears_a_list_of_numbered_lines_with_their_verdicts(page: Page) -> None:
    lines = page.get_by_role("listitem")
    said = [lines.nth(i).inner_text() for i in range(lines.count())]
    assert [line.split()[0] for line in said] == ["H", "(1)", "(2)"]
    assert ["assumed" in line.split() for line in said] == [True, False, False]
    assert ["✓ proved" in line for line in said] == [False, True, True]


def test_a_terminal_shows_the_same_lines() -> None:
    assert repr(young()) == (
        "Young\n"
        "H · ‖u‖² ≤ ‖v‖²\n"
        "      u is no longer\n"
        "(1) ✓ ⟨u, v⟩ ≤ a*‖u‖²/2 + ‖v‖²/(2*a)\n"
        "      Young · certificate\n"
        "(2) ✓ 2*‖u‖² ≤ 2*‖v‖²\n"
        "      doubled · certificate from H"
    )
