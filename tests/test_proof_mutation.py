"""Every line of the book, changed in one thing, is refused, unless the change is listed as a true one."""

from __future__ import annotations

from pathlib import Path

import pytest
from book_ledgers import chapter

from kexue.errors import PageError
from kexue.lab.coverage import Coverage
from kexue.lab.ledgers import Derivation, derivations
from kexue.proof import Integer, Ledger, ProofError, Sum, diff, inner, norm2, sqrt, square
from kexue.proof.edits import changed_sides
from kexue.proof.mutation import mutants, score
from kexue.proof.steps import Recipe
from kexue.proof.tables import Link, Prose, Table

MOST = 60  # changes of each ledger that are tried, at equal distances, and all that are listed as equivalent

COVERAGE = """
statements:
  - says: Polarisation.
    steps: [polar]
  - says: Something else.
    instead: Left to the reader, but for one line (`polar`).
equivalents:
  - reason: as it happens
    mutants: ["polar: no such change"]
"""


def polarisation() -> Ledger:
    ledger = Ledger("Polarisation")
    u, v = ledger.vector("u v")
    ledger.equal(norm2(u + v) - norm2(u - v), 4 * inner(u, v), "expand both squares", name="polar")
    return ledger


@pytest.mark.timeout(300)
@pytest.mark.parametrize("slug", derivations())
def test_a_changed_line_of_the_book_is_refused(slug: str) -> None:
    """A survivor is a false line that the checker passes, or a true one to be listed in ``coverage.yaml``.

    A sample of each ledger's changes is tried; ``python tests/mutants.py`` tries them all.
    """
    scores = Coverage(chapter(slug)).scores(MOST)
    assert [mutant.name for found in scores for mutant in found.survivors] == []
    assert set.intersection(*(set(found.unmet) for found in scores)) == set()
    assert all(found.killed >= min(MOST, found.changes) // 2 for found in scores)


def test_each_kind_of_change_is_made() -> None:
    ledger = Ledger("Each kind")
    t, T = ledger.natural("t T")
    a, b, x = ledger.scalar("a b x", positive=True)
    f = ledger.sequence("f")
    small = ledger.assume("small", f(t) <= a, forall=[t])
    ledger.at_most(2 * sqrt(a * b), a + b, "means", by=[square(sqrt(a) - sqrt(b))])
    ledger.sum(small, t, 1, T, "add up")
    ledger.at_most(Sum(f(t), (t, 1, T)) - a * T, b, "generous", by=[ledger.steps[-1], square(sqrt(b))])
    ledger.limit(1 / x, x, 0, "vanishes")
    found = score(ledger)
    assert set(found.tried) == {
        "relation turned",
        "weak made strict",
        "sign flipped",
        "coefficient changed",
        "term dropped",
        "term added",
        "exponent changed",
        "root dropped",
        "index shifted",
        "range changed",
        "names swapped",
        "premise withdrawn",
    }


def test_a_change_is_never_the_line_itself_and_comes_once() -> None:
    ledger = polarisation()
    names = [mutant.name for mutant in mutants(ledger)]
    assert len(set(names)) == len(names)
    assert "polar: names swapped: ‖u + v‖² - ‖u - v‖² = 4*⟨v, u⟩" not in names


def test_trying_adds_nothing() -> None:
    ledger = polarisation()
    before = repr(ledger)
    assert not any(mutant.survives() for mutant in mutants(ledger))
    assert repr(ledger) == before


def test_the_variable_of_a_derivative_keeps_its_name() -> None:
    ledger = Ledger("Derivatives")
    t, x = ledger.scalar("t x")
    q = ledger.function("q", smooth=True)
    ledger.equal(diff(t * q(t, x), t), q(t, x) + t * diff(q(t, x), t), "product rule")
    found = score(ledger)
    assert found.survivors == ()
    assert found.total > 5


def test_a_sample_is_spread_evenly() -> None:
    ledger = polarisation()
    changes = score(ledger).changes
    assert score(ledger).total == changes > 6
    assert score(ledger, most=changes - 1).total == -(-changes // 2)
    assert score(ledger, most=6).total == len(range(0, changes, -(-changes // 6))) <= 6


def test_equivalent_changes_need_their_reason_and_have_to_pass() -> None:
    ledger = Ledger("Directions")
    t, e = ledger.natural("t"), ledger.orthonormal("e")
    ledger.equal(norm2(e(t)), 1, "of length one")
    true = "of length one: index shifted: ‖e_(t + 1)‖² = 1"
    assert [mutant.name for mutant in score(ledger).survivors] == [true]
    assert score(ledger, {true: "so is the next one"}, most=1).equivalents[0][0].name == true
    found = score(ledger, {true: "so is the next one", "of length two": "no such change"})
    assert (found.survivors, found.unmet, len(found.equivalents)) == ((), ("of length two",), 1)
    assert found.killed == found.total - 1


def test_lines_of_an_unknown_rule_are_told() -> None:
    ledger = polarisation()
    ledger.steps[0].recipe = Recipe("divine", {})
    with pytest.raises(ProofError, match="no mutants of lines made by “divine”"):
        score(ledger)


def test_a_side_that_is_zero_and_one_that_is_not() -> None:
    assert list(changed_sides(Integer(0))) == [("term added", Integer(1))]
    assert list(changed_sides(Integer(3))) == [("sign flipped", -3), ("coefficient changed", 6)]


class PageStub:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "derivation.md"


def covered(folder: Path, declared: str) -> Coverage:
    (folder / "coverage.yaml").write_text(declared, encoding="utf-8")
    return Coverage(Derivation("polar", PageStub(folder), (polarisation(),), frozenset()))


def test_a_chapter_declares_its_statements(tmp_path: Path) -> None:
    chapter = covered(tmp_path, COVERAGE)
    assert [[step.name for step in s.steps] for s in chapter.statements] == [["polar"], []]
    assert str(chapter.link(chapter.steps[0])) == "(1)"
    assert str(chapter.statements[1].instead) == "Left to the reader, but for one line (1)."
    assert chapter.scores()[0].unmet == ("polar: no such change",)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[polar]", "[parallel]", "no line is called “parallel”. Lines: polar"),
        ("`polar`", "`parallel`", "no line is called “parallel”"),
        ("instead: Left", "why: Left", "either `steps` or `instead`"),
        ("    instead: Left to the reader, but for one line (`polar`).\n", "", "either `steps` or `instead`"),
        ("equivalents:", "equivalent:", "`equivalents` were expected, not equivalent"),
    ],
)
def test_what_does_not_exist_is_told(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(PageError, match=message):
        covered(tmp_path, COVERAGE.replace(old, new))


def test_a_chapter_that_declares_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(PageError, match="list the article's statements in it"):
        Coverage(Derivation("polar", PageStub(tmp_path), (polarisation(),), frozenset()))


def test_a_table_reads_in_a_terminal_and_in_a_page() -> None:
    lines = [Link("(1)", "x.html#1"), Link("(2)", "x.html")]
    table = Table("Two", ("what", "lines"), [("a <b>", lines), ("c", Prose(["> ", lines[1]]))])
    assert repr(table) == "Two\nwhat   lines\na <b>  (1), (2)\nc      > (2)"
    html = table._repr_html_()
    assert '&gt; <a href="x.html">(2)</a>' in html
    assert "a &lt;b&gt;" in html
    assert '<a href="x.html#1">(1)</a>, <a href="x.html">(2)</a>' in html
