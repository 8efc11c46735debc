"""What perfect_sampling's experiment rests on: its χ², the laws of samplers that are not exact, the extreme numbers."""

from __future__ import annotations

import ctypes
import platform
from collections import Counter
from fractions import Fraction
from math import exp, log, nextafter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import install_import_hook
from optional import needs
from scipy import stats
from unigram_laws import random_mapping

from kexue.unigram import Unigram, Vocabulary, reference
from kexue.unigram.drawing import mix
from kexue.unigram.lattice import Lattice, ids_of
from kexue.unigram.peers import BytePiece
from kexue.unigram.reference import total_variation

TYPES = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"  # an int is a float
with install_import_hook("kexue.perfect_sampling", TYPES):
    from kexue.perfect_sampling import extremes, laws
    from kexue.perfect_sampling.goodness import fit
    from kexue.perfect_sampling.predictions import FAR

TEXT = "aababbab"
TIGHT = {"rel": 1e-12, "abs": 1e-15}


def lattice(seed: int, text: str = TEXT) -> Lattice:
    return Lattice.of(text, Vocabulary.of(random_mapping(seed)))


# -- χ²


def test_fit_is_scipys():
    law = dict(enumerate((0.1, 0.2, 0.3, 0.4)))
    seen = {0: 120, 1: 190, 2: 310, 3: 380}
    found = fit(seen, law)
    other = stats.chisquare(list(seen.values()), [1000 * p for p in law.values()])
    assert found.statistic == pytest.approx(other.statistic, **TIGHT)
    assert found.p == pytest.approx(other.pvalue, **TIGHT)
    assert (found.df, found.draws) == (3, 1000)
    assert found.distance == pytest.approx((0.02 + 0.01 + 0.01 + 0.02) / 2, **TIGHT)


def test_fit_merges_the_rarest_first():
    found = fit({0: 20, 1: 20, 2: 20, 3: 940}, {0: 0.02, 1: 0.02, 2: 0.02, 3: 0.94})
    assert found.df == 1  # 0.02 · 1000 = 20 < 50: three cells become one


def test_fit_refuses_what_the_law_excludes():
    found = fit({0: 500, 1: 500, 2: 1}, {0: 0.5, 1: 0.5})
    assert found.p == 0
    assert not found.accepts(1)


def test_p_values_of_true_laws_are_uniform():
    generator, law = np.random.default_rng(1), dict(enumerate((0.05, 0.15, 0.2, 0.25, 0.35)))
    p = [fit(dict(enumerate(generator.multinomial(4000, list(law.values())).tolist())), law).p for _ in range(500)]
    assert stats.kstest(p, "uniform").pvalue > 1e-4  # a seeded test: this is how likely an unlucky seed was


def test_noise_is_the_mean_distance_of_a_true_law():
    generator, law = np.random.default_rng(2), dict.fromkeys(range(10), 0.1)
    found = [fit(dict(enumerate(generator.multinomial(2000, [0.1] * 10).tolist())), law) for _ in range(400)]
    distances = np.array([each.distance for each in found])
    assert abs(distances.mean() - found[0].noise) < 5 * distances.std() / 20 + 0.01 * found[0].noise  # √400 = 20


def test_a_wrong_law_of_the_stated_distance_is_rejected():
    law = dict.fromkeys(range(50), 0.02)
    wrong = np.array([0.02 * (1 + 2 * FAR * (-1) ** i) for i in range(50)])  # total variation FAR
    seen = np.random.default_rng(3).multinomial(5000, wrong).tolist()
    assert not fit(dict(enumerate(seen)), law).accepts(200)


@pytest.mark.parametrize(("seen", "law"), [({}, {0: 1.0}), ({0: 1}, {0: 0.9})])
def test_fit_refuses(seen, law):
    with pytest.raises(ValueError, match="expected some draws, and 1"):
        fit(seen, law)


# -- the laws of samplers that are not exact


@pytest.mark.parametrize("seed", range(8))
def test_refiltered_is_exact_at_one_alone(seed):
    found = lattice(seed)
    if found.count < 4:
        return
    exact = laws.refiltered(found, 1.0)
    assert float(total_variation(exact, found.law(1.0))) < 1e-12
    for alpha in (0.1, 0.5, 2.0):
        law = laws.refiltered(found, alpha)
        assert sum(law.values()) == pytest.approx(1, **TIGHT)
        assert float(total_variation(law, found.law(alpha))) > 1e-6


def test_refiltered_by_hand():
    """F(1) = αa, F(2) = log(e^{α(F(1)+b)} + e^{α·ab}); the draw at 2 weighs e^{F(1)+αb} and e^{α·ab}."""
    a, b, c, ab, alpha = -1.0, -0.5, -2.0, -1.2, 0.3
    found = Lattice.of("abc", Vocabulary.of({b"a": a, b"b": b, b"c": c, b"ab": ab, b"bc": -0.7}))
    law = {found.spell(ids): p for ids, p in laws.refiltered(found, alpha).items()}
    F1 = alpha * a
    F2 = log(exp(alpha * (F1 + b)) + exp(alpha * ab))
    last_c, last_bc = exp(F2 + alpha * c), exp(F1 + alpha * -0.7)
    at_two = exp(F1 + alpha * b), exp(alpha * ab)
    whole = last_c / (last_c + last_bc)
    assert law[b"a", b"bc"] == pytest.approx(1 - whole, **TIGHT)
    assert law[b"ab", b"c"] == pytest.approx(whole * at_two[1] / sum(at_two), **TIGHT)


