"""The samplers' laws on lattices with numbers for weights, against the enumerated law and against each other."""

from fractions import Fraction

import pytest
from sympy import Rational, Symbol

from kexue.perfect_sampling.lattices import backward_law, misread_law, one_pass_law, partition, weight
from kexue.unigram.lattice import Lattice
from kexue.unigram.reference import law_of, pairwise
from kexue.viterbi_sampling.lattices import (
    NamedChances,
    averaged,
    chances_by_weight,
    edges,
    naive_law,
    sampled_law,
    segmentations,
    tokens,
)

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


@pytest.mark.parametrize("end", [1, 2, 3, 4])
def test_pairwise_on_a_text_is_the_sampler_of_the_package(end):
    """The symbolic law, with numbers put in, against the enumeration of another program, in fractions."""
    w = {(i, j): Rational(1 + (3 * i + 5 * j) % 7, 8) for i, j in edges(end)}
    text = "abcd"[:end]
    weights = {text[i:j].encode(): Fraction(int(x.p), int(x.q)) for (i, j), x in w.items()}
    lattice = Lattice.weighted(text, weights)
    known = {lattice.spell(ids): p for ids, p in law_of(pairwise, lattice).items()}
    chances = NamedChances(Symbol)
    law, by_number = chances.law(end), chances_by_weight(w)
    put = {
        name: value
        for routes, names in chances.symbols.items()
        for name, value in zip(names, by_number(routes), strict=True)
    }
    assert set(law) == set(segmentations(end))
    for cuts, chance in law.items():
        spelled = tuple(text[i:j].encode() for i, j in tokens(cuts))
        assert chance.subs(put) == averaged(by_number, cuts) == sampled_law(by_number, end)[cuts]
        assert Rational(known[spelled].numerator, known[spelled].denominator) == averaged(by_number, cuts)


def test_a_chance_is_named_after_what_was_kept_before():
    chances = NamedChances(Symbol)
    assert list(map(str, chances(((0, 3), (0, 1, 3), (0, 1, 2, 3))))) == ["T_03,1", "T_13,1", "T_23,1"]
    assert list(map(str, chances(((0, 2), (0, 1, 2))))) == ["T_02", "T_12"]
    assert chances(((0, 1),)) == [1]
