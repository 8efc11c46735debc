"""The best segmentation, and the k best, exactly: the k shortest paths of a lattice.

Let best(v) be the best score of a path from 0 to v, and each v keep the edge that gives it. Any other edge e into v is
a detour of cost δ(e) = best(v) − best(start) − score(e) ≥ 0, and a path is named by the detours that it takes, from
the last to the first; its score is best(n) − Σ δ. The detours within reach of v, with no other behind them, are those
of the positions on v's best path: a heap H(v) that is H(the kept edge's start) with v's own detours put in, sharing all
else with it. So the k best paths come off one queue: after (…, e) follow e's children in its heap in the place of e,
and the root of H(start of e) behind it. Eppstein, Finding the k shortest paths, SIAM J. Comput. 28, 1998.
"""

from __future__ import annotations

import heapq
import itertools
import math

import numpy as np
from jaxtyping import Int64

from kexue.errors import UnigramError
from kexue.unigram.arrays import Edges
from kexue.unigram.compiling import compiled

Heap = tuple  # (δ, edge, rank, left, right), a leftist heap; () is the empty one


def best_path(edges: Edges) -> Int64[np.ndarray, " tokens"]:
    """Viterbi's segmentation, as places in ``edges``: best(v) = max best(start) + score over the edges into v.

    Of equal candidates the one that comes first in ``edges`` stays, the longest.

    Raises:
        UnigramError: there is no segmentation.

    >>> best_path(Edges([0, 0, 1], [1, 2, 2], [0, 1, 0], [-1.0, -2.0, -1.0], 2))
    array([1])
    """
    _, kept = _viterbi(edges.starts, edges.ends, edges.scores, edges.n)
    _segmentable(kept, edges)
    return _walk(edges.starts, edges.ends, kept, edges.n, np.empty(0, np.int64))


def top_k(edges: Edges, k: int) -> list[tuple[list[int], float]]:
    """The k segmentations of highest score, best first, as (ids, score); all of them where there are fewer than k.

    The first is Viterbi's. Scores are sums from left to right; the order of two whose scores differ by less than the
    rounding of such sums is not defined, nor which of them is the last of the k. Time O(edges + k·tokens), and the
    logarithms of the heaps' sizes.

    Raises:
        UnigramError: there is no segmentation; k is no positive integer.

    >>> top_k(Edges([0, 0, 1], [1, 2, 2], [0, 1, 0], [-1.0, -1.5, -1.0], 2), 5)
    [([1], -1.5), ([0, 0], -2.0)]
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise UnigramError(f"k is {k!r}, expected a positive integer")
    best, kept = _viterbi(edges.starts, edges.ends, edges.scores, edges.n)
    _segmentable(kept, edges)
    found = []
    for detours in _cheapest(edges, best, kept, k):
        path = _walk(edges.starts, edges.ends, kept, edges.n, np.array(detours, dtype=np.int64))
        found.append((edges.ids[path].tolist(), float(np.cumsum([0.0, *edges.scores[path]])[-1])))
    return sorted(found, key=lambda pair: -pair[1])


def _cheapest(edges: Edges, best: np.ndarray, kept: np.ndarray, k: int) -> list[list[int]]:
    """The detours, from the last in the text to the first, of the k cheapest paths."""
    paths: list[list[int]] = [[]]
    if k == 1:
        return paths
    heaps, starts, serial = _heaps(edges, best, kept), edges.starts.tolist(), itertools.count()
    queue: list = []  # (cost, serial number, cost without the last detour, heap at the last detour, those before it)

    def push(base: float, heap: Heap, before: tuple) -> None:
        if heap:
            heapq.heappush(queue, (base + heap[0], next(serial), base, heap, before))

    push(0.0, heaps[edges.n], ())
    while queue and len(paths) < k:
        cost, _, base, heap, before = heapq.heappop(queue)
        last = (heap[1], before)
        paths.append(_listed(last))
        push(base, heap[3], before)
        push(base, heap[4], before)
        push(cost, heaps[starts[heap[1]]], last)
    return paths


def _listed(linked: tuple) -> list[int]:
    detours = []
    while linked:
        edge, linked = linked
        detours.append(edge)
    return detours[::-1]


def _heaps(edges: Edges, best: np.ndarray, kept: np.ndarray) -> list[Heap]:
    """H(v) for every position."""
    with np.errstate(invalid="ignore"):
        cost = best[edges.ends] - (best[edges.starts] + edges.scores)  # δ; NaN or ∞ where no path leads
    usable = np.isfinite(cost) & (kept[edges.ends] != np.arange(len(edges)))
    starts, heaps, at = edges.starts.tolist(), [()] * (edges.n + 1), 0
    detours = np.flatnonzero(usable)
    columns = list(zip(edges.ends[detours].tolist(), cost[detours].tolist(), detours.tolist(), strict=True))
    for v, edge in enumerate(kept.tolist()):
        heap = heaps[starts[edge]] if edge >= 0 else ()
        while at < len(columns) and columns[at][0] == v:
            heap = _merge((columns[at][1], columns[at][2], 1, (), ()), heap)
            at += 1
        heaps[v] = heap
    return heaps


def _merge(a: Heap, b: Heap) -> Heap:
    """The union of two leftist heaps, in new nodes along their right spines only."""
    if not a or not b:
        return a or b
    if b[:2] < a[:2]:
        a, b = b, a
    left, right = a[3], _merge(a[4], b)
    if not left or left[2] < right[2]:
        left, right = right, left
    return (a[0], a[1], 1 + (right[2] if right else 0), left, right)


def _segmentable(kept: np.ndarray, edges: Edges) -> None:
    if edges.n and kept[edges.n] < 0:
        ahead = max(0, *np.flatnonzero(kept >= 0).tolist(), 0)
        raise UnigramError(f"no segmentation: from offset {ahead} no token leads on")


@compiled()
def _viterbi(starts, ends, scores, n):
    best, kept = np.full(n + 1, -math.inf), np.full(n + 1, -1)
    best[0] = 0.0
    for i in range(len(starts)):
        score = best[starts[i]] + scores[i]
        if score > best[ends[i]]:
            best[ends[i]], kept[ends[i]] = score, i
    return best, kept


@compiled()
def _walk(starts, ends, kept, n, detours):
    """The path from 0 to n along kept edges, but for the detours, listed from the last to the first."""
    path, tokens, position, taken = np.empty(n, np.int64), 0, n, 0
    while position > 0:
        edge = kept[position]
        if taken < len(detours) and ends[detours[taken]] == position:
            edge = detours[taken]
            taken += 1
        path[tokens] = edge
        tokens += 1
        position = starts[edge]
    return path[:tokens][::-1].copy()
