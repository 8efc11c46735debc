"""Statements of analysis: what must come out proved, and what must not."""

from kexue.proof import (
    Integer,
    Integral,
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


def equal(left, right):
    return lambda s: s.ledger.equal(left(s), right(s))


TRUE = {
    # logarithms and powers
    "log of a product": equal(lambda s: log(s.a * s.b**2 / 8), lambda s: log(s.a) + 2 * log(s.b) - 3 * log(2)),
    "log undoes exp": equal(lambda s: log(exp(s.x)), lambda s: s.x),
    "log of a power": equal(lambda s: log(s.a**s.x), lambda s: s.x * log(s.a)),
    "log of a root": equal(lambda s: log(sqrt(s.a)), lambda s: log(s.a) / 2),
    "log of a sum, a factor out": equal(lambda s: log(s.a + s.b) - log(s.a), lambda s: log(1 + s.b / s.a)),
    "logsumexp, first branch": equal(lambda s: s.x + log(1 + exp(s.y - s.x)), lambda s: log(exp(s.x) + exp(s.y))),
    "exp of a log": equal(lambda s: exp(s.x * log(s.a)), lambda s: s.a**s.x),
    "powers of a product": equal(lambda s: (s.a * s.b) ** s.γ, lambda s: s.a**s.γ * s.b**s.γ),
    "fractional exponents add": equal(lambda s: s.a ** (s.γ / (s.γ + 1)) * s.a ** (1 / (s.γ + 1)), lambda s: s.a),
    "a power of a power": equal(lambda s: (s.a ** (1 / (s.γ + 1))) ** (-s.γ), lambda s: s.a ** (-s.γ / (s.γ + 1))),
    "a root of a power": equal(lambda s: sqrt(s.a**s.γ) ** 2, lambda s: s.a**s.γ),
    "half an exponent twice": equal(lambda s: exp(s.x / 2) ** 2, lambda s: exp(s.x)),
    "both logs": lambda s: s.ledger.log(s.ledger.less(s.b, s.a + s.b, by=[positive(s.a)])),
    "both exponentials": lambda s: s.ledger.exp(s.ledger.assume("H", s.x <= s.y)),
    "times a positive number": lambda s: s.ledger.multiply(s.ledger.assume("H", s.x <= s.y), s.a),
    "an equation times anything": lambda s: s.ledger.multiply(s.ledger.equal(s.x + s.x, 2 * s.x), s.y),
    # derivatives
    "product rule": equal(
        lambda s: diff(s.x**3 * exp(2 * s.x), s.x), lambda s: (3 * s.x**2 + 2 * s.x**3) * exp(2 * s.x)
    ),
    "a wave": equal(lambda s: diff(s.f(s.x + s.y), s.x), lambda s: diff(s.f(s.x + s.y), s.y)),
    "chain rule, two arguments": equal(
        lambda s: diff(s.f(s.x, s.y**2) * s.a, s.y).args[0], lambda s: s.a * s.f(s.x, s.y**2)
    ),
    "mixed derivatives commute": equal(
        lambda s: diff(s.f(s.x, s.y), s.x, s.y), lambda s: diff(s.f(s.x, s.y), s.y, s.x)
    ),
    "log derivative": equal(
        lambda s: diff(log(s.p(s.x) / s.q(s.x)), s.x),
        lambda s: diff(s.p(s.x), s.x) / s.p(s.x) - diff(s.q(s.x), s.x) / s.q(s.x),
    ),
    "Fokker–Planck": equal(
        lambda s: -diff(s.q(s.x) * diff(log(s.p(s.x) / s.q(s.x)), s.x), s.x),
        lambda s: -diff(s.q(s.x) * diff(log(s.p(s.x)), s.x), s.x) + diff(s.q(s.x), s.x, s.x),
    ),
    "derivative of an exponential in its exponent": equal(lambda s: diff(s.a**s.x, s.x), lambda s: s.a**s.x * log(s.a)),
    "derivative of a root": equal(lambda s: diff(sqrt(s.a), s.a), lambda s: 1 / (2 * sqrt(s.a))),
    "Leibniz rule of the inner product": equal(
        lambda s: diff(norm2(s.X(s.s) - s.Y(s.s)), s.s),
        lambda s: 2 * inner(s.X(s.s) - s.Y(s.s), diff(s.X(s.s), s.s) - diff(s.Y(s.s), s.s)),
    ),
    "derivative of a constant curve": equal(lambda s: diff(inner(s.u, s.v), s.s), lambda s: Integer(0)),
    "derivative of a finite sum": equal(
        lambda s: diff(Sum(exp(s.k * s.x), (s.k, 1, s.n)), s.x), lambda s: Sum(s.k * exp(s.k * s.x), (s.k, 1, s.n))
    ),
    "both derivatives": lambda s: s.ledger.differentiate(
        s.ledger.assume("H", Relation(s.f(s.s), "=", s.g(s.s) ** 2), forall=[s.s]), s.s
    ),
    "sigmoid": equal(
        lambda s: diff(1 / (1 + exp(-s.x)), s.x), lambda s: 1 / (1 + exp(-s.x)) * (1 - 1 / (1 + exp(-s.x)))
    ),
    # integrals
    "linearity": equal(
        lambda s: Integral(2 * s.f(s.s) + s.a * s.c(s.s), (s.s, 0, s.T)),
        lambda s: 2 * Integral(s.f(s.s), (s.s, 0, s.T)) + s.a * Integral(s.c(s.s), (s.s, 0, s.T)),
    ),
    "a constant": equal(lambda s: Integral(s.a, (s.s, s.t, s.T)), lambda s: s.a * (s.T - s.t)),
    "an empty interval": equal(lambda s: Integral(s.f(s.s), (s.s, s.T, s.T)), lambda s: Integer(0)),
    "derivative in the upper end": equal(lambda s: diff(Integral(s.c(s.s), (s.s, 0, s.t)), s.t), lambda s: s.c(s.t)),
    "integrating factor": equal(
        lambda s: diff(exp(-Integral(s.f(s.s), (s.s, s.t, s.T))), s.t),
        lambda s: s.f(s.t) * exp(-Integral(s.f(s.s), (s.s, s.t, s.T))),
    ),
    "derivative under the integral": equal(
        lambda s: diff(Integral(exp(s.x * s.s), (s.s, 0, s.T)), s.x),
        lambda s: Integral(s.s * exp(s.x * s.s), (s.s, 0, s.T)),
    ),
    "integration by parts": lambda s: s.ledger.antiderivative(
        diff(s.f(s.s) * s.g(s.s), s.s), s.s, 0, s.T, s.f(s.s) * s.g(s.s)
    ),
    "an antiderivative that is looked for": lambda s: s.ledger.antiderivative(s.s**2 * exp(s.s), s.s, 0, s.T),
    "both integrals": lambda s: s.ledger.integrate(
        s.ledger.assume("H", s.c(s.s) <= s.f(s.s), forall=[s.s]), s.s, 0, s.T
    ),
    "an improper integral known to converge": lambda s: s.ledger.equal(
        Integral(2 * s.f(s.s), (s.s, 0, oo)),
        2 * Integral(s.f(s.s), (s.s, 0, oo)),
        by=[s.ledger.assume("H", Relation(Integral(s.f(s.s), (s.s, 0, oo)), "<", oo))],
    ),
    # limits and series
    "compound interest with a fixed power": lambda s: s.ledger.limit((1 + 1 / s.n) ** s.γ, s.n, 1),
    "a negative power": lambda s: s.ledger.limit(s.n ** (-s.γ), s.n, 0),
    "a ratio of powers": lambda s: s.ledger.limit((s.n + 1) ** (-s.γ) / s.n ** (-s.γ), s.n, 1),
    "logs that cancel": lambda s: s.ledger.limit(log(2 * s.n - 1) - log(s.n), s.n, log(2)),
    "a sigmoid": lambda s: s.ledger.limit(1 / (1 + exp(-s.a * s.b)), s.b, 1),
    "a Gaussian": lambda s: s.ledger.limit(exp(-(s.b**2) * s.a), s.b, 0),
    "a geometric sequence": lambda s: s.ledger.limit(half**s.n, s.n, 0),
    "a ratio of exponentials": lambda s: s.ledger.limit((exp(s.b) - 1) / (2 * exp(s.b) + 1), s.b, half),
    "down to a point": lambda s: s.ledger.limit(s.a / (s.a + s.b), s.b, 1, to=0),
    "continuity": lambda s: s.ledger.limit(s.c(s.a + 1 / s.n), s.n, s.c(s.a)),
    "exponential series": lambda s: s.ledger.series(exp(s.h), s.h, [1, 1, half]),
    "Taylor of a smooth function": lambda s: s.ledger.series(
        s.f(s.x + s.h), s.h, [s.f(s.x), diff(s.f(s.x), s.x), diff(s.f(s.x), s.x, s.x) / 2]
    ),
    "geometric series": lambda s: s.ledger.series(1 / (1 - s.h), s.h, [1, 1, 1, 1]),
    "series of a logarithm": lambda s: s.ledger.series(log(1 + s.h), s.h, [0, 1, -half, Rational(1, 3)]),
    # infinite sums
    "telescoping to infinity": lambda s: s.ledger.telescope(1 / (s.k * (s.k + 1)), s.k, s.n, 1 / s.k),
    "geometric sum": lambda s: s.ledger.telescope(half**s.k, s.k, 1, 2 * half**s.k),
    "integral test": lambda s: s.ledger.integral_test(s.k ** (-s.γ - 1), s.k, s.n + 1, s.k ** (-s.γ) / s.γ)[1],
    "a tail is a difference": lambda s: s.ledger.equal(
        Sum(s.k**-2, (s.k, 1, oo)),
        Sum(s.k**-2, (s.k, 1, s.n)) + Sum(s.k**-2, (s.k, s.n + 1, oo)),
        by=[s.ledger.converges(s.ledger.integral_test(s.k**-2, s.k, s.n, 1 / s.k)[0])],
    ),
    "a constant out of a series": lambda s: s.ledger.equal(
        Sum(s.a * s.seq(s.k), (s.k, s.n, oo)),
        s.a * Sum(s.seq(s.k), (s.k, s.n, oo)),
        by=[s.ledger.assume("H", Relation(Sum(s.seq(s.k), (s.k, 1, oo)), "<", oo))],
    ),
    # equations, cases, named inequalities
    "a linear equation": lambda s: s.ledger.linear_ode(
        s.ledger.assume("ODE", Relation(diff(s.F(s.s), s.s), "=", 2 - 2 * s.F(s.s)), forall=[s.s]),
        s.ledger.assume("start", Relation(s.F(0), "=", s.x)),
        s.F,
        s.s,
    ),
    "a recurrence": lambda s: s.ledger.recurrence(
        s.ledger.assume("step", Relation(s.seq(s.n + 1), "=", s.seq(s.n) / 2 + 1), forall=[s.n]),
        s.ledger.assume("start", Relation(s.seq(1), "=", 2)),
    ),
    "two cases": lambda s: s.ledger.cases(
        Relation(Integer(0), "≤", s.x**2 + s.y**2 * 0), [s.x <= s.y, s.x >= s.y], lambda _: [square(s.x)]
    ),
    "three cases": lambda s: s.ledger.cases(
        Relation(Integer(0), "≤", s.x**4),
        [s.x < 0, Relation(s.x, "=", 0), s.x > 0],
        lambda _: [square(s.x**2)],
    ),
    "a case that the declarations exclude": lambda s: s.ledger.cases(
        Relation(s.a / s.a, "=", 1), [Relation(s.a, ">", 0)], lambda _: []
    ),
    "a sign by hypothesis": lambda s: s.ledger.equal(sqrt(s.x**2), s.x, by=[s.ledger.assume("H", s.x >= 0)]),
    "a denominator by hypothesis": lambda s: s.ledger.equal(
        s.x / (s.x - s.y) - s.y / (s.x - s.y), 1, by=[s.ledger.assume("H", s.x > s.y)]
    ),
    "Cauchy–Schwarz": lambda s: s.ledger.cauchy_schwarz(s.u, s.v),
}

FALSE = {
    # logarithms and powers
    "log of a sum": equal(lambda s: log(s.a + s.b), lambda s: log(s.a) + log(s.b)),
    "log of a product of any signs": equal(lambda s: log(s.x * s.y), lambda s: log(s.x) + log(s.y)),
    "log of an even power of any sign": equal(lambda s: log(s.x**2), lambda s: 2 * log(s.x)),
    "exp of a product": equal(lambda s: exp(s.x * s.y), lambda s: exp(s.x) * exp(s.y)),
    "a power of a sum": equal(lambda s: (s.a + s.b) ** s.γ, lambda s: s.a**s.γ + s.b**s.γ),
    "exponents that do not add up": equal(lambda s: s.a ** (s.γ / (s.γ + 1)) * s.a ** (1 / (s.γ + 2)), lambda s: s.a),
    "logs of something negative": lambda s: s.ledger.log(s.ledger.assume("H", s.x <= s.y)),
    "log of a weak bound from zero": lambda s: s.ledger.log(s.ledger.assume("H", s.x**2 <= s.y)),
    "times a number of any sign": lambda s: s.ledger.multiply(s.ledger.assume("H", s.x <= s.y), s.m),
    "a strict relation times zero": lambda s: s.ledger.multiply(s.ledger.assume("H", s.x < s.y), s.m**2),
    # derivatives
    "product rule without its second term": equal(
        lambda s: diff(s.f(s.x) * s.g(s.x), s.x), lambda s: diff(s.f(s.x), s.x) * s.g(s.x)
    ),
    "chain rule without the inner derivative": equal(
        lambda s: diff(s.f(2 * s.x), s.x), lambda s: diff(s.f(2 * s.x + s.y), s.y)
    ),
    "derivative of a rough function": equal(lambda s: diff(s.rough(s.x), s.x), lambda s: diff(s.rough(s.x), s.x)),
    "derivative of a merely continuous one": equal(lambda s: diff(s.c(s.x), s.x), lambda s: diff(s.c(s.x), s.x)),
    "derivative of a rough curve": equal(
        lambda s: diff(norm2(s.still(s.s)), s.s), lambda s: diff(norm2(s.still(s.s)), s.s)
    ),
    "|x| at zero": equal(lambda s: diff(abs(s.x), s.x), lambda s: diff(abs(s.x), s.x)),
    "a root at zero": equal(lambda s: diff(sqrt(s.t), s.t), lambda s: diff(sqrt(s.t), s.t)),
    "derivative in a natural number": equal(lambda s: diff(s.n**2, s.n), lambda s: 2 * s.n),
    "Leibniz rule without the factor 2": equal(
        lambda s: diff(norm2(s.X(s.s)), s.s), lambda s: inner(s.X(s.s), diff(s.X(s.s), s.s))
    ),
    "derivative of an expectation": lambda s: s.ledger.equal(
        diff(s.p(s.x) * s.ledger.function("R", random=True, smooth=True)(s.x), s.x), 0
    ),
    "derivatives of an inequality": lambda s: s.ledger.differentiate(
        s.ledger.assume("H", s.f(s.s) <= s.g(s.s), forall=[s.s]), s.s
    ),
    "derivatives of what holds at one point": lambda s: s.ledger.differentiate(
        s.ledger.assume("H", Relation(s.f(s.s), "=", s.g(s.s))), s.s
    ),
    "a sum over a moving range": equal(lambda s: diff(Sum(s.x, (s.k, 1, s.n)), s.x), lambda s: s.n + 1),
    # integrals
    "linearity with a product": equal(
        lambda s: Integral(s.f(s.s) * s.g(s.s), (s.s, 0, s.T)),
        lambda s: Integral(s.f(s.s), (s.s, 0, s.T)) * Integral(s.g(s.s), (s.s, 0, s.T)),
    ),
    "a variable out of its integral": equal(
        lambda s: Integral(s.s * s.f(s.s), (s.s, 0, s.T)), lambda s: s.s * Integral(s.f(s.s), (s.s, 0, s.T))
    ),
    "the integral of a rough function": equal(
        lambda s: Integral(s.rough(s.s), (s.s, 0, s.T)), lambda s: Integral(s.rough(s.s), (s.s, 0, s.T))
    ),
    "an integral over a pole": equal(
        lambda s: Integral(1 / s.s**2, (s.s, -1, 1)), lambda s: Integral(1 / s.s**2, (s.s, -1, 1))
    ),
    "a pole missed by its antiderivative": lambda s: s.ledger.antiderivative(s.s**-2, s.s, -1, 1, -1 / s.s),
    "a wrong antiderivative": lambda s: s.ledger.antiderivative(s.s**2, s.s, 0, s.T, s.s**3),
    "an antiderivative with a jump": lambda s: s.ledger.antiderivative(Integer(0), s.s, -1, 1, abs(s.s) / s.s),
    "an interval turned round": equal(
        lambda s: Integral(s.f(s.s), (s.s, s.T, 0)), lambda s: -Integral(s.f(s.s), (s.s, 0, s.T))
    ),
    "an improper integral that may diverge": equal(
        lambda s: Integral(2 * s.f(s.s), (s.s, 0, oo)), lambda s: 2 * Integral(s.f(s.s), (s.s, 0, oo))
    ),
    "an improper sum of integrals": lambda s: s.ledger.equal(
        Integral(s.f(s.s) - s.g(s.s), (s.s, 0, oo)),
        Integral(s.f(s.s), (s.s, 0, oo)) - Integral(s.g(s.s), (s.s, 0, oo)),
        by=[s.ledger.assume("H", Relation(Integral(s.f(s.s) - s.g(s.s), (s.s, 0, oo)), "<", oo))],
    ),
    "integrals of what holds at one point": lambda s: s.ledger.integrate(
        s.ledger.assume("H", s.c(s.s) <= s.f(s.s)), s.s, 0, s.T
    ),
    "integrals beyond the range": lambda s: s.ledger.integrate(
        s.ledger.assume("H", s.c(s.t) <= s.f(s.t), forall=[s.t]), s.t, 0, 2 * s.T
    ),
    "derivative in the lower end": equal(lambda s: diff(Integral(s.f(s.s), (s.s, s.t, s.T)), s.t), lambda s: s.f(s.t)),
    "derivative under the integral, its end forgotten": equal(
        lambda s: diff(Integral(exp(s.t * s.s), (s.s, 0, s.t)), s.t),
        lambda s: Integral(s.s * exp(s.t * s.s), (s.s, 0, s.t)),
    ),
    # limits and series
    "a limit from the wrong side": lambda s: s.ledger.limit(abs(s.h) / s.h, s.h, -1, to=0),
    "to below the range": lambda s: s.ledger.limit(s.b, s.b, -1, to=-1),
    "to the top of the range": lambda s: s.ledger.limit(s.h, s.h, half, to=half),
    "the limit of a rough function": lambda s: s.ledger.limit(s.rough(1 / s.n), s.n, s.rough(0)),
    "a power that may grow": lambda s: s.ledger.limit(s.n ** (-s.x), s.n, 0),
    "a geometric sequence that grows": lambda s: s.ledger.limit(2**s.n, s.n, 0),
    "a geometric sequence of unknown ratio": lambda s: s.ledger.limit(s.a**s.n, s.n, 0),
    "an exponent of unknown sign": lambda s: s.ledger.limit(exp(s.x * s.b), s.b, 0),
    "an oscillation": lambda s: s.ledger.limit((-1) ** s.n, s.n, 0),
    "compound interest, its exponent forgotten": lambda s: s.ledger.limit((1 + 1 / s.n) ** s.n, s.n, 1),
    "the limit in a bounded number": lambda s: s.ledger.limit(1 / (1 + s.t), s.t, 0),
    "a wrong second coefficient": lambda s: s.ledger.series(exp(s.h), s.h, [1, 1, 1]),
    "a series of a rough function": lambda s: s.ledger.series(s.rough(s.h), s.h, [s.rough(0)]),
    "a series at a kink": lambda s: s.ledger.series(abs(s.h), s.h, [0, 1]),
    "a series at a pole": lambda s: s.ledger.series(1 / s.h, s.h, [0, 1]),
    "coefficients with the variable": lambda s: s.ledger.series(exp(s.h), s.h, [1, s.h]),
    # infinite sums
    "the harmonic series": lambda s: s.ledger.telescope(1 / s.k, s.k, 1, 1 / s.k),
    "telescoping that leaves a rest": lambda s: s.ledger.telescope(1 / (s.k * (s.k + 1)), s.k, 1, 1 + 1 / s.k),
    "telescoping terms of any sign": lambda s: s.ledger.telescope(s.seq(s.k) - s.seq(s.k + 1), s.k, 1, s.seq(s.k)),
    "a growing term": lambda s: s.ledger.integral_test(s.k, s.k, 1, -(s.k**2) / 2),
    "an exponent too large": lambda s: s.ledger.integral_test(s.k ** (s.γ - 1), s.k, 1, -(s.k**s.γ) / s.γ),
    "an integral test with a wrong integral": lambda s: s.ledger.integral_test(s.k**-2, s.k, 1, 2 / s.k),
    "a series that may diverge": equal(
        lambda s: Sum(2 * s.seq(s.k), (s.k, 1, oo)), lambda s: 2 * Sum(s.seq(s.k), (s.k, 1, oo))
    ),
    "a sum of series, one of which may diverge": lambda s: s.ledger.equal(
        Sum(1 / s.k**2 + s.seq(s.k), (s.k, 1, oo)),
        Sum(1 / s.k**2, (s.k, 1, oo)) + Sum(s.seq(s.k), (s.k, 1, oo)),
        by=[s.ledger.converges(s.ledger.integral_test(s.k**-2, s.k, 1, 1 / s.k)[0])],
    ),
    "convergence from a finite sum": lambda s: s.ledger.converges(s.ledger.equal(Sum(s.k, (s.k, 1, 3)), 6)),
    "convergence from a hypothesis about a sum": lambda s: s.ledger.converges(
        s.ledger.assume("H", Relation(Sum(1 / s.k, (s.k, 1, oo)), "=", s.x))
    ),
    # equations, cases
    "a solution with another start": lambda s: s.ledger.linear_ode(
        s.ledger.assume("ODE", Relation(diff(s.F(s.s), s.s), "=", -s.F(s.s)), forall=[s.s]),
        s.ledger.assume("start", Relation(s.F(0), "=", s.x)),
        s.F,
        s.s,
        2 * s.x * exp(-s.s),
    ),
    "a solution of another equation": lambda s: s.ledger.linear_ode(
        s.ledger.assume("ODE", Relation(diff(s.F(s.s), s.s), "=", -s.F(s.s)), forall=[s.s]),
        s.ledger.assume("start", Relation(s.F(0), "=", s.x)),
        s.F,
        s.s,
        s.x * exp(s.s),
    ),
    "an equation at one time": lambda s: s.ledger.linear_ode(
        s.ledger.assume("ODE", Relation(diff(s.F(s.s), s.s), "=", -s.F(s.s))),
        s.ledger.assume("start", Relation(s.F(0), "=", s.x)),
        s.F,
        s.s,
        s.x * exp(-s.s),
    ),
    "a nonlinear equation": lambda s: s.ledger.linear_ode(
        s.ledger.assume("ODE", Relation(diff(s.F(s.s), s.s), "=", s.F(s.s) ** 2), forall=[s.s]),
        s.ledger.assume("start", Relation(s.F(0), "=", 0)),
        s.F,
        s.s,
        Integer(0),
    ),
    "cases that leave out equality": lambda s: s.ledger.cases(
        Relation(Integer(0), "≤", s.x**2), [s.x < s.y, s.x > s.y], lambda _: [square(s.x)]
    ),
    "cases about different things": lambda s: s.ledger.cases(
        Relation(Integer(0), "≤", s.x**2), [s.x <= s.y, s.x >= s.m], lambda _: [square(s.x)]
    ),
    "a case that does not prove it": lambda s: s.ledger.cases(
        Relation(s.x, "≤", s.y), [s.x <= s.y, s.x >= s.y], lambda case: [case]
    ),
    "cases of chance": lambda s: s.ledger.cases(
        Relation(s.V(s.x) ** 2, "≥", 0), [s.V(s.x) <= 0, s.V(s.x) >= 0], lambda _: [square(s.V(s.x))]
    ),
    "a sign by the wrong hypothesis": lambda s: s.ledger.equal(sqrt(s.x**2), s.x, by=[s.ledger.assume("H", s.x <= 0)]),
    "a denominator by a weak hypothesis": lambda s: s.ledger.equal(
        s.x / (s.x - s.y) - s.y / (s.x - s.y), 1, by=[s.ledger.assume("H", s.x >= s.y)]
    ),
    "anything from a contradiction": lambda s: s.ledger.at_most(
        Integer(1), 0, by=[s.ledger.assume("A", s.x <= 0), s.ledger.assume("B", s.x >= 1)]
    ),
}
