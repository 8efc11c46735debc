"""Collects the book's pages, beside the tests of ``test_notebooks.py``; says which tests one process has to run.

With ``-n auto --dist loadgroup`` the tests are shared by the machine's cores. A page is executed cell by cell in one
kernel, and a file's fixtures (a browser, a built book, a trained run) are made once, so that these stay together. The
tests of the checker have nothing in common, and go wherever there is room.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from notebook_cells import PageCell, Pages

ALONE = ("test_proof_", "test_chapter_ledgers", "test_derivations")  # files of tests that share nothing


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    return Pages.from_parent(parent, path=file_path) if file_path.name == "test_notebooks.py" else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.pluginmanager.hasplugin("xdist"):
        for item in items:
            if group := group_of(item):
                item.add_marker(pytest.mark.xdist_group(group))


def group_of(item: pytest.Item) -> str | None:
    """What a test has to stay together with: its page, or its file; None where that is nothing."""
    if isinstance(item, PageCell):
        return f"page {item.parent.page.name}"
    return None if item.path.name.startswith(ALONE) else item.path.stem
