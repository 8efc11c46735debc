"""Lattices of a short text: its segmentations, and the law of pairwise acceptance over candidates.

A segmentation of ``length`` characters is the tuple of its cuts 0 < … < length; a token is an edge (i, j), the
characters after the i-th up to the j-th.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise, product
from math import prod

from sympy import Add, Expr, Integer, cancel

from kexue.proof.samplers import law
from kexue.proof.steps import Part

Cuts = tuple[int, ...]
Edge = tuple[int, int]
Routes = tuple[Cuts, ...]


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


def weight(w: Mapping[Edge, Expr], cuts: Cuts) -> Expr:
    """∏ w_ij over the tokens of a segmentation."""
    return prod((w[edge] for edge in tokens(cuts)), start=Integer(1))


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


def pairwise_acceptance(choose: Callable, accept: Callable[[int, int], Expr], order: Sequence[int]) -> int:
    """The article's sampler at one position: a candidate replaces the kept one with probability accept(kept, new)."""
    kept, *others = order
    for new in others:
        if choose(accept(kept, new)):
            kept = new
    return kept


def acceptance_law(accept: Callable[[int, int], Expr], order: Sequence[int]) -> dict[int, Expr]:
    """{candidate: probability that it is kept} under pairwise acceptance, with the chances ``accept(kept, new)``."""
    return law(lambda choose: pairwise_acceptance(choose, accept, order))


def naive_law(weights: Sequence[Expr], order: Sequence[int] | None = None) -> list[Expr]:
    """The probability of each candidate under pairwise acceptance in some order, by its weight.

    >>> from sympy import symbols
    >>> a, b = symbols("a b", positive=True)
    >>> naive_law((a, b))[1]
    b/(a + b)
    """
    order = range(len(weights)) if order is None else order

    def accept(kept: int, new: int) -> Expr:
        return weights[new] / (weights[kept] + weights[new])

    found = acceptance_law(accept, order)
    return [found[i] for i in range(len(weights))]


def chances_by_weight(w: Mapping[Edge, Expr], law: Callable = naive_law) -> Callable[[Routes], Sequence[Expr]]:
    """Chances of the routes at a position: the law of as many candidates, which weigh what their tokens do."""
    return lambda routes: law([weight(w, route) for route in routes])


class NamedChances:
    """A symbol for the chance of each route at a position, given the routes that the positions before it have kept.

    ``declare(name)`` makes a symbol. T_13,0 is the chance of the token from 1 to 3, where position 2 has kept the token
    from 0.
    """

    def __init__(self, declare: Callable[[str], Expr]):
        self.declare, self.symbols = declare, {}

    def __call__(self, routes: Routes) -> list[Expr]:
        if len(routes) == 1:
            return [Integer(1)]
        if routes not in self.symbols:
            end, before = routes[0][-1], "".join(str(route[-3]) for route in routes[2:])
            names = labels("T", [f"{i}{end},{before}".rstrip(",") for i in range(end)]).split()
            self.symbols[routes] = [self.declare(name) for name in names]
        return self.symbols[routes]

    def law(self, end: int) -> dict[Cuts, Expr]:
        """The law of :func:`sampled`. It is run with what the others leave for the first route at each position, which
        makes its chances those of a choice; then the first one has its name."""

        def choice(routes: Routes) -> list[Expr]:
            others = self(routes)[1:]
            return [1 - Add(*others), *others]

        found = sampled_law(choice, end)
        first = {choice(routes)[0]: names[0] for routes, names in self.symbols.items()}
        return {cuts: chance.xreplace(first) for cuts, chance in found.items()}


def sampled(choose: Callable, chances: Callable[[Routes], Sequence[Expr]], end: int) -> Cuts:
    """The article's sampler on a text: each position keeps one of the routes to it, with ``chances`` that depend on
    what the positions before it have kept."""
    kept: dict[int, Cuts] = {0: (0,)}
    for j in range(1, end + 1):
        routes = tuple((*kept[i], j) for i in range(j))
        kept[j] = routes[choose.among(chances(routes))]
    return kept[end]


def sampled_law(chances: Callable[[Routes], Sequence[Expr]], end: int) -> dict[Cuts, Expr]:
    """The law of :func:`sampled`, from all its runs."""
    return law(lambda choose: sampled(choose, chances, end))


def averaged(chances: Callable[[Routes], Sequence[Expr]], cuts: Cuts) -> Expr:
    """∏ of the chances along a segmentation, averaged over what the positions that it passes by may have kept.

    >>> from sympy import symbols
    >>> p, q = symbols("p q")
    >>> averaged(lambda routes: [1 - p - q, p, q][-len(routes) :] if len(routes) > 1 else [1], (0, 1, 2))
    q
    """
    before = {end: (start,) for start, end in tokens(cuts)}
    total = Integer(0)
    for starts in product(*(before.get(j, range(j)) for j in range(1, cuts[-1] + 1))):
        kept, chance = [(0,)], Integer(1)
        for j, start in enumerate(starts, 1):
            routes = tuple((*kept[i], j) for i in range(j))
            chance *= chances(routes)[start]
            kept.append(routes[start])
        total += chance
    return total
