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
}
STYLE = f"<style>{Path(__file__).with_name('ledger.css').read_text(encoding='utf-8')}</style>"


def inline(thing):
    """TeX between the delimiters that MathJax reads, displayed size."""
    return rf"\(\displaystyle {escape(thing if isinstance(thing, str) else tex(thing))}\)"


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
    def certificate_tex(self):
        """right − left = Σ …, with the slack of each cited line written as its label; None without a certificate."""
        if self.fact.rule != "certificate":
            return None
        terms = [self._term_tex(t) for t in self.fact.certificate.terms]
        sides = r"\text{right}-\text{left}" if self.relation.op in ("=", "≤", "<") else r"\text{left}-\text{right}"
        return sides + " = " + " + ".join(terms).replace("+ -", "- ")

    def _term_tex(self, term):
        slacks = [rf"\mathrm{{slack}}[\text{{{self.ledger.label_of(f)}}}]" for f in term.facts]
        squares = [rf"\left({tex(e)}\right)^2" if square(e) == e**2 else tex(square(e)) for e in term.squares]
        factors = [*slacks, *squares]
        coefficient = tex(term.coefficient)
        if factors and term.coefficient == 1:
            return r"\cdot ".join(factors)
        return r"\cdot ".join([rf"\left({coefficient}\right)" if term.coefficient.is_Add else coefficient, *factors])

    @property
    def note(self):
        """One line: why, by which rule, from what."""
        how = RULES[self.fact.rule]
        basis = f" from {', '.join(self.rests_on)}" if self.rests_on else ""
        return f"{self.why} · {how}{basis}" if self.why and self.verdict == "proved" else (self.why or how) + basis

    def line_html(self, chained=False):
        anchor = f' id="{escape(self.ledger.anchor(self))}"'
        formula = self._chain_html() if chained else inline(self.relation)
        return (
            f'<div class="line"{anchor}><span class="no">{escape(self.label)}</span>'
            f'<div class="formula">{formula}</div>'
            f'<span class="badge {self.verdict}">{"✓ proved" if self.verdict == "proved" else "assumed"}</span>'
            f'<div class="note">{escape(self.note)}{self._details_html()}</div></div>'
        )

    def _chain_html(self):
        if isinstance(self.relation.lhs, Relation):
            return inline(self.relation)
        left = inline(self.relation.lhs)
        right = inline(f"{TEX_OPS[self.relation.op]} {tex(self.relation.rhs)}")
        return f'<div class="chain"><span class="left">{left}</span><span>{right}</span></div>'

    def _details_html(self):
        parts = [inline(self.certificate_tex)] if self.certificate_tex else []
        if self.verdict == "proved":
            checked = f"confirmed at {self.confirmed} random points; " if self.confirmed else ""
            parts.append(escape(f"{checked}rests on " + (", ".join(self.hypotheses) or "no hypothesis")))
        body = "".join(f"<div>{p}</div>" for p in parts)
        title = "certificate" if self.certificate_tex else "details"
        return f"<details><summary>{title}</summary>{body}</details>" if parts else ""

    def _repr_html_(self):
        return framed(self.line_html())

    def __repr__(self):
        mark = "✓" if self.verdict == "proved" else "·"
        return f"{self.label} {mark} {text(self.relation)}\n      {self.note}"


class LedgerView:
    """What a ledger shows of itself."""

    def anchor(self, step):
        slug = "".join(c if c.isascii() and c.isalnum() else "-" for c in self.title.lower())
        return f"{slug}-{step.number or step.name}"

    def label_of(self, fact):
        """The label of the line that states a fact, and of what it is an instance of."""
        for step in (*self.hypotheses, *self.steps):
            if step.fact is fact:
                return step.label
        if fact.rule == "instance":
            values = ", ".join(f"{_shown(k)} := {_shown(v)}" for k, v in fact.certificate.items())
            return f"{self.label_of(fact.premises[0])} with {values}"
        return "the induction hypothesis" if fact.rule == "hypothesis" else ""

    @staticmethod
    def plain(relation):
        """A relation as text."""
        return text(relation)

    def _repr_html_(self):
        lines = "".join(s.line_html(chained=True) for s in self.steps)
        return framed(lines, f"{self.title}: {len(self.steps)} steps, every one proved")

    def __repr__(self):
        return "\n".join([self.title, *map(repr, self.hypotheses), *map(repr, self.steps)])


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
        mark = {"proved": "✓", "refuted": "✗", "undecided": "?"}[self.verdict]
        line = (
            f'<div class="line"><span class="no">try</span><div class="formula">{inline(self.relation)}</div>'
            f'<span class="badge {self.verdict}">{mark} {self.verdict}</span>'
            f'<div class="note">{escape(self.detail)}</div></div>'
        )
        return framed(line)

    def __repr__(self):
        return f"{self.verdict}: {text(self.relation)}" + (f"\n      {self.detail}" if self.detail else "")


def framed(lines, head=""):
    """Lines in the frame that carries their style and lets MathJax in."""
    head = f'<div class="head">{escape(head)}</div>' if head else ""
    return f'{STYLE}<div class="kexue-ledger tex2jax_process mathjax_process">{head}{lines}</div>'


def _shown(value):
    if isinstance(value, str):
        return value
    if hasattr(value, "free_symbols") and not isinstance(value, type):
        return text(value)
    return getattr(value, "__name__", "…") if not callable(value) or isinstance(value, type) else "a function"
