"""The page's figures: theory dashed, data as points with error bars (one standard deviation over seeds)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kexue.lab.figures import COLOURS, DATA, MARKERS, THEORY, Picture, axes, label_twos_and_fives, style
from kexue.tied_embedding.bigram import MODELS
from kexue.tied_embedding.experiment import Result
from kexue.tied_embedding.initial import article_loss, averaged_loss, refined_loss, remedy_loss
from kexue.tied_embedding.transformer import SETTINGS

GREY = "#7f8790"
_COLOURS, _MARKERS = (*COLOURS, GREY), (*MARKERS, "v")


def first_losses(result: Result) -> Picture:
    """The loss before the first step against σ."""
    swept = result.swept
    sigmas = np.geomspace(swept[0].case.sigma, swept[-1].case.sigma, 100)
    cases = [replace(swept[0].case, sigma=float(s)) for s in sigmas]
    lines = {"article": article_loss, "refined": refined_loss, "with lengths": averaged_loss, "remedies": remedy_loss}
    with style():
        figure, ax = axes("σ", "loss before the first step, nats", log="x")
        label_twos_and_fives(ax.xaxis)
        for (name, estimate), colour in zip(lines.items(), (GREY, COLOURS[3], *COLOURS[:2]), strict=True):
            ax.plot(sigmas, [estimate(case) for case in cases], color=colour, **THEORY, label=name)
        for kind, colour, marker in zip(("tied", "half-swap"), COLOURS, MARKERS, strict=False):
            means = [found.mean(kind) for found in swept]
            bars = [found.over_seeds(kind) for found in swept]
            at = [found.case.sigma for found in swept]
            ax.errorbar(at, means, bars, **DATA, color=colour, marker=marker, label=f"{kind}, measured")
        ax.axhline(np.log(swept[0].case.n), color=GREY, linewidth=1, label="log n")
        ax.legend(fontsize=8)
    return Picture(
        figure,
        "Loss before the first step against σ. The tied model leaves the level of log n early and lies on the refined "
        "dashed line, above the article's; the half-swap lies on the line of the remedies, which rises later.",
    )


def logits(result: Result) -> Picture:
    """Where the own logit and the others lie, beside the bells of the derivation."""
    found = result.measured[-1]
    d, sigma = found.case.d, found.case.sigma
    with style():
        figure, ax = axes("logit", "density")
        for (name, values), mean, variance, colour in zip(
            (("own token", found.own), ("other tokens", found.others)),
            (d * sigma, 0),
            (d * sigma**2 / 2, d * sigma**2),
            COLOURS,
            strict=False,
        ):
            bins = min(40, max(8, len(values) // 16))
            ax.hist(values, bins=bins, density=True, color=colour, alpha=0.35, linewidth=0, label=name)
            x = mean + np.sqrt(variance) * np.linspace(-4, 4, 100)
            bell = np.exp(-((x - mean) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)
            ax.plot(x, bell, color=colour, **THEORY)
        ax.legend()
    return Picture(
        figure,
        "Histograms of the tied model's logits before the first step: the other tokens' around zero, the own token's "
        "far to the right around d times σ; dashed bells lie on both.",
    )


def training(result: Result) -> Picture:
    """Test loss of the five language models."""
    trained = result.trained
    shown = trained.training.records[1:]
    with style():
        figure, ax = axes("step", "loss on the held-out text, nats a token", log="x")
        for setting, colour, marker in zip(SETTINGS, _COLOURS, _MARKERS, strict=True):
            losses = np.stack([trained.at(step, setting) for step in shown])
            ax.errorbar(
                shown,
                losses.mean(axis=1),
                losses.std(axis=1, ddof=1),
                **{**DATA, "linestyle": "-", "linewidth": 0.8},
                color=colour,
                marker=marker,
                label=setting,
            )
        ax.legend(fontsize=8)
    return Picture(
        figure,
        "Loss of five language models on held-out text against the step, with the spread over seeds: all fall "
        "together, the tied one a little above the others at first.",
    )


def bigrams(result: Result) -> Picture:
    """Loss on the cyclic bigram."""
    found = result.bigrams
    with style():
        figure, ax = axes("step", "loss on the cyclic bigram, nats a token", log="y")
        for k, (model, colour) in enumerate(zip(MODELS, COLOURS, strict=False)):
            for normalised, marker in ((0, "o"), (1, "s")):
                losses = found.losses[:, k, normalised]
                label = f"{model}{', normalised' if normalised else ''}"
                bars = losses.std(axis=1, ddof=1)
                fill = colour if normalised else "none"
                look = {"color": colour, "marker": marker, "markerfacecolor": fill, "linewidth": 0.6, "markersize": 3.5}
                ax.errorbar(found.steps, losses.mean(axis=1), bars, **{**DATA, "linestyle": "-"}, **look, label=label)
        ax.axhline(np.log(2), color=GREY, **THEORY, label="log 2")
        ax.legend(fontsize=8)
    return Picture(
        figure,
        "Loss on the cyclic bigram against the step on a logarithmic axis. Orthogonal and untied models fall towards "
        "zero; the half-swap stops at the dashed line log 2, and with normalisation a little below it.",
    )
