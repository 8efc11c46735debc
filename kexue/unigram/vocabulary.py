"""What a Unigram model is: tokens with their log-probabilities, and what happens to bytes that no token spells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float64

from kexue.errors import UnigramError
from kexue.unigram.bytestrings import ByteStrings

PENALTY = 10.0  # by which an unknown byte or character scores less than the worst token, as in SentencePiece
LONGEST = 1024  # bytes a token may have; real models stay below 100
LARGEST = 2**24  # tokens a vocabulary may have
LOWEST = -1e100  # finite score of a token: sums of them stay finite
EXPECTED = f"expected a log-probability: at most 0, and {LOWEST:g} or more unless −∞"

Unknown = Literal["byte", "character", "none"]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Tokens and scores of a Unigram model.

    Args:
        pieces: the tokens' bytes, all different, none empty; a token's id is its place. Kept as `ByteStrings`.
        scores: log-probabilities, ≤ 0; −∞ for a token that must not be used. float64 (tokens,)
        unknown: "byte", a byte that is no token is spelled by a pseudo token of its own; "character", the same for the
            UTF-8 characters that are no token, as SentencePiece does it; "none", such text is refused.
        unknown_score: log-weight of one unknown byte (of one unknown character); by default the lowest finite score
            minus 10; −∞ for none.
        spelling: ids of tokens that spell the 256 bytes where nothing else does (SentencePiece's ``<0x00>`` …
            ``<0xFF>``), or nothing: then ``len(pieces) + byte`` does. Their bytes are their entries in ``pieces``.
        reserved: ids that no text is ever segmented into (``<s>``, ``<unk>``, and those of ``spelling``).
        prefix: put before every text, and taken off what is decoded.

    Raises:
        UnigramError: an empty or repeated token, a score that is NaN or positive, sizes that do not agree.
    """

    pieces: Sequence[bytes]
    scores: Float64[np.ndarray, " tokens"]
    unknown: Unknown = "byte"
    unknown_score: float | None = None
    spelling: tuple[int, ...] = ()
    reserved: frozenset[int] = frozenset()
    prefix: bytes = b""

    def __post_init__(self):
        object.__setattr__(self, "pieces", _strings(self.pieces))
        object.__setattr__(self, "scores", _floats(self.scores))
        _check_reserved(self.pieces, self.reserved)
        _check_pieces(self.pieces, self.used)
        _check_scores(self.pieces, self.scores)
        if self.unknown not in ("byte", "character", "none"):
            raise UnigramError(f"unknown is {self.unknown!r}, expected 'byte', 'character' or 'none'")
        if not isinstance(self.prefix, bytes):
            raise UnigramError(f"prefix is {self.prefix!r}, expected bytes")
        _check_spelling(self.pieces, self.spelling)
        if self.unknown_score is None:
            finite = self.scores[self.used & np.isfinite(self.scores)]
            object.__setattr__(self, "unknown_score", float(finite.min(initial=0.0)) - PENALTY)
        elif not (isinstance(self.unknown_score, Real) and _is_score(self.unknown_score)):
            raise UnigramError(f"unknown_score is {self.unknown_score!r}, {EXPECTED}")

    @staticmethod
    def of(mapping: Mapping[bytes, float], **options) -> Vocabulary:
        """The vocabulary of a mapping from tokens to log-probabilities; ids in the mapping's order.

        >>> Vocabulary.of({b"a": -1.0, b"ab": -2.0}).pieces == (b"a", b"ab")
        True
        """
        if not isinstance(mapping, Mapping):
            raise UnigramError(
                f"a {type(mapping).__name__} was given, expected a mapping from tokens to log-probabilities"
            )
        return Vocabulary(tuple(mapping), list(mapping.values()), **options)

    def __len__(self) -> int:
        return len(self.pieces)

    @cached_property
    def used(self) -> Bool[np.ndarray, " tokens"]:
        """Which tokens are not reserved."""
        used = np.ones(len(self.pieces), dtype=bool)
        used[list(self.reserved)] = False
        return used

    @cached_property
    def ids(self) -> dict[bytes, int]:
        """Token → id, of the tokens that a text may be segmented into."""
        return {piece: i for i, piece in enumerate(self.pieces) if i not in self.reserved}


def _strings(pieces: Sequence[bytes]) -> ByteStrings:
    if isinstance(pieces, ByteStrings):
        return pieces
    pieces = tuple(pieces)
    for i, piece in enumerate(pieces):
        if not isinstance(piece, bytes):
            raise UnigramError(f"token {i} is {piece!r} ({type(piece).__name__}), expected bytes")
    return ByteStrings.of(pieces)


def _check_reserved(pieces: ByteStrings, reserved: frozenset[int]) -> None:
    if not 0 < len(pieces) <= LARGEST:
        raise UnigramError(f"a vocabulary of {len(pieces)} tokens was given, expected 1 to {LARGEST}")
    if strange := [i for i in reserved if not _is_id(i, pieces)]:
        raise UnigramError(f"reserved lists {strange[0]!r}, expected ids from 0 to {len(pieces) - 1}")


def _check_pieces(pieces: ByteStrings, used: Bool[np.ndarray, " tokens"]) -> None:
    wrong = np.flatnonzero(used & ((pieces.lengths == 0) | (pieces.lengths > LONGEST)))
    if wrong.size:
        i = int(wrong[0])
        raise UnigramError(f"token {i} has {pieces.lengths[i]} bytes, expected 1 to {LONGEST}")
    if not pieces.taken(used).are_different():
        _refuse_repeated(pieces, used)


def _refuse_repeated(pieces: ByteStrings, used: Bool[np.ndarray, " tokens"]) -> None:
    """Names the first token that occurs again."""
    seen: dict[bytes, int] = {}
    for i in np.flatnonzero(used).tolist():
        if seen.setdefault(pieces[i], i) != i:
            raise UnigramError(f"token {i} is {pieces[i]!r}, as token {seen[pieces[i]]} is: every token may occur once")


def _check_spelling(pieces: Sequence[bytes], spelling: Sequence[int]) -> None:
    if len(spelling) not in (0, 256):
        raise UnigramError(f"spelling lists {len(spelling)} ids, expected one for each of the 256 bytes, or none")
    for byte, i in enumerate(spelling):
        if not _is_id(i, pieces) or pieces[i] != bytes([byte]):
            raise UnigramError(f"spelling lists {i!r} for the byte 0x{byte:02X}, expected the id of that byte's token")


def _is_id(i: int, pieces: Sequence[bytes]) -> bool:
    return isinstance(i, int | np.integer) and not isinstance(i, bool) and 0 <= i < len(pieces)


def _floats(scores: Sequence[float]) -> Float64[np.ndarray, " tokens"]:
    try:
        return np.ascontiguousarray(scores, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise UnigramError(f"scores must be numbers: {error}") from None


def _is_score(s):
    return ((s <= 0) & (s >= LOWEST)) | (s == -np.inf)


def _check_scores(pieces: Sequence[bytes], scores: np.ndarray) -> None:
    if scores.shape != (len(pieces),):
        raise UnigramError(f"{len(pieces)} tokens came with scores of shape {scores.shape}, expected one score each")
    wrong = np.flatnonzero(~_is_score(scores))
    if wrong.size:
        i = int(wrong[0])
        raise UnigramError(f"the score of token {i} {pieces[i]!r} is {scores[i]}, {EXPECTED}")
