"""What theory predicts of the experiment, beside what was measured, each with a tolerance that is derived."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kexue.lab.checks import Check
from kexue.quanta_scaling import exact, exponents
from kexue.quanta_scaling.experiment import NEED, PURE, Result
from kexue.quanta_scaling.exponents import Fit
from kexue.quanta_scaling.simulator import Pure


def checks(result: Result) -> list[Check]:
    """Every prediction with its measurement."""
    return [check for part in (_exact, _drawn, _networks) for check in part(result)]


def lever(x: np.ndarray) -> float:
    """How much a least-squares slope over log x may move if every log y moves by at most one: Σ|u|/Σu², u centred."""
    u = np.log(x) - np.log(x).mean()
    return float(np.abs(u).sum() / (u**2).sum())


def _exact(result: Result) -> Iterator[Check]:
    quanta = result.config.quanta
    for gamma, samples, expected in zip(PURE, result.pure.samples, result.pure.expected("mean"), strict=True):
        first = 100  # n(D) at the start of the window
        n = np.geomspace(first, quanta // 100, 20).astype(int)
        left = exact.tails(gamma, quanta, truncated=False)[n]
        bend = gamma / (2 * first)  # the first correction, relative to the tail
        slack = bend * lever(n)
        yield Check(f"exact tail, γ = {gamma:g}: exponent of n", gamma, exact.exponent(n, left), slack, why="γ/2n")
        slack = bend * lever(samples)
        predicted = gamma / (gamma + 1)
        yield Check(f"exact mean, γ = {gamma:g}: α_D = γ/(γ + 1)", predicted, expected, slack, why="γ/2n")
    for which, label in (("smooth", "soft threshold, exact sum"),):
        for gamma, samples, found in zip(PURE, result.pure.samples, result.pure.expected(which), strict=True):
            slack = gamma / 200 * lever(samples)
            yield Check(f"{label}, γ = {gamma:g}: α_D = γ/(γ + 1)", gamma / (gamma + 1), found, slack, why="γ/2n")


def _drawn(result: Result) -> Iterator[Check]:
    pure = result.pure
    for which, mean, label in (("hard", "mean", "hard"), ("soft", "smooth", "soft")):
        drawn, expected = pure.exponents(which), pure.expected(mean)
        for i, gamma in enumerate(pure.gammas):
            slack = 4 * slope_error(pure, i, which, result.config.quanta) / len(drawn) ** 0.5
            name = f"Poisson counts, {label} threshold, γ = {gamma:g}: α_D"
            yield Check(name, float(expected[i]), float(drawn[:, i].mean()), slack, why="4 standard errors")


def slope_error(pure: Pure, i: int, which: str, quanta: int) -> float:
    """Standard deviation of one seed's α_D: Var L = Σ p_k² q_k(1 − q_k) with q_k the probability to be unlearned."""
    from scipy.special import gammaincc

    gamma, samples = pure.gammas[i], pure.samples[i]
    p = exact.frequencies(gamma, quanta, truncated=False)
    mean = (pure.mean if which == "hard" else pure.smooth)[i]
    relative = []
    for d, loss in zip(samples, mean, strict=True):
        q = gammaincc(NEED, d * p) if which == "hard" else np.exp(-d * p / NEED)
        relative.append((p**2 * q * (1 - q)).sum() / loss**2)
    u = np.log(samples) - np.log(samples).mean()
    return float(np.sqrt((u**2 * np.array(relative)).sum()) / (u**2).sum())


def nearer(name: str, fits: list[Fit]) -> Iterator[Check]:
    """The finite-K exponents are nearer to the measured ones than the asymptotic ones are, on average over γ."""
    found = [fit for fit in fits if fit.measured]
    if found:
        far = float(np.mean([abs(fit.mean - fit.asymptotic) for fit in found]))
        near = float(np.mean([abs(fit.mean - fit.finite) for fit in found]))
        yield Check(f"networks, {name}: distance to finite-K, below that to the asymptotic exponent", far, near, 0, "≤")


def _networks(result: Result) -> Iterator[Check]:
    yield from nearer("α_S", exponents.in_steps(result.fresh))
    yield from nearer("α_D", exponents.in_samples(result.limited, result.config.samples))
    times = exponents.times(result.fresh)
    if np.isfinite(times.slope):
        name = "networks: slope of log learning time over log frequency"
        yield Check(name, -1, times.slope, 4 * times.error, why="4 standard errors of the scatter of tasks")
