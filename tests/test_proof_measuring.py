"""Numbers that a ledger computes: right to their digits, refused where there is none, and never a proof."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import pytest
from sympy import Expr

from kexue.proof import (
    E,
    IllFormed,
    Integer,
    Integral,
    Ledger,
    Rational,
    Refuted,
    Relation,
    Sum,
    Undecided,
    diff,
    exp,
    log,
    norm2,
    oo,
    pi,
    sqrt,
)


@pytest.fixture
def ledger() -> Ledger:
    """One of everything that is declared."""
    ledger = Ledger("Numbers")
    ledger.k, ledger.n = ledger.natural("k n")
    ledger.a, ledger.b = ledger.scalar("a b", positive=True)
    ledger.x = ledger.scalar("x")
    ledger.y = ledger.scalar("y", lower=0, upper=ledger.a)
    ledger.u = ledger.vector("u")
    ledger.f = ledger.function("f", smooth=True)
    ledger.w = ledger.iid("w", mean=0, second=1)
    return ledger


NUMBERS = {  # what is measured, at which point, with how many digits, and what mpmath says
    "a sum": (
        lambda s: Sum(1 / s.k**2, (s.k, 1, s.n)),
        lambda s: {s.n: 100},
        30,
        lambda: mpmath.zeta(2) - mpmath.zeta(2, 101),
    ),
    "a series": (lambda s: Sum(1 / s.k**2, (s.k, 1, oo)), lambda _: {}, 9, lambda: mpmath.zeta(2)),
    "an integral": (
        lambda s: Integral(exp(-(s.x**2)), (s.x, 0, s.a)),
        lambda s: {s.a: 3},
        9,
        lambda: mpmath.sqrt(mpmath.pi) / 2 * mpmath.erf(3),
    ),
    "an improper integral": (
        lambda s: Integral(exp(-(s.x**2)), (s.x, -oo, oo)),
        lambda _: {},
        9,
        lambda: mpmath.sqrt(mpmath.pi),
    ),
    "roots": (
        lambda s: sqrt(s.a) ** 3 + log(s.b),
        lambda s: {s.a: 2, s.b: Rational(1, 3)},
        35,
        lambda: mpmath.mpf(2) ** 1.5 - mpmath.log(3),
    ),
    "a constant": (lambda _: pi**2, lambda _: {}, 35, lambda: mpmath.pi**2),
    "a number": (lambda _: 3, lambda _: {}, 35, lambda: mpmath.mpf(3)),
    "a function": (lambda s: s.f(s.x) + s.f(2), lambda s: {s.f: lambda t: t**3, s.x: -1}, 35, lambda: mpmath.mpf(7)),
    "a slope": (lambda s: diff(s.f(s.x) * s.x, s.x), lambda s: {s.f: exp, s.x: 1}, 9, lambda: 2 * mpmath.e),
}


@pytest.mark.parametrize(("what", "at", "digits", "known"), NUMBERS.values(), ids=NUMBERS)
def test_a_number_is_right_to_its_digits(
    ledger: Ledger,
    what: Callable[[Ledger], Expr],
    at: Callable[[Ledger], dict],
    digits: int,
    known: Callable[[], object],
) -> None:
    found = ledger.measure(what(ledger), at(ledger), digits=digits)
    with mpmath.workdps(60):
        assert abs(found.numbers[0] - known()) <= abs(known()) * mpmath.mpf(10) ** -digits
        assert found.value == pytest.approx(float(known()))
    assert ledger.measured == [found]
    assert ledger.steps == []


def test_a_definition_is_written_out(ledger: Ledger) -> None:
    q = ledger.function("q")
    ledger.define(q(ledger.x), ledger.a * ledger.x**2)
    assert ledger.measure(q(3), {ledger.a: 2}).value == 18


REFUSED = {  # asked for, error, words of its message
    "a name without a value": (lambda s: s.measure(s.a + s.b, {s.a: 3}), IllFormed, "no value for b; say at={b: …}"),
    "a sign that is excluded": (
        lambda s: s.measure(s.a, {s.a: -1}),
        IllFormed,
        "-1 stands for a, and is not known to be positive",
    ),
    "a range that is left": (lambda s: s.measure(s.y, {s.y: 2, s.a: 1}), IllFormed, "not known to lie between 0 and 1"),
    "a float": (lambda s: s.measure(s.x, {s.x: 0.1}), IllFormed, "no normal form for 0.1"),
    "a value for something else": (
        lambda s: s.measure(s.x, {s.x: 1, s.b: 1}),
        IllFormed,
        "gives a value to b, of which it does not speak",
    ),
    "a vector": (lambda s: s.measure(s.u), IllFormed, "numbers are measured, not vectors"),
    "an open vector": (lambda s: s.measure(norm2(s.u)), IllFormed, "no value for u"),
    "an equivalence": (
        lambda s: s.measure(Relation(Relation(s.x, "=", 1), "⇔", Relation(s.x, "=", 1)), {s.x: 1}),
        IllFormed,
        "not vectors or equivalences",
    ),
    "a text": (lambda s: s.measure("x"), IllFormed, "an expression or a relation was expected, not 'x'"),
    "no digits": (
        lambda s: s.measure(s.x, {s.x: 1}, digits=0),
        IllFormed,
        "digits=0 came, a whole number from 1 to 35",
    ),
    "something undeclared": (
        lambda s: s.measure(Ledger("other").scalar("z")),
        IllFormed,
        "not declared in the ledger “Numbers”: z",
    ),
    "something random": (lambda s: s.measure(E(s.w(1) ** 4)), IllFormed, "no value for w"),
    "a pole": (lambda s: s.measure(1 / s.x, {s.x: 0}), Undecided, "has no number"),
    "a logarithm of nothing": (lambda s: s.measure(log(s.x), {s.x: -1}), Undecided, "has no number"),
    "a series that diverges": (lambda s: s.measure(Sum(1 / s.k, (s.k, 1, oo))), Undecided, "diverges"),
    "too many digits of an integral": (
        lambda s: s.measure(Integral(exp(-(s.x**2)), (s.x, 0, 1)), digits=12),
        Undecided,
        "it is about 0.747, and 12 digits",
    ),
    "sides that are one number": (
        lambda s: s.measure(2 * sqrt(s.a * s.b) < s.a + s.b, {s.a: 3, s.b: 3}, "means"),
        Undecided,
        "“means” of the ledger “Numbers”: both sides are about 6.0: ask for more digits, or prove it",
    ),
    "a relation that fails": (
        lambda s: s.measure(2 * sqrt(s.a * s.b) > s.a + s.b, {s.a: 3, s.b: 2}),
        Refuted,
        "measured: left side 4.89898, right side 5",
    ),
    "an equation that fails": (
        lambda s: s.measure(Relation(s.x**2, "=", 2), {s.x: Rational(7, 5)}),
        Refuted,
        "left side 1.96",
    ),
}


@pytest.mark.parametrize(("ask", "error", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_number_is_refused(ledger: Ledger, ask: Callable[[Ledger], object], error: type, words: str) -> None:
    with pytest.raises(error) as raised:
        ask(ledger)
    assert words in str(raised.value)
    assert ledger.measured == []


@pytest.mark.parametrize(
    "cite",
    [
        lambda s, m: s.at_most(Sum(1 / s.k**2, (s.k, 1, s.n)), 2, by=[m]),
        lambda s, m: s.sum(m, s.k, 1, s.n),
        lambda s, m: s.discharge(m, m, m),
    ],
    ids=["claim", "sum", "discharge"],
)
def test_nothing_rests_on_a_measurement(ledger: Ledger, cite: Callable[[Ledger, object], object]) -> None:
    found = ledger.measure(Sum(1 / ledger.k**2, (ledger.k, 1, ledger.n)), {ledger.n: 100})
    with pytest.raises(IllFormed, match=r"(?s)takes steps.*not M1 .*not proved"):
        cite(ledger, found)
    assert ledger.steps == []


def test_it_reads_as_measured_everywhere(ledger: Ledger) -> None:
    ledger.equal(ledger.a - ledger.a, 0, "nothing")
    found = ledger.measure(Relation(ledger.a, "<", exp(ledger.a)), {ledger.a: Integer(1)}, "one <b>point</b>")
    assert found.note == "one <b>point</b> · 1 < 2.71828 at a = 1 · computed to 6 digits, not proved"
    assert repr(found).splitlines()[0] == "M1 a < exp(a)"
    assert repr(ledger).endswith(repr(found))
    page = ledger._repr_html_()
    assert "1 steps, every one proved; 1 measured" in page
    assert page.count('<span class="badge proved">') == page.count('<span class="badge measured">measured</span>') == 1
    assert "<b>" not in page
    assert "1 &lt; 2.71828 at a = 1" in found._repr_html_()
