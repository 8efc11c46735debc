"""Reading by numbers: small laws with given moments, integrals over the line, smooth functions."""

import random

import mpmath
import pytest
from mpmath import mpf

from kexue.proof import E, Integral, Ledger, Rational, Refuted, Relation, Sum, diff, exp, oo
from kexue.proof.crosscheck import confirming
from kexue.proof.kernel.chance import Chance
from kexue.proof.numeric import ROUGH, Model, OutOfDomain
from kexue.proof.numeric.chance import law
from kexue.proof.numeric.domain import quadrature, series
from kexue.proof.numeric.waves import term

NORMAL = {1: mpf(0), 2: mpf(2), 3: mpf(0), 4: mpf(12)}
MOMENTS = [{1: mpf(3)}, {2: mpf(5)}, {1: mpf(0), 2: mpf(2)}, {1: mpf(1), 2: mpf(2), 3: mpf(7)}, NORMAL]


def read(ledger, expression, seed=0, size=2):
    return Model(ledger.context, random.Random(seed), size=size)(expression)


@pytest.mark.parametrize("declared", MOMENTS)
def test_a_law_has_the_declared_moments(declared):
    with mpmath.workdps(50):
        found = law(declared)
        assert all(weight > 0 for _, weight in found)
        assert abs(mpmath.fsum(weight for _, weight in found) - 1) < mpf(10) ** -40
        for power, moment in declared.items():
            assert abs(mpmath.fsum(w * x**power for x, w in found) - moment) < mpf(10) ** -40


@pytest.mark.parametrize("declared", [{1: mpf(2), 2: mpf(3)}, {1: mpf(0), 2: mpf(1), 3: mpf(0), 4: mpf("0.5")}])
def test_moments_that_no_law_has(declared):
    with pytest.raises(OutOfDomain, match="no law has"):
        law(declared)


def test_coordinates_are_independent_and_a_mean_inside_a_mean_is_a_number():
    ledger = Ledger("Coordinates")
    w, v = ledger.iid("w", mean=1, second=3), ledger.iid("v", mean=0, second=2)
    for expression, value in (
        (E(w(1) * w(2) ** 2), 3),
        (E((w(1) - E(w(1))) ** 2), 2),
        (E((w(1) * v(1)) ** 2), 6),
        (E(w(1) * E(w(1) * w(2))), 1),
    ):
        assert abs(read(ledger, expression) - value) < mpf(10) ** -30


def test_what_is_said_of_samples_holds_for_one_of_their_values():
    ledger = Ledger("Samples")
    w = ledger.iid("w", mean=0, second=1)
    value = read(ledger, w(1) ** 2)
    assert value > 0


def test_too_many_coordinates_have_no_number():
    ledger = Ledger("Many")
    i, w = ledger.natural("i"), ledger.iid("w", mean=0, second=1)
    with pytest.raises(OutOfDomain, match="too many"):
        read(ledger, E(Sum(w(i), (i, 1, 9)) ** 2))


def test_a_wrong_moment_is_refuted_and_a_kernel_that_errs_is_caught(monkeypatch):
    ledger = Ledger("Moments")
    i, d, w = ledger.natural("i"), ledger.natural("d"), ledger.iid("w", mean=0, second=1, third=0, fourth=3)
    length = Sum(w(i) ** 2, (i, 1, d))
    with pytest.raises(Refuted, match="witness"):
        ledger.equal(E(length**2), d**2 + d, "the variance of a sum of squares, halved")
    monkeypatch.setattr(Chance, "moment", lambda self, term: self.skeleton(d))
    ledger.context.memory.answers.clear()  # what the right kernel found
    with pytest.raises(AssertionError, match="the kernel proved"):
        ledger.equal(E(length**2), d, "a kernel that takes any moment for d")


def test_integrals_over_the_line():
    ledger = Ledger("Line")
    x, s = ledger.scalar("x"), ledger.scalar("s", positive=True)
    f = ledger.function("f", smooth=True)
    value = read(ledger, Integral(exp(-(x**2) / (2 * s)), (x, -oo, oo)) ** 2 / s)
    assert abs(value - 2 * mpmath.pi) < ROUGH
    by_parts = Integral(diff(f(x), x), (x, -oo, oo))
    assert abs(read(ledger, by_parts)) < ROUGH
    with pytest.raises(OutOfDomain, match="diverges"):
        read(ledger, Integral(1 / (1 + x**2), (x, -oo, oo)) + Integral(x / (1 + x**2), (x, 1, oo)))


