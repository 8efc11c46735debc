"""The pages that are executed as tests, see ``notebook_cells.py``: none is left out, and no reference is left over."""

from __future__ import annotations

import pytest
from notebook_cells import complaint

from kexue.rerun.pages import Page, book_root, notebooks, pages
from kexue.rerun.references import orphans, read_references, reference_path

ROOT = book_root()


def test_every_page_is_in_the_table_of_contents() -> None:
    listed = {page.path for page in pages(ROOT)}
    assert [path for path in (ROOT / "book").rglob("*.md") if path not in listed] == []


@pytest.mark.parametrize("page", notebooks(ROOT), ids=lambda page: page.name)
def test_every_cell_has_a_reference_and_none_is_left_over(page: Page) -> None:
    assert reference_path(page).exists(), f"{page.file} has no reference outputs: run `make references`"
    assert len(read_references(page)) == len(page.code), "run `make references`"


def test_no_reference_is_of_a_page_that_is_gone() -> None:
    assert orphans(ROOT) == [], "run `make references`"


@pytest.mark.parametrize(
    ("reference", "source", "problem"),
    [
        (None, "ab", "there is no reference"),
        ({"source": "cd"}, "ab", "the reference is of other code"),
        ({"source": "ab"}, "ab", None),
    ],
)
def test_missing_and_stale_references_are_told(reference: dict | None, source: str, problem: str | None) -> None:
    assert complaint(reference, source) == problem
