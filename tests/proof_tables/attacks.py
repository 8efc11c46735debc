"""Ways to a false step that an auditor found, or looked for: none may come out proved.

Each is a function of a new ledger. Nearly all of them were proved by an earlier kernel.
"""

from contextlib import suppress

from sympy import Abs, I, KroneckerDelta, Symbol

from kexue.proof import (
    E,
    Integer,
    Integral,
    ProofError,
    Rational,
    Relation,
    Sum,
    diff,
    exp,
    inner,
    log,
    norm2,
    oo,
    positive,
    sqrt,
    square,
)

half = Rational(1, 2)


def positive_root(L):
    x = L.scalar("x")
    return L.at_most(0, x, by=[square(sqrt(x))])


def imaginary_square(L):
    x = L.scalar("x")
    return L.at_most(0, -(x**2), by=[square(I * x)])


def root_times_vector(L):
    x, u = L.scalar("x"), L.vector("u")
    return L.at_most(0, x * norm2(u), by=[square(sqrt(x) * u)])


def pole_in_a_pairing(L):
    x, (u, v) = L.scalar("x"), L.vector("u v")
    return L.equal(inner(u / x, x * v), inner(u, v))


def pole_in_a_vector(L):
    x, (u, v) = L.scalar("x"), L.vector("u v")
    return L.equal(u / x + v, v + u / x)


def pole_in_a_replaced_vector(L):
    x, (u, v, w) = L.scalar("x"), L.vector("u v w")
    H = L.assume("H", Relation(u, "=", v / x))
    return L.equal(inner(x * u, w), inner(v, w), by=[H])


def imaginary_value(L):
    x = L.scalar("x")
    return L.instance(L.at_most(0, x**2, by=[square(x)]), {x: I})


def infinite_value(L):
    x = L.scalar("x")
    return L.instance(L.less(x, x + 1, by=[positive(1)]), {x: oo})


def undefined_value(L):
    x, y, a = L.scalar("x y a")
    r = L.function("r")
    H = L.assume("H", r(x * y) <= a, forall=[x])
    return L.instance(H, {x: 1 / y})


def value_with_a_pole(L):
    t, s, c = L.scalar("t", positive=True), L.scalar("s"), L.function("c", continuous=True)
    f = L.equal(diff(Integral(c(s), (s, -1, t)), t), c(t))
    return L.instance(f, {c: lambda z: 1 / z**2})


def value_once_differentiable(L):
    x, s = L.scalar("x s")
    f, c = L.function("f", smooth=True), L.function("c", continuous=True)
    g = L.equal(diff(f(x), x, x), diff(f(x), x, x))
    return L.instance(g, {f: lambda y: Integral(c(s), (s, 0, exp(y)))})


def number_replaced(L):
    k, n = L.natural("k n")
    return L.instance(L.equal(Sum(n, (k, 1, n)), n**2), {Integer(1): 3})


def constant_replaced(L):
    a = L.scalar("a", positive=True)
    return L.instance(L.equal(log(a * exp(1)), 1 + log(a)), {exp(1): 3})


def composite_replaced(L):
    k, a, f = L.scalar("k", integer=True, positive=True, prime=False), L.scalar("a"), L.function("f")
    return L.instance(L.assume("H", f(k) <= a, forall=[k]), {k: 2})


def empty_range(L):
    T = L.scalar("T")
    L.scalar("t", lower=0, upper=T)
    return L.instance(L.at_most(0, T, by=[positive(T)]), {T: -1})


def range_of_a_range(L):
    M = L.scalar("M", positive=True)
    T = L.scalar("T", lower=0, upper=M)
    t = L.scalar("t", lower=0, upper=T)
    f = L.at_most(t, M, by=[positive(M - T), positive(T - t)])
    return L.instance(f, {M: 1})


def range_of_a_range_and_a_value(L):
    M = L.scalar("M", positive=True)
    T = L.scalar("T", lower=0, upper=M)
    t = L.scalar("t", lower=0, upper=T)
    return L.instance(L.at_most(t, M, by=[positive(M - T), positive(T - t)]), {M: 1, t: T})


def limit_of_a_range(L):
    M = L.scalar("M", positive=True)
    T = L.scalar("T", lower=0, upper=M)
    t = L.scalar("t", lower=0, upper=T)
    return L.limit_at_zero(L.at_most(t, M, by=[positive(M - T), positive(T - t)]), M)


