"""What may stand for what: values of the sort, sign, range, randomness and smoothness that a name was declared with."""

from functools import wraps

from sympy import Abs, Dummy, Integral, Pow, Symbol, preorder_traversal, sympify
from sympy.core.function import AppliedUndef, UndefinedFunction

from kexue.proof.kernel.normal import Normaliser
from kexue.proof.kernel.terms import (
    IllFormed,
    Undecided,
    Vec,
    VectorFamily,
    arguments_of,
    arity,
    head,
    is_rule,
    is_vector,
    sides,
    substitute,
)


def admissible(context, name, value, mapping, relations=(), pointwise=False, given=()):
    """Refuse a value that may not stand for ``name``: it must have its sort, sign and range, and be no more random.

    ``relations`` are those in which it is to stand. When they hold ``pointwise``, with no expectation in them, they
    hold for random values too.
    """
    if not isinstance(name, (str, Symbol, UndefinedFunction)):
        raise IllFormed(f"{name} is no declared symbol, function or vector, and cannot be replaced")
    if name in context.fixed or name in context.definitions or name in context.known:
        raise Undecided(f"{name} stands for one thing, and cannot be replaced")
    n, arguments = Normaliser(context, given), _arguments(context, name, value, relations)
    value = sympify(value(*arguments)) if is_rule(value) else value
    n.canonical(n.defined(value))
    if not pointwise:
        _check_chance(n, name, context.unfold(value))
    if name in context.smooth | context.continuous:
        _check_regularity(n, name, context.unfold(value), arguments)
    if is_vector(value) != isinstance(name, str) and value != 0:
        kind, other = ("vector", "number") if isinstance(name, str) else ("number", "vector")
        raise IllFormed(f"{name} is a {kind}, {value} is a {other}")
    if isinstance(name, str):
        return
    _check_declaration(n, name, value)
    ends = context.bounds.get(name, (None, None))
    lower, upper = (end if end is None else substitute(end, mapping) for end in ends)
    if (lower is not None and not n.at_least(value, lower)) or (upper is not None and not n.at_least(upper - value, 0)):
        raise Undecided(f"{value} stands for {name}, and is not known to lie between {lower} and {upper}")


def _arguments(context, name, value, relations):
    """General arguments of what stands for a function, of the kind of those that it has: vectors, natural numbers, …"""
    if not is_rule(value):
        return []
    expressions = [context.unfold(side) for relation in relations for side in sides(relation)]
    uses = [arguments_of(f) for e in expressions for f in e.atoms(AppliedUndef, Vec) if head(f) == name]
    return [_argument(context, name, [u[i] for u in uses if i < len(u)]) for i in range(arity(value))]


def _argument(context, name, uses):
    if uses and all(map(is_vector, uses)):
        return Vec(f"argument {Dummy()}")
    natural = name in context.sequences or all(a.is_integer and a.is_positive for a in uses)
    smooth = name in context.smooth | context.continuous
    return Dummy("i", **{"integer": True, "positive": True} if natural and not smooth else {"real": True})


def _check_chance(n, name, value):
    """Refuse what is more random than what it stands for."""
    context = n.context
    if n.chance(value) and name not in context.random:
        raise Undecided(f"{value} is random, and stands for {name}, which is not")
    for information, known in context.known.items():
        if name in known and not n.is_known(value, information):
            raise Undecided(f"{name} is known given {information}, and {value}, to stand for it, is not")


def _check_regularity(n, name, body, arguments):
    """Refuse what is not continuous, or not differentiable, in place of what is declared to be."""
    for x in arguments:
        n.require_continuous(body, x)
        if name in n.context.smooth:
            _require_smooth(n, body, x)


def _require_smooth(n, body, x):
    """Continuous derivatives of every order: made of smooth functions by rules that keep smoothness."""
    n.derivative(body, x)
    integrals = [a for a in body.atoms(Integral) if x in a.free_symbols]
    for f in (f for a in integrals for f in a.function.atoms(AppliedUndef, Vec)):
        if arguments_of(f) and head(f) not in n.context.smooth:
            raise Undecided(f"{f}, in what stands for a smooth function, is not declared smooth")
    moving = {x}.union(*(a.variables for a in integrals))
    for a in preorder_traversal(body):
        if moving & a.free_symbols and isinstance(a, Abs):
            raise Undecided(f"{a} is not smooth")
        if moving & a.free_symbols and isinstance(a, Pow) and not a.exp.is_Integer:
            n.require("positive", a.base)


def _check_declaration(n, name, value):
    """Refuse a value without one of the properties that ``name`` was declared with."""
    declared = name._kwargs if hasattr(name, "_kwargs") else name.assumptions0
    signs = {kind: True for kind in SIGNS if declared.get(kind)}
    checked = Symbol("x", real=True, **signs).assumptions0  # what follows from being real and of a sign
    for kind in signs:
        _require_sign(n, kind, name, value)
    for kind, holds in declared.items():
        if holds is not None and checked.get(kind) != holds and getattr(value, f"is_{kind}", None) != holds:
            raise Undecided(f"{value} stands for {name}, and is not known to be {kind if holds else f'not {kind}'}")


SIGNS = ("positive", "nonnegative", "negative", "nonpositive", "nonzero")


def _require_sign(n, kind, name, value):
    sign = n.sign(value)
    wanted = {"positive": 1, "nonnegative": 1, "negative": -1, "nonpositive": -1}.get(kind)
    strict = kind in ("positive", "negative", "nonzero")
    if not sign or (strict and not sign[1]) or (wanted and sign[0] != wanted):
        raise Undecided(f"{value} stands for {name}, and is not known to be {kind}")


def written_once(context, name, value, relations):
    """A function that stands for ``name``, as the one expression that it gives for general arguments.

    What it would do with particular ones, such as 3, is never asked.
    """
    if not is_rule(value) or isinstance(value, (UndefinedFunction, VectorFamily)):
        return value
    general = _arguments(context, name, value, relations)
    body = sympify(value(*general))

    @wraps(value)
    def written(*arguments):
        if len(arguments) != len(general):
            raise IllFormed(f"what stands for {name} takes {len(general)} arguments, {name} has {len(arguments)} here")
        return substitute(body, dict(zip(map(head, general), arguments, strict=True)))

    return written
