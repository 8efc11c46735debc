"""The chapter's figures: theory dashed, measurements as points with error bars (one standard deviation)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kexue.lab.figures import COLOURS, DATA, MARKERS, THEORY, Picture, axes, style
from kexue.wasserstein_bound.line import Line
from kexue.wasserstein_bound.plane import Plane

W2 = {"color": COLOURS[0], "marker": MARKERS[0], "markersize": 3}
W = {"color": COLOURS[2], "linewidth": 1.2, "marker": ""}
BOUND = {"color": COLOURS[1], **THEORY}
PAIRS_BOUND = {**BOUND, "color": COLOURS[3], "linestyle": ":"}


def distances(line: Line, chosen: Sequence[int] = (0, 3, 5)) -> Picture:
    """W₂, the coupling's distance and the bound against time: a column for each pair, a row for each equation."""
    with style():
        figure = Figure(layout="constrained", figsize=(6.2, 4.2))
        panels = figure.subplots(len(line.bound), len(chosen), sharex=True, squeeze=False)
        for row, equation in zip(panels, line.bound, strict=True):
            for ax, i in zip(row, chosen, strict=True):
                _distances(ax, line, equation, i)
            row[0].set_ylabel(f"{equation}: distance")
        for ax, i in zip(panels[0], chosen, strict=True):
            ax.set_title(line.pairs[i].label, fontsize=9)
        figure.supxlabel("time t", fontsize=10)
        panels[0][0].legend(fontsize=8)
    names = ", ".join(line.pairs[i].label for i in chosen)
    return Picture(
        figure,
        f"Distance against time for ODE and SDE and for {names}: from zero at T the Wasserstein distance and the "
        "coupling's grow towards the data, below the dashed bound, and on it where the data are Gaussian.",
    )


def _distances(ax: Axes, line: Line, equation: str, i: int) -> None:
    t = line.times[i]
    _bars(ax, t[::4], line.wasserstein[equation][i][:, ::4], {**W2, "label": "W₂"})
    ax.plot(t, line.coupled[equation][i].mean(axis=0), **W, label="coupling")
    ax.plot(t, line.bound[equation][i], **BOUND, label="bound")
    ax.set_ylim(0)


def _bars(ax: Axes, x: np.ndarray, samples: np.ndarray, look: dict) -> None:
    spread = samples.std(axis=0, ddof=1) if len(samples) > 1 else np.zeros(samples.shape[1])
    ax.errorbar(x, samples.mean(axis=0), spread, **{**DATA, **look})


def ratios(line: Line) -> Picture:
    """What the bound gives away, for each pair: bound over W₂, and bound over w, at the data."""
    with style():
        figure, ax = axes("", "bound / distance at the data", log="y")
        places = np.arange(len(line.pairs))
        for k, (equation, bound) in enumerate(line.bound.items()):
            for samples, mark, word in ((line.wasserstein, MARKERS[0], "W₂"), (line.coupled, MARKERS[1], "coupling")):
                quotient = (bound[:, -1:] / samples[equation][:, :, -1]).T
                look = {"color": COLOURS[k], "marker": mark, "markerfacecolor": COLOURS[k] if mark == "o" else "none"}
                _bars(ax, places + 0.24 * k - 0.12, quotient, {**look, "label": f"{equation}, over {word}"})
        ax.axhline(1, color="grey", **THEORY, label="nothing lost")
        ax.set_xticks(places, [pair.label.replace(", ", "\n") for pair in line.pairs], fontsize=6)
        ax.legend(fontsize=8, loc="upper left")
    means = "; ".join(
        f"{pair.label}: {line.ratio('ODE')[i]:.3g} and {line.ratio('SDE')[i]:.3g}" for i, pair in enumerate(line.pairs)
    )
    return Picture(figure, f"Bound divided by distance at the data on a logarithmic axis, for ODE and SDE. {means}.")


def sides(plane: Plane) -> Picture:
    """Learned scores: sliced distance, coupling and bounds against time, means and deviations over networks."""
    with style():
        figure = Figure(layout="constrained", figsize=(6.2, 3.2))
        panels = figure.subplots(1, len(plane.bound), sharey=True)
        for ax, name in zip(panels, plane.bound, strict=True):
            t = plane.times
            _bars(ax, t[::4], plane.sliced[name][:, ::4], {**W2, "label": "sliced, ≤ W₂"})
            ax.plot(t, plane.coupled[name].mean(axis=0), **W, label="coupling, ≥ W₂")
            ax.plot(t, plane.bound_pairs[name].mean(axis=0), **PAIRS_BOUND, label="bound, L of the pairs")
            ax.plot(t, plane.bound[name].mean(axis=0), **BOUND, label="bound, L over the box")
            ax.set(xlabel="time t", title=name, xlim=(0, plane.times[0]))
        panels[0].set_ylabel("distance")
        panels[0].set_ylim(0)  # of both, which share it
        panels[0].legend(fontsize=8)
    return Picture(
        figure,
        "Learned scores in the plane, ODE and SDE: distance against time. From below: the sliced distance, the "
        "coupling's, the bound with the constant of the pairs, and the bound with the constant over the box.",
    )


def frame(plane: Plane, name: str, k: int) -> Picture:
    """Some particles of both clouds at one time, joined in pairs."""
    x, y = plane.shown[name][k][:, :150]
    reach = float(np.abs(plane.shown[name]).max()) * 1.02
    with style():
        figure = Figure(layout="constrained", figsize=(3.7, 3.7))
        ax = figure.add_subplot(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
        lines = np.stack([x, y, np.full_like(x, np.nan)], axis=1).reshape(-1, 2)
        ax.plot(*lines.T, color="grey", linewidth=0.8, marker="")
        ax.plot(*x.T, linestyle="", marker=MARKERS[0], markersize=2.5, color=COLOURS[0], label="true score")
        ax.plot(*y.T, linestyle="", marker=MARKERS[1], markersize=2.5, color=COLOURS[1], label="learned score")
        ax.set_title(f"t = {plane.times[k]:.2f}", fontsize=10)
        ax.legend(fontsize=8, loc="upper right")
    return Picture(figure, f"Particles of both clouds at time {plane.times[k]:.2f}, each joined with its partner.")


def animation(plane: Plane, name: str, frames: int = 11):
    """A slider over time that moves both clouds, in the static page too."""
    import ipywidgets as widgets  # for notebooks alone

    picked = np.linspace(0, len(plane.times) - 1, frames).round().astype(int)
    pictures = [widgets.HTML(frame(plane, name, int(k)).svg()) for k in picked]
    stack = widgets.Stack(pictures, selected_index=frames - 1)
    slider = widgets.IntSlider(frames - 1, 0, frames - 1, description="frame", readout=False)
    widgets.jslink((slider, "value"), (stack, "selected_index"))
    return widgets.VBox([slider, stack])
