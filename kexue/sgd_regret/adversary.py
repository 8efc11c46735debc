"""The sequence on which the constant step's bound is attained (step 12 of the derivation).

The t-th loss is G⟨e_t, θ⟩ with orthonormal directions e_t, so no gradient ever says anything about a later loss. From
θ_1 = 0 the regret against θ* = −(D/√T) Σ e_t is DG√T, whatever the step sizes; nothing is projected.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch

from kexue.sgd_regret.bounds import schedule
from kexue.sgd_regret.descent import step
from kexue.sgd_regret.losses import LINEAR, Problem


class Attack(NamedTuple):
    """Average regret after T steps, and max_t ‖θ_t − θ*‖, which H2 wants to be at most D."""

    regret: float
    distance: float


def attack(name: str, D: float, G: float, T: int) -> Attack:
    """Run SGD under the schedule of that name through the T losses G⟨e_t, θ⟩, in float64.

    >>> attack("constant", D=2.0, G=1.0, T=100).regret  # DG/√T
    0.2
    """
    problem = Problem(G * torch.eye(T, dtype=torch.float64), torch.zeros(T, dtype=torch.float64), LINEAR, math.inf)
    best = torch.full((T,), -D / math.sqrt(T), dtype=torch.float64)
    etas = torch.from_numpy(schedule(name).steps(D, G, T)(np.arange(1, T + 1)))
    theta, losses, distances = torch.zeros_like(best), [], []
    for a, b, eta in zip(problem.a, problem.b, etas, strict=True):
        distances.append(torch.linalg.vector_norm(theta - best))
        theta, loss = step(theta, a, b, eta, problem)
        losses.append(loss)
    regret = torch.stack(losses).sum() - (problem.a @ best).sum()
    return Attack(float(regret) / T, float(torch.stack(distances).max()))
