"""Viterbi sampling: the computed law against enumerated choices and draws, the n best against sums, peers, texts."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import symbols

from kexue.errors import KexueError, UnigramError
from kexue.unigram import Unigram, Vocabulary, corpus
from kexue.unigram.lattice import Lattice
from kexue.unigram.reference import law_of, pairwise, total_variation
from kexue.viterbi_sampling import figures, shown
from kexue.viterbi_sampling.experiment import ORDERS, PRESETS, SIZES, Config, checks, checks_of_draws, run
from kexue.viterbi_sampling.lattices import naive_law
from kexue.viterbi_sampling.pairwise import draws, laws, tournament
from kexue.viterbi_sampling.speed import interleaved, pairwise_pass, viterbi_pass
from kexue.viterbi_sampling.strings import windows, words
from kexue.viterbi_sampling.truncation import distance, goodness, lost, top_law

SMALL = Config(strings=25, windows=6, draws=4000, size=3000, rounds=3)
ALPHAS = (0.0, 0.1, 1.0, 3.0)


@pytest.fixture(scope="module")
def small():
    return run(SMALL)


@pytest.fixture(scope="module")
def english():
    return corpus.model(source="en")


def random_lattice(seed: int, length: int) -> Lattice:
    """A text of two letters, with a random vocabulary that spells it."""
    rng = np.random.default_rng(seed)
    text = bytes(rng.choice([97, 98], length).tolist())
    every = {text[i:j] for i in range(length) for j in range(i + 1, length + 1)}
    pieces = sorted(piece for piece in every if len(piece) == 1 or rng.random() < 0.7)
    return Lattice.of(text, Vocabulary.of(dict(zip(pieces, -rng.exponential(3, len(pieces)), strict=True))))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**31), length=st.integers(1, 6), order=st.sampled_from(ORDERS))
def test_law_is_that_of_the_samplers_own_choices(seed, length, order):
    lattice = random_lattice(seed, length)
    found = laws(lattice, ALPHAS, order)
    assert len(found.cuts) == len(set(found.cuts.tolist())) == lattice.count
    for k, alpha in enumerate(ALPHAS):
        enumerated = law_of(pairwise, lattice, alpha, order)
        mine = {tuple(found.tokens(i)): p for i, p in enumerate(found.kept[:, k])}
        named = {lattice.spell(ids): p for ids, p in enumerated.items()}
        assert max(abs(p - named.get(tokens, 0)) for tokens, p in mine.items()) < 1e-12
        exact = lattice.law(alpha)
        assert found.distance[k] == pytest.approx(float(total_variation(enumerated, exact)), abs=1e-12)


@pytest.mark.parametrize("length", range(1, 9))
def test_equal_scores_long_tokens_first_every_piece_a_token(length):
    """The derivation's line “uniform”: all of the 2^(n − 1) segmentations, each as often; not in the other order."""
    text = bytes(range(97, 97 + length))
    pieces = {text[i:j]: -float(1 + (i + j) % 3) for i in range(length) for j in range(i + 1, length + 1)}
    lattice = Lattice.of(text, Vocabulary.of(pieces))
    found = laws(lattice, [0.0], "longest")
    assert np.abs(found.kept - 2.0 ** (1 - length)).max() < 1e-15
    assert len(found.kept) == 2 ** (length - 1)
    assert (laws(lattice, [0.0], "shortest").distance[0] > 0.1) == (length > 2)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_tournament_is_the_derivations_law(order):
    a = symbols("a b c", positive=True)
    weights = np.array([0.36, 0.32, 0.05])
    symbolic = naive_law(a, order)
    expected = [float(p.subs(dict(zip(a, weights.tolist(), strict=True)))) for p in symbolic]
    kept = tournament(np.log(weights[list(order)])[None], np.ones(1))[0, :, 0]
    np.testing.assert_allclose(kept, np.array(expected)[list(order)], rtol=1e-12)


@pytest.mark.parametrize("order", ORDERS)
def test_draws_have_the_law(english, order):
    lattice = Lattice.of(" understanding", english.vocabulary)
    law, n = laws(lattice, [0.1], order), 40_000
    cuts = draws(lattice, 0.1, n, np.random.default_rng(7), order)
    kept, exact = (
        goodness(cuts.tolist(), dict(zip(law.cuts.tolist(), p[:, 0].tolist(), strict=True)))
        for p in (law.kept, law.exact)
    )
    assert kept.strange == 0
    assert abs(kept.statistic - kept.freedom) < kept.tolerance  # six standard deviations of χ²
    assert exact.statistic > exact.freedom + 10 * exact.tolerance  # and the test can tell


def test_exact_law_is_the_models(english):
    law = laws(Lattice.of(" options", english.vocabulary), [0.1, 1.0])
    for k, alpha in enumerate((0.1, 1.0)):
        top = top_law(english, " options", None, alpha)
        mine = {tuple(law.tokens(i)): float(p) for i, p in enumerate(law.exact[:, k])}
        assert distance(mine, top) < 1e-12
        assert law.distance[k] == pytest.approx(english.tv_distance(" options", alpha), abs=1e-12)


