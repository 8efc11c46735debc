"""BytePiece's model file, and what is added to it for models that BytePiece has no place for.

BytePiece's own form, a JSON object ``{base64 of the token: [id, text, frequency], …}``: ids count from 3 (0, 1, 2 are
its ``<pad>``, ``<bos>``, ``<eos>``), the text is for the reader's eye, and the log-probability is

    score = log(frequency) − log(Σ frequencies)

by NumPy's float64 logarithm, term by term as BytePiece computes it, so that equal paths stay equal.

Added here, and read by BytePiece itself (which takes the first and the last of a list):
``[id, text, score, frequency]``, where no integers give the scores to the last bit; null is −∞, of frequency 0.
Ids may count from 0; BytePiece then segments alike, but mistakes the first three ids for its own three.

What has reserved tokens of its own, a prefix, or its own rule for unknown bytes is one object more:
``{"kexue.unigram": 1, "prefix": base64, "unknown": "byte" | "character" | "none", "unknown_score": number,
"spelling": [id, …], "reserved": [[id, base64, score], …], "pieces": {as above}}``.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable
from itertools import chain
from reprlib import repr as short  # a hostile value may be as long as its file

import numpy as np
from jaxtyping import Float64, Int64

from kexue.errors import UnigramError
from kexue.unigram.bytestrings import ByteStrings
from kexue.unigram.files.bytepiece_scan import scanned
from kexue.unigram.files.json_text import keys_occur_once, unrepeated
from kexue.unigram.vocabulary import Vocabulary

SPECIALS = (b"<pad>", b"<bos>", b"<eos>")
MARK = "kexue.unigram"
HEAD = {
    MARK: int,
    "prefix": str,
    "unknown": str,
    "unknown_score": object,
    "spelling": list,
    "reserved": list,
    "pieces": dict,
}
FORM_OF = {int: "a number", str: "a string", list: "an array", dict: "an object"}
NOTHING = (ByteStrings.of(()), np.zeros(0, dtype=np.int64), np.zeros(0), "")
FORM = 'a BytePiece entry, "base64 of the token": [id, text, frequency]'


def from_entries(entries: dict, data: bytes, strict: bool = False) -> Vocabulary:
    """The vocabulary of a JSON object in BytePiece's form.

    Args:
        entries: the object, as ``json_text.parsed`` gives it.
        data: the file that it was read from.

    >>> v = from_entries({"YQ==": [3, "a", 1], "Yg==": [4, "b", 3]}, b'{"YQ==": [3, "a", 1], "Yg==": [4, "b", 3]}')
    >>> v.pieces.as_tuple, sorted(v.reserved), [float(s) for s in v.scores[3:].round(4)]
    ((b'<pad>', b'<bos>', b'<eos>', b'a', b'b'), [0, 1, 2], [-1.3863, -0.2877])
    """
    pieces, ids, scores, texts = _columns(entries)
    if not keys_occur_once(data, len(entries), texts):
        pieces, ids, scores, _ = _columns(unrepeated(data))
    return _from_columns(pieces, ids, scores, strict)


def from_usual(data: bytes, strict: bool = False) -> Vocabulary | None:
    """The same straight from a file of the usual shape, and None for any other."""
    found = scanned(data)
    if found is None or not 0 < found[2].sum(dtype=np.float64) < 2**62:
        return None
    pieces, ids, counts = found
    try:
        return _from_columns(pieces, ids, _log_shares(counts, int(counts.sum())), strict)
    except UnigramError:
        return None  # the general parser knows more to say of what is wrong


def _from_columns(pieces: ByteStrings, ids: np.ndarray, scores: np.ndarray, strict: bool) -> Vocabulary:
    first = int(ids.min())
    if first not in (0, 3):
        raise UnigramError(f"the smallest id is {first}, expected 3 (after <pad>, <bos>, <eos>) or 0")
    pieces, scores = _placed(pieces, ids - first, scores)
    if first:
        pieces, scores = ByteStrings.of(SPECIALS) + pieces, np.concatenate([np.full(3, -np.inf), scores])
    reserved = frozenset(range(first))
    return Vocabulary(pieces, scores, reserved=reserved, unknown="none" if strict else "byte")


def _columns(entries: dict) -> tuple[ByteStrings, Int64[np.ndarray, " n"], Float64[np.ndarray, " n"], str]:
    rows = list(entries.values())
    if not rows:
        raise UnigramError("the file is an empty JSON object, expected a model's tokens")
    width = len(rows[0]) if isinstance(rows[0], list) else 0
    if width not in (3, 4) or set(map(type, rows)) != {list} or set(map(len, rows)) != {width}:
        _refuse(entries, lambda row: not isinstance(row, list) or len(row) != len(rows[0]) or len(row) not in (3, 4))
    flat = list(chain.from_iterable(rows))
    ids, texts, frequencies = flat[::width], flat[1::width], flat[width - 1 :: width]
    if set(map(type, ids)) != {int} or max(ids) >= 2**31 or min(ids) < 0:
        _refuse(entries, lambda row: type(row[0]) is not int or not 0 <= row[0] < 2**31)
    if set(map(type, texts)) != {str}:
        _refuse(entries, lambda row: not isinstance(row[1], str))
    if not set(map(type, frequencies)) <= {int, float} or not min(frequencies) >= 0 or not max(frequencies) < 2**63:
        _refuse(entries, lambda row: type(row[-1]) not in (int, float) or not 0 <= row[-1] < 2**63)
    scores = _log_shares(frequencies, sum(frequencies)) if width == 3 else numbers(flat[2::4], "score")
    return _tokens(entries), np.array(ids), scores, "".join(texts)


def _refuse(entries: dict, wrong) -> None:
    key, row = next((key, row) for key, row in entries.items() if wrong(row))
    raise UnigramError(f"{key[:60]!r}: {short(row)} came, expected {FORM}; is this a BytePiece model?")


def _tokens(keys: Iterable[str]) -> ByteStrings:
    try:
        return ByteStrings.of([binascii.a2b_base64(key, strict_mode=True) for key in keys])
    except ValueError:
        return ByteStrings.of([_token(key) for key in keys])


def _token(key: str) -> bytes:
    try:
        return binascii.a2b_base64(key, strict_mode=True)
    except ValueError as error:
        raise UnigramError(f"the key {key[:60]!r} is not base64 ({error}), expected {FORM}") from None


def _log_shares(frequencies: list | np.ndarray, total: float) -> Float64[np.ndarray, " n"]:
    """log f − log Σf, each logarithm rounded by itself as BytePiece does it."""
    if not 0 < total < 2**63:
        raise UnigramError(f"the frequencies add up to {short(total)}, expected more than 0 and less than 2**63")
    with np.errstate(divide="ignore"):
        return np.log(np.array(frequencies, dtype=np.float64)) - np.log(total)


def numbers(values: list, name: str) -> Float64[np.ndarray, " n"]:
    """Finite numbers of a JSON file, and null for −∞."""
    for value in values:
        if value is not None and (type(value) not in (int, float) or not -1e308 < value < 1e308):
            raise UnigramError(f"a {name} is {short(value)}, expected a finite number, or null for −∞")
    return np.array([-np.inf if value is None else value for value in values], dtype=np.float64)


def _placed(pieces: ByteStrings, ids: Int64[np.ndarray, " n"], scores: Float64[np.ndarray, " n"]):
    """Tokens and scores in the order of their ids, which are 0 … n−1."""
    if np.array_equal(ids, np.arange(len(ids))):
        return pieces, scores
    order = np.argsort(ids, kind="stable")
    gap = np.flatnonzero(ids[order] != np.arange(len(ids)))
    if gap.size:
        raise UnigramError(
            f"the ids of {len(ids)} tokens repeat or leave gaps (the first at place {int(gap[0])} of their order), "
            "expected each once, none left out"
        )
    return pieces.taken(order), scores[order]


def from_envelope(file: dict, data: bytes, strict: bool = False) -> Vocabulary:
    """The vocabulary of the larger form that the module's head describes; arguments as for ``from_entries``."""
    _check_head(file)
    reserved = _reserved(file["reserved"])
    pieces, ids, scores, texts = NOTHING if not file["pieces"] else _columns(file["pieces"])
    prefix, unknown_score = _token(file["prefix"]), float(numbers([file["unknown_score"]], "unknown_score")[0])
    if not keys_occur_once(data, len(file) + len(pieces), texts):
        unrepeated(data)
    pieces, scores = _placed(
        pieces + ByteStrings.of([token for _, token, _ in reserved]),
        np.concatenate([ids, np.array([i for i, _, _ in reserved], dtype=np.int64)]),
        np.concatenate([scores, numbers([score for _, _, score in reserved], "score")]),
    )
    if not all(type(i) is int and 0 <= i < len(pieces) for i in file["spelling"]):
        raise UnigramError(f"'spelling' lists {short(file['spelling'])}, expected ids of tokens")
    return Vocabulary(
        pieces,
        scores,
        unknown="none" if strict else file["unknown"],
        unknown_score=unknown_score,
        spelling=tuple(file["spelling"]),
        reserved=frozenset(i for i, _, _ in reserved),
        prefix=prefix,
    )


def _check_head(file: dict) -> None:
    if file.get(MARK) != 1 or set(file) != set(HEAD):
        raise UnigramError(
            f"the file is of version {short(file[MARK])} of {MARK} with {short(sorted(file))}, "
            f"expected version 1: {sorted(HEAD)}"
        )
    for name, kind in HEAD.items():
        if not isinstance(file[name], kind):
            raise UnigramError(f"{name!r} is {short(file[name])}, expected {FORM_OF[kind]}")
    if file["unknown"] not in ("byte", "character", "none"):
        raise UnigramError(f"'unknown' is {file['unknown'][:20]!r}, expected 'byte', 'character' or 'none'")


def _reserved(rows: list) -> list[tuple[int, bytes, float | None]]:
    for row in rows:
        if not (isinstance(row, list) and len(row) == 3 and type(row[0]) is int and isinstance(row[1], str)):
            raise UnigramError(f"'reserved' lists {short(row)}, expected [id, base64, score]")
        if not 0 <= row[0] < 2**31:
            raise UnigramError(f"'reserved' lists the id {short(row[0])}, expected 0 ≤ id < 2**31")
    return [(i, _token(key), score) for i, key, score in rows]
