"""One random point at which statements are evaluated."""

import random
from copy import copy
from dataclasses import dataclass, field
from typing import ClassVar

import mpmath
from mpmath import mpf
from sympy import Abs, Add, Dummy, Integral, KroneckerDelta, Max, Min, Mul, Pow, Sum, Symbol, exp, log, oo, sympify
from sympy.core.function import AppliedUndef

from kexue.proof.kernel.terms import (
    CondVec,
    Diff,
    Expect,
    Inner,
    OrthonormalVec,
    Partial,
    Vec,
    head,
    is_rule,
    is_vector,
    outermost,
)
from kexue.proof.numeric.chance import OUTCOMES, Outcomes
from kexue.proof.numeric.domain import DIGITS, ROUGH, SHARP, TOLERANCE, OutOfDomain, close, quadrature, series
from kexue.proof.numeric.waves import Waves

NAMED = {exp: mpmath.exp, log: mpmath.log, Abs: abs, Max: max, Min: min}


def tolerance_of(relation, sharp=False):
    """How closely both sides of a relation can be evaluated."""
    rough = any(hasattr(side, "has") and side.has(Diff, Integral, Sum) for side in (relation.lhs, relation.rhs))
    return ROUGH if rough else SHARP if sharp else TOLERANCE


@dataclass
class Model(Outcomes, Waves):
    """One random assignment of numbers and vectors to everything that a ledger declares, made as it is asked for."""

    context: object
    rng: random.Random
    rewrites: tuple = ()
    size: int = 5  # the largest natural number
    values: dict = field(default_factory=dict)
    waves: dict = field(default_factory=dict)  # smooth function: its random exponentials
    overrides: dict = field(default_factory=dict)  # heads that are read as something else: a substitution at work
    coordinates: dict | None = None  # (i.i.d. sequence, index): its value, in the mean that is being taken

    def __post_init__(self):
        self.dimension = self.rng.randint(1, 4) + (3 * self.size if self.context.fixed else 0)
        self.equations = {}
        for fact in self.rewrites:
            for outcome in range(OUTCOMES):
                self.equations[self.key(fact.relation.lhs, {}, outcome)] = fact.relation.rhs

    def holds(self, relation, strictly=False, outcome=0):
        """Whether a relation holds at this point, up to rounding; that a series converges, no number can say.

        ``strictly``: more closely, and for < and > by more than what rounding could do.
        """
        if relation.rhs is oo:
            raise OutOfDomain("convergence has no numeric reading")
        if relation.op == "⇔":
            return self.holds(relation.lhs, strictly, outcome) == self.holds(relation.rhs, strictly, outcome)
        left, right = self(relation.lhs, outcome), self(relation.rhs, outcome)
        tolerance = tolerance_of(relation, strictly)
        if relation.op == "=" or isinstance(left, list):
            return close(left, right, tolerance)
        gap = (right - left) * (-1 if relation.op in ("≥", ">") else 1)
        margin = tolerance * (1 + abs(left) + abs(right))
        return gap > (margin if strictly and relation.strict else -margin)

    def holds_surely(self, relation, strictly=False):
        """Whether a relation holds whatever chance brings: at every outcome, for every value of the coordinates."""
        if not self.depends_on_chance(self.context.unfold(relation)):
            return self.holds(relation, strictly)
        around, self.coordinates = self.coordinates, {}
        try:
            return all(self._at_every_coordinate(relation, strictly, outcome) for outcome in range(OUTCOMES))
        finally:
            self.coordinates = around

    def __call__(self, expression, outcome=0):
        with mpmath.workdps(DIGITS):
            unfolded = self.context.unfold(expression)
            return (self.vector if is_vector(unfolded) else self.scalar)(unfolded, {}, outcome)

    def scalar(self, e, bound, outcome):
        """The value of a scalar, given the indices of the sums around it and the outcome of chance."""
        if e.is_Rational:
            return mpf(int(e.p)) / int(e.q)
        if e.is_NumberSymbol:
            return mpmath.mpf(e.evalf(DIGITS)._mpf_)
        if isinstance(e, (Symbol, AppliedUndef)):
            if e in bound:
                return bound[e]
            if head(e) in self.overrides:
                return self.overridden(e, bound, outcome)
            if head(e) in self.context.moments:
                return self.coordinate(e, bound)
            regular = head(e) in self.context.smooth | self.context.continuous
            return (self.wave if regular else self.sampled)(e, bound, outcome)
        for kind, reading in self.READINGS.items():
            if isinstance(e, kind):
                return reading(self, e, bound, outcome)
        return self.operation(e, [self.scalar(a, bound, outcome) for a in e.args])

    def pairing(self, e, bound, outcome):
        u, v = (self.vector(a, bound, outcome) for a in e.args)
        return mpmath.fdot(u, v) if u and v else mpf(0)

    def rate(self, e, bound, outcome):
        return mpmath.diff(lambda x: self.scalar(e.args[0], {**bound, e.args[1]: x}, outcome), self.at(e, bound))

    def at(self, e, bound):
        """The point at which a derivative is taken."""
        x = e.args[1]
        return bound[x] if x in bound else self.scalar(x, bound, None)

    def total_of(self, e, bound, outcome):
        """A finite sum, term by term; an infinite one or an integral, by mpmath."""
        body, k, lower, upper = outermost(e)
        if isinstance(e, Sum) and upper is not oo:
            return mpmath.fsum(self.scalar(body, b, outcome) for body, b in self.terms(e, bound, outcome))
        ends = [x if x in (oo, -oo) else self.scalar(x, bound, outcome) for x in (lower, upper)]
        ends = [mpmath.inf if x is oo else -mpmath.inf if x is -oo else x for x in ends]
        value = lambda x: self.scalar(body, {**bound, k: x}, outcome)  # noqa: E731
        return quadrature(value, ends) if isinstance(e, Integral) else series(value, ends[0])

    def operation(self, e, values):
        if isinstance(e, Add):
            return mpmath.fsum(values)
        if isinstance(e, Mul):
            return mpmath.fprod(values)
        if isinstance(e, Pow):
            return self.power(*values, e.exp)
        if isinstance(e, KroneckerDelta):
            return mpf(values[0] == values[1])
        if e.func is log and values[0] <= 0:
            raise OutOfDomain(f"the logarithm of {values[0]}")
        if e.func in NAMED:
            return NAMED[e.func](*values)
        raise OutOfDomain(f"no numeric reading of {type(e).__name__}")

    @staticmethod
    def power(base, exponent, symbolic):
        if (base < 0 and not symbolic.is_integer) or (base == 0 and exponent < 0):
            raise OutOfDomain(f"{base} to the power {exponent}")
        return mpmath.power(base, int(exponent) if exponent == int(exponent) else exponent)

    def terms(self, e, bound, outcome):
        body, index, *ends = outermost(e)
        low, high = (int(self.scalar(end, bound, outcome)) for end in ends)
        return [(body, {**bound, index: mpf(i)}) for i in range(low, high + 1)]

    def vector(self, e, bound, outcome):
        """The value of a vector as a list of coordinates; the empty list is the zero vector."""
        if e == 0:
            return []
        if isinstance(e, Vec):
            if head(e) in self.overrides:
                return self.overridden(e, bound, outcome)
            return (self.wave if e.name in self.context.smooth else self.generated)(e, bound, outcome)
        if isinstance(e, Partial):
            return self.wave(e.of, bound, outcome, tuple(map(int, e.orders)))
        if isinstance(e, CondVec):
            alike = self.outcomes_like(outcome, e.args[1])
            return [x / len(alike) for x in self.total(self.vector(e.args[0], bound, w) for w in alike)]
        if isinstance(e, Diff):
            return self.slope(e, bound, outcome)
        if isinstance(e, Add):
            return self.total(self.vector(a, bound, outcome) for a in e.args)
        if isinstance(e, Sum):
            return self.total(self.vector(body, b, outcome) for body, b in self.terms(e, bound, outcome))
        v = next(a for a in e.args if is_vector(a))
        scale = self.scalar(e / v, bound, outcome)
        return [scale * x for x in self.vector(v, bound, outcome)]

    def slope(self, e, bound, outcome):
        """The derivative of a vector, coordinate by coordinate."""
        curve, x = e.args
        at = lambda t: self.vector(curve, {**bound, x: t}, outcome)  # noqa: E731
        now = self.at(e, bound)
        return [mpmath.diff(lambda t, i=i: at(t)[i], now) for i in range(len(at(now)))]

    @staticmethod
    def total(vectors):
        vectors = [v for v in vectors if v]
        return [mpmath.fsum(column) for column in zip(*vectors, strict=True)]

    def generated(self, v, bound, outcome):
        key = self.key(v, bound, outcome)
        if isinstance(v, OrthonormalVec):
            return [mpf(i + 1 == int(key[1])) for i in range(self.dimension)]
        if key in self.equations:
            return self.vector(self.context.unfold(self.equations[key]), bound, outcome)
        if key not in self.values:
            self.values[key] = [mpf(self.rng.gauss(0, 1)) for _ in range(self.dimension)]
        return self.values[key]

    def substituted(self, mapping):
        """This point, with some heads read as a substitution says; everything else has the same values."""
        other = copy(self)
        other.overrides = mapping
        return other

    def overridden(self, e, bound, outcome):
        """The value, at the original point, of what a substitution puts in the place of ``e``."""
        value, arguments, plain = self.overrides[head(e)], {}, self.substituted({})
        if is_rule(value):
            indices = e.indices if isinstance(e, Vec) else e.args
            stand_ins = [self.stand_in(i, bound, outcome) for i in indices]
            value = value(*stand_ins)
            arguments = {
                d: self.scalar(i, bound, outcome)
                for i, d in zip(indices, stand_ins, strict=True)
                if not isinstance(d, Vec)
            }
        value = self.context.unfold(sympify(value))
        return (plain.vector if isinstance(e, Vec) else plain.scalar)(value, arguments, outcome)

    def stand_in(self, argument, bound, outcome):
        """A symbol or vector whose value is that of an argument."""
        if not is_vector(argument):
            return Dummy(integer=True, positive=True)
        name = f"argument {len(self.values)}"
        self.values[(name, None)] = self.vector(argument, bound, outcome)
        return Vec(name)

    def key(self, e, bound, outcome):
        """What a sampled value belongs to: a name, the values of its arguments, and the outcome if it is random."""
        arguments = e.indices if isinstance(e, Vec) else e.args
        found = [self.vector(a, bound, outcome) if is_vector(a) else self.scalar(a, bound, outcome) for a in arguments]
        name = e.name if isinstance(e, Vec) else e.func
        return (
            (
                name,
                *(
                    mpmath.nstr(a, 30) if not isinstance(a, list) else str([mpmath.nstr(x, 30) for x in a])
                    for a in found
                ),
                self.told(name, outcome),
            )
            if not isinstance(e, OrthonormalVec)
            else (name, *found)
        )

    def sampled(self, e, bound, outcome):
        key = (e, self.told(e, outcome)) if isinstance(e, Symbol) else self.key(e, bound, outcome)
        if key not in self.values:
            self.values[key] = self.draw(e)
        return self.values[key]

    READINGS: ClassVar = {
        Inner: pairing,
        Sum: total_of,
        Integral: total_of,
        Expect: Outcomes.mean,
        Diff: rate,
        Partial: Waves.derived,
    }

    def draw(self, e):
        """A number of the kind that was declared: natural, positive, bounded, real."""
        low, high = (None if b is None else self.scalar(b, {}, None) for b in self.context.bounds.get(e, (None, None)))
        if e.is_integer:
            first = int(low) if low is not None else 1 if e.is_positive else 0 if e.is_nonnegative else -self.size
            return mpf(self.rng.randint(first, int(high) if high is not None else first + self.size))
        if low is not None and high is not None:
            return low + (high - low) * mpf(self.rng.random())
        if low is not None or high is not None:
            beside = abs(mpf(self.rng.gauss(0, 1)))
            return low + beside if low is not None else high - beside
        value = mpf(self.rng.gauss(0, 1)) * mpf(2) ** self.rng.randint(-3, 3)
        return abs(value) if e.is_nonnegative else -abs(value) if e.is_nonpositive else value