def range_of_a_hypothesis(L):
    T, a = L.scalar("T a", positive=True)
    t, f = L.scalar("t", lower=0, upper=T), L.function("f")
    H = L.assume("H", f(t) <= a, forall=[t])
    return L.instance(L.instance(H, {t: T}), {T: 2 * T}, given=[H])


def range_behind_a_definition(L):
    T, a, d = L.scalar("T", positive=True), L.scalar("a"), L.scalar("d", positive=True)
    L.define(d, T)
    t, f = L.scalar("t", lower=0, upper=d), L.function("f")
    H = L.assume("H", f(t) <= a, forall=[t])
    return L.instance(L.instance(H, {t: d}), {T: 2 * T})


def sign_beside_a_bound(L):
    m = L.scalar("m", integer=True, positive=True, upper=5)
    return L.sum(L.less(0, m, by=[positive(m)]), m, -10, 5)


def bound_of_either_sign(L):
    n = L.natural("n")
    t = L.scalar("t", lower=(-2) ** n)
    return L.less(0, t, by=[positive(t)])


def parameter_of_a_law(L):
    σ, n = L.scalar("σ", positive=True), L.natural("n")
    w = L.iid("w", mean=0, second=σ**2)
    return L.instance(L.equal(E(w(n) ** 2), σ**2), {σ: 5})


def parameter_integrated(L):
    s, k = L.scalar("s"), L.natural("k")
    w = L.iid("w", mean=s)
    return L.integrate(L.equal(E(w(k)), s), s, 0, 1)


def moments_of_no_law(L):
    w = L.iid("w", mean=2, second=1)
    return L.at_most(0, -3, by=[positive(E((w(1) - 2) ** 2))])


def moments_of_no_law_of_order_four(L):
    return L.iid("w", mean=0, second=1, third=0, fourth=half)


def random_moment(L):
    x, V = L.scalar("x"), L.function("V", random=True)
    return L.iid("w", mean=V(x))


def hidden_index_replaced(L):
    k, d = L.natural("k"), L.scalar("d")
    L.define(d, k**2)
    return L.equal(k**2, 25, by=[L.equal(d, k**2).at({k: 5})])


def hidden_index_summed(L):
    n, k, c, x = *L.natural("n k"), L.function("c"), L.scalar("x")
    L.define(c(x), n + x)
    return L.sum(L.equal(c(0), n), n, 1, k)


def hidden_index_of_an_induction(L):
    n, d = L.natural("n"), L.scalar("d")
    L.define(d, n)
    return L.induction(Relation((n - 1) * (n - d - 1), "=", 0), on=n, step=lambda _: [])


def hidden_variable_of_a_primitive(L):
    x, d = L.scalar("x d")
    L.define(d, x)
    return L.antiderivative(d, x, 0, 1, x**2 / 2)


def hidden_index_telescoped(L):
    k, d = L.natural("k"), L.scalar("d")
    L.define(d, 1 / k)
    return L.equal(L.telescope(1 / (k * (k + 1)), k, 1, d).rhs, d)


def hidden_variable_captured(L):
    k, (a, d), r = L.natural("k"), L.scalar("a d"), L.function("r")
    L.define(d, k**2)
    H, G = L.assume("H", r(k) <= a, forall=[k]), L.assume("G", r(k) <= k**2, forall=[k])
    L.model({r: lambda i: i**2})
    return L.instance(L.instance(H, {k: 5}), {a: d}, given=[G])


def definition_at_a_number(L):
    f, x = L.function("f"), L.scalar("x")
    L.define(f(1), 5)
    return L.equal(f(x), 5)


def definition_with_one_variable_twice(L):
    f, x = L.function("f"), L.scalar("x")
    L.define(f(x, x), x)
    return L.equal(f(1, 2), 2)


def definition_outside_of_its_domain(L):
    x, a, f = L.scalar("x"), L.scalar("a", positive=True), L.function("f")
    L.define(f(a), sqrt(a))
    return L.at_most(0, f(x) ** 2, by=[square(f(x))])


