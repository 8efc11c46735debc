"""What users pass beside texts, checked: α, seeds, counts."""

from __future__ import annotations

import os
from numbers import Real

import numpy as np

from kexue.errors import UnigramError
from kexue.unigram.arithmetic import checked_alpha


def alpha_of(alpha: Real | None) -> float:
    """α as a float, ∞ for ``None``.

    Raises:
        UnigramError: it is negative, NaN, no number, or out of a float's range.

    >>> alpha_of(None), alpha_of(2)
    (inf, 2.0)
    """
    try:
        return float(checked_alpha(alpha))
    except OverflowError:
        raise UnigramError(
            "alpha is above 1e308, expected a float from 0 on: use None for the best segmentation"
        ) from None


def seed_of(rng: np.random.Generator | int | None) -> int:
    """A seed of 63 bits: the one given, or one drawn from a generator or from fresh entropy.

    Raises:
        UnigramError: it is something else, or out of range.

    >>> seed_of(9811)
    9811
    """
    if isinstance(rng, np.random.Generator):
        return rng.bit_generator.random_raw() >> 1
    if rng is None:
        return int.from_bytes(os.urandom(8), "little") >> 1
    return count_of("seed", rng, 0)


def count_of(name: str, value: int, least: int) -> int:
    """An integer from ``least`` to 2⁶³ − 1.

    Raises:
        UnigramError: it is something else; the message calls it ``name``.

    >>> count_of("samples", 3, 1)
    3
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value < 2**63:
        raise UnigramError(f"{name} is {value!r}, expected an integer of at least {least}, below 2**63")
    return int(value)
