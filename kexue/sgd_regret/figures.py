"""The chapter's figures: theory dashed, data as points with error bars (one standard deviation over seeds)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from kexue.lab.figures import COLOURS, DATA, MARKERS, THEORY, Picture, axes, style
from kexue.sgd_regret.adversary import Attack
from kexue.sgd_regret.bounds import SCHEDULES, bound
from kexue.sgd_regret.experiment import Result

_LOOKS = {
    name: {"color": colour, "marker": marker} for name, colour, marker in zip(SCHEDULES, COLOURS, MARKERS, strict=True)
}
_ADVERSARY = {
    "linestyle": "",
    "marker": "D",
    "markerfacecolor": "none",
    "color": COLOURS[3],
    "label": "adversary, D/(G√T)",
}


def regrets(result: Result, adversary: Mapping[int, Attack]) -> Picture:
    """Average regret against T, with each schedule's bound, and the adversary's under the constant step."""
    with style():
        figure, ax = axes("steps T", "average regret (units of the loss)", log="xy")
        for name, regret in result.regret.items():
            _data(ax, result.horizons, regret, name)
            ax.plot(
                result.horizons,
                result.bound(name),
                **{**_LOOKS[name], **THEORY},
                label=f"bound, {SCHEDULES[name].label}",
            )
        ax.plot(list(adversary), [a.regret for a in adversary.values()], **_ADVERSARY)
        ax.legend()
    return Picture(
        figure,
        "Average regret against the number of steps on logarithmic axes. All fall like one over the square root of T; "
        "the measured points lie below the dashed bounds, the adversary's points on the bound of the constant step.",
    )


def ratios(result: Result, adversary: Mapping[int, Attack]) -> Picture:
    """Regret over bound against T: 1 is what the theorem allows."""
    with style():
        figure, ax = axes("steps T", "regret / bound", log="x")
        for name in result.regret:
            _data(ax, result.horizons, result.ratio(name), name)
        proved = bound("constant", result.D, result.G, np.array(list(adversary)))
        ax.plot(list(adversary), [a.regret for a in adversary.values()] / proved, **_ADVERSARY)
        ax.axhline(1, color="grey", **THEORY, label="what the theorem allows")
        ax.set_ylim(0, 1.08)
        ax.legend(loc="center right", bbox_to_anchor=(1, 0.68))
    shares = ", ".join(
        f"{SCHEDULES[name].label}: {result.ratio(name).mean(axis=0).min():.2f} to "
        f"{result.ratio(name).mean(axis=0).max():.2f}"
        for name in result.regret
    )
    return Picture(
        figure,
        f"Regret divided by its bound against T. Measured means {shares}; the adversary at 1, the most there is.",
    )


def price(results: Mapping[str, Result]) -> Picture:
    """Regret of α/√t over that of the constant step, per loss; the bounds' quotient is dashed."""
    with style():
        figure, ax = axes("steps T", "regret of α/√t / regret of D/(G√T)", log="x")
        for (loss, result), colour, marker in zip(results.items(), COLOURS, MARKERS, strict=False):
            quotient = result.regret["sqrt_decay"] / result.regret["constant"]
            _errorbar(ax, result.horizons, quotient, {"color": colour, "marker": marker, "label": f"{loss} loss"})
        proved = result.bound("sqrt_decay") / result.bound("constant")
        ax.plot(result.horizons, proved, color="grey", **THEORY, label="quotient of the bounds")
        ax.set_ylim(0, 1.5)
        ax.legend(loc="center right", bbox_to_anchor=(1, 0.73))
    means = [
        result.regret["sqrt_decay"].mean(axis=0) / result.regret["constant"].mean(axis=0) for result in results.values()
    ]
    return Picture(
        figure,
        f"Regret of the decaying step divided by regret of the constant step, for the losses {', '.join(results)}: "
        f"{np.min(means):.2f} to {np.max(means):.2f}. The quotient of the bounds rises towards the square root of 2.",
    )


def worst_case(cases: Sequence[Mapping[str, float]]) -> Picture:
    """The exact worst case of α/√t and its bound, in units of DG√T, the constant step's bound and exact worst case."""
    T = np.array([case["T"] for case in cases])
    look = _LOOKS["sqrt_decay"]
    with style():
        figure, ax = axes("steps T", "sum of regrets / DG√T")
        points = {"linestyle": ""}
        ax.plot(T, bound("sqrt_decay", 1, 1, T) * np.sqrt(T), **{**look, **THEORY}, label="α/√t, proved bound")
        ax.plot(
            T, [case["sqrt_decay"] for case in cases] / np.sqrt(T), **{**look, **points}, label="α/√t, exact worst case"
        )
        exact = [case["constant"] for case in cases] / np.sqrt(T)
        ax.plot(T, exact, **{**_LOOKS["constant"], **points}, label="D/(G√T), exact = bound")
        ax.axhline(np.sqrt(2), color="grey", linestyle=":", label="√2")
        ax.set_ylim(0.84, 1.46)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.legend(loc="lower right", ncols=2)
    return Picture(
        figure,
        f"Worst sum of regrets in units of D G root T, for T from 1 to {T[-1]}. The constant step's exact worst case "
        f"is 1. That of the decaying step grows to {cases[-1]['sqrt_decay'] / np.sqrt(T[-1]):.2f}, below its bound, "
        "which tends to root 2.",
    )


def _data(ax: Axes, x: np.ndarray, samples: np.ndarray, name: str) -> None:
    _errorbar(ax, x, samples, {**_LOOKS[name], "label": SCHEDULES[name].label})


def _errorbar(ax: Axes, x: np.ndarray, samples: np.ndarray, look: Mapping[str, object]) -> None:
    ax.errorbar(x, samples.mean(axis=0), samples.std(axis=0, ddof=1), **{**DATA, **look})
