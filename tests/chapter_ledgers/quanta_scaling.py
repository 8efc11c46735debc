"""Power laws from quanta (article 9607): the tail of a zeta sum and its bands, exponents, the compute-optimal split."""

from kexue.proof import Integer, Ledger, Rational, Relation, Sum, diff, exp, log, oo, positive, square


def ledgers():
    return [band(), second_term(), exponents(), split(), geometric(), emergence(), soft_threshold()]


def band():
    """1, 2, 3: the loss after n quanta, and the integrals that hold its tail."""
    ledger = Ledger("Quanta", article=9607)
    k, n = ledger.natural("k n")
    γ, Z, a, b = ledger.scalar("γ Z a b", positive=True)
    p = k ** (-γ - 1)
    low, _ = ledger.integral_test(p, k, n + 1, k ** (-γ) / γ, "integral test", name="3")
    m = ledger.scalar("m", integer=True, nonnegative=True)  # n = m + 1
    _, high = ledger.integral_test(p, k, m + 1, k ** (-γ) / γ, "integral test, one quantum earlier", name="3'")
    finite = ledger.converges(low, "the sum of all frequencies is finite", name="1a")
    head, tail, whole = Sum(p, (k, 1, n)), Sum(p, (k, n + 1, oo)), Sum(p, (k, 1, oo))
    total = ledger.assume("HZ", Relation(whole, "=", Z), "Z is the value of zeta at γ + 1")
    ledger.model({Z: whole}, given=[finite])
    ledger.equal(Sum(p / Z, (k, 1, oo)), 1, "frequencies", by=[total / Z, finite], name="1")
    parts = ledger.equal(whole, head + tail, "head and tail", by=[finite])
    ledger.equal(
        a * head / Z + b * tail / Z,
        a + (b - a) * tail / Z,
        "the loss after n quanta",
        by=[total * (a / Z), parts * (-a / Z), finite],
        name="2",
    )
    ledger.at_most((n + 1) ** (-γ) / (γ * Z), tail / Z, "the band from below", by=[low / Z, finite], name="3a")
    above = ledger.at_most(
        Sum(p, (k, m + 2, oo)) / Z, (m + 1) ** (-γ) / (γ * Z), "and from above", by=[high / Z, finite]
    )
    ledger.instance(above, {m: n - 1}, why="in terms of n", name="3b")
    ledger.limit((n + 1) ** (-γ) / n ** (-γ), n, 1, "the band closes", name="3c")
    return ledger


