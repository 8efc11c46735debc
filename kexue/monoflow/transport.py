"""2-Wasserstein distances between samples of the same size."""

from __future__ import annotations

import numpy as np
from torch import Tensor


def on_a_line(x: Tensor, y: Tensor) -> Tensor:
    """W₂ of samples on a line, exact by quantiles: (…, n) and (…, n) → (…).

    >>> import torch
    >>> float(on_a_line(torch.tensor([0.0, 2.0]), torch.tensor([3.0, 1.0])))
    1.0
    """
    return (x.sort(-1).values - y.sort(-1).values).square().mean(-1).sqrt()


def in_the_plane(x: np.ndarray, y: np.ndarray) -> float:
    """W₂ of two samples of the same size in ℝ^d, exact: by POT, or by SciPy's assignment where POT is not installed.

    Raises:
        ValueError: samples of different shapes.
    """
    if x.shape != y.shape or x.ndim != 2:
        raise ValueError(f"samples have shapes {x.shape} and {y.shape}, expected the same (points, dimensions)")
    cost = ((x[:, None] - y[None]).astype(float) ** 2).sum(-1)
    try:
        import ot
    except ImportError:
        from scipy.optimize import linear_sum_assignment

        return float(np.sqrt(cost[linear_sum_assignment(cost)].mean()))
    return float(np.sqrt(ot.emd2([], [], cost, numItermax=10**6)))
