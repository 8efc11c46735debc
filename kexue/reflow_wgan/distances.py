"""The Wasserstein distance W₂ between two samples of equal size, exact."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist


def w2(x: Float[np.ndarray, "n d"], y: Float[np.ndarray, "n d"]) -> float:
    """√min_π (1/n) Σ |x_i − y_π(i)|², by POT where it is installed, and else by SciPy's assignment solver.

    Raises:
        ValueError: the samples differ in shape, or a number is not finite.

    >>> w2(np.array([[0.0], [3.0]]), np.array([[4.0], [0.0]]))
    0.7071067811865476
    """
    if x.shape != y.shape or x.ndim != 2:
        raise ValueError(f"samples of shape {x.shape} and {y.shape}: expected twice the same (n, d)")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("a sample has numbers that are not finite: the run that made it diverged")
    costs = cdist(x.astype(np.float64), y.astype(np.float64), "sqeuclidean")
    return float(np.sqrt(max(_cost(costs), 0.0)))


def _cost(costs: Float[np.ndarray, "n n"]) -> float:
    try:
        import ot  # noqa: PLC0415, not on every machine that runs the experiment
    except ImportError:
        rows, columns = linear_sum_assignment(costs)
        return float(costs[rows, columns].mean())
    uniform = np.full(len(costs), 1 / len(costs))
    return float(ot.emd2(uniform, uniform, costs))


def w2_line(x: Float[np.ndarray, "... n"], y: Float[np.ndarray, "... n"]) -> Float[np.ndarray, ...]:
    """The same on a line, where the sorted samples are paired; batched.

    >>> w2_line(np.array([0.0, 3.0]), np.array([4.0, 0.0])).item()
    0.7071067811865476
    """
    return np.sqrt(((np.sort(x, axis=-1) - np.sort(y, axis=-1)) ** 2).mean(axis=-1))