def test_the_derivations_inversion():
    """Weights .36, .32, .32, the shortest first: the best has .280, a worst one .484 (derivation, 'loose')."""
    weights = {b"ab": 0.36, b"c": 1.0, b"a": 0.32, b"bc": 1.0, b"abc": 0.32}
    law = laws(Lattice.weighted("abc", weights), [1.0], "shortest")
    assert law.tokens(law.best) == [b"ab", b"c"]
    assert law.kept[law.best, 0] == pytest.approx((0.36 / 0.68) ** 2, rel=1e-12)
    assert law.kept.max() == pytest.approx(0.484, abs=5e-4)
    assert law.inverted[0]
    assert law.gain[0] == pytest.approx((0.36 / 0.68) ** 2 / 0.36)


def test_equal_scores_are_no_inversion():
    law = laws(Lattice.weighted("ab", dict.fromkeys([b"a", b"b", b"ab"], 1)), [1.0])
    assert not law.inverted[0]


@pytest.mark.parametrize(
    ("text", "order", "message"),
    [
        ("a" * 63, "longest", "63 bytes, expected 1 to 62"),
        ("ab", "longest", "no segmentation"),
        ("a", "best", "order is 'best'"),
    ],
)
def test_laws_refuse(text, order, message):
    with pytest.raises(UnigramError, match=message):
        laws(Lattice.weighted(text, {b"a": 1}), [1.0], order)


# -- the n best


@pytest.mark.parametrize("alpha", [0.0, 0.1, 1.0])
def test_lost_is_the_distance_summed_over_all(english, alpha):
    whole = top_law(english, " prefix of", None, alpha)
    for n, gone in zip((1, 3, 8, 10**4), lost(english, " prefix of", [1, 3, 8, 10**4], alpha), strict=True):
        assert gone == pytest.approx(distance(top_law(english, " prefix of", n, alpha), whole), abs=1e-12)


def test_lost_of_equal_segmentations():
    model = Unigram({b"a" * k: -float(k) for k in range(1, 9)})  # all 128 segmentations of eight letters score −8
    np.testing.assert_allclose(lost(model, "a" * 8, [1, 16, 128, 500], 1.0), [127 / 128, 7 / 8, 0, 0], atol=1e-12)


def test_goodness_sees_a_wrong_law():
    rng = np.random.default_rng(3)
    sample = [(int(k),) for k in rng.integers(4, size=8000)]
    fair = goodness(sample, {(k,): 0.25 for k in range(4)})
    wrong = goodness(sample, {(0,): 0.3, (1,): 0.2, (2,): 0.25, (3,): 0.25})
    assert abs(fair.statistic - 3) < fair.tolerance < wrong.statistic - 3
    assert goodness([*sample, (9,)], {(k,): 0.25 for k in range(4)}).strange == 1


# -- the experiment


def test_predicted_and_measured(small):
    pairs = [*checks(small), *checks_of_draws(small)]
    assert len(pairs) >= 7  # and of strings of two and of three segmentations, where there are some
    assert [check for check in pairs if not check.holds] == []


def test_checks_can_fail(small):
    short = replace(small, lost={name: gone + 1 for name, gone in small.lost.items()}, enumerated=(0.5, 0.6))
    assert [check.name[:5] for check in checks(short) if not check.holds] == ["the 6", "the n"]
    swapped = replace(small, tested={name: (exact, kept) for name, (kept, exact) in small.tested.items()})
    assert any("χ²" in check.name for check in checks(swapped) if not check.holds)
    far = replace(small, listed_far=(0.1, 0.9), listed=small.listed._replace(strange=3, statistic=1e5))
    assert not any(check.holds for check in checks_of_draws(far))


def test_two_candidates_are_exact_and_more_are_not(small):
    bias = small.bias["en"]
    two, many = bias.counts == 2, bias.counts > 20
    for order in ORDERS:
        assert bias.distances(order)[two].max(initial=0) < 1e-12
        assert bias.distances(order)[many][:, bias.at].mean() > 0.05


def test_seed_and_alpha_change_the_result(small):
    text = corpus.corpus("en")
    other = words(text.text, 25, 12, np.random.default_rng([1, 0]))
    assert [law.text.decode() for law in small.bias["en"].laws["longest"]] != other
    assert 0.3 in replace(SMALL, alpha=0.3).alphas


def test_numbers_are_finite_and_named(small):
    numbers = small.numbers()
    assert all(isinstance(value, str) or math.isfinite(value) for value in numbers.values())
    assert {"en_longest", "zh_shortest", "en_lost_64", "price", "sentencepiece_lists", "ours_price"} <= numbers.keys()


