"""Long documents, drawn in four places and joined; the range of float64; Viterbi's path beside its peers'.

The oracle of a long document's draw is ``reference_draws``: one loop in plain Python, in one place, over numbers that
each have an exponent of their own, with the sampler's uniform numbers. Both round, by some 2⁻⁵², so that they could
differ once in some 10¹⁴ draws; the texts, seeds and draws here are fixed.
"""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections import Counter
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from optional import needs
from unigram_models import TOPICS, best_by_bytepiece, processor, reference_draws, trained

from kexue.unigram import Unigram, UnigramError, posterior
from kexue.unigram.peers import BytePiece
from kexue.unigram.sampling import BLOCK, LongDocument

FINITE = (0, 1e-3, 0.1, 1, 3, 10, 100)
EVERY_BYTE = {bytes([b]): -2.0 for b in range(256)}


def powers(unit: bytes, *lengths: int, score: float = -1.0) -> dict[bytes, float]:
    return {unit * k: score * (1 + k / 50) for k in lengths}


NOISE = np.random.default_rng(1).bytes(40_000)
LONG = {  # vocabulary, text, strict
    "eight and nine bytes": (
        {b"a": -2.0, b"b": -2.0, **powers(b"a", 8, 9), b"ab" * 4: -1.0},
        (b"a" * 77 + b"ab" * 9) * 400,
        False,
    ),
    "299 and 300, met late": ({b"a": -9.0, **powers(b"a", 299, 300)}, b"a" * 60_000, False),
    "longer than a step": ({b"a": -9.0, b"b": -9.0, **powers(b"ab", 9, 100)}, (b"a" * 77 + b"ab" * 300) * 60, False),
    "every seventh reached": ({b"abcdefg": -1.0, b"abcdefg" * 2: -1.5}, b"abcdefg" * 9_000, True),
    "every eleventh reached": (powers(b"abcdefghijk", 1, 2), b"abcdefghijk" * 5_000, True),
    "lengths 3 and 5": (powers(b"a", 3, 5), b"a" * 50_001, True),
    "none meet but at the ends": (powers(b"abc" * 60, 1), b"abc" * 60 * 150, True),
    "noise": ({**EVERY_BYTE, **{NOISE[i : i + 2]: -9.0 for i in range(0, 4000)}}, NOISE, False),
    "rarest": ({**EVERY_BYTE, b"x": -29.0, b"xx": -30.0, b"xxx": -30.0}, b"x" * 20_001, False),
}


def draws(model: Unigram, text, alpha: float, seed: int, samples: int) -> list[list[int]]:
    ids, offsets = model.encode_flat([text], alpha, seed, threads=1, samples=samples)
    return [ids[a:b].tolist() for a, b in pairwise(offsets)]


@pytest.mark.parametrize("alpha", [0.1, 1])
@pytest.mark.parametrize("name", LONG)
def test_a_long_document_is_drawn_as_in_one_place(name, alpha, monkeypatch):
    mapping, text, strict = LONG[name]
    model = Unigram(mapping, strict=strict)
    assert model._engine.weights(float(alpha)).linear
    for seed in (0, 2**62):
        expected = reference_draws(model, text, alpha, seed, 2)
        assert draws(model, text, alpha, seed, 2) == expected
        for block in (5000, 16_384):  # tokens stand across the blocks' ends
            monkeypatch.setattr("kexue.unigram.sampling.BLOCK", block)
            assert draws(model, text, alpha, seed, 2) == expected
        monkeypatch.undo()
    assert model.decode_bytes(expected[0]) == text


@pytest.mark.parametrize("alpha", [0, 0.1, 1])
def test_real_text_is_drawn_as_in_one_place(alpha):
    model, text = trained(), TOPICS[:60_000]
    assert draws(model, text, alpha, 9811, 2) == reference_draws(model, text, alpha, 9811, 2)


@pytest.mark.parametrize("length", [1, 9, 250, 4097, 16_384, 16_385])
@pytest.mark.parametrize("name", LONG)
def test_short_documents_are_drawn_as_in_one_place(name, length):
    mapping, text, _ = LONG[name]
    model, text = Unigram(mapping), text[:length]
    for samples in (1, 3):
        assert draws(model, text, 1, 7, samples) == reference_draws(model, text, 1, 7, samples)
    ids, offsets = model.encode_flat([text[:50], b"", text, text[:99]], 1, seed=7, first=4)
    assert ids[offsets[2] : offsets[3]].tolist() == reference_draws(model, text, 1, 7, index=6)[0]


# -- the range of float64


