"""How a line might have been asked for wrongly: one argument of its method changed.

What a line states is changed by :mod:`kexue.proof.edits`. A line that a rule computes from another one, such as a sum,
states nothing by itself: of those, what they were given is changed, to what the rule must not take.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from inspect import signature

from sympy import Dummy, Integer, Symbol, sympify

from kexue.proof.edits import changed_relations, changed_sides
from kexue.proof.kernel import rules
from kexue.proof.kernel.terms import ProofError, heads, is_rule
from kexue.proof.printing import text
from kexue.proof.steps import Part, Step


@dataclass(frozen=True)
class Alternative:
    """``arguments`` in place of a line's own; ``key`` tells apart those that say different things.

    What it says is ``words`` and then the expression ``shown``, which is printed when somebody asks: that takes longer
    than to make it.
    """

    kind: str
    words: str
    shown: object
    arguments: dict
    key: object

    @property
    def statement(self) -> str:
        return self.words + ("" if self.shown is None else text(self.shown))


def alternatives(line: Step) -> Iterator[Alternative]:
    """Everything that a line might have been instead."""
    method, given = line.recipe.method, line.recipe.arguments
    if method not in STATED:
        raise ProofError(f"there are no mutants of lines made by “{method}”: say in {__name__} what they are")
    yield from CHANGED.get(method, lambda *_: ())(line, given)
    for key in STATED[method]:
        if given[key] is not None:
            yield from _of_side(sympify(given[key]), key)
    for key in CITED:
        yield from _without(given.get(key, ()), key)


CITED = ("by", "base", "given", "keeping", "conditions")
STATED = {  # methods, with those of their arguments that are expressions which the rule must find right
    **dict.fromkeys(("claim", "induction", "cases", "sum", "instance", "discharge", "multiply"), ()),
    **dict.fromkeys(("cauchy_schwarz", "jensen", "sum_of_squares"), ()),
    **dict.fromkeys(("expect", "root", "log", "exp", "converges", "limit_at_zero", "differentiate", "integrate"), ()),
    **dict.fromkeys(("limit_at_infinity", "compare", "antisymmetry"), ()),
    "limit": ("expression", "value"),
    "unique": ("solution",),
    "series": ("expression",),
    "antiderivative": ("primitive",),
    "telescope": ("term", "primitive"),
    "tail_bound": ("term", "primitive"),
    "linear_ode": ("solution",),
    "recurrence": ("solution",),
}


def _claim(line, _):
    return _of_relation(line.relation, distinct_sorts(line))


def _induction(line, given):
    yield from _claim(line, given)
    ask, assumed = given["step"], rules.induction_hypothesis(line.ledger.context, line.relation, given["on"])
    with line.ledger.supposing(assumed):
        parts = list(ask(Step(line.ledger, assumed, name="the induction hypothesis")))
    for i, part in enumerate(parts):
        fewer = {"step": lambda ih, i=i: [p for j, p in enumerate(ask(ih)) if j != i]}
        yield Alternative("premise withdrawn", "step without ", _shown(part), fewer, ("step", i))


def _sum(_, given):
    index, upper = given["index"], sympify(given["upper"])
    for lower, end in ((Integer(-1), upper), (upper + 2, upper)):
        yield Alternative(
            "range changed", f"{index} = {lower} … {end}", None, {"lower": lower, "upper": end}, (lower, end)
        )


def _multiply(_, given):
    factor = -sympify(given["factor"])
    yield Alternative("sign flipped", "factor := ", factor, {"factor": factor}, ("factor", factor))


def _series(_, given):
    coefficients = list(map(sympify, given["coefficients"]))
    for i, coefficient in enumerate(coefficients):
        for kind, changed in changed_sides(coefficient):
            arguments = {"coefficients": [*coefficients[:i], changed, *coefficients[i + 1 :]]}
            yield Alternative(kind, f"coefficient {i} := ", changed, arguments, (i, changed))


def _unique(line, _):
    return _of_relation(line.relation.lhs, sorts(line.ledger))


def _instance(_, given):
    for name, value in given["mapping"].items():
        variables, body = _opened(value)
        for kind, changed in changed_sides(body):
            mapping = {**given["mapping"], name: _closed(value, variables, changed)}
            shown = changed.xreplace({v: Symbol(v.name) for v in variables})
            yield Alternative(
                kind, f"{getattr(name, '__name__', name)} := ", shown, {"mapping": mapping}, (name, changed)
            )


def _discharge(line, given):
    """Another line for a proof, another hypothesis to be proved."""
    others = [other for other in line.ledger.steps[: line.number - 1] if other is not given["proof"]]
    for other in others[-1:]:
        yield Alternative("premise exchanged", "by ", other.relation, {"proof": other}, other)
    for other in line.ledger.hypotheses:
        if other is not given["hypothesis"] and other.fact.hypotheses <= given["step"].fact.hypotheses:
            yield Alternative("premise exchanged", f"in place of {other.name}", None, {"hypothesis": other}, other)


CHANGED = {
    "claim": _claim,
    "cases": _claim,
    "induction": _induction,
    "sum": _sum,
    "multiply": _multiply,
    "series": _series,
    "unique": _unique,
    "instance": _instance,
    "discharge": _discharge,
}


def _of_relation(relation, sort):
    for kind, changed in changed_relations(relation, sort):
        yield Alternative(kind, "", changed, {"relation": changed}, changed)


def _of_side(side, key):
    for kind, changed in changed_sides(side):
        yield Alternative(kind, f"{key} := ", changed, {key: changed}, (key, changed))


def _without(parts, key):
    parts = list(parts)
    for i, part in enumerate(parts):
        yield Alternative("premise withdrawn", "without ", _shown(part), {key: parts[:i] + parts[i + 1 :]}, (key, i))


def _shown(part):
    return part.relation if isinstance(part, Step) else part.value if isinstance(part, Part) else part


def sorts(ledger):
    """What tells whether two heads are of one sort, so that they may be swapped."""

    def sort(name):
        if isinstance(name, str):
            return "vector"
        declared = name.assumptions0 if isinstance(name, Symbol) else name._kwargs
        kind = "number" if isinstance(name, Symbol) else "sequence" if name in ledger.context.sequences else "function"
        return f"{kind} {sorted(declared.items())}"

    return sort


def distinct_sorts(line):
    """The same, where a line rests on nothing and swapping two of its names would only rename them."""
    sort, context = sorts(line.ledger), line.ledger.context
    if line.fact.hypotheses or heads(line.relation) & set(context.definitions):
        return sort
    return lambda name: sort(name) if name in context.bounds or name in context.fixed else f"{name} alone"


def _opened(value):
    """A substitution's value as variables and a body; an expression has no variables."""
    if not is_rule(value):
        return (), sympify(value)
    variables = tuple(Dummy(name, integer=True, positive=True) for name in signature(value).parameters)
    return variables, sympify(value(*variables))


def _closed(value, variables, body):
    """A body as a value of the same form as ``value``."""
    if not variables:
        return body

    def rule(*values):
        return body.xreplace(dict(zip(variables, values, strict=True)))

    rule.__signature__ = signature(value)
    return rule
