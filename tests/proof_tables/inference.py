"""Inferences over lines (sums, induction, instances, roots, limits), and SymPy's published mistakes."""

from kexue.proof import (
    E,
    Integer,
    Rational,
    Relation,
    Sum,
    exp,
    inner,
    log,
    norm,
    norm2,
    oo,
    positive,
    sqrt,
    square,
)
from proof_tables.analysis import equal, half


def small(s, forall=True):
    """f(k) ≤ a, for every k or for one."""
    return s.ledger.assume("small", s.rough(s.k) <= s.a, forall=[s.k] if forall else [])


def below_squares(s):
    """1/(k(k + 1)) ≤ 1/k² for every k."""
    return s.ledger.at_most(1 / (s.k * (s.k + 1)), s.k**-2, by=[positive(1 / (s.k**2 * (s.k + 1)))])


def both_converge(s):
    telescoping = s.ledger.telescope(1 / (s.k * (s.k + 1)), s.k, 1, 1 / s.k)
    return [s.ledger.converges(telescoping), s.ledger.converges(s.ledger.integral_test(s.k**-2, s.k, 1, 1 / s.k)[0])]


def odd_numbers(s, result, base=()):
    claim = Relation(Sum(2 * s.k - 1, (s.k, 1, s.n)), "=", result)
    return s.ledger.induction(claim, on=s.n, base=base)


def triangle(s, right, by):
    return s.ledger.at_most(norm2(s.u + s.v), right, by=by)


TRUE = {
    "odd numbers": lambda s: odd_numbers(s, s.n**2),
    "cubes": lambda s: s.ledger.induction(
        Relation(Sum(s.k**3, (s.k, 1, s.n)), "=", s.n**2 * (s.n + 1) ** 2 / 4), on=s.n
    ),
    "a finite geometric sum": lambda s: s.ledger.induction(
        Relation(Sum(2**s.k, (s.k, 1, s.n)), "=", 2 * 2**s.n - 2), on=s.n
    ),
    "a sum against its bound": lambda s: s.ledger.sum(small(s), s.k, 1, s.n),
    "a part of the range": lambda s: s.ledger.sum(small(s), s.k, s.n, 2 * s.n),
    "a series against its bound": lambda s: s.ledger.sum(below_squares(s), s.k, 1, oo, given=both_converge(s)),
    "an instance": lambda s: small(s).at({s.k: s.n**2}),
    "an instance with its hypothesis kept": lambda s: (lambda one: one.at({s.k: s.n}, keeping=[one]))(small(s, False)),
    "a hypothesis proved": lambda s: s.ledger.discharge(
        (h := s.ledger.assume("H", Relation(0, "≤", s.x**2), forall=[s.x])),
        h,
        s.ledger.at_most(0, s.x**2, by=[square(s.x)]),
    ),
    "an expectation of both sides": lambda s: s.ledger.expect(
        s.ledger.at_most(2 * inner(s.A, s.B), norm2(s.A) + norm2(s.B), by=[square(s.A - s.B)])
    ),
    "a root of both sides": lambda s: s.ledger.root(s.ledger.assume("H", norm2(s.u) <= norm2(s.v))),
    "a root by a hypothesis": lambda s: s.ledger.root(
        s.ledger.assume("H", s.x <= s.y), given=[s.ledger.assume("K", s.x >= 0)]
    ),
    "a product of two hypotheses": lambda s: s.ledger.at_most(
        s.x * s.y + s.a * s.b,
        s.x * s.b + s.a * s.y,
        by=[s.ledger.assume("H", s.x <= s.a) * s.ledger.assume("K", s.b <= s.y)],
    ),
    "a chain": lambda s: s.ledger.at_most(
        s.x, s.m, by=[s.ledger.assume("H", s.x <= s.y), s.ledger.assume("K", s.y <= s.m)]
    ),
    "both directions": lambda s: s.ledger.antisymmetry(
        s.ledger.assume("H", s.x <= s.y), s.ledger.assume("K", s.y <= s.x)
    ),
    "an inequality in the limit": lambda s: s.ledger.limit_at_infinity(
        s.ledger.less(s.a, s.a + 1 / s.n, by=[positive(1 / s.n)]), s.n
    ),
    "comparison": lambda s: s.ledger.compare(
        s.ledger.at_most(0, s.k**-3, by=[positive(s.k**-3)]),
        s.ledger.at_most(s.k**-3, s.k**-2, by=[positive((s.k - 1) * s.k**-3)]),
        s.ledger.converges(s.ledger.integral_test(s.k**-2, s.k, 1, 1 / s.k)[0]),
        s.k,
    ),
    "a chain, once strict": lambda s: s.ledger.less(
        s.x, s.m, by=[s.ledger.assume("H", s.x <= s.y), s.ledger.assume("K", s.y < s.m)]
    ),
    "parallelogram bound": lambda s: triangle(s, 2 * norm2(s.u) + 2 * norm2(s.v), [square(s.u - s.v)]),
    "the only solution": lambda s: s.ledger.unique(Relation(s.a * s.x, "=", s.b), s.x, s.b / s.a),
    "a vector that a hypothesis replaces": lambda s: s.ledger.equal(
        norm2(s.u), 4 * norm2(s.v), by=[s.ledger.assume("H", Relation(s.u, "=", 2 * s.v))]
    ),
    "squares of numbers completed": lambda s: s.ledger.sum_of_squares(s.x * s.y + s.m * s.x, s.x**2 + s.y**2 + s.m**2),
    "a square with a constant completed": lambda s: s.ledger.sum_of_squares(0, s.x**2 + s.x + 1),
    "squares of vectors completed": lambda s: s.ledger.sum_of_squares(
        inner(s.u, s.v), s.a * norm2(s.u) / 2 + norm2(s.v) / (2 * s.a)
    ),
    "roots of primes": equal(lambda s: sqrt(6) * sqrt(10) + 0 * s.x, lambda s: 2 * sqrt(15)),
    "a negative power of a root": equal(lambda s: s.a ** Rational(-3, 2), lambda s: 1 / (s.a * sqrt(s.a))),
    "an absolute value in a range": equal(lambda s: abs(s.T - s.t), lambda s: s.T - s.t),
    "a norm of a difference": equal(lambda s: norm(s.u - s.v), lambda s: norm(s.v - s.u)),
    "a sum that is split by hand": equal(
        lambda s: Sum(s.seq(s.k), (s.k, 1, s.n + 3)),
        lambda s: Sum(s.seq(s.k), (s.k, 1, s.n)) + s.seq(s.n + 1) + s.seq(s.n + 2) + s.seq(s.n + 3),
    ),
    "nested sums": equal(
        lambda s: Sum(s.seq(s.k) * s.seq(s.i), (s.k, 1, s.n), (s.i, 1, s.n)),
        lambda s: Sum(s.seq(s.k), (s.k, 1, s.n)) ** 2,
    ),
    "sigmoids add to one": equal(lambda s: 1 / (1 + exp(-s.x)) + 1 / (1 + exp(s.x)), lambda s: 1 + 0 * s.x),
    "logit": equal(lambda s: log(1 / (1 + exp(-s.x))) - log(1 / (1 + exp(s.x))), lambda s: s.x),
}