def definition_without_a_value(L):
    k, q = L.natural("k"), L.sequence("q")
    L.define(q(k), 1 / (k - 1))
    return L.instance(L.equal(q(k) * (k - 1), 1), {k: 1})


def definition_that_cancels_a_pole(L):
    x, f = L.scalar("x"), L.function("f")
    L.define(f(x), x)
    return L.equal(f(x) / x, 1)


def definition_of_what_is_in_use(L):
    T = L.scalar("T", positive=True)
    t, g, y = L.scalar("t", lower=0, upper=T), *L.scalar("g y")
    L.define(g, T - t)
    L.at_most(0, g, by=[positive(g)])
    return L.define(T, y)


def real_end(L):
    a, k = L.scalar("a", positive=True), L.natural("k")
    return L.equal(Sum(1, (k, 1, a)), a)


def factor_of_an_empty_sum(L):
    k, n = L.natural("k n")
    return L.equal(Sum(1 / (n - 1), (k, 1, n - 1)), 1)


def sifted_from_an_empty_sum(L):
    k, m, f = L.natural("k"), L.scalar("m", integer=True, nonnegative=True), L.sequence("f")
    return L.equal(Sum(KroneckerDelta(k, 1) * f(k), (k, 1, m)), f(1))


def sifted_at_a_real(L):
    n, k, f = *L.natural("n k"), L.function("f")
    x = L.scalar("x", lower=1, upper=n)
    return L.equal(Sum(KroneckerDelta(k, x) * f(k), (k, 1, n)), f(x))


def orthonormal_at_a_real(L):
    n, k, e = *L.natural("n k"), L.orthonormal("e")
    x = L.scalar("x", lower=1, upper=n)
    return L.equal(inner(e(x), Sum(e(k), (k, 1, n))), 1)


def orthonormal_with_two_indices(L):
    e = L.orthonormal("e")
    return L.equal(inner(e(1, 2), e(1, 3)), 1)


def root_of_a_power_of_a_negative_number(L):
    m = L.scalar("m", integer=True, even=True, positive=True)
    return L.equal((-2) ** (m / 2), 2 ** (m / 2))


def slack_known_inside_a_sum(L):
    m, x, k = L.scalar("m", integer=True, nonnegative=True), L.scalar("x"), L.natural("k")
    total = Sum(Abs(m - 1 - x), (k, 1, m))
    H = L.assume("H", Relation(x, "<", Abs(m - 1)))
    return L.at_most(total, total + m - 1 - x, by=[positive(m - 1 - x), 0 * H])


def captured_canonical_index(L):
    i, k, n = L.natural("i k n")
    p, f, z = L.function("p"), L.sequence("f"), L.vectors("z")
    left, right = (Sum(z(Sum(f(*a), (i, 1, n))), (k, 1, n)) for a in ((i, k), (i, i)))
    return L.equal(p(left), p(right))


def vector_sum_below_its_index(L):
    k, n, z = *L.natural("k n"), L.vectors("z")
    return L.equal(Sum(log(k**2) * z(k), (k, -3, n)), Sum(2 * log(k) * z(k), (k, -3, n)))


def vector_series(L):
    k, u = L.natural("k"), L.vector("u")
    return L.equal(Sum(u, (k, 1, oo)), Sum(u, (k, 1, oo)))


def pole_among_the_terms(L):
    k = L.natural("k")
    return L.equal(Sum(1 / (2 + 1 / (k - 2)), (k, 1, 3)), Rational(4, 3))


def induction_from_a_pole(L):
    n = L.natural("n")
    return L.induction(
        Relation(1 / (2 + 1 / (n - 1)), "≥", 0), on=n, step=lambda _: [positive(1 / (2 + 1 / n))], base=[]
    )


def equation_with_a_pole(L):
    x = L.scalar("x")
    return L.unique(Relation(x + 1 / x, "=", 1 / x), x, 0)


def derivative_of_what_is_undefined(L):
    x, y = L.scalar("x y")
    return L.equal(diff(x + sqrt(y), x), 1)


def variable_of_integration_and_of_differentiation(L):
    x, s = L.scalar("x", nonnegative=True), L.scalar("s")
    return L.equal(diff(Integral(x**2, (x, 0, x)), x), x**2 + 2 * Integral(s, (s, 0, x)))


