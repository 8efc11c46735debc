"""Rows without gradients and tokens that reappear: the optimizers against the closed forms of the derivation page."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
import torch
from torch import Tensor

from kexue.sign_optimizers.optimizers import Lion, SignOptimizer, Tiger

CHANCES = (1.0, 0.1, 0.03, 0.01, 0.003, 0.001)  # p of the reappearing tokens
PRODUCT = 0.01  # ηλ of these


def fixed_rate(start: Tensor, sign: Tensor, lr: float, weight_decay: float, k: Tensor | int) -> Tensor:
    """θ_k = −s/λ + (θ_0 + s/λ)(1 − ηλ)^k."""
    goal = -sign / weight_decay
    return goal + (start - goal) * (1 - lr * weight_decay) ** k


def logistic(start: float, lr: float, weight_decay: float, time: np.ndarray) -> np.ndarray:
    """r(t) = 1/(λ + (1/r_0 − λ)e^(−αt)), the size of a row under Tiger's rate in continuous time."""
    return 1 / (weight_decay + (1 / start - weight_decay) * np.exp(-lr * time))


def half_way(start: float, lr: float, weight_decay: float) -> float:
    """The time at which that is ½/λ.

    >>> round(half_way(0.02, 1e-3, 0.01))
    8517
    """
    return log((1 / start - weight_decay) / weight_decay) / lr


def stationary(chance: float, lr: float, weight_decay: float) -> float:
    """E θ² of a token that reappears with probability p a step, a fair coin for its sign each time.

    η²(1 + aρ)/((1 − aρ)(1 − a²)) with a = 1 − ηλ and ρ = 1 − p.
    """
    a = 1 - lr * weight_decay
    keep = a * (1 - chance)
    return lr**2 * (1 + keep) / ((1 - keep) * (1 - a**2))


@dataclass(frozen=True)
class Followed:
    """Largest distance of an optimizer's absent row from the closed form, and the step at which it is half-way."""

    name: str
    error: float
    half: int


def follow(name: str, steps: int, lr: float, weight_decay: float, device: torch.device) -> Followed:
    """Give a row of four entries one gradient, then none: zeros, as a dense embedding has. In float64.

    Args:
        name: "Tiger" or "Lion", both at a constant rate.
    """
    row = torch.nn.Parameter(torch.zeros(1, 4, dtype=torch.float64, device=device))
    rule: SignOptimizer = {"Tiger": Tiger, "Lion": Lion}[name]([row], lr=lr, weight_decay=weight_decay, rate="constant")
    row.grad = torch.tensor([[1.0, -2.0, 3.0, -4.0]], dtype=torch.float64, device=device)
    sign = row.grad.sign()
    path = torch.empty(steps, 4, dtype=torch.float64, device=device)
    for k in range(steps):
        rule.step()
        path[k] = row.detach()[0]
        row.grad.zero_()
    k = torch.arange(1, steps + 1, dtype=torch.float64, device=device).view(-1, 1)
    exact = fixed_rate(torch.zeros_like(sign), sign, lr, weight_decay, k)
    passed = (path[:, 0].abs() >= 0.5 / weight_decay).nonzero()
    return Followed(name, float((path - exact).abs().max()), int(passed[0]) + 1 if len(passed) else -1)


@dataclass(frozen=True)
class Reappearing:
    """Mean of θ² over independent chains and its standard error, beside `stationary`, by probability."""

    chances: tuple[float, ...]
    mean: np.ndarray
    error: np.ndarray
    predicted: np.ndarray


def reappear(chains: int, steps: int, generator: torch.Generator, device: torch.device) -> Reappearing:
    """Chains θ ← aθ − ηs from zero, all probabilities at once; η = 1, λ = `PRODUCT`. In float64.

    The start is forgotten like a^(2k), e^(−2·PRODUCT·steps), and the tie of sign and weight like (aρ)^k.
    """
    chance = torch.tensor(CHANCES, dtype=torch.float64, device=device).view(-1, 1)
    shape = len(CHANCES), chains
    θ = torch.zeros(shape, dtype=torch.float64, device=device)
    s = _coins(shape, generator, device)
    for _ in range(steps):
        θ = (1 - PRODUCT) * θ - s
        new = torch.rand(shape, generator=generator).to(device) < chance
        s = torch.where(new, _coins(shape, generator, device), s)
    squares = θ.square()
    predicted = [stationary(p, 1.0, PRODUCT) for p in CHANCES]
    spread = squares.std(-1) / chains**0.5
    return Reappearing(CHANCES, squares.mean(-1).cpu().numpy(), spread.cpu().numpy(), np.array(predicted))


def _coins(shape: tuple[int, int], generator: torch.Generator, device: torch.device) -> Tensor:
    return (torch.randint(0, 2, shape, generator=generator) * 2 - 1).to(device, torch.float64)
