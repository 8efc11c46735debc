"""The page's figures: theory dashed, data as points with error bars (one standard deviation, unless said otherwise)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kexue.lab.figures import COLOURS, DATA, MARKERS, THEORY, Picture, axes, style
from kexue.perfect_sampling.contest import Trial
from kexue.perfect_sampling.experiment import Counts
from kexue.perfect_sampling.regularization import Dose, label
from kexue.perfect_sampling.speed import Growth

GREY = "#7f8790"
_LOOKS = [{"color": c, "marker": m} for c, m in zip((*COLOURS, GREY), (*MARKERS, "v"), strict=True)]
RIGHT, WRONG = COLOURS[0], COLOURS[1]
SHOWN = 0.02  # total variation between the laws above which a sampler's points are drawn as wrong


def frequencies(trials: Sequence[Trial]) -> Picture:
    """Every sampler's measured frequencies of one word's segmentations against the exact law: a panel each."""
    with style():
        rows = -(-len(trials) // 2)
        figure = Figure(layout="constrained", figsize=(5.8, 1.9 * rows + 0.5))
        panels = figure.subplots(rows, 2, sharex=True, sharey=True, squeeze=False)
        for ax, trial in zip(panels.flat, trials, strict=False):
            _frequencies(ax, trial)
        for ax in panels.flat[len(trials) :]:
            ax.set_visible(False)
        figure.supxlabel("exact probability of a segmentation", fontsize=10)
        figure.supylabel("measured frequency", fontsize=10)
    return Picture(
        figure,
        "A panel for each sampler: measured frequency of every segmentation of one word against its exact probability, "
        "on logarithmic axes. The exact samplers lie on the dashed diagonal; the pairwise sampler, the n-best sampler "
        "and that of tokenizers do not.",
    )


def _frequencies(ax: Axes, trial: Trial) -> None:
    p = np.array([trial.exact[w] for w in trial.exact])
    drawn = sum(trial.seen.values())
    f = np.array([trial.seen.get(w, 0) for w in trial.exact]) / drawn
    seen, wrong = f > 0, trial.gap > SHOWN
    look = {"color": WRONG if wrong else RIGHT, "marker": "s" if wrong else "o", "markersize": 2.2, "alpha": 0.8}
    ax.errorbar(p[seen], f[seen], np.sqrt(f * (1 - f) / drawn)[seen], **{**DATA, **look, "capsize": 0})
    ends = np.array([max(p.min(), 0.3 / drawn), p.max()])
    ax.plot(ends, ends, color=GREY, **THEORY)
    ax.set(xscale="log", yscale="log", ylim=(p.min() / 4, p.max() * 4))
    ax.set_title(trial.sampler, fontsize=9)


def growths(found: Sequence[Growth], what: str) -> Picture:
    """CPU time against the length of the text, each contender as far as it is patient; a slope of one is dashed."""
    with style():
        figure, ax = axes(f"bytes of the text, {what}", "CPU time (s)", log="xy")
        for each, look in zip(found, _LOOKS, strict=False):
            name = f"{each.name}: {each.rate:.2g} MB/s"
            ax.plot(each.sizes, each.seconds, **look, linewidth=1, label=name)
        ends = np.array([10**4, found[0].sizes[-1]])
        ax.plot(ends, ends * found[0].seconds[-1] / ends[-1], color=GREY, **THEORY, label="linear")
        ax.legend(fontsize=8)
    return Picture(
        figure,
        f"CPU time to sample against the text's length, {what}, on logarithmic axes, for kexue.unigram and the peers. "
        "A dashed line has slope one.",
    )


def lengths(doses: Mapping[str, Sequence[Dose]]) -> Picture:
    """Tokens per byte against α: expected, and mean and spread of the draws."""
    with style():
        figure, ax = _over_alpha("tokens per byte", doses)
        for (name, found), look in zip(doses.items(), _LOOKS, strict=False):
            x, size = np.arange(len(found)), found[0].size
            ax.plot(x, [dose.expected / size for dose in found], **{**look, **THEORY}, label=f"{name}, expected")
            means = [dose.counts.mean() / size for dose in found]
            spread = [dose.counts.std(ddof=1) / size for dose in found]
            ax.errorbar(x, means, spread, **{**DATA, **look}, label=f"{name}, drawn")
        ax.set_ylim(0)
        ax.legend()
    return Picture(
        figure,
        "Tokens per byte against alpha, from 0 to infinity, for English and Chinese: the drawn means lie on the dashed "
        "expectations, which fall from most at alpha 0 to the best segmentation's at infinity.",
    )


def entropies(doses: Mapping[str, Sequence[Dose]]) -> Picture:
    """Entropy of the segmentation per byte against α: of the lattice, and the mean surprisal of the draws."""
    with style():
        figure, ax = _over_alpha("entropy (bits per byte)", doses)
        for (name, found), look in zip(doses.items(), _LOOKS, strict=False):
            x, unit = np.arange(len(found)), found[0].size * np.log(2)
            ax.plot(x, [dose.entropy / unit for dose in found], **{**look, **THEORY}, label=f"{name}, of the lattice")
            means = [dose.surprisals.mean() / unit for dose in found]
            errors = [dose.surprisals.std(ddof=1) / unit for dose in found]
            ax.errorbar(x, means, errors, **{**DATA, **look}, label=f"{name}, mean −log₂ P(w) of draws")
        ax.set_ylim(0)
        ax.legend()
    return Picture(
        figure,
        "Entropy of the segmentation in bits per byte against alpha, for English and Chinese: greatest at alpha 0, "
        "zero at infinity; the mean surprisals of the draws lie on the dashed curves.",
    )


def _over_alpha(y: str, doses: Mapping[str, Sequence[Dose]]) -> tuple[Figure, Axes]:
    figure, ax = axes("α", y)
    alphas = [dose.alpha for dose in next(iter(doses.values()))]
    ax.set_xticks(range(len(alphas)), [label(alpha) for alpha in alphas])
    return figure, ax


def counts(found: Sequence[Counts]) -> Picture:
    """The law of the number of tokens of one line, at several α, with the frequencies of the draws."""
    with style():
        figure, ax = axes("tokens of the line", "probability")
        for each, look in zip(found, _LOOKS, strict=False):
            kept = [k for k, p in each.law.items() if p > 1e-4]
            ax.plot(kept, [each.law[k] for k in kept], **{**look, **THEORY}, label=f"α = {each.alpha:g}")
            drawn = sum(each.seen.values())
            f = np.array([each.seen.get(k, 0) / drawn for k in kept])
            ax.errorbar(kept, f, np.sqrt(f * (1 - f) / drawn), **{**DATA, **look})
        ax.set_ylim(0)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.legend()
    return Picture(
        figure,
        "Probability of each number of tokens of one line of text at three values of alpha: bells that move to fewer "
        "tokens and become narrow as alpha grows; the drawn frequencies lie on the dashed exact laws.",
    )


def survivals(doses: Mapping[str, Sequence[Dose]], alphas: Sequence[float] = (0.1, 1.0), longest: int = 12) -> Picture:
    """How often a token of the best segmentation is in a drawn one, against the token's length."""
    with style():
        figure, ax = axes("bytes of the token", "probability that it survives")
        looks = iter(_LOOKS)
        for name, found in doses.items():
            for dose in [each for each in found if each.alpha in alphas]:
                look = next(looks)
                n, predicted, drawn = dose.by_length(longest)
                ax.plot(n, predicted, **{**look, **THEORY}, label=f"{name}, α = {dose.alpha:g}")
                ax.plot(n, drawn, **look, linestyle="")
        ax.set_ylim(0, 1.05)
        ax.legend(loc="lower right", ncols=2)
    return Picture(
        figure,
        "Probability that a token of the best segmentation is also in a drawn one, against its number of bytes, for "
        "English and Chinese at alpha 0.1 and 1; at 1 most survive. Shares of the draws lie on the dashed marginals.",
    )
