"""What one pass forward and one backward know about P(w) = e^{α·score(w)} / Z: log Z, marginals, entropy, and more.

With w_e = e^{α·score(e)}, F(v) the sum of Π w_e over the paths from 0 to v and B(v) that from v to n,

    F(0) = 1,  F(v) = Σ_{e into v} F(start) w_e,     B(n) = 1,  B(v) = Σ_{e out of v} w_e B(end),     Z = F(n) = B(0).

A number is held as m·2^x with a float64 m and an integer x, so that no length leaves the range, and the error of log Z
is that of sums of positive numbers, some n·2⁻⁵³, not that of large logarithms. At α = ∞ everything is said of Viterbi's
segmentation alone, which is what is sampled there.

A text that has no segmentation is an error, never log Z = −∞.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64

from kexue.errors import UnigramError
from kexue.unigram.arithmetic import checked_alpha
from kexue.unigram.arrays import Edges, constrained, edges_of
from kexue.unigram.best import best_path, top_k
from kexue.unigram.scaled import backward_sums, forward_sums, scaled_exp, scaled_log, through

__all__ = [
    "Edges",
    "best_path",
    "constrained",
    "count_segmentations",
    "edges_of",
    "entropy",
    "expected_length",
    "expected_score",
    "log_partition",
    "log_prob",
    "marginals",
    "sample",
    "top_k",
]

LARGEST = 2.0**36  # of α·|score|: what is above has no digits left after the point that a sum could keep


def log_partition(edges: Edges, alpha: float = 1.0) -> float:
    """log Z = log Σ_w e^{α·score(w)} (article 9811), in nats.

    For α = ∞ its limit: −∞, or 0 where the best score is 0.

    Raises:
        UnigramError: there is no segmentation; α is negative, NaN, or so large that float64 cannot hold α·score.

    >>> from kexue.unigram.vocabulary import Vocabulary
    >>> edges = edges_of("aab", Vocabulary.of({b"a": -1.0, b"aa": -2.0, b"b": -1.0}))
    >>> log_partition(edges, 0) == math.log(2)
    True
    """
    if checked_alpha(alpha) == math.inf:
        return 0.0 if edges.scores[best_path(edges)].sum() == 0 else -math.inf
    m, x = _filter(edges, alpha)[1]
    return scaled_log(float(m[edges.n]), int(x[edges.n]))


def marginals(edges: Edges, alpha: float = 1.0) -> Float64[np.ndarray, " edges"]:
    """P(w goes through e) = F(start) w_e B(end) / Z = ∂ log Z / ∂ log w_e, for every edge.

    Raises:
        UnigramError: as ``log_partition``.

    >>> from kexue.unigram.vocabulary import Vocabulary
    >>> edges = edges_of("aab", Vocabulary.of({b"a": -1.0, b"aa": -2.0, b"b": -1.0}))
    >>> [round(float(p), 15) for p in marginals(edges)]  # a; aa, a; b
    [0.5, 0.5, 0.5, 1.0]
    """
    if checked_alpha(alpha) == math.inf:
        on_path = np.zeros(len(edges))
        on_path[best_path(edges)] = 1
        return on_path
    weights, forward = _filter(edges, alpha)
    backward = backward_sums(edges.starts, edges.ends, *weights, edges.n)
    return through(edges.starts, edges.ends, *weights, *forward, *backward)


def expected_length(edges: Edges, alpha: float = 1.0) -> float:
    """E[number of tokens] = Σ_e P(e). Raises as ``log_partition``."""
    return math.fsum(marginals(edges, alpha))


def expected_score(edges: Edges, alpha: float = 1.0) -> float:
    """E[score(w)] = Σ_e P(e) score(e) = ∂ log Z / ∂α. Raises as ``log_partition``."""
    return math.fsum(marginals(edges, alpha) * edges.scores)


def entropy(edges: Edges, alpha: float = 1.0) -> float:
    """H = −Σ_w P(w) log P(w) = log Z − α E[score], in nats.

    Computed as −Σ_e P(e) log(F(start) w_e / F(end)), of which every term is ≥ 0, so that nothing cancels. Raises as
    ``log_partition``.

    >>> from kexue.unigram.vocabulary import Vocabulary
    >>> edges = edges_of("aab", Vocabulary.of({b"a": -1.0, b"aa": -3.0, b"b": -1.0}))
    >>> abs(entropy(edges, 2) - (log_partition(edges, 2) - 2 * expected_score(edges, 2))) < 1e-14
    True
    """
    if checked_alpha(alpha) == math.inf:
        best_path(edges)
        return 0.0
    p = marginals(edges, alpha)
    q = _log_choices(edges, alpha)
    return math.fsum(-p[p > 0] * q[p > 0])


def log_prob(edges: Edges, ids: Sequence[int], alpha: float = 1.0) -> float:
    """log P(w) of the segmentation that these ids spell: α·score(w) − log Z = Σ_{e in w} log(F(start) w_e / F(end)).

    For α = ∞, 0 if it is Viterbi's and −∞ otherwise.

    Raises:
        UnigramError: the ids do not spell the text; and as ``log_partition``.

    >>> from kexue.unigram.vocabulary import Vocabulary
    >>> edges = edges_of("aab", Vocabulary.of({b"a": -1.0, b"aa": -2.0, b"b": -1.0}))
    >>> round(math.exp(log_prob(edges, [1, 2])), 15)
    0.5
    """
    path = _path(edges, ids)
    if checked_alpha(alpha) == math.inf:
        return 0.0 if np.array_equal(path, best_path(edges)) else -math.inf
    return math.fsum(_log_choices(edges, alpha)[path])


def sample(edges: Edges, alpha: float, generator: np.random.Generator) -> list[int]:
    """The ids of one segmentation drawn from P(w) ∝ e^{α·score(w)}, α finite, from the end of the text on.

    At v the last edge is e with probability F(start) w_e / F(v). Raises as ``log_partition``.

    >>> from kexue.unigram.vocabulary import Vocabulary
    >>> edges = edges_of("aab", Vocabulary.of({b"a": -1.0, b"aa": -2.0, b"b": -1.0}))
    >>> sample(constrained(edges, forced=[1]), 1, np.random.default_rng(0))
    [0, 0, 2]
    """
    choices = np.exp(_log_choices(edges, alpha))
    first = np.searchsorted(edges.ends, np.arange(edges.n + 2))
    ids, v = [], edges.n
    while v:
        shares = np.cumsum(choices[first[v] : first[v + 1]])
        e = first[v] + int(np.searchsorted(shares, generator.random() * shares[-1], side="right"))
        ids.append(int(edges.ids[e]))
        v = int(edges.starts[e])
    return ids[::-1]


def count_segmentations(edges: Edges) -> int:
    """Number of segmentations, exactly: C(0) = 1, C(v) = Σ C(start) over the edges into v; 0 where there are none.

    One addition of big integers an edge, of as many bits as the number has; a C(v) is forgotten after its last use.

    >>> from kexue.unigram.vocabulary import Vocabulary
    >>> count_segmentations(edges_of("a" * 101, Vocabulary.of({b"a" * k: -1.0 for k in range(1, 102)}))) == 2**100
    True
    """
    starts, ends = edges.starts.tolist(), edges.ends.tolist()
    counts, last = {0: 1}, {start: i for i, start in enumerate(starts)} | {edges.n: len(edges)}
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if start in counts and end in last:
            counts[end] = counts.get(end, 0) + counts[start]
        if last[start] == i:
            counts.pop(start, None)
    return counts.get(edges.n, 0)


def _path(edges: Edges, ids: Sequence[int]) -> np.ndarray:
    """The edges, in order, that the ids name."""
    wanted = np.flatnonzero(np.isin(edges.ids, np.unique(np.asarray(ids, dtype=np.int64))))
    at = {(s, i): e for s, i, e in zip(edges.starts[wanted].tolist(), edges.ids[wanted].tolist(), wanted, strict=True)}
    path, position = [], 0
    for k, i in enumerate(ids):
        if (edge := at.get((position, int(i)))) is None:
            raise UnigramError(f"id {int(i)}, the ids' entry {k}, is no token of the text at offset {position}")
        path.append(edge)
        position = int(edges.ends[edge])
    if position != edges.n:
        raise UnigramError(f"the ids spell {position} bytes of the text, which has {edges.n}")
    return np.array(path, dtype=np.int64)


def _filter(edges: Edges, alpha: float):
    """The edges' weights and F, each as (m, x)."""
    exponents = float(alpha) * edges.scores
    if len(edges) and not np.abs(exponents).max() < LARGEST:
        raise UnigramError(
            f"alpha is {alpha}, too large for float64 to tell scores apart: use None for the best segmentation"
        )
    weights = scaled_exp(exponents)
    forward = forward_sums(edges.starts, edges.ends, *weights, edges.n)
    if forward[0][edges.n] == 0:
        ahead = np.flatnonzero(forward[0])[-1]
        raise UnigramError(f"no segmentation: from offset {ahead} no token leads on")
    return weights, forward


def _log_choices(edges: Edges, alpha: float) -> np.ndarray:
    """log(F(start) w_e / F(end)), the probability with which a backward draw at ``end`` takes e; −∞ out of reach."""
    (w, wx), (m, x) = _filter(edges, alpha)
    s, e = edges.starts, edges.ends
    with np.errstate(divide="ignore", invalid="ignore"):
        chosen = np.log(m[s] * w / m[e]) + (x[s] + wx - x[e]) * math.log(2)
    return np.where(m[s] > 0, np.minimum(chosen, 0.0), -np.inf)
