"""One random point at which statements are evaluated."""

import random
from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from math import inf
from operator import mul
from typing import ClassVar

import mpmath
from mpmath import mpf
from sympy import (
    Abs,
    Add,
    Dummy,
    Integral,
    KroneckerDelta,
    Max,
    Min,
    Mul,
    NumberSymbol,
    Pow,
    Rational,
    Sum,
    Symbol,
    exp,
    log,
    oo,
    sympify,
)
from sympy.core.function import AppliedUndef

from kexue.proof.kernel.terms import (
    CondVec,
    Diff,
    Expect,
    Inner,
    Partial,
    Vec,
    head,
    is_rule,
    is_vector,
    outermost,
)
from kexue.proof.numeric.chance import OUTCOMES, Outcomes
from kexue.proof.numeric.comparing import Comparisons
from kexue.proof.numeric.domain import (
    DIGITS,
    Divergent,
    OutOfDomain,
    diverges,
    quadrature,
    series,
)
from kexue.proof.numeric.drawing import Drawing
from kexue.proof.numeric.waves import Waves

NAMED = {exp: mpmath.exp, log: mpmath.log, Abs: abs, Max: max, Min: min}


MOST_TERMS = 10**5  # of a finite sum
MOST_SIZE = 10**200  # of an exponent of e


def kind_of(value):
    """What may be said of a symbol that stands for a number; None for a vector."""
    if isinstance(value, list):
        return None
    sign = ("positive",) if value > 0 else ()
    return ("integer", *sign) if mpmath.isint(value) else ("real", *sign)


