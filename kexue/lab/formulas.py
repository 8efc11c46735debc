"""Formulas that a ledger hands on to prose and to other pages."""

from dataclasses import dataclass
from html import escape

from myst_nb import glue
from sympy import Expr

from kexue.proof import Ledger, Relation, tex, text


@dataclass(frozen=True)
class Formula:
    """A formula as MathJax reads it, in a line of prose or, with ``display``, on its own."""

    thing: Relation | Expr
    display: bool = False

    @property
    def _tex(self) -> str:
        return (r"\displaystyle " if self.display else "") + tex(self.thing)

    def _repr_html_(self) -> str:
        return rf'<span class="math mathjax_process">\({escape(self._tex)}\)</span>'

    def _repr_latex_(self) -> str:
        return f"${self._tex}$"

    def __repr__(self) -> str:
        return text(self.thing)


def hand_on(*ledgers: Ledger, **expressions: Expr) -> None:
    """Glue every named step's formula, and every expression, for prose to show by ``{glue:}`name```.

    ``name_display`` is the same formula in display size, for other pages to show with ``{glue:}`` and ``:doc:``.

    Raises:
        ValueError: two of them share a name.
    """
    named = [(step.name, step.relation) for ledger in ledgers for step in ledger.steps if step.name]
    named += expressions.items()
    names = [name for name, _ in named]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"formulas share a name: {', '.join(sorted(twice))}; names are unique on a page")
    for name, formula in named:
        glue(name, Formula(formula), display=False)
        glue(f"{name}_display", Formula(formula, display=True), display=False)
