"""What the pages show: words in which the best segmentation loses, as a table and as data of the explorer; the law of
tokens that are worth the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import sympy as sp

from kexue.proof.tables import Table
from kexue.unigram.lattice import Lattice
from kexue.unigram.vocabulary import Vocabulary
from kexue.viterbi_sampling.experiment import ORDERS, Bias, Result
from kexue.viterbi_sampling.lattices import edges
from kexue.viterbi_sampling.pairwise import Laws, draws, laws

GRID = np.array([0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0])
SHOWN = 30  # segmentations that a word of the explorer has at most


class Inverted(NamedTuple):
    """A string whose best segmentation is less probable than another one, which is the favourite."""

    law: Laws
    order: str
    favourite: int

    def chance(self, place: int, at: int) -> tuple[float, float]:
        """(drawn pairwise, exact)."""
        return float(self.law.kept[place, at]), float(self.law.exact[place, at])


def inverted(bias: Bias, order: str, most: int) -> list[Inverted]:
    """The strings in which the favourite leads by the largest factor, at the configured α."""
    found = [
        Inverted(law, order, int(law.kept[:, bias.at].argmax())) for law in bias.laws[order] if law.inverted[bias.at]
    ]

    def lead(case: Inverted) -> float:
        return float(case.law.kept[case.favourite, bias.at] / case.law.kept[case.law.best, bias.at])

    return sorted(found, key=lead, reverse=True)[:most]


def table(result: Result, most: int = 3) -> Table:
    """For each text and order some strings: the best and the favourite, each drawn pairwise / exact."""
    rows = []
    for name, bias in result.bias.items():
        for order in ORDERS:
            for case in inverted(bias, order, most):
                best, favourite = (
                    (case.law.spelled(place), "{:.3f} / {:.3f}".format(*case.chance(place, bias.at)))
                    for place in (case.law.best, case.favourite)
                )
                rows.append((name, f"{order} first", *best, *favourite))
    head = ("text", "order", "best", "pairwise / exact", "most probable", "pairwise / exact")
    return Table(f"The best segmentation is not the most probable, α = {result.config.alpha:g}", head, rows)


def distances_of_equal_scores(text: bytes, alphas: Sequence[float] = (0, 0.5, 1)) -> Table:
    """Total variation distance of pairwise acceptance from the exact law, where all tokens have one score.

    >>> distances_of_equal_scores(b"ab", [1])
    Distance from the exact law, tokens of equal score
    tokens                 first met  α = 1
    every piece            longest    0.0000
    every piece            shortest   0.0000
    one or two characters  longest    0.0000
    one or two characters  shortest   0.0000
    """
    pieces = [text[i:j] for i, j in edges(len(text))]
    rows = []
    for which, tokens in (("every piece", pieces), ("one or two characters", [x for x in pieces if len(x) <= 2])):
        lattice = Lattice.of(text, Vocabulary.of(dict.fromkeys(tokens, -1.0)))
        rows += [(which, order, *(f"{x:.4f}" for x in laws(lattice, alphas, order).distance)) for order in ORDERS]
    head = ("tokens", "first met", *(f"α = {alpha:g}" for alpha in alphas))
    return Table("Distance from the exact law, tokens of equal score", head, rows)


@dataclass(frozen=True)
class Shown:
    """What the explorer draws: case → its formulas and its measured frequencies over GRID."""

    exact: dict[str, dict[str, sp.Expr]]
    measured: dict[str, dict[str, list[float]]]
    errors: dict[str, dict[str, list[float]]]


def shown(result: Result, alpha: sp.Symbol, count: int) -> Shown:
    """The best segmentation and the second best, exact as formulas, and as drawn pairwise ``count`` times.

    Each text gives two strings of at most SHOWN segmentations, the ones farthest from the exact law, in both orders.
    """
    exact, measured, errors = ({"best": {}, "second": {}} for _ in range(3))
    for bias in result.bias.values():
        few = [i for i, n in enumerate(bias.counts) if n <= SHOWN]
        far = sorted(few, key=lambda i, bias=bias: -bias.distances("longest")[i, bias.at])[:2]
        for i in far:
            for order in ORDERS:
                law = bias.laws[order][i]
                case = f"{law.text.decode().strip()}, {order} first"
                second = int(law.scores.argsort()[-2])
                frequencies = _frequencies(law, order, count, result.config.seed)
                for key, place in (("best", law.best), ("second", second)):
                    exact[key][case] = _chance(law, place, alpha)
                    p = frequencies[place]
                    measured[key][case] = p.tolist()
                    errors[key][case] = np.sqrt(p * (1 - p) / count).tolist()
    return Shown(exact, measured, errors)


def _chance(law: Laws, place: int, alpha: sp.Symbol) -> sp.Expr:
    """1 / Σ_j e^{α(s_j − s_i)}."""
    gaps = np.round(law.scores - law.scores[place], 6)
    return 1 / sum((sp.exp(alpha * sp.Float(gap, 8)) for gap in gaps), sp.Integer(0))


def _frequencies(law: Laws, order: str, count: int, seed: int) -> np.ndarray:  # (segmentations, GRID)
    rows = []
    for k, a in enumerate(GRID):
        cuts = draws(law.lattice, float(a), count, np.random.default_rng([seed, 3, k]), order)
        rows.append([np.count_nonzero(cuts == cut) / count for cut in law.cuts])
    return np.array(rows).T
