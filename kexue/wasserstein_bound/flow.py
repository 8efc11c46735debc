"""Two clouds that are moved by two fields, from T down to 0, with the same noise in both.

Heun's method: of second order for the ODE; for the SDE the noise is additive and enters predictor and corrector alike.
Beside every run goes another one with steps twice as long and the same noise: how far it is off says what steps cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

Field = Callable[[Tensor, Tensor], Tensor]
Clouds = tuple[Tensor, Tensor]


def late(k: int, steps: int) -> float:
    """Which part of T is left after k steps: (1 − k/steps)², so that steps are short near the data.

    >>> late(0, 4), late(2, 4), late(4, 4)
    (1.0, 0.25, 0.0)
    """
    return (1 - k / steps) ** 2


def drift(score: Field, kappa: float) -> Field:
    """−x/2 − κ s(x, t): what dx/dt is, of the ODE (κ = ½) or of the reverse SDE without its noise (κ = 1)."""
    return lambda x, t: -0.5 * x - kappa * score(x, t)


def step(fields: tuple[Field, Field], clouds: Clouds, t: Tensor, h: Tensor, noise: Tensor | None) -> Clouds:
    """Both clouds a step h down from t."""
    return tuple(_heun(field, x, t, h, noise) for field, x in zip(fields, clouds, strict=True))


def _heun(field: Field, x: Tensor, t: Tensor, h: Tensor, noise: Tensor | None) -> Tensor:
    before = field(x, t)
    kept = x if noise is None else x + noise
    after = field(kept - h * before, t - h)
    return kept - h / 2 * (before + after)


def together(
    fields: tuple[Field, Field],
    clouds: Clouds,
    T: Tensor,
    steps: int,
    generator: torch.Generator | None,
) -> Iterator[tuple[Tensor, Clouds, Clouds]]:
    """(t, clouds, clouds of the run with longer steps) at T and after every two steps.

    Args:
        fields: dx/dt and dy/dt as functions of place and time.
        clouds: x and y at T.
        T: broadcasts against the clouds.
        steps: an even number.
        generator: of the noise, on the clouds' device; None for an ODE.

    Raises:
        ValueError: ``steps`` is odd or below 2.
    """
    if steps < 2 or steps % 2:
        raise ValueError(f"steps is {steps}, expected an even number of at least 2: every second one is compared")
    fine = coarse = clouds
    yield T, fine, coarse
    for k in range(0, steps, 2):
        t, then, end = (T * late(k + i, steps) for i in range(3))
        noises = [None, None, None]
        if generator is not None:
            noises = [torch.sqrt(h) * _normal(clouds[0], generator) for h in (t - then, then - end)]
            noises.append(noises[0] + noises[1])
        fine = step(fields, step(fields, fine, t, t - then, noises[0]), then, then - end, noises[1])
        coarse = step(fields, coarse, t, t - end, noises[2])
        yield end, fine, coarse


def euler(fields: tuple[Field, Field], clouds: Clouds, T: Tensor, steps: int) -> Clouds:
    """Both clouds at the data by Euler's method with equal steps, of the ODE: of first order, for comparison alone."""
    h = T / steps
    for k in range(steps):
        clouds = tuple(x - h * field(x, T - k * h) for field, x in zip(fields, clouds, strict=True))
    return clouds


def _normal(like: Tensor, generator: torch.Generator) -> Tensor:
    return torch.randn(like.shape, generator=generator, device=like.device, dtype=like.dtype)
