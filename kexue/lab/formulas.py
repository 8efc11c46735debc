"""Formulas that a ledger hands on to prose and to other pages."""

from IPython.display import Latex
from myst_nb import glue
from sympy import Expr

from kexue.proof import Ledger, tex


def hand_on(*ledgers: Ledger, **expressions: Expr) -> None:
    """Glue every named step's formula, and every expression, for prose to show by ``{glue:}`name```.

    Raises:
        ValueError: two of them share a name.
    """
    named = [(step.name, step.relation) for ledger in ledgers for step in ledger.steps if step.name]
    named += expressions.items()
    names = [name for name, _ in named]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"formulas share a name: {', '.join(sorted(twice))}; names are unique on a page")
    for name, formula in named:
        glue(name, Latex(f"${tex(formula)}$"), display=False)
