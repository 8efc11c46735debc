"""The Wasserstein distance W₂ of a sample, exact."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist


def w2(x: Float[np.ndarray, "n d"], y: Float[np.ndarray, "m d"]) -> float:
    """W₂ of n points to m points, each side of equal weights, by POT or else by SciPy's assignment solver.

    Raises:
        ValueError: n is not a multiple of m, the dimensions differ, or a number is not finite.

    >>> w2(np.array([[0.0], [3.0]]), np.array([[4.0], [0.0]]))
    0.7071067811865476
    """
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1] or not len(y) or len(x) % len(y):
        raise ValueError(f"samples of shape {x.shape} and {y.shape}: expected (n, d) and (m, d), n a multiple of m")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("a sample has numbers that are not finite: the run that made it diverged")
    costs = cdist(x.astype(np.float64), y.astype(np.float64), "sqeuclidean")
    return float(np.sqrt(max(_cost(costs), 0.0)))


def _cost(costs: Float[np.ndarray, "n m"]) -> float:
    n, m = costs.shape
    try:
        import ot  # not on every machine that runs the experiment
    except ImportError:
        return assigned(costs)
    return float(ot.emd2(np.full(n, 1 / n), np.full(m, 1 / m), costs))


def assigned(costs: Float[np.ndarray, "n m"]) -> float:
    """The least mean cost where each of the m takes n/m of the n: an assignment to so many copies."""
    copies = np.repeat(costs, len(costs) // costs.shape[1], axis=1)
    rows, columns = linear_sum_assignment(copies)
    return float(copies[rows, columns].mean())


def w2_line(x: Float[np.ndarray, "... n"], y: Float[np.ndarray, "... n"]) -> Float[np.ndarray, ...]:
    """The same on a line, where the sorted samples are paired; batched.

    >>> w2_line(np.array([0.0, 3.0]), np.array([4.0, 0.0])).item()
    0.7071067811865476
    """
    return np.sqrt(((np.sort(x, axis=-1) - np.sort(y, axis=-1)) ** 2).mean(axis=-1))
