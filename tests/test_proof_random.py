"""Random expressions: normal forms keep values, signs are as the kernel says, quotients and factors as SymPy does."""

import random
from math import prod

import pytest
from sympy import QQ, Abs, Integer, Rational, Sum, exp, factor_list, log, sqrt, symbols
from sympy.polys.fields import field

from kexue.proof import Ledger, ProofError, diff, inner, norm
from kexue.proof.kernel.normal import Normaliser
from kexue.proof.kernel.polynomials import factored, quotient
from kexue.proof.numeric import ROUGH, Model, OutOfDomain, close

SEEDS = 40  # batches
EACH = 12  # expressions in a batch
LARGE = 1e12  # beyond it numerical derivatives are too rough to compare


class Grammar:
    """Random expressions over everything that a ledger can declare."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        ledger = Ledger("random")
        self.context = ledger.context
        self.a, self.b = ledger.scalar("a b", positive=True)
        self.x, self.y = ledger.scalar("x y")
        self.n, self.k = ledger.natural("n k")
        self.t = ledger.natural("t", upper=self.n)
        self.f, self.p = ledger.function("f", smooth=True), ledger.function("p", smooth=True, positive=True)
        self.r = ledger.sequence("r")
        self.u, self.v = ledger.vector("u v")

    def positive(self, depth):
        """An expression that is positive, and looks it."""
        if not depth:
            number = Rational(self.random.randint(1, 5), self.random.randint(1, 5))
            return self.random.choice([self.a, self.b, self.n, self.p(self.x), self.a + self.b, number])
        part, whole = (lambda: self.positive(depth - 1)), (lambda: self.real(depth - 1))
        make = self.random.choice(
            [
                lambda: part() + part(),
                lambda: part() * part(),
                lambda: part() / part(),
                lambda: exp(whole()),
                lambda: sqrt(part()),
                lambda: part() ** (self.real(0) / self.random.choice([1, 2, self.a + 1])),
                lambda: 1 + whole() ** 2,
                lambda: part() ** Rational(self.random.randint(-3, 3), self.random.randint(1, 3)),
                lambda: self.p(whole()),
            ]
        )
        return make()

    def real(self, depth):
        """An expression of any sign."""
        s = self
        if not depth:
            number, atoms = Integer(s.random.randint(-3, 3)), [s.x, s.y, s.a, -s.b, s.n, s.t, s.n - s.t, s.r(s.n)]
            return s.random.choice([*atoms, number, s.f(s.x), inner(s.u, s.v), norm(s.u)])
        part, above = (lambda: s.real(depth - 1)), (lambda: s.positive(depth - 1))
        make = s.random.choice(
            [
                lambda: part() + part(),
                lambda: part() - part(),
                lambda: part() * part(),
                lambda: part() / above(),
                lambda: log(above()),
                lambda: Abs(part()),
                lambda: part() ** s.random.randint(0, 3),
                lambda: s.f(part()),
                lambda: Sum(part() * s.r(s.k) + s.k * part(), (s.k, 1, s.n + s.random.randint(-1, 2))),
                lambda: diff(part(), s.random.choice([s.x, s.y])),
                lambda: inner(s.u * part() + s.v, s.u - s.v * part()),
                lambda: sqrt(above()),
            ]
        )
        return make()


def values(grammar, expression, count=3):
    """The expression at random points, where it can be evaluated."""
    for seed in range(count):
        model = Model(grammar.context, random.Random(seed), size=3)
        try:
            value = model(expression)
        except (OutOfDomain, ZeroDivisionError, OverflowError):
            continue
        if abs(value) < LARGE:
            yield model, value


@pytest.mark.parametrize("seed", range(SEEDS))
def test_normal_forms_keep_values(seed):
    grammar = Grammar(seed)
    for _ in range(EACH):
        expression = grammar.real(3)
        try:
            normal = Normaliser(grammar.context).canonical(expression)
        except ProofError:
            continue
        for model, value in values(grammar, expression):
            assert close(value, model(normal), 100 * ROUGH), expression


@pytest.mark.parametrize("seed", range(SEEDS))
def test_signs_are_as_the_kernel_says(seed):
    grammar = Grammar(1000 + seed)
    for _ in range(EACH):
        expression = grammar.random.choice([grammar.real, grammar.positive])(2)
        try:
            sign = Normaliser(grammar.context).sign(expression)
        except ProofError:
            continue
        for _, value in values(grammar, expression):
            assert not sign or sign[0] * value > (0 if sign[1] else -ROUGH), (expression, sign)


@pytest.mark.parametrize("seed", range(8))
def test_quotients_are_those_of_sympy(seed):
    chance = random.Random(seed)
    names = symbols("s:4")
    field_, *_ = field(names, QQ)

    def expression(depth):
        if not depth:
            return chance.choice([*names, Rational(chance.choice([-2, -1, 1, 3]), chance.randint(1, 3))])
        a, b = expression(depth - 1), expression(depth - 1)
        return chance.choice([a + b, a - b, a * b, a / b if b != 0 else a, a ** chance.randint(-2, 2) if a != 0 else b])

    for _ in range(EACH):
        e = expression(4)
        try:
            known = field_.from_expr(e)
        except ZeroDivisionError:
            with pytest.raises(ZeroDivisionError):
                quotient(e, field_.ring)
            continue
        n, d = quotient(e, field_.ring)
        assert n.cancel(d) == known.numer.cancel(known.denom), e  # a power of SymPy's may have any sign below


@pytest.mark.parametrize("seed", range(8))
def test_factors_are_those_of_sympy(seed):
    chance = random.Random(seed)
    names = symbols("s:5")

    def number():
        return Rational(chance.choice([-3, -2, -1, 1, 2, 3]), chance.randint(1, 3))

    def polynomial():
        return sum(number() * prod(chance.choices(names, k=chance.randint(0, 2))) for _ in range(3))

    for _ in range(EACH):
        product = number() * prod(polynomial() ** chance.randint(1, 2) for _ in range(chance.randint(1, 3)))
        for e in (product, product.expand()):
            (constant, factors), (known, others) = factored(e), factor_list(e)
            assert (constant, dict(factors)) == (known, dict(others)), e
