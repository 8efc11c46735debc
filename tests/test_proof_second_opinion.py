"""Z3 agrees with the kernel wherever it can follow, and would object to a kernel that is wrong."""

import sys

import pytest
from book_ledgers import chapter
from test_proof_kernel import Board

from kexue.lab.ledgers import derivations
from kexue.proof import Integer, ProofError, Rational, Relation, crosscheck, inner, norm, norm2, positive, sqrt, square
from kexue.proof.kernel.normal import Normaliser
from kexue.proof.second_opinion import NAMES, Disagreement, second_opinion

UNREAD = {*NAMES.values(), "sums", "expectations", "orthonormal vectors"}  # what may stand in the way, and no more
VECTORS = {"a vector under Sum", "a vector under Diff", "a vector under CondVec"}
AGREES = {
    "binomial": lambda s: s.ledger.equal((s.x + s.y) ** 3, s.x**3 + 3 * s.x**2 * s.y + 3 * s.x * s.y**2 + s.y**3),
    "fractions": lambda s: s.ledger.equal(1 / s.a - 1 / (s.a + s.b), s.b / (s.a * (s.a + s.b))),
    "a root": lambda s: s.ledger.equal(1 / (sqrt(s.a + 1) + sqrt(s.a)), sqrt(s.a + 1) - sqrt(s.a)),
    "a root of a square": lambda s: s.ledger.equal(sqrt(s.a**2), s.a),
    "an absolute value": lambda s: s.ledger.equal(abs(s.x) ** 2, s.x**2),
    "polarisation": lambda s: s.ledger.equal(norm2(s.u + s.v) - norm2(s.u - s.v), 4 * inner(s.u, s.v)),
    "equal vectors": lambda s: s.ledger.equal(2 * (s.u + s.v) - s.u, s.u + 2 * s.v),
    "a norm": lambda s: s.ledger.equal(norm(s.a * s.u), s.a * norm(s.u)),
    "Young": lambda s: s.ledger.at_most(
        inner(s.u, s.v), s.a * norm2(s.u) / 2 + norm2(s.v) / (2 * s.a), by=[square(s.a * s.u - s.v)]
    ),
    "means": lambda s: s.ledger.at_most(sqrt(s.a * s.b), (s.a + s.b) / 2, by=[square(sqrt(s.a) - sqrt(s.b))]),
    "a strict bound": lambda s: s.ledger.less(s.b, s.a + s.b, by=[positive(s.a)]),
    "a range": lambda s: s.ledger.at_most(s.t, s.T, by=[positive(s.T - s.t)]),
    "a hypothesis": lambda s: s.ledger.at_most(3 * s.x, 3 * s.y, by=[s.ledger.assume("H", s.x <= s.y)]),
    "a sign from a hypothesis": lambda s: s.ledger.equal(sqrt(s.x**2), s.x, by=[s.ledger.assume("H", s.x >= 0)]),
    "cases": lambda s: s.ledger.cases(
        Relation(Integer(0), "≤", s.x**2), [s.x <= s.y, s.x >= s.y], lambda _: [square(s.x)]
    ),
    "a cube root": lambda s: s.ledger.equal((s.a**2) ** Rational(1, 3) * s.a ** Rational(1, 3), s.a),
}


@pytest.mark.parametrize("name", AGREES)
def test_true_statements_find_agreement(name):
    s = Board()
    AGREES[name](s)
    assert {o.verdict for o in second_opinion(s.ledger)} == {"agrees"}


def test_what_needs_that_a_gram_matrix_is_nonnegative_finds_agreement():
    s = Board()
    w = s.ledger.vector("third")
    two = norm2(s.u) + 2 * inner(s.u, s.v) + norm2(s.v)
    three = norm2(w) + 2 * inner(s.u, w) + 2 * inner(s.v, w) + two
    for length in (two, three):
        s.ledger.at_most(0, length, by=[positive(length)])
    assert {o.verdict for o in second_opinion(s.ledger)} <= {"agrees", "no answer"}


@pytest.mark.parametrize("slug", derivations())
def test_every_line_of_the_book_is_agreed_on_or_named(slug):
    for ledger in chapter(slug).ledgers:
        opinions = ledger.second_opinion()
        assert len(opinions) == len(ledger.steps)
        for opinion in opinions:
            assert opinion.verdict in ("agrees", "inference") or _excused(opinion), opinion


def _excused(opinion):
    """Whether a line goes unanswered for a reason that real arithmetic has."""
    why = opinion.reason.removeprefix("more than algebra: ").split(", ")
    unread = {reason for reason in why if not reason.endswith(" at several arguments")} <= UNREAD
    return opinion.verdict == "cannot express" and (unread or opinion.reason in VECTORS)


FALSE = {
    "a cross term": lambda s: s.ledger.equal(norm2(s.u + s.v), norm2(s.u) + norm2(s.v)),
    "a factor": lambda s: s.ledger.at_most(3 * s.x * s.y, s.x**2 + s.y**2, by=[square(s.x - s.y)]),
    "a root's sign": lambda s: s.ledger.equal(sqrt(s.a), -sqrt(s.a)),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_kernel_that_believes_anything_meets_objection(monkeypatch, name):
    monkeypatch.setattr(Normaliser, "is_zero", lambda self, expression: True)
    monkeypatch.setattr(crosscheck, "agreement", lambda fact: 1)
    s = Board()
    FALSE[name](s)
    with pytest.raises(Disagreement, match="Z3 refutes"):
        second_opinion(s.ledger)


def test_a_denominator_that_may_vanish_meets_objection(monkeypatch):
    monkeypatch.setattr(Normaliser, "require", lambda self, what, e: None)
    monkeypatch.setattr(crosscheck, "agreement", lambda fact: 1)
    s = Board()
    s.ledger.equal(s.x / (s.x - s.y) - s.y / (s.x - s.y), 1)
    with pytest.raises(Disagreement, match="Z3 refutes"):
        second_opinion(s.ledger)


def test_without_z3_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(ProofError, match="pip install z3-solver"):
        second_opinion(Board().ledger)


def test_the_checker_does_not_need_z3():
    assert "z3" not in (sys.modules["kexue.proof"].__dict__ | sys.modules["kexue.proof.ledger"].__dict__)
