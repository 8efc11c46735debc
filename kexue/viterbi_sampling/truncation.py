"""Drawing from the n best segmentations: how far that is from the law of all of them, and whether a library does it.

Of the n best, each has e^{α·score}/M in the place of e^{α·score}/Z; M/Z is their share of the exact law, and the total
variation is what the others weigh, 1 − M/Z (derivation, "The n best").
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from kexue.unigram import Unigram

Tokens = tuple[bytes, ...]
Chances = dict[Tokens, float]
CELL = 5.0  # expected draws of a cell of χ²; rarer segmentations share one
SIGMAS = (
    6.0  # standard deviations of χ², √(2·degrees of freedom), that are still called chance: 1 in 10⁸ at many degrees
)


class Goodness(NamedTuple):
    """χ² of draws against a law.

    Args:
        statistic, freedom: χ² and its degrees of freedom.
        distance: total variation between the draws' frequencies and the law.
        strange: draws that have probability 0.
    """

    statistic: float
    freedom: int
    distance: float
    strange: int

    @property
    def tolerance(self) -> float:
        """SIGMAS·√(2·freedom)."""
        return SIGMAS * math.sqrt(2 * self.freedom)


def lost(model: Unigram, text: str, sizes: Sequence[int], alpha: float) -> Float64[np.ndarray, " sizes"]:
    """1 − M/Z of the n best, for each n of ``sizes``.

    >>> round(float(lost(Unigram({b"a": -1.0, b"aa": -2.0}), "aaa", [1], 0.0)[0]), 12)
    0.666666666667
    """
    scores = np.array([score for _, score in model.top_k(text, max(sizes))])
    shares = np.cumsum(np.exp(alpha * scores - model.log_partition(text, alpha)))
    return np.maximum(0.0, 1 - shares[np.minimum(sizes, len(scores)) - 1])


def top_law(model: Unigram, text: str, n: int | None, alpha: float) -> Chances:
    """The law of drawing from the n best; from all of them for None."""
    found = model.top_k(text, n or model.count_segmentations(text))
    weights = np.exp(alpha * (np.array([score for _, score in found]) - found[0][1]))
    tokens = [tuple(model.decode_bytes([i]) for i in ids) for ids, _ in found]
    return dict(zip(tokens, (weights / weights.sum()).tolist(), strict=True))


def distance(p: Mapping[Hashable, float], q: Mapping[Hashable, float]) -> float:
    """½ Σ |p(w) − q(w)|."""
    return math.fsum(abs(p.get(w, 0) - q.get(w, 0)) for w in {**p, **q}) / 2


def goodness(drawn: Iterable[Hashable], law: Mapping[Hashable, float]) -> Goodness:
    """χ² of draws against a law; segmentations of which fewer than CELL are expected form one cell.

    >>> goodness([("a",)] * 50 + [("b",)] * 50, {("a",): 0.5, ("b",): 0.5})
    Goodness(statistic=0.0, freedom=1, distance=0.0, strange=0)
    """
    counts = Counter(drawn)
    total, cells, rare = counts.total(), [], [0.0, 0.0]
    for w, p in law.items():
        if p * total >= CELL:
            cells.append((counts[w], p * total))
        else:
            rare = [rare[0] + counts[w], rare[1] + p * total]
    if rare[1] >= CELL:
        cells.append(tuple(rare))
    seen, expected = np.array(cells).T
    frequencies = {w: n / total for w, n in counts.items()}
    strange = sum(n for w, n in counts.items() if w not in law)
    return Goodness(
        float(((seen - expected) ** 2 / expected).sum()), len(cells) - 1, distance(frequencies, law), strange
    )
