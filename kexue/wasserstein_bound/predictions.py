"""What the theorem predicts of a result, beside what was measured."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kexue.lab.checks import Check
from kexue.wasserstein_bound.bound import article_bound, gaussian_distance
from kexue.wasserstein_bound.experiment import Result
from kexue.wasserstein_bound.line import Line
from kexue.wasserstein_bound.pairs import Pair

ROUNDING = 1e-9  # of some hundred steps in float64
QUADRATURE = 1e-6  # of the bound on the line, see the tests
ERRORS = 5.0  # standard errors: two normal tails of 6e-7
STEPS = "change with steps twice as long"


def checks(result: Result) -> list[Check]:
    """Every statement of the page that could have failed."""
    return [*_closed(result), *_line(result.line), *_transported(result.line), *_plane(result), *_pythagoras(result)]


def attained(pair: Pair) -> bool:
    """Whether the coupling's distance is predicted to equal the bound: Gaussian data and one source of distance.

    A constant error moves all pairs by the same; a wrong start is stretched by the same linear flow.
    """
    return pair.mean == 0 and pair.error == "constant" and not (pair.prior and pair.delta)


def _tolerance(line: Line, equation: str, i: int) -> float:
    return line.steps_cost(equation, i) + QUADRATURE * float(line.bound[equation][i, -1])


def _closed(result: Result) -> Iterator[Check]:
    """The closed forms of the derivation, and the article's sign, in the ODE on Gaussian data of variance 4."""
    line, pair = result.line, result.config.pairs[0]
    arguments = (pair.sd**2, pair.delta, pair.T)
    measured, claimed = float(line.wasserstein["ODE"][0, 0, -1]), article_bound(*arguments)
    tolerance = _tolerance(line, "ODE", 0)
    yield Check("ODE, W₂ of Gaussian data, closed form", gaussian_distance(*arguments), measured, tolerance, "≈", STEPS)
    yield Check("what the other sign claims lies below that W₂", measured, claimed, 0, "≤")


def _line(line: Line) -> Iterator[Check]:
    for equation in line.bound:
        for i, pair in enumerate(line.pairs):
            name, tolerance = f"{equation}, {pair.label}", _tolerance(line, equation, i)
            right, w = float(line.bound[equation][i, -1]), line.coupled[equation][i, :, -1]
            if attained(pair):
                far = w[np.argmax(np.abs(w - right))]
                yield Check(f"{name}: w attains the bound", right, float(far), tolerance, "≈", STEPS)
            else:
                yield Check(f"{name}: largest w over seeds", right, float(w.max()), tolerance, "≤", STEPS)
        over = (line.wasserstein[equation] - line.coupled[equation]).max()
        yield Check(f"{equation}: W₂ − w, largest at any time", 0, float(over), ROUNDING, "≤", "rounding")
        excess = (line.coupled[equation] - line.bound[equation][:, None]) / line.bound[equation][:, None].clip(1e-12)
        cost = np.abs(line.coupled[equation] - line.coarse[equation]) / line.bound[equation][:, None].clip(1e-12)
        most = float(excess[:, :, 1:].max())
        yield Check(
            f"{equation}: w/bound − 1, largest at any time", 0, most, float(cost.max()) + QUADRATURE, "≤", STEPS
        )


def _transported(line: Line) -> Iterator[Check]:
    fine, coarse = line.transported.max(axis=1)
    yield Check(
        "ODE, exact score: distance from the data's quantiles", 0, float(fine), float(coarse - fine), "≤", STEPS
    )


def _plane(result: Result) -> Iterator[Check]:
    plane = result.plane
    for name, w in plane.coupled.items():
        coarse = np.abs(w - plane.coarse[name])[:, -1]
        quadrature = np.abs(plane.bound[name][:, -1] - plane.bound_half[name])
        tightest = int(np.argmax(w[:, -1] / plane.bound[name][:, -1]))
        yield Check(
            f"{name}, learned score: w of the network next to its bound",
            float(plane.bound[name][tightest, -1]),
            float(w[tightest, -1]),
            float((coarse + quadrature)[tightest]),
            "≤",
            "steps; half the grid and the times",
        )
        few, paired = plane.exact[name]
        over = float((few - paired).max())
        yield Check(f"{name}, learned score: exact W₂ − w of few particles", 0, over, ROUNDING, "≤", "rounding")
        over = float((plane.sliced[name] - w).max())
        yield Check(f"{name}, learned score: sliced W₂ − w, at any time", 0, over, ROUNDING, "≤", "rounding")


def _pythagoras(result: Result) -> Iterator[Check]:
    loss = result.plane.loss
    worst = float(np.max(np.abs(loss.gap) / loss.deviation))
    yield Check("conditional loss − score error − floor, in standard errors", 0, worst, ERRORS, "≤", "normal tails")
