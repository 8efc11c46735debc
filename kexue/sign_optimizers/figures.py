"""The chapter's figures: theory dashed, data as points with error bars (one standard deviation over seeds)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from kexue.lab.figures import COLOURS, DATA, MARKERS, THEORY, Picture, axes, style
from kexue.sign_optimizers import rows
from kexue.sign_optimizers.language import FIRST, Language
from kexue.sign_optimizers.transformer import BINS

SHOWN = ("Tiger", "Tiger, flushed to zero", "Tiger, recurring", "Tiger, tied", "Tiger, lazy", "Adam")
COMPARED = ("Tiger", "Tiger, lazy", "Tiger, tied", "Adam")


def trajectories(found: Language) -> Picture:
    """The rare row's largest entry over the steps, by variant, beside the logistic curve."""
    at = [i for i, variant in enumerate(found.variants) if variant.name in SHOWN]
    every = max(len(found.times) // 25, 1)
    with style():
        figure, ax = axes("step", "largest |entry| of the rare row", log="y")
        for n, i in enumerate(at):
            values = found.largest[::every, i]
            ax.errorbar(
                found.times[::every],
                values.mean(1),
                np.minimum(values.std(1, ddof=1), 0.9 * values.mean(1)),
                **{**DATA, "linestyle": "-", "linewidth": 0.7},
                color=COLOURS[n % 4] if n < 4 else ("grey", "#8a6d1d")[n - 4],
                marker=(*MARKERS, "v", "x")[n],
                label=found.variants[i].name,
            )
        start = np.sqrt((found.before[at[0]] ** 2).mean())
        late = found.times[found.times > FIRST]
        curve = rows.logistic(start, found.sizes.lr, found.sizes.weight_decay, late - FIRST)
        ax.plot(late, curve, color=COLOURS[0], **THEORY, label="logistic curve")
        ax.axhline(1 / found.sizes.weight_decay, color="grey", **THEORY)
        ax.legend(fontsize=8)
    ends = ", ".join(f"{found.variants[i].name} {found.largest[-1, i].mean():.2g}" for i in at)
    return Picture(
        figure,
        f"Largest entry of the rare row over the steps, logarithmic. It grows along a dashed logistic curve to the "
        f"dashed line at 1/λ under Tiger; at the end: {ends}.",
    )


def histograms(found: Mapping[str, Any]) -> Picture:
    """Sizes of the embedding's entries in the transformer, by optimizer; from a record."""
    trained = {each["name"]: each for each in found["transformer"]["trained"]}
    middles = 10 ** ((BINS[1:] + BINS[:-1]) / 2)
    limit = 1 / found["transformer"]["weight decay"]
    with style():
        figure = Figure(layout="constrained", figsize=(6.8, 4.4))
        panels = figure.subplots(2, 2, sharex=True, sharey=True)
        for ax, name, colour in zip(panels.flat, COMPARED, COLOURS, strict=True):
            counts = np.array(trained[name]["histogram"], dtype=float)
            ax.step(middles, counts / counts.sum(), where="mid", color=colour, marker="")
            ax.axvline(limit, color="grey", **THEORY)
            ax.set(title=name, xscale="log", yscale="log", xlim=(1e-4, 3 * limit))
        for ax in panels[1]:
            ax.set_xlabel("|entry| of the embedding")
        for ax in panels[:, 0]:
            ax.set_ylabel("share of entries")
    shares = ", ".join(f"{name} {trained[name]['outliers']:.2%}" for name in COMPARED)
    return Picture(
        figure,
        f"Histograms of the sizes of the embedding's entries for four optimizers, with a dashed line at 1/λ. "
        f"Share of entries above half of it: {shares}.",
    )


def reappearing(found: rows.Reappearing) -> Picture:
    """Size of a weight whose token reappears with probability p, as a share of 1/λ."""
    limit = 1 / rows.PRODUCT
    chance = np.geomspace(min(found.chances), 1, 80)
    with style():
        figure, ax = axes(
            "p, probability of an occurrence in a step", "root mean square of θ, as a share of 1/λ", log="xy"
        )
        curve = [rows.stationary(p, 1.0, rows.PRODUCT) ** 0.5 / limit for p in chance]
        ax.plot(chance, curve, color=COLOURS[0], **THEORY, label="stationary law")
        simple = (1 + chance / rows.PRODUCT) ** -0.5
        ax.plot(chance, simple, color="grey", linestyle=":", marker="", label="(1 + p/ηλ)^(−½)")
        root = np.sqrt(found.mean)
        ax.errorbar(
            found.chances,
            root / limit,
            found.error / (2 * root) / limit,
            **DATA,
            color=COLOURS[1],
            marker="o",
            label="simulated",
        )
        ax.legend(fontsize=8)
    return Picture(
        figure,
        f"Size of a weight against the probability that its token occurs, from {found.chances[0]:g} down to "
        f"{found.chances[-1]:g}: it rises from a few hundredths of 1/λ nearly to 1/λ. Points lie on the dashed curve.",
    )
