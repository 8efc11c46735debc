"""Facts and hypotheses: what the rules of inference make and consume.

A fact is a relation with the hypotheses that it rests on, Γ ⊢ φ. Its free symbols, functions and vectors stand for all
values that their declarations admit.
"""

from dataclasses import dataclass, field

from sympy import Integer

from kexue.proof.kernel.terms import ProofError, Relation, square

KEY = object()  # what the rules hold, and nothing else should


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """An assumed relation, for all values of the heads in ``forall``."""

    name: str
    relation: Relation
    forall: frozenset = frozenset()
    says: str = ""
    part: object = None  # the case or the step of an induction for which alone it is assumed

    def free(self, context):
        """What the hypothesis fixes: a fact that rests on it is not general in these."""
        return context.spoken_of(self.relation) - self.forall


class Fact:
    """Γ ⊢ φ. ``certificate`` is what was checked, ``premises`` the facts that the rule was applied to."""

    def __init__(self, key, context, relation, hypotheses, rule, premises=(), certificate=None):
        if key is not KEY:
            raise ProofError("a Fact is made by the rules of kexue.proof.kernel alone; state it in a ledger instead")
        context.unfold(relation)  # refuses what a definition would hide
        context.stated |= context.spoken_of(relation)
        values = {"context": context, "relation": relation, "rule": rule, "certificate": certificate}
        self.__dict__.update(values, hypotheses=frozenset(hypotheses), premises=tuple(premises))

    def __setattr__(self, name, value):
        raise ProofError(f"a Fact cannot be changed (tried to set {name})")

    def general_in(self, name):
        """Whether the fact holds for every value of ``name``: no hypothesis that it rests on fixes it."""
        return not any(name in h.free(self.context) for h in self.hypotheses)


@dataclass(frozen=True)
class Term:
    """A summand of a certificate: coefficient · Π slacks of facts · Π squares, a square being e² or ‖v‖²."""

    coefficient: object = Integer(1)
    facts: tuple = ()
    squares: tuple = ()

    @property
    def value(self):
        value = self.coefficient
        for factor in (*(f.relation.slack for f in self.facts), *map(square, self.squares)):
            value *= factor
        return value


@dataclass
class Certificate:
    """right − left = Σ terms, the vectors replaced as ``rewrites`` (equalities of vectors) say."""

    terms: tuple = ()
    rewrites: tuple = field(default_factory=tuple)
    given: tuple = ()  # facts that decide signs, convergence and exchanges of limits
