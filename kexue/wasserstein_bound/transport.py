"""W₂ between clouds: exact on a line, from below in every direction, exact in the plane for few particles."""

from __future__ import annotations

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from kexue.errors import KexueError


def coupling(x: Tensor, y: Tensor, *, dims: int = 1) -> Tensor:
    """(E‖x − y‖²)^½ over the particles of matched clouds.

    Args:
        x, y: (..., particles) on a line, (..., particles, dim) with ``dims=2``.
    """
    squares = (x - y) ** 2
    return torch.sqrt((squares.sum(-1) if dims == 2 else squares).mean(-1))


def on_line(x: Tensor, y: Tensor) -> Tensor:
    """W₂ of equally many particles on a line: the sorted clouds, matched.

    >>> on_line(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 0.0])).item()
    0.0
    """
    return coupling(torch.sort(x, dim=-1).values, torch.sort(y, dim=-1).values)


def sliced(x: Tensor, y: Tensor, directions: int = 32) -> Tensor:
    """The largest W₂ of the clouds' projections on evenly spread directions of the plane: never more than W₂.

    Args:
        x, y: (..., particles, 2).
    """
    best = x.new_zeros(x.shape[:-2])
    for angle in torch.arange(directions, dtype=x.dtype) * (torch.pi / directions):
        unit = torch.stack([torch.cos(angle), torch.sin(angle)]).to(x.device)
        best = torch.maximum(best, on_line(x @ unit, y @ unit))
    return best


def exact(x: np.ndarray, y: np.ndarray) -> float:
    """W₂ of two clouds of equally many particles, by POT's network simplex or, without POT, SciPy's assignment.

    Args:
        x, y: (particles, dim).

    Raises:
        KexueError: POT could not solve it.
    """
    cost = ((x[:, None] - y[None]) ** 2).sum(-1)
    try:
        import ot  # a GPU machine may lack it
    except ImportError:
        rows, columns = linear_sum_assignment(cost)
        return float(np.sqrt(cost[rows, columns].mean()))
    uniform = np.full(len(x), 1 / len(x))
    squared, log = ot.emd2(uniform, uniform, cost, numItermax=10**7, log=True)
    if log["warning"]:
        raise KexueError(f"POT did not solve the transport of {len(x)} particles: {log['warning']}; take fewer")
    return float(np.sqrt(squared))
