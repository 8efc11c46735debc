"""A GAN is a diffusion ODE (article 9662): Fokker–Planck, decay of the divergence, critics, the generator's steps."""

from kexue.proof import Integer, Integral, Ledger, Rational, Relation, diff, exp, log, oo, positive, sqrt, square


def ledgers():
    return [fokker_planck(), dissipation(), gaussian(), critics(), generator(), second_step(), losses(), many_steps()]


def fokker_planck():
    """1: the continuity equation with speed ∇ log(p/q) is Fokker–Planck's, in one and two dimensions."""
    ledger = Ledger("Fokker–Planck", article=9662)
    x, z = ledger.scalar("x z")
    p, q = ledger.function("p q", smooth=True, positive=True)

    def flow(p, q, coordinate):
        return -diff(q * diff(log(p / q), coordinate), coordinate)

    def drift_and_diffusion(p, q, coordinate):
        return -diff(q * diff(log(p), coordinate), coordinate) + diff(q, coordinate, coordinate)

    ledger.equal(flow(p(x), q(x), x), drift_and_diffusion(p(x), q(x), x), "in one dimension", name="1a")
    pair = p(x, z), q(x, z)
    ledger.equal(
        flow(*pair, x) + flow(*pair, z),
        drift_and_diffusion(*pair, x) + drift_and_diffusion(*pair, z),
        "in two",
        name="1",
    )
    return ledger


def dissipation():
    """2, 8: along the speed ∇ h(log(p/q)) the divergence changes by −∫ q h' ‖∇ log(p/q)‖²; h is the identity in 2."""
    ledger = Ledger("Dissipation", article=9662)
    x, t, y = ledger.scalar("x t y")
    p = ledger.function("p", smooth=True, positive=True)
    q = ledger.function("q", smooth=True, positive=True)
    h = ledger.function("h", smooth=True)
    ratio = log(p(x) / q(t, x))
    speed, slope = diff(ratio, x), diff(h(y), y)
    moves = ledger.assume(
        "H", Relation(diff(q(t, x), t), "=", -diff(q(t, x) * diff(h(ratio), x), x)), "the flow", forall=[t, x]
    )
    weight = 1 + log(q(t, x) / p(x))
    change, flux = weight * diff(q(t, x), t), weight * q(t, x) * diff(h(ratio), x)
    ledger.equal(diff(q(t, x) * log(q(t, x) / p(x)), t), change, "the integrand's derivative", name="2a")
    loss = q(t, x) * diff(h(ratio), x) * speed
    ledger.equal(change, -diff(flux, x) - loss, "by parts, locally", by=[moves * weight], name="2b")
    whole, gain = Integral(loss, (x, -oo, oo)), Integral(diff(flux, x), (x, -oo, oo))
    finite = ledger.assume("Hfin", Relation(whole, "<", oo), "finite Fisher information")
    tame = ledger.assume("Hflux", Relation(gain, "<", oo), "an integrable flux")
    boundary = ledger.assume("Hbd", Relation(gain, "=", 0), "no boundary term")
    ledger.equal(
        Integral(-diff(flux, x) - loss, (x, -oo, oo)),
        -whole,
        "the divergence's rate",
        by=[finite, tame, boundary],
        name="2",
    )
    rises = ledger.assume("Hh", Relation(0, "≤", slope), "h grows", forall=[y])
    local = ledger.at_most(
        0, loss, "the dissipation has a sign", by=[rises.at({y: ratio}) * q(t, x) * square(speed)], name="8a"
    )
    ledger.integrate(local, x, -oo, oo, "so that the divergence falls", name="8", given=[finite])
    # loose: a log-Sobolev inequality makes it exponential
    k = ledger.function("k", smooth=True)
    T = ledger.scalar("T", positive=True)
    sobolev = ledger.assume("HLS", Relation(diff(k(t), t), "≤", -2 * k(t)), "the rate is at least 2 KL", forall=[t])
    ledger.model({k: lambda t: exp(-2 * t)})
    falls = ledger.at_most(diff(exp(2 * t) * k(t), t), 0, "log-Sobolev", by=[sobolev * exp(2 * t)])
    over = ledger.integrate(falls, t, 0, T)
    ends = ledger.antiderivative(diff(exp(2 * t) * k(t), t), t, 0, T, exp(2 * t) * k(t))
    ledger.at_most(
        k(T), exp(-2 * T) * k(0), "the rate e^(−2t)", by=[over * exp(-2 * T), ends * -exp(-2 * T)], name="loose"
    )
    return ledger