def derivative_known_at_one_point(L):
    x, y, V = *L.scalar("x y"), L.function("V", random=True)
    H = L.assume("H", Relation(diff(E(V(x)), x), "=", y))
    return L.claim(Relation(diff(E(V(x)), x, x), "=", 0), by=[H])


def derivative_known_for_one_index(L):
    x, y, r = L.scalar("x y r")
    k, n, f = *L.natural("k n"), L.function("f", smooth=True)
    term = Integral(f(r, k, x), (r, 0, oo))
    H = L.assume("H", Relation(diff(term, x), "=", y))
    return L.claim(Relation(diff(Sum(term, (k, 1, n)), x), "=", n * y), by=[H])


def derivative_of_what_agrees_at_one_point(L):
    x, a, V = *L.scalar("x a"), L.function("V", random=True)
    D = L.assume("D", Relation(diff(E(V(x)), x), "=", a), forall=[x])
    H = L.assume("H", x >= 0)
    return L.equal(diff(E(V(Abs(x))), x), a, by=[D, H])


def equation_solved_across_a_gap(L):
    t, F = L.scalar("t"), L.function("F", smooth=True)
    L.model({F: lambda s: 0})
    equation = L.assume("ode", Relation(diff(F(t), t), "=", 0), forall=[t])
    start, H = L.assume("start", Relation(F(-1), "=", 0)), L.assume("H", t > 0)
    return L.linear_ode(equation, start, F, t, 1 + Abs(t) / t, given=[H])


def random_end(L):
    x, i = L.scalar("x"), L.natural("i")
    N, w = L.function("N", random=True, integer=True, positive=True), L.iid("w", mean=0, second=1)
    return L.equal(E(Sum(w(i) ** 2, (i, 1, N(x)))), N(x))


def cases_of_chance(L):
    s, k, z = L.scalar("s"), L.natural("k"), L.iid("z", mean=0, second=1)
    m = Integral(1, (s, 0, z(k) ** 2))
    claim = Relation(E(Abs(2 - z(k) ** 2)) ** 2, "=", 1)
    return L.cases(claim, [Relation(m, "≤", 2), Relation(m, "≥", 2)], lambda case: [case])


def random_value(L):
    x, y, s = L.scalar("x y s")
    V, W = L.function("V W", random=True)
    f = L.equal(E(y * W(x)), y * E(W(x)))
    return L.instance(f, {y: Integral(exp(-s), (s, 0, V(x) ** 2))})


def information_replaced(L):
    x, (V, W) = L.scalar("x"), L.function("V W", random=True)
    N, G = L.information("N", knows=[V]), L.information("G", knows=[W])
    return L.instance(L.equal(E(V(x), N), V(x)), {N: G})


def conditioned_on_a_number(L):
    x, V = L.scalar("x"), L.function("V", random=True)
    return L.equal(E(V(x), x), 0)


def expectation_of_vectors(L):
    A, B = L.vector("A B", random=True)
    return L.expect(L.assume("H", Relation(A, "=", 2 * B)))


def limit_at_minus_infinity(L):
    x, f = L.scalar("x"), L.function("f", smooth=True)
    return L.limit(f(x) / x, x, 0, to=-oo)


def limit_of_a_hidden_variable(L):
    x, a, d = L.scalar("x a d")
    L.define(d, x)
    return L.limit(d, x, a, to=a)


def undeclared_limit(L):
    x = L.scalar("x")
    return L.limit(x, x, Symbol("q", real=True), to=Symbol("q", real=True))


def series_without_coefficients(L):
    h = L.scalar("h")
    return L.series(1 / h**2, h, [])


def series_of_what_jumps_at_zero(L):
    h, k = L.scalar("h", positive=True, upper=half), L.natural("k")
    finite = L.converges(L.telescope(h * (1 - h) ** k, k, 1, (1 - h) ** k))
    return L.series(Sum(h * (1 - h) ** k, (k, 1, oo)), h, [0], given=[finite])


def series_that_is_not_defined_at_zero(L):
    h = L.scalar("h", positive=True, upper=half)
    return L.series(h ** (1 / (log(h) - 1)), h, [1])