@pytest.mark.parametrize("order", range(5))
def test_derivatives_of_smooth_functions_are_exact(order):
    rate, x = mpf("0.7"), mpf("1.3")
    with mpmath.workdps(50):
        wanted = mpmath.diff(lambda t: term([rate], [t], ()), x, order)
        assert abs(term([rate], [x], (order,)) - wanted) < mpf(10) ** -20


def test_a_solution_is_put_into_its_equation():
    ledger = Ledger("Decay")
    t, m = ledger.scalar("t"), ledger.function("m", smooth=True)
    start = ledger.scalar("m_0")
    slope = ledger.assume("Hm", Relation(diff(m(t), t), "=", -m(t)), "decay", forall=[t])
    first = ledger.assume("H0", Relation(m(0), "=", start), "at zero")
    assert ledger.linear_ode(slope, first, m, t).confirmed > 0


SERIES = {  # term, first index, value
    "a power, almost divergent": (lambda k: k ** mpf("-1.1"), 1, lambda: mpmath.zeta(mpf("1.1"))),
    "a power, from a late start": (lambda k: k ** mpf("-1.5"), 30, lambda: mpmath.zeta(mpf("1.5"), 30)),
    "geometric, slowly": (lambda k: mpf("0.99") ** k, 50, lambda: mpf("0.99") ** 50 * 100),
    "alternating": (lambda k: (-1) ** int(k) / k, 1, lambda: -mpmath.log(2)),
    "faster than geometric": (lambda k: 1 / mpmath.factorial(k), 0, lambda: mpmath.e),
    "irregular in sign": (lambda k: mpmath.cos(k) / k**2, 1, lambda: mpmath.pi**2 / 6 - mpmath.pi / 2 + mpf(1) / 4),
}
SLOW = {
    "harmonic": (lambda k: 1 / k, 1),
    "with a logarithm": (lambda k: 1 / (k * mpmath.log(k) ** 2), 2),
    "noise": (lambda k: mpf(random.Random(int(k)).random()) / k**2, 1),
}


@pytest.mark.parametrize(("value", "first", "known"), SERIES.values(), ids=SERIES)
def test_series_have_their_values(value, first, known):
    with mpmath.workdps(50):
        right = known()
        assert abs(series(lambda k: mpf(value(mpf(k))), mpf(first)) - right) <= ROUGH * (1 + abs(right))


@pytest.mark.parametrize(("value", "first"), SLOW.values(), ids=SLOW)
def test_series_that_two_starts_do_not_agree_on_have_none(value, first):
    with pytest.raises(OutOfDomain, match="the series converges too slowly"):
        series(value, mpf(first))


@pytest.mark.parametrize(
    ("value", "low", "high", "known"),
    [
        (lambda x: mpmath.exp(-(x**2)), 0, 3, lambda: mpmath.sqrt(mpmath.pi) / 2 * mpmath.erf(3)),
        (lambda x: mpmath.sqrt(x), 0, 1, lambda: mpf(2) / 3),  # not smooth at its end
        (lambda x: mpmath.cos(40 * x), 0, 1, lambda: mpmath.sin(40) / 40),  # more turns than nodes
        (lambda x: x**3, 2, 2, lambda: mpf(0)),
        (lambda x: x**3, 1, -2, lambda: mpf(15) / 4),
    ],
)
def test_integrals_between_two_ends(value, low, high, known):
    with mpmath.workdps(35):
        assert abs(quadrature(value, (mpf(low), mpf(high))) - known()) < ROUGH


@pytest.mark.parametrize("most", [0, 1, 5])
def test_no_more_is_confirmed_than_was_asked_for(most):
    ledger = Ledger("Not asked")
    x = ledger.scalar("x")
    with confirming(most):
        assert ledger.equal((x + 1) ** 2, x**2 + 2 * x + 1, "expand").confirmed == most
    assert ledger.equal((x + Rational(1, 2)) ** 2, x**2 + x + Rational(1, 4), "expand").confirmed == 12
