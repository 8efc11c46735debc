"""A second way to read a statement: by numbers, at random points inside the assumptions.

It shares no line with the kernel's normal forms. It decides nothing: it finds witnesses against a step that failed, and
it would catch a kernel that proved something false.
"""

import random
from copy import copy
from dataclasses import dataclass, field
from itertools import zip_longest
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
    heads,
    is_rule,
    is_vector,
    outermost,
)

DIGITS = 50
TOLERANCE = mpf(10) ** -20
ROUGH = mpf(10) ** -10  # of derivatives, integrals and series
STEEP = 20  # the largest exponent of a random smooth function
BITS = 3  # coin tosses that make up the small probability space of expectations
OUTCOMES = 2**BITS
NAMED = {exp: mpmath.exp, log: mpmath.log, Abs: abs, Max: max, Min: min}


class OutOfDomain(ArithmeticError):
    """The random point lies where the statement is not defined."""


def series(value, first):
    """Σ_{k ≥ first} of a value, where mpmath's extrapolation agrees with itself from a later start."""
    with mpmath.workdps(20):
        whole, later = (
            mpmath.fsum(value(first + i) for i in range(n))
            + mpmath.nsum(value, [first + n, mpmath.inf], method="richardson+shanks", maxterms=200)
            for n in (0, 7)
        )
    if abs(whole - later) > ROUGH * (1 + abs(whole)):
        raise OutOfDomain("the series converges too slowly for a number")
    return whole


def term(rates, values, orders):
    """∂^k of Π_i e^{r_i x_i}."""
    exponent = mpmath.fdot(rates, values)
    if exponent > STEEP:
        raise OutOfDomain("a value too large to be differentiated numerically")
    growth = mpmath.exp(exponent)
    return growth * mpmath.fprod(r**k for r, k in zip(rates, orders, strict=True)) if orders else growth


def close(left, right, tolerance=TOLERANCE):
    """Whether two numbers, or two vectors, agree up to rounding; the empty list is the zero vector."""
    if isinstance(left, list) or isinstance(right, list):
        left, right = (v if isinstance(v, list) else [] for v in (left, right))
        return all(close(a, b, tolerance) for a, b in zip_longest(left, right, fillvalue=mpf(0)))
    return abs(left - right) <= tolerance * (1 + abs(left) + abs(right))


def tolerance_of(relation):
    """How closely both sides of a relation can be evaluated."""
    rough = any(hasattr(side, "has") and side.has(Diff, Integral, Sum) for side in (relation.lhs, relation.rhs))
    return ROUGH if rough else TOLERANCE


