"""From ReFlow to WGAN-GP (article 9668): conditional means, kept marginals, the penalty, the critic, what t is for."""

from kexue.proof import E, Integral, Ledger, Rational, Relation, diff, inner, norm, norm2, square


def ledgers():
    general = [regression(), marginals(), along_a_line(), penalties(), generator()]
    return [*general, critic_1d(), shifts(), without_time(), fixed_point()]


def regression():
    """1, 2, 3: the regression on x_1 − x_0, and its minimum; vectors of L², so in any dimension."""
    ledger = Ledger("ReFlow", article=9668)
    t, a, b = ledger.scalar("t a b")
    x0, x1, v = ledger.vector("x_0 x_1 v", random=True)
    ledger.equal(diff((1 - t) * a + t * b, t), b - a, "a straight line", name="1")
    move = x1 - x0
    ledger.equal(norm2(v - move) / 2, norm2(v) / 2 - inner(v, move) + norm2(move) / 2, "expand the square", name="2")
    ledger.equal(
        E(norm2(v - move) / 2),
        E(norm2(v)) / 2 - E(inner(v, move)) + E(norm2(move)) / 2,
        "on average: penalty, cross term, and a constant",
        name="6",
    )
    x_t = ledger.information("x_t", knows=[v])
    best = E(move, x_t)
    split = ledger.equal(E(norm2(v - move)), E(norm2(v - best)) + E(norm2(move - best)), "Pythagoras in L²", name="3a")
    apart = ledger.at_most(0, norm2(v - best), "a square", by=[square(v - best)])
    ledger.at_most(
        E(norm2(move - best)),
        E(norm2(v - move)),
        "the conditional mean is best",
        by=[split, ledger.expect(apart)],
        name="3",
    )
    return ledger


def marginals():
    """3: x_t obeys the continuity equation of the conditional mean, tested with any smooth f; G is ∇f(x_t)."""
    ledger = Ledger("Marginals", article=9668)
    t, a1, a2, b1, b2 = ledger.scalar("t a_1 a_2 b_1 b_2")
    f = ledger.function("f", smooth=True)
    y1, y2 = ledger.scalar("y_1 y_2")
    x0, x1, G = ledger.vector("x_0 x_1 G", random=True)
    m = ledger.function("m", smooth=True)
    x_t = ledger.information("x_t", knows=[G])
    ledger.equal(
        diff(f(y1 + t * (b1 - a1), y2 + t * (b2 - a2)), t),
        (b1 - a1) * diff(f(y1 + t * (b1 - a1), y2 + t * (b2 - a2)), y1)
        + (b2 - a2) * diff(f(y1 + t * (b1 - a1), y2 + t * (b2 - a2)), y2),
        "a test function along one line, in two dimensions",
        name="3b",
    )
    moves = ledger.assume(
        "Hm", Relation(diff(m(t), t), "=", E(inner(G, x1 - x0))), "the same on average: m(t) is E f(x_t)"
    )
    ledger.model({m: lambda t: E(inner(G, x1 - x0)) * t})
    ledger.equal(
        diff(m(t), t),
        E(inner(G, E(x1 - x0, x_t))),
        "d/dt E f(x_t) = E⟨∇f, v⟩: the continuity equation of v, in weak form",
        by=[moves],
        name="3c",
    )
    return ledger


def along_a_line():
    """4, 5, 6: with v = ∇D the cross term is an exact difference when t is uniform on [0, 1]."""
    ledger = Ledger("The critic's loss", article=9668)
    t = ledger.scalar("t", lower=0, upper=1)
    a1, a2, b1, b2, y1, y2 = ledger.scalar("a_1 a_2 b_1 b_2 y_1 y_2")
    D = ledger.function("D", smooth=True)
    moved = D(y1 + t * (b1 - a1), y2 + t * (b2 - a2))
    ledger.equal(
        diff(moved, t),
        (b1 - a1) * diff(moved, y1) + (b2 - a2) * diff(moved, y2),
        "⟨∇D, dx/dt⟩ is dD/dt",
        name="4",
    )
    slopes = [diff(moved, y) for y in (y1, y2)]
    ends = ledger.antiderivative(diff(moved, t), t, 0, 1, moved, "exact, for a uniform t", name="5")
    length = sum(g**2 for g in slopes) / 2
    cross = sum(g * move for g, move in zip(slopes, (b1 - a1, b2 - a2), strict=True))
    ledger.equal(
        Integral(length - cross, (t, 0, 1)),
        Integral(length, (t, 0, 1)) - (D(y1 + b1 - a1, y2 + b2 - a2) - D(y1, y2)),
        "the penalty ½‖∇D‖² at interpolates, and D(x_0) − D(x_1)",
        by=[ends],
        name="6a",
    )
    return ledger


