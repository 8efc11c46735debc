"""The posterior's arrays against sums over all segmentations, filtered enumerations, finite differences and 50 digits.

Every string over {a, b} up to a length, random vocabularies of fixed seeds, α from 0 to ∞. Where α is large the float
oracle's own rounding would show: its weights are mpmath's, of 50 digits.
"""

from __future__ import annotations

import math
import tracemalloc
from dataclasses import replace

import mpmath
import numpy as np
import pytest
from jaxtyping import install_import_hook
from unigram_laws import ALPHAS, random_vocabulary, strings

TYPES = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"  # an int is a float
with install_import_hook("kexue.unigram.posterior", TYPES):
    from kexue.errors import UnigramError
    from kexue.unigram import posterior
    from kexue.unigram.arrays import Edges, arrays_of, constrained, edges_of, reached
    from kexue.unigram.lattice import Lattice, ids_of
    from kexue.unigram.vocabulary import Vocabulary

SEEDS = range(5)
FINITE = ALPHAS[:-1]


def digits(lattice: Lattice, alpha: float) -> Lattice:
    """The same lattice with weights e^{α·score} of 50 digits, for α = 1."""
    with mpmath.workdps(50):
        return replace(lattice, weights={e: mpmath.exp(mpmath.mpf(alpha) * mpmath.mpf(e.score)) for e in lattice.edges})


def log_sum(lattice: Lattice):
    """log Σ_w Π w_e of a lattice with mpmath's weights."""
    return mpmath.log(sum(mpmath.fprod(lattice.weights[e] for e in w) for w in lattice.segmentations()))


