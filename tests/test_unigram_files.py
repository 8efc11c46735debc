"""Model files: read as their own libraries read them, written back to the last bit, and refused without harm."""

from __future__ import annotations

import io
import json
import re
import struct
import time
import zipfile
from base64 import b64encode
from functools import cache
from pydoc_data.topics import topics

import numpy as np
import pytest
import sentencepiece
import tokenizers
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tokenizers import models, normalizers, pre_tokenizers

from kexue.unigram import UnigramError, Vocabulary
from kexue.unigram.files import parse, read, to_sentencepiece, write
from kexue.unigram.files.bytepiece import from_entries, from_usual
from kexue.unigram.files.bytepiece_text import frequencies, text_of
from kexue.unigram.files.json_text import parsed
from kexue.unigram.files.raw import LIMIT, unpacked
from kexue.unigram.files.wire import fields, write_bytes, write_float, write_number, write_varint
from kexue.unigram.training import _sentences, train
from kexue.unigram.vocabulary import LOWEST

ENGLISH = [line + "\n" for text in list(topics.values())[:25] for line in text.split("\n")]
COUNTS = {b"a": 7, b" ": 3, b"b": 1, b"ab": 12, "é".encode(): 5, "é".encode()[:1]: 1, b"\n": 2}


# -- files as their own libraries write them ---------------------------------------------------------------------------


def bytepiece_json(counts: dict[bytes, int], first: int = 3) -> bytes:
    """As ``bytepiece.Trainer.save`` writes it."""
    rows = {b64encode(k).decode(): [i + first, k.decode(errors="ignore"), v] for i, (k, v) in enumerate(counts.items())}
    return json.dumps(rows, indent=4, ensure_ascii=False).encode()


def zipped(data: bytes, *names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names or ("small.model",):
            file.writestr(name, data)
    return buffer.getvalue()


@cache
def sentencepiece_proto(vocab_size: int = 420, **options) -> bytes:
    """As SentencePiece's trainer writes it."""
    model = io.BytesIO()
    defaults = {
        "normalization_rule_name": "identity",
        "add_dummy_prefix": False,
        "remove_extra_whitespaces": False,
        "byte_fallback": True,
        "minloglevel": 2,
    }
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(ENGLISH[:400]), model_writer=model, vocab_size=vocab_size, **{**defaults, **options}
    )
    return model.getvalue()


HF_VOCAB = [
    ("<unk>", 0.0),
    ("▁", -2.5),
    ("a", -1.5),
    ("b", -2.0),
    ("▁a", -1.75),
    ("ab", -2.25),
    ("b▁a", -0.5),
    ("▁▁", -3.0),
    ("ba", -1.0),
    ("é", -4.0),
]


def tokenizer(metaspace: dict | None = None, byte_fallback: bool = False) -> tokenizers.Tokenizer:
    vocab = HF_VOCAB + [(f"<0x{byte:02X}>", -5.0) for byte in range(256)] * byte_fallback
    built = tokenizers.Tokenizer(models.Unigram(vocab, unk_id=0, byte_fallback=byte_fallback))
    if metaspace is not None:
        built.pre_tokenizer = pre_tokenizers.Metaspace(**metaspace)
    return built


def hugging_face(**options) -> bytes:
    return tokenizer(**options).to_str().encode()


def changed(data: bytes, **parts) -> bytes:
    """The tokenizer.json with some of its parts replaced; ``model`` is updated."""
    file = json.loads(data)
    file["model"].update(parts.pop("model", {}))
    return json.dumps({**file, **parts}).encode()


def proto(*pieces: tuple[bytes, float, int], trainer: bytes = b"", normalizer: bytes = write_number(4, 0)) -> bytes:
    rows = [write_bytes(1, n) + write_float(2, struct.pack("<f", s)) + write_number(3, k) for n, s, k in pieces]
    return b"".join(write_bytes(1, row) for row in rows) + write_bytes(2, trainer) + write_bytes(3, normalizer)


