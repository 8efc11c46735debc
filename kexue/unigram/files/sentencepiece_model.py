"""SentencePiece's Unigram model, a protocol buffer, as a vocabulary; and a vocabulary as such a model.

``ModelProto``: pieces = 1 {piece = 1, score = 2 (float32), type = 3}, trainer_spec = 2 {model_type = 3, byte_fallback =
35, treat_whitespace_as_suffix = 24}, normalizer_spec = 3 {precompiled_charsmap = 2, add_dummy_prefix = 3,
remove_extra_whitespaces = 4, escape_whitespaces = 5}, denormalizer_spec = 5.

What a piece's type makes of it: NORMAL segments text; UNKNOWN, CONTROL, UNUSED and BYTE are reserved ids (BYTE spells
unknown characters under byte_fallback); USER_DEFINED is refused, for SentencePiece scores such pieces length·max − 0.1,
with lengths in bytes when it decodes and in characters when it samples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from kexue.errors import UnigramError
from kexue.unigram.compiling import compiled
from kexue.unigram.files.wire import Field, expect, fields, signed
from kexue.unigram.vocabulary import LARGEST, PENALTY, Vocabulary

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6
UNIGRAM, MODEL_TYPES = 1, {1: "unigram", 2: "bpe", 3: "word", 4: "char"}
BLANK = "▁".encode()
ZERO = bytes(4)
MOST = 2**20  # fields read by the slow way; they take some seconds
CHUNK = 2**14  # pieces found before their bytes are taken out
ADVICE = (
    "train it with normalization_rule_name='identity', remove_extra_whitespaces=False (Unigram.train does), or "
    "normalise the text yourself and clear the setting in the model"
)


@dataclass
class Model:
    """The fields that matter, at SentencePiece's defaults until the file says otherwise."""

    pieces: list[bytes] = field(default_factory=list)
    scores: bytearray = field(default_factory=bytearray)  # float32, little-endian
    types: list[int] = field(default_factory=list)
    trainer: dict[int, int] = field(default_factory=lambda: {3: UNIGRAM, 24: 0, 35: 0})
    normalizer: dict[int, int | bytes] = field(default_factory=lambda: {1: b"", 2: b"", 3: 1, 4: 1, 5: 1})
    denormalizer: dict[int, int | bytes] = field(default_factory=lambda: {2: b""})
    read: int = 0

    def fields(self, data: bytes, at: int, end: int) -> Iterator[Field]:
        """The fields of a message, as long as the file has fewer than ``MOST`` outside the usual pieces."""
        for one in fields(data, at, end):
            self.read += 1
            if self.read > MOST:
                raise UnigramError(
                    f"the file has more than {MOST} fields of unusual layout: this is no SentencePiece model"
                )
            yield one


def from_proto(data: bytes, strict: bool = False) -> Vocabulary:
    """The vocabulary of a serialised ``ModelProto``.

    ▁ becomes a space, add_dummy_prefix the prefix b" "; a character that is no piece scores min − 10 (float32, the
    minimum over NORMAL pieces), is spelled by the BYTE pieces under byte_fallback, and by pseudo tokens otherwise,
    where SentencePiece says ``<unk>``. A ▁ in the text is a space to SentencePiece, and here a character as others are.

    Raises:
        UnigramError: no such message, not a Unigram model, a setting that changes the text, USER_DEFINED pieces.
    """
    model = parsed(data)
    _check_settings(model)
    pieces, types = model.pieces, np.array(model.types)
    scores = np.frombuffer(model.scores, dtype="<f4").astype(np.float64)
    _check_pieces(model, types, scores)
    reserved = types != NORMAL
    unknown_score = float(np.float32(scores[~reserved].min()) - np.float32(PENALTY))
    scores[reserved] = -np.inf
    spelling = _spelling(model, np.flatnonzero(types == BYTE).tolist())
    for byte, i in enumerate(spelling):
        pieces[i] = bytes([byte])
    if model.normalizer[5]:
        reserved[[i for i, piece in enumerate(pieces) if b" " in piece]] = True  # no escaped text has a space
        pieces = [piece.replace(BLANK, b" ") if BLANK in piece else piece for piece in pieces]
    return Vocabulary(
        pieces,
        scores,
        unknown="none" if strict else "character",
        unknown_score=unknown_score,
        spelling=spelling,
        reserved=frozenset(np.flatnonzero(reserved).tolist()),
        prefix=b" " if model.normalizer[3] else b"",
    )


def parsed(data: bytes) -> Model:
    model, end, at = Model(), len(data), 0
    array, table = np.frombuffer(data, dtype=np.uint8), np.empty((3, CHUNK), dtype=np.int64)
    while at < end:
        n, at = _usual_pieces(array, at, table)
        if n:
            begins, ends, kinds = table[:, :n].tolist()
            model.pieces += [data[a:b] for a, b in zip(begins, ends, strict=True)]
            model.scores += array[table[1, :n, None] + np.arange(1, 5)].tobytes()
            model.types += kinds
        if n < CHUNK and at < end:
            at = _any_field(model, data, at, end)
        if len(model.pieces) > LARGEST:
            raise UnigramError(f"the model has more than {LARGEST} pieces, expected at most that")
    return model


