"""The samplers' laws on lattices with numbers for weights, against the enumerated law and against each other."""

import pytest
from sympy import Rational

from kexue.perfect_sampling.lattices import backward_law, misread_law, one_pass_law, partition, weight
from kexue.viterbi_sampling.lattices import edges, naive_law, segmentations, tokens

LATTICES = {
    "all tokens": {(i, j): Rational(1 + (3 * i + 5 * j) % 7, 8) for i, j in edges(4)},
    "no long token": {(i, j): Rational(2 + i, 3 + j) for i, j in edges(4) if j - i <= 2},
}


def exact_law(w, end):
    """∏ w/Z over the segmentations whose tokens all exist, by enumeration."""
    weights = {}
    for cuts in segmentations(end):
        if all(edge in w for edge in tokens(cuts)):
            weights[cuts] = weight(w, cuts)
    total = sum(weights.values())
    assert total == partition(w, 0, end)
    return {cuts: each / total for cuts, each in weights.items()}


@pytest.mark.parametrize("w", LATTICES.values(), ids=LATTICES)
@pytest.mark.parametrize("end", [1, 2, 3, 4])
def test_one_pass_draws_the_exact_law(w, end):
    assert one_pass_law(w, end) == exact_law(w, end)


def test_backward_sampling_draws_the_exact_law():
    w = LATTICES["all tokens"]
    assert backward_law(w, 4, {}) == exact_law(w, 4)


@pytest.mark.parametrize("w", LATTICES.values(), ids=LATTICES)
def test_the_misread_rule_draws_another_law(w):
    found = misread_law(w, 4)
    assert sum(found.values()) == 1
    assert found != exact_law(w, 4)


def test_pairwise_acceptance_in_another_order():
    weights = [Rational(36, 100), Rational(32, 100), Rational(32, 100)]
    last = {order[-1]: naive_law(weights, order)[order[-1]] for order in [(0, 1, 2), (2, 1, 0), (0, 2, 1)]}
    assert all(chance > weights[i] for i, chance in last.items())
