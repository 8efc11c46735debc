"""The best fixed θ in hindsight, with a certificate.

For sample weights w the minimum of F(θ) = Σ_i w_i ℓ(⟨a_i, θ⟩, b_i) over the ball is found by Newton's method along the
central path of a logarithmic barrier. How it was found does not matter: any slopes u_i of supporting lines
ℓ(m, b_i) ≥ u_i m + c_i make F lie above a linear function, whose minimum over the ball is known, so

    Σ_i w_i c_i − R ‖Σ_i w_i u_i a_i‖  ≤  min F  ≤  F(θ).
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from kexue.errors import KexueError
from kexue.sgd_regret.losses import Problem

_PATH = [5.0**-k for k in range(18)]  # barrier weights, down to 1e-12: the gap is a few times the last one
_NEWTON_STEPS = 60
_HALVINGS = 40


class Minimum(NamedTuple):
    """``lower`` ≤ min F ≤ ``upper`` = F(θ)."""

    theta: Float[Tensor, "problems dim"]
    lower: Float[Tensor, " problems"]
    upper: Float[Tensor, " problems"]


def minimum(problem: Problem, weights: Float[Tensor, "problems n"], tolerance: float = 1e-9) -> Minimum:
    """Minimise Σ_i w_i ℓ(⟨a_i, θ⟩, b_i) over ‖θ‖ ≤ R, for every row of weights.

    Args:
        problem: over a ball of finite radius.
        weights: ≥ 0, each row sums to 1.
        tolerance: largest gap ``upper − lower``, in units of the loss.

    Raises:
        KexueError: the gap did not close.
    """
    theta = weights.new_zeros(len(weights), problem.a.shape[1])
    for mu in _PATH:
        theta = _centre(problem, weights, theta, mu)
        found = _certify(problem, weights, theta, mu)
        if (gap := float((found.upper - found.lower).max())) <= tolerance:
            return found
    raise KexueError(f"the comparator is known up to {gap:.1e}, wanted {tolerance:.1e}: raise the tolerance")


def _certify(problem: Problem, weights: Tensor, theta: Tensor, mu: float) -> Minimum:
    margin = theta @ problem.a.T
    line = problem.loss.smooth(margin, problem.b, mu)
    slope = (weights * line.slope) @ problem.a
    lower = (weights * line.intercept).sum(dim=-1) - problem.radius * torch.linalg.vector_norm(slope, dim=-1)
    return Minimum(theta, lower, (weights * problem.loss.value(margin, problem.b)).sum(dim=-1))


def _centre(problem: Problem, weights: Tensor, theta: Tensor, mu: float) -> Tensor:
    """Newton's method on the smooth loss − μ log(R² − ‖θ‖²), until its decrement is small beside μ."""
    for _ in range(_NEWTON_STEPS):
        direction, decrease = _newton(problem, weights, theta, mu)
        if bool((decrease < 0.01 * mu).all()):
            break
        theta = _line_search(problem, weights, theta, mu, direction, decrease)
    return theta


def _value(problem: Problem, weights: Tensor, theta: Tensor, mu: float) -> Tensor:
    """The barrier function, infinite outside the ball."""
    room = problem.radius**2 - (theta**2).sum(dim=-1)
    smooth = problem.loss.smooth(theta @ problem.a.T, problem.b, mu).value
    inside = (weights * smooth).sum(dim=-1) - mu * torch.log(room.clamp(min=torch.finfo(room.dtype).tiny))
    return torch.where(room > 0, inside, torch.inf)


def _newton(problem: Problem, weights: Tensor, theta: Tensor, mu: float) -> tuple[Tensor, Tensor]:
    """Newton's direction and its decrement, per row of weights."""
    smooth = problem.loss.smooth(theta @ problem.a.T, problem.b, mu)
    pull = 2 * mu / (problem.radius**2 - (theta**2).sum(dim=-1))[:, None]  # (problems, 1)
    gradient = (weights * smooth.slope) @ problem.a + pull * theta
    dim = theta.shape[1]
    squares = (problem.a[:, :, None] * problem.a[:, None, :]).flatten(1)  # (n, dim²)
    hessian = ((weights * smooth.curvature) @ squares).unflatten(1, (dim, dim))
    hessian = hessian + pull[..., None] * torch.eye(dim).to(theta)
    hessian = hessian + (pull**2 / mu)[..., None] * theta[:, :, None] * theta[:, None, :]
    direction = torch.linalg.solve(hessian, gradient)
    return direction, (direction * gradient).sum(dim=-1)


def _line_search(
    problem: Problem, weights: Tensor, theta: Tensor, mu: float, direction: Tensor, decrease: Tensor
) -> Tensor:
    """Halve the steps that do not lower the value as they should; a step that never does is not taken."""
    before, size = _value(problem, weights, theta, mu), torch.ones_like(decrease)
    for _ in range(_HALVINGS):
        bad = _value(problem, weights, theta - size[:, None] * direction, mu) > before - 0.1 * size * decrease
        if not bool(bad.any()):
            break
        size = torch.where(bad, size / 2, size)
    return theta - torch.where(bad, 0.0, size)[:, None] * direction
