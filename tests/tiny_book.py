"""A book of one chapter in a temporary folder, with a package of its own: quick to execute and free to break."""

from __future__ import annotations

from pathlib import Path

from kexue.rerun.pages import Page

HEAD = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# A page

Some words.
"""
CELL = "\n```{{code-cell}} ipython3\n{options}{source}\n```\n"
PARAMETERS = """
T: Annotated[int, Field(ge=10, le=10**6, description="steps")] | None = None
schedule: Literal["both", "constant", "sqrt_decay"] = "both"
alpha: Annotated[float, Field(gt=0, lt=1)] = 0.5
seed: int = 0
verbose: bool = False
label: str = "plain"
device: Literal["auto", "cpu"] = "auto"
"""
EXPERIMENT = (
    "from typing import Annotated, Literal\nfrom pydantic import Field\nfrom kexue.lab.numbers import record",
    PARAMETERS,
    'if label == "fail":\n    raise RuntimeError("as asked")',
    'record(ratio=(T or 10) / 8, schedule=schedule, verbose=verbose)\nprint("T is", T)',
)
FILES = {
    "_toc.yml": "format: jb-book\nroot: book/index\nchapters:\n  - file: book/tiny/experiment\n",
    "_config.yml": "title: Tiny\nonly_build_toc_files: true\n"
    "execute: {execute_notebooks: cache, cache: _build/.jupyter_cache}\n",
    "book/index.md": "# Tiny book\n",
    "kexue/__init__.py": "",
    "kexue/used.py": "from kexue import behind\n",
    "kexue/behind.py": "",
    "kexue/unrelated.py": "",
    "kexue/data/used/table.csv": "1,2\n",
    "kexue/data/unrelated/table.csv": "3,4\n",
    "kexue/drawn/__init__.py": "from . import axes\n",
    "kexue/drawn/axes.py": "",
    "kexue/drawn/style.css": "",
    "kexue/drawn/inner/__init__.py": "",
    "kexue/drawn/inner/other.css": "",
    "constraints.txt": "numpy==2.4.6\n",
}


def markdown(*sources: str) -> str:
    """A page with these code cells; the one that declares ``seed: int`` is its parameters."""
    cells = (CELL.format(options=_options(source), source=source.strip("\n")) for source in sources)
    return HEAD + "".join(cells)


def _options(source: str) -> str:
    return ":tags: [parameters]\n\n" if "seed: int" in source else ""


def tiny_book(root: Path, *sources: str) -> Page:
    """Write the book, its experiment made of these code cells; returns the experiment."""
    for name, text in (FILES | {"book/tiny/experiment.md": markdown(*sources or EXPERIMENT)}).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Page(root, "book/tiny/experiment")
