"""Hypotheses that contradict each other, or themselves: whatever they would give must not come out proved.

Each is a function of a new ledger.
"""

from kexue.proof import Integral, Rational, Relation, Sum, inner, oo, positive


def all_numbers_are_small(L):
    k = L.natural("k")
    H = L.assume("H", k <= 20, forall=[k])
    return L.at_most(1, 0, by=[H.at({k: 21})])


def all_squares_are_positive(L):
    x = L.scalar("x")
    H = L.assume("H", Relation(x**2, ">", 0), forall=[x])
    return L.less(1, 1, by=[1 * L.instance(H, {x: 0})])


def the_end_of_a_range_is_left_out(L):
    T = L.scalar("T", positive=True)
    t = L.scalar("t", lower=0, upper=T)
    H = L.assume("H", Relation(t, "<", T), forall=[t])
    return L.less(0, 0, by=[1 * H.at({t: T})])


def all_functions_are_small(L):
    f, x = L.function("f"), L.scalar("x")
    H = L.assume("H", Relation(f(x), "≤", 5), forall=[f, x])
    return L.at_most(5, 0, by=[L.instance(H, {f: lambda s: 10, x: 1})])


def all_vectors_differ_from_zero(L):
    u = L.vector("u")
    H = L.assume("H", Relation(inner(u, u), ">", 0), forall=[u])
    return L.less(0, 0, by=[1 * H.at({u: 0})])


def two_values_of_an_unknown_series(L):
    k, r = L.natural("k"), L.sequence("r")
    S = Sum(r(k), (k, 1, oo))
    F = L.assume("F", Relation(S, "<", oo))
    H, K = L.assume("H", S <= 0), L.assume("K", S >= 1)
    return L.at_most(1, 0, by=[F, H, K])


def an_unknown_series_on_both_sides(L):
    k, r, (x, y) = L.natural("k"), L.sequence("r"), L.scalar("x y")
    S = Sum(r(k), (k, 1, oo))
    F = L.assume("F", Relation(S, "<", oo))
    H, K = L.assume("H", x <= y + S), L.assume("K", y + S <= x - 1)
    return L.at_most(1, 0, by=[F, H, K])


def a_series_that_diverges(L):
    k, n = L.natural("k n")
    S = Sum(1, (k, 1, oo))
    F = L.assume("F", Relation(S, "<", oo))
    return L.at_most(n, S, by=[F, positive(Sum(1, (k, n + 1, oo)))])


def a_series_that_diverges_and_has_a_value(L):
    k, y = L.natural("k"), L.scalar("y")
    S = Sum(1 / k, (k, 1, oo))
    F, H = L.assume("F", Relation(S, "<", oo)), L.assume("H", Relation(S, "=", y))
    return L.equal(S + 1, y + 1, by=[F, H])


def an_integral_that_diverges(L):
    x = L.scalar("x")
    area = Integral(x**2, (x, 0, oo))
    F = L.assume("F", Relation(area, "<", oo))
    return L.equal(2 * area - area, area, by=[F])


def numbers_that_differ_by_less_than_rounding(L):
    x, hair = L.scalar("x"), Rational(1, 10**45)
    low, high = L.assume("H", x <= 0), L.assume("K", x >= hair)
    return L.at_most(1, 0, by=[10**45 * low, 10**45 * high])


def numbers_beside_one_that_differ_by_a_hair(L):
    x, hair = L.scalar("x"), Rational(1, 10**400)
    low, high = L.assume("H", x <= 1), L.assume("K", x >= 1 + hair)
    return L.at_most(1, 0, by=[10**400 * low, 10**400 * high])


def sums_that_differ_by_a_hair(L):
    (k, n), r = L.natural("k n"), L.sequence("r")
    S, hair = Sum(r(k), (k, 1, n)), Rational(1, 10**12)
    low, high = L.assume("H", S <= 0), L.assume("K", hair <= S)
    return L.at_most(1, 0, by=[10**12 * low, 10**12 * high])


def an_even_number_that_is_one(L):
    m = L.scalar("m", integer=True, even=True, positive=True)
    H = L.assume("H", Relation(m, "=", 1))
    return L.equal(m + 1, 2, by=[H])


CONTRADICTIONS = {
    name.replace("_", " "): f for name, f in list(globals().items()) if getattr(f, "__module__", "") == __name__
}
