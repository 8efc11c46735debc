"""Sharing the output embedding (article 9698): moments in a symbolic dimension, initial losses, and the remedies."""

from kexue.proof import (
    E,
    Integer,
    Integral,
    Ledger,
    Relation,
    Sum,
    diff,
    exp,
    inner,
    log,
    norm,
    oo,
    pi,
    positive,
    sqrt,
    square,
)


def ledgers():
    return [moments(), initial_loss(), normal(), refined(), fluctuations(), swapped_logits(), rotated()]


def moments():
    """1, 2, 3, 8: i.i.d. coordinates of mean 0 and variance σ², in any dimension d."""
    ledger = Ledger("Moments", article=9698)
    d, i, m = ledger.natural("d i m")
    σ = ledger.scalar("σ", positive=True)
    w, v = ledger.iid("w", mean=0, second=σ**2), ledger.iid("v", mean=0, second=σ**2)
    z = ledger.iid("z", mean=0, second=σ**2, third=0, fourth=3 * σ**4)
    length, pairing = Sum(w(i) ** 2, (i, 1, d)), Sum(w(i) * v(i), (i, 1, d))
    gauss = Sum(z(i) ** 2, (i, 1, d))
    ledger.equal(E(length), d * σ**2, "squared length", name="1")
    ledger.equal(E(length**2), d * E(w(1) ** 4) + d * (d - 1) * σ**4, "its second moment", name="2a")
    ledger.equal(E(gauss**2) - E(gauss) ** 2, 2 * d * σ**4, "its variance, for normal entries", name="2")
    ledger.equal(E(pairing), 0, "orthogonal on average", name="3a")
    ledger.equal(E(pairing**2), d * σ**4, "and within √d σ²", name="3")
    a, b = ledger.iid("a", mean=0, second=1 / d), ledger.iid("b", mean=0, second=1 / d)
    ledger.equal(E(Sum(a(i) * b(i), (i, 1, d)) ** 2), 1 / d, "at σ² = 1/d: 1/d, not 1/d³", name="loose")
    first, second = Sum(w(i) * v(i), (i, 1, m)), Sum(v(i) * w(i), (i, 1, m))  # w, v: the halves of one vector, d = 2m
    ledger.equal(E(first + second), 0, "the half-swap, on average", name="8a")
    ledger.equal(E((first + second) ** 2), 2 * (2 * m) * σ**4, "twice the variance of independent vectors", name="8")
    return ledger


def initial_loss():
    """4, 5, 7: the identity-initialised model, its embeddings exactly orthogonal."""
    ledger = Ledger("Initial loss", article=9698)
    d, k, n, m = ledger.natural("d k n m")
    σ = ledger.scalar("σ", positive=True)
    e = ledger.orthonormal("e")

    def embedding(k):
        return sqrt(d) * σ * e(k)

    w = embedding(k)
    ledger.equal(norm(w), sqrt(d) * σ, "the length is at its mean", name="4a")
    ledger.equal(sqrt(d) * w, norm(w) * (w / σ), "RMS normalisation, √d w/‖w‖, divides by σ", name="4")

    def logit(k):
        return inner(embedding(m + 1), embedding(k)) / σ

    logits = exp(logit(m + 1)) + Sum(exp(logit(k)), (k, 1, m))
    logs = ledger.equal(exp(d * σ) + m, logits, "n = m + 1 orthogonal embeddings")
    ledger.log(logs, "the loss", name="5")
    ledger.equal(log(exp(d * σ) + n) - d * σ, log(1 + n * exp(-d * σ)), "a factor out", name="5a")
    ledger.unique(Relation(d * σ, "=", log(n + 1)), σ, log(n + 1) / d, "where e^(dσ) = n + 1", name="7a")
    ledger.equal(log(exp(d * (log(n) / d)) + n - 1), log(2 * n - 1), "the loss there", name="7b")
    ledger.limit(log(2 * n - 1) - log(n), n, log(2), "log n + log 2", name="7")
    return ledger


