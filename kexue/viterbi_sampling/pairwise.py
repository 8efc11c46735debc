"""The whole law of pairwise acceptance on a text's lattice, for many α at once, and draws from it.

At each position the kept route meets the candidates one by one; given the scores s₁, s₂, … that they reach, the chance
that one is kept in the end is

    P(k, k) = Σ_i P(i, k − 1) σ(α(s_k − s_i)),     P(i, k) = P(i, k − 1) σ(α(s_i − s_k)),

as the derivation proves. What makes a law of it on a lattice is that candidates share their beginnings: the routes that
are kept at all positions from which a token still leads on are carried together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float64, Int64
from scipy.special import expit, softmax

from kexue.errors import UnigramError
from kexue.unigram.lattice import Lattice

MOST = 10**6  # sets of kept routes that are carried together
ROUNDING = 1e-9
LONGEST = 62  # bytes of a text: the cuts of a segmentation are the bits of an int64


@dataclass(frozen=True, eq=False)
class Laws:
    """Every segmentation of a text, with its probability under pairwise acceptance, and the exact one.

    Args:
        lattice: the text's.
        cuts: the segmentations, bit e set where a token ends at e. int64 (segmentations,)
        scores: of the segmentations. float64 (segmentations,)
        alphas: float64 (alphas,)
        kept: probabilities under pairwise acceptance. float64 (segmentations, alphas)
    """

    lattice: Lattice
    cuts: Int64[np.ndarray, " segmentations"]
    scores: Float64[np.ndarray, " segmentations"]
    alphas: Float64[np.ndarray, " alphas"]
    kept: Float64[np.ndarray, "segmentations alphas"]

    @property
    def text(self) -> bytes:
        """The text's bytes."""
        return self.lattice.text

    @cached_property
    def exact(self) -> Float64[np.ndarray, "segmentations alphas"]:
        """e^{α·score} / Z."""
        return softmax(self.scores[:, None] * self.alphas, axis=0)

    @property
    def distance(self) -> Float64[np.ndarray, " alphas"]:
        """Total variation, ½ Σ |kept − exact|."""
        return np.abs(self.kept - self.exact).sum(axis=0) / 2

    @property
    def best(self) -> int:
        """The place of the segmentation of highest score."""
        return int(self.scores.argmax())

    @property
    def gain(self) -> Float64[np.ndarray, " alphas"]:
        """How many times as probable as it should be the best segmentation is."""
        return self.kept[self.best] / self.exact[self.best]

    @property
    def inverted(self) -> np.ndarray:
        """For each α whether a segmentation of lower score is more probable than the best, by more than rounding."""
        worse = self.scores < self.scores[self.best] - ROUNDING
        return (self.kept * worse[:, None]).max(axis=0) > self.kept[self.best] * (1 + ROUNDING)

    def spelled(self, place: int) -> str:
        """A segmentation in words, a space shown as ␣."""
        return " ".join(token.decode(errors="backslashreplace").replace(" ", "␣") for token in self.tokens(place))

    def tokens(self, place: int) -> list[bytes]:
        """The tokens of a segmentation."""
        ends = [e for e in range(1, len(self.text) + 1) if self.cuts[place] >> e & 1]
        return [self.text[a:b] for a, b in zip([0, *ends], ends, strict=False)]


def tournament(
    reached: Float64[np.ndarray, "states candidates"], alphas: Float64[np.ndarray, " alphas"]
) -> Float64[np.ndarray, "states candidates alphas"]:
    """The probability that each of the candidates, met in this order, is the one kept.

    >>> tournament(np.zeros((1, 3)), np.ones(1)).ravel().tolist()
    [0.25, 0.25, 0.5]
    """
    kept = np.zeros((*reached.shape, len(alphas)))
    kept[:, 0] = 1
    for k in range(1, reached.shape[1]):
        gap = (reached[:, k, None] - reached[:, :k])[..., None] * alphas
        kept[:, k] = (kept[:, :k] * expit(gap)).sum(axis=1)
        kept[:, :k] *= expit(-gap)
    return kept