def above_tangent(ledger, z):
    """1 + z ≤ e^z for every z: the remainder is an integral of something that is not negative."""
    s = ledger.scalar("s", lower=0, upper=1)
    rest = (1 - s) * z**2 * exp(s * z)
    remainder = ledger.antiderivative(rest, s, 0, 1, (1 - s) * z * exp(s * z) + exp(s * z), "Taylor's remainder")
    convex = ledger.integrate(ledger.at_most(0, rest, "e^z is convex", by=[positive(rest)]), s, 0, 1)
    return ledger.at_most(1 + z, exp(z), "above its tangent", by=[convex, remainder])


def gaussian():
    """3, and loose: p = N(0, 1), q = N(m, v)."""
    ledger = Ledger("Gaussians", article=9662)
    t = ledger.scalar("t", nonnegative=True)  # before its start the variance below 1 would be negative
    ξ, z = ledger.scalar("ξ z")
    m, w = ledger.function("m w", smooth=True)
    v = ledger.function("v", smooth=True, positive=True)
    m_0, y = ledger.scalar("m_0 y")
    v_0, c = ledger.scalar("v_0 c", positive=True)
    mean = ledger.assume("Hm", Relation(diff(m(t), t), "=", -m(t)), "the mean", forall=[t])
    at_m = ledger.assume("Hm0", Relation(m(0), "=", m_0), "its start")
    spread = ledger.assume("Hv", Relation(diff(v(t), t), "=", 2 - 2 * v(t)), "the variance", forall=[t])
    at_v = ledger.assume("Hv0", Relation(v(0), "=", v_0), "its start")
    ledger.model({v: lambda t: 1, v_0: 1, m: lambda t: exp(-t)})
    ledger.linear_ode(mean, at_m, m, t, m_0 * exp(-t), "Gaussian mean", name="3a")
    ledger.linear_ode(spread, at_v, v, t, 1 + (v_0 - 1) * exp(-2 * t), "Gaussian variance", name="3b")
    particle = m(t) + sqrt(v(t)) * ξ
    ledger.equal(
        diff(particle, t),
        (particle - m(t)) / v(t) - particle,
        "particles ẋ = (x − m)/v − x",
        by=[mean, spread * (ξ / (2 * sqrt(v(t))))],
        name="3c",
    )
    kl = (m(t) ** 2 + v(t) - 1 - log(v(t))) / 2
    rate = m(t) ** 2 + (1 - v(t)) ** 2 / v(t)
    ledger.equal(
        diff(kl, t), -rate, "the divergence's rate", by=[mean * m(t), spread * ((1 - 1 / v(t)) / 2)], name="3d"
    )
    ledger.at_most(0, rate, "it falls", by=[square(m(t)), square(1 - v(t)) / v(t)], name="3")
    # log-Sobolev for Gaussians, from log y ≤ y − 1
    tangent = above_tangent(ledger, z)
    ledger.at_most(2 * kl, rate, "log-Sobolev for Gaussians", by=[tangent.at({z: log(1 / v(t))})], name="loose a")
    back = ledger.assume("Hw", Relation(diff(w(t), t), "=", 2 * w(t) - 2), "a decreasing h", forall=[t])
    at_w = ledger.assume("Hw0", Relation(w(0), "=", 1 - 1 / (1 + c)), "a start below 1")
    ledger.linear_ode(back, at_w, w, t, 1 - exp(2 * t) / (1 + c), "its variance", name="loose b")
    ledger.unique(Relation(2 * y - log(1 + c), "=", 0), y, log(1 + c) / 2, "0 at ½ ln(1/(1 − v_0))", name="loose c")
    return ledger


