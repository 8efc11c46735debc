"""What keeps a ledger honest: models of its hypotheses, variables that range over all they should."""

import ast
import re
from pathlib import Path

import pytest
from proof_tables.contradictions import CONTRADICTIONS
from sympy import Rational, symbols

import kexue
from kexue.proof import (
    IllFormed,
    Integral,
    Ledger,
    ProofError,
    Relation,
    Sum,
    Undecided,
    diff,
    exp,
    kernel,
    norm2,
    oo,
    sqrt,
    square,
)
from kexue.proof.render import RULES
from kexue.proof.samplers import law


@pytest.fixture
def ledger():
    return Ledger("safeguards")


# -- hypotheses that can hold together


def test_contradictory_declarations_are_errors(ledger):
    for wrong in ({"positive": True, "upper": -1}, {"lower": 2, "upper": 1}, {"positive": True, "negative": True}):
        with pytest.raises(IllFormed, match=r"contradict each other|no number is"):
            ledger.scalar("a", **wrong)


def test_an_assumption_against_the_declarations_is_an_error(ledger):
    a, b = ledger.scalar("a b", positive=True)
    with pytest.raises(IllFormed, match=r"H: .* contradicts what is declared"):
        ledger.assume("H", Relation(a + b, "≤", 0))
    with pytest.raises(IllFormed, match="already decided this relation to be False from the declarations"):
        ledger.assume("H", a + b <= 0)


def test_contradictory_hypotheses_prove_nothing(ledger):
    x, y = ledger.scalar("x y")
    low, high = ledger.assume("low", x <= y), ledger.assume("high", x >= y + 1)
    assert ledger.at_most(x, y, by=[low]).verdict == "proved"
    with pytest.raises(Undecided, match="no model of high, low was met"):
        ledger.at_most(1, 0, by=[low, high])


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_nothing_follows_from_what_cannot_be(name):
    with pytest.raises(ProofError, match="no model of"):
        CONTRADICTIONS[name](Ledger(name))


def test_what_holds_for_large_numbers_is_read_to_the_last_digit(ledger):
    """2^−k > 0 has models, although the number is far below what rounding leaves of one."""
    k = ledger.natural("k")
    H = ledger.assume("H", Relation(Rational(1, 2) ** k, ">", 0), forall=[k])
    r = ledger.sequence("r")
    K = ledger.assume("K", Relation(r(k), ">", r(k + 1)), forall=[k])
    ledger.model({r: lambda i: Rational(1, 2) ** i})
    assert ledger.less(0, Rational(1, 2) ** k + r(k) - r(k + 1), by=[1 * H, 1 * K]).verdict == "proved"


def test_a_density_is_met(ledger):
    x, p = ledger.scalar("x"), ledger.function("p", smooth=True, positive=True)
    mass = Integral(p(x), (x, -oo, oo))
    unit = ledger.assume("H", Relation(mass, "=", 1))
    assert ledger.equal(mass + 1, 2, by=[unit, ledger.assume("K", Relation(mass, "<", oo))]).verdict == "proved"
    assert "bell curves" in ledger.satisfied[ledger.steps[-1].fact.hypotheses]


def test_the_author_shows_a_model(ledger):
    s, f = ledger.scalar("s"), ledger.function("f", smooth=True)
    grows = ledger.assume("grows", Relation(diff(f(s), s), "=", f(s)), forall=[s])
    large = ledger.assume("large", f(0) >= 100)
    claim = Relation(diff(f(s), s) - f(s) + 100, "≤", f(0))
    with pytest.raises(Undecided, match="show a model"):
        ledger.claim(claim, by=[grows, large])
    ledger.model({f: lambda t: 1000 * exp(t)})
    assert ledger.claim(claim, by=[grows, large]).verdict == "proved"


def test_a_wrong_model_is_none(ledger):
    s, f = ledger.scalar("s"), ledger.function("f", smooth=True)
    grows = ledger.assume("grows", Relation(diff(f(s), s), "=", f(s)), forall=[s])
    large = ledger.assume("large", f(0) >= 100)
    ledger.model({f: lambda t: 1000 * exp(2 * t)})
    with pytest.raises(Undecided, match="no model"):
        ledger.claim(Relation(diff(f(s), s) - f(s) + 100, "≤", f(0)), by=[grows, large])


# -- variables


def test_indices_range_over_all_integers(ledger):
    even = ledger.scalar("m", integer=True, even=True, positive=True)
    n = ledger.natural("n")
    one = ledger.equal((-1) ** even, 1)
    with pytest.raises(ProofError, match="does not cover"):
        ledger.sum(one, even, 1, n)
    with pytest.raises(ProofError, match="more than an integer"):
        ledger.equal(Sum((-1) ** even, (even, 1, n)), n)
    with pytest.raises(ProofError, match="natural number"):
        ledger.induction(Relation((-1) ** even, "=", 1), on=even)


def test_what_replaces_a_function_does_not_speak_of_its_argument(ledger):
    x, y = ledger.scalar("x y")
    f, g = ledger.function("f g", smooth=True)
    product = ledger.equal(diff(f(x) * g(x), x), diff(f(x), x) * g(x) + f(x) * diff(g(x), x))
    assert product.at({f: lambda s: s**2}).lhs == diff(x**2 * g(x), x)
    with pytest.raises(ProofError):
        product.at({f: lambda s: x * s})
    with pytest.raises(ProofError, match=r"smooth|nonzero"):
        product.at({f: abs})
    assert product.at({x: y + 1}).verdict == "proved"