@compiled()
def _usual_pieces(data, at, table):
    """Finds pieces as SentencePiece lays them out (0A size 0A length piece 15 score, perhaps 18 type) while they last.

    Nearly all of a file is such; ``_any_field`` reads every layout. Fills ``table`` with where pieces begin, where they
    end (a score follows a byte later), and types; returns how many, and where it stopped.
    """
    n, end = 0, data.size
    while n < table.shape[1] and at + 3 < end and data[at] == 0x0A and data[at + 2] == 0x0A:
        size, length = np.int64(data[at + 1]), np.int64(data[at + 3])
        stop, cut = at + 2 + size, at + 4 + length
        rest = stop - cut
        if size > 127 or length == 0 or stop > end or (rest != 5 and rest != 7) or data[cut] != 0x15:
            break
        if rest == 7 and data[cut + 5] != 0x18:
            break
        table[0, n], table[1, n], table[2, n] = at + 4, cut, NORMAL if rest == 5 else data[cut + 6]
        n += 1
        at = stop
    return n, at


def _any_field(model: Model, data: bytes, at: int, end: int) -> int:
    """Reads one field of the model, and returns where it ends."""
    one = next(model.fields(data, at, end))
    specs = {2: model.trainer, 3: model.normalizer, 5: model.denormalizer}
    if one[0] in (1, *specs):
        expect(one, 2, f"field {one[0]} of the model")
    if one[0] == 1:
        piece, score, kind = _any_piece(data, model.fields(data, one[2], one[3]))
        if not piece:
            raise UnigramError(
                f"piece {len(model.pieces)} is empty, expected at least one byte: no SentencePiece model"
            )
        model.pieces.append(piece)
        model.scores += score
        model.types.append(kind)
    elif one[0] in specs:
        _read_settings(specs[one[0]], data, model.fields(data, one[2], one[3]))
    return one[3]


def _read_settings(spec: dict[int, int | bytes], data: bytes, inner: Iterator[Field]) -> None:
    for one in inner:
        if one[0] in spec:
            is_text = isinstance(spec[one[0]], bytes)
            expect(one, 2 if is_text else 0, f"setting {one[0]}")
            spec[one[0]] = data[one[2] : one[3]] if is_text else signed(one[2])


def _any_piece(data: bytes, inner: Iterator[Field]) -> tuple[bytes, bytes, int]:
    piece, score, kind = b"", ZERO, NORMAL
    for one in inner:
        if one[0] == 1:
            expect(one, 2, "a piece")
            piece = data[one[2] : one[3]]
        elif one[0] == 2:
            expect(one, 5, "a piece's score")
            score = data[one[2] : one[3]]
        elif one[0] == 3:
            expect(one, 0, "a piece's type")
            kind = min(one[2], 127)
    return piece, score, kind


def _check_settings(model: Model) -> None:
    kind = model.trainer[3]
    if not model.pieces:
        raise UnigramError("the file has no pieces, expected a SentencePiece Unigram model")
    if kind != UNIGRAM:
        raise UnigramError(
            f"the model is of type {MODEL_TYPES.get(kind, kind)!r}, expected 'unigram': train one with Unigram.train"
        )
    normalizer = model.normalizer
    if normalizer[2] or model.denormalizer[2]:
        name = normalizer[1].decode(errors="replace")[:40]
        raise UnigramError(
            f"the model normalises text (precompiled_charsmap of {name!r}), expected the identity: {ADVICE}"
        )
    if normalizer[4]:
        raise UnigramError(f"the model removes whitespace (remove_extra_whitespaces is true), expected false: {ADVICE}")
    if model.trainer[24] and normalizer[3]:
        raise UnigramError(
            "the model puts a space behind the text (treat_whitespace_as_suffix with add_dummy_prefix), expected at "
            "most one before it: train it without treat_whitespace_as_suffix"
        )


def _check_pieces(model: Model, types: np.ndarray, scores: np.ndarray) -> None:
    strange = np.flatnonzero((types < NORMAL) | (types > BYTE) | (types == USER_DEFINED))
    if strange.size:
        i = int(strange[0])
        user = "USER_DEFINED, which SentencePiece scores by rules that differ between decoding and sampling"
        what = user if types[i] == USER_DEFINED else f"of the unknown type {types[i]}"
        raise UnigramError(
            f"piece {i} {model.pieces[i][:60]!r} is {what}; train the model without user_defined_symbols"
        )
    wrong = np.flatnonzero(~np.isfinite(scores))
    if wrong.size:
        i = int(wrong[0])
        raise UnigramError(f"piece {i} {model.pieces[i][:60]!r} has the score {scores[i]}, expected a finite number")
    if not (types == NORMAL).any():
        raise UnigramError(
            f"none of the {len(types)} pieces is of type NORMAL, expected some that text is segmented into"
        )
    try:
        b"\n".join(model.pieces).decode()
    except UnicodeDecodeError as error:
        raise UnigramError(f"a piece is not UTF-8 ({error.reason}): this is no SentencePiece model") from None


def _spelling(model: Model, ids: list[int]) -> tuple[int, ...]:
    """The ids of ``<0x00>`` … ``<0xFF>`` under byte_fallback."""
    if not model.trainer[35]:
        return ()
    at = {model.pieces[i]: i for i in ids}
    names = [b"<0x%02X>" % byte for byte in range(256)]
    if missing := [name for name in names if name not in at]:
        raise UnigramError(
            f"byte_fallback is on, but the piece {missing[0].decode()} of type BYTE is missing, expected 256"
        )
    return tuple(at[name] for name in names)