FALSE = {
    "an induction with a wrong start": lambda s: odd_numbers(s, s.n**2 + 1),
    "an induction with a wrong step": lambda s: odd_numbers(s, s.n**2 + (s.n - 1)),
    "an induction on a bounded number": lambda s: s.ledger.induction(Relation(s.t, "=", s.t), on=s.t),
    "an induction on an integer of any sign": lambda s: s.ledger.induction(
        Relation((z := s.ledger.scalar("z_0", integer=True)), "=", z), on=z
    ),
    "an induction that assumes what it needs": lambda s: s.ledger.induction(
        s.rough(s.n) <= s.a, on=s.n, base=[small(s, False)], step=lambda ih: [ih]
    ),
    "a sum of what holds for one index": lambda s: s.ledger.sum(small(s, False), s.k, 1, s.n),
    "a sum from zero": lambda s: s.ledger.sum(small(s), s.k, 0, s.n),
    "a series that may diverge, against its bound": lambda s: s.ledger.sum(
        below_squares(s), s.k, 1, oo, given=both_converge(s)[:1]
    ),
    "a strict sum over an empty range": lambda s: s.ledger.sum(
        s.ledger.less(s.b, s.a + s.b, by=[positive(s.a)]), s.k, 1, s.n - 1
    ),
    "a hypothesis used for another value": lambda s: small(s, False).at({s.k: s.n}),
    "a hypothesis proved for one value only": lambda s: s.ledger.discharge(
        s.ledger.assume("H", s.rough(s.x) <= s.a, forall=[s.x]),
        s.ledger.hypotheses[-1],
        s.ledger.assume("one", s.rough(s.y) <= s.a),
    ),
    "a weak fact for a strict hypothesis": lambda s: s.ledger.discharge(
        (h := s.ledger.assume("H", Relation(0, "<", s.x**2), forall=[s.x])),
        h,
        s.ledger.at_most(0, s.x**2, by=[square(s.x)]),
    ),
    "a hypothesis used backwards": lambda s: s.ledger.at_most(s.y, s.x, by=[s.ledger.assume("H", s.x <= s.y)]),
    "a hypothesis with a negative multiplier": lambda s: s.ledger.at_most(
        -s.x, -s.y, by=[-1 * s.ledger.assume("H", s.x <= s.y)]
    ),
    "a hypothesis times something of any sign": lambda s: s.ledger.at_most(
        s.m * s.x, s.m * s.y, by=[s.m * s.ledger.assume("H", s.x <= s.y)]
    ),
    "a product of slacks of different signs": lambda s: s.ledger.at_most(
        s.x * s.y + s.a * s.b,
        s.x * s.b + s.a * s.y,
        by=[s.ledger.assume("H", s.x <= s.a) * s.ledger.assume("K", s.y <= s.b)],
    ),
    "strict from weak": lambda s: s.ledger.less(s.x, s.y, by=[s.ledger.assume("H", s.x <= s.y)]),
    "equal from at most": lambda s: s.ledger.equal(s.x, s.y, by=[s.ledger.assume("H", s.x <= s.y)]),
    "a square that is missing": lambda s: triangle(s, 2 * norm2(s.u) + 2 * norm2(s.v), []),
    "the triangle without its factor": lambda s: triangle(s, norm2(s.u) + norm2(s.v), [square(s.u - s.v)]),
    "a root of both sides of any sign": lambda s: s.ledger.root(s.ledger.assume("H", s.x <= s.y)),
    "a strict expectation": lambda s: s.ledger.expect(s.ledger.assume("H", s.V(s.x) < s.W(s.x))),
    "two solutions": lambda s: s.ledger.unique(Relation(s.x**2, "=", s.a**2), s.x, s.a),
    "a solution over a factor that may vanish": lambda s: s.ledger.unique(Relation(s.y * s.x, "=", s.y), s.x, 1),
    "a replaced vector, replaced the other way": lambda s: s.ledger.equal(
        norm2(s.v), 4 * norm2(s.u), by=[s.ledger.assume("H", Relation(s.u, "=", 2 * s.v))]
    ),
    "a line that rests on itself": lambda s: s.ledger.claim(
        Relation(s.x, "≤", s.y), by=[s.ledger.trial(Relation(s.x, "≤", s.y))]
    ),
    "a line of another ledger": lambda s: s.ledger.at_most(
        s.x, s.y, by=[type(s)().ledger.assume("H", Relation(s.x, "≤", s.y))]
    ),
    "squares that are not there": lambda s: s.ledger.sum_of_squares(3 * s.x * s.y, s.x**2 + s.y**2),
    "a form that is not quadratic": lambda s: s.ledger.sum_of_squares(s.x**3, s.x**4 + s.y),
    "a pivot of unknown sign": lambda s: s.ledger.sum_of_squares(0, s.x * norm2(s.u)),
    "vectors that are too long": lambda s: s.ledger.sum_of_squares(
        inner(s.u, s.v), s.a * norm2(s.u) / 3 + norm2(s.v) / (3 * s.a)
    ),
    # what SymPy's own commands get wrong, or cannot tell
    "powdenest(force=True): √x² is x": equal(lambda s: sqrt(s.x**2) + s.y, lambda s: s.x + s.y),
    "expand_log(force=True)": equal(lambda s: log(s.x**2 * s.a), lambda s: 2 * log(s.x) + log(s.a)),
    "a real cube root of a negative number": equal(lambda s: Integer(-8) ** Rational(1, 3) + s.x, lambda s: s.x - 2),
    "a sum that summation gives as a Piecewise": lambda s: s.ledger.telescope(s.a**s.k, s.k, 1, s.a**s.k / (1 - s.a)),
    "Grandi's series": lambda s: s.ledger.telescope((-1) ** s.k, s.k, 1, -((-1) ** s.k) / 2),
    "a divergent series with a value by continuation": lambda s: s.ledger.telescope(2**s.k, s.k, 1, -(2**s.k)),
    "an integral that jumps over a branch": lambda s: s.ledger.antiderivative(1 / s.s, s.s, -2, -1, log(s.s)),
    "a limit that depends on the side": lambda s: s.ledger.limit(1 / (1 + exp(1 / s.h)), s.h, half, to=0),
    "a power whose base changes sign": equal(lambda s: (s.x**2) ** s.γ, lambda s: s.x ** (2 * s.γ)),
    "an equation between unlike roots": equal(
        lambda s: sqrt(s.a + s.b) * sqrt(s.a + s.b + 1), lambda s: s.a + s.b + half
    ),
    "numbers that agree to many digits": equal(
        lambda s: sqrt(Integer(10) ** 40 + 1) + s.x, lambda s: Integer(10) ** 20 + s.x
    ),
    "an almost-integer": equal(lambda s: exp(1) ** 3 + s.x, lambda s: Rational(20085536923, 10**9) + s.x),
    "infinity as a number": equal(lambda s: s.x + oo, lambda s: Integer(1) * oo),
    "an expectation of a product": equal(lambda s: E(s.V(s.x) * s.V(s.y)), lambda s: E(s.V(s.x)) * E(s.V(s.y))),
}