def close(a, b) -> bool:
    return float(a) == pytest.approx(float(b), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("seed", SEEDS)
def test_posterior_is_the_oracle(seed, alpha):
    vocabulary = random_vocabulary(seed, complete=seed > 1)  # those of seeds 0 and 1 need pseudo tokens
    for text in strings(b"ab", 8 if (seed, alpha) in ((0, 0.1), (3, 100)) else 6):
        lattice = Lattice.of(text, vocabulary)
        edges = arrays_of(lattice)
        oracle, a = (lattice, math.inf) if alpha == math.inf else (digits(lattice, alpha), 1)
        if alpha < math.inf:
            assert close(posterior.log_partition(edges, alpha), log_sum(oracle))
        p = oracle.marginals(a)
        np.testing.assert_allclose(posterior.marginals(edges, alpha), [float(p[e]) for e in lattice.edges], atol=1e-12)
        assert close(posterior.entropy(edges, alpha), oracle.entropy(a))
        assert close(posterior.expected_length(edges, alpha), oracle.expected_length(a))
        law = oracle.law(a)
        ids = list(law)[len(law) // 2]
        assert math.exp(posterior.log_prob(edges, ids, alpha)) == pytest.approx(float(law[ids]), abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_counts_and_best_are_the_oracles(seed):
    vocabulary = random_vocabulary(seed)
    for text in strings(b"ab", 7):
        lattice = Lattice.of(text, vocabulary)
        edges = arrays_of(lattice)
        assert posterior.count_segmentations(edges) == lattice.count
        best, k = lattice.best(lattice.count), min(10, lattice.count)
        found = posterior.top_k(edges, k)
        assert found[0][0] == list(ids_of(lattice.viterbi()))
        np.testing.assert_allclose([s for _, s in found], [s for _, s in best[:k]], rtol=1e-13)
        scores = dict(best)
        assert all(scores[tuple(ids)] == pytest.approx(s, rel=1e-13) for ids, s in found)
        everything = {tuple(ids) for ids, _ in posterior.top_k(edges, lattice.count + 1)}
        assert everything == set(lattice.law(0))


def test_ties_are_viterbis_and_all_there():
    edges = edges_of("aaaa", Vocabulary.of({b"a": -1.0, b"aa": -2.0, b"aaa": -3.0, b"aaaa": -4.0}))
    found = posterior.top_k(edges, 99)
    assert found[0] == ([3], -4.0)  # of equals the longest last token
    assert len({tuple(ids) for ids, _ in found}) == len(found) == 8


# Identities


@pytest.mark.parametrize("alpha", FINITE)
@pytest.mark.parametrize("seed", SEEDS)
def test_marginals_are_the_gradient_of_log_partition(seed, alpha):
    """∂log Z/∂log w_e = P(e): central differences, their error h²/6·|∂³| + 2⁻⁵²|log Z|/h; ∂³ of log Z is at most 1."""
    edges = edges_of("abbabaab", random_vocabulary(seed))
    logs, h = alpha * edges.scores, 1e-4

    def log_Z(e: int, step: float) -> float:
        moved = logs.copy()
        moved[e] += step
        return posterior.log_partition(Edges(edges.starts, edges.ends, edges.ids, moved, edges.n), 1)

    p = posterior.marginals(Edges(edges.starts, edges.ends, edges.ids, logs, edges.n), 1)
    slack = h**2 / 6 + 2e-16 * (8 + abs(log_Z(0, 0))) / h
    for e in range(len(edges)):
        assert (log_Z(e, h) - log_Z(e, -h)) / (2 * h) == pytest.approx(p[e], abs=2 * slack)


@pytest.mark.parametrize("seed", SEEDS)
def test_scores_are_the_derivative_in_alpha(seed):
    edges, h = edges_of("abbabaabba", random_vocabulary(seed)), 1e-5
    for alpha in (0.1, 1, 3):
        slope = (posterior.log_partition(edges, alpha + h) - posterior.log_partition(edges, alpha - h)) / (2 * h)
        assert slope == pytest.approx(posterior.expected_score(edges, alpha), rel=1e-8)
        H = posterior.log_partition(edges, alpha) - alpha * posterior.expected_score(edges, alpha)
        assert posterior.entropy(edges, alpha) == pytest.approx(H, abs=1e-12)


# Constraints


def boundaries(ids, lattice: Lattice) -> set[int]:
    return set(np.cumsum([len(token) for token in lattice.spell(ids)]).tolist()) - {lattice.n}


@pytest.mark.parametrize("seed", SEEDS)
def test_constraints_are_a_filter_of_the_enumeration(seed):
    generator, vocabulary = np.random.default_rng(seed), random_vocabulary(seed, longest=3, complete=seed % 2 == 0)
    for text in strings(b"ab", 6, 6):
        lattice = Lattice.of(text, vocabulary)
        law = {ids: (p, boundaries(ids, lattice)) for ids, p in lattice.law(0.5).items()}
        role = generator.integers(3, size=7)
        forced, forbidden = (set(np.flatnonzero(role[1:6] == k) + 1) for k in (1, 2))
        left = {ids: p for ids, (p, at) in law.items() if forced <= at and not at & forbidden}
        if not left:
            with pytest.raises(UnigramError, match="offset"):
                constrained(arrays_of(lattice), forced, forbidden)
            continue
        edges = constrained(arrays_of(lattice), forced, forbidden)
        assert posterior.count_segmentations(edges) == len(left)
        share = posterior.log_partition(edges, 0.5) - posterior.log_partition(arrays_of(lattice), 0.5)
        assert math.exp(share) == pytest.approx(sum(left.values()), rel=1e-12)
        for ids, p in left.items():
            assert math.exp(posterior.log_prob(edges, ids, 0.5)) == pytest.approx(p / sum(left.values()), rel=1e-12)


def test_no_constraint_changes_nothing():
    edges = edges_of("abba", random_vocabulary(0))
    assert constrained(edges) is edges
    assert constrained(edges, forced=[0, 4]).ids.tolist() == edges.ids.tolist()
    assert reached(edges).all()


ABAB = Edges([0, 0, 1, 2, 2], [1, 2, 3, 3, 4], [0, 1, 2, 0, 1], [-1.0] * 5, 4)  # a ab ba: ab|ab alone reaches the end
IMPOSSIBLE = [
    ({"forced": [1]}, "forced offset 1: every token crosses it"),
    ({"forced": [2, 9]}, "forced lists 9, expected byte offsets from 0 to 4"),
    ({"forbidden": [True]}, "forbidden lists True"),
    ({"forced": [2], "forbidden": [2]}, "offset 2 is both"),
    ({"forbidden": [4]}, "offset 4 is an end of the text"),
    ({"forbidden": [2]}, "forbidden offsets \\[2\\]"),
]


@pytest.mark.parametrize(("constraints", "message"), IMPOSSIBLE)
def test_impossible_constraints_name_their_offset(constraints, message):
    with pytest.raises(UnigramError, match=message):
        constrained(ABAB, **constraints)


def test_offsets_that_exclude_each_other_are_named():
    edges = edges_of("aaaa", Vocabulary.of({b"aa": -1.0, b"aaa": -1.0, b"aaaa": -1.0}, unknown="none"))
    edges = Edges([*edges.starts, 3], [*edges.ends, 4], [*edges.ids, 9], [*edges.scores, -1.0], 4)  # and a last "a"
    assert reached(edges)[[2, 3]].all()
    with pytest.raises(UnigramError, match="from the forced offset 2 to 3"):
        constrained(edges, forced=[2, 3])


REFUSED = [
    (lambda: posterior.log_partition(Edges([], [], [], [], 2)), "from offset 0"),
    (lambda: posterior.log_partition(ABAB, 1e12), "use None"),
    (lambda: posterior.marginals(ABAB, -1), "alpha is -1"),
    (lambda: posterior.entropy(ABAB, math.nan), "alpha is nan"),
    (lambda: posterior.top_k(ABAB, 0), "k is 0"),
    (lambda: posterior.top_k(Edges([0], [1], [0], [-1.0], 2), 3), "from offset 1"),
    (lambda: posterior.log_prob(ABAB, [1]), "spell 2 bytes of the text, which has 4"),
    (lambda: posterior.log_prob(ABAB, [1, 2]), "id 2, the ids' entry 1, .* at offset 2"),
    (lambda: Edges([0, 0], [2, 1], [0, 0], [-1.0, -1.0], 2), "edge 1 is out of order"),
    (lambda: Edges([0], [3], [0], [-1.0], 2), "from 0 to 3"),
    (lambda: Edges([0], [1], [0], [np.nan], 2), "edge 0 is nan"),
    (lambda: Edges([0], [1, 2], [0], [-1.0], 2), "one row each"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_errors_say_what_came(call, message):
    with pytest.raises(UnigramError, match=message):
        call()


# Long texts


def long_edges(n: int, seed: int) -> Edges:
    """Random tokens of 2 to 8 bytes, each with probability 0.4, and all single bytes; scores as real models have."""
    generator = np.random.default_rng(seed)
    starts, ends = (a.ravel() for a in np.broadcast_arrays(np.arange(n)[:, None], np.arange(n)[:, None] + range(1, 9)))
    kept = (ends <= n) & ((generator.random(len(ends)) < 0.4) | (ends == starts + 1))
    starts, ends = starts[kept], ends[kept]
    order = np.lexsort((starts, ends))
    return Edges(starts[order], ends[order], ends[order] - starts[order], -generator.uniform(4, 14, len(order)), n)


@pytest.mark.parametrize("alpha", [0.1, 1.0, 3.0])
def test_log_partition_of_30_kilobytes_to_50_digits(alpha):
    edges = long_edges(30_000, 0)
    with mpmath.workdps(50):
        F = [mpmath.mpf(1)] + [mpmath.mpf(0)] * edges.n
        for s, e, score in zip(edges.starts.tolist(), edges.ends.tolist(), edges.scores.tolist(), strict=True):
            F[e] += F[s] * mpmath.exp(mpmath.mpf(alpha) * mpmath.mpf(score))
        exact = mpmath.log(F[-1])
        assert abs(posterior.log_partition(edges, alpha) - exact) < 1e-9
    p = posterior.marginals(edges, alpha)
    flow = np.bincount(edges.ends, p) - np.bincount(edges.starts, p, minlength=edges.n + 1)
    np.testing.assert_allclose(flow[1:-1], 0, atol=1e-10)  # what comes in goes out
    assert flow[-1] == pytest.approx(1, abs=1e-10)


def test_a_thousand_best_of_10_kilobytes():
    edges = long_edges(10_000, 1)
    found = posterior.top_k(edges, 1000)
    scores = np.array([score for _, score in found])
    assert len({tuple(ids) for ids, _ in found}) == 1000
    assert (np.diff(scores) <= 0).all()
    np.testing.assert_allclose(scores[:100], [s for _, s in posterior.top_k(edges, 100)], rtol=1e-13)
    log_Z = posterior.log_partition(edges, 1)
    for ids, score in found[::300]:
        assert posterior.log_prob(edges, ids, 1) == pytest.approx(score - log_Z, abs=1e-8)


def test_large_alpha_tends_to_the_best_score():
    edges = long_edges(20_000, 3)
    [(best, score)] = posterior.top_k(edges, 1)
    assert posterior.log_partition(edges, 1e8) == pytest.approx(1e8 * score, rel=1e-12)
    assert posterior.expected_length(edges, 1e8) == pytest.approx(len(best), rel=1e-6)


def test_counts_of_long_texts_are_exact():
    edges = long_edges(2_000, 2)
    assert math.log(posterior.count_segmentations(edges)) == pytest.approx(posterior.log_partition(edges, 0), rel=1e-13)


def test_counting_keeps_few_of_its_numbers():
    """C(v) has 0.88 v bits here: all of them together would take half a gigabyte."""
    n = 100_000
    edges = Edges(
        *np.array([(v - k, v) for v in range(1, n + 1) for k in (3, 2, 1) if k <= v]).T, *np.zeros((2, 3 * n - 3)), n
    )
    tracemalloc.start()
    count = posterior.count_segmentations(edges)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert abs(count.bit_length() - posterior.log_partition(edges, 0) / math.log(2)) <= 1
    assert peak < 1e8