def normal():
    """6: the moment generating function of a normal number, from integration by parts; and of a sum of d of them."""
    ledger = Ledger("Normal moments", article=9698)
    d, i = ledger.natural("d i")
    a, x = ledger.scalar("a x")
    σ, c = ledger.scalar("σ c", positive=True)
    m = ledger.function("m", smooth=True)
    density = c * exp(-(x**2) / (2 * σ**2))
    weighed, slope = exp(a * x) * density, diff(exp(a * x) * density, x)

    def total(e):
        return Integral(e, (x, -oo, oo))

    finite = [
        ledger.assume("Hfin", Relation(total(weighed), "<", oo), "exponential moments", forall=[a]),
        ledger.assume("Hfin1", Relation(total(x * weighed), "<", oo), "with a factor x", forall=[a]),
    ]
    ledger.equal(slope, (a - x / σ**2) * weighed, "the density's derivative", name="6a")
    boundary = ledger.assume("Hbd", Relation(total(slope), "=", 0), "no boundary term", forall=[a])
    whole = ledger.assume("Hm", Relation(m(a), "=", total(weighed)), "m is E e^(az)", forall=[a])
    inside = ledger.assume("Hm'", Relation(diff(m(a), a), "=", total(x * weighed)), "differentiated inside", forall=[a])
    ledger.model({c: 1 / (σ * sqrt(2 * pi)), m: lambda t: exp(σ**2 * t**2 / 2)})
    rate = ledger.equal(
        diff(m(a), a),
        σ**2 * a * m(a),
        "by parts",
        by=[inside, whole * (-(σ**2) * a), boundary * -(σ**2), *finite],
        name="6b",
    )
    one = ledger.assume("Hone", Relation(m(0), "=", 1), "a density")
    ledger.linear_ode(rate, one, m, a, exp(a**2 * σ**2 / 2), "moment generating function", name="6c")
    ledger.series(exp(a**2 * σ**2 / 2), a, [1, 0, σ**2 / 2, 0, 3 * σ**4 / 24], "moments σ² and 3σ⁴", name="2b")
    b, M = ledger.sequence("b"), ledger.sequence("M", positive=True)
    first = ledger.assume("HM1", Relation(M(1), "=", exp(b(1) ** 2 * σ**2 / 2)), "E e^(b·z) for one coordinate")
    more = ledger.assume(
        "HM", Relation(M(i + 1), "=", M(i) * exp(b(i + 1) ** 2 * σ**2 / 2)), "coordinates are independent", forall=[i]
    )
    ledger.model({b: lambda _: Integer(0), M: lambda _: Integer(1)})
    ledger.model({b: lambda _: Integer(1)})
    size = Sum(b(i) ** 2, (i, 1, d))
    ledger.induction(
        Relation(M(d), "=", exp(size * σ**2 / 2)),
        on=d,
        base=[first],
        step=lambda ih: [ih * exp(b(d + 1) ** 2 * σ**2 / 2), more.at({i: d})],
        why="of d independent ones",
        name="6d",
    )
    length = ledger.assume("Hlen", Relation(size, "=", d), "b = w/σ with ‖w‖² = dσ²")
    ledger.exp(
        ledger.equal(size * σ**2 / 2, d * σ**2 / 2, "the exponent", by=[length * (σ**2 / 2)]),
        "the refined factor",
        name="6",
    )
    return ledger


def refined():
    """5, 6, 8: what the factor e^(dσ²/2) adds to the article's estimate."""
    ledger = Ledger("Refined loss", article=9698)
    d, n = ledger.natural("d n")
    σ, x = ledger.scalar("σ x", positive=True)
    s = ledger.scalar("s", lower=0, upper=x)
    above = ledger.exp(ledger.at_most(0, s, "s ≥ 0", by=[positive(s)]))
    area = ledger.antiderivative(exp(s), s, 0, x, exp(s), "its area")
    tangent = ledger.at_most(1 + x, exp(x), "the exponential's tangent", by=[ledger.integrate(above, s, 0, x), area])
    plain, full = exp(d * σ) + (n - 1), exp(d * σ) + (n - 1) * exp(d * σ**2 / 2)
    ledger.at_most(
        plain + (n - 1) * d * σ**2 / 2,
        full,
        "what the article leaves out, at least",
        by=[tangent.at({x: d * σ**2 / 2}) * positive(n - 1)],
        name="6",
    )
    ledger.equal(log(n * exp(d * σ**2 / 2)), log(n) + d * σ**2 / 2, "the remedies start at log n + dσ²/2", name="8b")
    return ledger


def fluctuations():
    """loose: a length ‖w‖² = dσ² + h enters the logit √d‖w‖ as dσ + h/(2σ), so with variance dσ²/2."""
    ledger = Ledger("Fluctuations", article=9698)
    d, i = ledger.natural("d i")
    σ = ledger.scalar("σ", positive=True)
    h = ledger.scalar("h", nonnegative=True)
    z = ledger.iid("z", mean=0, second=σ**2, third=0, fourth=3 * σ**4)
    ledger.series(sqrt(d) * sqrt(d * σ**2 + h), h, [d * σ, 1 / (2 * σ)], "the logit, to first order", name="loose a")
    excess = Sum(z(i) ** 2, (i, 1, d)) - d * σ**2
    ledger.equal(E((excess / (2 * σ)) ** 2), d * σ**2 / 2, "its variance: e^(√(d/2) σ N(0, 1))", name="loose b")
    return ledger


