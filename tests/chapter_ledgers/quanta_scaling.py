"""Power laws from quanta (article 9607): the tail of a zeta sum with its band, exponents, the compute-optimal split."""

from kexue.proof import Ledger, Relation, Sum, diff, log, oo, positive


def ledgers():
    ledger = Ledger("Quanta", article=9607)
    k, n = ledger.natural("k n")
    γ, Z, a, b = ledger.scalar("γ Z a b", positive=True)
    N, D, τ, A, B, C = ledger.scalar("N D τ A B C", positive=True)
    p = k ** (-γ - 1)
    low, high = ledger.integral_test(p, k, n + 1, k ** (-γ) / γ, "integral test", name="3")
    finite = ledger.converges(low, "the sum of all frequencies is finite", name="1a")
    head, tail, whole = Sum(p, (k, 1, n)), Sum(p, (k, n + 1, oo)), Sum(p, (k, 1, oo))
    parts = ledger.equal(whole, head + tail, "head and tail", by=[finite], name="1")
    total = ledger.assume("HZ", Relation(whole, "=", Z), "Z is the value of zeta at γ + 1")
    ledger.equal(
        a * head / Z + b * tail / Z,
        a + (b - a) * tail / Z,
        "the loss after n quanta",
        by=[total * (a / Z), parts * (-a / Z), finite],
        name="2",
    )
    ledger.at_most((n + 1) ** (-γ) / (γ * Z), tail / Z, "the band from below", by=[low / Z, finite], name="3a")
    ledger.at_most(
        tail / Z,
        (n + 1) ** (-γ) / (γ * Z) + (n + 1) ** (-γ - 1) / Z,
        "and from above",
        by=[high / Z, finite],
        name="3b",
    )
    ledger.limit((n + 1) ** (-γ) / n ** (-γ), n, 1, "the band closes", name="3c")
    ledger.limit(((n + 1) ** (-γ) / γ + (n + 1) ** (-γ - 1)) / (n ** (-γ) / γ), n, 1, "asymptotically equal", name="3d")
    ledger.equal((A * N) ** (-γ), A ** (-γ) * N ** (-γ), "in the number of parameters", name="5")
    learned = (D / (τ * Z)) ** (1 / (γ + 1))
    ledger.equal(D * learned ** (-γ - 1) / Z, τ, "quanta learned from D samples", name="6a")
    ledger.equal(learned ** (-γ), (D / (τ * Z)) ** (-γ / (γ + 1)), "in the number of samples", name="6")
    ledger.less(γ / (γ + 1), γ, "data are the slower resource", by=[positive(γ**2 / (γ + 1))], name="8")
    ledger.less(γ / (γ + 1), 1, "and the exponent is below 1", by=[positive(1 / (γ + 1))], name="8b")

    loss = A * N ** (-γ) + B * (C / N) ** (-γ / (γ + 1))
    ledger.equal(
        diff(loss, N) * N,
        -γ * A * N ** (-γ) + γ / (γ + 1) * B * (C / N) ** (-γ / (γ + 1)),
        "the loss on C = N D",
        name="9a",
    )
    scale = ((γ + 1) * A / B) ** ((γ + 1) / (γ * (γ + 2)))
    best = scale * C ** (1 / (γ + 2))
    ledger.equal(log(best), log(scale) + log(C) / (γ + 2), "the best N grows like C^(1/(γ + 2))", name="9b")
    ledger.equal(C / C ** (1 / (γ + 2)), C ** ((γ + 1) / (γ + 2)), "and D like the rest", name="9")
    return [ledger]
