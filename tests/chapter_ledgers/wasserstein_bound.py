"""W-distance ≤ score matching (article 9467): the coupling's growth, Grönwall, Pythagoras, Gaussians, the SDE."""

from kexue.proof import (
    E,
    Integer,
    Integral,
    Ledger,
    Rational,
    Relation,
    diff,
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


def ledgers():
    return [bound(), scores(), attained(), gaussian(), stochastic(), sign()]


def bound():
    """1–8: two curves of L², x' = f(x) and y' = g(y); w = ‖x − y‖ may vanish, so √(w² + δ²) grows first, then δ → 0."""
    ledger = Ledger("W-distance ≤ score matching", article=9467)
    T, δ = ledger.scalar("T δ", positive=True)
    t, s, r = ledger.scalar("t", lower=0, upper=T), *ledger.scalar("s r")
    # x' = f(x) and y' = g(y) are two curves; z is x − y, and u is f(x) − g(x), the error of the field
    x, z, u = ledger.vectors("x z u", smooth=True)

    def y(t):
        return x(t) - z(t)

    def g(t):
        """g_t(x_t)."""
        return diff(x(t), t) - u(t)

    L, w = ledger.function("L w", smooth=True)
    e = ledger.function("e", continuous=True, nonnegative=True)
    apart, error, turn = z(t), u(t), g(t) - diff(y(t), t)

    ledger.equal(diff(norm2(apart), t), 2 * inner(apart, diff(x(t), t) - diff(y(t), t)), "Leibniz rule", name="1")
    ledger.equal(diff(x(t), t) - diff(y(t), t), error + turn, "error and drift", name="2")
    cauchy = ledger.cauchy_schwarz(-apart, error, "Cauchy–Schwarz in L²", name="3")
    lipschitz = ledger.assume(
        "H4", Relation(-inner(turn, apart), "≤", L(t) * norm2(apart)), "−g is one-sided Lipschitz", forall=[t]
    )
    size = sqrt(norm2(apart) + δ**2)
    longer = ledger.root(ledger.at_most(norm2(apart), size**2, "w is below", by=[positive(δ**2)]))
    least = ledger.root(ledger.at_most(δ**2, size**2, "and so is δ", by=[square(apart)]))
    up = ledger.cases(
        Relation(-L(t), "≤", abs(L(t))),
        [L(t) >= 0, L(t) <= 0],
        lambda case: [case * (2 if case.relation.op == "≥" else 0)],
        "|L| + L ≥ 0",
    )
    growth = ledger.equal(diff(size, t), inner(apart, error + turn) / size, "w w' = ⟨x − y, x' − y'⟩", name="5a")
    grows = ledger.at_most(
        -diff(size, t),
        norm(error) + L(t) * size + abs(L(t)) * δ,
        "error and drift",
        by=[
            growth * 1,
            cauchy / size,
            lipschitz / size,
            longer * (norm(error) / size),
            up * (δ**2 / size),
            least * (abs(L(t)) * δ / size),
        ],
        name="5",
    )
    # Grönwall, for any w and e
    rate = ledger.assume("Hw", Relation(-diff(w(t), t), "≤", e(t) + L(t) * w(t)), "step 5", forall=[t])
    shrink = exp(-Integral(L(s), (s, t, T)))
    weighted = ledger.equal(
        diff(w(t) * shrink, t), (diff(w(t), t) + L(t) * w(t)) * shrink, "derivative of C", name="6a"
    )
    falls = -diff(w(t) * shrink, t)
    below = ledger.at_most(falls, shrink * e(t), "−C′ is small", by=[rate * shrink, weighted], name="6")
    total = ledger.integrate(below, t, 0, T, "integrate", name="7a")
    ends = ledger.antiderivative(falls, t, 0, T, -w(t) * shrink, "fundamental theorem", name="7b")
    gronwall = ledger.at_most(
        w(0) * exp(-Integral(L(s), (s, 0, T))),
        w(T) + Integral(shrink * e(t), (t, 0, T)),
        "Grönwall",
        by=[total, ends],
        name="7c",
    )

    def smoothed(t):
        return sqrt(norm2(z(t)) + δ**2)

    near = ledger.instance(
        gronwall,
        {w: smoothed, e: lambda t: norm(u(t)) + abs(L(t)) * δ},
        given=[grows],
        why="for √(w² + δ²)",
    )
    closed = ledger.limit_at_zero(near, δ, "δ → 0", name="7d")
    # exp(−∫_t^T L) = I_t/I_T
    past, whole = Integral(L(s), (s, 0, t)), Integral(L(s), (s, 0, T))
    primitive = Integral(L(r), (r, 0, s))
    parts = ledger.antiderivative(L(s), s, t, T, primitive, "∫ from t to T")
    ratio = ledger.exp(ledger.equal(-Integral(L(s), (s, t, T)), past - whole, "the rest of the way", by=[parts]))
    W_0, W_T = ledger.scalar("W_0 W_T", nonnegative=True)
    first, last = norm(z(0)), norm(z(T))
    coupling = ledger.assume("HW0", first >= W_0, "a distance is at most any coupling's")
    optimal = ledger.assume("HWT", Relation(last, "=", W_T), "the coupling starts from an optimal plan")
    still = dict.fromkeys((x, z, u), lambda _: Integer(0))
    ledger.model({**still, L: lambda _: Integer(0), W_0: 0, W_T: 0})
    inside = ledger.integrate(
        ledger.equal(
            exp(whole) * shrink * norm(error),
            exp(past) * norm(error),
            "I_T exp(−∫) = I_t",
            by=[ratio * (exp(whole) * norm(error))],
        ),
        t,
        0,
        T,
    )
    carried = Integral(exp(past) * norm(error), (t, 0, T))
    coupled = ledger.at_most(
        first, carried + exp(whole) * last, "for the coupling", by=[closed * exp(whole), inside * 1], name="7"
    )
    ledger.at_most(
        W_0,
        carried + exp(whole) * W_T,
        "the theorem",
        by=[coupled * 1, coupling * 1, optimal * exp(whole)],
        name="8",
    )
    return ledger


def scores():
    """10: the marginal score is the mean of the conditional one; Pythagoras; the conditional loss has a floor."""
    ledger = Ledger("Scores", article=9467)
    a, score = ledger.vector("a score", random=True)
    x_t = ledger.information("x_t", knows=[score])
    mean = E(a, x_t)
    split = ledger.equal(
        E(norm2(mean - score)) + E(norm2(a - mean)), E(norm2(a - score)), "Pythagoras in L²", name="10"
    )
    off = ledger.expect(ledger.at_most(0, norm2(a - mean), "a square", by=[square(a - mean)]))
    near = ledger.expect(ledger.at_most(0, norm2(mean - score), "a square", by=[square(mean - score)]))
    ledger.at_most(
        E(norm2(mean - score)), E(norm2(a - score)), "score matching ≤ conditional", by=[split, off], name="10b"
    )
    ledger.at_most(
        E(norm2(a - mean)),
        E(norm2(a - score)),
        "which does not vanish at the optimum",
        by=[split, near],
        name="loose d",
    )
    x, x_0 = ledger.scalar("x x_0")
    k = ledger.function("k", smooth=True, positive=True)  # p_t(x | x_0)
    p_0, p = ledger.function("p_0 p", smooth=True, positive=True)

    def total(e):
        return Integral(e, (x_0, -oo, oo))

    joint = k(x, x_0) * p_0(x_0)
    moved = diff(k(x, x_0), x) * p_0(x_0)
    finite = ledger.assume("Hfin", Relation(total(moved), "<", oo), "integrable scores", forall=[x])
    inside = ledger.assume("Hp", Relation(diff(p(x), x), "=", total(moved)), "p_t is ∫ p_t(x|x_0) p_0", forall=[x])
    ledger.equal(
        diff(log(p(x)), x),
        total(diff(log(k(x, x_0)), x) * joint / p(x)),
        "∇log p_t(x) averages ∇log p_t(x|x_0) over x_0 given x",
        by=[inside / p(x), finite],
        name="10a",
    )
    return ledger


def attained():
    """11: one dimension, f and g affine with one slope A'(t), so L = −A', an error e ≥ 0, the same start: equality."""
    ledger = Ledger("Where the bound is attained", article=9467)
    T = ledger.scalar("T", positive=True)
    t, s = ledger.scalar("t", lower=0, upper=T), ledger.scalar("s")
    A, z = ledger.function("A z", smooth=True)
    e = ledger.function("e", smooth=True, nonnegative=True)
    moves = ledger.assume(
        "Hz", Relation(diff(z(t), t), "=", diff(A(t), t) * z(t) - e(t)), "z = x − y, f − g = −e", forall=[t]
    )
    same = ledger.assume("HzT", Relation(z(T), "=", 0), "the same start")
    ledger.model({z: lambda _: Integer(0), e: lambda _: Integer(0)})
    path = exp(A(t)) * Integral(exp(-A(s)) * e(s), (s, t, T))
    apart = ledger.linear_ode(moves, same, z, t, path, "the distance", name="11c")
    start = ledger.instance(apart, {t: 0}, why="at 0")
    ledger.equal(
        z(0), Integral(exp(A(0) - A(s)) * e(s), (s, 0, T)), "∫ I_t e dt: the bound is attained", by=[start], name="11"
    )
    rise = ledger.antiderivative(-diff(A(s), s), s, 0, t, -A(s), "∫ L from 0 to t")
    ledger.exp(rise, "I_t = exp(A(0) − A(t))", name="11d")
    return ledger


def gaussian():
    """11: data N(0, v_0) under a VP process of rate 1."""
    ledger = Ledger("Gaussian data", article=9467)
    s = ledger.scalar("s", nonnegative=True)
    v = ledger.function("v", smooth=True)
    v_0 = ledger.scalar("v_0", positive=True)
    variance = ledger.assume("Hv", Relation(diff(v(s), s), "=", 1 - v(s)), "its variance", forall=[s])
    start = ledger.assume("Hv0", Relation(v(0), "=", v_0), "initial variance")
    ledger.linear_ode(variance, start, v, s, 1 + (v_0 - 1) * exp(-s), "Gaussian data", name="11a")
    varies = ledger.assume("Hv>", v(s) > 0, "a variance", forall=[s])
    slope = (1 / v(s) - 1) / 2  # of the probability flow: −x/2 − ∇log p/2
    weight = sqrt(v_0 / v(s))
    ledger.model({v: lambda s: 1, v_0: 1})
    change = ledger.equal(
        diff(weight, s),
        -slope * weight,
        "I_t = √(v_0/v_t) for L = −(1/v − 1)/2",
        by=[variance * (-weight / (2 * v(s))), varies],
        name="11b",
    )
    tight = ledger.assume("Hv<", Relation(v(s), "<", 1), "data of variance below 1", forall=[s])
    ledger.model({v: lambda s: 1 - exp(-s) / 2, v_0: Rational(1, 2)})
    ledger.less(
        diff(weight, s),
        0,
        "g_t² I_t need not grow",
        by=[change * 1, tight * (weight / (2 * v(s))), varies],
        name="loose c",
    )
    # closed forms for v_0 = 1 + c; with v_0 = 4, T = 5 and an error of 0.1 in the score they give 0.4199 and 0.1545
    T, c = ledger.scalar("T c", positive=True)
    wide = 1 + c * exp(-s)
    true = s + 2 * log(1 + sqrt(wide))
    ledger.antiderivative(1 / sqrt(wide), s, 0, T, true, "∫ I_t/√v_0: bound and distance", name="11e")
    ledger.antiderivative(sqrt(wide), s, 0, T, true - 2 * sqrt(wide), "√v_0 ∫ 1/I_t: the other sign", name="loose e")
    return ledger


def stochastic():
    """9, 12, 13: κ = ½ for the probability flow, κ = 1 for the SDE with the same Brownian motion in both."""
    ledger = Ledger("The SDE", article=9467)
    κ, γ, h = ledger.scalar("κ γ h", positive=True)
    L_f, L_s = ledger.scalar("L_f L_s")
    x, y, f_x, f_y, s_x, s_y, p_x, q_x, noise = ledger.vector("x y f_x f_y s_x s_y p_x q_x B")
    true, learned = f_x - κ * γ**2 * p_x, f_x - κ * γ**2 * s_x
    ledger.equal(true - learned, -κ * γ**2 * (p_x - s_x), "the two drifts", name="13a")
    ledger.equal(norm(true - learned), κ * γ**2 * norm(p_x - s_x), "the error in the bound", name="9")
    ledger.equal(
        (x + h * true + γ * noise) - (y + h * learned + γ * noise),
        x - y + h * (true - learned),
        "the noise cancels",
        name="12",
    )
    low = ledger.assume("HLf", Relation(-inner(f_x - f_y, x - y), "≤", L_f * norm2(x - y)), "of f, from below")
    up = ledger.assume("HLs", Relation(inner(s_x - s_y, x - y), "≤", L_s * norm2(x - y)), "of s, from above")
    ledger.at_most(
        -inner((f_x - κ * γ**2 * s_x) - (f_y - κ * γ**2 * s_y), x - y),
        (L_f + κ * γ**2 * L_s) * norm2(x - y),
        "the constant of the drift",
        by=[low * 1, up * (κ * γ**2)],
        name="13",
    )
    ledger.equal(
        (f_x - γ**2 * s_x + γ**2 * q_x / 2) - (f_x - γ**2 * p_x / 2),
        γ**2 * (p_x - s_x) + γ**2 / 2 * (q_x - p_x),
        "through the ODEs of both SDEs a term ∇log q − ∇log p is left",
        name="12b",
    )
    return ledger


def sign():
    """loose: f(x) = −x + 1, g(y) = −y, the same start at T = 3; r is x − y, and s = T − t runs backwards."""
    ledger = Ledger("The sign", article=9467)
    s = ledger.scalar("s")
    r = ledger.function("r", smooth=True)
    back = ledger.assume("Hr", Relation(diff(r(s), s), "=", r(s) - 1), "x' − y' = −(x − y) + 1, backwards", forall=[s])
    same = ledger.assume("Hr0", Relation(r(0), "=", 0), "the same start")
    ledger.linear_ode(back, same, r, s, 1 - exp(s), "so |x_0 − y_0| is e³ − 1", name="loose a")
    for L, bound in ((1, exp(3) - 1), (0, Integer(3)), (-1, 1 - exp(-3))):
        weight = exp(L * s)
        primitive = weight / L if L else s
        ledger.antiderivative(weight, s, 0, 3, primitive, f"∫ I_t e with L = {L}: {bound}", name="loose b")
    ledger.trial(Relation(exp(3) - 1, "≤", 3), expect="refuted")
    ledger.trial(Relation(exp(3) - 1, "≤", 1 - exp(-3)), expect="refuted")
    return ledger
