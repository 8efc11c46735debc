"""Mutation: would the checker notice if a line of a ledger were wrong?

Every numbered line knows how it was asked for. It is asked for again with one thing changed, on the ledger as it stood
before the line: a sign, a coefficient, an exponent, a root, a term, an index, a range or the relation of what it
states, two names swapped, or something that it rests on withdrawn. A mutant that passes *survives*. It is either
equivalent, which somebody has to say and give the reason for, or a fault of the kernel.

>>> from kexue.proof import Ledger, inner, norm2
>>> ledger = Ledger("Polarisation")
>>> u, v = ledger.vector("u v")
>>> step = ledger.equal(norm2(u + v) - norm2(u - v), 4 * inner(u, v), "expand both squares")
>>> print(next(mutants(ledger)))
(1) relation turned: ‖u + v‖² - ‖u - v‖² < 4*⟨u, v⟩
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kexue.proof.alternatives import Alternative, alternatives
from kexue.proof.crosscheck import KernelFault, confirming
from kexue.proof.kernel.terms import ProofError, Undecided
from kexue.proof.ledger import Ledger
from kexue.proof.steps import Step
from kexue.proof.tables import Table


@dataclass(frozen=True, eq=False)
class Mutant:
    """A line with one change: how it is asked for then, and what it says."""

    step: Step
    change: Alternative = field(repr=False)

    @property
    def kind(self) -> str:
        return self.change.kind

    @property
    def beginning(self) -> str:
        """Of the name: the line and the kind of change."""
        return f"{self.step.name or self.step.why}: {self.kind}: "

    @cached_property
    def name(self) -> str:
        """What a list of equivalent mutants calls it, whatever the number of its line."""
        return self.beginning + self.change.statement

    def survives(self) -> bool:
        """Whether the changed line is proved all the same. Raises ``KernelFault`` where a random point contradicts."""
        try:
            with confirming(1):  # what is false is so nearly everywhere
                proved_again(self.step, self.step.recipe.arguments | self.change.arguments)
        except ProofError:
            return False
        except KernelFault as fault:
            fault.add_note(f"met by a mutant: {self}")
            raise
        return True

    def __str__(self) -> str:
        return f"{self.step.label} {self.kind}: {self.change.statement}"


def proved_again(step: Step, arguments: Mapping | None = None) -> Step:
    """A line asked for once more, as it was or with other arguments, on the ledger as it stood before it."""
    asked = step.recipe.arguments if arguments is None else arguments
    return getattr(Before(step), step.recipe.method)(**asked)


class Before(Ledger):
    """A ledger as it stood before one of its lines, which looks for no witness where a line fails."""

    def __init__(self, step: Step):
        self.__dict__.update(step.ledger.__dict__)
        self.steps = step.ledger.steps[: step.number - 1]

    def _failure(self, label, _relation, reason, *_):
        return Undecided(reason, f"{label}: {reason}")


def mutants(ledger: Ledger) -> Iterator[Mutant]:
    """The mutants of every line, line by line, none of them twice and none that says what the line says."""
    for step in ledger.steps:
        seen = {step.relation}
        for change in alternatives(step):
            if change.key not in seen:
                seen.add(change.key)
                yield Mutant(step, change)


@dataclass(frozen=True)
class Score:
    """What became of a ledger's mutants.

    changes: how many there are. tried: how many of each kind. equivalents: those that pass and may, with the reason.
    survivors: those that pass and may not. unmet: names listed as equivalent that no passing mutant has.
    """

    title: str
    changes: int
    tried: Counter
    equivalents: tuple[tuple[Mutant, str], ...]
    survivors: tuple[Mutant, ...]
    unmet: tuple[str, ...]

    @property
    def total(self) -> int:
        return self.tried.total()

    @property
    def killed(self) -> int:
        return self.total - len(self.equivalents) - len(self.survivors)

    @cached_property
    def table(self) -> Table:
        """Tried, refused and passing, by kind of change."""
        passing = [Counter(m.kind for m in group) for group in ([m for m, _ in self.equivalents], self.survivors)]
        rows = [
            (kind, tried, tried - passing[0][kind] - passing[1][kind], passing[0][kind], passing[1][kind])
            for kind, tried in sorted(self.tried.items())
        ]
        return Table(str(self), ("one change", "tried", "refused", "equivalent", "survive"), rows)

    def __str__(self) -> str:
        return (
            f"{self.title}: {self.killed} of {self.total} changed lines refused, "
            f"{len(self.equivalents)} equivalent, {len(self.survivors)} survive"
        )

    def __repr__(self) -> str:
        return repr(self.table)

    def _repr_html_(self) -> str:
        return self.table._repr_html_()


def score(ledger: Ledger, equivalent: Mapping[str, str] | None = None, most: int | None = None) -> Score:
    """Ask for every mutant, or for at most so many at equal distances and, besides, all that may pass.

    equivalent: names of the mutants that may pass, each with the mathematical reason.
    """
    reasons, tried, passing = dict(equivalent or {}), Counter(), []
    found = list(mutants(ledger))
    every = distance(len(found), most)

    def listed(mutant: Mutant) -> bool:
        return any(name.startswith(mutant.beginning) for name in reasons) and mutant.name in reasons

    for mutant in (m for i, m in enumerate(found) if i % every == 0 or listed(m)):
        tried[mutant.kind] += 1
        if mutant.survives():
            passing.append(mutant)
    names = {m.name for m in passing}
    return Score(
        ledger.title,
        len(found),
        tried,
        tuple((m, reasons[m.name]) for m in passing if m.name in reasons),
        tuple(m for m in passing if m.name not in reasons),
        tuple(name for name in reasons if name not in names),
    )


def distance(changes: int, most: int | None) -> int:
    """Every which one of so many is tried, for at most so many in all: ⌈changes/most⌉, and 1 where there is no bound.

    >>> distance(61, 60), distance(60, 60), distance(0, 60), distance(1000, None)
    (2, 1, 1, 1)
    """
    return 1 if most is None else max(1, -(-changes // most))
