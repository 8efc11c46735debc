"""Configurations of experiments: presets, and fields that are refused when out of range.

Every experiment has the presets ``quick`` (two CPU cores, under a minute) and ``full`` (one large GPU).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, TypeVar

Config = TypeVar("Config")


def choose(presets: Mapping[str, Config], name: str, **changes: Any) -> Config:
    """The preset of that name with the changes that are not None.

    Raises:
        ValueError: no such preset, or the configuration refuses a change.
    """
    one_of("preset", name, presets)
    return replace(presets[name], **{field: value for field, value in changes.items() if value is not None})


def between(name: str, value: float, low: float, high: float) -> None:
    """Refuse a number outside low … high.

    Raises:
        ValueError: with the name, the value and the range.
    """
    if not low <= value <= high:
        raise ValueError(f"{name} is {value}, expected a number from {low} to {high}")


def one_of(name: str, value: str, options: Collection[str]) -> None:
    """Refuse a word that is none of the options.

    Raises:
        ValueError: with the name, the value and the options.
    """
    if value not in options:
        raise ValueError(f"{name} is {value!r}, expected one of {', '.join(options)}")
