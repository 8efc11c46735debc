"""Exponents of what was trained, and what finitely many quanta predict of the same windows.

Rules that are fixed beforehand: a task is learned below half a bit; α_S is fitted from the first look at which the
widest network has learned two tasks to the last one; α_N over the widths that have learned between one task and half of
what the widest has, since the others are short of steps and not of units; α_D over the sizes of data at which a task is
learned.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kexue.quanta_scaling import exact
from kexue.quanta_scaling.training import LEARNED, Trained

LEAST = 3  # points of a fit


@dataclass(frozen=True)
class Fit:
    """An exponent of one γ, by seed.

    Args:
        measured: one for each seed; empty where no seed has a window.
        finite: what the exact truncated sums give between the same numbers of learned tasks, the mean over seeds.
        asymptotic: of infinitely many quanta.
        first, last: learned tasks at the ends of the window, means over seeds.
    """

    gamma: float
    measured: tuple[float, ...]
    finite: float
    asymptotic: float
    first: float
    last: float

    @property
    def mean(self) -> float:
        return float(np.mean(self.measured))

    @property
    def error(self) -> float:
        """Standard deviation over seeds; 0 of a single one."""
        return float(np.std(self.measured, ddof=1)) if len(self.measured) > 1 else 0.0


def _fit(gamma: float, tasks: int, curves: list[tuple[np.ndarray, np.ndarray, np.ndarray]], divisor: float) -> Fit:
    """Fit (x, loss, learned) of each seed, windows already cut; those that are too short are left out."""
    measured, finite, ends = [], [], []
    for x, loss, learned in curves:
        if len(x) >= LEAST and 1 <= learned[0] < learned[-1] < tasks:
            measured.append(exact.exponent(x, loss))
            finite.append(exact.window(gamma, tasks, float(learned[0]), float(learned[-1])) / divisor)
            ends.append((float(learned[0]), float(learned[-1])))
    first, last = np.mean(ends, 0) if ends else (np.nan, np.nan)
    predicted = float(np.mean(finite)) if finite else float("nan")
    return Fit(gamma, tuple(measured), predicted, gamma / divisor, float(first), float(last))


def _by_gamma(trained: Trained, curve: Callable, divisor: Callable[[float], float]) -> list[Fit]:
    """One fit for each γ; ``curve(losses, learned)`` takes those of a run, (time, network) each."""
    tasks = trained.losses.shape[3]
    p = np.stack([exact.frequencies(g, tasks) for g in trained.gammas])
    total, learned = trained.total(p), trained.learned()
    return [
        _fit(g, tasks, [curve(total[:, r], learned[:, r]) for r in np.flatnonzero(trained.gammas == g)], divisor(g))
        for g in np.unique(trained.gammas)
    ]


def in_steps(trained: Trained) -> list[Fit]:
    """α_S of the last, the widest, network."""

    def curve(loss: np.ndarray, learned: np.ndarray) -> tuple[np.ndarray, ...]:
        enough = np.flatnonzero(learned[:, -1] >= 2)
        start = enough[0] if len(enough) else len(learned)
        return trained.at[start:], loss[start:, -1], learned[start:, -1]

    return _by_gamma(trained, curve, lambda g: 1 + g)


def in_parameters(trained: Trained) -> list[Fit]:
    """α_N at the last look, over the networks of a run; N is proportional to the width."""
    widths = np.asarray(trained.widths, float)

    def curve(loss: np.ndarray, learned: np.ndarray) -> tuple[np.ndarray, ...]:
        few = (learned[-1] >= 1) & (learned[-1] <= learned[-1].max() / 2)
        return widths[few], loss[-1, few], learned[-1, few]

    return _by_gamma(trained, curve, lambda _: 1)


def growth(trained: Trained) -> float:
    """ρ of n ∝ N^ρ: the slope of log learned tasks over log width in the windows of α_N, one line for all runs."""
    widths, learned, found = np.asarray(trained.widths, float), trained.learned()[-1], []
    for n in learned:
        few = (n >= 1) & (n <= n.max() / 2)
        if few.sum() >= LEAST:
            x, y = np.log(widths[few]), np.log(n[few])
            found.append((((x - x.mean()) * (y - y.mean())).sum(), ((x - x.mean()) ** 2).sum()))
    up, down = np.sum(found, 0) if found else (np.nan, 1.0)
    return float(up / down)


def in_samples(limited: Trained, sizes: tuple[int, ...]) -> list[Fit]:
    """α_D at the least loss over time, which stands for early stopping."""
    tasks, times = limited.losses.shape[3], len(sizes)
    gammas = limited.gammas.reshape(-1, times)[:, 0]
    p = np.stack([exact.frequencies(g, tasks) for g in limited.gammas])
    total, learned = limited.total(p)[:, :, 0], limited.learned()[:, :, 0]
    best = total.argmin(0)
    runs = np.arange(len(best))
    loss, count = total[best, runs].reshape(-1, times), learned[best, runs].reshape(-1, times)
    found = []
    for g in np.unique(gammas):
        curves = []
        for r in np.flatnonzero(gammas == g):
            some = count[r] >= 1
            curves.append((np.asarray(sizes, float)[some], loss[r, some], count[r, some]))
        found.append(_fit(g, tasks, curves, 1 + g))
    return found


@dataclass(frozen=True)
class Times:
    """When the widest network has learned each task.

    Args:
        frequency, step: of each task of each run up to the first that was not learned, all runs together.
        slope, error: of log step over log frequency, a line for each run with one slope, and its standard error.
        width: the mean factor of steps in which a task's loss goes from 0.9 to 0.1 bit.
    """

    frequency: np.ndarray
    step: np.ndarray
    slope: float
    error: float
    width: float


def times(trained: Trained) -> Times:
    """Learning times; the slope is NaN where fewer than three tasks were learned in order."""
    tasks, ps, steps, xs, ys, factors = trained.losses.shape[3], [], [], [], [], []
    for r, gamma in enumerate(trained.gammas):
        loss = trained.losses[:, r, -1]  # (time, task)
        done = _crossing(loss, trained.at, LEARNED)
        count = int(np.argmax(np.isnan(done))) if np.isnan(done).any() else tasks
        p = exact.frequencies(float(gamma), tasks)[:count]
        both = _crossing(loss[:, :count], trained.at, 0.1) / _crossing(loss[:, :count], trained.at, 0.9)
        factors.append(both[np.isfinite(both)])
        ps.append(p)
        steps.append(done[:count])
        if count >= LEAST:
            xs.append(np.log(p) - np.log(p).mean())
            ys.append(np.log(done[:count]) - np.log(done[:count]).mean())
    slope = error = float("nan")
    if xs:
        x, y = np.concatenate(xs), np.concatenate(ys)
        slope = float((x * y).sum() / (x**2).sum())
        freedom = max(len(x) - len(xs) - 1, 1)
        error = float(np.sqrt(((y - slope * x) ** 2).sum() / freedom / (x**2).sum()))
    every = np.concatenate(factors)
    factor = float(np.exp(np.log(every).mean())) if len(every) else float("nan")
    return Times(np.concatenate(ps), np.concatenate(steps), slope, error, factor)


def _crossing(loss: np.ndarray, at: np.ndarray, level: float) -> np.ndarray:
    """The step at which a task's loss first is below a level, log step interpolated; NaN where it never is. (task,)"""
    under = loss < level
    first = under.argmax(0)
    found = np.full(loss.shape[1], np.nan)
    for k in np.flatnonzero(under.any(0)):
        i = first[k]
        if i == 0:
            found[k] = at[0]
            continue
        high, low = loss[i - 1, k], loss[i, k]
        part = (high - level) / (high - low)
        found[k] = np.exp((1 - part) * np.log(at[i - 1]) + part * np.log(at[i]))
    return found