def penalties():
    """7: one-centred and zero-centred, on a segment of length c between two point masses and in any dimension."""
    ledger = Ledger("Penalties", article=9668)
    g = ledger.scalar("g")
    λ, c = ledger.scalar("λ c", positive=True)
    t = ledger.scalar("t", lower=0, upper=1)
    w, v = ledger.vector("w v")
    slope = ledger.function("D'", smooth=True)
    ledger.equal(
        λ * (norm(w) - 1) ** 2, λ * norm2(w) - 2 * λ * norm(w) + λ, "one-centred: a term that pulls outwards", name="7"
    )
    ledger.at_most(-(c**2) / 2, g**2 / 2 - g * c, "zero-centred", by=[square(g - c) / 2], name="7a")
    ledger.unique(Relation(g**2 / 2 - g * c, "=", -(c**2) / 2), g, c, "best at D' = c only", name="7b")
    one = 1 + c / (2 * λ)
    ledger.at_most(-c - c**2 / (4 * λ), λ * (g - 1) ** 2 - g * c, "one-centred", by=[square(g - one) * λ], name="7c")
    ledger.unique(
        Relation(λ * (g - 1) ** 2 - g * c, "=", -c - c**2 / (4 * λ)), g, one, "best at D' = 1 + c/(2λ) only", name="7d"
    )
    u = slope(c * t)
    local = ledger.at_most(-(c**2) / 2, u**2 / 2 - u * c, "at each point of the segment", by=[square(u - c) / 2])
    ledger.integrate(local, t, 0, 1, "for every critic on the segment", name="7e")
    ledger.equal(
        norm2(c * w) / 2 - inner(c * w, v), c**2 * (norm2(w) / 2 - inner(w, v / c)), "½ rescales D", name="loose"
    )
    return ledger


def critic_1d():
    """loose: without t the critic in one dimension is D' = (F_0 − F_1)/ρ, for distribution functions F."""
    ledger = Ledger("The critic in one dimension", article=9668)
    x, g = ledger.scalar("x g")
    λ = ledger.scalar("λ", positive=True)
    F0, F1, D = ledger.function("F_0 F_1 D", smooth=True)
    ρ = ledger.function("ρ", smooth=True, positive=True)
    gap = F0(x) - F1(x)
    best = gap / ρ(x)
    ledger.equal(
        diff(D(x) * gap, x),
        diff(D(x), x) * gap + D(x) * (diff(F0(x), x) - diff(F1(x), x)),
        "by parts: E D(x_0) − E D(x_1) is −∫ D' (F_0 − F_1)",
        name="1d",
    )
    ledger.at_most(
        -(gap**2) / (2 * ρ(x)),
        ρ(x) * g**2 / 2 - g * gap,
        "at each point",
        by=[square(g - best) * (ρ(x) / 2)],
        name="1d a",
    )
    ledger.unique(
        Relation(ρ(x) * g**2 / 2 - g * gap, "=", -(gap**2) / (2 * ρ(x))), g, best, "attained there only", name="1d b"
    )
    ledger.equal(-diff(ρ(x) * best, x), diff(F1(x), x) - diff(F0(x), x), "it solves −(ρ D')' = p_1 − p_0", name="1d c")
    ledger.at_most(
        -gap - gap**2 / (4 * λ * ρ(x)),
        λ * ρ(x) * (g - 1) ** 2 - g * gap,
        "one-centred: D' = 1 + (F_0 − F_1)/(2λρ), where it is positive",
        by=[square(g - 1 - gap / (2 * λ * ρ(x))) * (λ * ρ(x))],
        name="1d d",
    )
    return ledger


def shifts():
    """7: two Gaussians that differ by a shift c, or any two such laws, each point paired with its image."""
    ledger = Ledger("A shift", article=9668)
    x = ledger.scalar("x")
    c = ledger.scalar("c", positive=True)
    t = ledger.scalar("t", lower=0, upper=1)
    F = ledger.function("F", smooth=True)
    density = diff(F(x - t * c), x)  # of x_t = x_0 + t c
    mean = ledger.antiderivative(density, t, 0, 1, -F(x - t * c) / c, "the law over all t", name="7f")
    ledger.equal(
        c * Integral(density, (t, 0, 1)),
        F(x) - F(x - c),
        "so that (F_0 − F_1)/ρ = c everywhere",
        by=[mean * c],
        name="7g",
    )
    return ledger