def second_term():
    """4: n^(−γ)/γ − n^(−γ−1)/2, with its error: the trapezoid's, between 0 and (γ + 1) n^(−γ−2)/8."""
    ledger = Ledger("Euler–Maclaurin", article=9607)
    k, n = ledger.natural("k n")
    m = ledger.scalar("m", integer=True, nonnegative=True)
    γ = ledger.scalar("γ", positive=True)
    x = ledger.scalar("x", positive=True, lower=n, upper=n + 1)

    def f(x):
        return x ** (-γ - 1)

    def Φ(x):
        return x ** (-γ) / γ

    def H(x):
        return Φ(x) - f(x) / 2

    def R(x):
        return (γ + 1) * x ** (-γ - 2) / 8

    bend = (γ + 1) * (γ + 2) * x ** (-γ - 3)
    room = (x - n) * (n + 1 - x)
    primitive = (room * -(γ + 1) * x ** (-γ - 2) - (2 * n + 1 - 2 * x) * f(x)) / 2 + Φ(x)
    error = ledger.antiderivative(
        room * bend / 2, x, n, n + 1, primitive, "the trapezoid's error, by parts twice", name="4a"
    )
    convex = ledger.at_most(0, room * bend / 2, "which is not negative", by=[positive(room * bend / 2)])
    above = ledger.integrate(convex, x, n, n + 1)
    small = ledger.at_most(room * bend / 2, bend / 8, "nor large", by=[square(x - n - Rational(1, 2)) * (bend / 2)])
    below = ledger.integrate(small, x, n, n + 1)
    curve = ledger.antiderivative(bend / 8, x, n, n + 1, -R(x), "its bound telescopes", name="4b")
    one_low = ledger.at_most(H(n) - H(n + 1), f(n + 1), "one quantum, from below", by=[above * 1, error * 1], name="4c")
    one_high = ledger.at_most(
        f(n + 1),
        H(n) + R(n) - H(n + 1) - R(n + 1),
        "and from above",
        by=[below * 1, error * -1, curve * 1],
        name="4d",
    )
    some = Sum(f(n + k), (k, 1, m))
    low = ledger.induction(
        Relation(H(n) - H(n + m), "≤", some),
        on=m,
        step=lambda ih: [ih, one_low.at({n: n + m})],
        why="m quanta, from below",
        name="4e",
    )
    high = ledger.induction(
        Relation(some, "≤", H(n) + R(n) - H(n + m) - R(n + m)),
        on=m,
        step=lambda ih: [ih, one_high.at({n: n + m})],
        why="and from above",
        name="4f",
    )
    parts = ledger.induction(
        Relation(Sum(f(k), (k, 1, n + m)), "=", Sum(f(k), (k, 1, n)) + some), on=m, step=lambda ih: [ih], why="m more"
    )
    rest, far = ledger.integral_test(f(k), k, n + m + 1, Φ(k), "all that are left", name="4g")
    finite = ledger.converges(rest, "a finite sum")
    tail = Sum(f(k), (k, n + 1, oo))
    cut = ledger.equal(
        tail, some + Sum(f(k), (k, n + m + 1, oo)), "the next m quanta and the others", by=[parts, finite]
    )
    ledger.at_most(
        H(n) + Φ(n + m + 1) - H(n + m),
        tail,
        "the tail, from below, for every m",
        by=[low, rest, cut, finite],
        name="4h",
    )
    ledger.at_most(
        tail,
        H(n) + R(n) + Φ(n + m + 1) + f(n + m + 1) - H(n + m) - R(n + m),
        "and from above",
        by=[high, far, cut, finite],
        name="4i",
    )
    l = ledger.natural("l")
    ledger.limit(Φ(n + l + 1) - H(n + l), l, 0, "what m leaves open vanishes, below", name="4j")
    ledger.limit(Φ(n + l + 1) + f(n + l + 1) - H(n + l) - R(n + l), l, 0, "and above", name="4k")
    ledger.limit(R(n) / (f(n) / 2), n, 0, "and the band is narrower than the second term", name="4")
    return ledger


def exponents():
    """5, 6, 7, 8: the loss above its floor, c·n^(−γ), in parameters N, samples D and steps S of batch B."""
    ledger = Ledger("Exponents", article=9607)
    γ, Z, τ = ledger.scalar("γ Z τ", positive=True)
    A, N, D, S, B = ledger.scalar("A N D S B", positive=True)
    y = ledger.scalar("y")
    ledger.equal((A * N) ** (-γ), A ** (-γ) * N ** (-γ), "n = A N: the loss is a multiple of N^(−γ)", name="5")
    learned = (D / (τ * Z)) ** (1 / (γ + 1))
    ledger.equal(D * learned ** (-γ - 1) / Z, τ, "quanta learned from D samples", name="6a")
    ledger.unique(
        Relation(log(D) - (γ + 1) * y - log(Z), "=", log(τ)),
        y,
        log(D / (τ * Z)) / (γ + 1),
        "no others, y = log n",
        name="6b",
    )
    ledger.equal(learned ** (-γ), (τ * Z) ** (γ / (γ + 1)) * D ** (-γ / (γ + 1)), "in the number of samples", name="6")
    steps = learned.subs(D, S * B)
    ledger.equal(S * B * steps ** (-γ - 1) / Z, τ, "quanta learned in S steps of B samples", name="7a")
    ledger.equal(steps ** (-γ), (τ * Z / B) ** (γ / (γ + 1)) * S ** (-γ / (γ + 1)), "in the number of steps", name="7")
    ledger.less(γ / (γ + 1), γ, "data are the slower resource", by=[positive(γ**2 / (γ + 1))], name="8")
    ledger.less(0, γ / (γ + 1), "its exponent is positive", by=[positive(γ / (γ + 1))], name="8a")
    ledger.less(γ / (γ + 1), 1, "and below 1", by=[positive(1 / (γ + 1))], name="8b")
    return ledger


