"""Where a number can be had, and how closely."""

from itertools import zip_longest

import mpmath
from mpmath import mpf
from mpmath.calculus.quadrature import GaussLegendre

DIGITS = 50
FEWER = 35  # of what has derivatives, integrals and series in it
TOLERANCE = mpf(10) ** -20
FINE = 300  # digits of what has to hold, and not only to be confirmed
NOISE = mpf(10) ** -150  # what may be rounding, of so many
SURE = mpf(10) ** -10  # how far two precisions may differ on a number whose sign is sure
ROUGH = mpf(10) ** -10  # of derivatives, integrals and series
LEGENDRE, DEGREES = GaussLegendre(mpmath.mp), (3, 4)  # 12 and 24 nodes
SMOOTH = mpf(10) ** -12  # how closely these have to agree to be relied on
TERMS = 24  # of a series that Levin's transform takes
FAR = (10**3, 10**6, 10**9)  # where terms are looked at to see that their series diverges


class OutOfDomain(ArithmeticError):
    """The random point lies where the statement is not defined, or where no number can be had for it."""


class TooFine(Exception):
    """An operation that few digits have to do for was asked for many."""


class Divergent(OutOfDomain):
    """A series or an integral whose terms do not fall."""


def sign_of(gap, finer, noise):
    """The sign of a number that was computed twice, more closely the second time; 0 for what is rounding alone."""
    if abs(gap - finer) > SURE * abs(finer):  # two precisions see different numbers
        if abs(finer) > noise:
            raise OutOfDomain("a difference that cancels beyond what can be computed")
        return 0
    return int(mpmath.sign(finer))


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


def diverges(value):
    """Whether |f(k)|, or k·|f(k)| of values of one sign, does not fall over nine powers of ten."""
    with mpmath.workdps(15):
        near, middle, far = ((value(k), value(k + 1)) for k in FAR)
        if 0 in (*near, *middle, *far):
            return False
        one_sign = len({mpmath.sign(x) for x in (*near, *middle, *far)}) == 1
        sizes = [abs(x[0]) * (k if one_sign else 1) for x, k in zip((near, middle, far), FAR, strict=True)]
    return sizes[0] * mpf("0.99") <= sizes[1] and sizes[1] * mpf("0.99") <= sizes[2]


def series(value, first):
    """Σ_{k ≥ first} of a value, where an extrapolation agrees with itself from a later start.

    Levin's is tried first: it needs few terms where they fall like a power or geometrically.
    """
    try:
        return _from_two_starts(value, first, _levin)
    except (OutOfDomain, ZeroDivisionError, ValueError):  # two values, or a term that is zero
        return _from_two_starts(value, first, _extrapolated)


def _from_two_starts(value, first, tail):
    with mpmath.workdps(20):
        whole, later = (mpmath.fsum(value(first + i) for i in range(n)) + tail(value, first + n) for n in (0, 7))
    return agreeing(whole, later, "the series")


def _extrapolated(value, first):
    return mpmath.nsum(value, [first, mpmath.inf], method="richardson+shanks", maxterms=200)


def _levin(value, first):
    """Levin's u-transform of the partial sums, for terms as regular in k as k^−γ (Levin, 1973)."""
    with mpmath.workdps(40):  # its weights cancel
        transform = mpmath.levin(variant="u")
        transform.theta = max(first, mpf(1))
        for i in range(TERMS):
            total, _ = transform.step(value(first + i))
    return total


def _gauss(value, low, high, degree):
    """Gauss and Legendre's rule, which needs few values of what is smooth."""
    half, middle = (high - low) / 2, (high + low) / 2
    return half * mpmath.fsum(
        w * value(middle + half * x) for x, w in LEGENDRE.get_nodes(-1, 1, degree, mpmath.mp.prec)
    )


def quadrature(value, ends):
    """∫ of a value between two ends; over an infinite interval, where two precisions, cut elsewhere, agree."""
    low, high = ends
    if mpmath.isfinite(low) and mpmath.isfinite(high):
        coarse, fine = (_gauss(value, low, high, degree) for degree in DEGREES)
        return fine if abs(fine - coarse) <= SMOOTH * (1 + abs(fine)) else mpmath.quad(value, ends)
    around = (
        mpf(0) if not (mpmath.isfinite(low) or mpmath.isfinite(high)) else low + 2 if mpmath.isfinite(low) else high - 2
    )
    found = []
    for digits, cuts in ((15, (0,)), (25, (-1, 1))):  # the farthest node of a divergent one moves with the precision
        with mpmath.workdps(digits):
            found.append(mpmath.quad(value, [low, *(around + cut for cut in cuts), high]))
    return agreeing(*reversed(found), "the integral")
