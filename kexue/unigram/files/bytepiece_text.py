"""A vocabulary as BytePiece's JSON text: the forms are described in ``bytepiece.py``."""

from __future__ import annotations

import json
from base64 import b64encode

import numpy as np
from jaxtyping import Float64

from kexue.unigram.files.bytepiece import MARK, SPECIALS
from kexue.unigram.vocabulary import Vocabulary

WIDEST = 2.0**36  # the largest frequency that is made up; 2²⁴ of them stay below 2⁶³
SMALLEST = 64  # the rarest token's frequency is sought up to here


def text_of(vocabulary: Vocabulary) -> str:
    """The file's text; reading it gives the same tokens, ids and, to the last bit, scores.

    >>> print(text_of(Vocabulary((b"a", b"b"), np.log([1.0, 3.0]) - np.log(4.0))))
    {
        "YQ==": [
            0,
            "a",
            1
        ],
        "Yg==": [
            1,
            "b",
            3
        ]
    }
    """
    entries = _entries(vocabulary)
    value = entries if _is_plain(vocabulary) else _envelope(vocabulary, entries)
    return json.dumps(value, indent=4, ensure_ascii=False, allow_nan=False)


def _is_plain(vocabulary: Vocabulary) -> bool:
    """Whether BytePiece's own form says all that there is to say."""
    first = len(vocabulary.reserved)
    return (
        first in (0, 3)
        and vocabulary.reserved == frozenset(range(first))
        and vocabulary.pieces[:first] == SPECIALS[:first]
        and bool(np.isneginf(vocabulary.scores[:first]).all())
        and len(vocabulary) > first
        and vocabulary.unknown == "byte"
        and not vocabulary.prefix
        and not vocabulary.spelling
        and vocabulary.unknown_score
        == Vocabulary(vocabulary.pieces, vocabulary.scores, reserved=vocabulary.reserved).unknown_score
        and bool(np.isfinite(vocabulary.scores[first:]).any())
    )


def _entries(vocabulary: Vocabulary) -> dict[str, list]:
    ids = [i for i in range(len(vocabulary)) if i not in vocabulary.reserved]
    scores = vocabulary.scores[ids]
    keys = [b64encode(vocabulary.pieces[i]).decode() for i in ids]
    texts = [vocabulary.pieces[i].decode(errors="ignore") for i in ids]
    found = frequencies(scores)
    if found is not None:
        return {k: [i, t, f] for k, i, t, f in zip(keys, ids, texts, found.astype(np.int64).tolist(), strict=True)}
    top = scores.max(initial=-np.inf, where=np.isfinite(scores))
    made = np.where(np.isneginf(scores), 0, np.maximum(1, np.rint(np.exp(scores - max(top, -1e308)) * WIDEST)))
    rows = zip(keys, ids, texts, map(_number, scores.tolist()), made.astype(np.int64).tolist(), strict=True)
    return {k: [i, t, s, f] for k, i, t, s, f in rows}


def frequencies(scores: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"] | None:
    """Integers f with log f − log Σf = scores to the last bit, if the least of them is small; else None.

    They are what BytePiece counted: from the least, f₀, the sum is f₀·exp(−min score), and f = Σf·exp(score).
    """
    finite = scores[np.isfinite(scores)]
    if not finite.size:
        return None
    for least in range(1, SMALLEST + 1):
        with np.errstate(over="ignore"):
            counts = np.rint(np.exp(scores - finite.min()) * least)
        if not counts.sum() < 2**53:
            return None
        with np.errstate(divide="ignore"):
            again = np.log(counts) - np.log(int(counts.sum()))
        if np.array_equal(again.view(np.int64), scores.view(np.int64)):
            return counts
    return None


def _number(score: float) -> float | None:
    return None if score == -np.inf else score


def _envelope(vocabulary: Vocabulary, entries: dict[str, list]) -> dict:
    return {
        MARK: 1,
        "prefix": b64encode(vocabulary.prefix).decode(),
        "unknown": vocabulary.unknown,
        "unknown_score": _number(float(vocabulary.unknown_score)),
        "spelling": [int(i) for i in vocabulary.spelling],
        "reserved": [
            [int(i), b64encode(vocabulary.pieces[i]).decode(), _number(float(vocabulary.scores[i]))]
            for i in sorted(vocabulary.reserved)
        ],
        "pieces": entries,
    }
