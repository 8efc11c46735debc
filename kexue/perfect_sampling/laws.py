"""Laws that are not P(w) ∝ e^{α·score(w)}, of samplers that are in use or that a reader might write.

Each is computed from what its sampler does at every position, for comparison with what the sampler draws.

Sources: 苏剑林, kexue.fm/archives/9811, the table of rules; Kudo, Subword Regularization, ACL 2018, §3.3 (n-best); the
function ``sample`` in ``models/unigram/lattice.rs`` of Hugging Face's tokenizers.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from math import exp, prod
from typing import Any

import numpy as np

from kexue.unigram.edges import Edge
from kexue.unigram.lattice import Lattice, Law, Segmentation, ids_of


def refiltered(lattice: Lattice, alpha: float) -> Law:
    """Hugging Face's: α multiplies the partial log-partition again at every position.

    F(v) = log Σ e^{α(F(start) + s)} over the tokens into v, F(0) = 0; then from the end, the token is drawn with
    probability ∝ e^{F(start) + αs}. With F(v) = log Σ e^{F(start) + αs} it would be the exact law, as it is at α = 1.

    >>> from fractions import Fraction
    >>> lattice = Lattice.weighted("aab", {b"a": Fraction(1, 2), b"b": Fraction(1, 4), b"ab": Fraction(1, 4)})
    >>> {lattice.spell(ids): round(p, 6) for ids, p in refiltered(lattice, 1).items()}
    {(b'a', b'ab'): 0.666667, (b'a', b'a', b'b'): 0.333333}
    """
    F, choice = [0.0], {}
    for ending in lattice.into[1:]:
        into = [edge for edge in ending if lattice.counts[edge.start]]
        drawn = [F[edge.start] + alpha * edge.score for edge in into]
        total = float(np.logaddexp.reduce(drawn)) if drawn else -np.inf
        choice |= {edge: exp(value - total) for edge, value in zip(into, drawn, strict=True)}
        again = [alpha * (F[edge.start] + edge.score) for edge in into]
        F.append(float(np.logaddexp.reduce(again)) if again else -np.inf)
    return _of_choices(lattice, choice)


def truncated(lattice: Lattice, alpha: float, n: int) -> Law:
    """The n-best law: P(w) ∝ e^{α·score(w)} among the n segmentations of highest score, 0 beyond them.

    >>> lattice = Lattice.weighted("aa", {b"a": 0.5, b"aa": 0.125})
    >>> truncated(lattice, 1, 1), [round(p, 6) for p in truncated(lattice, 1, 2).values()]
    ({(0, 0): 1.0}, [0.666667, 0.333333])
    """
    kept = lattice.best(n)
    weights = np.exp([alpha * (score - kept[0][1]) for _, score in kept])
    return {ids: float(p) for (ids, _), p in zip(kept, weights / weights.sum(), strict=True)}


def of_characters(lattice: Lattice) -> Lattice:
    """The same without the tokens that cut a UTF-8 character: what SentencePiece and Hugging Face see of the text.

    >>> from kexue.unigram import Vocabulary
    >>> lattice = Lattice.of("天", Vocabulary.of({"天".encode(): -1.0, b"\\xe5": -2.0, "天".encode()[1:]: -3.0}))
    >>> lattice.count, of_characters(lattice).count
    (3, 1)
    """
    inside = {i for i, byte in enumerate(lattice.text) if byte & 0xC0 == 0x80}
    edges = tuple(edge for edge in lattice.edges if not {edge.start, edge.end} & inside)
    return Lattice(lattice.text, edges)


def by_route(lattice: Lattice, alpha: float, generator: np.random.Generator) -> tuple[int, ...]:
    """One draw under the other reading of the table of rules: s_i is the score of the route *sampled* so far.

    At every position one of the candidates is kept, by a reservoir, with probability ∝ e^{α·score(its route)}, where
    the route to its start is the one kept there. Everything is as in the article, except that log Z of the prefix is
    replaced by the score of the prefix's route.
    """
    arithmetic, weight = lattice.weigh(alpha)
    routes, values = [()], [arithmetic.one]
    for ending in lattice.into[1:]:
        kept, own, total = None, arithmetic.zero, arithmetic.zero
        for edge in ending:
            if routes[edge.start] is None:
                continue
            value = arithmetic.times(values[edge.start], weight[edge])
            if generator.random() < arithmetic.share(value, total):
                kept, own = (*routes[edge.start], edge), value
            total = arithmetic.plus(total, value)
        routes.append(kept)
        values.append(own)
    return ids_of(routes[-1])


def law_by_route(lattice: Lattice, alpha: float) -> Law:
    """The law of `by_route`, from all that it may keep at every position; exact where the lattice's weights are.

    >>> lattice = Lattice.weighted("abc", dict.fromkeys([b"a", b"b", b"c", b"ab", b"abc"], 1))
    >>> {lattice.spell(ids): str(p) for ids, p in law_by_route(lattice, 1).items()}
    {(b'abc',): '1/2', (b'ab', b'c'): '1/4', (b'a', b'b', b'c'): '1/4'}
    """
    arithmetic, weight = lattice.weigh(alpha)
    states: dict[tuple[Segmentation | None, ...], Any] = {((),): 1}
    for ending in lattice.into[1:]:
        after: dict = {}
        for routes, p in states.items():
            candidates = _candidates(ending, routes)
            values = [reduce(arithmetic.times, (weight[e] for e in w), arithmetic.one) for w in candidates]
            total = reduce(arithmetic.plus, values, arithmetic.zero)
            for route, value in zip(candidates or [None], values or [None], strict=True):
                share = 1 if route is None else arithmetic.ratio(value, total)
                after[(*routes, route)] = after.get((*routes, route), 0) + p * share
        states = after
    law: Law = {}
    for routes, p in states.items():
        ids = ids_of(routes[-1])
        law[ids] = law.get(ids, 0) + p
    return law


def _candidates(ending: tuple[Edge, ...], routes: Any) -> list[Segmentation]:
    """The routes into a position, each the kept route to a token's start and the token."""
    return [(*routes[edge.start], edge) for edge in ending if routes[edge.start] is not None]


def _of_choices(lattice: Lattice, choice: Mapping[Edge, float]) -> Law:
    """The law of a sampler that goes back from the end and takes e into v with probability choice[e]."""
    return {ids_of(w): prod(choice[edge] for edge in w) for w in lattice.segmentations()}
