"""``Unigram`` as users call it: texts come back, samples do not depend on how a batch is run, bad input is named."""

from __future__ import annotations

import logging
import math
from fractions import Fraction
from functools import lru_cache
from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unigram_laws import ALPHAS, random_mapping
from unigram_models import TOPICS, prefixed, trained

from kexue.errors import UnigramError
from kexue.unigram import Unigram, Vocabulary
from kexue.unigram.single import addresses

SHORT, BLOCK = 1 << 14, 1 << 20  # where documents become long, and their blocks
A = dict.fromkeys([b"a" * k for k in (1, 2, 7, 8, 9, 31, 300)], -3.0)


@lru_cache
def model(name: str) -> Unigram:
    every_byte = {bytes([b]): -9.0 - b / 64 for b in range(256)}
    return {
        "bytes": lambda: Unigram({**every_byte, **random_mapping(3), b"\xc3\xa9": -2.0, b"\0\0": -2.5}),
        "incomplete": lambda: Unigram({b"a": -1.0, b"ab": -2.0, "é漢".encode(): -2.0, b"\xff\xfe": -1.0}),
        "far": lambda: Unigram({**A, b"b": -3.0, b"ab" * 60: -1.0, b"forbidden": -math.inf}),
        "character": trained,
        "prefix": prefixed,
    }[name]()


MODELS = ["bytes", "incomplete", "far", "character", "prefix"]
TEXT = st.text(st.sampled_from("ab é漢\U0001f600\0\n") | st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.mark.parametrize("array", [np.zeros(4, np.int64), np.zeros((4, 4), np.int32)[:, 0]])
def test_compiled_code_is_given_the_addresses_of_what_it_expects_alone(array):
    with pytest.raises(TypeError, match="expected int32 without gaps"):
        addresses([array], [np.int32], 1, 8)


# -- decode(encode(x)) == x


@pytest.mark.parametrize("name", MODELS)
@settings(max_examples=60, deadline=None)
@given(text=TEXT, alpha=st.sampled_from([None, *ALPHAS]), seed=st.integers(0, 2**63 - 1))
def test_text_comes_back(name, text, alpha, seed):
    ids = model(name).encode(text, alpha, seed)
    assert type(ids) is list
    assert set(map(type, ids)) <= {int}
    assert model(name).decode(ids) == text
    assert b"".join(model(name).tokens(text, alpha, seed)).removeprefix(model(name).vocabulary.prefix) == text.encode()


@pytest.mark.parametrize("name", ["bytes", "incomplete", "far"])
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=60), alpha=st.sampled_from([None, *ALPHAS]))
def test_bytes_come_back(name, data, alpha):
    assert model(name).decode_bytes(model(name).encode(data, alpha, 0)) == data


