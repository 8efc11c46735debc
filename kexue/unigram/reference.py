"""Three samplers of segmentations, as the articles tell them, and the exact law of each from its own choices.

``pairwise`` (article 9768) and ``reservoir`` (article 9811) pass over the text once. Every candidate token that ends at
a position replaces the one kept there with a certain probability; at the end one walks back. They differ in one thing:
what a position remembers beside the token it keeps. ``pairwise`` remembers the weight of the one route that it keeps,
``reservoir`` the sum Z over all routes; the first is biased, the second exact. ``forward_backward`` computes all Z and
then draws from the end, one draw a token.

That an only candidate is kept is an invariant: its share is w/(0 + w) = 1 and a draw is below 1.

Sources: 苏剑林, kexue.fm/archives/9768 and kexue.fm/archives/9811; forward filtering, backward sampling: Kudo, Subword
Regularization, ACL 2018.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from kexue.errors import UnigramError
from kexue.unigram.arithmetic import Field, checked_alpha
from kexue.unigram.edges import Edge
from kexue.unigram.lattice import Lattice, Law, ids_of, trace

STATES = 2**15  # of a sampler, that are followed without being asked twice

Keep = Callable[[type[Field], Any, Any, bool], Any]
Sampler = Callable[..., tuple[int, ...]]


def pairwise(lattice: Lattice, alpha: float, generator: np.random.Generator, order: str = "longest") -> tuple[int, ...]:
    """The article's first sampler (9768): a candidate's route against the kept route, and nothing else.

    With s the score of the candidate's route and s_e that of the route kept at its end, it is kept with probability
    σ(α(s − s_e)), and then s_e = s. For α = ∞ this is Viterbi decoding. The law is not e^{α·score}/Z from three
    candidates on.

    Args:
        lattice: the text's lattice.
        alpha: α, 0 to ∞.
        generator: one draw for every edge.
        order: which of the tokens that end together is considered first, the "longest" (BytePiece) or the "shortest".

    Returns:
        ids of one segmentation.

    Raises:
        UnigramError: there is no segmentation; α or ``order`` is unknown.

    >>> lattice = Lattice.weighted("abc", dict.fromkeys([b"abc", b"ab", b"c", b"a", b"bc"], 1))
    >>> {lattice.spell(ids): str(p) for ids, p in law_of(pairwise, lattice).items()}
    {(b'ab', b'c'): '1/2', (b'a', b'bc'): '1/4', (b'abc',): '1/4'}
    """
    return _one_pass(lattice, alpha, generator, order, _route)


def reservoir(
    lattice: Lattice, alpha: float, generator: np.random.Generator, order: str = "longest"
) -> tuple[int, ...]:
    """The article's second sampler (9811): a candidate against the sum over all routes so far.

    Z_e ← Z_e + Z_start e^{α·score}; the candidate is kept with probability Z_start e^{α·score} / Z_e, which telescopes
    (a reservoir of one place) to its share of the final Z_e. Arguments, result and errors as for ``pairwise``; the law
    is e^{α·score}/Z whatever the order.

    >>> lattice = Lattice.weighted("abc", dict.fromkeys([b"abc", b"ab", b"c", b"a", b"bc"], 1))
    >>> law_of(reservoir, lattice) == lattice.law(1)
    True
    """
    return _one_pass(lattice, alpha, generator, order, _sum)


def forward_backward(
    lattice: Lattice, alpha: float, generator: np.random.Generator, order: str = "longest"
) -> tuple[int, ...]:
    """Forward filter, backward draw: Z first, then one draw a token from the end of the text.

    Z(e) = Σ Z(start) e^{α·score} over the edges into e, Z(0) = 1; from e, the edge is drawn with probability
    Z(start) e^{α·score} / Z(e). Arguments, result and errors as for ``pairwise``.

    >>> lattice = Lattice.weighted("abc", dict.fromkeys([b"abc", b"ab", b"c", b"a", b"bc"], 1))
    >>> forward_backward(lattice, 1, np.random.default_rng(0))
    (3, 4)
    """
    into, back, position = _choices(lattice, alpha, order), {}, lattice.n
    while position:
        u = generator.random()
        for edge, p in into[position]:
            back[position] = edge
            if (u := u - p) < 0:
                break
        position = back[position].start
    return ids_of(trace(back, lattice.n))


def law_of(sampler: Sampler, lattice: Lattice, alpha: float = 1, order: str = "longest", cap: int = STATES) -> Law:
    """The law of a sampler, exactly: every choice that it makes is taken both ways.

    A state is the route kept at each position from which an edge still leads on, and what the position remembers; an
    edge that is taken with probability p splits each state in two, of p and 1 − p times its probability. Exponential in
    the length, and as exact as the lattice's weights: a fraction for fractions, a rational function for symbols.

    Args:
        cap: states that are followed at most.

    Returns:
        ids of a segmentation → its probability; what has probability 0 may be missing.

    Raises:
        UnigramError: ``sampler`` is none of this module's; there are more than ``cap`` states.
    """
    if sampler is forward_backward:
        return _backward_law(lattice, alpha, order)
    if sampler not in KEEPS:
        raise UnigramError(f"the law of {sampler!r} is unknown, expected {', '.join(f.__name__ for f in SAMPLERS)}")
    arithmetic, weight, edges = _ordered(lattice, alpha, order)
    start = (arithmetic.one, *[arithmetic.zero] * lattice.n)
    states = {((), *[None] * lattice.n): (Field.one, start)}  # ids of kept routes: (probability, what is remembered)
    last = {edge.end: i for i, edge in enumerate(edges)} | {edge.start: i for i, edge in enumerate(edges)}  # use
    for i, edge in enumerate(edges):
        states = _split(states, edge, weight[edge], arithmetic, KEEPS[sampler])
        states = _forgotten(states, {p for p in edge[:2] if last[p] == i} - {lattice.n})
        if len(states) > cap:
            raise UnigramError(f"at offset {edge.end} there are more than {cap} states of a sampler: shorten the text")
    return {kept[lattice.n]: p for kept, (p, _) in states.items()}


def total_variation(p: Law, q: Law) -> Any:
    """½ Σ |p(w) − q(w)| over all that either of them names.

    >>> total_variation({(0,): 0.5, (1,): 0.5}, {(0,): 1.0})
    0.5
    """
    return sum(abs(p.get(w, 0) - q.get(w, 0)) for w in {**p, **q}) / 2


def tv_distance(lattice: Lattice, alpha: float = 1, order: str = "longest") -> Any:
    """Total variation distance of ``pairwise`` to the law that it should have, e^{α·score}/Z.

    >>> str(tv_distance(Lattice.weighted("abc", dict.fromkeys([b"abc", b"ab", b"c", b"a", b"bc"], 1))))
    '1/6'
    """
    return total_variation(law_of(pairwise, lattice, alpha, order), lattice.law(alpha))


def _route(arithmetic: type[Field], kept: Any, new: Any, accepted: bool) -> Any:  # noqa: ARG001  the same form as _sum
    return new if accepted else kept


def _sum(arithmetic: type[Field], kept: Any, new: Any, accepted: bool) -> Any:  # noqa: ARG001  the same form as _route
    return arithmetic.plus(kept, new)


KEEPS: dict[Sampler, Keep] = {pairwise: _route, reservoir: _sum}
SAMPLERS: tuple[Sampler, ...] = (pairwise, reservoir, forward_backward)


def _one_pass(lattice: Lattice, alpha: float, generator: np.random.Generator, order: str, keep: Keep):
    arithmetic, weight, edges = _ordered(lattice, alpha, order)
    value, back = [arithmetic.one, *[arithmetic.zero] * lattice.n], {}
    for edge in edges:
        new = arithmetic.times(value[edge.start], weight[edge])
        if accepted := generator.random() < arithmetic.share(new, value[edge.end]):
            back[edge.end] = edge
        value[edge.end] = keep(arithmetic, value[edge.end], new, accepted)
    return ids_of(trace(back, lattice.n))


def _ordered(lattice: Lattice, alpha: float, order: str) -> tuple[type[Field], dict[Edge, Any], list[Edge]]:
    """The arithmetic, the weights, and the edges that start where some route ends, in the order of a pass."""
    if order not in ("longest", "shortest"):
        raise UnigramError(f"order is {order!r}, expected 'longest' or 'shortest'")
    lattice.segmentable()
    edges = [edge for edge in lattice.edges if lattice.counts[edge.start]]
    if order == "shortest":
        edges.sort(key=lambda edge: (edge.end, -edge.start))
    return *lattice.weigh(alpha), edges


def _split(states: dict, edge: Edge, w: Any, arithmetic: type[Field], keep: Keep) -> dict:
    after: dict = {}
    for kept, (p, value) in states.items():
        old, new = value[edge.end], arithmetic.times(value[edge.start], w)
        share = arithmetic.share(new, old)
        for accepted, chance in ((True, share), (False, 1 - share)):
            if chance == 0:
                continue
            state = _put(kept, edge.end, (*kept[edge.start], edge.id)) if accepted else kept
            before = after[state][0] if state in after else 0
            after[state] = (before + p * chance, _put(value, edge.end, keep(arithmetic, old, new, accepted)))
    return after


def _forgotten(states: dict, positions: set[int]) -> dict:
    """The states without what is kept at some positions; those that are then equal become one."""
    for position in positions:
        after: dict = {}
        for kept, (p, value) in states.items():
            state = _put(kept, position, None)
            before = after[state][0] if state in after else 0
            after[state] = (before + p, value)
        states = after
    return states


def _put(values: tuple, place: int, new: Any) -> tuple:
    return (*values[:place], new, *values[place + 1 :])


def _choices(lattice: Lattice, alpha: float, order: str) -> list[list[tuple[Edge, Any]]]:
    """For each position the edges into it, each with the probability that the backward draw takes it."""
    arithmetic, weight, edges = _ordered(lattice, alpha, order)
    Z, routes = [arithmetic.one, *[arithmetic.zero] * lattice.n], [[] for _ in range(lattice.n + 1)]
    for edge in edges:
        new = arithmetic.times(Z[edge.start], weight[edge])
        Z[edge.end] = arithmetic.plus(Z[edge.end], new)
        routes[edge.end].append((edge, new))
    if checked_alpha(alpha) == math.inf:
        best = set(lattice.viterbi())
        return [[(edge, 1.0) for edge, _ in into if edge in best] for into in routes]
    return [[(edge, arithmetic.ratio(new, Z[edge.end])) for edge, new in into] for into in routes]


def _backward_law(lattice: Lattice, alpha: float, order: str) -> Law:
    into = _choices(lattice, alpha, order)

    def walk(position: int) -> Iterator[tuple[tuple[int, ...], Any]]:
        if position == 0:
            yield (), Field.one
        for edge, p in into[position]:
            for ids, q in walk(edge.start):
                yield (*ids, edge.id), q * p

    return dict(walk(lattice.n))
