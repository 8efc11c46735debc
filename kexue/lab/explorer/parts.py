"""What a reader of a figure sees and sets: sliders, choices, curves, points, readouts, axes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import sympy as sp

Expression = sp.Expr | float
Data = Sequence[float]


@dataclass(frozen=True)
class Slider:
    """A number that the reader sets.

    Args:
        symbol: the expressions' own symbol; its name is shown behind the label and is its key in `Explorer.values`.
        low, high, default: low < high, low ≤ default ≤ high; low > 0 when `log`.
        label: words, with or without the symbol at their end: "diameter" and "diameter D" look the same.
        log: equal steps in the logarithm.
        unit: shown behind the value.
    """

    symbol: sp.Symbol
    low: float
    high: float
    default: float
    label: str = ""
    log: bool = False
    unit: str = ""

    def __post_init__(self):
        if not self.low < self.high or not all(map(math.isfinite, (self.low, self.high))):
            raise ValueError(f"slider {self.symbol}: the range {self.low} to {self.high} is empty or not finite")
        if not self.low <= self.default <= self.high:
            raise ValueError(f"slider {self.symbol}: default {self.default} is outside {self.low} to {self.high}")
        if self.log and self.low <= 0:
            raise ValueError(f"slider {self.symbol}: a logarithmic slider needs low > 0, got {self.low}")
        if self.integer and any(v != int(v) for v in (self.low, self.high, self.default)):
            raise ValueError(f"slider {self.symbol}: {self.symbol} is an integer, but its range or default is not")

    @property
    def integer(self) -> bool:
        """Whether the symbol was declared an integer; its slider then takes whole numbers only."""
        return bool(self.symbol.is_integer)

    @property
    def name(self) -> str:
        """Its key in `Explorer.values`."""
        return str(self.symbol)

    @property
    def words(self) -> str:
        """The label without the symbol."""
        words, _, last = self.label.rpartition(" ")
        return words if last == self.name else self.label


@dataclass(frozen=True)
class Choice:
    """One of several cases.

    Args:
        name: its key in `Explorer.values`, and its label.
        options: the cases, or case → what the reader sees.
        default: the first case, if None.
    """

    name: str
    options: Sequence[str] | Mapping[str, str]
    default: str | None = None

    def __post_init__(self):
        if isinstance(self.options, str) or len(set(self.options)) < 2:
            raise ValueError(f"choice {self.name!r} needs at least two different options, got {self.options!r}")
        if self.default is None:
            object.__setattr__(self, "default", next(iter(self.options)))
        if self.default not in self.options:
            raise ValueError(f"choice {self.name!r}: default {self.default!r} is none of {', '.join(self.options)}")

    @property
    def labels(self) -> dict[str, str]:
        """Case → what the reader sees."""
        return dict(self.options) if isinstance(self.options, Mapping) else {option: option for option in self.options}


@dataclass(frozen=True)
class Curve:
    """An expression of x and the sliders.

    Args:
        expression: real where it is to be drawn; a finite `Sum` may be part of it.
        style: "theory" is dashed, "term" (a part of a theory) dotted and thin, "exact" solid.
    """

    expression: Expression | Mapping[str, Expression]
    label: str
    style: Literal["theory", "term", "exact"] = "theory"


@dataclass(frozen=True)
class Points:
    """Measured data, drawn as dots.

    Args:
        x, y: as many numbers each.
        yerr: half the length of the error bars.
        scale: y and yerr are multiplied by this expression of the sliders (not of x).
        joined: a thin line joins the dots.
    """

    x: Data | Mapping[str, Data]
    y: Data | Mapping[str, Data]
    label: str
    yerr: Data | Mapping[str, Data] | None = None
    scale: Expression | Mapping[str, Expression] = 1
    joined: bool = False


@dataclass(frozen=True)
class Readout:
    """A number beside the sliders: an expression of x (where its slider stands) and the other sliders."""

    expression: Expression | Mapping[str, Expression]
    label: str


@dataclass(frozen=True)
class Axis:
    """The y-axis. Without `low` and `high` it follows the curves, in steps, so that a moving curve is seen to move."""

    label: str
    log: bool = False
    low: float | None = None
    high: float | None = None

    def __post_init__(self):
        if self.log and min(v for v in (self.low, self.high, 1) if v is not None) <= 0:
            raise ValueError(f"axis {self.label!r}: a logarithmic axis needs ends above 0, got {self.low}, {self.high}")
        if None not in (self.low, self.high) and not self.low < self.high:
            raise ValueError(f"axis {self.label!r}: low {self.low} is not below high {self.high}")
