"""Projected SGD, many runs in one tensor program.

The chain of T steps cannot be parallel, its runs can: schedules, horizons and seeds are the axes of one tensor. On a
GPU the time is that of launching some ten small kernels per step, whatever the number of seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from kexue.sgd_regret.losses import Problem

_BLOCK = 1024  # steps whose samples are gathered at once


class Run(NamedTuple):
    """A step size, as a function of an array of times, and the last time it is used."""

    eta: Callable[[np.ndarray], np.ndarray]
    end: int


def project(theta: Float[Tensor, "*batch dim"], radius: float) -> Float[Tensor, "*batch dim"]:
    """The nearest point of the ball: P(θ) = θ·min(1, R/‖θ‖).

    >>> project(torch.tensor([3.0, 4.0]), 1.0)
    tensor([0.6000, 0.8000])
    """
    return theta * (radius / torch.linalg.vector_norm(theta, dim=-1, keepdim=True)).clamp(max=1)


def step(
    theta: Float[Tensor, "*batch dim"],
    a: Float[Tensor, "*#batch dim"],
    b: Float[Tensor, "*#batch"],
    eta: Float[Tensor, "*#batch"],
    problem: Problem,
) -> tuple[Float[Tensor, "*batch dim"], Float[Tensor, "*batch"]]:
    """θ_{t+1} = P(θ_t − η_t g_t) with g_t = ℓ'(⟨a, θ_t⟩, b)·a, and the loss ℓ(⟨a, θ_t⟩, b) met on the way."""
    margin = torch.linalg.vecdot(theta, a)
    length = eta * problem.loss.slope(margin, b)
    moved = torch.addcmul(theta, length[..., None], a, value=-1)
    return project(moved, problem.radius), problem.loss.value(margin, b)


def cumulative_losses(
    problem: Problem, samples: Int[Tensor, "seeds T"], runs: Sequence[Run], horizons: Sequence[int]
) -> Float[Tensor, "horizons runs seeds"]:
    """Σ_{t≤h} L(x_t, θ_t) at every horizon h of every run; past a run's end its last sum stays.

    Args:
        problem: on the device that computes.
        samples: rows of the data, in the order of their arrival, one sequence per seed.
        runs: all start at θ_1 = 0 and see the same samples.
        horizons: increasing.
    """
    shape = (len(runs), len(samples))
    theta = problem.a.new_zeros(*shape, problem.a.shape[1])
    total = problem.a.new_zeros(shape)
    history = []
    for first, last in pairwise((0, *horizons)):
        alive = torch.tensor([i for i, run in enumerate(runs) if run.end >= last], device=theta.device)
        etas = [runs[i].eta for i in alive.tolist()]
        theta[alive], total[alive] = _descend(
            problem, theta[alive], total[alive], _stream(problem, samples, etas, first, last)
        )
        history.append(total.clone())
    return torch.stack(history)


def _descend(problem: Problem, theta: Tensor, total: Tensor, stream: Iterator) -> tuple[Tensor, Tensor]:
    for a, b, eta in stream:
        theta, loss = step(theta, a, b, eta, problem)
        total = total + loss
    return theta, total


def _stream(problem: Problem, samples: Tensor, etas: Sequence[Callable], first: int, last: int) -> Iterator:
    """(a_t, b_t, η_t) for first < t ≤ last, of shapes (1, seeds, dim), (1, seeds) and (runs, 1)."""
    for low in range(first, last, _BLOCK):
        high = min(low + _BLOCK, last)
        rows = samples[:, None, low:high].permute(2, 1, 0).long().to(problem.a.device)  # (block, 1, seeds)
        times = np.arange(low + 1, high + 1)
        steps = torch.from_numpy(np.stack([eta(times) for eta in etas], axis=1)).to(problem.a)  # (block, runs)
        yield from zip(problem.a[rows], problem.b[rows], steps[..., None], strict=True)
