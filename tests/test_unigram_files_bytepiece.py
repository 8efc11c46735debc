"""BytePiece's model files, and what is added to them: the floats BytePiece computes with, and back to the last bit."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unigram_files import COUNTS, VALID, bytepiece_json, load, read_bytes, same, zipped

from kexue.unigram import Vocabulary
from kexue.unigram.files import parse, read, write
from kexue.unigram.files.bytepiece import from_entries, from_usual
from kexue.unigram.files.bytepiece_scan import _character
from kexue.unigram.files.bytepiece_text import frequencies, text_of
from kexue.unigram.files.json_text import parsed
from kexue.unigram.files.raw import unpacked
from kexue.unigram.vocabulary import LOWEST


@pytest.mark.parametrize("text", ["", "\\u0041", '\\\\\\"', "\\ud83d\\ude00", "é😀", "\\/ \\b"])
@pytest.mark.parametrize("layout", [(",", ":"), (" , ", " : "), (",\n\t", ":\r\n")])
def test_the_fast_scan_and_the_parser_agree(text, layout):
    rows = json.loads(bytepiece_json(COUNTS))
    data = json.dumps({k: [i, "?text?", n] for k, (i, _, n) in rows.items()}, separators=layout).replace("?text?", text)
    assert same(parse(data.encode()), parse(VALID["bytepiece"]))
    fast = from_usual(data.encode())
    assert (fast is None) == ("ud83d" in text)  # given up, not refused
    assert same(from_entries(parsed(data.encode()), data.encode()), parse(data.encode()))


def is_character(data: bytes) -> bool:
    """By the scan; behind the data stands what ends every file."""
    return len(data) > 1 and _character(np.frombuffer(data + b"}", np.uint8), 0) == len(data)


def test_characters_are_those_of_utf8():
    for code in range(0x80, 0x110000):
        assert is_character(chr(code).encode("utf-8", "surrogatepass")) == (not 0xD800 <= code < 0xE000)


@settings(max_examples=2000, deadline=None)
@given(st.builds(bytes, st.lists(st.sampled_from([0x41, 0x7D, 0x7F, *range(0x80, 0x100)]), min_size=1, max_size=5)))
def test_bytes_that_are_no_character(data):
    try:
        one = len(data.decode()) == 1 < len(data)
    except UnicodeDecodeError:
        one = False
    assert is_character(data) == one


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=40))
def test_bytepiece_scores_are_its_own_floats(counts):
    table = {b"%d" % i: count for i, count in enumerate(counts)}
    vocabulary = parse(bytepiece_json(table))
    log_total = np.log(sum(table.values()))  # bytepiece.py: np.log(v) - log_total, a Python integer at a time
    theirs = np.array([np.log(count) - log_total for count in counts])
    assert np.array_equal(vocabulary.scores[3:].view(np.int64), theirs.view(np.int64))
    assert vocabulary.pieces == (b"<pad>", b"<bos>", b"<eos>", *table)
    assert (vocabulary.reserved, vocabulary.unknown) == ({0, 1, 2}, "byte")
    assert parse(bytepiece_json(table), strict=True).unknown == "none"


def test_bytepiece_file_is_written_back_byte_for_byte():
    assert text_of(parse(VALID["bytepiece"])).encode() == VALID["bytepiece"]


def test_ids_are_the_files_whatever_its_order():
    rows = json.loads(bytepiece_json(COUNTS, first=0))
    turned = dict(reversed(rows.items()))
    assert parse(json.dumps(turned).encode()).pieces == tuple(COUNTS)


def test_zip_and_plain_are_the_same(tmp_path):
    (tmp_path / "a.bin").write_bytes(VALID["zip"])
    assert read(tmp_path / "a.bin").pieces == read_bytes(tmp_path, VALID["bytepiece"]).pieces
    assert unpacked(zipped(b"x", "__MACOSX/._a.model", "a.model", "README.txt")) == b"x"


@st.composite
def vocabularies(draw) -> Vocabulary:
    scores = st.floats(LOWEST, 0) | st.just(-np.inf)
    table = draw(st.dictionaries(st.binary(min_size=1, max_size=5), scores, min_size=1, max_size=12))
    names = [b"<unk>", b"a"] * draw(st.booleans())
    bytes_ = [bytes([b]) for b in range(256)] * draw(st.booleans())
    pieces = (*names, *table, *bytes_)
    own = [0.0] * len(names) + list(table.values()) + [-np.inf] * len(bytes_)
    start = len(names) + len(table)
    return Vocabulary(
        pieces,
        np.array(own),
        unknown=draw(st.sampled_from(["byte", "character", "none"])),
        unknown_score=draw(st.none() | scores),
        spelling=tuple(range(start, start + 256)) if bytes_ else (),
        reserved=frozenset(range(len(names))) | frozenset(range(start, len(pieces))),
        prefix=draw(st.sampled_from([b"", b" ", b"\xff"])),
    )


@given(vocabularies())
def test_what_is_written_reads_back_to_the_last_bit(vocabulary):
    assert same(parse(text_of(vocabulary).encode()), vocabulary)


@pytest.mark.parametrize("kind", VALID)
def test_every_kind_survives_writing(kind, tmp_path):
    vocabulary = load(VALID[kind])
    write(vocabulary, tmp_path / "again.model")
    assert same(read(tmp_path / "again.model"), vocabulary)
    assert [path.name for path in tmp_path.iterdir()] == ["again.model"]


def test_frequencies_that_bytepiece_reads_keep_the_law():
    """A list of four is read by BytePiece as its first and last: id, frequency."""
    scores = np.log(np.random.default_rng(0).dirichlet(np.ones(50)))
    rows = json.loads(text_of(Vocabulary(tuple(b"%d" % i for i in range(50)), scores)))
    assert {len(row) for row in rows.values()} == {4}
    counts = np.array([row[-1] for row in rows.values()])
    np.testing.assert_allclose(np.log(counts) - np.log(counts.sum()), scores, atol=1e-6)  # 36 bits of the largest
    assert frequencies(scores) is None