VALID = {
    "bytepiece": bytepiece_json(COUNTS),
    "zip": zipped(bytepiece_json(COUNTS)),
    "sentencepiece": proto((b"<unk>", 0, 2), (b"<s>", 0, 3), (b"a", -1, 1), ("▁a".encode(), -2, 1), (b"ab", -1.5, 1)),
    "tokenizer.json": hugging_face(metaspace={}),
    "larger form": text_of(
        Vocabulary(
            (b"<s>", b"a", b"ab"), np.array([0.0, -1.0, -np.inf]), "character", reserved=frozenset({0}), prefix=b" "
        )
    ).encode(),
}


@pytest.mark.parametrize("text", ["", "\\u0041", '\\\\\\"', "\\ud83d\\ude00", "é😀", "\\/ \\b"])
@pytest.mark.parametrize("layout", [(",", ":"), (" , ", " : "), (",\n\t", ":\r\n")])
def test_the_fast_scan_and_the_parser_agree(text, layout):
    rows = json.loads(bytepiece_json(COUNTS))
    data = json.dumps({k: [i, "?text?", n] for k, (i, _, n) in rows.items()}, separators=layout).replace("?text?", text)
    assert same(parse(data.encode()), parse(VALID["bytepiece"]))
    fast = from_usual(data.encode())
    assert (fast is None) == ("ud83d" in text)  # given up, not refused
    assert same(from_entries(parsed(data.encode()), data.encode()), parse(data.encode()))


def load(data: bytes, **options) -> Vocabulary:
    return parse(unpacked(data) if data[:2] == b"PK" else data, **options)


# -- an oracle: Viterbi decoding, character by character, of what a Vocabulary means ---------------------------------


def viterbi(vocabulary: Vocabulary, text: str) -> tuple[float, list[int]]:
    """The best score, and the ids on a best path; −1 for an unknown character."""
    data = vocabulary.prefix + text.encode()
    best: list[tuple[float, list[int]] | None] = [(0.0, [])] + [None] * len(data)
    longest = max(map(len, vocabulary.ids))
    for i in range(len(data)):
        if best[i] is None or data[i] & 0xC0 == 0x80:
            continue
        width = len(data[i:].decode()[0].encode())
        edges = [(n, vocabulary.ids.get(data[i : i + n])) for n in range(1, longest + 1) if i + n <= len(data)]
        edges = [(n, t, float(vocabulary.scores[t])) for n, t in edges if t is not None]
        if all(n != width for n, _, _ in edges):
            edges.append((width, -1, vocabulary.unknown_score))
        for n, t, score in edges:
            if best[i + n] is None or best[i][0] + score > best[i + n][0]:
                best[i + n] = (best[i][0] + score, [*best[i][1], t])
    return best[-1]


def sentencepiece_score(processor: sentencepiece.SentencePieceProcessor, text: str) -> float:
    """The Viterbi score that SentencePiece itself reports (in the n-best list, where it has one)."""
    best = processor.nbest_encode(text, nbest_size=2, return_type="serialized_proto")
    data = (
        best[0] if isinstance(best, list) else next(best[f[2] : f[3]] for f in fields(best, 0, len(best)) if f[0] == 1)
    )
    return struct.unpack("<f", next(data[f[2] : f[3]] for f in fields(data, 0, len(data)) if f[0] == 3))[0]


# -- BytePiece ---------------------------------------------------------------------------------------------------------


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


def read_bytes(folder, data: bytes, **options) -> Vocabulary:
    (folder / "file").write_bytes(data)
    return read(folder / "file", **options)


def same(a: Vocabulary, b: Vocabulary) -> bool:
    """Equal in all that a vocabulary is, scores and their signs to the last bit."""
    names = ("pieces", "unknown", "unknown_score", "spelling", "reserved", "prefix")
    bits = [np.asarray(v.scores).view(np.int64) for v in (a, b)]
    return all(getattr(a, name) == getattr(b, name) for name in names) and np.array_equal(*bits)


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


