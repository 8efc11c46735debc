"""More ways to a false step, at the edges of what is declared, bound, replaced or defined: none may come out proved.

Each is a function of a new ledger, as in `attacks`.
"""

from sympy import Abs, Function, Symbol

from kexue.proof import (
    E,
    Integer,
    Integral,
    Rational,
    Relation,
    Sum,
    diff,
    expect,
    inner,
    norm2,
    positive,
    sqrt,
    square,
)


def fourth_moment_below_the_mean(L):
    return L.expect(L.equal(0, 0)), L.iid("w", mean=2, fourth=1)


def moments_of_no_law_without_variance(L):
    return L.expect(L.equal(0, 0)), L.iid("w", mean=0, second=0, fourth=1)


def moment_of_something_undeclared(L):
    return L.equal(0, 0), L.iid("w", mean=Symbol("a", real=True))


def whole_number_between_two(L):
    k, m = L.scalar("k", integer=True, lower=Rational(1, 4), upper=Rational(3, 4)), L.natural("m")
    one = L.instance(L.at_most(1, m, by=[positive(m - 1)]), {m: k})
    return L.at_most(1, Rational(3, 4), by=[one, positive(Rational(3, 4) - k)])


def even_number_between_two(L):
    return L.equal(0, 0), L.scalar("m", integer=True, even=True, lower=1, upper=1)


def negative_number_above_a_positive_one(L):
    a = L.scalar("a", positive=True)
    return L.equal(0, 0), L.scalar("x", negative=True, lower=a)


def end_of_a_range_with_a_pole(L):
    x = L.scalar("x")
    return L.equal(0, 0), L.scalar("t", lower=1 / x**2)


def declared_random_after_a_line_about_it(L):
    f, W = L.function("f"), Function("w", real=True)
    L.instance(L.equal(E(f(1)), f(1)), {f: lambda i: W(i)})
    return L.iid("w", mean=0, second=1)


def imaginary_instance(L):
    x = L.scalar("x")
    return L.instance(L.at_most(0, x**2, by=[square(x)]), {x: Symbol("q", imaginary=True)})


def infinite_instance(L):
    x = L.scalar("x")
    return L.instance(L.less(x, x + 1, by=[positive(Integer(1))]), {x: Symbol("q", infinite=True)})


def information_as_a_number(L):
    X = L.vector("X", random=True)
    G = L.information("G", knows=[X])
    return L.at_most(0, G**2, by=[square(G)])


def function_of_two_minds(L):
    p = L.function("p", positive=True)
    at_three = L.instance(L.less(0, p(3), by=[positive(p(3))]), {p: lambda i: Integer(-5) if i == 3 else Integer(1)})
    return L.less(0, -5, by=[at_three])


def function_of_the_wrong_number_of_arguments(L):
    f = L.function("f")
    return L.instance(L.equal(f(1), f(1)), {f: lambda a, b: a + b})


def series_for_each_index(L):
    k, j = L.natural("k j")
    each = L.converges(L.telescope(k / (j * (j + 1)), j, 1, k / j))
    below = L.at_most(0, 1 / (k + 1), by=[positive(1 / (k + 1))])
    return L.compare(below, L.at_most(1 / (k + 1), k / (k * (k + 1))), each, k)


def sum_with_a_random_end(L):
    X, Y, u = L.vector("X", random=True), L.vector("Y", random=True), L.vector("u")
    G, N, k = L.information("G", knows=[X]), L.function("N", random=True, integer=True, positive=True), L.natural("k")
    known = expect(Sum(u, (k, 1, N(inner(Y, Y)))), G)
    return L.equal(inner(known, u), N(inner(Y, Y)) * norm2(u))


def derivative_by_what_the_mean_speaks_of(L):
    x, k = L.scalar("x"), L.natural("k")
    w = L.iid("w", mean=x)
    return L.equal(diff(E(w(k)), x), 0)


def integral_over_what_the_mean_speaks_of(L):
    x, k = L.scalar("x"), L.natural("k")
    w = L.iid("w", mean=x)
    return L.equal(Integral(E(w(k)), (x, 0, 1)), E(w(k)))


def sum_over_what_the_mean_speaks_of(L):
    m, k, n = L.natural("m k n")
    w = L.iid("w", mean=m)
    return L.equal(Sum(E(w(k)), (m, 1, n)), n * m)


def equation_whose_slope_speaks_of_time(L):
    t, k, F = L.scalar("t"), L.natural("k"), L.function("F", smooth=True)
    w = L.iid("w", mean=t)
    moves = L.assume("H", Relation(diff(F(t), t), "=", E(w(k))), forall=[t])
    start = L.assume("H'", Relation(F(0), "=", 0))
    return L.linear_ode(moves, start, F, t, t * E(w(k)))


def limit_of_what_ranges_with_it(L):
    n = L.scalar("n", positive=True)
    t = L.scalar("t", positive=True, upper=n)
    return L.limit(t / n, n, 0)


def sum_between_halves(L):
    k = L.scalar("k", integer=True)
    apart = L.at_most(0, (k - 1) ** 2, by=[square(k - 1)])
    return L.sum(apart, k, Rational(3, 2), Rational(3, 2))


def smooth_by_an_integral_of_a_root(L):
    x, s, f = L.scalar("x"), L.scalar("s", nonnegative=True), L.function("f", smooth=True)
    third = L.equal(diff(f(x), x, x, x), diff(f(x), x, x, x))
    return L.instance(third, {f: lambda y: Integral(sqrt(s), (s, 0, y**2))})


def pole_before_the_zero_vector(L):
    x, u = L.scalar("x"), L.vector("u")
    return L.equal(inner(u / x, u - u), 0), L.equal(inner(u / x, Integer(0)), 0)


def limit_from_outside_of_a_range(L):
    x = L.scalar("x", nonnegative=True)
    return L.limit(Abs(x), x, -1, to=-1)


def derivative_of_a_defined_right_side(L):
    x, d = L.scalar("x d")
    V = L.function("V", random=True)
    L.define(d, x**2)
    L.model({V: lambda s: s**3 / 3})
    inside = L.assume("H", Relation(diff(E(V(x)), x), "=", d), forall=[x])
    return L.equal(diff(E(V(x)), x, x), 0, by=[inside])


def instance_at_a_pole(L):
    x = L.scalar("x")
    everywhere = L.assume("H", Relation(1 / (1 + 1 / x**2), ">", 0), forall=[x])
    return L.less(1, 1, by=[L.instance(everywhere, {x: 0})])


EDGES = {name.replace("_", " "): f for name, f in list(globals().items()) if getattr(f, "__module__", "") == __name__}
