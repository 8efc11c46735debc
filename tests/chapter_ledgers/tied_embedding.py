"""Sharing the output embedding (article 9698): moments in a symbolic dimension, initial losses, the half-swap."""

from kexue.proof import E, Ledger, Relation, Sum, exp, log, positive


def ledgers():
    ledger = Ledger("Tied embeddings", article=9698)
    d, i, n, m = ledger.natural("d i n m")
    σ = ledger.scalar("σ", positive=True)
    w, v = ledger.iid("w", mean=0, second=σ**2), ledger.iid("v", mean=0, second=σ**2)
    z = ledger.iid("z", mean=0, second=σ**2, third=0, fourth=3 * σ**4)
    length, pairing = Sum(w(i) ** 2, (i, 1, d)), Sum(w(i) * v(i), (i, 1, d))
    normal = Sum(z(i) ** 2, (i, 1, d))
    ledger.equal(E(length), d * σ**2, "squared length", name="1")
    ledger.equal(E(length**2), d * E(w(1) ** 4) + d * (d - 1) * σ**4, "its second moment", name="2a")
    ledger.equal(E(normal**2) - E(normal) ** 2, 2 * d * σ**4, "its variance, for normal entries", name="2")
    ledger.equal(E(pairing), 0, "orthogonal on average", name="3a")
    ledger.equal(E(pairing**2), d * σ**4, "and within √d σ²", name="3")
    swapped = 2 * Sum(w(i) * v(i), (i, 1, m))  # d = 2m: the halves of one vector are two vectors of half its length
    ledger.equal(E(swapped**2), 2 * (2 * m) * σ**4, "the half-swap, twice the variance of independent ones", name="8")

    s = ledger.scalar("s")
    plain = log(exp(d * σ) + n)
    ledger.equal(plain - d * σ, log(1 + n * exp(-d * σ)), "the loss of the identity, a factor out", name="5")
    ledger.equal(exp(d * (log(n) / d)), n, "where the two terms are equal", name="7a")
    ledger.limit(log(2 * n - 1) - log(n), n, log(2), "log n + log 2", name="7")
    ledger.equal(log(n * exp(d * σ**2 / 2)), log(n) + d * σ**2 / 2, "the remedies start at log n + dσ²/2", name="8b")
    refined = exp(d * σ) + (n - 1) * exp(d * σ**2 / 2)
    rest = (n - 1) * (exp(d * σ**2 / 2) - 1)
    ledger.equal(refined, exp(d * σ) + (n - 1) + rest, "what the article leaves out", name="6a")
    tangent = ledger.assume("He", Relation(1 + s, "≤", exp(s)), "the exponential lies above its tangent", forall=[s])
    ledger.at_most(
        exp(d * σ) + (n - 1),
        refined - (n - 1) * d * σ**2 / 2,
        "by at least this",
        by=[tangent.at({s: d * σ**2 / 2}) * positive(n - 1)],
        name="6",
    )
    return [ledger]
