"""Collects the book's pages, beside the tests of ``test_notebooks.py``; says which tests one process has to run.

With ``-n auto`` the tests are shared by the machine's cores. A page is executed cell by cell in one kernel, and a
file's fixtures (a browser, a built book, a trained run) are made once, so that these stay together. The tests of the
checker have nothing in common, and go wherever there is room.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings
from notebook_cells import Pages
from xdist.scheduler import LoadScopeScheduling

ALONE = ("test_proof_", "test_derivations")  # files of tests that share nothing
OF_A_CHAPTER = ("test_a_changed_line_of_the_book_is_refused", "test_every_line_of_the_book_is_agreed_on_or_named")


if "PYTEST_XDIST_WORKER" in os.environ:  # there are as many processes as cores: threads of theirs would only wait
    os.environ.setdefault("OMP_NUM_THREADS", "1")

settings.register_profile("shared", deadline=None)  # a busy machine is no failure
settings.load_profile("shared")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--anew", action="store_true", help="execute the pages that the built book has executed already")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    return Pages.from_parent(parent, path=file_path) if file_path.name == "test_notebooks.py" else None


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    return Together(config, log)


class Together(LoadScopeScheduling):
    """What must stay in one process: the cells of a page, the tests of a file.

    ``--dist loadgroup`` would do, if its marks were not lost with pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        name, _, slug = test.partition("[")
        if name in OF_A_CHAPTER:  # they ask the same ledgers
            return slug
        return nodeid if Path(file).name.startswith(ALONE) else file
