"""A second way to read a statement: by numbers, at random points inside the assumptions.

It shares no line with the kernel's normal forms. It decides nothing: it finds witnesses against a step that failed, and
it would catch a kernel that proved something false.
"""

import random
from dataclasses import dataclass, field
from itertools import zip_longest

import mpmath
from mpmath import mpf
from sympy import Abs, Add, KroneckerDelta, Max, Min, Mul, Pow, Rational, Sum, Symbol, exp, log
from sympy.core.function import AppliedUndef

from kexue.proof.kernel.terms import Expect, Inner, OrthonormalVec, Relation, Vec, is_vector, outermost

DIGITS = 50
TOLERANCE = mpf(10) ** -20
OUTCOMES = 3  # of the small probability space that expectations are taken over
NAMED = {exp: mpmath.exp, log: mpmath.log, Abs: abs, Max: max, Min: min}


class OutOfDomain(ArithmeticError):
    """The random point lies where the statement is not defined."""


@dataclass
class Model:
    """One random assignment of numbers and vectors to everything that a ledger declares, made as it is asked for."""

    context: object
    rng: random.Random
    rewrites: tuple = ()
    size: int = 5  # the largest natural number
    values: dict = field(default_factory=dict)

    def __post_init__(self):
        self.dimension = self.rng.randint(1, 4) + (3 * self.size if self.context.fixed else 0)
        self.equations = {}
        for fact in self.rewrites:
            self.equations[self.key(fact.relation.lhs, {}, None)] = fact.relation.rhs

    def holds(self, relation, tolerance=TOLERANCE):
        """Whether a relation holds at this point, up to rounding."""
        if relation.op == "⇔":
            return self.holds(relation.lhs) == self.holds(relation.rhs)
        left, right = self(relation.lhs), self(relation.rhs)
        if isinstance(left, list) or isinstance(right, list):
            return all(abs(a - b) <= tolerance * (1 + abs(a)) for a, b in zip_longest(left, right, fillvalue=mpf(0)))
        gap = (right - left) * (-1 if relation.op in ("≥", ">") else 1)
        slip = tolerance * (1 + abs(left) + abs(right))
        return abs(gap) <= slip if relation.op == "=" else gap > -slip

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
            return bound[e] if e in bound else self.sampled(e, bound, outcome)
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
            return self.generated(e, bound, outcome)
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


@dataclass(frozen=True)
class Witness:
    """A point inside the assumptions at which a statement fails."""

    left: object
    right: object
    values: dict

    def __str__(self):
        shown = ", ".join(f"{_name(k)} = {_number(v)}" for k, v in list(self.values.items())[:12])
        return f"left side {_number(self.left)}, right side {_number(self.right)}" + (f" at {shown}" if shown else "")


def _name(key):
    name = getattr(key[0], "__name__", None) or str(key[0])
    indices = [str(i) for i in key[1:-1]]
    return f"{name}({', '.join(i.removesuffix('.0') for i in indices)})" if indices else name


def _number(value):
    if isinstance(value, list):
        return "(" + ", ".join(_number(v) for v in value) + ")"
    return mpmath.nstr(value, 6).removesuffix(".0") if isinstance(value, mpf) else str(value)


def points(context, rewrites=(), count=20, seed=0):
    """Random models; the first ones are small."""
    for i in range(count):
        yield Model(context, random.Random(seed + i), tuple(rewrites), size=2 + i % 5)


def find_witness(context, relation, premises=(), rewrites=(), count=200):
    """A point at which everything cited holds and the relation does not; None when none was met."""
    for model in points(context, rewrites, count):
        try:
            if all(model.holds(f.relation) for f in premises) and not model.holds(relation):
                sides = (relation.lhs, relation.rhs) if relation.op != "⇔" else (relation.lhs.lhs, relation.lhs.rhs)
                return Witness(*map(model, sides), dict(model.values))
        except (OutOfDomain, ZeroDivisionError):
            continue
    return None


def agreement(fact, count=12):
    """At how many random points a proved fact was confirmed; raises :class:`KernelFault` where one contradicts it."""
    certificate = fact.certificate if fact.rule in ("identity", "certificate") else None
    rewrites = certificate.rewrites if certificate else ()
    confirmed = 0
    for model in points(fact.context, rewrites, count):
        try:
            confirmed += _confirmed(model, fact, certificate)
        except (OutOfDomain, ZeroDivisionError):
            continue
    return confirmed


def _confirmed(model, fact, certificate):
    if certificate is not None and not is_vector(fact.relation.lhs):
        claim = Relation(fact.relation.slack, "=", sum((t.value for t in certificate.terms), Rational(0)))
        signs = [
            Relation(t.coefficient, "≥", Rational(0))
            for t in certificate.terms
            if all(f.relation.op != "=" for f in t.facts)
        ]
        claims = [claim, *signs]
    elif fact.relation.op == "=" and fact.rule == "limit" and not fact.premises:
        return 0
    elif all(model.holds(h.relation) for h in fact.hypotheses) and not any(h.forall for h in fact.hypotheses):
        claims = [fact.relation]
    else:
        return 0
    for claim in claims:
        if not model.holds(claim):
            raise KernelFault(f"the kernel proved {claim}, and it fails at {model.values}: please report this")
    return 1


class KernelFault(AssertionError):
    """A proved statement that fails at a point: the kernel is wrong."""