def generator():
    """8: at t = 0 the regression on x_0 + ε∇D(x_0) has the gradient of −2ε D(g(z)); two outputs."""
    ledger = Ledger("The generator", article=9668)
    θ, τ, ε, y1, y2 = ledger.scalar("θ τ ε y_1 y_2")
    g = ledger.function("g_1 g_2", smooth=True)
    D = ledger.function("D", smooth=True)
    now, old = [f(θ) for f in g], [f(τ) for f in g]
    speed = [diff(D(y1, y2), y) for y in (y1, y2)]
    parts = list(zip(now, old, speed, strict=True))
    step = ledger.equal(
        diff(sum((n - o - ε * s) ** 2 for n, o, s in parts), θ),
        2 * sum((n - o - ε * s) * diff(n, θ) for n, o, s in parts),
        "gradient of the regression",
    )
    here = ledger.instance(step.at({y1: old[0], y2: old[1]}), {τ: θ}, why="at the current output")
    ledger.equal(here.rhs, -2 * ε * diff(D(*now), θ), "it is that of −2ε D(g)", name="8")
    return ledger


def without_time():
    """loose: v must not be asked at t = 0 alone; averaged over t it leaves p_0 = p_1 where it is; what that costs."""
    ledger = Ledger("Without time", article=9668)
    k = ledger.natural("k")
    ε, u, w, g, μ, z = ledger.scalar("ε u w g μ z")
    a, b = ledger.scalar("a b", positive=True)
    names = ledger.function("x_0 x_1", random=True)
    x0, x1 = (f(0) for f in names)
    start = ledger.information("x_0", knows=names[:1])
    free = ledger.assume("Hind", Relation(E(x1, start), "=", μ), "independent pairs")
    y = ledger.sequence("y")
    update = ledger.assume("Hy", Relation(y(k + 1), "=", y(k) + ε * (μ - y(k))), "steps along v at t = 0", forall=[k])
    first = ledger.assume("Hy1", Relation(y(1), "=", z), "a sample")
    small = ledger.assume("Hε", Relation(ε, "<", 1), "no overshoot")
    half = Rational(1, 2)
    ledger.model({names[1]: lambda _: μ})
    ledger.model({ε: half, y: lambda k: μ + (z - μ) * half ** (k - 1)})
    ledger.equal(E(x1 - x0, start), μ - x0, "v at t = 0", by=[free], name="collapse a")
    ledger.induction(
        Relation(y(k), "=", μ + (z - μ) * (1 - ε) ** (k - 1)),
        on=k,
        base=[first, small],
        step=lambda ih: [update, ih * (1 - ε), small],
        why="every sample tends to the mean of the data",
        name="collapse",
    )
    # one place, passed with speed u (weight a) and at another time with speed w (weight b); v(x, t) leaves 0
    gap = a * b / (a + b) * (u - w) ** 2
    cost = ledger.at_most(
        gap,
        a * (g - u) ** 2 + b * (g - w) ** 2,
        "what a field without time leaves over",
        by=[square((a + b) * g - a * u - b * w) / (a + b)],
        name="gap a",
    )
    ledger.instance(cost, {a: 1, b: half, u: 1, w: -2}, why="0 → 1 and 2 → 0, on [0, 1]", name="gap")
    return ledger


def fixed_point():
    """loose: if p_0 = p_1, then (x_0, x_1, t) and (x_1, x_0, 1 − t) have the same law, and the same x_t."""
    ledger = Ledger("A fixed point", article=9668)
    t, p, q = ledger.scalar("t p q")
    ledger.equal((1 - (1 - t)) * q + (1 - t) * p, (1 - t) * p + t * q, "the swap keeps x_t", name="fixed a")
    X0, X1 = ledger.vector("X_0 X_1", random=True)
    place = ledger.information("x_t", knows=[])
    v = E(X1 - X0, place)
    swap = ledger.assume(
        "Hswap", Relation(E(inner(v, X1 - X0)), "=", E(inner(v, X0 - X1))), "and turns x_1 − x_0 round"
    )
    ledger.model({X0: X1})
    ledger.equal(E(norm2(v)), 0, "so that v is 0: p_0 = p_1 is a fixed point", by=[swap / 2], name="fixed")
    return ledger
