"""A small vocabulary as the page carries it: pieces of whole characters, their scores, what is unknown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kexue.unigram import Vocabulary

PENALTY = 10.0  # by which an unknown character scores less than the worst piece, as in SentencePiece
MOST_PIECES = 10_000  # about 200 KB of the page


@dataclass(frozen=True)
class Pieces:
    """What segmentations are made of.

    Args:
        scores: piece → log-weight, or None for a piece that must not be used.
        each: what an unknown character costs `unknown_score` for: once ("character"), for each of its bytes in UTF-8
            ("byte"), or never, there is no such edge ("none").
        prefix: put before every text.
    """

    scores: dict[str, float | None]
    unknown_score: float
    each: str = "character"
    prefix: str = ""

    @property
    def specification(self) -> dict[str, Any]:
        """What `src/lattice.js` reads."""
        return {
            "pieces": [[piece, score] for piece, score in self.scores.items()],
            "unknown": {"score": self.unknown_score, "each": self.each},
            "prefix": self.prefix,
        }


def read_pieces(given: Mapping[str | bytes, float] | Vocabulary, unknown_score: float | None = None) -> Pieces:
    """The pieces of a mapping or of a vocabulary, checked.

    Raises:
        ValueError: no pieces or too many, a piece that is empty, repeated or no whole characters, a score that is not a
            number ≤ 0.
    """
    each, prefix, default = "character", "", None
    if isinstance(given, Mapping):
        items = given.items()
    elif hasattr(given, "pieces") and hasattr(given, "scores"):
        items = _usable(given)
        each, default = given.unknown, float(given.unknown_score)
        prefix = _characters("the vocabulary's prefix", given.prefix)
    else:
        raise ValueError(f"pieces are {given!r}, expected a mapping from pieces to scores, or a Vocabulary")
    scores = _checked(items)
    if default is None:
        default = min((score for score in scores.values() if score is not None), default=0.0) - PENALTY
    penalty = default if unknown_score is None else _log_weight("an unknown character", unknown_score)
    if penalty is None:
        raise ValueError("unknown_score is −∞: give a finite score, or a Vocabulary with unknown='none'")
    return Pieces(scores, penalty, each, prefix)


def _usable(vocabulary: Vocabulary) -> Iterator[tuple[bytes, float]]:
    scored = zip(vocabulary.pieces, vocabulary.scores, strict=True)
    return (pair for i, pair in enumerate(scored) if i not in vocabulary.reserved)


def _checked(items: Any) -> dict[str, float | None]:
    scores: dict[str, float | None] = {}
    for piece, score in items:
        text = _characters(f"the piece {piece!r}", piece)
        if not text or text in scores:
            fault = "repeated" if text else "empty"
            raise ValueError(f"the piece {piece!r} is {fault}: pieces must differ and none be empty")
        scores[text] = _log_weight(piece, score)
    if not 0 < len(scores) <= MOST_PIECES:
        raise ValueError(
            f"{len(scores)} pieces were given, expected 1 to {MOST_PIECES}: the page carries all of them, so "
            "choose the ones that its texts need"
        )
    return scores


def _characters(what: str, piece: str | bytes) -> str:
    if not isinstance(piece, str | bytes):
        raise ValueError(f"{what} is of type {type(piece).__name__}, expected str, or bytes in UTF-8")
    try:
        text = piece if isinstance(piece, str) else piece.decode()
    except UnicodeDecodeError:
        raise ValueError(
            f"{what} is no UTF-8 of whole characters: the explorer's positions are characters, leave it out"
        ) from None
    return without_surrogates(what, text)


def without_surrogates(what: str, text: str) -> str:
    """The text itself, if UTF-8 can hold it."""
    for place, character in enumerate(text):
        if "\ud800" <= character <= "\udfff":
            raise ValueError(f"{what} has a lone surrogate, {character!r}, at character {place}: no UTF-8, remove it")
    return text


def _log_weight(piece: str | bytes, score: Any) -> float | None:
    try:
        value = float(score)
    except (TypeError, ValueError):
        raise ValueError(f"the score of {piece!r} is {score!r}, expected a number") from None
    if not value <= 0:
        raise ValueError(f"the score of {piece!r} is {score!r}, expected a log-probability, at most 0")
    return None if math.isinf(value) else value
