"""Sphinx over the executed pages, as a program of its own: ``python -m kexue.rerun.render SOURCE TARGET``.

The same as ``jupyter-book build`` without its closing words, which would name a folder that is not yet the book's.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

from kexue.errors import BuildError


def main(source: Path, target: Path) -> int:
    """Build ``target/html`` from the book in ``source``; warnings are errors. Returns the exit status."""
    from jupyter_book.sphinx import build_sphinx
    from myst_nb.core.execute import cache

    cache.single_nb_execution = _refuse
    result = build_sphinx(
        source,
        target / "html",
        noconfig=True,
        confoverrides={"latex_individualpages": False},
        path_config=source / "_config.yml",
        doctreedir=target / "doctrees",
        warningiserror=True,
        keep_going=True,
    )
    return 0 if result == 0 else 1


def _refuse(_notebook: object, cwd: str, **_options: object) -> NoReturn:
    """Sphinx shows what was executed before it; a page that it would execute itself was not read as it was there."""
    raise BuildError(
        f"MyST-NB finds no outputs for a page in {cwd}, which `make book` executes first; is the page new?"
    )


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
