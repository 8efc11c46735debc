"""A second way to read a statement: by numbers, at random points inside the assumptions.

It shares no line with the kernel's normal forms. It decides nothing: it finds witnesses against a step that failed, and
it would catch a kernel that proved something false.
"""

import random
from copy import copy
from dataclasses import dataclass, field
from itertools import zip_longest

import mpmath
from mpmath import mpf
from sympy import Abs, Add, Dummy, KroneckerDelta, Max, Min, Mul, Pow, Sum, Symbol, exp, log
from sympy.core.function import AppliedUndef

from kexue.proof.kernel.terms import Expect, Inner, OrthonormalVec, Vec, head, is_rule, is_vector, outermost

DIGITS = 50
TOLERANCE = mpf(10) ** -20
OUTCOMES = 3  # of the small probability space that expectations are taken over
NAMED = {exp: mpmath.exp, log: mpmath.log, Abs: abs, Max: max, Min: min}


class OutOfDomain(ArithmeticError):
    """The random point lies where the statement is not defined."""


def close(left, right):
    """Whether two numbers, or two vectors, agree up to rounding; the empty list is the zero vector."""
    if isinstance(left, list) or isinstance(right, list):
        left, right = (v if isinstance(v, list) else [] for v in (left, right))
        return all(close(a, b) for a, b in zip_longest(left, right, fillvalue=mpf(0)))
    return abs(left - right) <= TOLERANCE * (1 + abs(left) + abs(right))


@dataclass
class Model:
    """One random assignment of numbers and vectors to everything that a ledger declares, made as it is asked for."""

    context: object
    rng: random.Random
    rewrites: tuple = ()
    size: int = 5  # the largest natural number
    values: dict = field(default_factory=dict)
    overrides: dict = field(default_factory=dict)  # heads that are read as something else: a substitution at work

    def __post_init__(self):
        self.dimension = self.rng.randint(1, 4) + (3 * self.size if self.context.fixed else 0)
        self.equations = {}
        for fact in self.rewrites:
            self.equations[self.key(fact.relation.lhs, {}, None)] = fact.relation.rhs

    def holds(self, relation):
        """Whether a relation holds at this point, up to rounding."""
        if relation.op == "⇔":
            return self.holds(relation.lhs) == self.holds(relation.rhs)
        left, right = self(relation.lhs), self(relation.rhs)
        if relation.op == "=" or isinstance(left, list):
            return close(left, right)
        gap = (right - left) * (-1 if relation.op in ("≥", ">") else 1)
        return gap > -TOLERANCE * (1 + abs(left) + abs(right))

    def __call__(self, expression):
        with mpmath.workdps(DIGITS):
            unfolded = self.context.unfold(expression)
            return self.vector(unfolded, {}, None) if is_vector(unfolded) else self.scalar(unfolded, {}, None)

    def scalar(self, e, bound, outcome):
        """The value of a scalar, given the indices of the sums around it and the outcome of chance."""
        if e.is_Rational:
            return mpf(int(e.p)) / int(e.q)
        if e.is_NumberSymbol:
            return mpmath.mpf(e.evalf(DIGITS)._mpf_)
        if isinstance(e, (Symbol, AppliedUndef)):
            if e in bound:
                return bound[e]
            return self.overridden(e, bound, outcome) if head(e) in self.overrides else self.sampled(e, bound, outcome)
        if isinstance(e, Inner):
            u, v = (self.vector(a, bound, outcome) for a in e.args)
            return mpmath.fdot(u, v) if u and v else mpf(0)
        if isinstance(e, Sum):
            return mpmath.fsum(self.scalar(body, b, outcome) for body, b in self.terms(e, bound, outcome))
        if isinstance(e, Expect):
            return mpmath.fsum(self.scalar(e.args[0], bound, w) for w in range(OUTCOMES)) / OUTCOMES
        return self.operation(e, [self.scalar(a, bound, outcome) for a in e.args])

    def operation(self, e, values):
        if isinstance(e, Add):
            return mpmath.fsum(values)
        if isinstance(e, Mul):
            return mpmath.fprod(values)
        if isinstance(e, Pow):
            return self.power(*values, e.exp)
        if isinstance(e, KroneckerDelta):
            return mpf(values[0] == values[1])
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
            return (self.overridden if head(e) in self.overrides else self.generated)(e, bound, outcome)
        if isinstance(e, Add):
            return self.total(self.vector(a, bound, outcome) for a in e.args)
        if isinstance(e, Sum):
            return self.total(self.vector(body, b, outcome) for body, b in self.terms(e, bound, outcome))
        v = next(a for a in e.args if is_vector(a))
        scale = self.scalar(e / v, bound, outcome)
        return [scale * x for x in self.vector(v, bound, outcome)]

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
            if any(map(is_vector, indices)):
                raise OutOfDomain(f"{e} depends on vectors")
            arguments = {Dummy(integer=True, positive=True): self.scalar(i, bound, outcome) for i in indices}
            value = value(*arguments)
        value = self.context.unfold(value)
        return (plain.vector if is_vector(value) else plain.scalar)(value, arguments, outcome)

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
                outcome if name in self.context.random else None,
            )
            if not isinstance(e, OrthonormalVec)
            else (name, *found)
        )

    def sampled(self, e, bound, outcome):
        key = (
            (e, outcome if e in self.context.random else None) if isinstance(e, Symbol) else self.key(e, bound, outcome)
        )
        if key not in self.values:
            self.values[key] = self.draw(e)
        return self.values[key]

    def draw(self, e):
        """A number of the kind that was declared: natural, positive, bounded, real."""
        low, high = (None if b is None else self.scalar(b, {}, None) for b in self.context.bounds.get(e, (None, None)))
        if e.is_integer:
            first = int(low) if low is not None else 1 if e.is_positive else 0 if e.is_nonnegative else -self.size
            return mpf(self.rng.randint(first, int(high) if high is not None else first + self.size))
        if low is not None and high is not None:
            return low + (high - low) * mpf(self.rng.random())
        value = mpf(self.rng.gauss(0, 1)) * mpf(2) ** self.rng.randint(-3, 3)
        return abs(value) if e.is_nonnegative else -abs(value) if e.is_nonpositive else value
