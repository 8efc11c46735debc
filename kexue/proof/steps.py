"""Steps: checked lines of a ledger, and the summands that a later line may rest on."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import wraps
from inspect import signature

from sympy import Symbol, SympifyError, sympify

from kexue.proof.kernel import rules
from kexue.proof.kernel.facts import Term
from kexue.proof.kernel.terms import IllFormed, ProofError, Undecided, Vec, VectorFamily, is_rule, is_vector
from kexue.proof.printing import text
from kexue.proof.render import StepView


class Refuted(ProofError):
    """A step that fails at a point inside its assumptions; ``witness`` is that point."""

    def __init__(self, message, witness):
        super().__init__(message)
        self.witness = witness


class Part:
    """A summand that a step may rest on: a product of facts and squares, with its multiplier once one is given."""

    def __init__(self, term, open=True):
        self.term, self.open = term, open

    @property
    def value(self):
        """The summand as an expression."""
        return self.term.value

    def __mul__(self, other):
        if isinstance(other, Part):
            a, b = self.term, other.term
            term = Term(a.coefficient * b.coefficient, a.facts + b.facts, a.squares + b.squares)
            return Part(term, self.open and other.open)
        if is_vector(factor := sympify(other)):
            raise IllFormed(f"a summand of a certificate is multiplied by a number, not by the vector {text(factor)}")
        return Part(Term(self.term.coefficient * factor, self.term.facts, self.term.squares), open=False)

    __rmul__ = __mul__

    def __truediv__(self, other):
        if isinstance(other, Part):
            raise IllFormed("a summand of a certificate is divided by a number, not by a step")
        return self * (1 / sympify(other))


def square(expression):
    """‖v‖² of a vector or e² of a number, as a summand that cannot be negative."""
    return Part(Term(squares=(sympify(expression),)))


def positive(expression):
    """A summand whose sign follows from the declarations alone."""
    return Part(Term(coefficient=sympify(expression)), open=False)


@dataclass(frozen=True)
class Recipe:
    """How a step was asked for: the ledger's method and its arguments."""

    method: str
    arguments: dict


class Step(Part, StepView):
    """A checked line of a ledger. Multiply steps, or scale them, to say how a later step rests on them."""

    recipe = None  # of a numbered line; hypotheses and instances made in passing have none

    def __init__(self, ledger, fact, *, number=None, name="", why="", confirmed=0):
        super().__init__(Term(facts=(fact,)))
        self.ledger, self.fact, self.number, self.name, self.why, self.confirmed = (
            ledger,
            fact,
            number,
            name,
            why,
            confirmed,
        )

    @property
    def relation(self):
        return self.fact.relation

    @property
    def lhs(self):
        return self.relation.lhs

    @property
    def rhs(self):
        return self.relation.rhs

    @property
    def hypotheses(self):
        """The names of the hypotheses that the step rests on."""
        return sorted(h.name for h in self.fact.hypotheses)

    def at(self, mapping, given=(), keeping=()):
        """The step with symbols, vectors or functions replaced.

        A hypothesis that speaks of what is replaced changes with it: ``given`` lists the steps that prove the changed
        ones, ``keeping`` the hypotheses that are still assumed, in their changed form.
        """
        mapping = values_of(mapping)
        kept = [h for step in keeping for h in step.fact.hypotheses]
        try:
            fact = rules.instantiate(self.fact, mapping, [step.fact for step in given], kept)
        except Undecided as reason:
            raise Undecided(f"an instance of step {self.label} of the ledger “{self.ledger.title}”: {reason}") from None
        self.ledger._check_declared(fact.relation)
        return Step(self.ledger, fact, name=self.name, number=self.number, why=f"instance of {self.label}")


def recorded(method):
    """Keep with the step how it was asked for, so that it can be asked again with something changed."""
    parameters = signature(method)

    @wraps(method)
    def asked(self, *args, **options):
        bound = parameters.bind(self, *args, **options)
        bound.apply_defaults()
        _check_cited(self, method.__name__, bound.arguments)
        step = method(self, *args, **options)
        step.recipe = Recipe(method.__name__, {k: v for k, v in bound.arguments.items() if k != "self"})
        return step

    return asked


ONE = ("step", "converse", "proof", "hypothesis", "tangent", "equation", "start", "low", "high", "dominating")
SEVERAL = ("by", "base", "given", "keeping")


def _check_cited(ledger, method, arguments):
    """Refuse what is cited and is no line of the ledger, by name."""
    for name in SEVERAL:
        cited = arguments.get(name, ())
        if isinstance(cited, Part) or not isinstance(cited, Iterable):
            raise IllFormed(f"ledger.{method}: {name}=… takes a list, not one step alone; write {name}=[…]")
    one = [(n, arguments[n]) for n in ONE if n in arguments and not is_rule(arguments[n])]
    several = [(n, part) for n in SEVERAL for part in arguments.get(n, ())]
    for name, cited in [*one, *several]:
        if not isinstance(cited, Part if name in ("by", "base") else Step):
            takes = "steps, hypotheses and square(…)" if name in ("by", "base") else "steps and hypotheses"
            given = f"{name}=[…]" if name in SEVERAL else f"{name}=…"
            raise IllFormed(f"ledger.{method}: {given} takes {takes}, not {cited!r} ({type(cited).__name__})")
        if isinstance(cited, Step) and cited.fact.context is not ledger.context:
            raise IllFormed(
                f"ledger.{method}: step {cited.label} “{cited.why or cited.name}” is one of another ledger, "
                f"“{cited.ledger.title}”, and is cited in “{ledger.title}”"
            )


def facts(steps):
    """The facts of steps."""
    return tuple(step.fact for step in steps)


def values_of(mapping):
    """A substitution or a model {what: its value} by heads, its values as expressions or functions of arguments."""
    return {own_head(k): _value(own_head(k), v) for k, v in mapping.items()}


def _value(name, value):
    if is_rule(value) and isinstance(name, Symbol):
        raise IllFormed(f"{name} is a number: an expression was expected for it, not a function of arguments")
    if isinstance(value, str):
        raise IllFormed(f"an expression or a function was expected for {name}, not the text {value!r}")
    try:
        return value if is_rule(value) else sympify(value)
    except SympifyError:
        raise IllFormed(f"an expression or a function was expected for {name}, not {value!r}") from None


def own_head(declared):
    return declared.name if isinstance(declared, (Vec, VectorFamily)) else declared
