"""The book's own Sphinx extensions, in small books."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import docutils_namespace

Build = Callable[..., list[str]]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """A function that builds a book of two pages with some extensions and says which pages Sphinx read."""
    for name in ("index", "page"):
        (tmp_path / f"{name}.rst").write_text(f"{name}\n=====\n\n:orphan:\n", encoding="utf-8")

    def run(*extensions: str) -> list[str]:
        read: list[str] = []
        with docutils_namespace():
            app = Sphinx(
                tmp_path, None, tmp_path / "out", tmp_path / "doctrees", "html", {"extensions": [*extensions]}, None
            )
            app.connect("source-read", lambda _app, name, _source: read.append(name))
            app.build()
        return sorted(read)

    return run


def write_fingerprints(folder: Path, **pages: str) -> None:
    path = folder / "_build" / "fingerprints.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({f"{page}.rst": value for page, value in pages.items()}), encoding="utf-8")


def test_a_page_is_read_again_when_its_notebook_was_executed_again(tmp_path: Path, build: Build) -> None:
    write_fingerprints(tmp_path, index="a", page="b")
    assert build("outdated") == ["index", "page"]
    assert build("outdated") == []
    write_fingerprints(tmp_path, index="a", page="c")
    assert build("outdated") == ["page"]
    assert build("outdated") == []


def test_a_page_is_read_again_when_it_shows_another_that_was_executed_again(tmp_path: Path, build: Build) -> None:
    with (tmp_path / "index.rst").open("a", encoding="utf-8") as index:
        index.write("\n.. glue:any:: formula\n   :doc: page.rst\n")
    write_fingerprints(tmp_path, page="a")
    build("myst_nb", "outdated")
    assert build("myst_nb", "outdated") == []
    write_fingerprints(tmp_path, page="b")
    assert build("myst_nb", "outdated") == ["index", "page"]


def test_missing_front_end_files_say_what_to_do(build: Build) -> None:
    with pytest.raises(ExtensionError, match="make vendor"):
        build("offline")