def infinite_sum_as_convergence(L):
    k, q = L.natural("k"), L.sequence("q")
    H = L.assume("H", Relation(Sum(q(k), (k, 1, oo)), "=", oo))
    return L.equal(Sum(2 * q(k), (k, 1, oo)), 2 * Sum(q(k), (k, 1, oo)), by=[H])


def finite_sum_as_convergence(L):
    k, n = L.natural("k n")
    H = L.assume("H", Relation(Sum(1, (k, 1, n)), "<", oo))
    return L.equal(Sum(1, (k, 1, oo)) - Sum(1, (k, 2, oo)), 1, by=[H])


def convergence_of_a_multiple_that_may_vanish(L):
    k, q, m = L.natural("k"), L.sequence("q"), L.scalar("m")
    H = L.assume("H", Relation(Sum(m * q(k), (k, 1, oo)), "<", oo))
    return L.equal(Sum(2 * q(k), (k, 1, oo)), 2 * Sum(q(k), (k, 1, oo)), by=[H])


def improper_multiple_that_may_vanish(L):
    s, m, f = *L.scalar("s m"), L.function("f", smooth=True)
    H = L.assume("H", Relation(Integral(m * f(s), (s, 0, oo)), "<", oo))
    return L.equal(Integral(2 * f(s), (s, 0, oo)), 2 * Integral(f(s), (s, 0, oo)), by=[H])


def zero_times_infinity(L):
    k, q = L.natural("k"), L.sequence("q")
    return L.multiply(L.assume("H", Relation(q(k), "=", oo)), 0)


def contradiction(L):
    x, y = L.scalar("x y")
    return L.at_most(2, 0, by=[L.assume("H", x <= y - 1), L.assume("K", y <= x - 1)])


def contradiction_by_strictness(L):
    x, y = L.scalar("x y")
    H, K = L.assume("H", x < y), L.assume("K", y <= x)
    return L.less(0, y - x + x - y, by=[H, K])


def contradiction_at_one_value(L):
    k, r = L.natural("k"), L.sequence("r")
    H, K = L.assume("H", Relation(1, "≤", r(k)), forall=[k]), L.assume("K", r(3) <= 0)
    return L.at_most(1, 0, by=[H.at({k: 3}), K])


def contradiction_about_a_series(L):
    k = L.natural("k")
    total = L.telescope(1 / (k * (k + 1)), k, 1, 1 / k)
    H = L.assume("H", Relation(Sum(1 / (k * (k + 1)), (k, 1, oo)), "=", 5))
    return L.at_most(4, 0, by=[H, total, L.converges(total)])


def contradiction_outside_of_a_bound(L):
    x, y = L.scalar("x", lower=5), L.scalar("y")
    return L.at_most(5, 0, by=[L.assume("H", x <= y), L.assume("K", y <= 0), positive(x - 5)])


def model_with_a_pole(L):
    g, x = L.function("g"), L.scalar("x")
    H = L.assume("H", Relation(x * g(x), "=", 1), forall=[x])
    L.model({g: lambda s: 1 / s})
    return L.equal(0, 1, by=[H.at({x: 0})])


def no_cases(L):
    x = L.scalar("x")
    return L.cases(Relation(0, "≤", x), [], lambda case: [case])


def converse_of_something_else(L):
    x, y, z = L.scalar("x y z")
    return L.antisymmetry(L.assume("H", x <= y), L.assume("K", y <= z))


def limit_of_what_oscillates(L):
    n = L.natural("n")
    return L.limit_at_infinity(L.at_most(-1, (-1) ** n, by=[positive((-1) ** n + 1)]), n)


def comparison_with_something_smaller(L):
    k, f = L.natural("k"), L.sequence("f")
    below = L.assume("H", Relation(1 / (k * (k + 1)), "≤", f(k)), forall=[k])
    finite = L.converges(L.telescope(1 / (k * (k + 1)), k, 1, 1 / k))
    return L.compare(L.assume("K", Relation(0, "≤", f(k)), forall=[k]), below, finite, k)


def comparison_at_one_index(L):
    k, f = L.natural("k"), L.sequence("f")
    above = L.assume("H", Relation(f(k), "≤", 1 / (k * (k + 1))))
    finite = L.converges(L.telescope(1 / (k * (k + 1)), k, 1, 1 / k))
    return L.compare(L.assume("K", Relation(0, "≤", f(k)), forall=[k]), above, finite, k)