def test_where_the_last_sum_has_no_digits_left():
    """x⁷³ has weight e^{−750}, a subnormal number, and beside y⁶⁰ nothing is rescaled: by logarithms, or wrong."""
    model = Unigram({**EVERY_BYTE, b"x": -30.0, b"xx": -30.0, b"xxx": -30.0, b"y" * 60: -1.0})
    assert model._engine.weights(1.0).linear
    for n in range(60, 90):
        text = b"x" * n
        found = draws(model, text, 1, 1, 200)
        assert {model.decode_bytes(ids) for ids in found} == {text}
        assert min(map(len, found)) == -(-n // 3)  # any longer one has e^{−30} of the probability
        assert max(map(len, found)) == -(-n // 3)


def test_a_way_that_fades_beside_another():
    """Odd boundaries lose e^{−9.7} a step to even ones, and are all that reaches the end."""
    scores = {b"ab": -0.001, b"a": -1.0, b"ba": -9.7, b"baba": -19.1, b"bc": -1.0, b"babc": -10.4, b"d": -1.0}
    model = Unigram(scores, strict=True)
    for k in (20, 71, 73, 75, 77, 79, 110):
        for text in (b"ab" * k + b"c", b"ab" * k + b"c" + b"d" * 40):
            lengths = [len(ids) for ids in draws(model, text, 1, k, 300)]
            variance = max(np.var(lengths), 0.2)
            assert abs(np.mean(lengths) - model.expected_length(text)) < 5 * math.sqrt(variance / 300)


@pytest.mark.parametrize("inside", [True, False])
def test_weights_just_inside_and_outside_the_range(inside):
    limit = 700 / 16 * math.log(2) * (1 if inside else 1 + 1e-9)  # 300 + 16·log₂ of the least weight is 1000
    model = Unigram({bytes([b]): -limit for b in range(256)} | {b"ab": -limit, b"abc": -1.0}, unknown_score=-limit)
    weights = model._engine.weights(1.0)
    assert weights.linear == inside
    text = b"ab" * 300 + bytes(range(256)) * 4
    assert draws(model, text, 1, 3, 2) == reference_draws(model, text, 1, 3, 2)


@pytest.mark.parametrize("alpha", [0.1, 1])
def test_logarithms_draw_what_weights_draw(alpha, monkeypatch):
    """The same uniform numbers: tokens differ where a rounding decides, hardly ever."""
    model, text = trained(), TOPICS[:60_000]
    linear = draws(model, text, alpha, 3, 1)[0]
    monkeypatch.setattr("kexue.unigram.weights.Rows._is_linear", lambda self, alpha: False)
    model = Unigram(model.vocabulary)
    logarithms = draws(model, text, alpha, 3, 1)[0]
    monkeypatch.setattr("kexue.unigram.logarithmic.STRETCH", 1000)
    assert draws(model, text, alpha, 3, 1)[0] == logarithms
    ends = [set(zip(np.cumsum(model._engine.sizes[ids]).tolist(), ids, strict=True)) for ids in (linear, logarithms)]
    assert len(ends[0] & ends[1]) > 0.999 * len(linear)
    assert model.decode(logarithms) == text


@pytest.mark.parametrize("alpha", FINITE)
def test_what_is_known_of_a_text_agrees_and_samples_follow(alpha):
    """log P(w) = α·score − log Z; H = log Z − α·E[score] = −E[log P]; averages of samples within 5 standard errors."""
    model, text = trained(), TOPICS[:3000]
    log_z, H = model.log_partition(text, alpha), model.entropy(text, alpha)
    edges = model._engine.edges(text.encode())
    p = model.marginals(text, alpha)
    score = (
        math.fsum(p.probabilities * model.scores[p.ids]) if not set(p.ids) & set(model.vocabulary.spelling) else None
    )
    score = posterior.expected_score(edges, alpha) if score is None else score
    assert log_z - alpha * score == pytest.approx(H, abs=1e-9 * (1 + abs(log_z)))
    assert math.fsum(p.probabilities) == pytest.approx(model.expected_length(text, alpha), rel=1e-12)
    found = draws(model, text, alpha, 11, 400)
    scores = np.array([model.scores[ids].sum() for ids in found])
    assert model.log_prob(found[0], alpha) == pytest.approx(alpha * scores[0] - log_z, abs=1e-9 * (1 + abs(log_z)))
    error = scores.std(ddof=1) / math.sqrt(len(found))
    assert abs(scores.mean() - score) <= 5 * error + 1e-6 * abs(score) * (alpha >= 10)  # one path has nearly all there
    assert abs(np.mean([len(ids) for ids in found]) - model.expected_length(text, alpha)) <= (
        5 * np.std([len(ids) for ids in found]) / math.sqrt(len(found)) + 0.02 * (alpha >= 10)
    )


@pytest.mark.parametrize("alpha", [0.1, 1.0])
def test_log_partition_of_30_kilobytes_to_50_digits(alpha):
    model, text = trained(), TOPICS[:30_000].encode()
    edges = model._engine.edges(text)
    with mpmath.workdps(50):
        weights = {
            i: mpmath.exp(mpmath.mpf(alpha) * mpmath.mpf(s)) for i, s in zip(edges.ids, edges.scores, strict=True)
        }
        F = [mpmath.mpf(1)] + [mpmath.mpf(0)] * len(text)
        for start, end, i in zip(edges.starts.tolist(), edges.ends.tolist(), edges.ids, strict=True):
            F[end] += F[start] * weights[i]
        exact = mpmath.log(F[-1])
    assert abs(model.log_partition(text.decode(), alpha) - exact) < 1e-9
    document = LongDocument(
        np.frombuffer(text, np.uint8), model._engine.automaton, model._engine.weights(alpha), model._engine.sizes
    )
    assert abs(document.log_partition - exact) < 1e-9


def test_log_partition_by_blocks():
    """Each A is a sum of some ten positive numbers, rounded by 2⁻⁵² a term at worst: n·10·2⁻⁵² in all, and far less."""
    text = (TOPICS * 5)[: 2 * BLOCK + 5].encode()
    engine = trained()._engine
    document = LongDocument(np.frombuffer(text, np.uint8), engine.automaton, engine.weights(0.1), engine.sizes)
    exact = posterior.log_partition(engine.edges(text), 0.1)
    assert abs(document.log_partition - exact) < 10 * len(text) * 2.0**-52
    assert not document.failed


# -- Viterbi


TIES = {b"a": -1.0, b"b": -1.0, b"ab": -2.0, b"ba": -2.0, b"aba": -3.0, **powers(b"a", 9, 10, 20, score=-0.5)}


@pytest.mark.parametrize("n", [0, 1, 7, 9, 100, 8192, 8193, 20_000])
def test_best_path_is_bytepieces_loop(n):
    generator = np.random.default_rng(n)
    for mapping in (TIES, {**TIES, b"never": -math.inf, b"a": -math.inf}):
        model = Unigram(mapping)
        text = bytes(generator.choice(list(b"aaaabbc"), n).tolist())
        assert model.encode(text) == best_by_bytepiece(model, text)


@pytest.mark.parametrize("block", [64, 5000, 8192, 16_384])
@pytest.mark.parametrize("name", LONG)
def test_best_path_is_the_same_block_by_block(name, block, monkeypatch):
    mapping, text, strict = LONG[name]
    model = Unigram(mapping, strict=strict)
    whole = model.encode(text)
    for module in ("engine", "decoding"):
        monkeypatch.setattr(f"kexue.unigram.{module}.BLOCK", block)
    assert model.encode(text) == whole
    assert model.encode_batch([b"", text, text], samples=2) == [[], [], *[whole] * 4]
    with pytest.raises(UnigramError, match="text 1 has no segmentation"):
        Unigram({b"a" * 20: -1.0}, strict=True).encode_batch(["a" * 20, "a" * 20_010])


def bytepiece_model() -> dict[str, list]:
    """Counts of real substrings, and small ones of all bytes: many ties."""
    data = TOPICS[:40_000].encode()
    counts = Counter(data[i : i + n] for n in (2, 3, 4, 6, 9, 12) for i in range(0, len(data) - n, 3))
    table = {piece: count for piece, count in counts.most_common(3000) if b"\n" not in piece}
    table = {bytes([b]): 1 + data.count(b) for b in range(256)} | table
    return {b64encode(p).decode(): [i + 3, p.decode(errors="ignore"), c] for i, (p, c) in enumerate(table.items())}


def test_best_path_is_bytepieces(tmp_path):
    needs(BytePiece)
    import bytepiece

    entries = bytepiece_model()
    path = tmp_path / "small.model"
    path.write_text(json.dumps(entries))
    theirs, ours = bytepiece.Tokenizer(entries), Unigram.load(path)
    for text in [
        *TOPICS[:30_000].splitlines(keepends=True),
        "naïve 漢字 \U0001f600",
        "aaaaaaaa",
        TOPICS[:2000].replace("\n", " "),
    ]:
        assert ours.encode(text) == theirs.encode(text)
    assert ours.encode(TOPICS[:2000]) == best_by_bytepiece(ours, TOPICS[:2000].encode())


def test_best_path_has_sentencepieces_score():
    """Equal in score, not in ids: SentencePiece adds float32 scores, so that near ties may fall the other way; its
    ties fall to the earlier piece; it merges neighbouring unknown characters into one id; and ▁ in a text is a space.
    """
    theirs = processor(byte_fallback=True, add_dummy_prefix=False, vocab_size=700)
    from kexue.unigram.files import parse

    ours = Unigram(parse(theirs.serialized_model_proto()))
    same = 0
    lines = [*TOPICS[:40_000].split("\n"), "naïve 漢字 \U0001f600", "  two  spaces ", ""]
    for line, ids in zip(lines, ours.encode_batch(lines), strict=True):
        their_ids = theirs.encode(line)
        same += ids == their_ids
        if not set(ids) & set(ours.vocabulary.spelling):
            score = ours.scores[ids].sum()
            assert ours.scores[their_ids].sum() == pytest.approx(score, rel=3e-6, abs=1e-4)
    assert same > 0.98 * len(lines)
