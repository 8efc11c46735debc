"""One text's lattice in plain Python: every segmentation, and the law P(w) ∝ e^{α·score(w)} by enumeration.

The positions 0 … n stand between the text's bytes; a token that is written at start … end is an edge from start to end;
a segmentation is a path from 0 to n. Everything here is computed from its definition, by a sum over all paths. That
takes exponential time, and makes it what the fast code is tested against.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from typing import Any

from kexue.errors import UnigramError
from kexue.unigram.arithmetic import Field, Logarithms, Maximum, checked_alpha
from kexue.unigram.edges import Edge, as_bytes, in_order, tokens_in
from kexue.unigram.vocabulary import Vocabulary

CAP = 2**17  # segmentations that are listed without being asked twice


Segmentation = tuple[Edge, ...]
Law = dict[tuple[int, ...], Any]


@dataclass(frozen=True, eq=False)
class Lattice:
    """All segmentations of one text.

    Args:
        text: n bytes.
        edges: sorted by end, the longest of those that end together first.
        weights: e^{score} of each edge where it is known as an exact number (a fraction, an mpmath number, a SymPy
            symbol); with them the law is exact for integer α.

    >>> lattice = Lattice.weighted("aab", {b"a": Fraction(1, 2), b"b": Fraction(1, 4), b"ab": Fraction(1, 4)})
    >>> lattice.law(1)
    {(0, 2): Fraction(2, 3), (0, 0, 1): Fraction(1, 3)}
    >>> lattice.count, [lattice.spell(ids) for ids in lattice.law(1)]
    (2, [(b'a', b'ab'), (b'a', b'a', b'b')])
    """

    text: bytes
    edges: tuple[Edge, ...]
    weights: Mapping[Edge, Any] | None = None

    @staticmethod
    def of(text: str | bytes, vocabulary: Vocabulary) -> Lattice:
        """The lattice of ``vocabulary.prefix`` + text; the empty text stays empty.

        Bytes or characters that are no token are spelled as the vocabulary's ``unknown`` says. A token of score −∞
        gives no edge.

        Raises:
            UnigramError: a lone surrogate in ``text``.
        """
        data = as_bytes(text)
        data = vocabulary.prefix + data if data else data
        return Lattice(data, tokens_in(data, vocabulary))

    @staticmethod
    def weighted(text: str | bytes, weights: Mapping[bytes, Any]) -> Lattice:
        """The lattice whose tokens have exact weights; ids in the mapping's order, unknown bytes are not spelled.

        The edges' scores are the weights' logarithms, NaN for symbols.
        """
        data, tokens = as_bytes(text), list(weights)
        of_edge = {}
        for start in range(len(data)):
            for i, token in enumerate(tokens):
                if token and data.startswith(token, start):
                    of_edge[Edge(start, start + len(token), i, _log(weights[token]))] = weights[token]
        return Lattice(data, in_order(of_edge), of_edge)

    @property
    def n(self) -> int:
        return len(self.text)

    @cached_property
    def into(self) -> tuple[tuple[Edge, ...], ...]:
        """The edges that end at each position, the longest first."""
        ending: list[list[Edge]] = [[] for _ in range(self.n + 1)]
        for edge in self.edges:
            ending[edge.end].append(edge)
        return tuple(map(tuple, ending))

    @cached_property
    def counts(self) -> list[int]:
        """How many ways lead from 0 to each position: C(0) = 1, C(e) = Σ C(start) over the edges that end at e."""
        counts = [1]
        for ending in self.into[1:]:
            counts.append(sum(counts[edge.start] for edge in ending))
        return counts

    @property
    def count(self) -> int:
        """Number of segmentations."""
        return self.counts[self.n]

    def segmentations(self, cap: int = CAP) -> Iterator[Segmentation]:
        """Every path from 0 to n, once.

        Raises:
            UnigramError: there are none, or more than ``cap``.
        """
        self.segmentable()
        if self.count > cap:
            raise UnigramError(
                f"{self.count} segmentations, and at most {cap} are listed: shorten the text or raise cap"
            )
        return self._paths()

    def _paths(self) -> Iterator[Segmentation]:
        unfinished: list[tuple[int, Segmentation]] = [(self.n, ())]  # a position and a path from there to n
        while unfinished:
            position, path = unfinished.pop()
            if position == 0:
                yield path
            unfinished += [
                (edge.start, (edge, *path)) for edge in reversed(self.into[position]) if self.counts[edge.start]
            ]

    def weigh(self, alpha: float) -> tuple[type[Field], dict[Edge, Any]]:
        """The arithmetic that α calls for, and each edge's weight e^{α·score} in it."""
        alpha = checked_alpha(alpha)
        if alpha == math.inf:
            return Maximum, {edge: edge.score for edge in self.edges}
        if alpha == 0:
            return Field, dict.fromkeys(self.edges, Fraction(1))
        if self.weights is not None and alpha == int(alpha):
            return Field, {edge: weight ** int(alpha) for edge, weight in self.weights.items()}
        return Logarithms, {edge: alpha * edge.score for edge in self.edges}

    def law(self, alpha: float = 1.0, cap: int = CAP) -> Law:
        """P(w) = e^{α·score(w)} / Z for every segmentation, named by its ids; all on Viterbi's for α = ∞.

        A fraction where α = 0, and where the lattice has rational weights and α is an integer.

        Raises:
            UnigramError: no segmentation, or more than ``cap``; α that is no number ≥ 0.
        """
        if checked_alpha(alpha) == math.inf:
            best = self.viterbi()
            return {ids_of(w): float(w == best) for w in self.segmentations(cap)}
        arithmetic, weight = self.weigh(alpha)
        of_path = {
            ids_of(w): reduce(arithmetic.times, (weight[edge] for edge in w), arithmetic.one)
            for w in self.segmentations(cap)
        }
        Z = reduce(arithmetic.plus, of_path.values(), arithmetic.zero)
        return {ids: arithmetic.ratio(value, Z) for ids, value in of_path.items()}

    def log_partition(self, alpha: float = 1.0) -> float:
        """log Z = log Σ_w e^{α·score(w)}; its limit for α = ∞, −∞ unless the best score is 0."""
        if checked_alpha(alpha) == math.inf:
            return 0.0 if sum(edge.score for edge in self.viterbi()) == 0 else -math.inf
        arithmetic, weight = self.weigh(alpha)
        paths = (reduce(arithmetic.times, (weight[edge] for edge in w), arithmetic.one) for w in self.segmentations())
        return arithmetic.log(reduce(arithmetic.plus, paths, arithmetic.zero))

    def marginals(self, alpha: float = 1.0) -> dict[Edge, Any]:
        """The probability that a segmentation goes through an edge."""
        law, through = self.law(alpha), dict.fromkeys(self.edges, 0)
        for w in self.segmentations():
            for edge in w:
                through[edge] += law[ids_of(w)]
        return through

    def entropy(self, alpha: float = 1.0) -> float:
        """H = −Σ P(w) log P(w), in nats."""
        return -math.fsum(p * math.log(p) for p in map(float, self.law(alpha).values()) if p > 0)

    def expected_length(self, alpha: float = 1.0) -> Any:
        """E[number of tokens]."""
        return sum(p * len(ids) for ids, p in self.law(alpha).items())

    def best(self, k: int) -> list[tuple[tuple[int, ...], float]]:
        """The k segmentations of highest score (ids, score), or all where there are fewer."""
        scored = [(ids_of(w), sum(edge.score for edge in w)) for w in self.segmentations()]
        return sorted(scored, key=lambda pair: -pair[1])[:k]

    def viterbi(self) -> Segmentation:
        """The best segmentation: best(e) = max best(start) + score; of equal candidates the longest token stays."""
        self.segmentable()
        best, back = [0.0, *[-math.inf] * self.n], {}
        for edge in self.edges:
            if (score := best[edge.start] + edge.score) > best[edge.end]:
                best[edge.end], back[edge.end] = score, edge
        return trace(back, self.n)

    def spell(self, ids: tuple[int, ...]) -> tuple[bytes, ...]:
        """The tokens of a segmentation that is named by its ids."""
        at, tokens = {(edge.start, edge.id): edge.end for edge in self.edges}, []
        position = 0
        for i in ids:
            if (position, i) not in at:
                raise UnigramError(f"the id {i} is no token of the text at offset {position}")
            tokens.append(self.text[position : at[position, i]])
            position = at[position, i]
        return tuple(tokens)

    def segmentable(self) -> None:
        """Raises UnigramError, with the byte at which every route breaks off, where there is no segmentation."""
        if self.count == 0:
            at = max(position for position, ways in enumerate(self.counts) if ways)
            raise UnigramError(
                f"no segmentation: the byte 0x{self.text[at]:02X} at offset {at} cannot be spelled by the tokens"
            )


def ids_of(w: Segmentation) -> tuple[int, ...]:
    """The ids of a segmentation, by which laws name it."""
    return tuple(edge.id for edge in w)


def trace(back: Mapping[int, Edge], position: int) -> Segmentation:
    """The path to ``position`` along back-pointers, each the last edge of a path to its end."""
    path = []
    while position:
        path.append(back[position])
        position = back[position].start
    return tuple(reversed(path))


def _log(weight: Any) -> float:
    try:
        return float(math.log(weight))
    except TypeError:  # a symbol
        return math.nan
