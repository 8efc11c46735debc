"""Lattices of a short text: its segmentations, and the law of pairwise acceptance over candidates.

A segmentation of ``length`` characters is the tuple of its cuts 0 < … < length; a token is an edge (i, j), the
characters after the i-th up to the j-th.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from math import prod

from sympy import Expr, Integer, cancel

from kexue.proof.samplers import law
from kexue.proof.steps import Part

Cuts = tuple[int, ...]
Edge = tuple[int, int]


def segmentations(length: int) -> Iterator[Cuts]:
    """All 2^(length − 1) segmentations, those of few tokens first.

    >>> list(segmentations(3))
    [(0, 3), (0, 1, 3), (0, 2, 3), (0, 1, 2, 3)]
    """
    for count in range(length):
        for inner in combinations(range(1, length), count):
            yield (0, *inner, length)


def tokens(cuts: Cuts) -> list[Edge]:
    """The edges of a segmentation.

    >>> tokens((0, 1, 3))
    [(0, 1), (1, 3)]
    """
    return list(pairwise(cuts))


def edges(length: int) -> list[Edge]:
    """The length·(length + 1)/2 tokens that a text may hold.

    >>> edges(2)
    [(0, 1), (0, 2), (1, 2)]
    """
    return list(combinations(range(length + 1), 2))


def labels(letter: str, keys: Iterable) -> str:
    """Names to declare, one for each key.

    >>> labels("s", edges(2)), labels("V", (1, 2))
    ('s_01 s_02 s_12', 'V_1 V_2')
    """
    return " ".join(f"{letter}_{''.join(map(str, key)) if isinstance(key, tuple) else key}" for key in keys)


def score(s: Mapping[Edge, Expr], cuts: Cuts) -> Expr:
    """Σ s_ij over the tokens of a segmentation."""
    return sum((s[edge] for edge in tokens(cuts)), Integer(0))


def spelled(cuts: Cuts) -> str:
    """A segmentation in words.

    >>> spelled((0, 1, 3))
    'cut at 1, 3'
    """
    return f"cut at {', '.join(map(str, cuts[1:]))}"


def distances(x: Expr, s: Mapping[Edge, Expr], length: int) -> Expr:
    """∏ (x − score) over the segmentations of ``length`` characters: zero where x is one of their scores."""
    return prod((x - score(s, cuts) for cuts in segmentations(length)), start=Integer(1)) if length else x


def attained(V: Sequence[Expr], s: Mapping[Edge, Expr], short: Part, below: Sequence[Part]) -> list[Part]:
    """What ``distances(V[j], s, j) = 0`` rests on, where j − 1 is the number of statements ``below``.

    With g_i = V_j − V_i − s_ij and P_i(x) = ``distances(x, s, i)``, P_j(V_j) = ∏_i P_i(V_i + g_i), and each factor is
    P_i(V_i) + g_i·rest_i. Multiplied out, every summand holds some P_i(V_i) = 0, or all of the g_i.

    short: ∏ g_i = 0, since V_j is one of its candidates. below: P_i(V_i) = 0 for i = 1, …, j − 1.
    """
    j = len(below) + 1
    gaps = [V[j] - V[i] - s[i, j] for i in range(j)]
    moved = [distances(V[i] + gaps[i], s, i) for i in range(j)]
    rests = [cancel((moved[i] - distances(V[i], s, i)) / gaps[i]) for i in range(j)]
    parts = [short * prod(rests, start=Integer(1))]
    for i in range(1, j):
        earlier = prod((gaps[m] * rests[m] for m in range(i)), start=Integer(1))
        parts.append(below[i - 1] * (earlier * prod(moved[i + 1 :], start=Integer(1))))
    return parts


def pairwise_acceptance(choose: Callable, weights: Sequence[Expr], order: Sequence[int]) -> int:
    """The article's sampler: each candidate replaces the kept one with probability w_new/(w_kept + w_new)."""
    kept, *others = order
    for new in others:
        if choose(weights[new] / (weights[kept] + weights[new])):
            kept = new
    return kept


def naive_law(weights: Sequence[Expr], order: Sequence[int] | None = None) -> list[Expr]:
    """The probability of each candidate under pairwise acceptance in some order.

    >>> from sympy import symbols
    >>> a, b = symbols("a b", positive=True)
    >>> naive_law((a, b))[1]
    b/(a + b)
    """
    order = range(len(weights)) if order is None else order
    found = law(lambda choose: pairwise_acceptance(choose, weights, order))
    return [found[i] for i in range(len(weights))]
