"""Witnesses against what failed, and confirmation at random points of what was proved."""

import random
from dataclasses import dataclass

import mpmath
from mpmath import mpf
from sympy import Add, Rational, Sum

from kexue.proof.kernel.terms import Expect, Relation, is_vector, substitute
from kexue.proof.numeric import Model, OutOfDomain, close


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
    confirmed = 0
    for model in points(fact.context, fact.certificate.rewrites if fact.rule in ALGEBRA else (), count):
        try:
            confirmed += confirms(model, fact)
        except (OutOfDomain, ZeroDivisionError):
            continue
    return confirmed


def confirms(model, fact):
    """Whether a point could test the fact; raises where it contradicts it."""
    if fact.rule == "induction":
        return all(agreement(part, 1) for part in fact.premises)
    if fact.rule == "hypothesis":
        return False
    if fact.rule == "discharge":
        return confirms(model, fact.premises[0])
    if fact.rule == "instance":
        return _same_values(model, fact)
    if fact.rule == "square root" and not model.holds(fact.premises[0].relation):
        return False
    claims = CLAIMS[fact.rule](fact)
    for claim in claims:
        if not model.holds(claim):
            raise KernelFault(f"the kernel proved {claim}, and it fails at {model.values}: please report this")
    return bool(claims)


ALGEBRA = ("identity", "certificate")


def _algebra(fact):
    """The identity that the certificate states, and the signs of its multipliers."""
    if is_vector(fact.relation.lhs):
        return [fact.relation]
    terms = fact.certificate.terms
    signed = [t.coefficient for t in terms if all(f.relation.op != "=" for f in t.facts)]
    identity = Relation(fact.relation.slack, "=", Add(*(t.value for t in terms)))
    return [identity, *(Relation(c, "≥", 0) for c in signed)]


def _slack(fact, of_premise):
    """An operation on both sides is the same operation on their difference."""
    return [Relation(fact.relation.slack, "=", of_premise)]


def _limit(fact):
    """The value very close to the limit."""
    if fact.premises:
        near = substitute(fact.premises[0].relation.slack, {fact.certificate: TINY})
        return _slack(fact, near)
    expression, (variable,) = fact.relation.lhs.args[0], fact.certificate
    return [Relation(substitute(expression, {variable: 1 / TINY}), "=", fact.relation.rhs)]


def _solution(fact):
    """The equation at its solution."""
    equation, solution = fact.relation.lhs, fact.relation.rhs
    return [substitute(equation, {solution.lhs: solution.rhs})]


def _same_values(model, fact):
    """An instance has the values of the general fact where the substitution is made."""
    general, sides = fact.premises[0].relation, ("lhs", "rhs")
    if general.op == "⇔":
        return False
    for side in sides:
        claim = model.substituted(fact.certificate)(getattr(general, side)), model(getattr(fact.relation, side))
        if not close(*claim):
            raise KernelFault(f"an instance of {general} has another value at {model.values}: please report this")
    return True


TINY = Rational(1, 10**60)
CLAIMS = {
    "identity": _algebra,
    "certificate": _algebra,
    "sum": lambda fact: _slack(fact, Sum(fact.premises[0].relation.slack, fact.certificate)),
    "expectation": lambda fact: _slack(fact, Expect(fact.premises[0].relation.slack)),
    "square root": lambda fact: [fact.relation],
    "limit": _limit,
    "solve": _solution,
}


class KernelFault(AssertionError):
    """A proved statement that fails at a point: the kernel is wrong."""