# -- SentencePiece -----------------------------------------------------------------------------------------------------


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


# -- to SentencePiece --------------------------------------------------------------------------------------------------


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


# -- Hugging Face ------------------------------------------------------------------------------------------------------

METASPACES = [
    None,
    {},
    {"prepend_scheme": "never"},
    {"prepend_scheme": "first", "split": False},
    {"prepend_scheme": "never", "split": False},
    {"replacement": "_", "prepend_scheme": "never"},
]


@pytest.mark.parametrize("byte_fallback", [False, True])
@pytest.mark.parametrize("metaspace", METASPACES)
@given(text=st.text("ab é漢_▁", min_size=1, max_size=12).filter(lambda text: not text.startswith(" ")))
def test_tokenizer_json_paths(metaspace, byte_fallback, text):
    theirs = tokenizer(metaspace, byte_fallback)
    if metaspace is not None:  # what Metaspace takes for a space is one to it, and a character here
        text = text.replace("▁", "a").replace("_", "b")
    vocabulary = parse(theirs.to_str().encode())
    score, path = viterbi(vocabulary, text)
    ids = theirs.encode(text).ids
    if -1 not in path:
        assert sum(vocabulary.scores[i] for i in ids) == pytest.approx(score, abs=1e-9)
        assert [vocabulary.pieces[i] for i in ids] == [vocabulary.pieces[i] for i in path]
    elif byte_fallback:
        blank = (metaspace or {}).get("replacement", "▁").encode()
        spelled = b"".join(vocabulary.pieces[i] for i in ids)  # an unknown space too: as what stands for it
        assert spelled.replace(blank, b" ") == (vocabulary.prefix + text.encode()).replace(blank, b" ")


def test_tokenizer_json_details():
    data = hugging_face(metaspace={}, byte_fallback=True)
    vocabulary = parse(changed(data, added_tokens=[{"id": 266, "content": "<mask>", "special": True}]))
    assert vocabulary.pieces[266] == b"<mask>"
    assert vocabulary.reserved >= {0, 266, 6, 7}  # unk, mask, and two that cross words
    assert (vocabulary.prefix, vocabulary.unknown, vocabulary.unknown_score) == (b" ", "character", -15.0)
    assert parse(changed(data, normalizer=normalizer_json(normalizers.Sequence([])))).pieces == parse(data).pieces
    old = {"type": "Metaspace", "replacement": "▁", "add_prefix_space": False}
    assert parse(changed(data, pre_tokenizer=old)).prefix == b""


