"""A vocabulary as a SentencePiece model, so that SentencePiece can be given the same tokens and scores."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kexue.errors import UnigramError
from kexue.unigram.files.sentencepiece_model import BLANK, BYTE, NORMAL, UNIGRAM, UNKNOWN, UNUSED
from kexue.unigram.files.wire import write_bytes, write_float, write_number
from kexue.unigram.vocabulary import Vocabulary

BYTE_NAMES = tuple(b"<0x%02X>" % byte for byte in range(256))


@dataclass(frozen=True)
class Conversion:
    """What became of the tokens.

    Args:
        ids: the SentencePiece id of each token; −1 for a token without one.
        not_utf8: tokens that are no whole characters, which SentencePiece cannot have; left out.
        clashes: tokens that mean something else to SentencePiece (with ▁, NUL, or named as a byte piece is); left out.
    """

    ids: tuple[int, ...]
    not_utf8: int
    clashes: int


def to_sentencepiece(vocabulary: Vocabulary) -> tuple[bytes, Conversion]:
    """A serialised ``ModelProto`` with the same pieces and (float32) scores, and an account of what it lacks.

    Identity normalisation, byte_fallback on; a space is ▁; the prefix b" " is add_dummy_prefix. First comes ``<unk>``,
    last the 256 byte pieces. A text whose Viterbi path uses only tokens that were kept, and no unknown bytes, has the
    same score in SentencePiece, to float32.

    Raises:
        UnigramError: a prefix other than none or one space; no token that SentencePiece can have.

    >>> model, report = to_sentencepiece(Vocabulary.of({b"a": -1.0, "é".encode()[:1]: -2.0}))
    >>> report
    Conversion(ids=(1, -1), not_utf8=1, clashes=0)
    """
    if vocabulary.prefix not in (b"", b" "):
        raise UnigramError(f"the prefix is {vocabulary.prefix!r}, SentencePiece knows none or one space")
    fates = [_fate(piece) for piece in vocabulary.pieces]
    kept = [i for i, fate in enumerate(fates) if fate == "kept" and i not in vocabulary.reserved]
    if not np.isfinite(vocabulary.scores[kept]).any():
        raise UnigramError("no token with a finite score is UTF-8 text, expected at least one")
    ids = np.full(len(vocabulary), -1)
    ids[kept] = np.arange(1, len(kept) + 1)
    lost = [fate for i, fate in enumerate(fates) if i not in vocabulary.reserved and fate != "kept"]
    report = Conversion(tuple(ids.tolist()), lost.count("not UTF-8"), lost.count("clash"))
    return _proto(vocabulary, kept), report


def _fate(piece: bytes) -> str:
    try:
        piece.decode()
    except UnicodeDecodeError:
        return "not UTF-8"
    return "clash" if BLANK in piece or b"\0" in piece or piece in BYTE_NAMES else "kept"


def _proto(vocabulary: Vocabulary, kept: list[int]) -> bytes:
    scores = vocabulary.scores[kept]
    usable = np.isfinite(scores)
    floats = np.where(usable, scores, 0).astype("<f4")
    names = [vocabulary.pieces[i].replace(b" ", BLANK) for i in kept]
    unknown = b"<unk>"
    while unknown in set(names):
        unknown = b"<" + unknown + b">"
    rows = [
        _piece(unknown, bytes(4), UNKNOWN),
        *(_piece(n, f.tobytes(), NORMAL if u else UNUSED) for n, f, u in zip(names, floats, usable, strict=True)),
        *(_piece(name, bytes(4), BYTE) for name in BYTE_NAMES),
    ]
    trainer = write_number(3, UNIGRAM) + write_number(4, len(rows)) + write_number(35, 1) + write_number(40, 0)
    trainer += write_number(41, -1) + write_number(42, -1) + write_number(43, -1) + write_bytes(45, unknown)
    normalizer = write_bytes(1, b"identity") + write_number(3, int(vocabulary.prefix == b" "))
    normalizer += write_number(4, 0) + write_number(5, 1)
    return b"".join(write_bytes(1, row) for row in rows) + write_bytes(2, trainer) + write_bytes(3, normalizer)


def _piece(name: bytes, score: bytes, kind: int) -> bytes:
    return write_bytes(1, name) + write_float(2, score) + (b"" if kind == NORMAL else write_number(3, kind))
