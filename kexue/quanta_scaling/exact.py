"""Exact sums over the quanta: frequencies, losses after n of them, and the exponents that a window of a fit would show.

All in float64. Quanta are numbered from 1; a = 0 and b = 1, so that a loss is the weight of what is not learned.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincc, zeta

FAR = 1000  # from here on the tail of the zeta sum is its integral with two corrections


def weights(gamma: float, count: int) -> np.ndarray:
    """k^(−γ−1) for k = 1 … count. (count,)

    Raises:
        ValueError: ``gamma`` or ``count`` is not positive.

    >>> weights(1.0, 3).round(3).tolist()
    [1.0, 0.25, 0.111]
    """
    if not gamma > 0 or count < 1:
        raise ValueError(
            f"gamma is {gamma} and count is {count}, expected a number above 0 and an integer of at least 1"
        )
    return np.arange(1, count + 1, dtype=float) ** (-gamma - 1)


def frequencies(gamma: float, count: int, *, truncated: bool = True) -> np.ndarray:
    """p_k = k^(−γ−1)/Z for k = 1 … count, with Z the sum of these or, if not ``truncated``, ζ(γ + 1). (count,)

    >>> float(frequencies(0.5, 10).sum().round(12))
    1.0
    """
    found = weights(gamma, count)
    return found / (found.sum() if truncated else zeta(gamma + 1))


def tails(gamma: float, count: int, *, truncated: bool = True) -> np.ndarray:
    """Weight of all quanta above n, for n = 0 … count; not ``truncated``, those above ``count`` too. (count + 1,)

    The infinite rest is ζ's (Hurwitz).

    >>> tails(1.0, 2).tolist()
    [1.0, 0.2, 0.0]
    """
    p = frequencies(gamma, count, truncated=truncated)
    rest = 0.0 if truncated else float(zeta(gamma + 1, count + 1) / zeta(gamma + 1))
    return np.append(np.cumsum(p[::-1])[::-1], 0.0) + rest


def after(gamma: float, samples: np.ndarray, count: int, need: int) -> np.ndarray:
    """Mean loss after D samples if a quantum is learned by ``need`` = τ of its own: Σ p_k P(Poisson(D p_k) < τ).

    With the infinite tail, none of which is learned (``count`` is to be far above what D reaches). (samples,)
    """
    p = frequencies(gamma, count, truncated=False)
    late = float(zeta(gamma + 1, count + 1) / zeta(gamma + 1))
    return np.array([(p * gammaincc(need, d * p)).sum() + late for d in samples])


def softly(gamma: float, samples: np.ndarray, count: int, need: float) -> np.ndarray:
    """Loss if quantum k is missed with probability e^(−D p_k/τ), with the infinite tail. (samples,)"""
    p = frequencies(gamma, count, truncated=False)
    late = float(zeta(gamma + 1, count + 1) / zeta(gamma + 1))
    return np.array([(p * np.exp(-d * p / need)).sum() + late for d in samples])


def exponent(x: np.ndarray, loss: np.ndarray) -> float:
    """Minus the slope of log loss over log x, by least squares; x of any base.

    Raises:
        ValueError: fewer than two points, or a number that has no logarithm.

    >>> round(exponent(np.array([1.0, 10, 100]), np.array([1.0, 0.1, 0.01])), 12)
    1.0
    """
    x, loss = np.asarray(x, float), np.asarray(loss, float)
    if len(x) != len(loss) or len(x) < 2 or not (np.isfinite(x * loss) & (x > 0) & (loss > 0)).all():
        raise ValueError(f"x is {x} and loss is {loss}, expected two or more positive numbers each")
    return -float(np.polyfit(np.log(x), np.log(loss), 1)[0])


def window(gamma: float, count: int, first: float, last: float, points: int = 40) -> float:
    """The exponent of n that a fit shows between ``first`` and ``last`` of ``count`` quanta: exact truncated sums.

    Between whole numbers of quanta log n interpolates the logarithm of the tail. Divide by γ + 1 for samples and steps.

    Raises:
        ValueError: the window is empty or reaches the last quantum, after which no loss is left.
    """
    if not 1 <= first < last < count:
        raise ValueError(f"window {first} to {last} of {count} quanta, expected 1 ≤ first < last < count")
    n = np.geomspace(first, last, points)
    left = tails(gamma, count)
    known = np.arange(1, count)
    return exponent(n, np.exp(np.interp(np.log(n), np.log(known), np.log(left[1:-1]))))


def local(gamma: float, part: float) -> float:
    """The derivation's local exponent γ/(1 − (n/K)^γ) where the part n/K of all quanta is learned.

    >>> round(local(0.4, 0.01), 3)
    0.475
    """
    return gamma / (1 - part**gamma)
