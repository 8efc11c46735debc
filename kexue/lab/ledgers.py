"""The ledgers of the book: what the derivation pages' own cells make when they are run."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from kexue.errors import PageError
from kexue.proof import Ledger, Step
from kexue.rerun.pages import Page, book_root, chapters

DERIVATION = "derivation"
SHOWING = ("explore(", "hand_on(", ".trial(", ".measure(")  # calls of cells that draw, show or try, and prove nothing


@dataclass(frozen=True)
class Derivation:
    """A chapter's derivation page and the ledgers that it makes, in order.

    anchored: the lines that the page shows within a whole ledger, where a link can lead to them.
    """

    slug: str
    page: Page
    ledgers: tuple[Ledger, ...]
    anchored: frozenset[Step]

    @property
    def title(self) -> str:
        return self.ledgers[0].title


def derivations(root: Path | None = None) -> dict[str, Page]:
    """The derivation page of every chapter, by slug. ``PageError`` where the book's pages are not at hand."""
    found = chapters(root or book_root())
    return {slug: page for slug, pages in found.items() for page in pages if page.title == DERIVATION}


def formula_cells(page: Page) -> list[str]:
    """The sources of a page's code cells, without those that only draw, show or try."""
    return [cell.source for cell in page.code if not any(call in cell.source for call in SHOWING)]


def derived(slug: str, page: Page) -> Derivation:
    """Run a page's formulas. A step that is not proved raises, as on the page."""
    space: dict[str, object] = {"__name__": page.name}
    anchored: list[Step] = []
    for source in formula_cells(page):
        with redirect_stdout(io.StringIO()):
            exec(compile(source, page.file, "exec"), space)  # the book's own code
        shown = space.get(source.splitlines()[-1]) if source else None
        if isinstance(shown, Ledger):
            anchored += [*shown.hypotheses, *shown.steps]
    found = {id(value): value for value in space.values() if isinstance(value, Ledger)}
    if not found:
        raise PageError(f"{page.file} makes no ledger: give one a name, as in ledger = Ledger(…)")
    return Derivation(slug, page, tuple(found.values()), frozenset(anchored))


def book_of_ledgers(root: Path | None = None) -> list[Derivation]:
    """The derivations of every chapter, in reading order."""
    return [derived(slug, page) for slug, page in derivations(root).items()]


def ledgers_of_the_book(root: Path | None = None) -> dict[str, tuple[Ledger, ...]]:
    """The ledgers of every chapter, by slug; a chapter's first one states its theorem."""
    return {each.slug: each.ledgers for each in book_of_ledgers(root)}
