"""How steps and ledgers appear: HTML with TeX for pages and notebooks, text for terminals and tests."""

from dataclasses import dataclass
from html import escape
from pathlib import Path

from kexue.proof.kernel.terms import Relation, square
from kexue.proof.printing import TEX_OPS, tex, text

RULES = {
    "hypothesis": "assumed",
    "identity": "identity",
    "certificate": "certificate",
    "instance": "substitution",
    "induction": "induction",
    "sum": "summed over the index",
    "expectation": "expectation of both sides",
    "square root": "square root of both sides",
    "limit": "limit",
    "solve": "solved, uniquely",
    "discharge": "hypothesis proved",
    "logarithm": "logarithm of both sides",
    "exponential": "exponential of both sides",
    "product": "both sides times a nonnegative factor",
    "cases": "cases that leave nothing out",
    "antisymmetry": "at most, and at least",
    "derivative": "derivative of both sides",
    "integral": "integral of both sides",
    "antiderivative": "antiderivative, differentiated back",
    "series": "Taylor coefficients",
    "telescoping": "telescoping sum",
    "integral test": "integral test",
    "convergence": "convergence",
    "comparison": "compared with a series that converges",
    "linear ODE": "the one solution of a linear equation",
}
MARKS = {"proved": "✓ ", "refuted": "✗ ", "undecided": "? "}  # before a verdict; assumed and measured have none
STYLE = f"<style>{Path(__file__).with_name('ledger.css').read_text(encoding='utf-8')}</style>"


def inline(thing):
    """TeX between the delimiters that MathJax reads, displayed size."""
    return rf"\(\displaystyle {escape(thing if isinstance(thing, str) else tex(thing))}\)"


def line(label, formula, verdict, note, anchor=None):
    """A line as HTML: its label as text, formula and note as HTML, and the badge of its verdict."""
    where = f' id="{anchor}"' if anchor else ""
    return (
        f'<div class="line" role="listitem"{where}><span class="no">{escape(label)}</span>'
        f'<div class="formula">{formula}</div>'
        f'<span class="badge {verdict}">{MARKS.get(verdict, "")}{verdict}</span>'
        f'<div class="note">{note}</div></div>'
    )


class StepView:
    """What a step shows of itself."""

    @property
    def label(self):
        """The number or name by which prose refers to the line."""
        return f"({self.number})" if self.number else self.name

    @property
    def verdict(self):
        return "assumed" if self.fact.rule == "hypothesis" else "proved"

    @property
    def rests_on(self):
        """Labels of the steps and hypotheses that were cited."""
        labels = [self.ledger.label_of(f) for f in self.fact.premises]
        return list(dict.fromkeys(label for label in labels if label))

    @property
    def note(self):
        """One line: why, by which rule, from what."""
        how = RULES[self.fact.rule]
        basis = f" from {', '.join(self.rests_on)}" if self.rests_on else ""
        return f"{self.why} · {how}{basis}" if self.why and self.verdict == "proved" else (self.why or how) + basis

    def line_html(self, formula=None, within=False):
        """The line as HTML; within the whole ledger it carries an anchor, and what it rests on links to theirs."""
        note = self._linked_note() if within else escape(self.note)
        anchor = self.ledger.anchor(self) if within else None
        return line(self.label, formula or inline(self.relation), self.verdict, note + self._details_html(), anchor)

    def chain_html(self, previous):
        """The line in an aligned chain, its left side dimmed where the line before has the same."""
        if isinstance(self.relation.lhs, Relation):
            return self.line_html(within=True)
        same = " same" if previous is not None and previous.relation.lhs == self.relation.lhs else ""
        right = inline(f"{TEX_OPS[self.relation.op]} {tex(self.relation.rhs)}")
        left = f'<span class="left{same}">{inline(self.relation.lhs)}</span>'
        return self.line_html(f'<div class="chain">{left}<span>{right}</span></div>', within=True)

    def _linked_note(self):
        note = escape(self.note)
        for fact in self.fact.premises:
            label, target = escape(self.ledger.label_of(fact)), self.ledger.anchor_of(fact)
            if target and label:
                note = note.replace(label, f'<a href="#{target}">{label}</a>', 1)
        return note

    def _details_html(self):
        if self.verdict != "proved":
            return ""
        parts = [inline(formula) for formula in certificates(self.ledger, self.fact)]
        checked = f"confirmed at {self.confirmed} random points; " if self.confirmed else ""
        summary = "certificate" if parts else "details"
        model = self.ledger.satisfied.get(self.fact.hypotheses)
        holds = "which hold together in" if len(self.hypotheses) > 1 else "which holds in"
        together = f", {holds} {model}" if model else ""
        parts.append(escape(f"{checked}rests on " + (", ".join(self.hypotheses) or "no hypothesis") + together))
        said = f' aria-label="{summary} of line {escape(self.label)}"'
        return f"<details><summary{said}>{summary}</summary>{''.join(f'<div>{p}</div>' for p in parts)}</details>"

    def _repr_html_(self):
        return framed(self.line_html())

    def __repr__(self):
        mark = "✓" if self.verdict == "proved" else "·"
        return f"{self.label} {mark} {text(self.relation)}\n      {self.note}"