@dataclass
class Model:
    """One random assignment of numbers and vectors to everything that a ledger declares, made as it is asked for."""

    context: object
    rng: random.Random
    rewrites: tuple = ()
    size: int = 5  # the largest natural number
    values: dict = field(default_factory=dict)
    waves: dict = field(default_factory=dict)  # smooth function: its random exponentials
    overrides: dict = field(default_factory=dict)  # heads that are read as something else: a substitution at work

    def __post_init__(self):
        self.dimension = self.rng.randint(1, 4) + (3 * self.size if self.context.fixed else 0)
        self.equations = {}
        for fact in self.rewrites:
            for outcome in range(OUTCOMES):
                self.equations[self.key(fact.relation.lhs, {}, outcome)] = fact.relation.rhs

    def holds(self, relation):
        """Whether a relation holds at this point, up to rounding; that a series converges, no number can say."""
        if relation.rhs is oo:
            raise OutOfDomain("convergence has no numeric reading")
        if relation.op == "⇔":
            return self.holds(relation.lhs) == self.holds(relation.rhs)
        left, right = self(relation.lhs), self(relation.rhs)
        if relation.op == "=" or isinstance(left, list):
            return close(left, right, tolerance_of(relation))
        gap = (right - left) * (-1 if relation.op in ("≥", ">") else 1)
        return gap > -tolerance_of(relation) * (1 + abs(left) + abs(right))

    def __call__(self, expression):
        with mpmath.workdps(DIGITS):
            unfolded = self.context.unfold(expression)
            return (self.vector if is_vector(unfolded) else self.scalar)(unfolded, {}, 0)  # at the first outcome

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
            regular = head(e) in self.context.smooth | self.context.continuous
            return (self.wave if regular else self.sampled)(e, bound, outcome)
        for kind, reading in self.READINGS.items():
            if isinstance(e, kind):
                return reading(self, e, bound, outcome)
        return self.operation(e, [self.scalar(a, bound, outcome) for a in e.args])

    def pairing(self, e, bound, outcome):
        u, v = (self.vector(a, bound, outcome) for a in e.args)
        return mpmath.fdot(u, v) if u and v else mpf(0)

    def mean(self, e, bound, outcome):
        """The average over the outcomes of chance, or over those that some information does not tell apart."""
        if heads(e) & set(self.context.moments):
            raise OutOfDomain("i.i.d. sequences have no numeric reading")
        alike = self.outcomes_like(outcome, *e.args[1:])
        return mpmath.fsum(self.scalar(e.args[0], bound, w) for w in alike) / len(alike)

    def rate(self, e, bound, outcome):
        return mpmath.diff(lambda x: self.scalar(e.args[0], {**bound, e.args[1]: x}, outcome), self.at(e, bound))

    def derived(self, e, bound, outcome):
        return self.wave(e.of, bound, outcome, tuple(map(int, e.orders)))

    def at(self, e, bound):
        """The point at which a derivative is taken."""
        x = e.args[1]
        return bound[x] if x in bound else self.scalar(x, bound, None)

    def total_of(self, e, bound, outcome):
        """A finite sum, term by term; an infinite one or an integral, by mpmath."""
        body, k, lower, upper = outermost(e)
        if isinstance(e, Sum) and upper is not oo:
            return mpmath.fsum(self.scalar(body, b, outcome) for body, b in self.terms(e, bound, outcome))
        if isinstance(e, Integral) and {upper, -lower} & {oo}:
            raise OutOfDomain("improper integrals have no numeric reading")
        ends = [x if x in (oo, -oo) else self.scalar(x, bound, outcome) for x in (lower, upper)]
        ends = [mpmath.inf if x is oo else -mpmath.inf if x is -oo else x for x in ends]
        value = lambda x: self.scalar(body, {**bound, k: x}, outcome)  # noqa: E731
        return mpmath.quad(value, ends) if isinstance(e, Integral) else series(value, ends[0])

    def outcomes_like(self, outcome, information=None):
        """The outcomes of chance that agree with one on what some information determines."""
        if information is None or outcome is None:
            return range(OUTCOMES)
        bits = self.bits(information)
        return [w for w in range(OUTCOMES) if w >> (BITS - bits) == outcome >> (BITS - bits)]

    def bits(self, information):
        """How many of the coin tosses that make up chance some information knows: the coarser, the fewer."""
        known = self.context.known
        coarser = [g for g in known if known[g] <= known[information]]
        if len(known) >= BITS or any(not (known[g] <= known[h] or known[h] <= known[g]) for g in known for h in known):
            raise OutOfDomain("only chains of information have a numeric reading")
        return len(coarser)

    def told(self, name, outcome):
        """What of the outcome a random thing may depend on."""
        if outcome is None or name not in self.context.random:
            return None
        bits = [self.bits(g) for g, known in self.context.known.items() if name in known]
        return outcome >> (BITS - min(bits)) if bits else outcome

    def wave(self, e, bound, outcome, orders=None):
        """A smooth function or vector: a short random sum of exponentials of its arguments, or a derivative of it."""
        arguments = e.indices if isinstance(e, Vec) else e.args
        values = [self.scalar(a, bound, outcome) for a in arguments]
        name = head(e)
        key = ("wave", name, self.told(name, outcome))
        if key not in self.waves:
            size = self.dimension if isinstance(e, Vec) else 1
            self.waves[key] = [self.draw_wave(e, len(values)) for _ in range(size)]
        found = [mpmath.fsum(w * term(rates, values, orders) for w, rates in wave) for wave in self.waves[key]]
        self.values[(name, *(mpmath.nstr(v, 6) for v in values), orders or "")] = (
            found if isinstance(e, Vec) else found[0]
        )
        return found if isinstance(e, Vec) else found[0]

    def draw_wave(self, e, arity):
        """[(weight, rates)]; the weights have the declared sign."""
        sign = 0 if isinstance(e, Vec) else 1 if e.is_nonnegative else -1 if e.is_nonpositive else 0
        draw = lambda: mpf(self.rng.gauss(0, 1))  # noqa: E731
        weights = [draw() for _ in range(3)]
        rates = [[draw() / 3 for _ in range(arity)] for _ in range(3)]
        return [(sign * abs(w) if sign else w, r) for w, r in zip(weights, rates, strict=True)]

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
        Expect: mean,
        Diff: rate,
        Partial: derived,
    }

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