def critics():
    """4, 5: for each divergence the best critic at a point is a function of r = p/q; both bound and equality."""
    ledger = Ledger("Critics", article=9662)
    a, b, r, u = ledger.scalar("a b r u", positive=True)
    x, z = ledger.scalar("x z")
    tangent = above_tangent(ledger, z)
    σ = 1 / (1 + exp(-x))
    value = a * log(σ) + b * log(1 - σ)
    ledger.equal(diff(value, x), a - (a + b) * σ, "the critic's slope", name="4a")
    ledger.equal(diff(value, x, x), -(a + b) * σ * (1 - σ), "its curvature", name="4b")
    ledger.equal(a - (a + b) / (1 + exp(-log(a / b))), 0, "the slope vanishes at log(a/b)", name="4c")
    best = a * log(a / (a + b)) + b * log(b / (a + b))
    ledger.at_most(
        value,
        best,
        "no critic does better",
        by=[tangent.at({z: log(σ * (a + b) / a)}) * a, tangent.at({z: log((1 - σ) * (a + b) / b)}) * b],
        name="4",
    )
    # 5: r T − f*(T) ≤ f(r) for every T, with equality at T = f'(r)
    kl, reverse, js, χ2 = r * log(r), -log(r), r * log(r) - (r + 1) * log((r + 1) / 2), (r - 1) ** 2
    ledger.equal(diff(kl, r), 1 + log(r), "KL: T = 1 + log r", name="5a")
    ledger.at_most(r * x - exp(x - 1), kl, "f*(T) = e^(T − 1)", by=[tangent.at({z: x - 1 - log(r)}) * r], name="5b")
    ledger.equal(r * (1 + log(r)) - exp(log(r)), kl, "attained", name="5c")
    ledger.equal(diff(reverse, r), -1 / r, "reverse KL: T = −1/r", name="5d")
    ledger.at_most(
        -r * u + 1 + log(u), reverse, "f*(T) = −1 − log(−T), T = −u", by=[tangent.at({z: log(r * u)})], name="5e"
    )
    ledger.equal(-r * (1 / r) + 1 + log(1 / r), reverse, "attained", name="5f")
    ledger.equal(diff(js, r), log(2 * r / (1 + r)), "Jensen–Shannon: T = log(2r/(1 + r))", name="5g")
    ledger.at_most(
        r * log(2 * σ) + log(2 - 2 * σ),
        js,
        "f*(T) = −log(2 − e^T), T = log 2σ",
        by=[tangent.at({z: log(σ * (r + 1) / r)}) * r, tangent.at({z: log((1 - σ) * (r + 1))})],
        name="5h",
    )
    ledger.equal(r * log(2 * r / (1 + r)) + log(2 - 2 * r / (1 + r)), js, "attained", name="5i")
    ledger.equal(diff(χ2, r), 2 * (r - 1), "Pearson: T = 2(r − 1)", name="5j")
    ledger.at_most(r * x - (x + x**2 / 4), χ2, "f*(T) = T + T²/4", by=[square(r - 1 - x / 2)], name="5k")
    t = 2 * (r - 1)
    ledger.equal(r * t - (t + t**2 / 4), χ2, "attained", name="5l")
    return ledger


def generator():
    """6: at the current parameters the regression loss has the gradient of −2ε D(g_θ(z)); two of each."""
    ledger = Ledger("The generator's step", article=9662)
    θ, φ, τ, ω, ε, y1, y2 = ledger.scalar("θ φ τ ω ε y_1 y_2")
    g = ledger.function("g_1 g_2", smooth=True)
    D = ledger.function("D", smooth=True)
    now, old = [f(θ, φ) for f in g], [f(τ, ω) for f in g]
    speed = [diff(D(y1, y2), y) for y in (y1, y2)]  # ∇D at a point (y_1, y_2) that stays where it is
    loss = sum((n - o - ε * s) ** 2 for n, o, s in zip(now, old, speed, strict=True))
    for parameter in (θ, φ):
        regression = ledger.equal(
            diff(loss, parameter),
            2 * sum((n - o - ε * s) * diff(n, parameter) for n, o, s in zip(now, old, speed, strict=True)),
            "gradient of the regression",
        )
        frozen = regression.at({y1: old[0], y2: old[1]})
        here = ledger.instance(frozen, {τ: θ, ω: φ}, why="at the current output", name=f"6, {parameter}")
        ledger.equal(here.rhs, -2 * ε * diff(D(*now), parameter), "it is that of −2ε D(g)", name=f"6, {parameter}")
    return ledger


def second_step():
    """7: after a step h of one parameter the two gradients differ by −2h ‖g'‖² − 2εh g'·D″g' + o(h)."""
    ledger = Ledger("The second step", article=9662)
    θ, ε = ledger.scalar("θ ε")
    h = ledger.scalar("h", lower=-Rational(1, 2), upper=Rational(1, 2))
    g = ledger.function("g_1 g_2", smooth=True)
    s = ledger.function("s_1 s_2", smooth=True)  # ∇D, a function of the output
    now, then = [f(θ) for f in g], [f(θ + h) for f in g]
    slopes = [diff(f(θ + h), θ) for f in g]
    adversarial = -2 * ε * sum(v(*then) * slope for v, slope in zip(s, slopes, strict=True))
    regression = 2 * sum(
        (new - old - ε * v(*now)) * slope for new, old, v, slope in zip(then, now, s, slopes, strict=True)
    )
    first = [diff(f, θ) for f in now]
    parting = -2 * sum(f**2 + ε * f * diff(v(*now), θ) for f, v in zip(first, s, strict=True))
    ledger.series(adversarial - regression, h, [0, parting], "equal at h = 0, not after a step", name="7")
    return ledger


