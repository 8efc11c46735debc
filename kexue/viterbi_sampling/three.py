"""The derivation's closed form for three candidates, beside the law on a string that has three segmentations."""

from __future__ import annotations

from functools import cache

import numpy as np
from sympy import lambdify, symbols

from kexue.viterbi_sampling.lattices import naive_law
from kexue.viterbi_sampling.pairwise import Laws


@cache
def closed_form():
    """(weights of three candidates in their order) → their three probabilities, as the derivation has them."""
    weights = symbols("a b c", positive=True)
    return lambdify(weights, naive_law(weights), "numpy")


def nearest_closed_form(law: Laws) -> float:
    """The largest difference between a law of three segmentations and the closed form, in the order that fits best.

    Whichever way a lattice has exactly three routes, two of them meet first and the survivor meets the third; the order
    of the first two does not matter. So one of three orders must fit.
    """
    weights = np.exp((law.scores - law.scores.max())[:, None] * law.alphas)
    return min(_difference(law.kept, weights, order) for order in ((0, 1, 2), (0, 2, 1), (1, 2, 0)))


def _difference(kept: np.ndarray, weights: np.ndarray, order: tuple[int, ...]) -> float:
    predicted = np.array(closed_form()(*weights[list(order)]))
    return float(np.abs(predicted - kept[list(order)]).max())
