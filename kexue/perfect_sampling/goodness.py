"""How well draws agree with a law: Pearson's χ² with its degrees of freedom, and the total variation distance.

Cells are merged, the rarest first, until each expects `LEAST` draws: Pearson's limit law is too light in the far tail,
which is where a family of tests with a small error rate looks, as long as a cell expects few.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

Law = Mapping[Hashable, float]
LEAST = 50.0  # draws that a cell expects
LEVEL = 1e-6  # with which a page that is right fails: of all its tests together


@dataclass(frozen=True)
class Fit:
    """Counts of draws beside a law.

    Args:
        statistic: Σ (seen − expected)² / expected over the merged cells; ∞ where something was drawn that the law
            excludes.
        df: cells − 1.
        draws: how many.
        distance: total variation ½ Σ |seen/draws − p| over the cells as they are, none merged.
        noise: what ``distance`` would be on average if the law held.
    """

    statistic: float
    df: int
    draws: int
    distance: float
    noise: float

    @property
    def p(self) -> float:
        """Probability of a statistic at least as large if the law holds."""
        return float(chi2.sf(self.statistic, self.df)) if self.df else float(self.statistic < np.inf)

    def accepts(self, tests: int) -> bool:
        """Whether the law stands, as one of ``tests`` that together reject a true one with probability ≤ `LEVEL`."""
        return self.p >= LEVEL / tests


def fit(seen: Mapping[Hashable, int], law: Law, least: float = LEAST) -> Fit:
    """Compare counts with a law.

    Args:
        seen: what was drawn → how often.
        law: what can be drawn → its probability; sums to 1.
        least: draws that a merged cell expects at least.

    Raises:
        ValueError: nothing was drawn; the law does not sum to 1.

    >>> found = fit({"a": 460, "b": 540}, {"a": 0.5, "b": 0.5})
    >>> found.statistic, found.df, round(found.p, 4), round(found.distance, 4)
    (6.4, 1, 0.0114, 0.04)
    """
    draws = sum(seen.values())
    probabilities = np.array([float(p) for p in law.values()])
    if not draws or abs(probabilities.sum() - 1) > 1e-9:
        raise ValueError(f"{draws} draws, a law that sums to {probabilities.sum()}: expected some draws, and 1")
    counts = np.array([seen.get(w, 0) for w in law], dtype=float)
    outside = draws - counts.sum()
    distance = (np.abs(counts / draws - probabilities).sum() + outside / draws) / 2
    noise = np.sqrt(probabilities * (1 - probabilities) * 2 / (np.pi * draws)).sum() / 2
    cells = _merged(probabilities * draws, counts, least)
    statistic = ((cells[1] - cells[0]) ** 2 / cells[0]).sum() if not outside else np.inf
    return Fit(float(statistic), cells.shape[1] - 1, draws, float(distance), float(noise))


def _merged(expected: np.ndarray, counts: np.ndarray, least: float) -> np.ndarray:
    """(expected, counts) of merged cells; what is left over goes to the last."""
    cells, rest = [], np.zeros(2)
    for i in np.argsort(expected, kind="stable"):
        rest += expected[i], counts[i]
        if rest[0] >= least:
            cells.append(rest)
            rest = np.zeros(2)
    cells = cells or [np.zeros(2)]
    cells[-1] = cells[-1] + rest
    return np.array(cells).T  # (2, cells)
