"""Numbers that a ledger computes and does not prove: quantities and relations where everything in them has a value.

A measured number carries no weight: no line may rest on it, and it is not counted among the lines that are proved.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import mpmath
from mpmath import mpf
from sympy import Expr, SympifyError, sympify
from sympy.core.relational import Relational

from kexue.proof.budget import within
from kexue.proof.crosscheck import Witness, is_costly
from kexue.proof.kernel.replacing import admissible
from kexue.proof.kernel.terms import IllFormed, Relation, Undecided, heads, is_rule, is_vector
from kexue.proof.numeric import Model, OutOfDomain
from kexue.proof.numeric.domain import DIGITS, ROUGH
from kexue.proof.printing import tex, text
from kexue.proof.render import framed, inline, line, put
from kexue.proof.steps import Refuted, values_of

SPARE = 15  # digits by which the second of two readings is finer
MOST = DIGITS - SPARE  # digits that may be asked for
SECONDS = 10.0  # that the numbers of one line may take


@dataclass(frozen=True, eq=False)
class Measured:
    """A quantity with its value, or a relation with the values of its sides, at a point; numbered M1, M2, ….

    what: the expression or relation. numbers: its value, or those of both sides. at: the point, {head: value}. digits:
    how many of each number are significant.
    """

    number: int
    what: Expr | Relation
    numbers: tuple[mpf, ...]
    at: Mapping
    digits: int
    why: str = ""

    verdict = "measured"

    @property
    def label(self) -> str:
        """The name by which prose refers to the line."""
        return f"M{self.number}"

    @property
    def value(self) -> float:
        """The number, or that of the left side."""
        return float(self.numbers[0])

    @property
    def shown(self) -> tuple[str, ...]:
        """The numbers, to as many digits as were asked for."""
        return tuple(mpmath.nstr(value, self.digits).removesuffix(".0") for value in self.numbers)

    @property
    def note(self) -> str:
        """One line: why, the numbers of a relation's sides, where, and how closely."""
        sides = f" {self.what.op} ".join(self.shown) if isinstance(self.what, Relation) else ""
        values = ", ".join(put(name, value, "=") for name, value in self.at.items())
        where = f"at {values}" if values else ""
        parts = self.why, f"{sides} {where}".strip(), f"computed to {self.digits} digits, not proved"
        return " · ".join(part for part in parts if part)

    def line_html(self) -> str:
        """The line as HTML."""
        formula = tex(self.what) if isinstance(self.what, Relation) else rf"{tex(self.what)} \approx {self.shown[0]}"
        return line(self.label, inline(formula), self.verdict, escape(self.note))

    def _repr_html_(self) -> str:
        return framed(self.line_html())

    def __repr__(self) -> str:
        number = "" if isinstance(self.what, Relation) else f" ≈ {self.shown[0]}"
        return f"{self.label} {text(self.what)}{number}\n      {self.note}"


