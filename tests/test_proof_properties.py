"""Random true identities are proved, and with one thing changed they are not."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kexue.proof import Ledger, ProofError, Rational, Relation, Sum, inner, norm2, sqrt, square

quick = settings(max_examples=30, deadline=None, derandomize=True, database=None)
coefficients = st.fractions(min_value=-4, max_value=4, max_denominator=3).map(
    lambda q: Rational(q.numerator, q.denominator)
)
nonzero = coefficients.filter(bool)
positive_ones = coefficients.map(abs).filter(bool)


class Blackboard:
    def __init__(self):
        self.ledger = Ledger("random")
        self.x, self.y, self.z = self.ledger.scalar("x y z")
        self.a, self.b = self.ledger.scalar("a b", positive=True)
        self.u, self.v, self.w = self.ledger.vector("u v w")
        self.n, self.k = self.ledger.natural("n k")
        self.f = self.ledger.sequence("f")

    def combination(self, numbers, things):
        return sum((c * thing for c, thing in zip(numbers, things, strict=True)), 0 * things[0])


def refuses(claim):
    with pytest.raises(ProofError):
        claim()


@quick
@given(st.lists(nonzero, min_size=3, max_size=3), st.lists(nonzero, min_size=3, max_size=3), nonzero)
def test_products_of_linear_forms(left, right, change):
    s = Blackboard()
    p, q = (s.combination(c, (s.x, s.y, s.z)) for c in (left, right))
    expanded = (p * q).expand()
    assert s.ledger.equal(p * q, expanded).verdict == "proved"
    refuses(lambda: s.ledger.equal(p * q, expanded + change * s.x * s.y))


@quick
@given(st.lists(nonzero, min_size=3, max_size=3), st.lists(nonzero, min_size=3, max_size=3), nonzero)
def test_inner_products_are_bilinear(left, right, change):
    s = Blackboard()
    vectors = (s.u, s.v, s.w)
    pairs = product(zip(left, vectors, strict=True), zip(right, vectors, strict=True))
    expanded = sum(c * d * inner(p, q) for (c, p), (d, q) in pairs)
    whole = inner(s.combination(left, vectors), s.combination(right, vectors))
    assert s.ledger.equal(whole, expanded).verdict == "proved"
    refuses(lambda: s.ledger.equal(whole, expanded + change * inner(s.u, s.v)))


@quick
@given(positive_ones, positive_ones, nonzero)
def test_partial_fractions(p, q, change):
    s = Blackboard()
    whole = 1 / ((s.a + p) * (s.a + p + q))
    parts = (1 / (s.a + p) - 1 / (s.a + p + q)) / q
    assert s.ledger.equal(whole, parts).verdict == "proved"
    refuses(lambda: s.ledger.equal(whole, parts + change / (s.a + p)))


@quick
@given(positive_ones, positive_ones, nonzero)
def test_conjugate_roots(p, q, change):
    s = Blackboard()
    root = sqrt(p * s.a + q)
    assert s.ledger.equal((s.x - root) * (s.x + root), s.x**2 - p * s.a - q).verdict == "proved"
    refuses(lambda: s.ledger.equal((s.x - root) * (s.x + root), s.x**2 - p * s.a - q + change * root))


@quick
@given(st.lists(nonzero, min_size=4, max_size=4), nonzero)
def test_sums_of_polynomials_by_induction(c, change):
    s = Blackboard()
    g = sum(q * s.n**i for i, q in enumerate(c))
    step = (g.subs(s.n, s.k) - g.subs(s.n, s.k - 1)).expand()
    claim = g - g.subs(s.n, 0)

    total = Sum(step, (s.k, 1, s.n))
    assert s.ledger.induction(Relation(total, "=", claim), on=s.n).verdict == "proved"
    refuses(lambda: s.ledger.induction(Relation(total, "=", claim + change * (s.n - 1)), on=s.n))


@quick
@given(st.lists(positive_ones, min_size=2, max_size=2), st.lists(nonzero, min_size=3, max_size=3), nonzero)
def test_sums_of_squares(weights, c, change):
    s = Blackboard()
    first, second = s.combination(c, (s.u, s.v, s.w)), s.u - s.w
    slack = weights[0] * norm2(first) + weights[1] * norm2(second)
    right = inner(s.u, s.v) + slack.expand()
    assert s.ledger.at_most(inner(s.u, s.v), right, by=[square(first), square(second)]).verdict == "proved"
    refuses(lambda: s.ledger.at_most(inner(s.u, s.v), right, by=[square(first)]))
    refuses(
        lambda: s.ledger.at_most(inner(s.u, s.v), right - weights[0] * norm2(first) - weights[1] * norm2(second) * 2)
    )
    refuses(lambda: s.ledger.at_most(right, inner(s.u, s.v), by=[square(first), square(second)]))
    refuses(lambda: s.ledger.at_most(inner(s.u, s.v), right + change * s.x, by=[square(first), square(second)]))
