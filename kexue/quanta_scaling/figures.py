"""The chapter's figures: theory dashed, data as points with error bars (one standard deviation over seeds)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from kexue.lab.figures import COLOURS, DATA, MARKERS, THEORY, Picture, axes, label_twos_and_fives, style
from kexue.quanta_scaling import exact, exponents, published
from kexue.quanta_scaling.report import WORDS
from kexue.quanta_scaling.simulator import Pure
from kexue.quanta_scaling.training import Trained


def pure(found: Pure) -> Picture:
    """Loss of pure quanta against samples, hard and soft, beside the exact sums."""
    with style():
        figure, ax = axes("samples D", "loss, a = 0 and b = 1", log="xy")
        for i, gamma in enumerate(found.gammas):
            look = {"color": COLOURS[i], "marker": MARKERS[i]}
            ax.plot(found.samples[i], found.mean[i], color=COLOURS[i], **THEORY)
            ax.plot(found.samples[i], found.smooth[i], color=COLOURS[i], **THEORY)
            error = found.hard[:, i].std(0, ddof=1)
            ax.errorbar(found.samples[i], found.hard[:, i].mean(0), error, **DATA, **look, label=f"γ = {gamma:g}")
            soft, error = found.soft[:, i].mean(0), found.soft[:, i].std(0, ddof=1)
            ax.errorbar(found.samples[i], soft, error, **DATA, **look, markerfacecolor="none")
        ax.legend()
    slopes = ", ".join(f"{a:.3f}" for a in found.expected("mean"))
    return Picture(
        figure,
        f"Losses of pure quanta fall as powers of the samples, on dashed exact sums, with exponents {slopes}; "
        "open markers, of the soft threshold, lie on parallel lines.",
    )


def curves(trained: Trained) -> Picture:
    """Mean loss of every width over steps, at the first γ."""
    with style():
        figure, ax = axes("steps", "mean loss, bits", log="xy")
        gamma, tasks = float(trained.gammas[0]), trained.losses.shape[3]
        runs = trained.gammas == gamma
        p = np.tile(exact.frequencies(gamma, tasks), (len(trained.gammas), 1))
        total = trained.total(p)[:, runs]
        for i, width in enumerate(trained.widths):
            colour, marker = COLOURS[i % 4], MARKERS[i % 4]
            face = None if i < 4 else "none"
            values = total[:, :, i]
            error = values.std(1, ddof=1) if runs.sum() > 1 else np.zeros(len(values))
            look = {**DATA, "linestyle": "-", "linewidth": 0.7}
            ax.errorbar(
                trained.at,
                values.mean(1),
                error,
                color=colour,
                marker=marker,
                markerfacecolor=face,
                **look,
                label=f"width {width}",
            )
        ax.legend(ncols=2, fontsize=8)
    ends = ", ".join(f"{w}: {total[-1, :, i].mean():.2g}" for i, w in enumerate(trained.widths))
    return Picture(figure, f"Mean loss over steps for each width. Narrow networks stop early. At the end, {ends} bits.")


def single_tasks(trained: Trained, shown: tuple[int, ...] = (1, 2, 4, 8)) -> Picture:
    """Losses of single tasks over steps, of the widest network's first run."""
    with style():
        figure, ax = axes("steps", "loss of the task, bits", log="x")
        for i, k in enumerate(shown):
            ax.plot(
                trained.at,
                trained.losses[:, 0, -1, k - 1],
                color=COLOURS[i % 4],
                marker=MARKERS[i % 4],
                linewidth=0.7,
                label=f"task {k}",
            )
        ax.legend()
    return Picture(
        figure, "Losses of single tasks over steps: each falls from one bit to nought, the rarer ones later."
    )


def learning_times(trained: Trained) -> Picture:
    """When each task was learned, over its frequency."""
    found = exponents.times(trained)
    with style():
        figure, ax = axes("frequency p of the task", "steps until its loss is below half a bit", log="xy")
        label_twos_and_fives(ax.xaxis)
        ax.plot(found.frequency, found.step, color=COLOURS[0], marker=MARKERS[0], linestyle="")
        if len(found.step):
            ends = np.array([found.frequency.min(), found.frequency.max()])
            middle = np.exp(np.log(found.step * found.frequency).mean())
            ax.plot(ends, middle / ends, color=COLOURS[1], **THEORY, label="slope −1")
            ax.legend()
    return Picture(
        figure,
        f"Learning times of tasks over their frequencies scatter about a dashed line of slope −1; "
        f"their own slope is {found.slope:.2f} ± {found.error:.2f}.",
    )


def against_gamma(found: Mapping[str, Any]) -> Picture:
    """The headline: exponents against γ, one panel for each resource."""
    with style():
        figure = Figure(layout="constrained", figsize=(7.6, 3.2))
        for ax, kind in zip(figure.subplots(1, 3, sharey=True), ("S", "D", "N"), strict=True):
            rows = [row for row in found["exponents"][kind] if row["measured"]]
            gammas = np.array([row["gamma"] for row in rows])
            if rows:
                asymptotic, finite = ([row[key] for row in rows] for key in ("asymptotic", "finite"))
                means = [np.mean(row["measured"]) for row in rows]
                errors = [np.std(row["measured"], ddof=1) if len(row["measured"]) > 1 else 0 for row in rows]
                ax.plot(gammas, asymptotic, color=COLOURS[0], **THEORY, label="asymptotic")
                ax.plot(gammas, finite, color=COLOURS[1], **{**THEORY, "linestyle": ":"}, label="finite K")
                ax.errorbar(gammas, means, errors, color=COLOURS[2], marker=MARKERS[2], **DATA, label="measured")
            paper = [published.of(kind, g) for g in published.GAMMAS]
            ax.plot(
                published.GAMMAS,
                paper,
                color=COLOURS[3],
                marker=MARKERS[3],
                markerfacecolor="none",
                linestyle="",
                label="paper",
            )
            ax.set(xlabel="γ", title=f"in {WORDS[kind]}")
        figure.axes[0].set_ylabel("exponent")
        figure.axes[0].legend(fontsize=8)
    return Picture(
        figure,
        "Exponents in steps, samples and parameters against γ: asymptotic ones dashed, those of finite K dotted, "
        "measured ones and the paper's as markers.",
    )