FALSE |= {  # near-misses of the rules that state their own line: what they would have to give
    "Cauchy–Schwarz with a half": lambda s: s.ledger.at_most(
        inner(s.u, s.v), norm(s.u) * norm(s.v) / 2, by=[s.ledger.cauchy_schwarz(s.u, s.v)]
    ),
    "Cauchy–Schwarz backwards": lambda s: s.ledger.at_most(
        norm(s.u) * norm(s.v), inner(s.u, s.v), by=[s.ledger.cauchy_schwarz(s.u, s.v)]
    ),
    "Cauchy–Schwarz, strictly": lambda s: s.ledger.less(
        inner(s.u, s.v), norm(s.u) * norm(s.v), by=[s.ledger.cauchy_schwarz(s.u, s.v)]
    ),
    "Cauchy–Schwarz in the mean without its roots": lambda s: s.ledger.at_most(
        E(inner(s.A, s.B)), E(norm2(s.A)) * E(norm2(s.B)), by=[s.ledger.cauchy_schwarz(s.A, s.B, expected=True)]
    ),
    "an exponential backwards": lambda s: s.ledger.at_most(exp(s.y), exp(s.x), by=[s.ledger.exp(ordered(s))]),
    "an exponential, strictly": lambda s: s.ledger.less(exp(s.x), exp(s.y), by=[s.ledger.exp(ordered(s))]),
    "an exponential of vectors": lambda s: s.ledger.exp(s.ledger.assume("same", Relation(s.u, "=", s.v))),
    "a logarithm backwards": lambda s: s.ledger.at_most(
        log(s.b), log(s.a), by=[s.ledger.log(s.ledger.assume("order", s.a <= s.b))]
    ),
    "a logarithm of what may be negative": lambda s: s.ledger.log(ordered(s)),
    "a root of what may be negative": lambda s: s.ledger.root(ordered(s)),
    "antisymmetry of one side": lambda s: s.ledger.antisymmetry(once := ordered(s), once),
    "a recurrence with another start": lambda s: s.ledger.recurrence(*doubling(s), solution=2**s.n),
    "a recurrence with another factor": lambda s: s.ledger.recurrence(*doubling(s), solution=3 ** (s.n - 1)),
    "a recurrence at one index": lambda s: s.ledger.recurrence(*doubling(s, every=False), solution=2 ** (s.n - 1)),
    "a limit at zero of what holds at one value": lambda s: s.ledger.limit_at_zero(
        s.ledger.assume("near", s.x <= s.y + s.a), s.a
    ),
    "a limit at infinity of what holds at one value": lambda s: s.ledger.limit_at_infinity(
        s.ledger.assume("far", s.x <= s.y + 1 / s.a), s.a
    ),
    "a product with a negative factor": lambda s: s.ledger.multiply(ordered(s), -s.a),
    "a sum of what holds at one index": lambda s: s.ledger.sum(small(s, forall=False), s.k, 1, s.n),
    "a mean, strictly": lambda s: s.ledger.expect(s.ledger.less(s.V(s.x), s.V(s.x) + 1, by=[positive(1)])),
}


def ordered(s):
    """x ≤ y."""
    return s.ledger.assume("order", s.x <= s.y)


def doubling(s, every=True):
    """r(n + 1) = 2 r(n), for every n or for one, and r(1) = 1."""
    step = Relation(s.seq(s.n + 1), "=", 2 * s.seq(s.n))
    return [
        s.ledger.assume("doubles", step, forall=[s.n] if every else []),
        s.ledger.assume("start", Relation(s.seq(1), "=", 1)),
    ]