def losses():
    """9: a loss of D = log r moves particles along ∇h(log r) with h' = −(loss)'."""
    ledger = Ledger("Losses", article=9662)
    x, θ, φ = ledger.scalar("x θ φ")
    σ = 1 / (1 + exp(-x))
    cases = {
        "non-saturating": (-log(σ), log(σ), 1 - σ),
        "saturating": (log(1 - σ), log(1 + exp(x)), σ),
        "Wasserstein-like": (-x, x, Integer(1)),
        "exponential": (-exp(x), exp(x), exp(x)),
    }
    for number, (name, (loss, h, speed)) in enumerate(cases.items()):
        letter = "abcd"[number]
        ledger.equal(-diff(loss, x), speed, f"{name}: the speed", name=f"9{letter}")
        ledger.equal(diff(h, x), speed, "its h", name=f"9{letter}'")
        ledger.less(0, speed, "grows", by=[positive(speed)], name=f"9{letter}+")
    # h = exp, q = N(θ, 1), p = N(0, 1): D = p/q = exp(θ²/2 − θx), and E e^(−θ(φ + ξ)) = e^(θ²/2 − θφ) for normal ξ
    frozen = exp(θ**2 / 2) * exp(θ**2 / 2 - θ * φ)
    line = ledger.equal(diff(frozen, φ), -θ * frozen, "the gradient with a frozen critic", name="loose d")
    ledger.equal(frozen.subs(φ, θ), 1, "while E_q[p/q] is 1 for every θ", name="loose e")
    ledger.equal(diff(frozen.subs(φ, θ), θ), 0, "so that the full gradient vanishes", name="loose f")
    ledger.instance(line, {φ: θ}, why="and the frozen one is −θ", name="loose g")
    p, q = ledger.function("p q", smooth=True, positive=True)
    mass = ledger.assume("Hp", Relation(Integral(p(x), (x, -oo, oo)), "=", 1), "p is a density")
    finite = ledger.assume("Hfin", Relation(Integral(p(x), (x, -oo, oo)), "<", oo), "it is integrable")
    ledger.equal(
        Integral(q(x) * (p(x) / q(x)), (x, -oo, oo)), 1, "E_q[p/q] is 1 for every q", by=[mass, finite], name="loose h"
    )
    return ledger


def many_steps():
    """loose: q = N(θ, 1), p = N(0, 1), so ∇D = −θ: K generator steps with the critic held, by either loss."""
    ledger = Ledger("More generator steps", article=9662)
    k = ledger.natural("k")
    η, ε, b = ledger.scalar("η ε b", positive=True)
    θ, x = ledger.scalar("θ x")
    u, r = ledger.sequence("u r")
    ledger.equal(diff(log(exp(-(x**2) / 2) / exp(-((x - θ) ** 2) / 2)), x), -θ, "the critic's slope", name="loose i")
    away = ledger.assume("Hu", Relation(u(k + 1), "=", u(k) - η * θ), "an adversarial step", forall=[k])
    start = ledger.assume("Hu1", Relation(u(1), "=", θ), "the current parameter")
    ledger.recurrence(away, start, θ * (1 - η * (k - 1)), "K = k − 1 steps multiply by 1 − Kη", name="loose j")
    pull = ledger.assume(
        "Hr", Relation(r(k + 1), "=", r(k) - η * (r(k) - (1 - ε) * θ)), "a regression step", forall=[k]
    )
    same = ledger.assume("Hr1", Relation(r(1), "=", θ), "the current parameter")
    small = ledger.assume("Hη", Relation(η, "<", 1), "no overshoot")
    half = Rational(1, 2)
    ledger.model({η: half, r: lambda k: (1 - ε) * θ + ε * θ * half ** (k - 1)})
    ledger.induction(
        Relation(r(k), "=", (1 - ε) * θ + ε * θ * (1 - η) ** (k - 1)),
        on=k,
        base=[same, small],
        step=lambda ih: [pull, ih * (1 - η), small],
        why="a regression",
        name="loose k",
    )
    ledger.limit(
        (1 - ε) * θ + ε * θ * (1 / (1 + b)) ** k, k, (1 - ε) * θ, "tends to 1 − ε, 1 − η = 1/(1 + b)", name="loose l"
    )
    return ledger
