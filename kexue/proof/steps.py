"""Steps: checked lines of a ledger, and the summands that a later line may rest on."""

from dataclasses import dataclass
from functools import wraps
from inspect import signature

from sympy import sympify

from kexue.proof.kernel import rules
from kexue.proof.kernel.facts import Term
from kexue.proof.kernel.terms import IllFormed, ProofError, Undecided, Vec, VectorFamily, is_rule
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
        return Part(Term(self.term.coefficient * sympify(other), self.term.facts, self.term.squares), open=False)

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
        mapping = {own_head(k): v if is_rule(v) else sympify(v) for k, v in mapping.items()}
        kept = [h for step in keeping for h in step.fact.hypotheses]
        try:
            fact = rules.instantiate(self.fact, mapping, [step.fact for step in given], kept)
        except Undecided as reason:
            raise Undecided(f"an instance of step {self.label} of the ledger “{self.ledger.title}”: {reason}") from None
        return Step(self.ledger, fact, name=self.name, number=self.number, why=f"instance of {self.label}")


def recorded(method):
    """Keep with the step how it was asked for, so that it can be asked again with something changed."""
    parameters = signature(method)

    @wraps(method)
    def asked(self, *args, **options):
        step = method(self, *args, **options)
        bound = parameters.bind(self, *args, **options)
        bound.apply_defaults()
        step.recipe = Recipe(method.__name__, {k: v for k, v in bound.arguments.items() if k != "self"})
        return step

    return asked


def facts(steps):
    """The facts of steps."""
    return tuple(step.fact for step in steps)


def own_head(declared):
    return declared.name if isinstance(declared, (Vec, VectorFamily)) else declared
