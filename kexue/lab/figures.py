"""Figures in the book's style: vector graphics in the page itself, whose text and axes take the colour of the page.

Theory is dashed, data are points with error bars. The series' colours keep a contrast of 3 on white and on the dark
theme's ground, and differ in lightness; markers differ too, so that the figures can be read in grey.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from io import StringIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

COLOURS = ("#2e86c9", "#d9640f", "#0f9d76", "#b565a7")  # blue, orange, green, purple
MARKERS = ("o", "s", "^", "D")
_INK = "#0a0b0c"  # stands for the page's own text colour, which matplotlib has no name for
_STYLE = {
    "svg.fonttype": "none",  # text stays text: searchable, and in the reader's font
    "font.family": "sans-serif",
    "font.size": 10,
    "mathtext.fontset": "dejavusans",
    "axes.prop_cycle": mpl.cycler(color=COLOURS, marker=MARKERS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.15,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "savefig.transparent": True,
    "savefig.bbox": "tight",
    "figure.figsize": (5.8, 3.7),
    **dict.fromkeys(
        ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color", "grid.color"), _INK
    ),
}
THEORY: dict[str, Any] = {"linestyle": "--", "marker": "", "linewidth": 1.5}
DATA: dict[str, Any] = {"linestyle": "", "capsize": 2, "elinewidth": 1}


class Picture:
    """A figure as HTML for notebooks, and as its alternative text where no picture can be.

    Args:
        figure: a matplotlib figure, drawn under `style`.
        alt: what the picture shows, for readers who do not see it.

    Raises:
        ValueError: ``alt`` is empty.
    """

    def __init__(self, figure: Figure, alt: str):
        if not alt.strip():
            raise ValueError("alt is empty: a figure needs a text that says what it shows")
        self.figure, self.alt = figure, alt

    def __repr__(self) -> str:
        return f"Figure: {self.alt}"

    def _repr_html_(self) -> str:
        return self.svg()

    def svg(self) -> str:
        """The picture as an ``<svg>`` element."""
        file = StringIO()
        salt = hashlib.sha256(self.alt.encode()).hexdigest()[:8]  # ids differ between the figures of a page
        with mpl.rc_context({**_STYLE, "svg.hashsalt": salt}):
            self.figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
        drawing = file.getvalue()
        drawing = drawing[drawing.index("<svg") :].replace(_INK, "currentColor")
        drawing = re.sub(r"<metadata>.*?</metadata>", "", drawing, flags=re.DOTALL)
        drawing = drawing.replace("'DejaVu Sans'", "inherit").replace("font: 10px inherit", "font-size: 10px")
        head = f'<svg role="img" aria-label="{escape(self.alt)}" style="max-width: 100%; height: auto"'
        return drawing.replace("<svg", head, 1)


@contextmanager
def style() -> Iterator[None]:
    """The book's matplotlib style, for the figures made inside."""
    with mpl.rc_context(_STYLE):
        yield


def axes(x: str, y: str, *, log: str = "") -> tuple[Figure, Axes]:
    """A figure with one pair of axes, without pyplot's global state.

    Args:
        x, y: what the axes show, with units.
        log: the logarithmic axes, "", "x", "y" or "xy".
    """
    figure = Figure(layout="constrained")
    ax = figure.add_subplot(xlabel=x, ylabel=y)
    if "x" in log:
        ax.set_xscale("log")
    if "y" in log:
        ax.set_yscale("log")
    return figure, ax


def label_twos_and_fives(axis: Axis) -> None:
    """Between the powers of ten of a short logarithmic axis, label 2 and 5 alone: more of them would overlap."""

    def label(value: float, _position: object) -> str:
        digit, power = f"{value:.0e}".split("e")
        return rf"${digit}\times10^{{{int(power)}}}$" if digit in "25" else ""

    axis.set_minor_formatter(FuncFormatter(label))
