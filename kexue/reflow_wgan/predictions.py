"""What theory predicts of the experiment, beside what was measured, each with a tolerance that is derived.

Statistical rows allow `ERRORS` standard errors: a normal estimate is beyond them once in 10⁶.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kexue.lab.checks import Check
from kexue.reflow_wgan.equal import PRICE
from kexue.reflow_wgan.experiment import Result
from kexue.reflow_wgan.flows import DATA, START

ERRORS = 5.0
LEAST_OUTER, LEAST_INNER, LEAST_ITERATIONS = 100, 4, 200
FINEST = 1e-8  # quadrature with 64 nodes of a tanh network, whose poles lie off the line


def checks(result: Result) -> list[Check]:
    """Every prediction with its measurement; of trained networks only after some training."""
    config = result.config
    plane = _plane(result) if config.outer >= LEAST_OUTER and config.inner >= LEAST_INNER else ()
    trained = _wgan(result) if config.iterations >= LEAST_ITERATIONS else ()
    return [*_identity(result), *_price(result), *_line(result), *plane, *trained]


def _identity(result: Result) -> Iterator[Check]:
    found = result.identity
    finest = max(found.errors)
    yield Check(
        f"∫⟨∇D, x₁ − x₀⟩dt against D(x₁) − D(x₀), largest error at {finest} nodes",
        0, found.errors[finest], FINEST, "≈", "quadrature",
    )  # fmt: skip
    extra = (found.single - found.ends) ** 2 - found.within
    predicted = float(found.within.mean())
    error = ERRORS * float(extra.std(ddof=1)) / extra.size**0.5
    measured = predicted + float(extra.mean())
    yield Check("variance that a single random t adds", predicted, measured, error, "≈", f"{ERRORS:g} standard errors")


def _price(result: Result) -> Iterator[Check]:
    found, error = result.price
    name = "equal Gaussians: what the best ∇D leaves and v(x, t) does not"
    yield Check(name, PRICE, found, ERRORS * error, "≈", f"{ERRORS:g} standard errors")


def _line(result: Result) -> Iterator[Check]:
    coarse, fine = sorted(result.slope_errors)[-2:]
    quotient = result.slope_errors[coarse] / result.slope_errors[fine]
    yield Check("critic on a line: solver against (F₀ − F₁)/ρ", 0, result.slope_errors[fine], 1e-4, "≈", "second order")
    yield Check(f"… error at {coarse} cells over that at {fine}", 4, quotient, 0.4, "≈", "next order")
    flow = result.line
    steps = np.diff(flow.data)
    rank = float(np.sqrt((steps**2).sum() / len(flow.data)))
    last = float(flow.distances[-1].max())
    yield Check("its particle flow: W₂ at the end, largest over seeds", 0, last, rank, "≈", "one rank of each particle")


def _plane(result: Result) -> Iterator[Check]:
    flow = result.flow
    last = float(flow.spread("v(x, 0)")[-1].max())
    yield Check("v(x, 0): spread at the end, largest over seeds", START, last, 0, "≤")
    for name in ("v(x)", "∇D(x)"):
        found = float(flow.spread(name)[-1].mean())
        yield Check(
            f"{name}: spread at the end",
            DATA.spread,
            found,
            0.1 * DATA.spread,
            "≈",
            "a tenth: what is left after the last step",
        )
        worst = float(result.flow_distances[name][-1].max())
        best = float(result.flow_distances["v(x, 0)"][-1].min())
        yield Check(f"{name}: W₂ at the end, its largest against the least of v(x, 0)", best, worst, 0, "≤")


def _wgan(result: Result) -> Iterator[Check]:
    """At rest a zero-centred critic is flat, and a one-centred one is not: the slopes of λ = 1 and 10."""
    settings = result.trained.training.settings
    last = {setting: slopes.mean() for setting, slopes in zip(settings, result.trained.slopes[-1], strict=True)}
    for weight in result.trained.training.weights:
        if weight >= 1:
            zero, one = float(last[0, weight]), float(last[1, weight])
            yield Check(
                f"WGAN-GP, λ = {weight:g}: slope of the zero-centred critic against the other's", one, zero, 0, "≤"
            )
