"""Three arithmetics for the weights of a lattice, so that a sampler is written once and read in each of them.

============== ================= ============ =========================== ==========================
arithmetic     a weight is       w ⊗ v        w ⊕ v                       share of w against v
============== ================= ============ =========================== ==========================
``Field``      a number          w v          w + v                       w / (v + w)
``Logarithms`` its logarithm     w + v        log(e^w + e^v)              e^w / (e^v + e^w)
``Maximum``    a score           w + v        max(w, v)                   1 if w > v, else 0
============== ================= ============ =========================== ==========================

``Field`` takes whatever adds, multiplies and divides: fractions, mpmath's numbers, SymPy's symbols. ``Maximum`` is the
limit α → ∞ of ``Logarithms`` of α·score, where the earlier of two equal candidates stays.
"""

from __future__ import annotations

import math
from fractions import Fraction
from numbers import Real
from typing import Any

from kexue.errors import UnigramError


class Field:
    """Weights as numbers of any field; exact where the numbers are.

    >>> Field.share(Fraction(1, 3), Fraction(2, 3))
    Fraction(1, 3)
    """

    one, zero = Fraction(1), Fraction(0)

    @staticmethod
    def times(w: Any, v: Any) -> Any:
        return w * v

    @staticmethod
    def plus(w: Any, v: Any) -> Any:
        return w + v

    @staticmethod
    def ratio(w: Any, total: Any) -> Any:
        return w / total

    @classmethod
    def share(cls, new: Any, old: Any) -> Any:
        """Probability that ``new`` is taken where ``old`` was: new / (old + new)."""
        return cls.ratio(new, cls.plus(old, new))

    @staticmethod
    def log(w: Any) -> float:
        if isinstance(w, Fraction):  # its parts may be too long for a float
            return math.log(w.numerator) - math.log(w.denominator)
        return math.log(w)


class Logarithms(Field):
    """Weights by their logarithms, in float64: neither large nor small ones leave the range.

    >>> Logarithms.share(-1000.0, -1000.0), Logarithms.share(-1000.0, -math.inf)
    (0.5, 1.0)
    """

    one, zero = 0.0, -math.inf

    @staticmethod
    def times(w: float, v: float) -> float:
        return w + v

    @staticmethod
    def plus(w: float, v: float) -> float:
        small, large = (w, v) if w < v else (v, w)
        return large + math.log1p(math.exp(small - large)) if small > -math.inf else large

    @staticmethod
    def ratio(w: float, total: float) -> float:
        return math.exp(w - total)

    @classmethod
    def share(cls, new: float, old: float) -> float:
        """σ(new − old), without overflow on either side."""
        small = math.exp(-abs(new - old))
        return (1 if new >= old else small) / (1 + small)

    @staticmethod
    def log(w: float) -> float:
        return w


class Maximum(Logarithms):
    """Scores, of which the largest stays: α = ∞.

    >>> Maximum.share(-1.0, -2.0), Maximum.share(-1.0, -1.0)
    (1.0, 0.0)
    """

    @staticmethod
    def plus(w: float, v: float) -> float:
        return max(w, v)

    @classmethod
    def share(cls, new: float, old: float) -> float:
        return float(new > old)


def checked_alpha(alpha: Real | None) -> float | Real:
    """α as a number from 0 to ∞; ``None`` is ∞, Viterbi decoding.

    Raises:
        UnigramError: α is negative, NaN or no number.

    >>> checked_alpha(None), checked_alpha(2)
    (inf, 2)
    """
    if alpha is None:
        return math.inf
    if isinstance(alpha, bool) or not isinstance(alpha, Real) or not alpha >= 0:
        raise UnigramError(f"alpha is {alpha!r}, expected a number ≥ 0, or None for the best segmentation")
    return alpha
