"""The texts and models that every machine has, and the other libraries on the same model."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest
from optional import needs

from kexue.errors import UnigramError
from kexue.unigram import Vocabulary, corpus
from kexue.unigram.peers import PEERS, Ours, SentencePiece, bytepiece_form, missing
from kexue.viterbi_sampling.truncation import goodness, top_law


@pytest.fixture(scope="module")
def english():
    return corpus.model(source="en")


def test_texts_are_what_they_say():
    zh, en = corpus.corpus("zh"), corpus.corpus()
    assert sum("一" <= c <= "鿿" for c in zh.text) > 5000
    assert en.name == "en"
    assert len(en.lines) > 5000
    assert len(zh.document(1001).encode()) in range(998, 1002)
    assert len(zh.document(10**5).encode()) in range(10**5 - 3, 10**5 + 1)


def test_text_of_a_file(tmp_path):
    (tmp_path / "one.txt").write_text("到此为止\n\nend\n", encoding="utf-8")
    with gzip.open(tmp_path / "two.txt.gz", "wt", encoding="utf-8") as file:
        file.write("到此为止\n\nend\n")
    one, two = (corpus.corpus(str(tmp_path / name)) for name in ("one.txt", "two.txt.gz"))
    assert (one.name, two.name) == ("one", "two")
    assert one.lines == two.lines == ["到此为止", "end"]


@pytest.mark.parametrize(("content", "message"), [(b"\xff", "cannot be read as text"), (b" \n", "has no text")])
def test_bad_text_is_refused(tmp_path, content, message):
    (tmp_path / "bad.txt").write_bytes(content)
    with pytest.raises(UnigramError, match=message):
        corpus.corpus(str(tmp_path / "bad.txt"))
    with pytest.raises(UnigramError, match="cannot be read as text"):
        corpus.corpus(str(tmp_path / "missing.txt"))


def test_counted_is_a_law_with_every_byte(english, tmp_path):
    assert np.exp(english.scores).sum() == pytest.approx(1, abs=1e-6)
    assert all(bytes([byte]) in english.vocabulary.ids for byte in range(256))
    english.save(tmp_path / "as.model")
    assert "AA==" in json.loads((tmp_path / "as.model").read_text(encoding="utf-8"))  # BytePiece's own form
    again = corpus.model(str(tmp_path / "as.model"))
    assert again.pieces == english.pieces
    np.testing.assert_array_equal(again.scores, english.scores)
    assert bytepiece_form(english.vocabulary) is english.vocabulary
    assert len(bytepiece_form(Vocabulary.of({b"a": -1.0}))) == 3 + 256


@pytest.mark.parametrize("peer", [Ours, *PEERS.values()], ids=lambda peer: peer.name)
def test_peers_segment_by_the_same_model(english, peer):
    needs(peer)
    here, text = peer(english.vocabulary, seed=1), " the representation of an interpreter"
    (best,) = here.sample(text, None, 1)
    score = sum(english.scores[english.vocabulary.ids[token]] for token in best)
    assert b"".join(best).decode() == text
    assert score == pytest.approx(english.top_k(text, 1)[0][1], abs=1e-4)  # float32 in some
    drawn = here.sample(text, 0.1, 20)
    assert all(b"".join(tokens).decode() == text for tokens in drawn)
    assert len(set(drawn)) > 10
    assert len(here.call([text] * 3, 0.1)()) == 3


@pytest.mark.parametrize(
    "peer", [p for p in (Ours, *PEERS.values()) if p.name != "tokenizers"], ids=lambda peer: peer.name
)
def test_peers_have_the_exact_law(english, peer):
    needs(peer)
    law, n = top_law(english, " options", None, 0.1), 20_000
    found = goodness(peer(english.vocabulary, seed=2).sample(" options", 0.1, n), law)
    assert found.strange == 0
    assert abs(found.statistic - found.freedom) < found.tolerance


def test_the_list_is_not_exact(english):
    sample = SentencePiece(english.vocabulary, nbest=4).sample(" options", 0.1, 5000)
    assert len(set(sample)) == 4
    assert goodness(sample, top_law(english, " options", 4, 0.1)).distance < 0.05


def test_missing_peer_is_named(english, monkeypatch):
    monkeypatch.setattr(SentencePiece, "module", "no_such_library")
    assert "pip install no_such_library" in missing(SentencePiece)
    with pytest.raises(UnigramError, match="sentencepiece cannot be used"):
        SentencePiece(english.vocabulary)
