"""SentencePiece's model files: read as SentencePiece reads them, and written for it."""

from __future__ import annotations

import re
import struct

import numpy as np
import pytest
import sentencepiece
from unigram_files import ENGLISH, proto, same, sentencepiece_proto, sentencepiece_score, viterbi

from kexue.unigram import UnigramError, Vocabulary
from kexue.unigram.files import parse, to_sentencepiece
from kexue.unigram.files.wire import write_bytes, write_float, write_number, write_varint


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"byte_fallback": False, "vocab_size": 200},
        {"add_dummy_prefix": True},
        {"control_symbols": ["<cls>"], "pad_id": 3},
        {"allow_whitespace_only_pieces": True},
    ],
)
def test_sentencepiece_pieces_scores_and_paths(options):
    data = sentencepiece_proto(**{k: tuple(v) if isinstance(v, list) else v for k, v in options.items()})
    vocabulary, processor = parse(data), sentencepiece.SentencePieceProcessor(model_proto=data)
    assert len(vocabulary) == processor.vocab_size()
    for i, piece in enumerate(vocabulary.pieces):
        if i not in vocabulary.reserved:
            assert piece == processor.id_to_piece(i).replace("▁", " ").encode()
            assert vocabulary.scores[i] == processor.get_score(i)
        assert (i in vocabulary.reserved) == (
            processor.is_control(i) or processor.is_unknown(i) or processor.is_byte(i)
        )
    assert vocabulary.prefix == (b" " if options.get("add_dummy_prefix") else b"")
    assert vocabulary.unknown_score == np.float32(vocabulary.scores[np.isfinite(vocabulary.scores)].min()) - np.float32(
        10
    )
    for line in [*ENGLISH[:60], "naïve 漢字 text, 漢", "  two  spaces ", "\t"]:
        score, path = viterbi(vocabulary, line)
        assert sentencepiece_score(processor, line) == pytest.approx(score, rel=3e-6, abs=1e-4)  # float32 sums
        if -1 not in path:
            theirs = processor.encode(line)
            assert sum(vocabulary.scores[i] for i in theirs) == pytest.approx(score, rel=3e-6, abs=1e-4)


def test_byte_fallback_spells():
    data = sentencepiece_proto()
    vocabulary, processor = parse(data), sentencepiece.SentencePieceProcessor(model_proto=data)
    assert [vocabulary.spelling[byte] for byte in "漢".encode()] == processor.encode("漢")
    assert [vocabulary.pieces[i] for i in vocabulary.spelling] == [bytes([b]) for b in range(256)]
    assert parse(sentencepiece_proto(200, byte_fallback=False)).spelling == ()


@pytest.mark.parametrize(
    ("options", "setting"),
    [
        ({"normalization_rule_name": "nmt_nfkc"}, "precompiled_charsmap of 'nmt_nfkc'"),
        ({"remove_extra_whitespaces": True}, "remove_extra_whitespaces"),
        ({"add_dummy_prefix": True, "treat_whitespace_as_suffix": True}, "treat_whitespace_as_suffix"),
        ({"user_defined_symbols": ("<sep>",)}, "USER_DEFINED"),
        ({"model_type": "bpe"}, "'bpe'"),
        ({"model_type": "char", "byte_fallback": False, "vocab_size": 60, "hard_vocab_limit": False}, "'char'"),
        ({"model_type": "word", "byte_fallback": False, "vocab_size": 60}, "'word'"),
    ],
)
def test_sentencepiece_models_that_do_something_else(options, setting):
    with pytest.raises(UnigramError, match=setting) as caught:
        parse(sentencepiece_proto(**options))
    assert re.search("train (it|one|the model) with", str(caught.value))