@pytest.mark.parametrize("seed", range(6))
def test_truncated_is_what_it_leaves_out(seed):
    found = lattice(seed)
    exact = found.law(0.4)
    for n in (1, 3, found.count):
        law = laws.truncated(found, 0.4, n)
        kept = sum(exact[ids] for ids in law)
        assert float(total_variation(law, exact)) == pytest.approx(1 - kept, abs=1e-12)


@pytest.mark.parametrize("weights", [(1, 1, 1), (1, 2, 5), (7, 3, 1)])
def test_law_by_route_is_the_proved_one(weights):
    """The derivation page proves its distance to the exact law for the lattice abc, ab|c, a|b|c of weights a, b, c."""
    a, b, c = map(Fraction, weights)
    found = Lattice.weighted("abc", {b"a": c, b"ab": b, b"abc": a, b"b": Fraction(1), b"c": Fraction(1)})
    law = laws.law_by_route(found, 1)
    expected = a * b * c * (2 * a + b + c) / ((a + b) * (a + c) * (b + c) * (a + b + c))
    assert total_variation(law, found.law(1)) == expected


@pytest.mark.parametrize("seed", range(4))
def test_by_route_draws_its_law(seed):
    found, generator = lattice(seed, TEXT[:6]), np.random.default_rng(seed)
    seen = Counter(laws.by_route(found, 0.5, generator) for _ in range(3000))
    assert fit(seen, laws.law_by_route(found, 0.5)).accepts(4)


@pytest.mark.parametrize("seed", range(6))
def test_characters_are_the_law_without_cuts_inside(seed):
    text, generator = "天a气天", np.random.default_rng(seed)
    data = text.encode()
    substrings = sorted({data[i:j] for i in range(len(data)) for j in range(i + 1, len(data) + 1)})
    tokens = {s: -generator.exponential(2.0) for s in substrings if len(s) == 1 or generator.random() < 0.4}
    tokens |= {c.encode(): -1.0 for c in text}
    found = Lattice.of(text, Vocabulary.of(tokens))
    cuts = set(np.cumsum([len(c.encode()) for c in text]).tolist())
    whole = {ids_of(w) for w in found.segmentations() if {edge.end for edge in w} <= cuts}
    exact = found.law(0.5)
    kept = sum(exact[ids] for ids in whole)
    law = laws.of_characters(found).law(0.5)
    assert set(law) == whole
    assert all(law[ids] == pytest.approx(exact[ids] / kept, rel=1e-9) for ids in whole)


# -- the extreme random number


@settings(deadline=None)  # the first call compiles
@given(st.integers(0, 2**64 - 1))
def test_unmix_undoes_mix(word):
    assert int(mix(np.uint64(extremes.unmix(word)))) == word


@settings(deadline=None)  # the first call compiles
@given(st.integers(1, 10**6), st.sampled_from([extremes.LARGEST, extremes.SMALLEST]))
def test_seeds_of_extremes(byte, value):
    seed, document = extremes.seed_at(byte, value)
    u = extremes.number(seed, document, byte)
    assert u == (0 if value == extremes.SMALLEST else 1 - 2**-43 - 2**-53)
    assert 0 <= u < 1
    assert 0 <= seed < 2**63


@pytest.mark.parametrize("alpha", [0.0, 0.1, 1.0, 100.0])
@pytest.mark.parametrize("seed", range(6))
def test_extreme_numbers_give_a_segmentation(seed, alpha):
    model = Unigram(random_mapping(seed), strict=True)
    for ids in extremes.draw_at_extremes(model, TEXT.encode(), alpha):
        assert model.decode(ids) == TEXT


def test_the_reservoir_keeps_an_only_candidate():
    class Extreme:
        def random(self):
            return nextafter(1.0, 0.0)  # NumPy's largest is 1 − 2⁻⁵³, this number

    only = Lattice.of("ab", Vocabulary.of({b"a": -3.0, b"b": -700.0}))
    assert reference.reservoir(only, 1.0, Extreme()) == (0, 1)


@pytest.mark.parametrize("score", [-1e-3, -1.0, -700.0, -1e5])
def test_bytepieces_rule_refuses_an_only_candidate_at_one_number(score):
    assert extremes.bytepiece_keeps(2**31 - 2, score=score)
    assert not extremes.bytepiece_keeps(2**31 - 1, score=score)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the witness is of glibc's rand")
def test_bytepiece_hangs_at_the_witness():
    needs(BytePiece)
    seed, length = extremes.HANG
    assert extremes.bytepiece_returns(seed, length - 1)
    assert not extremes.bytepiece_returns(seed, length)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the witness is of glibc's rand")
def test_the_witness_is_the_largest_number():
    seed, length = extremes.HANG
    libc = ctypes.CDLL(None)
    libc.srand(seed)
    numbers = [libc.rand() for _ in range(length)]
    assert numbers[-1] == 2**31 - 1
    assert max(numbers[:-1]) < 2**31 - 1