def normalizer_json(normalizer) -> dict:
    built = tokenizer()
    built.normalizer = normalizer
    return json.loads(built.to_str())["normalizer"]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"normalizer": normalizer_json(normalizers.NFKC())}, "normalises text by 'NFKC'"),
        ({"normalizer": normalizer_json(normalizers.Sequence([normalizers.Lowercase()]))}, "Lowercase"),
        ({"normalizer": normalizer_json(normalizers.Replace(" ", "▁"))}, "Replace"),
        ({"normalizer": 3}, "normalises"),
        ({"pre_tokenizer": {"type": "Whitespace"}}, "pre-tokenizer 'Whitespace'"),
        ({"pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}] * 2}}, "Sequence"),
        ({"pre_tokenizer": {"type": "Metaspace", "prepend_scheme": "maybe"}}, "maybe"),
        ({"pre_tokenizer": {"type": "Metaspace", "replacement": ""}}, "replacement"),
        ({"pre_tokenizer": {"type": "Metaspace", "split": 3}}, "split"),
        ({"added_tokens": [{"id": 0, "content": "<unk>", "special": False}]}, "not special"),
        ({"added_tokens": [{"id": 99, "content": "x", "special": True}]}, "id 99"),
        ({"added_tokens": [{"id": 1, "content": "x", "special": True}]}, "id 1"),
        ({"added_tokens": [{"id": 10**30, "content": "x", "special": True}]}, "added_tokens"),
        ({"added_tokens": {"a": 1}}, "expected a list"),
        ({"model": {"type": "BPE"}}, "'BPE'"),
        ({"model": {"vocab": []}}, "0 entries"),
        ({"model": {"vocab": {}}}, "model.vocab"),
        ({"model": {"vocab": [["a", -1], ["a", -2]], "unk_id": None}}, "every token may occur once"),
        ({"model": {"vocab": [["a", 1]], "unk_id": None}}, "at most 0"),
        ({"model": {"vocab": [["a", "b"]]}}, "expected .piece, score."),
        ({"model": {"vocab": [["\ud800", -1]]}}, "is none"),
        ({"model": {"unk_id": 99}}, "unk_id"),
        ({"model": {"unk_id": True}}, "unk_id"),
        ({"model": {"byte_fallback": True}}, "<0x00> is missing"),
        ({"model": {"byte_fallback": "yes"}}, "byte_fallback"),
    ],
)
def test_tokenizer_json_that_is_refused(parts, message):
    with pytest.raises(UnigramError, match=message):
        parse(changed(hugging_face(), **parts))


# -- bad input ---------------------------------------------------------------------------------------------------------


def entry(key: str = "YQ==", *row) -> bytes:
    return json.dumps({key: list(row)}).encode()


