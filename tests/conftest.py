"""Collects the book's pages, beside the tests of ``test_notebooks.py``."""

from __future__ import annotations

from pathlib import Path

import pytest
from notebook_cells import Pages


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    return Pages.from_parent(parent, path=file_path) if file_path.name == "test_notebooks.py" else None
