"""Whether a relation holds at a point: up to rounding, or, where that is not enough, with many digits."""

import mpmath
from sympy import Integral, Rational, Sum, oo

from kexue.proof.kernel.terms import Diff
from kexue.proof.numeric.chance import OUTCOMES
from kexue.proof.numeric.domain import (
    DIGITS,
    FEWER,
    FINE,
    NOISE,
    ROUGH,
    TOLERANCE,
    OutOfDomain,
    TooFine,
    close,
    sign_of,
)


def tolerance_of(relation):
    """How closely both sides of a relation can be evaluated."""
    rough = any(hasattr(side, "has") and side.has(Diff, Integral, Sum) for side in (relation.lhs, relation.rhs))
    return ROUGH if rough else TOLERANCE


def digits_of(relation):
    """How many digits the largest numerator or denominator in a relation has."""
    numbers = [n for side in (relation.lhs, relation.rhs) for n in side.atoms(Rational)]
    return max((len(str(abs(x))) for n in numbers for x in (n.p, n.q)), default=0)


class Comparisons:
    """The part of a model that says whether a relation holds in it."""

    def holds(self, relation, strictly=False, outcome=0):
        """Whether a relation holds at this point, up to rounding; that a series converges, no number can say.

        ``strictly``: more closely, for < and > by more than what rounding could do; what has a value converges.
        """
        if relation.op == "⇔":
            return self.holds(relation.lhs, strictly, outcome) == self.holds(relation.rhs, strictly, outcome)
        if relation.rhs is oo:
            return self.converges(relation, strictly, outcome)
        if strictly:
            return self.holds_closely(relation, outcome)
        tolerance = tolerance_of(relation)
        digits = DIGITS if tolerance == TOLERANCE else FEWER
        left, right = self(relation.lhs, outcome, digits), self(relation.rhs, outcome, digits)
        return self._compares(relation, left, right, tolerance)

    @staticmethod
    def _compares(relation, left, right, tolerance, strictly=False):
        if relation.op == "=" or isinstance(left, list):
            return close(left, right, tolerance)
        gap = (right - left) * (-1 if relation.op in ("≥", ">") else 1)
        margin = tolerance * (1 + abs(left) + abs(right))
        return gap > (margin if strictly and relation.strict else -margin)

    def converges(self, relation, strictly, outcome):
        """Whether what a relation says to be finite has a number."""
        if not strictly:
            raise OutOfDomain("convergence has no numeric reading")
        return bool(mpmath.isfinite(self(relation.lhs, outcome)))

    def holds_closely(self, relation, outcome):
        """Whether a relation holds as computed with many digits; with few, where there is a derivative or the like."""
        digits = DIGITS + FINE + digits_of(self.context.unfold(relation))
        self.marks.clear()
        self.marks.add("fine")
        try:
            left, right = (self(side, outcome, digits) for side in (relation.lhs, relation.rhs))
        except TooFine:
            self.marks.clear()
            return self._compares(
                relation, self(relation.lhs, outcome), self(relation.rhs, outcome), ROUGH, strictly=True
            )
        with mpmath.workdps(digits):
            if isinstance(left, list) or isinstance(right, list):
                return close(left, right, NOISE)
            gap, size = right - left, 1 + abs(left) + abs(right)
        if gap and abs(gap) <= NOISE * size:
            gap = 0 if "law" in self.marks else self._finer_gap(relation, outcome, digits, gap, size)
        gap = -gap if relation.op in ("≥", ">") else gap
        return gap == 0 if relation.op == "=" else gap > 0 if relation.strict else gap >= 0

    def _finer_gap(self, relation, outcome, digits, gap, size):
        """A small difference, computed with twice as many digits: 0 if it was rounding alone."""
        with mpmath.workdps(2 * digits):
            left, right = (self(side, outcome, 2 * digits) for side in (relation.lhs, relation.rhs))
            return sign_of(gap, right - left, size * NOISE**2)

    def _roughly(self):
        """Before an operation that few digits have to do for."""
        if "fine" in self.marks:
            raise TooFine

    def holds_surely(self, relation, strictly=False):
        """Whether a relation holds whatever chance brings: at every outcome, for every value of the coordinates."""
        if not self.depends_on_chance(self.context.unfold(relation)):
            return self.holds(relation, strictly)
        around, self.coordinates = self.coordinates, {}
        try:
            return all(self._at_every_coordinate(relation, strictly, outcome) for outcome in range(OUTCOMES))
        finally:
            self.coordinates = around
