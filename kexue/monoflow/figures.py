"""The chapter's figures: theory dashed, data as points with error bars (one standard deviation over seeds)."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from kexue.lab.figures import COLOURS, DATA, MARKERS, THEORY, Picture, axes, style
from kexue.monoflow.critics import Chase
from kexue.monoflow.gaussian import STARTS, Travel
from kexue.monoflow.grid import Flow
from kexue.monoflow.heights import HEIGHTS
from kexue.monoflow.predictions import RATE, exact_divergence
from kexue.monoflow.ring import LOSSES, Setting, Training, centres

_LOOKS = {
    name: {"color": COLOURS[i % 4], "marker": MARKERS[i % 4], "markerfacecolor": None if i < 4 else "none"}
    for i, name in enumerate(HEIGHTS)
}
_LOOKS["decreasing"] = {"color": "grey", "marker": "x"}


def travels(travel: Travel) -> Picture:
    """Means and variances of particles beside their closed forms."""
    with style():
        figure = Figure(layout="constrained", figsize=(6.8, 3.2))
        pairs = (
            ("mean", travel.mean, travel.exact_mean),
            ("variance", travel.variance, travel.exact_variance),
        )
        for ax, (label, measured, exact) in zip(figure.subplots(1, 2), pairs, strict=True):
            ax.set(xlabel="training time t", ylabel=label)
            for i, (colour, marker) in enumerate(zip(COLOURS, MARKERS, strict=False)):
                if i < len(STARTS):
                    ax.plot(travel.times, exact[:, i], color=colour, **THEORY)
                    ax.plot(travel.times[::4], measured[::4, i], color=colour, marker=marker, linestyle="")
    starts = "; ".join(f"{m:g} and {v:g}" for m, v in STARTS)
    return Picture(
        figure,
        f"Mean and variance of particles over time, for starts at mean and variance {starts}. The points lie on "
        "dashed exponentials, which go to 0 and to 1.",
    )


def divergences(flow: Flow) -> Picture:
    """KL(t) for each h on the grid, with the closed form and the bound of the identity."""
    with style():
        figure, ax = axes("training time t", "KL(q ‖ p), nats", log="y")
        for i, name in enumerate(flow.names):
            ax.plot(
                flow.times[::6],
                flow.kl[::6, i],
                **{**_LOOKS[name], "linestyle": "-", "linewidth": 0.7},
                label=HEIGHTS[name].label,
            )
        ax.plot(flow.times, exact_divergence(flow.times), color=COLOURS[0], **THEORY, label="x, closed form")
        ax.plot(flow.times, flow.kl[0, 0] * np.exp(-RATE * flow.times), color="grey", **THEORY, label="e⁻²ᵗ KL(0)")
        ax.set_ylim(1e-5, 4)
        ax.legend(ncols=2, fontsize=8)
    ends = ", ".join(f"{HEIGHTS[n].label} {flow.kl[-1, i]:.2g}" for i, n in enumerate(flow.names))
    return Picture(
        figure,
        f"Divergence over time for six increasing functions h; it falls for each. At t = {flow.times[-1]:g}: {ends}. "
        "The identity's points lie on a dashed closed form, below the dashed bound.",
    )


def chases(chase: Chase) -> Picture:
    """W₂ over time of particles that follow a critic."""
    with style():
        figure, ax = axes("training time t = steps × ε", "W₂ from p", log="y")
        for i, name in enumerate(chase.names):
            ax.errorbar(
                chase.times[::4],
                chase.distance[::4, i].mean(1),
                chase.distance[::4, i].std(1, ddof=1),
                **{**DATA, **_LOOKS[name], "linestyle": "-", "linewidth": 0.7},
                label=HEIGHTS[name].label,
            )
        ax.axhline(chase.floor, color="grey", **THEORY, label="a sample of p")
        ax.legend(ncols=2, fontsize=8)
    ends = ", ".join(f"{HEIGHTS[n].label} {chase.distance[-1, i].mean():.2g}" for i, n in enumerate(chase.names))
    return Picture(
        figure,
        f"Distance from p of particles that follow a learned critic. It falls for the increasing h and grows for the "
        f"decreasing one. At the end: {ends}; a plain sample of p has {chase.floor:.2g}.",
    )


def paths(chase: Chase, names: tuple[str, ...] = ("identity", "decreasing")) -> Picture:
    """Where single particles go."""
    with style():
        figure = Figure(layout="constrained", figsize=(6.8, 3.2))
        for ax, name in zip(figure.subplots(1, len(names)), names, strict=True):
            i = chase.names.index(name)
            ax.plot(chase.times, chase.paths[:, i], color=_LOOKS[name]["color"], linewidth=0.7, marker="")
            ax.set(xlabel="training time t", ylabel="place", title=f"h = {HEIGHTS[name].label}")
    return Picture(
        figure,
        "Paths of 24 particles. With h the identity they gather about the two modes of p; with the decreasing h "
        "many of them leave in both directions, far beyond p.",
    )


def distances(training: Training) -> Picture:
    """W₂ over rounds for each setting; the bars reach from the least to the largest of all seeds."""
    with style():
        figure, ax = axes("rounds", "W₂ from p", log="y")
        ks = sorted({setting.k for setting in training.settings})
        for i, setting in enumerate(training.settings):
            j = ks.index(setting.k)
            values = training.distance[:, i]
            ax.errorbar(
                training.rounds + 0.004 * training.rounds[-1] * i,  # side by side
                values.mean(1),
                [values.mean(1) - values.min(1), values.max(1) - values.mean(1)],
                **{**DATA, "linestyle": "-" if setting.loss == "regression" else ":"},
                color=COLOURS[j % 4],
                marker=MARKERS[j % 4],
                markerfacecolor="none" if setting.loss == "adversarial" else COLOURS[j % 4],
                label=f"{setting.loss}, K = {setting.k}",
            )
        ax.axhline(training.floor.mean(), color="grey", **THEORY, label="a sample of p")
        ax.set_ylim(0.7 * training.floor.mean())
        ax.legend(ncols=2, fontsize=8)
    ends = ", ".join(
        f"{s.loss} with K = {s.k} {training.distance[-1, i].mean():.2g}" for i, s in enumerate(training.settings)
    )
    return Picture(figure, f"Distance from p of the generators' samples over rounds. At the end: {ends}.")


def samples(training: Training) -> Picture:
    """Samples at the end, one panel for each setting, beside the centres of the modes."""
    ks = sorted({setting.k for setting in training.settings})
    middle = centres().numpy()
    with style():
        figure = Figure(layout="constrained", figsize=(2.1 * len(ks), 4.3))
        for row, loss in zip(figure.subplots(2, len(ks), squeeze=False), LOSSES, strict=True):
            for ax, k in zip(row, ks, strict=True):
                points = training.samples[-1, training.settings.index(Setting(loss, k))]
                ax.plot(*middle.T, color="grey", marker="o", markerfacecolor="none", linestyle="", markersize=9)
                ax.plot(*points.T, color=COLOURS[LOSSES.index(loss)], marker=".", markersize=2.5, linestyle="")
                ax.set(xlim=(-3.6, 3.6), ylim=(-3.6, 3.6), aspect="equal", xticks=[], yticks=[])
                ax.set_title(f"{loss}, K = {k}", fontsize=8)
    modes = "; ".join(f"{s.loss} with K = {s.k}: {training.modes[i, 0]}" for i, s in enumerate(training.settings))
    return Picture(
        figure,
        f"Samples of the generators of one seed beside the eight modes, circles. Modes that are covered: {modes}.",
    )
