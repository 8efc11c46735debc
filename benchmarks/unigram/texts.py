"""The texts that are measured: the lines of a corpus, and documents of a given size made from it."""

from __future__ import annotations

from pathlib import Path

MEGABYTE = 1_000_000


def corpus(path: Path | None = None) -> tuple[str, str]:
    """Name and text of a corpus, as `kexue.unigram.corpus.corpus` has it: by default CPython's documentation."""
    from kexue.unigram import corpus as texts  # not at the top: how long the import takes is measured

    return texts.corpus(None if path is None else str(path))[:2]


def size(texts: list[str]) -> int:
    """Bytes of UTF-8."""
    return sum(len(text.encode()) for text in texts)


def document(text: str, length: int = MEGABYTE) -> str:
    """The text repeated and cut to `length` bytes, or up to three less so that no character is cut.

    >>> document("天 ", 6)
    '天 '
    """
    from kexue.unigram.corpus import Corpus

    return Corpus("", text, "").document(length)


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
