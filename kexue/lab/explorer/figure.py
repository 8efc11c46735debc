"""A figure's parts, checked against each other, as the specification that the JavaScript side draws.

The specification is plain JSON. A field that may depend on a choice is `{"by": choice or None, "cases": …}`, the cases
being option → value.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp
from sympy.printing.conventions import split_super_sub
from sympy.printing.pretty.pretty_symbology import greek_unicode

from kexue.lab.explorer.javascript import Compiler
from kexue.lab.explorer.parts import Axis, Choice, Curve, Points, Readout, Slider

_STYLES = ("theory", "term", "exact")


@dataclass(frozen=True)
class Figure:
    """Everything that `kexue.lab.explore.explore` was called with."""

    curves: tuple[Curve | Points, ...]
    x: Slider
    y: Axis
    controls: tuple[Slider | Choice, ...]
    readouts: tuple[Readout, ...]
    title: str
    alt: str

    def __post_init__(self):
        _unique("controls", (control.name for control in self.all_controls))
        _unique("curves", (curve.label for curve in self.curves))
        _unique("readouts", (readout.label for readout in self.readouts))
        for name, text in (("title", self.title), ("alt", self.alt)):
            if not text.strip():
                raise ValueError(f"{name} is empty: a figure needs a title and a text that says what it shows")
        if not self.curves:
            raise ValueError("a figure needs at least one Curve or Points")

    @property
    def all_controls(self) -> tuple[Slider | Choice, ...]:
        """x first, then the others in their order."""
        return (self.x, *self.controls)

    @property
    def sliders(self) -> tuple[Slider, ...]:
        """The sliders among the controls, x first: the arguments of every compiled expression."""
        return tuple(control for control in self.all_controls if isinstance(control, Slider))

    @property
    def defaults(self) -> dict[str, float | str]:
        """Name → value of every control as the figure opens."""
        return {control.name: control.default for control in self.all_controls}

    def cases(self, value: Any) -> tuple[str | None, dict[str, Any]]:
        """(None, {"": value}), or the choice whose options a mapping's keys are, and the mapping."""
        if not isinstance(value, Mapping):
            return None, {"": value}
        choices = [c for c in self.controls if isinstance(c, Choice)]
        owners = [choice.name for choice in choices if set(value) <= set(choice.options)]
        if len(owners) != 1 or not value:
            known = "; ".join(f"{choice.name}: {', '.join(choice.options)}" for choice in choices) or "none"
            raise ValueError(f"the options {', '.join(value)} must belong to exactly one choice; choices are {known}")
        return owners[0], dict(value)

    @cached_property
    def specification(self) -> dict[str, Any]:
        """What `src/index.js` reads."""
        identifiers = [f"v{i}" for i in range(len(self.sliders))]
        compiler = Compiler({slider.symbol: v for slider, v in zip(self.sliders, identifiers, strict=True)})
        return {
            "title": self.title,
            "alt": self.alt,
            "y": {"label": self.y.label, "log": self.y.log, "low": self.y.low, "high": self.y.high},
            "identifiers": identifiers,
            "arguments": [slider.name for slider in self.sliders],
            "controls": [_control(control) for control in self.all_controls],
            "curves": [self._named(curve.label, self._series, curve, compiler) for curve in self.curves],
            "readouts": [self._named(readout.label, self._readout, readout, compiler) for readout in self.readouts],
        }

    def _named(self, label: str, describe: Callable, part: Any, compiler: Compiler) -> dict[str, Any]:
        try:
            return {"label": label, **describe(part, compiler)}
        except ValueError as error:
            raise ValueError(f"{label!r}: {error}") from error

    def _series(self, series: Curve | Points, compiler: Compiler) -> dict[str, Any]:
        return self._points(series, compiler) if isinstance(series, Points) else self._curve(series, compiler)

    def _curve(self, curve: Curve, compiler: Compiler) -> dict[str, Any]:
        if curve.style not in _STYLES:
            raise ValueError(f"style is {curve.style!r}, expected one of {', '.join(_STYLES)}")
        return {"kind": "curve", "style": curve.style, "code": self._varying(curve.expression, compiler.code)}

    def _points(self, points: Points, compiler: Compiler) -> dict[str, Any]:
        self._same_lengths(points)
        for scale in self.cases(points.scale)[1].values():
            if sp.sympify(scale).has(self.x.symbol):
                raise ValueError(f"scale {scale} depends on {self.x.symbol}, the x-axis: multiply the data instead")
        return {
            "kind": "points",
            "joined": points.joined,
            "x": self._varying(points.x, _numbers),
            "y": self._varying(points.y, _numbers),
            "yerr": None if points.yerr is None else self._varying(points.yerr, _numbers),
            "scale": self._varying(points.scale, compiler.code),
        }

    def _readout(self, readout: Readout, compiler: Compiler) -> dict[str, Any]:
        return {"code": self._varying(readout.expression, compiler.code)}

    def _varying(self, value: Any, convert: Callable) -> dict[str, Any]:
        by, cases = self.cases(value)
        return {"by": by, "cases": {option: convert(case) for option, case in cases.items()}}

    def _same_lengths(self, points: Points) -> None:
        """Each list of y (and yerr) beside the x of the same option."""
        columns = [self.cases(column) for column in (points.x, points.y, points.yerr) if column is not None]
        owners = {by for by, _ in columns} - {None}
        if len(owners) > 1:
            raise ValueError(f"x, y and yerr depend on different choices: {', '.join(sorted(owners))}")
        for option in {option for by, cases in columns if by for option in cases} or {""}:
            lengths = [len(cases.get(option, cases.get("", ()))) for _, cases in columns]
            if len(set(lengths)) > 1:
                where = f" for {option!r}" if option else ""
                raise ValueError(f"x, y and yerr must be equally long, got lengths {lengths}{where}")


def _control(control: Slider | Choice) -> dict[str, Any]:
    if isinstance(control, Choice):
        options = [{"value": value, "label": label} for value, label in control.labels.items()]
        return {"kind": "choice", "name": control.name, "default": control.default, "options": options}
    return {
        "kind": "slider",
        "name": control.name,
        "symbol": symbol_parts(control.symbol),
        "label": control.words,
        "unit": control.unit,
        "low": float(control.low),
        "high": float(control.high),
        "default": float(control.default),
        "log": control.log,
        "integer": control.integer,
    }


def symbol_parts(symbol: sp.Symbol) -> dict[str, str]:
    r"""A symbol's letter, superscript and subscript: `\eta_t`, `eta_t` and `η_t` are all η with the subscript t.

    >>> symbol_parts(sp.Symbol(r"\\eta_t"))
    {'base': 'η', 'sup': '', 'sub': 't'}
    """
    name = re.sub(r"[\\{}]", "", str(symbol))
    parts = [[greek_unicode.get(part, part) for part in level] for level in _levels(name)]
    return dict(zip(("base", "sup", "sub"), (",".join(level) for level in parts), strict=True))


def _levels(name: str) -> tuple[list[str], list[str], list[str]]:
    base, superscripts, subscripts = split_super_sub(name)
    return [base], superscripts, subscripts


def _numbers(data: Iterable[float]) -> list[float]:
    numbers = [float(value) for value in data]
    if not numbers or not all(map(math.isfinite, numbers)):
        raise ValueError("data must be finite numbers, at least one; leave out what was not measured")
    return numbers


def _unique(what: str, names: Iterable[str]) -> None:
    names = list(names)
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{what} need different names, but {', '.join(repeated)} stands more than once")