@pytest.mark.parametrize("alpha", [None, 0.1, 3, 100])
@pytest.mark.parametrize("length", [1, 15, 16, 17, 8191, 8193, SHORT - 1, SHORT, SHORT + 1])
def test_lengths_beside_the_groups(length, alpha):
    texts = [(b"a" * 400 + b"b")[: length % 401] + (b"a" * 400 + b"b") * (length // 401), b"", b"a"]
    ids, offsets = model("far").encode_flat(texts, alpha, seed=length, samples=2)
    assert [model("far").decode_bytes(ids[a:b]) for a, b in pairwise(offsets)] == [t for t in texts for _ in range(2)]


@pytest.mark.parametrize("alpha", [None, 0.1])
@pytest.mark.parametrize("length", [BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_lengths_beside_the_blocks(length, alpha):
    text = ((b"a" * 400 + b"b") * (length // 401 + 1))[:length]
    ids, _ = model("far").encode_flat([text], alpha, seed=length)
    assert model("far").decode_bytes(ids) == text
    ids, _ = model("bytes").encode_flat([np.random.default_rng(length).bytes(length)], alpha, seed=length)
    assert model("bytes").decode_bytes(ids) == np.random.default_rng(length).bytes(length)


def test_nothing_at_all():
    for name in MODELS:
        for alpha in (None, 0.1, 100):
            assert model(name).encode("", alpha) == []
            assert model(name).encode_batch([], alpha) == []
            ids, offsets = model(name).encode_flat([], alpha)
            assert (ids.dtype, offsets.dtype, ids.size, offsets.tolist()) == (np.int32, np.int64, 0, [0])
            assert model(name).encode_batch([""] * 20_000, alpha, threads=2) == [[]] * 20_000
        assert (model(name).decode([]), model(name).log_prob([]), model(name).count_segmentations("")) == ("", 0.0, 1)
        assert (model(name).log_partition(""), model(name).entropy(""), model(name).top_k("", 2)) == (0, 0, [([], 0)])
    with pytest.raises(UnigramError, match=r"no UTF-8 at offset 0 .*use decode_bytes"):
        model("bytes").decode(model("bytes").encode(b"\xff"))


# -- the sample of a document depends on (seed, index, α) alone


@pytest.mark.parametrize("samples", [1, 3, 5])
@pytest.mark.parametrize("alpha", [0.1, 3, None])  # linear weights, logarithms, Viterbi
def test_one_sample_however_a_batch_is_run(alpha, samples):
    texts = [
        "",
        *TOPICS[:30_000].split("\n"),
        TOPICS[:20_000],
        "",
        "é漢",
        *TOPICS[9_000:60_000].split("\n"),
        TOPICS[:17_000],
    ]
    one = model("character")
    whole = one.encode_batch(texts, alpha, seed=5, threads=1, samples=samples)
    assert [one.decode(ids) for ids in whole] == [text for text in texts for _ in range(samples)]
    assert one.encode_batch(texts, alpha, seed=5, threads=2, samples=samples) == whole
    ids, offsets = one.encode_flat(texts, alpha, seed=5, samples=samples)
    assert [ids[a:b].tolist() for a, b in pairwise(offsets)] == whole
    cuts = [0, 1, 200, 201, len(texts) // 2, len(texts)]
    parts = [one.encode_batch(texts[a:b], alpha, 5, samples=samples, first=a) for a, b in pairwise(cuts)]
    assert list(chain.from_iterable(parts)) == whole
    assert one.encode_batch(iter(texts), alpha, 5, samples=samples) == whole
    if samples == 1:  # a call of its own is document 0, by another door
        alone = [one.encode_batch([text], alpha, 5)[0] for text in texts]
        assert [one.encode(text, alpha, 5) for text in texts] == alone
        assert alone[0] == whole[0]
    if alpha == 0.1:
        assert one.encode_batch(texts, alpha, seed=6, samples=samples) != whole
        assert len(set(map(tuple, one.encode_batch([TOPICS[:500]], alpha, 5, samples=50)))) == 50


def test_more_samples_are_the_same_and_further_ones(monkeypatch):
    few = model("bytes").encode_batch(["abbab" * 5], 0.1, seed=1, samples=7)
    assert model("bytes").encode_batch(["abbab" * 5], 0.1, seed=1, samples=100)[:7] == few
    monkeypatch.setattr("kexue.unigram.engine.CALL", 60)  # bytes a call
    assert model("bytes").encode_batch(["abbab" * 5], 0.1, seed=1, samples=7) == few


def test_seeds_and_generators():
    text, one = TOPICS[:300], model("character")
    draws = [one.encode(text, 0.1, np.random.default_rng(3)) for _ in range(2)]
    assert draws[0] == draws[1]
    generator = np.random.default_rng(3)
    assert one.encode(text, 0.1, generator) == draws[0] != one.encode(text, 0.1, generator)
    assert one.encode(text, 0.1) != one.encode(text, 0.1)
    assert one.encode(text, 0.1, 2**63 - 1) == one.encode(text, np.float64(0.1), np.int64(2**63 - 1))
    assert one.encode(text, Fraction(1, 4), 1) == one.encode(text, 0.25, 1)


def test_a_bar_on_request(capfd):
    texts = [TOPICS[:30_000]] * 3
    plain = model("character").encode_batch(texts, 0.1, seed=1)
    assert capfd.readouterr() == ("", "")
    assert model("character").encode_batch(texts, 0.1, seed=1, progress=True) == plain
    out, err = capfd.readouterr()
    assert out == ""
    assert "100%" in err


def test_boundaries_in_a_model_with_a_prefix():
    """Offsets are those of the text, whatever is put before it."""
    one, text = model("prefix"), "the cat"
    everywhere = one.encode(text, 0.5, 1, forced=range(len(text) + 1))
    assert set(np.cumsum([len(one.pieces[i]) for i in everywhere])) >= set(range(2, 9))
    assert one.encode(text, forced=[0, len(text)]) == one.encode(text)
    for _ in range(20):
        spelled = one.tokens(text, 0.1, forced=[3], forbidden=[1, 2])
        assert len(b" the") in np.cumsum([*map(len, spelled)])
        assert not {len(b" t"), len(b" th")} & set(np.cumsum([*map(len, spelled)]))
    for wrong in ({"forced": [-1]}, {"forced": [8]}, {"forbidden": [8]}):
        with pytest.raises(UnigramError, match="expected byte offsets from 0 to 7"):
            one.encode(text, **wrong)
    for end in (0, 7):
        with pytest.raises(UnigramError, match=f"offset {end} is an end of the text"):
            one.encode(text, forbidden=[end])


# -- bad input

AB = {b"a": -1.0, b"b": -1.0, b"ab": -1.5}
RUNS = {b"a" * k: -1.0 for k in range(1, 15)}
OPEN, STRICT = Unigram(AB), Unigram(AB, strict=True)
SPELLED = "0x63 at offset 2 cannot be spelled by the tokens; leave out strict"
SURROGATE = "lone surrogate, U\\+D800, at character 1: .*errors='replace'"
BAD = {
    "no tokens": (lambda: Unigram({}), "0 tokens .* expected 1 to"),
    "no mapping": (lambda: Unigram([b"a"]), "a list was given, expected a mapping"),
    "token a str": (lambda: Unigram({"a": -1.0}), "token 0 is 'a' \\(str\\), expected bytes"),
    "token empty": (lambda: Unigram({b"": -1.0}), "token 0 has 0 bytes, expected 1 to 1024"),
    "token long": (lambda: Unigram({b"a" * 1025: -1.0}), "1025 bytes, expected 1 to 1024"),
    "token twice": (lambda: Unigram(Vocabulary((b"a", b"a"), [-1.0, -2.0])), "token 1 is b'a', as token 0 is"),
    "score NaN": (lambda: Unigram({b"a": math.nan}), "token 0 b'a' is nan, expected a log-probability"),
    "score positive": (lambda: Unigram({b"a": 0.5}), "token 0 b'a' is 0.5, expected a log-probability"),
    "score huge": (lambda: Unigram({b"a": -1e308}), "token 0 b'a' is -1e\\+308, expected .*-1e\\+100"),
    "score a str": (lambda: Unigram({b"a": "x"}), "scores must be numbers"),
    "score a huge int": (lambda: Unigram({b"a": -(10**400)}), "scores must be numbers: int too large"),
    "scores text": (lambda: Vocabulary((b"a",), ["x"]), "scores must be numbers"),
    "prefix a str": (lambda: Vocabulary.of(AB, prefix=" "), "prefix is ' ', expected bytes"),
    "reserved beyond": (lambda: Vocabulary.of(AB, reserved={3}), "reserved lists 3, expected ids from 0 to 2"),
    "reserved a str": (lambda: Vocabulary.of(AB, reserved={"a"}), "reserved lists 'a', expected ids from 0 to 2"),
    "spelling short": (lambda: Vocabulary.of(AB, spelling=(0,)), "spelling lists 1 ids, expected one for each"),
    "spelling beyond": (lambda: Vocabulary.of(AB, spelling=(3,) * 256), "spelling lists 3 for the byte 0x00, expected"),
    "spelling another": (
        lambda: Vocabulary.of(AB, spelling=(0,) * 256),
        "spelling lists 0 for the byte 0x00, expected",
    ),
    "unknown_score, strict": (lambda: Unigram(AB, unknown_score=-3.0, strict=True), "leave one out"),
    "unknown_score": (lambda: Unigram(AB, unknown_score=1.0), "unknown_score is 1.0, expected a log-probability"),
    "unknown_score a str": (lambda: Unigram(AB, unknown_score="1"), "unknown_score is '1', expected"),
    "nothing usable": (lambda: Unigram({b"a": -math.inf}, strict=True), "no token has a finite score"),
    "no file": (lambda: Unigram.load("no-such.model"), "is not there, expected"),
    "alpha negative": (lambda: OPEN.encode("ab", -0.1), "alpha is -0.1, expected a number ≥ 0, or None"),
    "alpha NaN": (lambda: OPEN.encode("ab", math.nan), "alpha is nan, expected"),
    "alpha a str": (lambda: OPEN.encode_batch(["ab"], "0.1"), "alpha is '0.1', expected"),
    "alpha a bool": (lambda: OPEN.entropy("ab", True), "alpha is True, expected"),
    "alpha huge": (lambda: OPEN.encode("ab", 1e305), "alpha is 1e\\+305, too large .* use None"),
    "alpha an int beyond": (lambda: OPEN.log_partition("ab", 10**400), "alpha is above 1e308, .* use None"),
    "id below": (lambda: OPEN.decode([-1]), "-1 is no id of this model, expected an integer from 0 to 258"),
    "id above": (lambda: OPEN.decode([259]), "259 is no id of this model, expected an integer from 0 to 258"),
    "id above, strict": (lambda: STRICT.decode([3]), "3 is no id of this model, expected an integer from 0 to 2:"),
    "id above, spelled": (lambda: trained().decode([1500]), "1500 is no id of this model, .* from 0 to 1499"),
    "id a float": (lambda: OPEN.decode([1.0]), "1.0 is no id"),
    "id a bool": (lambda: OPEN.decode([True]), "True is no id"),
    "id a str": (lambda: OPEN.decode("ab"), "'a' is no id"),
    "id huge": (lambda: OPEN.log_prob([2**70]), "1180591620717411303424 is no id"),
    "ids a table": (lambda: OPEN.decode(np.zeros((2, 2), int)), "is no id .*one text's ids"),
    "surrogate": (lambda: OPEN.encode("a\ud800"), SURROGATE),
    "surrogate in a batch": (lambda: OPEN.encode_batch(["ab", "a\ud800"]), f"text 1: .*{SURROGATE}"),
    "text an int": (lambda: OPEN.encode(5), "a text of type int was given, expected str or bytes"),
    "texts a str": (lambda: OPEN.encode_batch("ab"), "one text was given, expected a list"),
    "texts bytes": (lambda: OPEN.encode_flat(b"ab"), "one text was given, expected a list"),
    "texts None": (lambda: OPEN.encode_flat(None), "texts is a NoneType, expected a list"),
    "texts of other kinds": (lambda: OPEN.encode_batch(["a", None]), "text 1: a text of type NoneType"),
    "bytes for characters": (lambda: trained().encode(b"ab\xff"), "no UTF-8 at offset 2 .*spells characters"),
    "bytes in a batch": (lambda: trained().encode_batch(["a", b"\xff"]), "text 1: .*no UTF-8 at offset 0"),
    "seed negative": (lambda: OPEN.encode("ab", 1, -1), "seed is -1, expected an integer of at least 0"),
    "seed a float": (lambda: OPEN.encode_batch(["ab"], 1, 1.5), "seed is 1.5, expected an integer"),
    "threads": (lambda: OPEN.encode_batch(["ab"], threads=0), "threads is 0, expected an integer of at least 1"),
    "samples": (lambda: OPEN.encode_batch(["ab"], samples=0), "samples is 0, expected an integer of at least 1"),
    "samples beyond": (lambda: OPEN.encode_flat(["ab"] * 9, 1, samples=2**60), "expected at most 4294967296 sequences"),
    "first": (lambda: OPEN.encode_batch(["ab"], first=-1), "first is -1, expected an integer of at least 0"),
    "first too far": (lambda: OPEN.encode_batch(["a"] * 9, 1, first=2**63 - 5), "index of the last text"),
    "k": (lambda: OPEN.top_k("ab", 0), "k is 0, expected a positive integer"),
    "forced beyond": (lambda: OPEN.encode("ab", forced=[3]), "forced lists 3, expected byte offsets from 0 to 2"),
    "forced a bool": (lambda: OPEN.encode("ab", forced=[True]), "forced lists True"),
    "forced a str": (lambda: OPEN.encode("ab", forced=["1"]), "forced lists '1'"),
    "forced in no token": (
        lambda: Unigram({b"aa": -1.0}, strict=True).encode("aaaa", 1, forced=[1]),
        "forced offset 1: every token crosses it",
    ),
    "both": (lambda: OPEN.encode("ab", forced=[1], forbidden=[1]), "offset 1 is both forced and forbidden"),
    "all forbidden": (lambda: OPEN.encode("bb", forbidden=[1]), "every segmentation has a boundary at one of"),
    "strict": (lambda: STRICT.encode("abc"), SPELLED),
    "strict, sampled": (lambda: STRICT.encode_batch(["ab", "abc"], 0.1), f"text 1 .*{SPELLED}"),
    "strict, by logarithms": (lambda: STRICT.encode_batch(["ab", "abc"], 300), f"text 1 .*{SPELLED}"),
    "strict, long": (lambda: STRICT.encode("ab" * SHORT + "c", 0.1), "0x63 at offset 32768 "),
    "strict, flat": (lambda: STRICT.encode_flat(["ab"] * 9 + ["abc"]), f"text 9 .*{SPELLED}"),
    "strict, numbered": (lambda: STRICT.encode_flat(["abc"], first=7), f"text 7 .*{SPELLED}"),
    "strict, prefix": (
        lambda: Unigram(Vocabulary.of(AB | {b" ": -1.0}, unknown="none", prefix=b" ")).encode("abc", 0.1),
        SPELLED,
    ),
    "strict, forced": (lambda: STRICT.encode("abc", forced=[1]), SPELLED),
    "no pseudo tokens": (lambda: Unigram(AB, unknown_score=-math.inf).encode("abc", 0), SPELLED),
    **{
        f"strict, {name}": (lambda name=name: getattr(STRICT, name)("abc"), "0x63 at offset 2 cannot be spelled")
        for name in ("log_partition", "marginals", "entropy", "expected_length", "tv_distance")
    },
    "too long to enumerate": (lambda: OPEN.tv_distance("ab" * 40), "1099511627776 segmentations, and at most"),
    "too many routes": (lambda: Unigram(RUNS).tv_distance("a" * 14), "more than 32768 states .*shorten the text"),
    "a vocabulary, strict": (lambda: Unigram(OPEN.vocabulary, strict=True).encode("abc"), SPELLED),
    "strict, top_k": (lambda: STRICT.top_k("abc", 2), SPELLED),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_is_named(what):
    call, message = BAD[what]
    with pytest.raises(ValueError, match=message) as error:
        call()
    assert error.type is UnigramError


def test_no_segmentation_is_none():
    assert STRICT.count_segmentations("abc") == 0
    assert OPEN.count_segmentations("abc") == 2


def test_the_score_of_unknown_bytes_is_the_one_asked_for():
    for tokens in (AB, OPEN.vocabulary):
        assert Unigram(tokens, unknown_score=-3.0).top_k("c", 1) == [([3 + ord("c")], -3.0)]
    assert OPEN.top_k("c", 1) == [([3 + ord("c")], -11.5)]


def test_scores_of_no_float_weight():
    """e^{−1000} is 0: a model of such scores is as good as any other."""
    low = Unigram({b"a": -1000.0, b"b": -1001.0, b"ab": -2000.0, b"never": -math.inf})
    assert low.decode(low.encode("abbac", 1, 0)) == "abbac"
    assert low.encode("ab") == [2]
    share = np.mean([ids == [2] for ids in low.encode_batch(["ab"], 1, 3, samples=10_000)])
    assert abs(share - 1 / (1 + math.exp(-1))) < 5 * 0.5 / 100  # five standard deviations


def test_the_fall_back_is_told(caplog):
    with caplog.at_level(logging.INFO, "kexue.unigram"):
        model("character").encode_batch(["short", "text"], 100, seed=0, first=3)
    told = [record.getMessage() for record in caplog.records]
    assert [message.split(":")[0] for message in told] == ["document 3, alpha 100", "document 4, alpha 100"]
    caplog.clear()
    with caplog.at_level(logging.INFO, "kexue.unigram"):
        model("character").encode_batch(["short", "text"], 0.1, seed=0)
    assert not caplog.records
