"""What theory predicts of the experiment, beside what was measured, each with a tolerance that is derived."""

from __future__ import annotations

from collections.abc import Iterator
from math import log

import numpy as np
import torch
from scipy.integrate import simpson

from kexue.lab.checks import Check
from kexue.monoflow import gaussian, grid, steps
from kexue.monoflow.experiment import FINE, NARROW, ROUND, STEPS, TIME, Result
from kexue.monoflow.heights import HEIGHTS

RATE = 2.0  # of the log-Sobolev inequality of N(0, 1)
ORDERS = {"tanh": 0.5}  # of the grid's error, at least, where h' almost vanishes in both tails; else above one


def checks(result: Result) -> list[Check]:
    """Every prediction with its measurement."""
    parts = (_exact, _grid, _steps, _critics, _generators)
    return [check for part in parts for check in part(result)]


def _exact(result: Result) -> Iterator[Check]:
    for travel in result.travels:
        predicted = gaussian.euler_error(travel.dt, TIME)
        name = f"normal laws: largest error of mean and variance, step {travel.dt:g}"
        yield Check(name, predicted, travel.error, 0.02 * predicted, why="moments are kept at 1 of many steps")
    ratio = result.travels[0].error / result.travels[-1].error
    order = STEPS[0] / STEPS[-1]
    yield Check("normal laws: error at the longest over error at the shortest step", order, ratio, 0.05, why="O(step)")
    exact = log(1 / (1 - NARROW)) / 2
    slack = FINE * log(1 / FINE)  # Euler's local error dt²/v, summed over v' = −2
    yield Check("decreasing h: time of collapse, ½ log(1/(1 − v₀))", exact, result.collapse, slack, why="dt log(1/dt)")


def exact_divergence(times: np.ndarray) -> np.ndarray:
    """KL(q_t ‖ p) under h = identity, from the closed forms."""
    m_0, v_0 = (torch.tensor(each, dtype=torch.float64) for each in grid.START)
    return np.array([float(gaussian.divergence(*gaussian.moments(m_0, v_0, t))) for t in times])


def _grid(result: Result) -> Iterator[Check]:
    flow, coarse = result.flow, result.coarse
    refinement = np.abs(flow.kl - coarse.kl).max(0)  # 2^order − 1 times the error that is left
    known = flow.names.index("identity")
    gap = float(np.abs(flow.kl[:, known] - exact_divergence(flow.times)).max())
    yield Check("grid, identity: KL(t) against its closed form", 0, gap, float(refinement[known]), why="half the cells")
    for i, name in enumerate(flow.names):
        lost = float(flow.kl[0, i] - flow.kl[-1, i])
        burnt = [float(simpson(f.dissipation[:, i], x=f.times)) for f in (flow, coarse)]
        left = float(refinement[i]) / (2 ** ORDERS.get(name, 1) - 1)
        slack = abs(burnt[0] - burnt[1]) + left + _simpson(flow.dissipation[:, i], flow.times)
        yield Check(f"grid, {HEIGHTS[name].label}: KL lost = ∫ dissipation", burnt[0], lost, slack, why="grid, Simpson")
    rise = float(np.diff(flow.kl, axis=0).max())
    yield Check("grid: largest rise of KL, any increasing h", 0, rise, 1e-12, "≤", "rounding")
    allowed = np.exp(-RATE * flow.times) * flow.kl[0, known]
    excess = float((flow.kl[:, known] - allowed).max())
    yield Check("grid, identity: KL(t) − e^(−2t) KL(0)", 0, excess, float(refinement[known]), "≤", "half the cells")
    yield Check("grid: mass", 1, 1 + flow.mass, 1e-12, why="rounding")


def _simpson(values: np.ndarray, times: np.ndarray) -> float:
    """How much Simpson's rule changes when every second value is left out: 15 times its error, for smooth values."""
    return abs(float(simpson(values, x=times) - simpson(values[::2], x=times[::2])))


def _steps(result: Result) -> Iterator[Check]:
    agreement = result.agreement
    yield Check(
        "first step: |difference of gradients| / |gradient|, 16 pairs of networks",
        0,
        agreement.first,
        1e-12,
        why="rounding",
    )
    yield Check(
        "second step: difference of gradients / −2δ(‖J‖² + ε J·D″J)",
        1,
        agreement.second,
        1e2 * agreement.delta,
        why="O(δ)",
    )
    for loss, predicted, measured in zip(
        ("adversarial", "regression"), steps.rounds_predicted(**ROUND), result.solved, strict=True
    ):
        slack = 1e-12 * predicted
        yield Check(f"|θ| after 10 rounds of 30 steps, {loss}", predicted, measured, slack, why="rounding")
    follows, held = result.exponential
    yield Check("exponential loss: gradient, the critic following", 0, follows, 1e-12, why="rounding")
    yield Check("exponential loss: gradient, the critic held", -0.7, held, 1e-12, why="rounding")
    yield Check(
        "K = 1: largest distance between samples of the two losses, 3 rounds", 0, result.twins, 1e-6, why="Adam's ϵ"
    )


def _critics(result: Result) -> Iterator[Check]:
    chase = result.chase
    for i, name in enumerate(chase.names):
        start, end = chase.distance[0, i], chase.distance[-1, i]
        label = f"learned critic, {HEIGHTS[name].label}: W₂ at the end"
        if HEIGHTS[name].grows:
            yield Check(f"{label}, every seed, below the start", float(start.min()), float(end.max()), 0, "≤")
        else:
            yield Check(
                f"{label}, every seed, above the start (both negative)", -float(start.max()), -float(end.min()), 0, "≤"
            )


def _generators(result: Result) -> Iterator[Check]:
    training, k = result.training, max(result.config.ks)
    left, stays = (training.final(loss, k) for loss in ("adversarial", "regression"))
    yield Check(f"K = {k}: mean W₂ of the regression, below the adversarial one", left.mean(), stays.mean(), 0, "≤")
    start = float(training.distance[0].mean())
    yield Check(f"K = {k}: mean W₂ of the regression, below the start", start, float(stays.mean()), 0, "≤")