def test_shown_frequencies_are_near_the_law(small):
    a = symbols("α", positive=True)
    words_shown = shown.shown(small, a, 2000)
    for case, formula in words_shown.exact["best"].items():
        text, _, order = case.rpartition(", ")
        law = next(
            law
            for bias in small.bias.values()
            for law in bias.laws[order.split()[0]]
            if law.text.decode().strip() == text
        )
        at = int(np.flatnonzero(small.config.alphas == 0.1)[0])
        assert float(formula.subs(a, 0.1)) == pytest.approx(law.exact[law.best, at], rel=1e-4)
        measured = words_shown.measured["best"][case][shown.GRID.tolist().index(0.1)]
        assert abs(measured - law.kept[law.best, at]) < 6 * math.sqrt(0.25 / 2000)


def test_inverted_words_are_inverted(small):
    for order in ORDERS:
        for case in shown.inverted(small.bias["en"], order, 3):
            at = small.bias["en"].at
            (best, _), (favourite, _) = case.chance(case.law.best, at), case.chance(case.favourite, at)
            assert favourite > best
            assert case.law.scores[case.favourite] < case.law.scores[case.law.best]


def test_figures_have_words_and_no_times(small):
    for draw in (figures.distances, figures.crowds, figures.inversions, figures.truncation):
        assert draw(small).svg().startswith("<svg")
    assert "MB/s" in small.speeds._repr_html_()
    assert not any(letter.isdigit() for letter in repr(small.speeds))


# -- speed


def test_rounds_are_in_turn():
    called = []
    found = interleaved({"a": lambda: called.append("a"), "b": lambda: called.append("b")}, 3)
    assert [len(rounds) for rounds in found.values()] == [3, 3]
    assert "".join(called).lstrip("a").lstrip("b").startswith("a")


def test_passes_are_the_samplers(english):
    text = " a convenient way to insert debugging assertions"
    lattice = Lattice.of(text, english.vocabulary)
    starts, ends, _, scores = (np.array(column) for column in zip(*lattice.edges, strict=True))
    best = english.encode(text)
    assert viterbi_pass(starts, ends, scores, lattice.n) == (pytest.approx(english.scores[best].sum()), len(best))
    assert pairwise_pass(starts, ends, scores, lattice.n, 1e6, 1)[1] == len(best)  # α → ∞ is Viterbi
    law = laws(Lattice.of(" options", english.vocabulary), [0.1])
    lattice = law.lattice
    starts, ends, _, scores = (np.array(column) for column in zip(*lattice.edges, strict=True))
    drawn = Counter(round(pairwise_pass(starts, ends, scores, lattice.n, 0.1, s)[0], 6) for s in range(1, 8001))
    expected = Counter()
    for score, p in zip(law.scores, law.kept[:, 0], strict=True):
        expected[round(float(score), 6)] += p
    assert distance({k: n / 8000 for k, n in drawn.items()}, expected) < 0.5 * math.sqrt(len(expected) / 8000) + 0.035


# -- strings


def test_words_and_windows():
    rng = np.random.default_rng(0)
    found = words("one two three, four. 一二三四五六七", 4, 9, rng)
    assert all(3 <= len(word.encode()) <= 9 for word in found)
    assert len(windows(["hello   world of text"] * 2 + ["short"], 1, 11, rng)[0]) == 11
    with pytest.raises(KexueError, match="expected at least 99"):
        words("one two", 99, 9, rng)
    with pytest.raises(KexueError, match="lines of 50 characters"):
        windows(["short"], 1, 50, rng)


# -- configuration


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"alpha": 0.0}, "alpha is 0.0, expected a number from 0.001 to 10"),
        ({"strings": 3}, "strings is 3"),
        ({"windows": 1}, "windows is 1"),
        ({"seed": -1}, "seed is -1"),
        ({"rounds": 1}, "rounds is 1"),
        ({"size": 10}, "size is 10"),
    ],
)
def test_config_refuses(change, message):
    with pytest.raises(ValueError, match=message):
        replace(SMALL, **change)


def test_presets_differ_in_size_only():
    quick, full = PRESETS["quick"], PRESETS["full"]
    sizes = {name: getattr(quick, name) for name in ("strings", "windows", "draws", "size", "rounds")}
    assert replace(full, **sizes) == quick
    assert SIZES[-1] >= 512


def test_module_runs_without_jupyter(tmp_path):
    (tmp_path / "text.txt").write_text("\n".join(corpus.corpus("en").lines[:1500]), encoding="utf-8")
    options = ["--strings", "20", "--windows", "5", "--draws", "1000", "--size", "1000", "--rounds", "3"]
    options += ["--corpus", str(tmp_path / "text.txt"), "-o", str(tmp_path / "results.json")]
    command = [sys.executable, "-m", "kexue.viterbi_sampling", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    stored = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert stored["config"]["corpus"].endswith("text.txt")
    assert list(stored["distances"]) == ["text"]
    assert {"sentencepiece", "python"} <= set(stored["versions"])
