"""The experiment: projected SGD on real data, its regret beside the theorem's bound."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from kexue.lab.checks import Check
from kexue.lab.config import between, one_of
from kexue.lab.device import describe, one_thread
from kexue.lab.seeds import generators
from kexue.sgd_regret import bounds
from kexue.sgd_regret.adversary import attack
from kexue.sgd_regret.comparator import minimum
from kexue.sgd_regret.descent import Run, cumulative_losses
from kexue.sgd_regret.losses import LOSSES, Problem, breast_cancer

GROUPS = {"both": ("constant", "sqrt_decay"), "all": tuple(bounds.SCHEDULES)}


@dataclass(frozen=True)
class Config:
    """What is run.

    Args:
        T: number of steps, 10 to 10⁶.
        seeds: number of sample sequences, at least 2 (a spread needs two).
        schedule: a name of `bounds.SCHEDULES`, "both" for those of the article, or "all".
        loss: a name of `losses.LOSSES`.
        seed: from which all sequences are drawn.
        radius: R of the ball; D = 2R.
        tolerance: the comparator's certified gap, in units of the loss.

    Raises:
        ValueError: a field outside its range; the message says which.
    """

    T: int
    seeds: int
    schedule: str = "both"
    loss: str = "absolute"
    seed: int = 0
    radius: float = 1.0
    tolerance: float = 1e-7

    def __post_init__(self):
        between("T", self.T, 10, 10**6)
        between("seeds", self.seeds, 2, 10**4)
        between("seed", self.seed, 0, 2**63)
        between("radius", self.radius, 1e-6, 1e6)
        between("tolerance", self.tolerance, 1e-10, 1)
        one_of("schedule", self.schedule, (*GROUPS, *bounds.SCHEDULES))
        one_of("loss", self.loss, LOSSES)

    @property
    def schedules(self) -> tuple[str, ...]:
        """The schedules that are run."""
        return GROUPS.get(self.schedule, (self.schedule,))

    @property
    def horizons(self) -> list[int]:
        """10, 32, 100, 316, … up to T, and T itself: the values of T at which regrets are compared."""
        halves = [round(10 ** (k / 2)) for k in range(2, 13)]
        return [h for h in halves if h < self.T] + [self.T]


PRESETS = {"quick": Config(T=10**5, seeds=8), "full": Config(T=10**6, seeds=256)}


@dataclass(frozen=True)
class Result:
    """What came out.

    Args:
        regret: schedule → average regret (1/T)Σ[L(x_t,θ_t) − L(x_t,θ*)] at every horizon, against the certified lower
            bound of the comparator's loss: too large by at most ``gap``, never too small.
        gap: largest certified gap of a comparator.
        D, G: of H2 and H3, exact.
        device: in words.
        seconds: wall time.
    """

    config: Config
    horizons: Int[np.ndarray, " horizons"]
    regret: dict[str, Float[np.ndarray, "seeds horizons"]]
    gap: float
    D: float
    G: float
    device: str
    seconds: float

    def bound(self, name: str) -> Float[np.ndarray, " horizons"]:
        """The theorem's right side at every horizon."""
        return bounds.bound(name, self.D, self.G, self.horizons)

    def ratio(self, name: str) -> Float[np.ndarray, "seeds horizons"]:
        """Measured regret over the theorem's bound."""
        return self.regret[name] / self.bound(name)

    def mean_regret(self) -> dict[str, Float[np.ndarray, " horizons"]]:
        """Average regret, averaged over seeds too, of every schedule."""
        return {name: regret.mean(axis=0) for name, regret in self.regret.items()}

    def numbers(self) -> dict[str, float]:
        """What a page hands on: of every schedule, the regret at T and the range of the ratio."""
        found: dict[str, float] = {"T": self.config.T, "seeds": self.config.seeds, "D": self.D, "G": self.G}
        for name, regret in self.mean_regret().items():
            ratio, largest = regret / self.bound(name), self.ratio(name).max()
            found |= {f"{name}_regret": regret[-1], f"{name}_ratio_largest": largest}
            found |= {f"{name}_ratio_low": ratio.min(), f"{name}_ratio_high": ratio.max()}
        return {**found, "comparator_gap": self.gap}


