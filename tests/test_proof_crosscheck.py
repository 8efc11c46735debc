"""The second reading of every proved step: it confirms what is true and would catch a kernel that is wrong."""

from contextlib import suppress

import pytest
from test_proof_kernel import Board

from kexue.proof import E, Integer, Ledger, Relation, Sum, Undecided, diff, inner, norm2, sqrt
from kexue.proof.crosscheck import KernelFault, agreement, find_witness
from kexue.proof.kernel import rules
from kexue.proof.kernel.normal import Normaliser


@pytest.fixture
def s():
    return Board()


def believe_anything(monkeypatch):
    monkeypatch.setattr(Normaliser, "is_zero", lambda self, expression: True)


def unique_with_a_wrong_factor(s):
    """x = 1 has the solution 1; claim 2."""
    wrong = Relation(s.x, "=", 1)
    return agreement(rules.unique(s.ledger.context, wrong, s.x, Integer(2), Integer(1), 1))


WRONG = {
    "identity": lambda s: s.ledger.equal(norm2(s.u + s.v), norm2(s.u) + norm2(s.v)),
    "certificate": lambda s: s.ledger.at_most(inner(s.u, s.v), 0, by=[s.ledger.assume("H", s.x <= s.y) * 1]),
    "induction": lambda s: s.ledger.induction(Relation(Sum(s.k, (s.k, 1, s.T)), "=", s.T**2), on=s.T),
    "limit": lambda s: s.ledger.limit(1 / s.T, s.T, 1),
    "solve": lambda s: unique_with_a_wrong_factor(s),
}


@pytest.mark.parametrize("rule", WRONG)
def test_a_kernel_that_believes_anything_is_caught(s, monkeypatch, rule):
    believe_anything(monkeypatch)
    with pytest.raises(KernelFault, match="the kernel proved"):
        WRONG[rule](s)


def every_rule(s):
    small = s.ledger.scalar("λ", positive=True, lower=0, upper=1)
    every = s.ledger.assume("H", s.f(s.k) <= s.g(s.k), forall=[s.k])
    near = s.ledger.assume("H'", Relation(0, "≤", s.x + small * s.y), forall=[small])
    shorter = s.ledger.assume("H''", norm2(s.u) <= norm2(s.v))
    yield s.ledger.equal(norm2(2 * s.u), 4 * norm2(s.u))
    yield s.ledger.sum(every, s.k, 1, s.T)
    yield s.ledger.instance(every, {s.k: s.T + 1})
    yield s.ledger.expect(s.ledger.equal(inner(s.X, s.u) * 2, inner(s.X, 2 * s.u)))
    yield s.ledger.limit_at_zero(near, small)
    yield s.ledger.limit(s.T / (s.T + 1), s.T, 1)
    yield s.ledger.root(shorter)
    yield s.ledger.unique(Relation(s.x, "=", 2), s.x, 2)
    yield s.ledger.induction(Relation(Sum(s.k, (s.k, 1, s.T)), "=", s.T * (s.T + 1) / 2), on=s.T)
    yield s.ledger.instance(s.ledger.equal(sqrt(s.a) ** 2, s.a), {s.a: s.b + s.k})


def test_every_rule_is_confirmed_at_random_points(s):
    steps = list(every_rule(s))
    assert {step.fact.rule for step in steps} >= {
        "sum",
        "instance",
        "expectation",
        "limit",
        "square root",
        "solve",
        "induction",
    }
    assert all(step.confirmed > 0 for step in steps), [(step.fact.rule, step.confirmed) for step in steps]


def test_confirmation_repeats(s):
    fact = s.ledger.equal(norm2(s.u - s.v), norm2(s.v - s.u)).fact
    assert agreement(fact) == agreement(fact) > 0


def test_a_witness_lies_inside_the_assumptions(s):
    witness = find_witness(s.ledger.context, Relation(s.a, "≤", s.x))
    values = {key[0]: value for key, value in witness.values.items()}
    assert values[s.a] > 0
    assert values[s.a] > values[s.x]


def test_a_witness_satisfies_what_was_cited(s):
    given = s.ledger.assume("H", s.x <= s.y).fact
    witness = find_witness(s.ledger.context, Relation(s.x, "=", s.y), [given])
    assert witness.left < witness.right
    assert find_witness(s.ledger.context, Relation(s.x, "≤", s.y), [given]) is None


def test_what_follows_from_an_assumed_equation_is_no_fault_where_the_equation_fails(s):
    s.ledger.model({s.a: 1, s.b: 1})
    step = s.ledger.log(s.ledger.assume("H", Relation(s.a, "=", s.b)))
    assert step.verdict == "proved"
    assert step.confirmed == 0


def test_what_follows_from_an_equation_for_a_derivative_is_no_fault():
    """z' = f − h is put in place of h, and the derivative of a random curve is what it is."""
    ledger = Ledger("Curves")
    t, (z, h, f) = ledger.scalar("t"), ledger.vectors("z h f", smooth=True)
    speed = ledger.assume("H", Relation(h(t), "=", f(t) - diff(z(t), t)), "the speed of z", forall=[t])
    ledger.equal(diff(norm2(z(t)), t), 2 * inner(z(t), f(t) - h(t)), by=[speed])


def test_a_witness_satisfies_what_was_cited_for_all_values(s):
    """f(x) ≤ 0 at the drawn x and not at y is none against f(y) ≤ 0; nor is a bound that seldom fails."""
    at, rough = s.ledger.scalar("at"), s.ledger.function("rough")
    given = s.ledger.assume("H", Relation(rough(s.x), "≤", 0), forall=[s.x]).fact
    seldom = s.ledger.assume("H'", Relation(rough(s.x), "≤", 10), forall=[s.x]).fact
    assert find_witness(s.ledger.context, Relation(rough(at), "≤", 0), [given]) is None
    assert find_witness(s.ledger.context, Relation(rough(at), "≤", 10), [seldom]) is None
    assert find_witness(s.ledger.context, Relation(rough(at), "≤", -1), [given]) is not None


@pytest.mark.parametrize("smooth", [False, True])
def test_an_equation_that_random_means_do_not_satisfy_is_no_fault(smooth):
    ledger = Ledger("Means")
    x, V = ledger.scalar("x"), ledger.function("V", random=True, smooth=smooth)
    ledger.model({V: lambda s: s**3 / 3})
    H = ledger.assume("H", Relation(diff(E(V(x)), x), "=", x**2), forall=[x])
    for claim in (
        Relation(diff(E(V(x)), x, x), "=", 2 * x),
        Relation(diff(E(V(x)) ** 2, x), "=", 2 * x**2 * E(V(x))),
    ):
        with suppress(Undecided):
            ledger.claim(claim, by=[H])
