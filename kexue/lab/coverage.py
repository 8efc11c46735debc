"""What of the book is assumed, what is checked, and how well: tables made from the ledgers themselves.

A chapter declares two things beside its pages, in ``book/<slug>/coverage.yaml``: its article's statements with the
lines that check them, and the changed lines that the checker passes rightly, with the reason. What is said `instead`
of lines names some in backticks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from kexue.errors import PageError
from kexue.lab.ledgers import Derivation, book_of_ledgers
from kexue.proof import Ledger, Step
from kexue.proof.crosscheck import confirming
from kexue.proof.mutation import Score, score
from kexue.proof.render import RULES
from kexue.proof.tables import Link, Prose, Table

BESIDE = "coverage.yaml"
NAMED = re.compile("`([^`]+)`")
UNSETTLED = ("cannot express", "no answer")  # what Z3 may say of a line besides agreeing


@dataclass(frozen=True)
class Statement:
    """A statement of an article, in our words, with the lines that check it or what there is instead."""

    says: str
    steps: tuple[Step, ...]
    instead: Prose


class Coverage:
    """One chapter: its ledgers, and what it declares about them. ``PageError`` where that names what does not exist."""

    def __init__(self, derivation: Derivation):
        self.derivation, self.ledgers = derivation, derivation.ledgers
        self.file = derivation.page.path.with_name(BESIDE)
        declared = _read(self.file)
        self.statements = [self._statement(entry) for entry in declared["statements"]]
        self.equivalents = {name: e["reason"] for e in declared["equivalents"] for name in e["mutants"]}

    def _statement(self, entry: dict) -> Statement:
        steps, instead = entry.get("steps", []), entry.get("instead", "")
        if set(entry) - {"says", "steps", "instead"} or "says" not in entry or bool(steps) == bool(instead):
            raise PageError(f"{self.file}: a statement has `says` and either `steps` or `instead`, not {entry}")
        named = enumerate(NAMED.split(instead))
        words = Prose(self.link(self.step(part), bare=True) if place % 2 else part for place, part in named)
        return Statement(entry["says"], tuple(map(self.step, steps)), words)

    def step(self, reference: str) -> Step:
        """The line of a name, or else of a reason."""
        for names in (lambda s: s.name, lambda s: s.why):
            found = [step for step in self.steps if names(step) == reference]
            if len(found) == 1:
                return found[0]
        problem = f"{len(found)} lines are" if found else "no line is"
        known = ", ".join(dict.fromkeys(step.name or step.why for step in self.steps))
        raise PageError(f"{self.file}: {problem} called “{reference}”. Lines: {known}")

    @property
    def steps(self) -> list[Step]:
        return [step for ledger in self.ledgers for step in ledger.steps]

    def link(self, step: Step, bare: bool = False) -> Link:
        """To a line on its page, or to the page where the line has no anchor; a second ledger's lines by name.

        Args:
            bare: its number without the parentheses.
        """
        page = f"../{self.derivation.slug}/derivation.html"
        anchor = f"#{step.ledger.anchor(step)}" if step in self.derivation.anchored else ""
        first = step.ledger is self.ledgers[0]
        number = step.label.strip("()") if bare else step.label
        return Link(number if first else step.name or step.why, page + anchor)

    def scores(self, most: int | None = None) -> list[Score]:
        """The mutation scores of the chapter's ledgers: of all changes or at most so many of each, spread evenly."""
        return [score(ledger, self.equivalents, most) for ledger in self.ledgers]

    def resting_on(self, hypothesis: Step) -> list[Step]:
        """The lines that rest on a hypothesis, as it is or for particular values."""
        name = hypothesis.name
        return [s for s in hypothesis.ledger.steps if any(_is_of(rest, name) for rest in s.hypotheses)]