class Measuring:
    """The part of a ledger that computes numbers."""

    def measure(self, what, at=None, why="", digits=6):
        """A number, or a relation between numbers, as a line that proves nothing: a :class:`Measured`.

        Args:
            what: a scalar expression, or a relation between two.
            at: {what is declared: its value}, for everything that ``what`` speaks of; of a function, a function.
            digits: significant digits of each number, at most 9 where it has integrals or infinite sums. Two readings
                with different working precision have to agree on them.

        Raises:
            IllFormed: something has no value, or one that its declaration excludes; a vector.
            Undecided: there is no number, or not so many digits of it; or the digits do not tell the sides apart.
            Refuted: the relation does not hold there, whatever the next digits.

        >>> from kexue.proof import Ledger, Sum
        >>> ledger = Ledger("Basel")
        >>> k, n = ledger.natural("k n")
        >>> ledger.measure(Sum(1 / k**2, (k, 1, n)), {n: 100}, "a partial sum")
        M1 Σ_{k=1..n} k^(-2) ≈ 1.63498
              a partial sum · at n = 100 · computed to 6 digits, not proved
        """
        what = self._relation(what) if isinstance(what, (Relation, Relational)) else _expression(what)
        label = f"the measurement “{why or text(what)}” of the ledger “{self.title}”"
        sides = (what.lhs, what.rhs) if isinstance(what, Relation) else (what,)
        if not all(isinstance(side, Expr) and not is_vector(side) for side in sides):
            raise IllFormed(f"{label}: numbers are measured, not vectors or equivalences; measure a norm, or one side")
        if not (isinstance(digits, int) and 1 <= digits <= MOST):
            raise IllFormed(f"{label}: digits={digits!r} came, a whole number from 1 to {MOST} was expected")
        point = values_of(at or {})
        self._check_point(label, sides, point)
        try:
            with within(SECONDS):
                numbers = tuple(_number(self.context, side, point, digits) for side in sides)
        except (Undecided, OutOfDomain, ZeroDivisionError) as reason:
            raise Undecided(reason, f"{label} has no number: {reason}") from None
        if isinstance(what, Relation):
            _require_told_apart(label, what, numbers, digits)
        self.measured.append(Measured(len(self.measured) + 1, what, numbers, point, digits, why))
        return self.measured[-1]

    def _check_point(self, label, sides, point):
        """Refuse a point that leaves something open, or that the declarations exclude."""
        expressions = (*sides, *(value for value in point.values() if not is_rule(value)))
        relations = [Relation(e, "=", e) for e in expressions]
        for relation in relations:
            self._check_declared(relation)
        spoken_of = set().union(*map(self.context.spoken_of, relations))
        for name, value in point.items():
            if name not in spoken_of:
                raise IllFormed(f"{label}: at=… gives a value to {name}, of which it does not speak")
            try:
                admissible(self.context, name, value, point, relations)
            except Undecided as reason:
                raise IllFormed(f"{label}: {reason}") from None
        if missing := set().union(*(heads(self.context.unfold(e)) for e in expressions)) - set(point):
            names = ", ".join(sorted(map(str, missing)))
            raise IllFormed(f"{label}: no value for {names}; say at={{{names.split(',')[0]}: …}}")


def _expression(what):
    try:
        return sympify(what, strict=True)
    except SympifyError:
        raise IllFormed(f"an expression or a relation was expected, not {what!r} ({type(what).__name__})") from None


def _number(context, expression, point, digits):
    """The value of an expression at a point, to so many significant digits; else :class:`Undecided`."""
    reader = Model(context, random.Random(0), closed=True).substituted(point)
    first, finer = (reader(expression, digits=working) for working in (DIGITS, DIGITS + SPARE))
    whole = context.unfold(expression)
    rough = ROUGH * (1 + abs(finer)) if is_costly(Relation(whole, "=", whole)) else 0
    if abs(first - finer) + rough > abs(finer) * mpf(10) ** -digits:
        known = mpmath.nstr(finer, 3)
        raise Undecided(f"it is about {known}, and {digits} digits of it are more than its evaluation is good for")
    return finer


def _require_told_apart(label, relation, numbers, digits):
    """A relation has to hold by more than the digits leave open; an equation, as far as they go."""
    left, right = numbers
    margin = (abs(left) + abs(right)) * mpf(10) ** -digits
    gap = (left - right) if relation.op in ("≥", ">") else (right - left)
    if relation.op == "=":
        holds, fails = abs(gap) <= margin, abs(gap) > margin
    else:
        holds, fails = gap > margin, gap < -margin
    if fails:
        witness = Witness(left, right, {})
        raise Refuted(f"{label} is refuted.\n  claim: {text(relation)}\n  measured: {witness}", witness)
    if not holds:
        reason = f"both sides are about {mpmath.nstr(left, digits)}: ask for more digits, or prove it"
        raise Undecided(reason, f"{label}: {reason}")