class LedgerView:
    """What a ledger shows of itself."""

    def anchor(self, step):
        """The id of a step's line in the page."""
        slug = "".join(c if c.isascii() and c.isalnum() else "-" for c in self.title.lower())
        return f"{slug}-{step.number or step.name}"

    def line_of(self, fact):
        """The line that states a fact, or None."""
        return next((step for step in (*self.hypotheses, *self.steps) if step.fact is fact), None)

    def anchor_of(self, fact):
        """The anchor of the line that states a fact, or of which it is an instance; None where there is none."""
        line = self.line_of(fact)
        if line is not None:
            return self.anchor(line)
        return self.anchor_of(fact.premises[0]) if fact.rule == "instance" else None

    def label_of(self, fact):
        """The label of the line that states a fact, and of what it is an instance of."""
        line = self.line_of(fact)
        if line is not None:
            return line.label
        if fact.rule == "instance":
            values = ", ".join(put(name, value, ":=") for name, value in fact.certificate.items())
            return f"{self.label_of(fact.premises[0])} with {values}"
        return "the induction hypothesis" if fact.rule == "hypothesis" else ""

    @staticmethod
    def plain(relation):
        """A relation as text."""
        return text(relation)

    def _repr_html_(self):
        given = [h.line_html(within=True) for h in self.hypotheses]
        chain = [step.chain_html(before) for before, step in zip([None, *self.steps], self.steps, strict=False)]
        measured = [line.line_html() for line in self.measured]
        head = f"{self.title}: {len(self.steps)} steps, every one proved"
        return framed("".join(given + chain + measured), head + (f"; {len(measured)} measured" if measured else ""))

    def __repr__(self):
        return "\n".join([self.title, *map(repr, (*self.hypotheses, *self.steps, *self.measured))])


class Box:
    """The hypotheses of a ledger, as a box at the head of a chapter."""

    def __init__(self, title, steps):
        self.title, self.steps = title, steps

    def _repr_html_(self):
        return framed("".join(s.line_html() for s in self.steps), self.title)

    def __repr__(self):
        return "\n".join([self.title, *map(repr, self.steps)])


@dataclass(frozen=True)
class Trial:
    """A verdict without consequences; ``detail`` is the witness of a refutation, or why it is undecided."""

    relation: Relation
    verdict: str
    detail: str

    def _repr_html_(self):
        return framed(line("try", inline(self.relation), self.verdict, escape(self.detail)))

    def __repr__(self):
        return f"{self.verdict}: {text(self.relation)}" + (f"\n      {self.detail}" if self.detail else "")


def certificates(ledger, fact):
    """right − left = Σ …, the slack of each cited line written as its label; of an induction, for both of its parts."""
    if fact.rule == "induction":
        parts = zip(("first case", "step"), fact.premises, strict=True)
        return [rf"\text{{{name}: }} {found[0]}" for name, part in parts if (found := certificates(ledger, part))]
    if fact.rule != "certificate":
        return []
    terms = [_term_tex(ledger, t) for t in fact.certificate.terms]
    sides = r"\text{right}-\text{left}" if fact.relation.op in ("=", "≤", "<") else r"\text{left}-\text{right}"
    return [sides + " = " + " + ".join(terms).replace("+ -", "- ")]


def _term_tex(ledger, term):
    slacks = [rf"\mathrm{{slack}}[\text{{{ledger.label_of(f)}}}]" for f in term.facts]
    squares = [rf"\left({tex(e)}\right)^2" if square(e) == e**2 else tex(square(e)) for e in term.squares]
    factors = [*slacks, *squares]
    coefficient = tex(term.coefficient)
    if factors and term.coefficient == 1:
        return r"\cdot ".join(factors)
    return r"\cdot ".join([rf"\left({coefficient}\right)" if term.coefficient.is_Add else coefficient, *factors])


def framed(lines, head=""):
    """Lines in the frame that carries their style and lets MathJax in."""
    head = f'<div class="head">{escape(head)}</div>' if head else ""
    body = f'{head}<div class="lines" role="list">{lines}</div>'
    return f'{STYLE}<div class="kexue-ledger tex2jax_process mathjax_process">{body}</div>'


def put(name, value, sign):
    """What is put in the place of a name, as text."""
    return f"{_shown(name)} {sign} {_shown(value)}"


def _shown(value):
    if isinstance(value, str):
        return value
    if hasattr(value, "free_symbols") and not isinstance(value, type):
        return text(value)
    return getattr(value, "__name__", "…") if not callable(value) or isinstance(value, type) else "a function"
