"""The edges of a lattice as arrays, and what forced and forbidden boundaries leave of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float64, Int32, Int64

from kexue.errors import UnigramError
from kexue.unigram.compiling import compiled
from kexue.unigram.lattice import Lattice
from kexue.unigram.vocabulary import Vocabulary


@dataclass(frozen=True, eq=False)
class Edges:
    """The lattice of a text of n bytes: edge i is the token ``ids[i]``, written at ``starts[i]:ends[i]``.

    Edges come sorted by their end, the longest first (``starts`` ascending) where several end together. Edges of score
    −∞ are dropped.

    Args:
        starts, ends: 0 ≤ start < end ≤ n. int64 (edges,)
        ids: int32 (edges,)
        scores: log-probabilities. float64 (edges,)
        n: length of the text.

    Raises:
        UnigramError: lengths that differ, positions out of range or out of order, a score that is NaN or ∞.

    >>> Edges([0, 0, 1], [1, 2, 2], [0, 1, 0], [-1.0, -2.5, -np.inf], 2).ids
    array([0, 1], dtype=int32)
    """

    starts: Int64[np.ndarray, " edges"]
    ends: Int64[np.ndarray, " edges"]
    ids: Int32[np.ndarray, " edges"]
    scores: Float64[np.ndarray, " edges"]
    n: int

    def __post_init__(self):
        kinds = {"starts": np.int64, "ends": np.int64, "ids": np.int32, "scores": np.float64}
        arrays = {name: np.ascontiguousarray(getattr(self, name), dtype=kind) for name, kind in kinds.items()}
        shapes = {a.shape for a in arrays.values()}
        if len(shapes) != 1 or len(shapes.pop()) != 1:
            raise UnigramError(f"edges came as {', '.join(f'{k} {a.shape}' for k, a in arrays.items())}: one row each")
        _check(arrays["starts"], arrays["ends"], arrays["scores"], self.n)
        usable = arrays["scores"] > -np.inf
        for name, a in arrays.items():
            object.__setattr__(self, name, a if usable.all() else a[usable])

    def __len__(self) -> int:
        return len(self.ids)

    def where(self, kept: Bool[np.ndarray, " edges"]) -> Edges:
        """The edges at which ``kept`` is true."""
        return Edges(self.starts[kept], self.ends[kept], self.ids[kept], self.scores[kept], self.n)


def edges_of(text: str | bytes, vocabulary: Vocabulary) -> Edges:
    """The edges of ``vocabulary.prefix`` + text, found one substring after another: slow, and obviously right.

    >>> edges_of("aab", Vocabulary.of({b"a": -1.0, b"aa": -2.0})).ends
    array([1, 2, 2, 3])
    """
    return arrays_of(Lattice.of(text, vocabulary))


def arrays_of(lattice: Lattice) -> Edges:
    """The edges of a ``Lattice`` as arrays, in the same order."""
    columns = zip(*lattice.edges, strict=True) if lattice.edges else [()] * 4
    kinds = (np.int64, np.int64, np.int32, np.float64)
    return Edges(*(np.array(c, dtype=kind) for c, kind in zip(columns, kinds, strict=True)), lattice.n)


def constrained(edges: Edges, forced: Iterable[int] = (), forbidden: Iterable[int] = (), origin: int = 0) -> Edges:
    """The edges of the segmentations that have a boundary at every ``forced`` offset and at no ``forbidden`` one.

    An edge goes if start < b < end for a forced b, or if it starts or ends at a forbidden offset. The law under the
    constraints is that of the lattice which is left: P(w | forced, forbidden) ∝ e^{α·score(w)} on its paths.

    Args:
        forced, forbidden: byte offsets, 0 … n. The text's two ends are boundaries in any case.
        origin: where the text begins in the lattice, of which a prefix may be the start; offsets count from there.

    Raises:
        UnigramError: an offset out of range or both forced and forbidden; a boundary that no segmentation has, by name.

    >>> edges = edges_of("aab", Vocabulary.of({b"a": -1.0, b"aa": -2.0, b"b": -1.0}))
    >>> constrained(edges, forced=[1]).ids, constrained(edges, forbidden=[1]).ids
    (array([0, 0, 2], dtype=int32), array([1, 2], dtype=int32))
    """
    n = edges.n - origin
    forced, forbidden = _offsets(n, "forced", forced), _offsets(n, "forbidden", forbidden)
    if both := set(forced.tolist()) & set(forbidden.tolist()):
        raise UnigramError(f"offset {min(both)} is both forced and forbidden")
    if wrong := {0, n} & set(forbidden.tolist()):
        raise UnigramError(f"offset {min(wrong)} is an end of the text: it is a boundary, and cannot be forbidden")
    left = _without(edges, forbidden + origin) if len(forbidden) else edges
    if len(forbidden) and not reached(left)[edges.n]:
        raise UnigramError(f"every segmentation has a boundary at one of the forbidden offsets {forbidden.tolist()}")
    return _forced(left, forced[forced > 0], origin) if len(forced) else left


def reached(edges: Edges) -> Bool[np.ndarray, " n+1"]:
    """Whether some segmentation of the text passes through a position; all false where there is none."""
    forward, backward = _reach(edges.starts, edges.ends, edges.n)
    return forward & backward


def _without(edges: Edges, forbidden: np.ndarray) -> Edges:
    return edges.where(~np.isin(edges.starts, forbidden) & ~np.isin(edges.ends, forbidden))


def _forced(edges: Edges, forced: np.ndarray, origin: int) -> Edges:
    single = reached(edges)
    if (alone := forced[~single[forced + origin]]).size:
        raise UnigramError(f"no segmentation has a boundary at the forced offset {alone[0]}: every token crosses it")
    forced = forced + origin
    first_after = np.searchsorted(forced, edges.starts, side="right")  # the first forced offset that is > start
    bound = np.append(forced, edges.n)[first_after]
    left = edges.where(edges.ends <= bound)
    forward, _ = _reach(left.starts, left.ends, left.n)
    stops = np.unique([0, *forced, edges.n])
    for before, after in pairwise(stops):
        if not forward[after]:
            before, after = max(before - origin, 0), after - origin
            raise UnigramError(f"no token sequence leads from the forced offset {before} to {after}: free one of them")
    return left


def _offsets(n: int, name: str, offsets: Iterable[int]) -> np.ndarray:
    given = list(offsets)
    for b in given:
        if isinstance(b, bool) or not isinstance(b, int | np.integer) or not 0 <= b <= n:
            raise UnigramError(f"{name} lists {b!r}, expected byte offsets from 0 to {n}")
    return np.unique(np.array(given, dtype=np.int64))


def _check(starts: np.ndarray, ends: np.ndarray, scores: np.ndarray, n: int) -> None:
    wrong = np.flatnonzero((starts < 0) | (starts >= ends) | (ends > n))
    if wrong.size:
        i = wrong[0]
        raise UnigramError(f"edge {i} goes from {starts[i]} to {ends[i]}, expected 0 ≤ start < end ≤ {n}")
    later = (ends[1:] > ends[:-1]) | ((ends[1:] == ends[:-1]) & (starts[1:] >= starts[:-1]))
    if not later.all():
        raise UnigramError(f"edge {np.argmin(later) + 1} is out of order: sort by end, then by start")
    if (odd := np.flatnonzero(~(scores < np.inf))).size:
        raise UnigramError(f"the score of edge {odd[0]} is {scores[odd[0]]}, expected a log-probability")


@compiled()
def _reach(starts, ends, n):
    forward, backward = np.zeros(n + 1, np.bool_), np.zeros(n + 1, np.bool_)
    forward[0] = backward[n] = True
    for i in range(len(starts)):
        forward[ends[i]] |= forward[starts[i]]
    for i in range(len(starts) - 1, -1, -1):
        backward[starts[i]] |= backward[ends[i]]
    return forward, backward