def split():
    """9: the best N and D with N·D = C."""
    ledger = Ledger("Compute-optimal split", article=9607)
    γ, A, B, C, N, D, λ = ledger.scalar("γ A B C N D λ", positive=True)
    y = ledger.scalar("y")
    δ = γ / (γ + 1)
    loss = A * N ** (-γ) + B * D ** (-δ)
    lagrangian = loss + λ * (N * D - C)
    grow = ledger.assume("HN", Relation(diff(lagrangian, N), "=", 0), "Lagrange's condition, in N")
    feed = ledger.assume("HD", Relation(diff(lagrangian, D), "=", 0), "and in D")
    ledger.model({A: 1, B: γ + 1, N: 1, D: 1, λ: γ})
    balance = ledger.equal(
        γ * A * N ** (-γ), δ * B * D ** (-δ), "both are worth the same", by=[grow * -N, feed * D], name="9a"
    )
    ledger.log(balance, "in logarithms")
    best = (γ + 1) / (γ * (γ + 2)) * log((γ + 1) * A / B) + log(C) / (γ + 2)
    ledger.unique(
        Relation(log(γ * A) - γ * y, "=", log(δ * B) - δ * (log(C) - y)), y, best, "solved for y = log N", name="9b"
    )
    scale = ((γ + 1) * A / B) ** ((γ + 1) / (γ * (γ + 2)))
    ledger.exp(ledger.equal(best, log(scale * C ** (1 / (γ + 2))), "its logarithm"), "the best N", name="9c")
    ledger.exp(
        ledger.equal(log(C) - best, log(C ** ((γ + 1) / (γ + 2)) / scale), "its logarithm"), "the best D", name="9d"
    )
    along = A * exp(-γ * y) + B * exp(-δ * (log(C) - y))
    ledger.equal(diff(along, y), -γ * A * exp(-γ * y) + δ * B * exp(-δ * (log(C) - y)), "along N D = C", name="9e")
    ledger.less(
        0,
        diff(along, y, y),
        "convex: the stationary point is the minimum",
        by=[positive(γ**2 * A * exp(-γ * y)), positive(δ**2 * B * exp(-δ * (log(C) - y)))],
        name="9f",
    )
    ledger.equal(δ / (γ + δ), 1 / (γ + 2), "of any two exponents, at these two", name="9")
    return ledger


def geometric():
    """10: frequencies p_k = g (1 + g)^(−k), that is c e^(−c k) up to a constant, with c = log(1 + g)."""
    ledger = Ledger("Geometric frequencies", article=9607)
    k, n = ledger.natural("k n")
    g, A, N, D, τ = ledger.scalar("g A N D τ", positive=True)
    y = ledger.scalar("y")
    c, p = log(1 + g), g * (1 + g) ** -k
    ledger.telescope(p, k, 1, (1 + g) ** (1 - k), "frequencies", name="10a")
    ledger.telescope(p, k, n + 1, (1 + g) ** (1 - k), "the tail", name="10b")
    ledger.equal((1 + g) ** -(A * N), exp(-c * A * N), "exponential in the number of parameters", name="10c")
    ledger.unique(
        Relation(log(D) + log(g) - c * y, "=", log(τ)), y, log(D * g / τ) / c, "n(D) is logarithmic", name="10d"
    )
    learned = ledger.assume("Hn", Relation(log(D) + log(g) - c * y, "=", log(τ)), "y = n(D)")
    ledger.model({τ: D * g * (1 + g) ** -y})
    fall = ledger.equal(log((1 + g) ** -y), log(τ / (D * g)), "the tail there", by=[learned])
    ledger.exp(fall, "so that the loss falls like 1/D", name="10")
    return ledger


def emergence():
    """11: the k-th quantum is learned at step S_k."""
    ledger = Ledger("Emergence", article=9607)
    k, n = ledger.natural("k n")
    γ, Z, τ, B, S = ledger.scalar("γ Z τ B S", positive=True)
    p = k ** (-γ - 1) / Z
    when = τ / (B * p)
    ledger.equal(when * B * p, τ, "S_k ∝ 1/p_k", name="11a")
    ledger.equal(when, τ * Z / B * k ** (γ + 1), "a power of k", name="11b")
    learned = (S * B / (τ * Z)) ** (1 / (γ + 1))
    ledger.equal(S / when, (learned / k) ** (γ + 1), "S ≥ S_k says the same as n(S) ≥ k", name="11c")
    i, a, b = ledger.natural("i"), *ledger.scalar("a b")
    finite = ledger.converges(ledger.tail_bound(i ** (-γ - 1), i, 1, i ** (-γ) / γ, "below", "all frequencies"))
    before, after = Sum(i ** (-γ - 1), (i, n, oo)), Sum(i ** (-γ - 1), (i, n + 1, oo))
    ledger.equal(
        (a + (b - a) * before / Z) - (a + (b - a) * after / Z),
        (b - a) * n ** (-γ - 1) / Z,
        "the n-th step of the loss is (b − a)·p_n: steps of ever smaller size",
        by=[finite],
        name="11",
    )
    ledger.limit(
        n ** (-γ - 1) / (n ** (-γ) / γ), n, 0, "small beside what is left, so that the sum is smooth", name="11d"
    )
    return ledger


