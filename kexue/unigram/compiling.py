"""Numba with a cache that a change of the source makes void.

Numba stores machine code beside the source and looks at nothing but the file of the function itself, while that code
contains the functions of other files that it calls. So a new version of one file would meet old code of another. Here
the stored code is dropped wherever any source file of the package is another than when it was made.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from numba import njit

MARK = "kexue-unigram.sha256"


def compiled(**options) -> Callable:
    """``numba.njit(cache=True, nogil=True, **options)``."""

    def decorate(function: Callable) -> Callable:
        dispatcher = njit(cache=True, nogil=True, **options)(function)
        _drop_stale(Path(dispatcher.stats.cache_path))
        return dispatcher

    return decorate


@cache
def _fingerprint() -> str:
    """SHA-256 of the package's source."""
    digest, root = hashlib.sha256(), Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _drop_stale(folder: Path) -> None:
    """Forget what was compiled of other sources: the index files, without which Numba compiles again."""
    mark = folder / MARK
    with contextlib.suppress(OSError):  # a folder that cannot be written to has nothing to forget
        if mark.exists() and mark.read_text() == _fingerprint():
            return
        for index in folder.glob("*.nbi"):
            index.unlink(missing_ok=True)
        folder.mkdir(parents=True, exist_ok=True)
        mark.write_text(_fingerprint())
