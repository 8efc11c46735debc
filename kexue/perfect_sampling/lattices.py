"""Partition functions of short texts, and two samplers as programs whose law can be computed.

A lattice is a mapping {(i, j): weight} of its tokens; those that are missing are not in the vocabulary. See
:mod:`kexue.viterbi_sampling.lattices` for segmentations.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache

from sympy import Expr, Integer

from kexue.proof.samplers import law
from kexue.viterbi_sampling.lattices import Cuts, Edge, weight

Lattice = Mapping[Edge, Expr]


def partition(w: Lattice, start: int, end: int) -> Expr:
    """Z of the characters behind ``start`` up to ``end``, by its recursion: Z(∅) = 1, Z(end) = Σ_j Z(j) w_{j,end}.

    >>> from sympy import symbols
    >>> a, b, c = symbols("a b c")
    >>> partition({(0, 1): a, (1, 2): b, (0, 2): c}, 0, 2)
    a*b + c
    """

    @cache
    def Z(j: int) -> Expr:
        return Integer(1) if j == start else sum((Z(i) * w[i, j] for i in range(start, j) if (i, j) in w), Integer(0))

    return Z(end)


def forward_backward(choose: Callable, w: Lattice, Z: Sequence[Expr], end: int) -> Cuts:
    """Forward filtering (the Z), backward sampling: the last token to j is from i with probability Z_i w_ij/Z_j."""
    cuts = (end,)
    while cuts[0]:
        j = cuts[0]
        cuts = (choose.among([Z[i] * w[i, j] / Z[j] for i in range(j)]), *cuts)
    return cuts


def backward_law(w: Lattice, end: int, names: Mapping[int, Expr]) -> dict[Cuts, Expr]:
    """The law of :func:`forward_backward`, with names in place of the partition functions of prefixes.

    That the chances are those of a choice, at each of its draws, is checked before they are named.
    """
    Z = [partition(w, 0, j) for j in range(end + 1)]
    found = law(lambda choose: forward_backward(choose, w, Z, end))
    named = {Z[j]: name for j, name in names.items() if j <= end}
    return {cuts: chance.xreplace(named) for cuts, chance in found.items()}


def reservoir(choose: Callable, weights: Sequence[Expr]) -> int:
    """Which candidate a reservoir (蓄水池) keeps: each is accepted with its share of the running total."""
    total, kept = Integer(0), -1
    for i, w in enumerate(weights):
        total += w
        if choose(w / total):
            kept = i
    return kept


def reservoir_law(weights: Sequence[Expr]) -> list[Expr]:
    """The probability that each candidate is kept.

    >>> from sympy import symbols
    >>> a, b = symbols("a b", positive=True)
    >>> reservoir_law((a, b))[1]
    b/(a + b)
    """
    found = law(lambda choose: reservoir(choose, weights))
    return [found[i] for i in range(len(weights))]


def one_pass(choose: Callable, w: Lattice, end: int, value: Callable[[int, Cuts], Expr]) -> Cuts:
    """The article's sampler: at each position a reservoir over the candidates for its last token.

    value: what a candidate from i weighs before its token: Z(i), or, read wrongly, the weight of the route to i.
    """
    routes = {0: (0,)}
    for j in range(1, end + 1):
        starts = [i for i in range(j) if (i, j) in w]
        kept = reservoir(choose, [value(i, routes[i]) * w[i, j] for i in starts])
        routes[j] = (*routes[starts[kept]], j)
    return routes[end]


def read_back(choose: Callable, kept: Lattice, end: int) -> Cuts:
    """At each position j a token is drawn, from i with probability kept[i, j]; the route is read from the end."""
    start = {j: choose.among([kept[i, j] for i in range(j)]) for j in range(1, end + 1)}
    cuts = (end,)
    while cuts[0]:
        cuts = (start[cuts[0]], *cuts)
    return cuts


def read_back_law(kept: Lattice, end: int) -> dict[Cuts, Expr]:
    """The law of :func:`read_back`."""
    return law(lambda choose: read_back(choose, kept, end))


def one_pass_law(w: Lattice, end: int) -> dict[Cuts, Expr]:
    """The law of the one-pass sampler with the weights of all routes to a position, Z(i)."""
    return law(lambda choose: one_pass(choose, w, end, lambda i, _: partition(w, 0, i)))


def misread_law(w: Lattice, end: int) -> dict[Cuts, Expr]:
    """The law of the one-pass sampler with the weight of the route that was drawn to a position."""
    return law(lambda choose: one_pass(choose, w, end, lambda _, route: weight(w, route)))