def soft_threshold():
    """loose: with learning probability 1 − exp(−S B p_k/τ) the exponent stays; n is the hard threshold, S B p_n = τ."""
    ledger = Ledger("A soft threshold", article=9607)
    k, n = ledger.natural("k n")
    γ, u, S = ledger.scalar("γ u S", positive=True)
    x = ledger.scalar("x", positive=True)
    s = ledger.scalar("s", lower=0, upper=x)
    slope = ledger.exp(ledger.at_most(0, s, "s ≥ 0", by=[positive(s)]))
    area = ledger.antiderivative(exp(s), s, 0, x, exp(s), "its area")
    tangent = ledger.at_most(
        x, exp(x), "x ≤ e^x", by=[ledger.integrate(slope, s, 0, x), area, positive(Integer(1))], name="tangent"
    )
    r = (n / k) ** (γ + 1)  # p_k/p_n
    peak = ledger.at_most(
        k ** (-γ - 1) * exp(-r),
        n ** (-γ - 1),
        "a frequent quantum",
        by=[tangent.at({x: r}) * (exp(-r) * n ** (-γ - 1))],
    )
    head = ledger.sum(peak, k, 1, n, "the frequent ones", name="soft head")
    j = ledger.scalar("j", integer=True, positive=True, lower=n + 1)
    rare, p = (n / j) ** (γ + 1), j ** (-γ - 1)
    order = ledger.log(ledger.at_most(n, j, "a rarer one", by=[positive(j - n)]))
    power = ledger.exp(ledger.at_most((γ + 1) * log(n), (γ + 1) * log(j), "to the power γ + 1", by=[order * (γ + 1)]))
    early = ledger.at_most(rare, 1, "it is not due yet", by=[power * p])
    least = ledger.exp(ledger.at_most(-1, -rare, "so that", by=[early]))
    most = ledger.exp(ledger.at_most(-rare, 0, "and", by=[positive(rare)]))
    low = ledger.at_most(exp(-1) * p, p * exp(-rare), "a rare quantum, from below", by=[least * p])
    high = ledger.at_most(p * exp(-rare), p, "and from above", by=[most * p])
    below, above = ledger.integral_test(k ** (-γ - 1), k, n + 1, k ** (-γ) / γ, "the hard threshold")
    finite = [ledger.converges(below, "is finite")]
    soft = Sum(p * exp(-rare), (j, n + 1, oo))
    finite.append(ledger.assume("Hsoft", Relation(soft, "<", oo), "so is the soft one's loss, term by term smaller"))
    ledger.at_most(
        exp(-1) * (n + 1) ** (-γ) / γ,
        soft,
        "no better than 1/e of the hard threshold",
        by=[ledger.sum(low, j, n + 1, oo, given=finite), below * exp(-1), *finite],
        name="soft low",
    )
    ledger.at_most(
        Sum(k ** (-γ - 1) * exp(-r), (k, 1, n)) + soft,
        n ** (-γ) + (n + 1) ** (-γ) / γ + (n + 1) ** (-γ - 1),
        "and no worse than a multiple",
        by=[head, ledger.sum(high, j, n + 1, oo, given=finite), above, *finite],
        name="soft high",
    )
    ledger.equal(
        k ** (-γ - 1) * exp(-S * k ** (-γ - 1)) * S ** (1 / (γ + 1)),
        (S ** (-γ / (γ + 1)) * u ** (-γ - 1) * exp(-(u ** (-γ - 1)))).subs(u, k * S ** (-1 / (γ + 1))),
        "scaling k = S^(1/(γ + 1)) u: S^(−γ/(γ + 1)) comes out of the integral",
        name="soft scaling",
    )
    return ledger