def run(config: Config, device: torch.device) -> Result:
    """Run every schedule of the configuration, all seeds at once, and measure its regret at every horizon.

    A schedule that depends on T is run once for each horizon, so that every point is the theorem's own setting.

    >>> result = run(Config(T=32, seeds=2), torch.device("cpu"))
    >>> result.horizons.tolist(), bool((result.ratio("constant") <= 1).all())
    ([10, 32], True)
    """
    started = time.perf_counter()
    problem, horizons = breast_cancer(config.loss, config.radius), config.horizons
    samples = draw(config, len(problem.b))
    runs = _runs(config, problem)
    there = problem.to(device)
    with one_thread(), torch.inference_mode():
        best = minimum(there, frequencies(samples, horizons, len(problem.b)).to(device), config.tolerance)
        totals = cumulative_losses(there, samples.to(device), [r for _, r in runs], horizons).cpu()
    lower = best.lower.cpu().reshape(len(horizons), config.seeds)
    regret = {name: _regret(name, totals, runs, horizons, lower) for name in config.schedules}
    gap, seconds = float((best.upper - best.lower).max()), time.perf_counter() - started
    return Result(config, np.array(horizons), regret, gap, problem.D, problem.G, describe(device), seconds)


def draw(config: Config, n: int) -> Int[Tensor, "seeds T"]:
    """The samples' rows, uniform with replacement, one independent sequence per seed."""
    sequences = [
        torch.randint(n, (config.T,), generator=g).to(torch.int16) for g in generators(config.seed, config.seeds)
    ]
    return torch.stack(sequences)


def frequencies(samples: Int[Tensor, "seeds T"], horizons: Sequence[int], n: int) -> Float[Tensor, "problems n"]:
    """How often each row was seen up to each horizon, over that horizon; one line per (horizon, seed)."""
    counts = [torch.bincount(sequence[:h].long(), minlength=n) / h for h in horizons for sequence in samples]
    return torch.stack(counts).double()


def _runs(config: Config, problem: Problem) -> list[tuple[str, Run]]:
    runs = []
    for name in config.schedules:
        schedule = bounds.schedule(name)
        ends = config.horizons if schedule.needs_horizon else [config.T]
        runs += [(name, Run(schedule.steps(problem.D, problem.G, end), end)) for end in ends]
    return runs


def _regret(name: str, totals: Tensor, runs: list, horizons: list[int], lower: Tensor) -> np.ndarray:
    """Each horizon's own run, or the only one, of that schedule."""
    own = [i for i, (label, _) in enumerate(runs) if label == name]
    own = own * len(horizons) if len(own) == 1 else own
    rows = [totals[k, i] / horizons[k] - lower[k] for k, i in enumerate(own)]
    return torch.stack(rows, dim=1).numpy()


def checks(result: Result) -> list[Check]:
    """What the theorem predicts of this result, of the adversarial sequence, and of the exact worst cases."""
    named = [(name, bounds.SCHEDULES[name].label) for name in result.regret]
    proved = [
        Check(f"largest regret/bound over seeds and T, {label}", 1, float(result.ratio(name).max()), 0, "≤")
        for name, label in named
    ]
    return [*proved, *_tight(result), *_worst()]


def _tight(result: Result) -> list[Check]:
    T = min(result.config.T, 1000)
    predicted = result.D * result.G / np.sqrt(T)
    measured = attack("constant", result.D, result.G, T).regret
    return [Check(f"adversarial regret at T = {T}, constant step", predicted, measured, 1e-12, "≈", "rounding")]


def _worst() -> list[Check]:
    rows, tolerance = bounds.worst_cases()["cases"], bounds.worst_cases()["tolerance"]
    last = rows[-1]
    T = last["T"]
    decay = float(bounds.bound("sqrt_decay", 1, 1, [T])[0]) * T
    return [
        Check(f"exact worst case at T = {T}, constant step", np.sqrt(T), last["constant"], tolerance, "≈", "solver"),
        Check(f"exact worst case at T = {T}, α/√t", decay, last["sqrt_decay"], tolerance, "≤", "solver"),
    ]
