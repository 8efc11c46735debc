"""A tokenizer.json of Hugging Face: read as tokenizers reads it, or refused by name."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import normalizers
from unigram_files import changed, hugging_face, tokenizer, viterbi

from kexue.unigram import UnigramError
from kexue.unigram.files import parse

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
