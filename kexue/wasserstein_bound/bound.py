"""The theorem's right side, by quadrature: ∫_t^T e^{∫_t^s L} e_s ds + e^{∫_t^T L} W_T, for every t at once.

The time at which it is read may be any, since the theorem holds for every interval of time.
"""

from __future__ import annotations

from math import exp, log, sqrt

import torch
from torch import Tensor

KAPPA = {"ODE": 0.5, "SDE": 1.0}


def cumulative(values: Tensor, times: Tensor) -> Tensor:
    """∫ from the first time to every other, by the trapezoidal rule, over the last dimension.

    >>> cumulative(torch.tensor([0.0, 1.0, 2.0]), torch.tensor([0.0, 1.0, 2.0])).tolist()
    [0.0, 0.5, 2.0]
    """
    steps = (values[..., 1:] + values[..., :-1]) / 2 * torch.diff(times, dim=-1)
    return torch.cat([torch.zeros_like(values[..., :1]), torch.cumsum(steps, dim=-1)], dim=-1)


def bound(L: Tensor, error: Tensor, times: Tensor, start: Tensor) -> Tensor:
    """The bound at every time.

    Args:
        L: (..., times), the constant of minus the drift.
        error: (..., times), (E‖f − g‖²)^½.
        times: (..., times), rising, the last one T.
        start: (...), W₂[p_T, q_T].

    Returns:
        (..., times).
    """
    grown = cumulative(L, times)
    errors = cumulative(torch.exp(grown) * error, times)
    whole = errors[..., -1:] - errors + torch.exp(grown[..., -1:]) * start[..., None]
    return torch.exp(-grown) * whole


def gaussian_distance(variance: float, delta: float, T: float) -> float:
    """W₂ at the data of Gaussian data under the ODE with the constant error δ, where the bound is attained (β = 1).

    (δ/2)√v_0 [t + 2 log(1 + √(1 + (v_0 − 1)e^{−t}))] from 0 to T, the line `right_sign` of the derivation.

    >>> round(gaussian_distance(4, 0.1, 5), 4)
    0.4199
    """
    return delta / 2 * sqrt(variance) * (_primitive(variance, T) - _primitive(variance, 0))


def article_bound(variance: float, delta: float, T: float) -> float:
    """What the other sign of the Lipschitz condition claims in the same case, the line `wrong_sign`.

    >>> round(article_bound(4, 0.1, 5), 4)
    0.1545
    """
    roots = [sqrt(1 + (variance - 1) * exp(-t)) for t in (0, T)]
    inside = _primitive(variance, T) - _primitive(variance, 0) - 2 * (roots[1] - roots[0])
    return delta / 2 / sqrt(variance) * inside


def _primitive(variance: float, t: float) -> float:
    return t + 2 * log(1 + sqrt(1 + (variance - 1) * exp(-t)))
