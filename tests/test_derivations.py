"""The derivation pages: a wrong formula does not pass, and prose types no formula again."""

import re
from pathlib import Path

import jupytext
import pytest
from mutants import formula_cells, mutants, outcomes

BOOK = Path(__file__).parents[1] / "book"
DERIVATIONS = sorted(BOOK.glob("*/derivation.md"))
EVERY = 18  # of the edits; `python tests/mutants.py book/<slug>/derivation.md` tries them all

EQUIVALENT = {  # edits that leave a true page, and why
    "article=": "the article's number is no formula",
    "Add in path(1) - target": "path(1) is the zero vector, so that its sign does not matter",
    "1 became 2 in 1 of λ = ledger.scalar": "nearest on a longer segment: a stronger hypothesis, used only as λ → 0",
    ".model({": "another model of the same hypotheses",
    "Mult became Div in of_ode * 1": "a quotient by one",
    "Mult became Div in over * 1": "a quotient by one",
    "of stop = ": "another start, from which the sign fails as well",
    "1 became 2 in 1 of line = ": "what a constant adds to the start does not move",
    "of move = x1 - x0": "the regression's lines hold for any target; that it is the speed is said by the line before",
    "of penalties.integrate(": "another stretch of the line, along which the same holds at each point",
    "Sub became Add in g_field - (X1 - X0)": "minus a gradient is a gradient too",
    "Div became Mult in apart_by / (2 * half)": "twice one half is one",
    "Add became Sub in (1 - ε_m) * θ_m + ε_m": "the second term vanishes",
    "1 became 2 in 1 of many.limit(": "another number below one, whose powers vanish too",
    " of fine.limit(": "another expression that vanishes too",
    " of simple.limit(": "another expression with the same limit",
    " of closes = ledger.limit(": "another expression with the same limit",
    " of sudden.limit(": "another expression that vanishes too",
    "0 became 1 in 0 of allowed = ": "what no slider sets is left in a curve, and the explorer refuses it",
    "1 became 2 in 1 of δ = after.scalar": "steps in another range about zero",
    "2 became 3 in 2 of δ = after.scalar": "steps in another range about zero",
    "1 became 2 in 1 of noise = hump.iid": "the second moment cancels",
    "Add became Sub in 1 + 1 / nearer": "what is added vanishes",
    "Div became Mult in 1 / nearer / (2 * λ)": "a multiple of it vanishes too",
    "Mult became Div in 2 * λ of penalties.limit": "a multiple of it vanishes too",
    "1 became 2 in 1 of penalties.limit": "a multiple of it vanishes too",
    "2 became 3 in 2 of penalties.limit": "a multiple of it vanishes too",
    "of n0, n1 = ": "the argument of a random function that is used at one only",
    "of cost.instance(blind": "two other streams",
    "of lengths = range": "lattices of other lengths",
    "of Table(": "a table of what was proved",
    "of Box(": "which of the proved lines are shown",
    "of sixteen = ": "a text of another length",
    "of far = ": "another list",
    "of case = ": "other weights, which turn the order round too",
    "of equal, places = ": "weights that the table shows, and no line states",
    "Mult became Div in -α_ * δ": "δ is positive, so that the limit is the same",
    "1 became 2 in 1 of ledger.induction(Relation(2 * sqrt(T + 1)": "(√2 − 2)² is twice (√2 − 1)²",
    "Sub became Add in w - η * (s + w / 100)": "the same fixed point, by steps the other way",
    "of p, c_ = ": "another range of probabilities",
    "of formats = ": "the exponents of the formats, which are shown and which no line states",
    "of dies.less(N, 1": "a weaker bound",
}
# the last: a token of a lattice that it does not have
NAMED = r"step|hypothesis|declared|summand|no law has|^KeyError: \("
MATHEMATICS = re.compile(r"\$([^$]+)\$")
CLAIM = re.compile(r"[=<>+\-/^]|\\(le|ge|leq|geq|lt|gt|ne|sim|to|approx|frac|tfrac|sqrt|sum|int|infty|iff)\b|\d")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", DERIVATIONS, ids=lambda page: page.parent.name)
def test_a_wrong_formula_stops_the_page_and_names_its_step(page):
    missed = []
    for edit, error in outcomes(formula_cells(page), EVERY, EQUIVALENT):
        if error is None:
            missed.append(f"passes: {edit}")
        elif not re.search(NAMED, error):
            missed.append(f"no step is named: {edit}: {error}")
    assert not missed, "\n".join(missed)


def test_every_edit_that_is_listed_can_be_made():
    made = [what for page in DERIVATIONS for source in formula_cells(page) for what, _ in mutants(source)]
    assert [known for known in EQUIVALENT if not any(known in what for what in made)] == []


def prose_formulas(page: Path) -> list[str]:
    prose = "\n".join(c.source for c in jupytext.read(page).cells if c.cell_type == "markdown")
    bare = [re.sub(r"\^\*|\^\{\*\}|_\{?[a-z0-9+]+\}?", "", m) for m in MATHEMATICS.findall(prose)]
    return [m for m in bare if CLAIM.search(m)] + re.findall(r"\$\$|```\{math\}", prose)


@pytest.mark.parametrize("page", DERIVATIONS, ids=lambda page: page.parent.name)
def test_formulas_in_prose_come_from_the_ledger(page):
    assert not prose_formulas(page), "type names only; show formulas with {glue:} from hand_on(ledger)"
