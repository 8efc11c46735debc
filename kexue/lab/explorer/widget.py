"""The Jupyter widget of a figure: its specification and its values, drawn by the bundled JavaScript."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from kexue.errors import KexueError
from kexue.lab.explorer.figure import Figure
from kexue.lab.explorer.parts import Choice, Slider
from kexue.lab.explorer.text import describe

BUNDLE = Path(__file__).parent / "dist" / "explorer.js"
STYLE = Path(__file__).parent / "src" / "style.css"


@cache
def bundle(path: Path) -> str:
    """The JavaScript of an explorer.

    Raises:
        KexueError: it has not been built.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise KexueError(f"the explorer's JavaScript is not built, {path} is missing: run `make vendor`") from None


class Explorer(anywidget.AnyWidget):
    """A figure with sliders; made by `kexue.lab.explore.explore`.

    Attributes:
        values: name → value of every control. It follows the sliders and, when set, moves them.
    """

    specification = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)

    def __init__(self, figure: Figure):
        self._figure = figure
        specification, self._text = figure.specification, describe(figure)
        self._esm, self._css = bundle(BUNDLE), STYLE.read_text(encoding="utf-8")
        super().__init__(specification=specification, values=figure.defaults)

    @traitlets.validate("values")
    def _valid_values(self, proposal: dict[str, Any]) -> dict[str, float | str]:
        """The given values over the present ones, so `explorer.values = {"D": 2}` moves one slider."""
        given, controls = proposal["value"], {control.name: control for control in self._figure.all_controls}
        if unknown := sorted(set(given) - set(controls)):
            raise ValueError(f"no control is named {', '.join(unknown)}; there are {', '.join(controls)}")
        for name, value in given.items():
            _check(controls[name], value)
        return {**self._figure.defaults, **self.values, **given}

    def reset(self) -> None:
        """Every control back to its default."""
        self.values = self._figure.defaults

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": self._text}, metadata


def _check(control: Slider | Choice, value: Any) -> None:
    if isinstance(control, Choice):
        if value not in control.options:
            raise ValueError(f"{control.name} is {value!r}, expected one of {', '.join(control.options)}")
    elif not isinstance(value, int | float) or not control.low <= value <= control.high:
        raise ValueError(f"{control.name} is {value!r}, expected a number from {control.low:g} to {control.high:g}")