def swapped_logits():
    """loose: with logits A Bᵀ + B Aᵀ a cyclic bigram costs at least log 2."""
    ledger = Ledger("Half-swap", article=9698)
    p, q, u, v = ledger.vector("p q u v")
    ledger.equal(inner(q, u) + inner(p, v), inner(v, p) + inner(u, q), "symmetric in both tokens", name="loose a")
    i, n = ledger.natural("i n")
    y = ledger.scalar("y")
    a, rest = ledger.sequence("a"), ledger.sequence("r", nonnegative=True)
    mean = ledger.at_most(2, exp(y) + exp(-y), "two exponentials", by=[square(exp(y / 2) - exp(-y / 2))])
    softplus = ledger.at_most(
        log(2) + y, log(1 + exp(2 * y)), "softplus above its tangent", by=[ledger.log(mean)], name="loose b"
    )
    # a_i is the logit of i and i + 1, one number for both directions; row i + 1 has the target a_{i+1} and also a_i.
    two = exp(a(i + 1)) + exp(a(i))
    wide = ledger.log(ledger.at_most(two, two + rest(i), "other tokens", by=[positive(rest(i))]))
    loss = log(two + rest(i)) - a(i + 1)
    row = ledger.at_most(
        log(2) + (a(i) - a(i + 1)) / 2, loss, "the loss of a row", by=[wide, softplus.at({y: (a(i) - a(i + 1)) / 2})]
    )
    cycle = ledger.assume("Hcycle", Relation(a(n + 1), "=", a(1)), "the last token is followed by the first")
    around = ledger.induction(
        Relation(Sum(a(i) - a(i + 1), (i, 1, n)), "=", a(1) - a(n + 1)), on=n, step=lambda ih: [ih], why="telescoping"
    )
    ledger.at_most(
        n * log(2),
        Sum(loss, (i, 1, n)),
        "log 2 per token at least",
        by=[ledger.sum(row, i, 1, n), around / -2, cycle / 2],
        name="loose",
    )
    return ledger


def rotated():
    """9: P uniform among the orthogonal matrices; v_i = ‖w‖(wP)_i in a basis that starts along w, so v_1 = ⟨wP, w⟩."""
    ledger = Ledger("A random rotation", article=9698)
    d = ledger.natural("d")
    i = ledger.natural("i", upper=d)
    σ, κ = ledger.scalar("σ κ", positive=True)
    v = ledger.sequence("v", random=True)
    fourth = ledger.function("Q", random=True)  # ‖w‖⁴
    Q, moment = fourth(0), d * κ + d * (d - 1) * σ**4
    length = ledger.assume("Hv", Relation(Sum(v(i) ** 2, (i, 1, d)), "=", Q), "P keeps lengths")
    alike = ledger.assume(
        "Hr", Relation(E(v(i) ** 2), "=", E(v(1) ** 2)), "no direction is preferred to another", forall=[i]
    )
    either = ledger.assume("Hs", Relation(E(v(1)), "=", E(-v(1))), "nor to its opposite")
    known = ledger.assume("HQ", Relation(E(Q), "=", moment), "the second moment of ‖w‖², κ being E w⁴")
    ledger.model({v: lambda _: Integer(0), fourth: lambda _: moment})
    for value in (moment, d * (d + 2) * σ**4):
        ledger.model({v: lambda _, value=value: sqrt(value / d), fourth: lambda _, value=value: value})
    ledger.equal(E(v(1)), 0, "on average", by=[either / 2], name="9a")
    spread = ledger.equal(
        E(v(1) ** 2),
        E(Q) / d,
        "a d-th of E‖w‖⁴",
        by=[ledger.expect(length) / d, ledger.sum(alike, i, 1, d) / -d],
        name="9b",
    )
    result = ledger.equal(E(v(1) ** 2), κ + (d - 1) * σ**4, "the variance of ⟨wP, w⟩", by=[spread, known / d], name="9")
    ledger.instance(result, {κ: 3 * σ**4}, keeping=[known], why="(d + 2)σ⁴ for normal entries", name="9c")
    return ledger