def laws(lattice: Lattice, alphas, order: str = "longest") -> Laws:
    """Both laws on a lattice.

    Args:
        alphas: finite, ≥ 0.
        order: which of the tokens that end together is met first, the "longest" (as in BytePiece) or the "shortest".

    Raises:
        UnigramError: no segmentation, a text that is too long, an unknown order.

    >>> lattice = Lattice.weighted("abc", dict.fromkeys([b"a", b"b", b"c", b"ab", b"bc", b"abc"], 1))
    >>> laws(lattice, [1.0]).kept.ravel().tolist()  # abc; a bc; ab c, a b c
    [0.25, 0.25, 0.25, 0.25]
    """
    _check(lattice, order)
    alphas = np.asarray(alphas, dtype=np.float64)
    cuts, scores = np.zeros(1, np.int64), np.zeros(1)  # of the routes that are known, all of them
    states, columns, p = np.zeros((1, 1), np.int64), [0], np.ones((1, len(alphas)))
    leads_to = {edge.start: edge.end for edge in sorted(lattice.edges, key=lambda edge: edge.end)}
    for end in range(1, lattice.n + 1):
        into = _candidates(lattice, end, order)
        live = [i for i, position in enumerate(columns) if leads_to[position] > end]
        if not into:  # inside of every token
            continue
        routes = []
        for edge in into:
            known, route = np.unique(states[:, columns.index(edge.start)], return_inverse=True)
            routes.append(len(cuts) + route)
            cuts = np.concatenate([cuts, cuts[known] | 1 << end])
            scores = np.concatenate([scores, scores[known] + edge.score])
        chances = tournament(scores[np.stack(routes, axis=1)], alphas)
        rest = states[:, live]
        grown = np.concatenate([np.column_stack([rest, route]) for route in routes])
        states, p = _merged(grown, np.concatenate([p * chances[:, k] for k in range(len(into))]))
        columns = [*(columns[i] for i in live), end]
    ends = states[:, columns.index(lattice.n)]
    return Laws(lattice, cuts[ends], scores[ends], alphas, p)


def draws(
    lattice: Lattice, alpha: float, count: int, generator: np.random.Generator, order: str = "longest"
) -> Int64[np.ndarray, " draws"]:
    """The cuts of segmentations drawn by pairwise acceptance, side by side: one random number for each edge.

    Raises:
        UnigramError: as `laws`.
    """
    _check(lattice, order)
    reached = np.full((lattice.n + 1, count), -np.inf)
    cuts, reached[0] = np.zeros((lattice.n + 1, count), np.int64), 0
    for end in range(1, lattice.n + 1):
        for first, edge in enumerate(_candidates(lattice, end, order)):
            new = reached[edge.start] + edge.score
            chance = expit(alpha * (new - reached[end])) if first else 1.0
            accepted = generator.random(count) < chance
            reached[end] = np.where(accepted, new, reached[end])
            cuts[end] = np.where(accepted, cuts[edge.start] | 1 << end, cuts[end])
    return cuts[lattice.n]


def _candidates(lattice: Lattice, end: int, order: str) -> list:
    """The tokens that end here and begin where some route ends, in the order in which they are met."""
    into = [edge for edge in lattice.into[end] if lattice.counts[edge.start]]
    return into if order == "longest" else into[::-1]


def _merged(states: np.ndarray, p: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """States that are equal become one."""
    if len(states) > MOST:
        raise UnigramError(f"{len(states)} sets of routes, and at most {MOST} are carried together: shorten the text")
    states, place = np.unique(states, axis=0, return_inverse=True)
    total = np.zeros((len(states), p.shape[1]))
    np.add.at(total, place.ravel(), p)
    return states, total


def _check(lattice: Lattice, order: str) -> None:
    lattice.segmentable()
    if order not in ("longest", "shortest"):
        raise UnigramError(f"order is {order!r}, expected 'longest' or 'shortest'")
    if not 0 < lattice.n <= LONGEST:
        raise UnigramError(f"the text has {lattice.n} bytes, expected 1 to {LONGEST}")
