"""The texts that are measured: the lines of a corpus, and documents of a given size made from it."""

from __future__ import annotations

import gzip
from pathlib import Path
from pydoc_data.topics import topics

DEFAULT = "en"  # CPython's own documentation is English
MEGABYTE = 1_000_000


def corpus(path: Path | None = None) -> tuple[str, str]:
    """Name and text of a corpus: a file, plain or gzip, in UTF-8; without a path, CPython's `pydoc_data.topics`."""
    if path is None:
        return DEFAULT, "\n".join(topics.values())
    data = path.read_bytes()
    return path.name.split(".")[0], (gzip.decompress(data) if path.suffix == ".gz" else data).decode()


def size(texts: list[str]) -> int:
    """Bytes of UTF-8."""
    return sum(len(text.encode()) for text in texts)


def document(text: str, length: int = MEGABYTE) -> str:
    """The text repeated and cut to `length` bytes, or up to three less so that no character is cut.

    >>> document("天 ", 6)
    '天 '
    """
    data = text.encode()
    return (data * (length // len(data) + 1))[:length].decode(errors="ignore")


def lines(text: str, limit: int) -> list[str]:
    """The lines that are not empty, without their ends: every k-th, for the least k that keeps to `limit` bytes.

    >>> lines("one\\n\\ntwo\\nsix\\n", 6)
    ['one', 'six']
    """
    found = [line for line in text.split("\n") if line.strip()]
    every = max(1, -(-size(found) // limit))
    return found[::every]


def one_line(text: str, length: int = MEGABYTE) -> str:
    """A document without a line break."""
    return document(text.replace("\n", " "), length)