@dataclass
class Model(Comparisons, Outcomes, Waves, Drawing):
    """One random assignment of numbers and vectors to everything that a ledger declares, made as it is asked for."""

    context: object
    rng: random.Random
    rewrites: tuple = ()
    size: int = 5  # the largest natural number
    values: dict = field(default_factory=dict)
    waves: dict = field(default_factory=dict)  # smooth function: its random exponentials
    overrides: dict = field(default_factory=dict)  # heads that are read as something else: a substitution at work
    coordinates: dict | None = None  # (i.i.d. sequence, index): its value, in the mean that is being taken
    scales: dict = field(default_factory=dict)  # heads whose random values are larger or smaller, by how much
    quota: list = field(default_factory=lambda: [inf])  # how many terms of finite sums may still be added up
    marks: set = field(default_factory=set)  # "fine" while many digits are asked for; "law" once a law was used
    closed: bool = False  # nothing new is drawn

    def __post_init__(self):
        self.dimension = self.rng.randint(1, 4) + (3 * self.size if self.context.fixed else 0)
        self.equations = {}
        for fact in self.rewrites:
            for outcome in range(OUTCOMES):
                self.equations[self.key(fact.relation.lhs, {}, outcome)] = fact.relation.rhs

    def __call__(self, expression, outcome=0, digits=DIGITS):
        with mpmath.workdps(digits):
            unfolded = self.context.unfold(expression)
            return (self.vector if is_vector(unfolded) else self.scalar)(unfolded, {}, outcome)

    def scalar(self, e, bound, outcome):
        """The value of a scalar, given the indices of the sums around it and the outcome of chance."""
        return _reading(type(e))(self, e, bound, outcome)

    def rational(self, e, bound, outcome):  # noqa: ARG002 - a reading, as all below
        return _quotient(e.p, e.q, mpmath.mp.prec)

    def constant(self, e, bound, outcome):  # noqa: ARG002 - the same
        return mpmath.mpf(e.evalf(max(DIGITS, mpmath.mp.dps))._mpf_)

    def named(self, e, bound, outcome):
        """A symbol, or a declared function at some arguments."""
        if e in bound:
            return bound[e]
        if head(e) in self.overrides:
            return self.overridden(e, bound, outcome)
        if head(e) in self.context.moments:
            return self.coordinate(e, bound)
        regular = head(e) in self.context.smooth or head(e) in self.context.continuous
        return (self.wave if regular else self.sampled)(e, bound, outcome)

    def sum_of(self, e, bound, outcome):
        return mpmath.fsum(self.scalar(a, bound, outcome) for a in e.args)

    def product_of(self, e, bound, outcome):
        return reduce(mul, (self.scalar(a, bound, outcome) for a in e.args))

    def power_of(self, e, bound, outcome):
        return self.power(*(self.scalar(a, bound, outcome) for a in e.args), e.exp)

    def pairing(self, e, bound, outcome):
        u, v = (self.vector(a, bound, outcome) for a in e.args)
        return mpmath.fdot(u, v) if u and v else mpf(0)

    def rate(self, e, bound, outcome):
        self._roughly()
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
        self._roughly()
        ends = [x if x in (oo, -oo) else self.scalar(x, bound, outcome) for x in (lower, upper)]
        ends = [mpmath.inf if x is oo else -mpmath.inf if x is -oo else x for x in ends]

        def value(x):
            return self.scalar(body, {**bound, k: x}, outcome)

        self._refuse_divergence(value, ends)
        return quadrature(value, ends) if isinstance(e, Integral) else series(value, ends[0])

    def _refuse_divergence(self, value, ends):
        """Say of a series or an integral that it has no number, where its terms show that."""
        start = next((int(end) for end in ends if mpmath.isfinite(end)), 0)
        around, self.quota = self.quota, [MOST_TERMS]
        try:
            for way in (int(mpmath.sign(end)) for end in ends if mpmath.isinf(end)):
                if self._diverges(lambda k, way=way: value(mpf(start + way * k))):
                    raise Divergent("a series or an integral that diverges")
        finally:
            self.quota = around

    @staticmethod
    def _diverges(value):
        try:
            return diverges(value)
        except (OutOfDomain, ZeroDivisionError):
            return False

    def operation(self, e, bound, outcome):
        values = [self.scalar(a, bound, outcome) for a in e.args]
        if isinstance(e, KroneckerDelta):
            return mpf(values[0] == values[1])
        if e.func is log and values[0] <= 0:
            raise OutOfDomain(f"the logarithm of {values[0]}")
        if e.func is exp and abs(values[0]) > MOST_SIZE:
            raise OutOfDomain(f"e to the power {mpmath.nstr(values[0], 6)}")
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
        self._count(max(high - low + 1, 0))
        return ((body, {**bound, index: mpf(i)}) for i in range(low, high + 1))

    def _count(self, terms):
        self.quota[0] -= terms
        if self.quota[0] < 0 or terms > MOST_TERMS:
            raise OutOfDomain("too many terms for a number")

    def vector(self, e, bound, outcome):
        """The value of a vector as a list of coordinates; the empty list is the zero vector."""
        if e == 0:
            return []
        if isinstance(e, Vec):
            if head(e) in self.overrides:
                return self.overridden(e, bound, outcome)
            return (self.wave if e.name in self.context.smooth else self.generated)(e, bound, outcome)
        if isinstance(e, Partial):
            if head(e.of) in self.overrides:
                raise OutOfDomain("no numeric reading of a derivative of a family of vectors that is replaced")
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
        self._roughly()
        curve, x = e.args
        now = self.at(e, bound)

        def at(t):
            return self.vector(curve, {**bound, x: t}, outcome)

        return [mpmath.diff(lambda t, i=i: at(t)[i], now) for i in range(len(at(now)))]

    @staticmethod
    def total(vectors):
        vectors = [v for v in vectors if v]
        return [mpmath.fsum(column) for column in zip(*vectors, strict=True)]

    def substituted(self, mapping):
        """This point, with some heads read as a substitution says; everything else has the same values."""
        other = copy(self)
        other.overrides = mapping
        return other

    def overridden(self, e, bound, outcome):
        """The value, at the original point, of what a substitution puts in the place of ``e``."""
        value, arguments, plain = self.overrides[head(e)], {}, self.substituted({})
        if is_rule(value):
            self._count(1)
            values = [self._argument(i, bound, outcome) for i in (e.indices if isinstance(e, Vec) else e.args)]
            stand_ins, value = self.ruled(value, values)
            arguments = {d: v for d, v in zip(stand_ins, values, strict=True) if not isinstance(d, Vec)}
        else:
            value = self.context.unfold(sympify(value))
        return (plain.vector if isinstance(e, Vec) else plain.scalar)(value, arguments, outcome)

    def _argument(self, argument, bound, outcome):
        return (self.vector if is_vector(argument) else self.scalar)(argument, bound, outcome)

    def ruled(self, rule, values):
        """Symbols and vectors of the kinds of some values, and what a substitution's function makes of them."""
        kinds = tuple(map(kind_of, values))
        if None in kinds or ("rule", rule, kinds) not in self.waves:
            stand_ins = [self.stand_in(v, kind) for v, kind in zip(values, kinds, strict=True)]
            made = stand_ins, self.context.unfold(sympify(rule(*stand_ins)))
            if None in kinds:
                return made
            self.waves["rule", rule, kinds] = made
        return self.waves["rule", rule, kinds]

    def stand_in(self, value, kind):
        """A symbol or vector that has a value."""
        if kind is not None:
            return Dummy(**dict.fromkeys(kind, True))
        name = f"argument {len(self.values)}"
        self.values[(name, None)] = value
        return Vec(name)

    READINGS: ClassVar = {
        Rational: rational,
        NumberSymbol: constant,
        Symbol: named,
        AppliedUndef: named,
        Add: sum_of,
        Mul: product_of,
        Pow: power_of,
        Inner: pairing,
        Sum: total_of,
        Integral: total_of,
        Expect: Outcomes.mean,
        Diff: rate,
        Partial: Waves.derived,
    }


@lru_cache(maxsize=10**4)
def _reading(kind):
    """How a model reads expressions of a class."""
    return next((read for known, read in Model.READINGS.items() if issubclass(kind, known)), Model.operation)


@lru_cache(maxsize=10**4)
def _quotient(p, q, precision):  # noqa: ARG001 - which mpmath rounds to
    return mpf(int(p)) / int(q)
