"""The page's figures: theory dashed, data as points with error bars (one standard deviation over seeds)."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kexue.lab.figures import COLOURS, DATA, MARKERS, THEORY, Picture, axes, style
from kexue.reflow_wgan import line
from kexue.reflow_wgan.experiment import Result
from kexue.reflow_wgan.flows import DATA as EIGHT

GREY = "#7f8790"
_LOOKS = [{"color": colour, "marker": marker} for colour, marker in zip(COLOURS, MARKERS, strict=True)]


def quadrature(result: Result) -> Picture:
    """Largest difference of the two sides of the identity against the number of nodes."""
    with style():
        figure, ax = axes("nodes of the quadrature over t", "largest difference of the two sides", log="xy")
        errors = result.identity.errors
        ax.plot(list(errors), list(errors.values()), **_LOOKS[0], linewidth=1)
        ax.set_xticks(list(errors), [str(n) for n in errors])
        ax.minorticks_off()
    return Picture(
        figure,
        "Largest difference between the integral of the derivative along a line and the difference of the ends, "
        "against the number of nodes, on logarithmic axes: it falls faster than any power, to rounding.",
    )


def spreads(result: Result) -> Picture:
    """Standard deviation of the particles in the plane against the outer step, for the three fields."""
    flow = result.flow
    with style():
        figure, ax = axes("outer step", "standard deviation of a coordinate", log="y")
        for name, look in zip(flow.places, _LOOKS, strict=False):
            _errorbar(ax, flow.steps, flow.spread(name), {**look, "label": name})
        ax.plot(flow.steps, flow.predicted_spread(), color=COLOURS[0], **THEORY, label="exact field at t = 0")
        ax.axhline(EIGHT.spread, color=GREY, **THEORY, label="data")
        ax.set_ylim(0.02, 2.5)
        ax.legend()
    return Picture(
        figure,
        "Standard deviation of the particles against the outer step on a logarithmic axis. Without time and as a "
        "gradient it rises to that of the data; asked at time nought it rises at first and then falls below where it "
        "began, above the dashed line of the exact field, which falls geometrically.",
    )


def distances(result: Result) -> Picture:
    """W₂ of the particles in the plane to the data."""
    with style():
        figure, ax = axes("outer step", "W₂ to the data", log="y")
        for (name, found), look in zip(result.flow_distances.items(), _LOOKS, strict=False):
            _errorbar(ax, result.flow.steps, found, {**look, "label": name})
        ax.axhline(result.flow_floor, color=GREY, **THEORY, label="as many draws of the data")
        ax.legend()
    return Picture(
        figure,
        "Wasserstein distance of the particles to the data against the outer step: two fields bring it down to about "
        "that of draws of the data, the field that is asked at time nought leaves it where it was.",
    )


def slopes() -> Picture:
    """The critic's slope on a line: solved, and in closed form."""
    x, found = line.solved_slope(1000)
    shown = (x > -6) & (x < 6)
    places = np.linspace(-6, 6, 400)
    with style():
        figure, ax = axes("x", "slope of the critic, D′(x)")
        ax.plot(places, line.closed_slope(places), color=COLOURS[0], **THEORY, label="(F₀ − F₁)/ρ")
        ax.plot(x[shown][::25], found[shown][::25], linestyle="", **_LOOKS[1], label="solver")
        for law, colour, name in ((line.NOISE, GREY, "noise"), (line.DATA, COLOURS[2], "data")):
            ax.fill_between(
                places,
                4 * law.density(places),
                color=colour,
                alpha=0.25,
                linewidth=0,
                label=f"4 × density of the {name}",
            )
        ax.set_ylim(0)
        ax.legend()
    return Picture(
        figure,
        "Slope of the best critic between a Gaussian and a mixture of two on a line; the points of the solver lie on "
        "the dashed closed form.",
    )


def line_flow(result: Result) -> Picture:
    """W₂ of the particles on the line to the data's quantiles."""
    flow = result.line
    with style():
        figure, ax = axes("ε × steps", "W₂ to the data", log="y")
        for (seed, found), look in zip(enumerate(flow.distances.T[:4]), _LOOKS, strict=False):
            ax.plot(flow.times, found, **look, linewidth=1, markersize=3, label=f"seed {seed}")
        ax.legend()
    return Picture(
        figure,
        "Wasserstein distance of the particles on the line to the data against time, on a logarithmic axis, for "
        "several seeds: it falls by nearly three powers of ten.",
    )


def training(result: Result) -> Picture:
    """W₂ of the generators' samples during WGAN-GP, a panel for each centre."""
    trained = result.trained
    with style():
        figure = Figure(layout="constrained", figsize=(5.8, 3.4))
        panels = figure.subplots(1, 2, sharex=True, sharey=True)
        for k, (centre, weight) in enumerate(trained.training.settings):
            look = _LOOKS[k % len(trained.training.weights)]
            _errorbar(
                panels[centre],
                trained.iterations,
                result.distances[:, k],
                {**look, "label": f"λ = {weight:g}"},
                log=True,
            )
        for ax, title in zip(panels, ("centred at zero", "centred at one"), strict=True):
            ax.axhline(result.distance_floor, color=GREY, **THEORY, label="draws of the data")
            ax.set(yscale="log", xlabel="iterations")
            ax.set_title(title, fontsize=10)
        panels[0].set_ylabel("W₂ to the data")
        panels[0].legend(fontsize=8)
    return Picture(
        figure,
        "Wasserstein distance of the generator's samples to the data during WGAN-GP, for three weights of the penalty "
        "and for both centres, with the spread over seeds.",
    )


def _errorbar(ax: Axes, x: list, samples: np.ndarray, look: dict, *, log: bool = False) -> None:
    """Mean and standard deviation over the last axis; with ``log`` both of the logarithm."""
    if not log:
        ax.errorbar(x, samples.mean(axis=-1), samples.std(axis=-1, ddof=1), **{**DATA, **look})
        return
    logs = np.log(samples)
    middle, spread = logs.mean(axis=-1), logs.std(axis=-1, ddof=1)
    bars = np.exp(middle) - np.exp(middle - spread), np.exp(middle + spread) - np.exp(middle)
    ax.errorbar(x, np.exp(middle), bars, **{**DATA, **look})
