"""Particles of normal laws, with their closed forms: p = N(0, 1), q_t = N(m, v), velocity c ((x − m)/v − x), c = ±1.

c = 1 is h = identity, c = −1 the decreasing h. The particles' own mean and variance stand for m and v, so that what
differs from the closed forms is the step of Euler's method alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

STARTS = ((2.0, 0.25), (-1.0, 4.0), (3.0, 1.0))  # (m_0, v_0)


def moments(m_0: Tensor, v_0: Tensor, t: float, c: float = 1.0) -> tuple[Tensor, Tensor]:
    """m(t) = m_0 e^(−ct) and v(t) = 1 + (v_0 − 1) e^(−2ct).

    >>> m, v = moments(torch.tensor(1.0), torch.tensor(3.0), 0.0)
    >>> float(m), float(v)
    (1.0, 3.0)
    """
    return m_0 * np.exp(-c * t), 1 + (v_0 - 1) * np.exp(-2 * c * t)


def divergence(m: Tensor, v: Tensor) -> Tensor:
    """KL(N(m, v) ‖ N(0, 1)) = (m² + v − 1 − log v)/2."""
    return (m**2 + v - 1 - v.log()) / 2


@dataclass(frozen=True)
class Travel:
    """Particles on their way.

    Args:
        dt: Euler's step.
        error: largest |mean − m(t)| and |variance − v(t)| over starts and times.
        times: at which the moments are kept.
        mean, variance: (time, start) of the particles.
        exact_mean, exact_variance: m(t) and v(t).
    """

    dt: float
    error: float
    times: np.ndarray
    mean: np.ndarray
    variance: np.ndarray
    exact_mean: np.ndarray
    exact_variance: np.ndarray


def cloud(count: int, generator: torch.Generator, device: torch.device) -> Tensor:
    """Particles of every start, standardised so that their mean and variance are m_0 and v_0. Shape (start, count)."""
    noise = torch.randn(len(STARTS), count, generator=generator, dtype=torch.float64).to(device)
    noise = (noise - noise.mean(1, keepdim=True)) / noise.std(1, keepdim=True, correction=0)
    m_0, v_0 = torch.tensor(STARTS, dtype=torch.float64, device=device).T
    return m_0[:, None] + v_0.sqrt()[:, None] * noise


def travel(x: Tensor, dt: float, horizon: float, kept: int = 40) -> Travel:
    """Move the particles by Euler's method up to a horizon, all starts at once."""
    steps = round(horizon / dt)
    found, times = [], []
    m_0, v_0 = x.mean(1), x.var(1, correction=0)
    for step in range(steps + 1):
        m, v = x.mean(1, keepdim=True), x.var(1, keepdim=True, correction=0)
        if step % max(steps // kept, 1) == 0:
            found.append(torch.stack((m[:, 0], v[:, 0])))
            times.append(step * dt)
        x = x + dt * ((x - m) / v - x)
    mean, variance = torch.stack(found, 1)
    exact = torch.stack([torch.stack(moments(m_0, v_0, t)) for t in times], 1)
    error = float((torch.stack((mean, variance)) - exact).abs().max())
    return Travel(dt, error, np.array(times), *(a.cpu().numpy() for a in (mean, variance, *exact)))


def euler_error(dt: float, horizon: float) -> float:
    """The largest error of Euler's method for the two equations of the moments, on which no particle has an influence.

    A step multiplies x − m by 1 + dt (1/v − 1), hence v by its square; m by 1 − dt.
    """
    m_0, v_0 = np.array(STARTS).T
    m, v, worst = m_0.copy(), v_0.copy(), 0.0
    for step in range(round(horizon / dt) + 1):
        t = step * dt
        gaps = m - m_0 * np.exp(-t), v - 1 - (v_0 - 1) * np.exp(-2 * t)
        worst = max(worst, float(np.abs(gaps).max()))
        m, v = m * (1 - dt), v * (1 + dt * (1 / v - 1)) ** 2
    return worst


def collapse_time(v_0: float, dt: float) -> float:
    """When the decreasing h has contracted particles of variance v_0 < 1 to one point, by Euler's method.

    The last step before the variance would pass zero; the closed form is ½ log(1/(1 − v_0)).

    Raises:
        ValueError: v_0 is not in (0, 1), where nothing contracts.
    """
    if not 0 < v_0 < 1:
        raise ValueError(f"v_0 is {v_0}, expected a variance in (0, 1): others do not reach zero")
    s, steps = np.sqrt(v_0), 0
    while s**2 > 4 * dt:  # below it, one step would overshoot
        s, steps = s * (1 + dt * (1 - 1 / s**2)), steps + 1
    return steps * dt + s**2 / 2  # v' → −2 as v → 0
