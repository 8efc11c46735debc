"""The pages that are executed as tests, see ``notebook_cells.py``: none is left out, and no reference is left over."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from notebook_cells import Recorded, complaint

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


def test_a_kernel_that_has_run_answers_as_it_did() -> None:
    printed, failed = new_output("stream", name="stdout", text="1"), new_output("error", ename="E", evalue="no")
    cells = [
        new_code_cell("print(1)", outputs=[printed]),
        new_markdown_cell("text"),
        new_code_cell("f()", outputs=[failed]),
    ]
    kernel = Recorded(new_notebook(cells=cells))
    kernel.cell = 2
    asked = kernel.execute_cell_input("f()")
    first, last = kernel.get_message("iopub"), kernel.get_message("iopub")
    assert first == {"parent_header": {"msg_id": asked}, "msg_type": "error", "content": failed}
    assert last["content"] == {"execution_state": "idle"}
    with pytest.raises(ValueError, match="cell 2 of the built book is not cell 2 of the page"):
        kernel.execute_cell_input("g()")