def test_piece_types():
    space = "▁".encode()
    pieces = [
        (b"<unk>", 0, 2),
        (b"<s>", 0, 3),
        (b"a", -1, 1),
        (b"b", -9, 5),
        (space, -2, 1),
        (b" ", -3, 1),
        (b"<0x41>", 0, 6),
    ]
    vocabulary = parse(proto(*pieces))
    assert vocabulary.ids == {b"a": 2, b" ": 4}  # UNUSED "b" and the unreachable raw space are out
    assert vocabulary.unknown_score == -13.0
    kept = parse(proto(*pieces, normalizer=write_number(4, 0) + write_number(5, 0)))
    assert kept.ids == {b"a": 2, space: 4, b" ": 5}


def test_unusual_layouts_are_read_alike():
    """Fields in another order, unknown ones, long varints, repeated fields and settings: all that protobuf allows."""
    unk = write_number(3, 2) + write_bytes(99, b"?") + write_bytes(1, b"<unk>") + write_float(2, bytes(4))
    a = write_bytes(1, b"wrong") + write_float(2, struct.pack("<f", -1)) + write_bytes(1, b"a")
    settings_ = write_bytes(3, write_number(4, 1)) + write_number(77, -1) + write_bytes(3, b"\x20\x80\x00")
    strange = write_bytes(1, unk) + settings_ + b"\x8a\x00" + write_varint(len(a)) + a + b"\x59" + bytes(8)
    assert same(parse(strange), parse(proto((b"<unk>", 0, 2), (b"a", -1, 1))))


# -- to SentencePiece


def test_the_same_model_in_sentencepiece():
    trained = parse(sentencepiece_proto(500, byte_fallback=False))
    table = {piece: float(trained.scores[i]) for piece, i in trained.ids.items()}
    table |= {bytes([b]): -20.0 for b in range(128) if bytes([b]) not in table}
    strange = {b"\xe6": -21.0, b"\xff\xfe": -22.0, "▁x".encode(): -21.0, b"<0x41>": -21.0, b"never": -np.inf}
    vocabulary = Vocabulary.of({**table, **strange})
    data, report = to_sentencepiece(vocabulary)
    processor = sentencepiece.SentencePieceProcessor(model_proto=data)
    assert (report.not_utf8, report.clashes) == (2, 3)  # and NUL
    assert processor.vocab_size() == 1 + len(vocabulary) - 5 + 256
    for i, j in enumerate(report.ids):
        if j >= 0:
            assert processor.id_to_piece(j).replace("▁", " ").encode() == vocabulary.pieces[i]
            assert processor.is_unused(j) or processor.get_score(j) == np.float32(vocabulary.scores[i])
    theirs_to_ours = {j: i for i, j in enumerate(report.ids)}
    compared = 0
    for line in ENGLISH[:200]:
        score, path = viterbi(vocabulary, line)
        if -1 in path:  # characters that training left out
            continue
        compared += 1
        ids = [theirs_to_ours[j] for j in processor.encode(line)]
        assert b"".join(vocabulary.pieces[i] for i in ids).decode() == line
        assert sum(vocabulary.scores[i] for i in ids) == pytest.approx(score, rel=3e-6)
    assert compared > 150
    assert processor.decode(processor.encode("漢 ok")) == "漢 ok"


def test_to_sentencepiece_and_back():
    vocabulary = parse(sentencepiece_proto(add_dummy_prefix=True))
    data, report = to_sentencepiece(vocabulary)
    again = parse(data)
    assert {piece: again.scores[i] for piece, i in again.ids.items()} == {
        piece: vocabulary.scores[i] for piece, i in vocabulary.ids.items()
    }
    assert (again.prefix, again.unknown_score, report.not_utf8) == (b" ", vocabulary.unknown_score, 0)
    assert b"<<unk>>" in to_sentencepiece(Vocabulary.of({b"<unk>": -1.0}))[0]


@pytest.mark.parametrize(
    ("vocabulary", "message"),
    [
        (Vocabulary.of({b"a": -1.0}, prefix=b"x"), "prefix"),
        (Vocabulary.of({b"\xff": -1.0}), "UTF-8"),
    ],
)
def test_what_sentencepiece_cannot_have(vocabulary, message):
    with pytest.raises(UnigramError, match=message):
        to_sentencepiece(vocabulary)
