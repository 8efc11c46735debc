"""Theory beside measurement: what a theorem predicts, what was measured, and how far apart they may be."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Literal

from kexue.errors import KexueError


class CheckError(KexueError, AssertionError):
    """A measurement contradicts what a theorem predicts."""


@dataclass(frozen=True)
class Check:
    """One prediction and its measurement.

    Args:
        name: what is compared, in words.
        predicted, measured: finite numbers of the same unit.
        tolerance: ≥ 0, in that unit.
        relation: "≈" |measured − predicted| ≤ tolerance, "≤" measured ≤ predicted + tolerance.
        why: where the tolerance comes from.

    >>> Check("ratio", predicted=1, measured=0.4, tolerance=0, relation="≤").holds
    True
    """

    name: str
    predicted: float
    measured: float
    tolerance: float
    relation: Literal["≈", "≤"] = "≈"
    why: str = ""

    def __post_init__(self):
        numbers = (self.predicted, self.measured, self.tolerance)
        if not all(map(math.isfinite, numbers)) or self.tolerance < 0:
            raise ValueError(
                f"{self.name}: predicted {numbers[0]}, measured {numbers[1]}, tolerance {numbers[2]}; "
                "expected finite numbers and a tolerance of at least 0"
            )
        if self.relation not in ("≈", "≤"):
            raise ValueError(f"{self.name}: relation is {self.relation!r}, expected '≈' or '≤'")

    @property
    def holds(self) -> bool:
        """Whether the measurement agrees with the prediction."""
        excess = self.measured - self.predicted
        return bool((abs(excess) if self.relation == "≈" else excess) <= self.tolerance)

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of a table."""
        tolerance = f"{self.tolerance:.0e} ({self.why})" if self.tolerance else "none"
        return (self.name, f"{self.measured:.5g}", self.relation, f"{self.predicted:.5g}", tolerance)


class Checks(tuple[Check, ...]):
    """Checks that hold, as a table in notebooks and in text.

    Raises:
        CheckError: one of them does not hold; each that fails is named.
    """

    HEAD = ("", "measured", "", "predicted", "tolerance")

    def __new__(cls, checks: Iterable[Check]):
        self = super().__new__(cls, checks)
        if failed := [" ".join(check.cells) for check in self if not check.holds]:
            raise CheckError("measurement contradicts prediction:\n  " + "\n  ".join(failed))
        return self

    def __repr__(self) -> str:
        rows = [self.HEAD, *(check.cells for check in self)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(cell)}</th>" for cell in self.HEAD)
        rows = ("".join(f"<td>{escape(cell)}</td>" for cell in check.cells) for check in self)
        body = "".join(f"<tr>{row}</tr>" for row in rows)
        return f'<table class="table checks"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
