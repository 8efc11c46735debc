"""W-distance ≤ score matching (article 9467): the coupling's growth, Grönwall, Pythagoras behind score matching."""

from kexue.proof import E, Integral, Ledger, Relation, diff, exp, inner, norm, norm2, square


def ledgers():
    ledger = Ledger("W-distance ≤ score matching", article=9467)
    T = ledger.scalar("T", positive=True)
    t, s = ledger.scalar("t", lower=0, upper=T), ledger.scalar("s")
    x, y = ledger.vectors("x y", smooth=True)  # two curves in L²: norms are those of random vectors
    f_x, g_x, g_y = ledger.vectors("f_x g_x g_y")
    w, L = ledger.function("w L", smooth=True)
    e = ledger.function("e", continuous=True, nonnegative=True)
    apart, error, turn = x(t) - y(t), f_x(t) - g_x(t), g_x(t) - g_y(t)

    ledger.assume("Hx", Relation(diff(x(t), t), "=", f_x(t)), "x follows f", forall=[t])
    ledger.assume("Hy", Relation(diff(y(t), t), "=", g_y(t)), "y follows g", forall=[t])
    ledger.equal(diff(norm2(apart), t), 2 * inner(apart, diff(x(t), t) - diff(y(t), t)), "Leibniz rule", name="1")
    ledger.equal(f_x(t) - g_y(t), error + turn, "split", name="2")
    cauchy = ledger.cauchy_schwarz(-apart, error, "Cauchy–Schwarz in L²", name="3")
    lipschitz = ledger.assume(
        "H4", Relation(-inner(turn, apart), "≤", L(t) * norm2(apart)), "−g is one-sided Lipschitz", forall=[t]
    )
    ledger.at_most(
        -inner(apart, f_x(t) - g_y(t)),
        norm(apart) * norm(error) + L(t) * norm2(apart),
        "error and drift",
        by=[cauchy, lipschitz],
        name="5a",
    )
    rate = ledger.assume("Hw", Relation(-diff(w(t), t), "≤", e(t) + L(t) * w(t)), "step 5, for w > 0", forall=[t])
    shrink = exp(-Integral(L(s), (s, t, T)))
    weighted = ledger.equal(
        diff(w(t) * shrink, t), (diff(w(t), t) + L(t) * w(t)) * shrink, "derivative of C", name="6a"
    )
    falls = -diff(w(t) * shrink, t)
    bound = ledger.at_most(falls, shrink * e(t), "−C′ is small", by=[rate * shrink, weighted], name="6")
    total = ledger.integrate(bound, t, 0, T, "integrate", name="7a")
    ends = ledger.antiderivative(falls, t, 0, T, -w(t) * shrink, "fundamental theorem", name="7b")
    ledger.at_most(
        w(0) * exp(-Integral(L(s), (s, 0, T))),
        w(T) + Integral(shrink * e(t), (t, 0, T)),
        "Grönwall",
        by=[total, ends],
        name="7",
    )

    a, score = ledger.vector("a score", random=True)
    x_t = ledger.information("x_t", knows=[score])
    ledger.equal(
        E(norm2(E(a, x_t) - score)) + E(norm2(a - E(a, x_t))), E(norm2(a - score)), "Pythagoras in L²", name="10"
    )
    ledger.at_most(
        E(norm2(E(a, x_t) - score)),
        E(norm2(a - score)),
        "score matching ≤ conditional score matching",
        by=[
            ledger.expect(ledger.at_most(0, norm2(a - E(a, x_t)), by=[square(a - E(a, x_t))], why="a square")),
            ledger.steps[-1],
        ],
        name="10b",
    )

    c, κ, γ = ledger.scalar("c κ γ", positive=True)
    p, q = ledger.vector("p q")
    ledger.equal((c * p - κ * γ**2 * q) - (c * p - κ * γ**2 * p), κ * γ**2 * (p - q), "the two drifts", name="13")

    v, v_0 = ledger.function("v", smooth=True), ledger.scalar("v_0", positive=True)
    variance = ledger.assume("Hv", Relation(diff(v(s), s), "=", 1 - v(s)), "variance under a VP process", forall=[s])
    start = ledger.assume("Hv0", Relation(v(0), "=", v_0), "initial variance")
    ledger.linear_ode(variance, start, v, s, 1 + (v_0 - 1) * exp(-s), "Gaussian data", name="11")

    gap = ledger.function("r", smooth=True)
    counter = ledger.assume(
        "Hc", Relation(diff(gap(s), s), "=", 1 + gap(s)), "f = −x + 1, g = −y, s = T − t", forall=[s]
    )
    same = ledger.assume("Hc0", Relation(gap(0), "=", 0), "the same start")
    ledger.linear_ode(
        counter, same, gap, s, exp(s) - 1, "e³ − 1 at s = 3, where the article's sign gives 3", name="loose"
    )
    return [ledger]
