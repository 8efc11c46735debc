"""A figure in words and numbers: what is shown where no picture can be, and what tests compare.

The numbers come from Python's own evaluation of the expressions, so they also say, before a page is built, that every
curve is real somewhere.
"""

from __future__ import annotations

import math

import numpy as np
import sympy as sp

from kexue.lab.explorer.figure import Figure
from kexue.lab.explorer.parts import Choice, Curve, Slider


def describe(figure: Figure) -> str:
    """The title, the controls with their defaults, and each curve and readout at the defaults.

    Raises:
        ValueError: a curve or readout that is not a real number anywhere it was evaluated.
    """
    lines = [f"Explorer: {figure.title}", *map(_control, figure.all_controls), *_table(figure)]
    return "\n".join([*lines, *_readouts(figure)])


def evaluate(expression: sp.Expr, values: dict[sp.Symbol, float]) -> float:
    """The value, NaN where it is not a finite real number.

    Raises:
        ValueError: a sum whose limits are not integers.
    """
    sums = {total: sp.Float(_total(total, values)) for total in _plain_sums(expression)}
    function = sp.lambdify(list(values), expression.xreplace(sums), ["math", "mpmath", "sympy"], dummify=True)
    try:
        value = complex(function(*values.values()))
    except (ZeroDivisionError, OverflowError, ValueError):  # a pole, beyond float64, outside a function's domain
        return math.nan
    except TypeError as error:  # from range(), in a nested sum
        raise _fractional_limit(expression, values) from error
    return value.real if value.imag == 0 and math.isfinite(value.real) else math.nan


def _plain_sums(expression: sp.Expr) -> list[sp.Sum]:
    """The sums with no other sum inside or around them: the terms of each can be computed as one array."""
    sums = expression.atoms(sp.Sum)
    nested = {inner for outer in sums for inner in outer.function.atoms(sp.Sum)}
    return [total for total in sums - nested if len(total.limits) == 1 and not total.function.has(sp.Sum)]


def _total(total: sp.Sum, values: dict[sp.Symbol, float]) -> float:
    index, *limits = total.limits[0]
    first, last = (evaluate(limit, values) for limit in limits)
    if not (first.is_integer() and last.is_integer()):
        raise _fractional_limit(total, values)
    at = {symbol: value for symbol, value in values.items() if symbol != index}
    n = np.arange(int(first), int(last) + 1, dtype=float)  # (terms,)
    with np.errstate(all="ignore"):
        terms = sp.lambdify([*at, index], total.function, dummify=True)(*at.values(), n)
    return float(np.sum(np.broadcast_to(terms, n.shape)))


def _fractional_limit(expression: sp.Expr, values: dict[sp.Symbol, float]) -> ValueError:
    return ValueError(
        f"{expression} has a sum with limits that are not integers at {values}: "
        "declare their symbols with integer=True, or round them with floor()"
    )


def _control(control: Slider | Choice) -> str:
    if isinstance(control, Choice):
        return f"  {control.name} = {control.default} (one of {', '.join(control.options)})"
    words = " ".join(filter(None, (control.words, control.name)))
    scale = ", logarithmic" if control.log else ""
    low, default, high = map(_number, (control.low, control.default, control.high))
    return f"  {words} = {default}{control.unit} ({low} to {high}{scale})"


def _table(figure: Figure) -> list[str]:
    ticks = [_as_declared(figure.x, v) for v in (figure.x.low, figure.x.default, figure.x.high)]
    rows = [(f"{figure.y.label} at {figure.x.name} =", [_number(tick) for tick in ticks])]
    rows += [row for curve in figure.curves if isinstance(curve, Curve) for row in _rows(figure, curve, ticks)]
    width = max(len(name) for name, _ in rows)
    return ["  " + "  ".join([name.ljust(width), *(cell.rjust(9) for cell in cells)]).rstrip() for name, cells in rows]


def _rows(figure: Figure, curve: Curve, ticks: list[float]) -> list[tuple[str, list[str]]]:
    rows = []
    for option, expression in figure.cases(curve.expression)[1].items():
        name = f"{curve.label}, {option}" if option else curve.label
        rows.append((name, _cells(name, expression, [_values(figure, tick) for tick in ticks])))
    return rows


def _readouts(figure: Figure) -> list[str]:
    lines = []
    for readout in figure.readouts:
        for option, expression in figure.cases(readout.expression)[1].items():
            name = f"{readout.label}, {option}" if option else readout.label
            (cell,) = _cells(name, expression, [_values(figure, figure.x.default)])
            lines.append(f"  {name} = {cell}")
    return lines


def _cells(name: str, expression: sp.Expr, points: list[dict[sp.Symbol, float]]) -> list[str]:
    try:
        values = [evaluate(sp.sympify(expression), point) for point in points]
    except ValueError as error:
        raise ValueError(f"{name!r}: {error}") from error
    if all(map(math.isnan, values)):
        raise ValueError(f"{name!r}: {expression} is not a real number where it was tried, at the sliders' defaults")
    return [_number(value) for value in values]


def _values(figure: Figure, x: float) -> dict[sp.Symbol, float]:
    values = {slider.symbol: _as_declared(slider, slider.default) for slider in figure.sliders}
    return values | {figure.x.symbol: x}


def _as_declared(slider: Slider, value: float) -> float:
    return int(value) if slider.integer else float(value)


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3g}"
