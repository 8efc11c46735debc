"""Witnesses against what failed, and confirmation at random points of what was proved."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass
from itertools import product
from math import prod
from time import process_time

import mpmath
from mpmath import mpf
from sympy import Add, Integral, Rational, Sum, Symbol, oo

from kexue.proof.budget import within
from kexue.proof.kernel.terms import Diff, Expect, Relation, Undecided, head, is_vector, substitute
from kexue.proof.numeric import Model, OutOfDomain, close, tolerance_of
from kexue.proof.satisfiable import holds_in, set_value


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


SECONDS = 3.0  # what looking for a witness may take
INSTANCES = 60  # of a hypothesis that a witness has to satisfy
PARTS = 6  # points at which the parts of an induction or of cases are looked at
BRIEFLY = 0.6  # seconds that confirming a proved fact may take
ENOUGH = 0.25  # after which one point that confirmed it has to do
DOZEN, FEW = 12, 4  # points that a proved fact is evaluated at, and one that is costly to evaluate
_wanted = ContextVar("points that have to confirm a line", default=DOZEN)


@contextmanager
def confirming(most: int) -> Iterator[None]:
    """Lines that are proved within are confirmed by at most so many random points.

    One is enough where it is asked whether any confirms them, none where their own page has asked before.
    """
    token = _wanted.set(most)
    try:
        yield
    finally:
        _wanted.reset(token)


def points(context, rewrites=(), count=20, seed=0):
    """Random models; the first ones are small."""
    for i in range(count):
        yield Model(context, random.Random(seed + i), tuple(rewrites), size=2 + i % 5)


def find_witness(context, relation, premises=(), rewrites=(), count=200):
    """A point at which everything cited holds and the relation does not; None when none was met."""
    try:
        with within(SECONDS):
            return _witness(context, relation, premises, rewrites, min(count, 8) if is_costly(relation) else count)
    except Undecided:
        return None


def _witness(context, relation, premises, rewrites, count):
    for model in points(context, rewrites, count):
        try:
            if (
                all(model.holds_surely(f.relation) for f in premises)
                and not model.holds(relation)
                and _holds_in_general(model, premises)
            ):
                sides = (relation.lhs, relation.rhs) if relation.op != "⇔" else (relation.lhs.lhs, relation.lhs.rhs)
                return Witness(*map(model, sides), dict(model.values))
        except (OutOfDomain, ZeroDivisionError):
            continue
    return None


def _holds_in_general(model, premises):
    """Whether what the premises rest on holds at the values that are in play, and at others where it fixes nothing."""
    general = {h for f in premises for h in f.hypotheses if h.forall}
    numbers, vectors = _in_play(model)
    return all(_holds_for_all(model, h, numbers, vectors) for h in general)


def _in_play(model):
    """The numbers and vectors that have been drawn, and the numbers at which something was."""
    vectors = [value for value in model.values.values() if isinstance(value, list)]
    numbers = [value for value in model.values.values() if not isinstance(value, list)]
    arguments = {a for key in model.values for a in key[1:-1] if isinstance(a, str) and not a.startswith("[")}
    found = {mpmath.nstr(x, 30): x for x in [*map(mpf, sorted(arguments - {""})), *numbers]}
    return list(found.values()), vectors


def _holds_for_all(model, hypothesis, numbers, vectors):
    """Whether a hypothesis holds wherever it speaks of what has been drawn alone, and of anything else by chance."""
    if hypothesis.relation.rhs is oo:
        return True
    names = sorted(hypothesis.forall, key=str)
    if all(isinstance(name, (Symbol, str)) for name in names):
        ways = [vectors if isinstance(name, str) else numbers for name in names]
        chosen = product(*ways) if prod(map(len, ways)) <= INSTANCES else _some(ways)
        return all(_holds_where_known(model, hypothesis, dict(zip(names, way, strict=True))) for way in chosen)
    return holds_in(_apart(model), hypothesis) is not False


def _some(ways):
    rng = random.Random(0)
    return [[rng.choice(way) for way in ways] for _ in range(INSTANCES)] if all(ways) else []


def _apart(model):
    """The model with values of its own from now on."""
    other = copy(model)
    other.values, other.waves, other.marks = dict(model.values), dict(model.waves), set()
    return other


def _holds_where_known(model, hypothesis, values):
    """Whether a hypothesis holds for some values, or speaks there of what has not been drawn."""
    other = _apart(model)
    other.closed = True
    try:
        for name, value in values.items():
            if isinstance(name, str):
                other.values[(name, None)] = value
            else:
                set_value(other, name, value)
        return other.holds_surely(hypothesis.relation)
    except (OutOfDomain, ZeroDivisionError):
        return True


def agreement(fact, count=DOZEN):
    """At how many random points a proved fact was confirmed; raises :class:`KernelFault` where one contradicts it.

    A fact with integrals in integrals can take long to evaluate: then fewer points have to do.
    """
    confirmed, wanted, count = 0, _wanted.get(), min(count, FEW) if is_costly(fact.relation) else count
    start, models = process_time(), points(fact.context, _rewrites(fact), count)
    for _ in range(count):
        left = (ENOUGH if confirmed else BRIEFLY) - (process_time() - start)
        if left <= 0 or confirmed >= wanted:
            break
        try:
            with within(left):
                confirmed += _confirmed(next(models), fact)
        except Undecided:
            break
    return confirmed


def _confirmed(model, fact):
    try:
        return confirms(model, fact)
    except (OutOfDomain, ZeroDivisionError):
        return 0


def is_costly(relation):
    """Whether a side holds a derivative, an integral or an infinite sum, which are evaluated numerically."""
    sides = (s for s in (relation.lhs, relation.rhs) if not isinstance(s, Relation))
    return any(s.has(Diff, Integral, oo) for s in sides)


def confirms(model, fact):
    """Whether a point could test the fact; raises where it contradicts it."""
    if fact.rule in ("induction", "cases"):
        return all(agreement(part, PARTS) for part in fact.premises)
    if fact.rule == "hypothesis":
        return False
    if fact.rule == "discharge":
        return confirms(model, fact.premises[0])
    if fact.rule == "instance":
        return _same_values(model, fact)
    if fact.rule in APPROACHED:
        claims = APPROACHED[fact.rule](fact, model)
    else:
        claims = CLAIMS[fact.rule](fact) if fact.rule in CLAIMS else []
    for claim in claims:
        if not (claim if isinstance(claim, bool) else model.holds(claim)):
            given = [p for p in fact.premises if p.relation.rhs is not oo]
            if not all(model.holds(p.relation) for p in given):  # an equation that no random point satisfies
                return False
            raise KernelFault(f"the kernel proved {fact.relation}, and it fails at {model.values}: please report this")
    return bool(claims)


ALGEBRA = ("identity", "certificate")


def _rewrites(fact):
    """The equations that are put in place of a name, in a random model too as far as it can."""
    return fact.certificate.rewrites if fact.rule in ALGEBRA else ()


def _algebra(fact):
    """The identity that the certificate states, and the signs of its multipliers."""
    if is_vector(fact.relation.lhs):
        return [fact.relation]
    terms = fact.certificate.terms
    signed = [t.coefficient for t in terms if all(f.relation.op != "=" for f in t.facts)]
    low, high = fact.relation.rhs, fact.relation.lhs
    if fact.relation.op not in ("≥", ">"):
        low, high = high, low
    identity = Relation(high, "=", low + Add(*(t.value for t in terms)))
    return [identity, *(Relation(c, "≥", 0) for c in signed)]


def _slack(fact, of_premise):
    """An operation on both sides is the same operation on their difference."""
    return [Relation(fact.relation.slack, "=", of_premise)]


def _limit(fact, model):
    """Closer to the limit the sides come closer, or they are close already."""
    if isinstance(fact.certificate, tuple):
        general, (variable, point) = fact.premises[0].relation.slack, fact.certificate
        target = model(fact.relation.slack)
    else:
        general, variable, point, _ = fact.relation.lhs.args
        target = model(fact.relation.rhs)
    first, second = (abs(_near(model, general, variable, point, k) - target) for k in (6, 18))
    return [bool(second <= first * mpf("0.999") + mpf(10) ** -9)]


def _near(model, expression, variable, point, digits):
    """The value of an expression with its variable at 10^digits, or 10^−digits above a point."""
    x = 10**digits if point is oo else point + Rational(1, 10**digits)
    return model.substituted({variable: x})(expression)


def _series(fact, model):
    """The remainder over the last power, at two small values: it falls."""
    quotient, h, *_ = fact.relation.lhs.args
    first, second = (abs(_near(model, quotient, h, 0, k)) for k in (4, 6))
    return [bool(second <= first / 10 + mpf(10) ** -9)]


def _solution(fact):
    """The equation at its solution."""
    equation, solution = fact.relation.lhs, fact.relation.rhs
    return [substitute(equation, {solution.lhs: solution.rhs})]


def _at_solution(fact):
    """The differential equation and its first value, with the solution in the place of the function."""
    t, solution = fact.certificate
    curve = {head(fact.relation.lhs): lambda at: substitute(solution, {t: at})}
    return [substitute(premise.relation, curve) for premise in fact.premises[:2]]


def _same_values(model, fact):
    """An instance has the values of the general fact where the substitution is made."""
    general, sides = fact.premises[0].relation, ("lhs", "rhs")
    if general.op == "⇔":
        return False
    for side in sides:
        claim = model.substituted(fact.certificate)(getattr(general, side)), model(getattr(fact.relation, side))
        if not close(*claim, tolerance_of(general)):
            raise KernelFault(f"an instance of {general} has another value at {model.values}: please report this")
    return True


AS_IT_STANDS = (
    "square root",
    "logarithm",
    "exponential",
    "product",
    "antiderivative",
    "telescoping",
    "integral test",
)
APPROACHED = {"limit": _limit, "series": _series}
CLAIMS = {
    "identity": _algebra,
    "certificate": _algebra,
    "sum": lambda fact: _slack(fact, Sum(fact.premises[0].relation.slack, fact.certificate)),
    "expectation": lambda fact: _slack(fact, Expect(fact.premises[0].relation.slack)),
    "derivative": lambda fact: _slack(fact, Diff(fact.premises[0].relation.slack, fact.certificate)),
    "integral": lambda fact: _slack(fact, Integral(fact.premises[0].relation.slack, fact.certificate)),
    "solve": _solution,
    "linear ODE": _at_solution,
    "antisymmetry": lambda fact: [] if fact.hypotheses else [fact.relation],
} | dict.fromkeys(AS_IT_STANDS, lambda fact: [fact.relation])


class KernelFault(AssertionError):
    """A proved statement that fails at a point: the kernel is wrong."""