HUGE = write_varint(2**63)
BAD = {
    "empty": (b"", "begins with b''"),
    "picture": (b"\x89PNG\r\n", "PNG"),
    "list": (b"[1]", "begins with"),
    "empty object": (b"{}", "empty JSON object"),
    "cut JSON": (VALID["bytepiece"][:-9], "begins as JSON but is none"),
    "not UTF-8": (b'{"\xff": 1}', "is none"),
    "deep arrays": (b'{"a":' + b"[" * 10**6, "is none"),
    "deep objects": (b'{"model":' * 10**5, "is none"),
    "deep, closed": (b'{"model":' + b"[" * 150 + b"]" * 150 + b"}", "type"),
    "NaN": (b'{"YQ==": [3, "a", NaN]}', "is none"),
    "Infinity": (b'{"YQ==": [3, "a", Infinity]}', "is none"),
    "overflow": (b'{"YQ==": [3, "a", 1e999]}', "."),
    "NaN in tokenizer.json": (b'{"model": {"type": "Unigram", "vocab": [["a", NaN]]}}', "."),
    "many digits": (b'{"YQ==": [3, "a", ' + b"9" * 5000 + b"]}", "."),
    "huge count": (entry("YQ==", 3, "a", 2**63), "frequency"),
    "negative count": (entry("YQ==", 3, "a", -1), "frequency"),
    "no count": (entry("YQ==", 3, "a", 0), "more than 0"),
    "true count": (entry("YQ==", 3, "a", True), "frequency"),
    "text count": (entry("YQ==", 3, "a", "1"), "frequency"),
    "short row": (entry("YQ==", 3, 1), "expected a BytePiece entry"),
    "long row": (entry("YQ==", 3, "a", 1, 1, 1), "expected a BytePiece entry"),
    "unequal rows": (b'{"YQ==": [3, "a"], "Yg==": [1, 4, "b", 2]}', "expected a BytePiece entry"),
    "no row": (b'{"YQ==": 3}', "expected a BytePiece entry"),
    "id 1": (entry("YQ==", 1, "a", 1), "smallest id is 1"),
    "true id": (entry("YQ==", True, "a", 1), "expected a BytePiece entry"),
    "huge id": (entry("YQ==", 2**70, "a", 1), "expected a BytePiece entry"),
    "no text": (entry("YQ==", 3, 5, 1), "expected a BytePiece entry"),
    "not base64": (entry("a", 3, "a", 1), "not base64"),
    "loose base64": (entry("YQ==\n", 3, "a", 1), "not base64"),
    "not ASCII": (entry("é", 3, "a", 1), "not base64"),
    "empty token": (entry("", 3, "", 1), "0 bytes"),
    "long token": (entry("YWFh" * 400, 3, "", 1), "1200 bytes"),
    "same token": (b'{"YQ==": [3, "a", 1], "YR==": [4, "a", 1]}', "every token may occur once"),
    "same id": (b'{"YQ==": [3, "a", 1], "Yg==": [3, "b", 1]}', "repeat or leave gaps"),
    "gap": (b'{"YQ==": [3, "a", 1], "Yg==": [5, "b", 1]}', "repeat or leave gaps"),
    "same key": (b'{"YQ==": [3, "a", 1], "YQ==": [3, "a", 2]}', "'YQ==' occurs twice"),
    "same key, colons hidden": (b'{"YQ==": [3, "a", 1], "YQ==": [3, "\\u003a", 2]}', "'YQ==' occurs twice"),
    "same key in tokenizer.json": (b'{"model": 1, "model": 2}', "'model' occurs twice"),
    "score NaN": (b'{"YQ==": [0, "a", "NaN", 1]}', "a score is 'NaN'"),
    "score above 0": (entry("YQ==", 0, "a", 0.5, 1), "at most 0"),
    "another version": (b'{"kexue.unigram": 2}', "expected version 1"),
    "no model": (b"\n", "is cut short"),
    "only reserved": (proto((b"a", -1, 2)), "NORMAL"),
    "cut protobuf": (VALID["sentencepiece"][:20], "cut short"),
    "length 2**63": (b"\n" + HUGE, "wants 9223372036854775808 bytes"),
    "inner length 2**63": (write_bytes(1, b"\n" + HUGE), "wants 9223372036854775808 bytes"),
    "endless number": (b"\n" + b"\xff" * 12, "64 bits"),
    "settings without end": (VALID["sentencepiece"] + b"\x12\x00" * (2**20 + 1), "more than 1048576 fields"),
    "inner fields without end": (write_bytes(1, b"\n\x01a" + b"\x38\x01" * (2**20)), "more than 1048576 fields"),
    "long array": (b'{"YQ==": [' + b"[]," * 10**6 + b"1]}", "expected a BytePiece entry"),
    "group": (write_bytes(1, b"\n\x01a") + b"\x0b", "type 3"),
    "field 0": (write_bytes(1, b"\n\x01a") + b"\x02\x00", "field 0"),
    "empty piece": (write_bytes(1, b"\n\x00"), "is empty"),
    "no piece": (write_bytes(1, b""), "is empty"),
    "piece as number": (write_bytes(1, b"\x08\x01"), "wire type"),
    "type 9": (proto((b"a", -1, 9)), "unknown type 9"),
    "score 1": (proto((b"a", 1, 1)), "at most 0"),
    "float NaN": (proto((b"a", np.nan, 1)), "expected a finite number"),
    "float −∞": (proto((b"a", -np.inf, 1)), "expected a finite number"),
    "piece twice": (proto((b"a", -1, 1), (b"a", -1, 1)), "every token may occur once"),
    "piece not UTF-8": (proto((b"\xff", -1, 1)), "not UTF-8"),
    "half pieces": (proto((b"\xc3", -1, 1), (b"\xa9", -1, 1)), "not UTF-8"),
    "no byte pieces": (proto((b"a", -1, 1), trainer=write_number(35, 1)), "<0x00> of type BYTE is missing"),
    "two models": (zipped(VALID["bytepiece"], "a.model", "b.model"), "2 models"),
    "no model in zip": (zipped(b"", "folder/"), "0 models"),
    "zip in zip": (zipped(VALID["zip"]), "begins with b'PK"),
    "cut zip": (VALID["zip"][:-5], "damaged"),
    "bomb": (zipped(bytes(LIMIT + 1)), "more than 67108864 bytes"),
    "list of files": (VALID["zip"] + b"PK\x01\x02" * 200, "more than 100 files"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_by_what_is_wrong(name, tmp_path):
    data, message = BAD[name]
    start = time.perf_counter()
    with pytest.raises(UnigramError, match=message) as caught:
        read_bytes(tmp_path, data)
    assert str(tmp_path / "file") in str(caught.value) or data[:2] == b"PK"
    assert len(str(caught.value)) < 1000
    assert time.perf_counter() - start < 20  # seconds, on a busy machine; the slowest takes 0.3 on an idle one


def test_paths_that_are_no_files(tmp_path):
    with pytest.raises(UnigramError, match="is not there"):
        read(tmp_path / "nothing")
    with pytest.raises(UnigramError, match="is no file"):
        read(tmp_path)
    for name in ("nowhere/a.model", "a\0b", "a" * 250, "a\ud800"):
        with pytest.raises(UnigramError, match="cannot be written"):
            write(Vocabulary.of({b"a": -1.0}), tmp_path / name)
    assert not list(tmp_path.iterdir())
    with pytest.raises(UnigramError, match="cannot be read: File name too long"):
        read(tmp_path / ("a" * 300))
    with (tmp_path / "large").open("wb") as file:
        file.truncate(LIMIT + 1)
    with pytest.raises(UnigramError, match="64 MiB"):
        read(tmp_path / "large")


def locked(data: bytes) -> bytes:
    """The archive with the bit that says 'encrypted' set in both its headers."""
    data = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    return bytes(data)


def test_archives_that_need_more_than_deflate():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as file:
        file.writestr("a.model", VALID["bytepiece"])
    for data in (buffer.getvalue(), locked(VALID["zip"])):
        with pytest.raises(UnigramError, match="encrypted or packed by another method"):
            unpacked(data)


def loads_or_refuses(data: bytes) -> None:
    start = time.perf_counter()
    fast = from_usual(data)
    if fast is not None:  # then the general parser reads the same
        assert same(fast, from_entries(parsed(data), data))
    try:
        vocabulary = load(data)
    except UnigramError:
        vocabulary = None
    if vocabulary is not None:
        assert same(parse(text_of(vocabulary).encode()), vocabulary)
    assert time.perf_counter() - start < 20  # seconds: no hang


FUZZ = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FUZZ
@given(st.binary(max_size=200))
@example(b"PK\x03\x04")
@example(b"\n\n\n")
def test_random_bytes(data):
    for head in (b"", b"\n", b"{", b'{"', b"PK\x03\x04"):
        loads_or_refuses(head + data)


@pytest.mark.parametrize("kind", VALID)
def test_every_truncation(kind):
    step = max(1, len(VALID[kind]) // 300)
    for size in range(0, len(VALID[kind]), step):
        loads_or_refuses(VALID[kind][:size])


@FUZZ
@given(data=st.data())
@pytest.mark.parametrize("kind", VALID)
def test_mutations(kind, data):
    broken = bytearray(VALID[kind])
    for _ in range(data.draw(st.integers(1, 3))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    loads_or_refuses(bytes(broken))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@FUZZ
@given(value=JSON, data=st.data())
@pytest.mark.parametrize("kind", ["bytepiece", "tokenizer.json", "larger form"])
def test_json_of_any_other_shape(kind, value, data):
    """Some part of a valid file replaced by arbitrary JSON."""
    file = json.loads(VALID[kind])
    at, key = file, data.draw(st.sampled_from(sorted(file)))
    while isinstance(at[key], (dict, list)) and at[key] and data.draw(st.booleans()):
        at = at[key]
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
    at[key] = value
    loads_or_refuses(json.dumps(file).encode())


# -- training ----------------------------------------------------------------------------------------------------------


def test_training_is_deterministic_quiet_and_lossless(capfd):
    vocabulary = train(ENGLISH[:300], 450)
    assert same(vocabulary, train(iter(ENGLISH[:300]), 450))
    assert len(vocabulary) == 450
    assert capfd.readouterr() == ("", "")
    assert {b"\n", b" "} <= vocabulary.ids.keys()
    assert any(piece.strip(b" ") == b"" and len(piece) > 1 for piece in vocabulary.ids)  # runs of spaces
    _, path = viterbi(vocabulary, ENGLISH[0])
    assert b"".join(vocabulary.pieces[i] for i in path).decode() == ENGLISH[0]
    assert (vocabulary.prefix, vocabulary.unknown, len(vocabulary.spelling)) == (b"", "character", 256)


@given(st.lists(st.text("ab \n\r\té漢😀", max_size=60), max_size=5), st.integers(4, 30))
def test_no_text_is_lost(texts, longest):
    """Up to newlines at the very end, which come first: SentencePiece strips them from a sentence's end."""
    text = "".join(texts)
    if not text.strip("\r\n"):
        assert _sentences(texts, longest) == []
    elif longest - 4 < max(map(len, re.findall(r"[\r\n]+", text[len(text.rstrip("\r\n")) :] + text)), default=0):
        with pytest.raises(UnigramError, match="newlines in a row"):
            _sentences(texts, longest)
    else:
        sentences = _sentences(texts, longest)
        end = text[len(text.rstrip("\r\n")) :]
        assert "".join(sentences) == end + text.rstrip("\r\n")
        assert all(0 < len(sentence.encode()) <= longest for sentence in sentences)
        assert not any(sentence.endswith(("\r", "\n")) for sentence in sentences)


def test_long_lines_and_odd_characters_are_learnt_from():
    """SentencePiece alone leaves out a line above 4192 bytes, or with ▅, and says so on stderr at most."""
    long = "qqzz " * 2000
    assert b"qqzz" in {piece.strip() for piece in train([*ENGLISH[:300], long], 450).ids}
    assert b"qqzz" in {piece.strip() for piece in train([*ENGLISH[:300], *["qqzz▅x qqzz\0 qqzz▁"] * 300], 450).ids}


@pytest.mark.parametrize(
    ("texts", "size", "options", "message"),
    [
        (ENGLISH[:20], 10**6, {}, r"at most (\d+) tokens: ask for \1"),
        (ENGLISH[:20], 100, {}, "tokens already: ask for more"),
        (ENGLISH[:20], 0, {}, "positive integer"),
        (ENGLISH[:20], 2.5, {}, "positive integer"),
        ([], 300, {}, "no text"),
        (["", "▁▅\0"], 300, {}, "no text"),
        ("one text", 300, {}, "put it in a list"),
        ([b"bytes"], 300, {}, "text 0 is a bytes"),
        (["a\ud800"], 300, {}, "surrogate pair at 1"),
        (ENGLISH[:20], 300, {"normalization_rule_name": "nfkc"}, "no option 'normalization_rule_name'"),
        (ENGLISH[:20], 300, {"max_sentence_length": 3}, "at least the 4 of one character"),
        (ENGLISH[:20], 300, {"character_coverage": 2.0}, "trainer refused"),
        (ENGLISH[:20], 300, {"num_threads": "many"}, "trainer refused"),
        (ENGLISH[:20], 300, {"split_digits": object()}, "trainer refused"),
    ],
)
def test_training_that_cannot_be(texts, size, options, message):
    with pytest.raises(UnigramError, match=message):
        train(texts, size, **options)


def test_the_largest_size_that_is_named_is_possible():
    with pytest.raises(UnigramError) as caught:
        train(ENGLISH[:20], 10**6)
    most = int(re.search(r"at most (\d+)", str(caught.value))[1])
    assert len(train(ENGLISH[:20], most)) == most
    assert len(train(ENGLISH[:20], 10**6, hard_vocab_limit=False)) == most
