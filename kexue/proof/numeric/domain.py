"""Where a number can be had, and how closely."""

from itertools import zip_longest

import mpmath
from mpmath import mpf

DIGITS = 50
TOLERANCE = mpf(10) ** -20
SHARP = mpf(10) ** -40  # of what has to hold, and not only to be confirmed
ROUGH = mpf(10) ** -10  # of derivatives, integrals and series


class OutOfDomain(ArithmeticError):
    """The random point lies where the statement is not defined, or where no number can be had for it."""


def close(left, right, tolerance=TOLERANCE):
    """Whether two numbers, or two vectors, agree up to rounding; the empty list is the zero vector."""
    if isinstance(left, list) or isinstance(right, list):
        left, right = (v if isinstance(v, list) else [] for v in (left, right))
        return all(close(a, b, tolerance) for a, b in zip_longest(left, right, fillvalue=mpf(0)))
    return abs(left - right) <= tolerance * (1 + abs(left) + abs(right))


def agreeing(whole, later, what):
    """A number that was computed in two ways, where they agree."""
    if not mpmath.isfinite(whole) or abs(whole - later) > ROUGH * (1 + abs(whole)):
        raise OutOfDomain(f"{what} converges too slowly for a number")
    return whole


def series(value, first):
    """Σ_{k ≥ first} of a value, where mpmath's extrapolation agrees with itself from a later start."""
    with mpmath.workdps(20):
        whole, later = (
            mpmath.fsum(value(first + i) for i in range(n))
            + mpmath.nsum(value, [first + n, mpmath.inf], method="richardson+shanks", maxterms=200)
            for n in (0, 7)
        )
    return agreeing(whole, later, "the series")


def quadrature(value, ends):
    """∫ of a value between two ends; over an infinite interval, where two precisions, cut elsewhere, agree."""
    low, high = ends
    if mpmath.isfinite(low) and mpmath.isfinite(high):
        return mpmath.quad(value, ends)
    around = (
        mpf(0) if not (mpmath.isfinite(low) or mpmath.isfinite(high)) else low + 2 if mpmath.isfinite(low) else high - 2
    )
    found = []
    for digits, cuts in ((15, (0,)), (25, (-1, 1))):  # the farthest node of a divergent one moves with the precision
        with mpmath.workdps(digits):
            found.append(mpmath.quad(value, [low, *(around + cut for cut in cuts), high]))
    return agreeing(*reversed(found), "the integral")
