"""A GAN is a diffusion ODE (article 9662): Fokker–Planck, decay of the divergence, the critic, the generator's step."""

from kexue.proof import Integral, Ledger, Relation, diff, exp, log, oo, square


def ledgers():
    ledger = Ledger("MonoFlow", article=9662)
    x, z, t, ε = ledger.scalar("x z t ε")
    p, q = ledger.function("p q", smooth=True, positive=True)
    h = ledger.function("h", smooth=True)

    def flow(density, coordinate):
        return diff(density * diff(log(p(x, z) / q(x, z)), coordinate), coordinate)

    ledger.equal(
        -flow(q(x, z), x) - flow(q(x, z), z),
        -diff(q(x, z) * diff(log(p(x, z)), x), x)
        - diff(q(x, z) * diff(log(p(x, z)), z), z)
        + diff(q(x, z), x, x)
        + diff(q(x, z), z, z),
        "the continuity equation is Fokker–Planck's",
        name="1",
    )

    ratio = log(p(x) / q(t, x))
    speed = diff(ratio, x)
    moves = ledger.assume("H", Relation(diff(q(t, x), t), "=", -diff(q(t, x) * speed, x)), "the flow", forall=[t, x])
    change = (1 + log(q(t, x) / p(x))) * diff(q(t, x), t)
    flux = (1 + log(q(t, x) / p(x))) * q(t, x) * speed
    ledger.equal(diff(q(t, x) * log(q(t, x) / p(x)), t), change, "the integrand's derivative", name="2a")
    ledger.equal(
        change,
        -diff(flux, x) - q(t, x) * speed**2,
        "by parts, locally",
        by=[moves * (1 + log(q(t, x) / p(x)))],
        name="2b",
    )
    whole, gain = Integral(q(t, x) * speed**2, (x, -oo, oo)), Integral(diff(flux, x), (x, -oo, oo))
    finite = ledger.assume("Hfin", Relation(whole, "<", oo), "finite Fisher information")
    tame = ledger.assume("Hflux", Relation(gain, "<", oo), "an integrable flux")
    boundary = ledger.assume("Hbd", Relation(gain, "=", 0), "no boundary term")
    ledger.equal(
        Integral(-diff(flux, x) - q(t, x) * speed**2, (x, -oo, oo)),
        -whole,
        "dissipation",
        by=[finite, tame, boundary],
        name="2",
    )
    m, v = ledger.function("m v", smooth=True)
    m_0, v_0 = ledger.scalar("m_0"), ledger.scalar("v_0", positive=True)
    mean = ledger.assume("Hm", Relation(diff(m(t), t), "=", -m(t)), "the mean", forall=[t])
    at_m = ledger.assume("Hm0", Relation(m(0), "=", m_0), "its start")
    spread = ledger.assume("Hv", Relation(diff(v(t), t), "=", 2 - 2 * v(t)), "the variance", forall=[t])
    at_v = ledger.assume("Hv0", Relation(v(0), "=", v_0), "its start, s")
    ledger.linear_ode(mean, at_m, m, t, m_0 * exp(-t), "Gaussian mean", name="3a")
    ledger.linear_ode(spread, at_v, v, t, 1 + (v_0 - 1) * exp(-2 * t), "Gaussian variance", name="3b")

    a, b = ledger.scalar("a b", positive=True)
    σ = 1 / (1 + exp(-x))
    value = a * log(σ) + b * log(1 - σ)
    ledger.equal(diff(value, x), a - (a + b) * σ, "the critic's slope", name="4a")
    ledger.equal(diff(value, x, x), -(a + b) * σ * (1 - σ), "its curvature", name="4b")
    ledger.equal(a - (a + b) / (1 + exp(-log(a / b))), 0, "the best critic", name="4")

    θ, φ, τ, ω = ledger.scalar("θ φ τ ω")
    g1, g2 = ledger.function("g_1 g_2", smooth=True)
    old, target = (g1(τ, ω), g2(τ, ω)), ledger.function("s_1 s_2", smooth=True)
    loss = sum((g - o - ε * s(*old)) ** 2 for g, o, s in zip((g1(θ, φ), g2(θ, φ)), old, target, strict=True))
    slope = ledger.equal(
        diff(loss, θ),
        2 * sum((g - o - ε * s(*old)) * diff(g, θ) for g, o, s in zip((g1(θ, φ), g2(θ, φ)), old, target, strict=True)),
        "gradient of the regression",
        name="6a",
    )
    ledger.instance(slope, {τ: θ, ω: φ}, why="at the current parameters", name="6b")

    rises = ledger.assume("Hh", Relation(0, "≤", diff(h(z), z)), "h grows", forall=[z])
    ledger.at_most(
        0,
        q(t, x) * speed**2 * diff(h(z), z),
        "the dissipation of MonoFlow has a sign",
        by=[rises * q(t, x) * square(speed)],
        name="8",
    )
    ledger.equal(diff(-log(σ), x), -(1 - σ), "non-saturating", name="9a")
    ledger.equal(diff(log(1 - σ), x), -σ, "saturating", name="9b")
    return [ledger]
