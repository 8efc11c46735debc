"""The chapter's figures: theory dashed, data as points; error bars are quartiles of the strings."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from kexue.lab.figures import COLOURS, DATA, MARKERS, THEORY, Picture, axes, style
from kexue.viterbi_sampling.experiment import ORDERS, SIZES, Result

NAMES = {"en": "English", "zh": "Chinese"}
FULL = {"longest": "full", "shortest": "none"}


def _looks(result: Result) -> list[tuple[str, str, dict]]:
    """Corpus, order, look: a colour for each corpus, filled markers for the longest first."""
    return [
        (name, order, {"color": COLOURS[i % 4], "marker": MARKERS[i % 4], "fillstyle": FULL[order], "label": label})
        for i, name in enumerate(result.bias)
        for order in ORDERS
        for label in (f"{NAMES.get(name, name)}, {order} first",)
    ]


def _quartiles(ax: Axes, x: np.ndarray, values: np.ndarray, look: dict) -> None:
    low, high = np.quantile(values, (0.25, 0.75), axis=0)
    mean = values.mean(axis=0)
    ax.errorbar(x, mean, [np.maximum(0, mean - low), np.maximum(0, high - mean)], **{**DATA, **look})


def distances(result: Result) -> Picture:
    """Total variation between pairwise acceptance and the exact law, against α."""
    alphas = result.config.alphas
    with style():
        figure, ax = axes("sharpness α", "total variation to the exact law", log="x")
        for i, (name, order, look) in enumerate(_looks(result)):
            _quartiles(ax, alphas * 1.03 ** (i - 1.5), result.bias[name].distances(order), look)
        ax.set_ylim(0, 1)
        ax.legend()
    return Picture(
        figure,
        "Total variation distance of pairwise acceptance against α, mean and quartiles over strings, for every text "
        "and both orders. It is largest for small α, larger with the shortest token first, and gone at α of 1.",
    )


def crowds(result: Result) -> Picture:
    """The same distance against the number of segmentations, at the configured α."""
    with style():
        figure, ax = axes("segmentations of the string", "total variation to the exact law", log="x")
        for name, order, look in _looks(result):
            bias = result.bias[name]
            ax.plot(bias.counts, bias.distances(order)[:, bias.at], **{**look, "linestyle": "", "markersize": 3.5})
        ax.set_ylim(0, 1)
        ax.legend()
    return Picture(
        figure,
        f"Total variation distance at α = {result.config.alpha:g} of every string against its number of segmentations. "
        "Strings with two have none; with more segmentations it grows, faster with the shortest token first.",
    )


def inversions(result: Result) -> Picture:
    """The share of strings whose best segmentation is not the most probable, against α."""
    with style():
        figure, ax = axes("sharpness α", "share of strings", log="x")
        for name, order, look in _looks(result):
            ax.plot(result.config.alphas, result.bias[name].inverted(order).mean(axis=0), **{**look, "linestyle": ":"})
        ax.set_ylim(bottom=0)
        ax.legend()
    return Picture(
        figure,
        "The share of strings whose best segmentation is not the most probable one under pairwise acceptance, against "
        "α. In both orders it falls with α and is above zero for small α.",
    )


def truncation(result: Result) -> Picture:
    """Total variation between drawing from the n best and the exact law, against n."""
    with style():
        figure, ax = axes("n of the n best", "total variation to the exact law", log="x")
        for i, (name, gone) in enumerate(result.lost.items()):
            look = {"color": COLOURS[i % 4], "marker": MARKERS[i % 4]}
            text = NAMES.get(name, name)
            _quartiles(ax, np.array(SIZES) * 1.02 ** (2 * i - 1), gone, {**look, "label": f"{text}, measured"})
            equal = np.maximum(0, 1 - np.array(SIZES) / result.numerous[name][:, None]).mean(axis=0)
            ax.plot(SIZES, equal, **{**THEORY, "color": look["color"], "label": f"{text}, were all equal"})
        ax.set_ylim(0, 1.02)
        ax.set_xscale("log", base=2)
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
    return Picture(
        figure,
        f"Total variation distance of drawing from the n best, against n from 1 to {SIZES[-1]}, on strings of "
        f"{result.config.length} characters at α = {result.config.alpha:g}: it falls from near 1 and lies below the "
        "dashed lines, which hold were all segmentations equally probable.",
    )
