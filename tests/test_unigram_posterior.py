"""The posterior's arrays against sums over all segmentations, filtered enumerations, finite differences and 50 digits.

Every string over {a, b} up to a length, random vocabularies of fixed seeds, α from 0 to ∞. Where α is large the float
oracle's own rounding would show: its weights are mpmath's, of 50 digits.
"""

from __future__ import annotations

import math
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


def close(a, b) -> bool:
    return float(a) == pytest.approx(float(b), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("alpha", ALPHAS)
@pytest.mark.parametrize("seed", SEEDS)
def test_posterior_is_the_oracle(seed, alpha):
    vocabulary = random_vocabulary(seed, complete=seed > 1)  # those of seeds 0 and 1 need pseudo tokens
    for text in strings(b"ab", 8 if seed == 0 else 6):
        lattice = Lattice.of(text, vocabulary)
        edges = arrays_of(lattice)
        oracle, a = (lattice, math.inf) if alpha == math.inf else (digits(lattice, alpha), 1)
        assert close(posterior.log_partition(edges, alpha), oracle.log_partition(a)) or alpha == math.inf
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
    for text in strings(b"ab", 8, 1):
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
