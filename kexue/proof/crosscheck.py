"""Witnesses against what failed, and confirmation at random points of what was proved."""

import random
from dataclasses import dataclass

import mpmath
from mpmath import mpf
from sympy import Add, Integral, Rational, Sum, oo

from kexue.proof.budget import within
from kexue.proof.kernel.terms import Diff, Expect, Relation, Undecided, head, is_vector, substitute
from kexue.proof.numeric import Model, OutOfDomain, close, tolerance_of


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
BRIEFLY = 0.6  # what confirming a proved fact may take


def points(context, rewrites=(), count=20, seed=0):
    """Random models; the first ones are small."""
    for i in range(count):
        yield Model(context, random.Random(seed + i), tuple(rewrites), size=2 + i % 5)


def find_witness(context, relation, premises=(), rewrites=(), count=200):
    """A point at which everything cited holds and the relation does not; None when none was met."""
    try:
        with within(SECONDS):
            return _witness(context, relation, premises, rewrites, min(count, 8) if _is_costly(relation) else count)
    except Undecided:
        return None


def _witness(context, relation, premises, rewrites, count):
    for model in points(context, rewrites, count):
        try:
            if all(model.holds_surely(f.relation) for f in premises) and not model.holds(relation):
                sides = (relation.lhs, relation.rhs) if relation.op != "⇔" else (relation.lhs.lhs, relation.lhs.rhs)
                return Witness(*map(model, sides), dict(model.values))
        except (OutOfDomain, ZeroDivisionError):
            continue
    return None


def agreement(fact, count=12):
    """At how many random points a proved fact was confirmed; raises :class:`KernelFault` where one contradicts it.

    A fact with integrals in integrals can take long to evaluate: after some seconds the points so far have to do.
    """
    confirmed, count = 0, min(count, 4) if _is_costly(fact.relation) else count
    try:
        with within(BRIEFLY):
            for model in points(fact.context, _rewrites(fact), count):
                confirmed += _confirmed(model, fact)
    except Undecided:
        pass
    return confirmed


def _confirmed(model, fact):
    try:
        return confirms(model, fact)
    except (OutOfDomain, ZeroDivisionError):
        return 0


def _is_costly(relation):
    """Whether a side holds a derivative, an integral or an infinite sum, which are evaluated numerically."""
    sides = (s for s in (relation.lhs, relation.rhs) if not isinstance(s, Relation))
    return any(s.has(Diff, Integral, oo) for s in sides)


def confirms(model, fact):
    """Whether a point could test the fact; raises where it contradicts it."""
    if fact.rule in ("induction", "cases"):
        return all(agreement(part, 1) for part in fact.premises)
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
            pointwise = fact.rule in POINTWISE  # an assumed equation may fail at the point, and its logarithm with it
            given = [p for p in fact.premises if pointwise or _compares(p) or p in _rewrites(fact)]
            if not all(model.holds(p.relation) for p in given):  # an equation for a derivative no random curve obeys
                return False
            raise KernelFault(f"the kernel proved {fact.relation}, and it fails at {model.values}: please report this")
    return bool(claims)


ALGEBRA = ("identity", "certificate")


def _rewrites(fact):
    """The equations that are put in place of a name, in a random model too as far as it can."""
    return fact.certificate.rewrites if fact.rule in ALGEBRA else ()


def _compares(fact):
    """Whether a fact compares two numbers, which a random point need not satisfy."""
    return fact.relation.op in ("<", "≤", "≥", ">") and fact.relation.rhs is not oo


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


POINTWISE = ("square root", "logarithm", "exponential", "product")
AS_IT_STANDS = (*POINTWISE, "antiderivative", "telescoping", "integral test")
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