def test_a_derivative_is_taken_before_its_variable_is_replaced(ledger):
    s, f = ledger.scalar("s"), ledger.function("f", smooth=True)
    ode = ledger.assume("H", Relation(diff(f(s), s), "=", 2 * f(s)), forall=[s])
    at_zero = ode.at({s: 0})
    assert str(at_zero.relation.rhs) == "2*f(0)"
    assert not at_zero.relation.lhs.has(type(diff(f(s), s)))


def test_an_equation_on_a_single_point_has_no_derivative(ledger):
    T = ledger.scalar("T", nonnegative=True)
    t, f = ledger.scalar("t", lower=0, upper=T), ledger.function("f", smooth=True)
    flat = ledger.assume("H", Relation(f(t), "=", 0), forall=[t])
    with pytest.raises(Undecided, match="single point"):
        ledger.differentiate(flat, t)


def test_random_values_stand_for_numbers_outside_expectations_only(ledger):
    x, k = ledger.scalar("x k")
    X = ledger.function("X", random=True)
    everywhere = ledger.at_most(0, x**2, by=[square(x)])
    assert everywhere.at({x: X(k)}).rhs == X(k) ** 2
    assert ledger.expect(everywhere.at({x: X(k)})).relation.op == "≤"


def test_integration_variables_are_real(ledger):
    n, f = ledger.natural("n"), ledger.function("f", smooth=True)
    with pytest.raises(IllFormed, match="real or positive"):
        ledger.equal(Integral(f(n), (n, 0, 1)), 0)


def test_citing_something_else_is_an_error(ledger):
    u = ledger.vector("u")
    with pytest.raises(IllFormed, match="takes steps, hypotheses and square"):
        ledger.at_most(0, norm2(u), by=[norm2(u)])


def test_a_line_within_a_case_may_rest_on_it(ledger):
    x, y = ledger.scalar("x y")
    conditions = [Relation(x, "≤", y), Relation(x, "≥", y)]

    def proof(case):
        if case.relation.op == "≤":
            ledger.at_most(x - y, 0, by=[case])
        return [square(x)]

    assert ledger.cases(Relation(0, "≤", x**2), conditions, proof).hypotheses == []
    (within,) = ledger.steps[:-1]
    assert within.hypotheses == ["case x ≤ y"]
    with pytest.raises(Undecided, match="for a part of another step alone"):
        ledger.at_most(x, y, by=[within])


# -- what is remembered


def test_a_remembered_answer_brings_along_what_it_rested_on(ledger):
    x, y, z = ledger.scalar("x y z")
    above, apart = ledger.assume("H", Relation(x, ">", 0)), ledger.assume("K", Relation(y, ">", 0))
    for factor in (y, z, y + z):
        assert ledger.equal(sqrt(x**2) * factor, x * factor, by=[above, apart]).hypotheses == ["H"]
    with pytest.raises(ProofError):
        ledger.equal(sqrt(x**2) * y, x * y)
    with pytest.raises(ProofError):
        ledger.equal(sqrt(x**2) * y, x * y, by=[apart])


def test_a_definition_is_seen_by_what_was_asked_before(ledger):
    x, f = ledger.scalar("x"), ledger.function("f", positive=True)
    assert ledger.trial(Relation(f(x), "=", 1 + x**2)).verdict != "proved"
    ledger.define(f(x), 1 + x**2)
    assert ledger.equal(f(x), 1 + x**2).verdict == "proved"


def test_what_holds_in_a_sum_is_forgotten_outside(ledger):
    k, n = ledger.natural("k n")
    inside = Sum(1 / (n - k + 1), (k, 1, n))
    assert ledger.equal(inside + k, k + inside).verdict == "proved"
    with pytest.raises(ProofError, match="nonzero"):
        ledger.equal(1 / (n - k + 1) + k, k + 1 / (n - k + 1))


# -- who may say proved


def test_the_rules_alone_hold_the_key():
    """Of the whole package, the two modules of rules of inference mention what makes a fact."""
    root = Path(kexue.__file__).parent
    holders = {path.stem for path in root.rglob("*.py") if re.search(r"\bKEY\b", path.read_text(encoding="utf-8"))}
    assert holders == {"facts", "rules", "calculus"}


# -- words


def test_every_rule_of_the_kernel_has_words():
    """What a line says of its rule, for each rule that a fact is made by."""
    sources = [path.read_text(encoding="utf-8") for path in Path(kernel.__file__).parent.glob("*.py")]
    calls = [node for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    makers = [node for node in calls if getattr(node.func, "id", "") in ("Fact", "_stated", "derived")]
    named = {a.value for node in makers for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    assert named | {"identity", "certificate"} == set(RULES)


# -- laws of samplers


def test_the_law_of_a_reservoir():
    ledger = Ledger("reservoir")
    weights = ledger.scalar("w_1 w_2 w_3 w_4", positive=True)

    def reservoir(choose):
        kept, total = 0, weights[0]
        for i, w in enumerate(weights[1:], 1):
            total += w
            kept = i if choose(w / total) else kept
        return kept

    found = law(reservoir)
    for i, w in enumerate(weights):
        assert ledger.equal(found[i], w / sum(weights)).verdict == "proved"
    with pytest.raises(ProofError):
        ledger.equal(found[0], weights[1] / sum(weights))


def test_choices_of_probability_zero_are_not_taken():
    p = symbols("p", positive=True)
    assert law(lambda choose: choose.among([0, p, 1 - p])) == {1: p, 2: 1 - p}
    assert law(lambda choose: choose(1)) == {True: 1}


def test_a_sampler_that_may_not_end():
    def forever(choose):
        return choose(1) and choose.among([Rational(1, 2), Rational(1, 2)]) + (
            forever(choose) if len(choose.taken) < 40 else 0
        )

    with pytest.raises(ProofError, match="more than 100 runs"):
        law(forever, most=100)