class Appendix:
    """The tables of the whole book."""

    def __init__(self, root: Path | None = None):
        self.root = root

    @cached_property
    def chapters(self) -> list[Coverage]:
        with confirming(1):
            return [Coverage(each) for each in book_of_ledgers(self.root)]

    @property
    def ledgers(self) -> Iterator[tuple[Coverage, Ledger]]:
        return ((chapter, ledger) for chapter in self.chapters for ledger in chapter.ledgers)

    def hypotheses(self) -> Tables:
        """What is assumed, and which lines rest on it."""
        head = ("", "what it says", "lines that rest on it")
        assuming = [(chapter, ledger) for chapter, ledger in self.ledgers if ledger.hypotheses]
        return Tables(Table(ledger.title, head, _assumed(chapter, ledger)) for chapter, ledger in assuming)

    def statements(self) -> Tables:
        """What the articles state, and where it is checked."""
        head = ("", "statement", "checked in")
        return Tables(
            Table(f"{chapter.derivation.title}: {_counted(chapter)}", head, _stated(chapter))
            for chapter in self.chapters
        )

    def rules(self) -> Tables:
        """How many lines each rule proved, and how many of them were confirmed at random points."""
        head = ("rule", "lines", "confirmed")
        return Tables(Table(_proved(ledger), head, _ruled(ledger)) for _, ledger in self.ledgers)

    def mutation(self, most: int | None = None) -> Table:
        """What became of the changed lines of each ledger, or of at most so many of them, spread evenly."""
        head = ("ledger", "lines", "changes", "tried here", "refused", "equivalent", "survive")
        rows = [_scored(chapter, ledger, most) for chapter, ledger in self.ledgers]
        return Table("One change in one line at a time", head, rows)

    def opinions(self) -> Tables:
        """What Z3 says of the algebraic lines: how many it agrees on, and, by name, those that it cannot settle."""
        return Tables(_opinions(chapter, ledger) for chapter, ledger in self.ledgers)

    def equivalents(self) -> Tables:
        """The changed lines that pass, and why they may."""
        head = ("changed lines", "why they pass")
        return Tables(
            Table(f"{chapter.derivation.title}: {len(chapter.equivalents)} true changes", head, _excused(chapter))
            for chapter in self.chapters
        )


def _scored(chapter: Coverage, ledger: Ledger, most: int | None) -> tuple:
    """A ledger's row in the table of changed lines."""
    found = score(ledger, chapter.equivalents, most)
    outcomes = found.killed, len(found.equivalents), len(found.survivors)
    return ledger.title, len(ledger.steps), found.changes, found.total, *outcomes


def _opinions(chapter: Coverage, ledger: Ledger) -> Table:
    found = ledger.second_opinion()
    steps = dict(zip(found, ledger.steps, strict=True))
    unsettled = [
        (chapter.link(steps[o]), o.verdict, o.reason) for o in found if o.verdict in ("cannot express", "no answer")
    ]
    algebraic = len(found) - found.count("inference")
    caption = f"{ledger.title}: Z3 agrees on {found.count('agrees')} of {algebraic} algebraic lines; the others"
    return Table(caption, ("line", "Z3", "why"), unsettled)


class Tables(tuple[Table, ...]):
    """Tables one below the other."""

    def __new__(cls, tables):
        return super().__new__(cls, tables)

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self))

    def _repr_html_(self) -> str:
        return "".join(table._repr_html_() for table in self)


def _read(path: Path) -> dict:
    """What a chapter declares; a chapter that declares nothing is told what to write."""
    if not path.exists():
        raise PageError(f"there is no {path}: list the article's statements in it, as the other chapters do")
    declared = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    if unknown := set(declared) - {"statements", "equivalents"}:
        raise PageError(f"{path}: `statements` and `equivalents` were expected, not {', '.join(sorted(unknown))}")
    return {"statements": [], "equivalents": []} | declared


def _is_of(name: str, hypothesis: str) -> bool:
    return name == hypothesis or name.startswith(f"{hypothesis} for this ")


def _assumed(chapter: Coverage, ledger: Ledger) -> Iterator[tuple]:
    for hypothesis in ledger.hypotheses:
        lines = [chapter.link(step) for step in chapter.resting_on(hypothesis)]
        yield chapter.link(hypothesis), (hypothesis.why, hypothesis.relation), lines


def _stated(chapter: Coverage) -> Iterator[tuple]:
    for number, statement in enumerate(chapter.statements, start=1):
        yield number, statement.says, [chapter.link(step) for step in statement.steps] or statement.instead


def _counted(chapter: Coverage) -> str:
    checked = sum(bool(statement.steps) for statement in chapter.statements)
    return f"{checked} of {len(chapter.statements)} statements checked"


def _proved(ledger: Ledger) -> str:
    return f"{ledger.title}: {len(ledger.steps)} lines proved, {len(ledger.hypotheses)} assumed"


def _ruled(ledger: Ledger) -> list[tuple]:
    lines = Counter(RULES[step.fact.rule] for step in ledger.steps)
    confirmed = Counter(RULES[step.fact.rule] for step in ledger.steps if step.confirmed)
    return [
        (rule, count, confirmed[rule]) for rule, count in sorted(lines.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def _excused(chapter: Coverage) -> Iterator[tuple]:
    reasons = dict.fromkeys(chapter.equivalents.values())
    return ((tuple(n for n, r in chapter.equivalents.items() if r == reason), reason) for reason in reasons)
