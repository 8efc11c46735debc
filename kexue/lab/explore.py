"""`explore`: a figure whose sliders move the theorem's own formulas, in the static page and with a kernel alike.

Curves are SymPy expressions (the ledger's), compiled to JavaScript when `explore` is called: the curve under the slider
*is* the formula that was proved. Measured data is drawn beside them as it was measured.

    explore(
        [
            Curve({"constant": D**2 / (2 * T * eta) + G**2 * eta / 2, "decay": …}, "bound"),
            Points([10, 100, 1000], {"constant": […], "decay": […]}, "one run", scale=D * G),
        ],
        x=Slider(T, 10, 10**6, 1000, "steps", log=True),
        y=Axis("average regret", log=True),
        controls=[Slider(D, 0.1, 10, 1, "diameter", log=True), Choice("schedule", {"constant": "η", "decay": "α/√t"})],
        readouts=[Readout(D * G / sp.sqrt(T), "best bound")],
        title="…", alt="what the picture shows",
    )

Wherever one expression or one list of data is expected, a mapping from the options of a choice to several may stand.
The x-axis is a slider too: it sets the point at which the legend and the readouts are read.
With a kernel, `explorer.values` follows the sliders and moves them; `explorer.observe(f, "values")` calls `f`.
"""

from __future__ import annotations

from collections.abc import Sequence

from kexue.lab.explorer.figure import Figure
from kexue.lab.explorer.parts import Axis, Choice, Curve, Points, Readout, Slider
from kexue.lab.explorer.widget import Explorer

__all__ = ["Axis", "Choice", "Curve", "Explorer", "Points", "Readout", "Slider", "explore"]


def explore(
    curves: Sequence[Curve | Points],
    *,
    x: Slider,
    y: Axis,
    controls: Sequence[Slider | Choice] = (),
    readouts: Sequence[Readout] = (),
    title: str,
    alt: str,
) -> Explorer:
    """A figure of `curves` over `x` that the `controls` move; see the head of this module for an example.

    Args:
        alt: what the picture shows, for readers who do not see it.

    Returns:
        A Jupyter widget. Its text form lists the controls and every curve at three values of x.

    Raises:
        ValueError: an expression with a symbol that no slider sets, without a JavaScript form, or nowhere real;
            data of unequal length or not finite; options that belong to no choice.
        KexueError: the JavaScript bundle has not been built.
    """
    return Explorer(Figure(tuple(curves), x, y, tuple(controls), tuple(readouts), title, alt))
