"""From ReFlow to WGAN-GP (article 9668): conditional means, the chain rule along a line, the penalty's centre."""

from kexue.proof import E, Ledger, Relation, diff, inner, norm, norm2, square


def ledgers():
    ledger = Ledger("ReFlow and WGAN-GP", article=9668)
    t = ledger.scalar("t", lower=0, upper=1)
    a1, a2, b1, b2 = ledger.scalar("a_1 a_2 b_1 b_2")
    D = ledger.function("D", smooth=True)
    x0, x1, v = ledger.vector("x_0 x_1 v", random=True)
    ledger.equal(diff((1 - t) * a1 + t * b1, t), b1 - a1, "a straight line", name="1")
    ledger.equal(
        norm2(v - (x1 - x0)) / 2, norm2(v) / 2 - inner(v, x1 - x0) + norm2(x1 - x0) / 2, "expand the square", name="2"
    )
    x_t = ledger.information("x_t", knows=[v])
    best = E(x1 - x0, x_t)
    split = ledger.equal(
        E(norm2(v - (x1 - x0))), E(norm2(v - best)) + E(norm2(x1 - x0 - best)), "Pythagoras in L²", name="3a"
    )
    apart = ledger.at_most(0, norm2(v - best), "a square", by=[square(v - best)])
    ledger.at_most(
        E(norm2(x1 - x0 - best)),
        E(norm2(v - (x1 - x0))),
        "the conditional mean is best",
        by=[split, ledger.expect(apart)],
        name="3",
    )
    along = D((1 - t) * a1 + t * b1, (1 - t) * a2 + t * b2)
    y1, y2 = ledger.scalar("y_1 y_2")
    moved = D(y1 + t * (b1 - a1), y2 + t * (b2 - a2))
    ledger.equal(
        diff(moved, t),
        (b1 - a1) * diff(moved, y1) + (b2 - a2) * diff(moved, y2),
        "⟨∇D, dx/dt⟩ is dD/dt",
        name="4",
    )
    ledger.antiderivative(diff(along, t), t, 0, 1, along, "exact, for a uniform t", name="5")
    g, λ, c = ledger.scalar("g λ c", positive=True)
    ledger.equal((g - 1) ** 2, g**2 - 2 * g + 1, "the penalty's centre", name="7a")
    w = ledger.vector("w")
    ledger.equal(
        λ * (norm(w) - 1) ** 2,
        λ * norm2(w) - 2 * λ * norm(w) + λ,
        "one-centred, in any dimension",
        name="7",
    )
    ledger.equal(
        norm2(c * w) / 2 - inner(c * w, v), c**2 * (norm2(w) / 2 - inner(w, v / c)), "½ only rescales D", name="loose"
    )
    mean = ledger.vector("m")
    middle = ledger.assume("H", Relation(v, "=", mean - x0), "v at t = 0, for independent pairs")
    ledger.equal(x0 + v, mean, "one step from t = 0 lands on the mean", by=[middle], name="collapse")
    return [ledger]
