"""The numbers that a page hands on: its prose shows them, `kexue run` collects them, tests read them."""

from __future__ import annotations

import math
from typing import Any

Number = int | float | str | bool


def record(**values: Any) -> None:
    """Hand on the page's numbers under their names; prose shows them with ``{glue:text}`name:.3f```.

    Args:
        values: int, float, str or bool; a NumPy or PyTorch scalar becomes the Python number it holds.

    Raises:
        TypeError: a value of another type.
        ValueError: NaN or infinity, which no reader of the numbers could compare.
    """
    from myst_nb import glue  # heavy, and wanted in notebooks only

    numbers = {name: plain(name, value) for name, value in values.items()}
    for name, number in numbers.items():
        glue(name, number, display=False)


def plain(name: str, value: Any) -> Number:
    """The Python number, text or truth value that ``value`` holds.

    >>> import numpy as np
    >>> plain("ratio", np.float64(0.5))
    0.5
    """
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        value = value.item()
    if not isinstance(value, Number):
        raise TypeError(f"{name} is {type(value).__name__}, expected a single int, float, str or bool")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name} is {value}, expected a finite number: find out why before handing it on")
    return value