def comparison_of_what_may_be_negative(L):
    k, f = L.natural("k"), L.sequence("f")
    above = L.assume("H", Relation(f(k), "≤", 1 / (k * (k + 1))), forall=[k])
    finite = L.converges(L.telescope(1 / (k * (k + 1)), k, 1, 1 / k))
    return L.compare(L.assume("K", Relation(-1, "≤", f(k)), forall=[k]), above, finite, k)


# -- declarations that fail halfway, assumptions that end, models that are none


def second_range(L):
    t = L.scalar("t", lower=0, upper=1)
    f = L.at_most(t, 1, by=[positive(1 - t)])
    with suppress(ProofError):
        L.scalar("t", lower=0, upper=5)
    return L.instance(f, {t: 3})


def second_information(L):
    (X, Y), u = L.vector("X Y", random=True), L.vector("u")
    G = L.information("G", knows=[X])
    with suppress(ProofError):
        L.information("G", knows=[X, Y])
    return L.equal(E(inner(Y, u), G), inner(Y, u))


def second_function(L):
    f, x = L.function("f"), L.scalar("x")
    with suppress(ProofError):
        L.function("f", smooth=True)
    return L.equal(diff(f(x) ** 2, x), 2 * f(x) * diff(f(x), x))


def case_that_has_ended(L):
    (x, y), kept = L.scalar("x y"), []
    conditions = [Relation(x, "≤", y), Relation(x, "≥", y)]
    L.cases(Relation(0, "≤", x**2), conditions, lambda case: kept.append(case) or [square(x)])
    return L.at_most(x, y, by=[kept[0]])


def instance_of_a_case_that_has_ended(L):
    (x, y), kept = L.scalar("x y"), []
    conditions = [Relation(x, "≤", y), Relation(x, "≥", y)]
    L.cases(Relation(0, "≤", x**2), conditions, lambda case: kept.append(case) or [square(x)])
    return L.instance(kept[0], {x: y + 1}, keeping=[kept[0]])


def induction_hypothesis_that_has_ended(L):
    n, f, kept = L.natural("n"), L.sequence("f"), []
    one = L.assume("H", Relation(f(1), "=", 1))
    with suppress(ProofError):
        L.induction(Relation(f(n), "=", n), on=n, base=[one], step=lambda ih: kept.append(ih) or [ih])
    return L.equal(f(n), n, by=[kept[0]])


def surely_negative_with_a_positive_mean(L):
    V = L.function("V", random=True)
    low, high = L.assume("H", V(1) <= 0), L.assume("H'", Relation(E(V(1)), "≥", Rational(1, 8)))
    return L.at_most(Rational(1, 8), 0, by=[L.expect(low), high])


def independent_and_equal(L):
    σ = L.scalar("σ", positive=True)
    w = L.iid("w", mean=0, second=σ**2)
    same = L.assume("H", Relation(w(1), "=", w(2)))
    return L.equal(σ**2, 0, by=[L.expect(L.multiply(same, w(1)))])


def positive_function_that_falls_for_ever(L):
    t, y = L.scalar("t"), L.function("y", smooth=True, positive=True)
    falls = L.assume("H", Relation(diff(y(t), t), "=", -1), forall=[t])
    start = L.assume("H'", Relation(y(0), "=", 1))
    at = L.instance(L.linear_ode(falls, start, y, t, solution=1 - t), {t: 3})
    return L.less(0, -2, by=[at, positive(y(3))])


def positive_sequence_that_falls_for_ever(L):
    n, x = L.natural("n"), L.sequence("x", positive=True)
    falls = L.assume("H", Relation(x(n + 1), "=", x(n) - 1), forall=[n])
    start = L.assume("H'", Relation(x(1), "=", 1))
    at = L.instance(L.recurrence(falls, start, solution=2 - n), {n: 3})
    return L.less(0, -1, by=[at, positive(x(3))])


def contradiction_by_a_hair(L):
    x, hair = L.scalar("x"), Rational(1, 10**25)
    low, high = L.assume("H", x <= 0), L.assume("H'", x >= hair)
    return L.at_most(hair, 0, by=[low, high])


ATTACKS = {name.replace("_", " "): f for name, f in list(globals().items()) if getattr(f, "__module__", "") == __name__}
