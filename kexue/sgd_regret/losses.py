"""The losses L(x, θ) = ℓ(⟨a, θ⟩, b) of a sample x = (a, b), and the problem they make on real data.

Every loss is convex in the margin m = ⟨a, θ⟩, so a subgradient in θ is ℓ'(m, b)·a, and its length is bounded by
G = sup |ℓ'|·‖a‖, which is known exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from sklearn.datasets import load_breast_cancer
from torch import Tensor
from torch.nn.functional import softplus

from kexue.lab.config import one_of

Values = Float[Tensor, "*batch"]
Labels = Float[Tensor, "*#batch"]


class Smooth(NamedTuple):
    """A smooth stand-in for a loss, and per sample a line slope·m + intercept that lies nowhere above the loss."""

    value: Values
    slope: Values
    intercept: Values
    curvature: Values


@dataclass(frozen=True)
class Loss:
    """A convex function of the margin m = ⟨a, θ⟩ and the label b.

    Args:
        value: ℓ(m, b).
        slope: an element of ∂ℓ(m, b) in m.
        steepest: M → sup |ℓ'(m, ±1)| over |m| ≤ M.
        smooth: (m, b, μ) → the stand-in, which is ℓ in the limit μ → 0.
    """

    value: Callable[[Values, Labels], Values]
    slope: Callable[[Values, Labels], Values]
    steepest: Callable[[float], float]
    smooth: Callable[[Values, Labels, float], Smooth]


def _smooth_absolute(m: Values, b: Labels, mu: float) -> Smooth:
    """min over s of s − μ log(s² − r²), r = m − b: s = μ + √(μ² + r²), and its derivative r/s lies in (−1, 1)."""
    r = m - b
    q = torch.sqrt(mu**2 + r**2)
    s = mu + q
    return Smooth(s - mu * torch.log(2 * mu * s), r / s, -b * r / s, mu / (q * s))


def _smooth_logistic(m: Values, b: Labels, _: float) -> Smooth:
    """Smooth by itself; the line is its tangent at m."""
    value, p = softplus(-b * m), torch.sigmoid(-b * m)
    return Smooth(value, -b * p, value + b * p * m, p * (1 - p))


LOSSES = {
    "absolute": Loss(
        value=lambda m, b: (m - b).abs(),
        slope=lambda m, b: (m - b).sign(),
        steepest=lambda _: 1.0,
        smooth=_smooth_absolute,
    ),
    "logistic": Loss(
        value=lambda m, b: softplus(-b * m),
        slope=lambda m, b: -b * torch.sigmoid(-b * m),
        steepest=lambda M: 1 / (1 + math.exp(-M)),
        smooth=_smooth_logistic,
    ),
}
LINEAR = Loss(
    value=lambda m, _: m,
    slope=lambda m, _: torch.ones_like(m),
    steepest=lambda _: 1.0,
    smooth=lambda m, _b, _mu: Smooth(m, torch.ones_like(m), torch.zeros_like(m), torch.zeros_like(m)),
)


@dataclass(frozen=True)
class Problem:
    """Samples (a, b) and a loss, over the ball Θ = {‖θ‖ ≤ R}.

    Args:
        a: features.
        b: labels, ±1.
        loss: of the margin ⟨a, θ⟩ and b.
        radius: R > 0; infinity for no constraint.
    """

    a: Float[Tensor, "n dim"]
    b: Float[Tensor, " n"]
    loss: Loss
    radius: float

    @property
    def D(self) -> float:
        """H2: two points of the ball are at most its diameter apart, so ‖θ_t − θ*‖ ≤ D = 2R for every θ* in it."""
        return 2 * self.radius

    @property
    def G(self) -> float:
        """H3: sup ‖g‖ over the samples and the ball, attained where the longest a meets the steepest margin."""
        longest = float(torch.linalg.vector_norm(self.a, dim=-1).max())
        return self.loss.steepest(self.radius * longest) * longest

    def to(self, device: torch.device) -> Problem:
        """The same problem on another device."""
        return Problem(self.a.to(device), self.b.to(device), self.loss, self.radius)


def breast_cancer(loss: str, radius: float = 1.0) -> Problem:
    """Wisconsin breast-cancer data (569 tumours, 30 features; ships with scikit-learn), float64.

    Features are standardised, then every row is divided by its length, so that ‖a‖ = 1 for every sample. Labels are
    +1 (benign) and −1 (malignant).

    Raises:
        ValueError: an unknown loss.

    >>> problem = breast_cancer("absolute")
    >>> problem.D, round(problem.G, 12)
    (2.0, 1.0)
    """
    one_of("loss", loss, LOSSES)
    features, target = load_breast_cancer(return_X_y=True)
    a = torch.from_numpy(features)
    a = (a - a.mean(dim=0)) / a.std(dim=0, correction=0)
    a = a / torch.linalg.vector_norm(a, dim=-1, keepdim=True)
    return Problem(a, torch.from_numpy(2.0 * target - 1), LOSSES[loss], radius)
