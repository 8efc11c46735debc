"""Small wrong edits of a statement: one sign, factor, exponent, index, range or relation changed, or two names swapped.

An edit works on SymPy's tree, so that what it gives is a statement again. Nothing here knows whether it is false.
"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import combinations, pairwise

from sympy import Add, Expr, Integer, Integral, Pow, Sum, nan, oo, zoo
from sympy.core.function import AppliedUndef

from kexue.proof.kernel.terms import IllFormed, Inner, Relation, Vec, head, heads, is_vector, substitute

TURNED = {  # what else a relation might have said; = does not become ≤, which would be weaker and true
    "=": (("relation turned", "<"),),
    "≤": (("relation turned", "≥"), ("weak made strict", "<")),
    "≥": (("relation turned", "≤"), ("weak made strict", ">")),
    "<": (("relation turned", ">"),),
    ">": (("relation turned", "<"),),
}
MANY = 20  # names, of which not all pairs are swapped
MEANINGLESS = (zoo, nan, oo, -oo)
Edit = tuple[str, object]  # the kind of edit, and what it gives


def changed_relations(relation: Relation, sorts) -> Iterator[Edit]:
    """Every edit of a relation; ``sorts`` maps a head to what tells whether two of them may be swapped."""
    if not is_vector(relation.lhs):
        yield from ((kind, Relation(relation.lhs, op, relation.rhs)) for kind, op in TURNED.get(relation.op, ()))
    for kind, left in changed_sides(relation.lhs):
        if relation.op != "=" or left != -relation.lhs:  # -l = r is the same as l = -r
            yield kind, Relation(left, relation.op, relation.rhs)
    for kind, right in changed_sides(relation.rhs):
        yield kind, Relation(relation.lhs, relation.op, right)
    for swap in swaps(relation, sorts):
        with suppress(IllFormed):  # the variable of a derivative has no other name
            yield "names swapped", substitute(relation, swap)


def changed_sides(side: Expr) -> Iterator[Edit]:
    """Every edit of an expression that stands alone: a side, a value, a solution."""
    whole = () if side.is_Add else _whole(side)
    meaningless = [bad for bad in MEANINGLESS if not side.has(bad)]
    for kind, changed in (*whole, *_within(side)):
        if changed != side and not changed.has(*meaningless):
            yield kind, changed


def _whole(side: Expr) -> list[Edit]:
    if side == 0:
        return [("term added", Integer(1))]
    return [("sign flipped", -side), ("coefficient changed", 2 * side)]


def _within(e: Expr) -> Iterator[Edit]:
    """Edits of the node itself, then of what is below it."""
    if isinstance(e, Add):
        yield from _of_terms(e)
    elif isinstance(e, Pow) and e.exp.is_Rational:
        yield from _of_power(e)
    elif isinstance(e, (Vec, AppliedUndef)):
        yield from _of_indices(e)
    if isinstance(e, (Sum, Integral)):
        yield from _of_range(e)
    elif isinstance(e, Inner) and e.args[0] == e.args[1]:
        yield from ((kind, Inner(v, v)) for kind, v in _within(e.args[0]))
    else:
        yield from _below(e)


def _below(e: Expr) -> Iterator[Edit]:
    for i, argument in enumerate(e.args):
        if isinstance(argument, Expr):
            for kind, changed in _within(argument):
                yield kind, _with(e, i, changed)


def _with(e: Expr, i: int, argument: Expr) -> Expr:
    return e.func(*e.args[:i], argument, *e.args[i + 1 :])


def _of_terms(e: Add) -> Iterator[Edit]:
    for term in e.args:
        yield "sign flipped", e - 2 * term
        yield "coefficient changed", e + term
        yield "term dropped", e - term


def _of_power(e: Pow) -> Iterator[Edit]:
    raised = e.exp + 1 if e.exp != -1 else e.exp - 1
    yield "exponent changed", Pow(e.base, raised)
    if e.exp.q == 2:
        yield "root dropped", Pow(e.base, 2 * e.exp)


def _of_indices(e: Expr) -> Iterator[Edit]:
    for i, index in enumerate(e.args):
        if isinstance(index, Expr) and index.is_integer and not index.is_Add:
            yield "index shifted", _with(e, i, index + 1)


def _of_range(e: Sum | Integral) -> Iterator[Edit]:
    for kind, body in _within(e.function):
        yield kind, e.func(body, *e.limits)
    for i, (index, lower, upper) in enumerate(e.limits):
        for limit in ((index, lower + 1, upper), (index, lower, upper + 1)):
            yield "range changed", e.func(e.function, *e.limits[:i], limit, *e.limits[i + 1 :])


def swaps(relation: Relation, sorts) -> Iterator[dict]:
    """The exchanges of two heads of one sort that occur free in a relation; of many, each with the next alone."""
    arities = _arities(relation)
    named = sorted(heads(relation), key=lambda h: (str(h), sorts(h)))
    for a, b in combinations(named, 2) if len(named) <= MANY else pairwise(named):
        if sorts(a) == sorts(b) and arities.get(a) == arities.get(b):
            yield {a: _as_value(b, arities), b: _as_value(a, arities)}


def _arities(relation: Relation) -> dict:
    """How many indices a vector's or a function's name carries, by head."""
    both = [*relation.lhs.atoms(Vec, AppliedUndef), *relation.rhs.atoms(Vec, AppliedUndef)]
    return {head(e): len(e.indices if isinstance(e, Vec) else e.args) for e in both}


def _as_value(name, arities):
    """What stands for a head in a substitution: a vector for its name, a rule for a family's."""
    if not isinstance(name, str):
        return name
    return (lambda *indices: Vec(name, *indices)) if arities[name] else Vec(name)
