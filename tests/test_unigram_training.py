"""Training: deterministic, quiet, and no text is lost; what cannot be trained is named."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unigram_files import ENGLISH, same, viterbi

from kexue.unigram import UnigramError
from kexue.unigram.training import _sentences, train


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
