"""Where the tokens of a vocabulary stand in a text: the edges of its lattice, the slow and plain way."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kexue.errors import UnigramError
from kexue.unigram.vocabulary import Vocabulary


class Edge(NamedTuple):
    """A token where it stands in the text: ``text[start:end]``, its id, its score."""

    start: int
    end: int
    id: int
    score: float


def as_bytes(text: str | bytes) -> bytes:
    """UTF-8 of a text.

    Raises:
        UnigramError: a lone surrogate, with its offset; what is neither ``str`` nor ``bytes``.
    """
    if isinstance(text, bytes):
        return text
    if not isinstance(text, str):
        raise UnigramError(f"a text of type {type(text).__name__} was given, expected str or bytes")
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise UnigramError(
            f"the text has a lone surrogate, U+{ord(text[error.start]):04X}, at character {error.start}: "
            "it has no UTF-8; decode the text with errors='replace'"
        ) from None


def tokens_in(text: bytes, vocabulary: Vocabulary) -> tuple[Edge, ...]:
    """Every edge of the lattice of ``text``, in order: tokens, then what spells unknown bytes; none of score −∞.

    >>> from kexue.unigram.vocabulary import Vocabulary
    >>> [tuple(edge) for edge in tokens_in(b"ab", Vocabulary.of({b"a": -1.0, b"ab": -2.0}))]
    [(0, 1, 0, -1.0), (0, 2, 1, -2.0), (1, 2, 100, -12.0)]
    """
    found = [*_tokens(text, vocabulary), *_unknown(text, vocabulary)]
    return in_order(edge for edge in found if edge.score > -math.inf)


def _tokens(text: bytes, vocabulary: Vocabulary) -> Iterator[Edge]:
    ids, longest = vocabulary.ids, max(map(len, vocabulary.ids), default=0)
    for start in range(len(text)):
        for end in range(start + 1, min(start + longest, len(text)) + 1):
            if (i := ids.get(text[start:end])) is not None:
                yield Edge(start, end, i, float(vocabulary.scores[i]))


def _unknown(text: bytes, vocabulary: Vocabulary) -> Iterator[Edge]:
    """The pseudo tokens: one a byte; the first byte of an unknown character carries its score, the others cost nothing.

    A byte that belongs to no UTF-8 character counts as a character.
    """
    if vocabulary.unknown == "none":
        return
    codec = ("utf-8", "surrogateescape") if vocabulary.unknown == "character" else ("latin-1", "strict")
    position = 0
    for unit in (character.encode(*codec) for character in text.decode(*codec)):
        i = vocabulary.ids.get(unit)
        if i is None or vocabulary.scores[i] == -math.inf:
            for k, byte in enumerate(unit, position):
                i = vocabulary.spelling[byte] if vocabulary.spelling else len(vocabulary) + byte
                yield Edge(k, k + 1, i, float(vocabulary.unknown_score) if k == position else 0.0)
        position += len(unit)


def in_order(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """Edges by their end, the longest of those that end together first: BytePiece's order, which decides ties."""
    return tuple(sorted(edges, key=lambda edge: (edge.end, edge.start)))
