"""Lion and Tiger (article 9736): a token that stays away, the fixed point of sign updates, rounding, Adam, remedies."""

from kexue.proof import E, Integer, Ledger, Rational, Relation, diff, exp, log, positive, sqrt


def ledgers():
    return [absent(), drift(), rounding(), adam(), reappearing(), remedies(), row_rate()]


def absent():
    """1, 2, 6: without a gradient the momentum keeps its sign, and with it the update of Tiger and of Lion."""
    ledger = Ledger("An absent token", article=9736)
    k = ledger.natural("k")
    β, β_1, ρ = ledger.scalar("β β_1 ρ", positive=True)
    m, g = ledger.sequence("m g")
    m_1, y = ledger.scalar("m_1 y")
    none = ledger.assume("Hg", Relation(g(k + 1), "=", 0), "the token does not occur", forall=[k])
    update = ledger.assume("Hm", Relation(m(k + 1), "=", β * m(k) + (1 - β) * g(k + 1)), "the momentum", forall=[k])
    first = ledger.assume("Hm1", Relation(m(1), "=", m_1), "the last one with a gradient")
    ledger.model({g: lambda _: Integer(0), m: lambda k: m_1 * β ** (k - 1)})
    decay = ledger.equal(m(k + 1), β * m(k), "it decays", by=[update, none * (1 - β)])
    kept = ledger.recurrence(decay, first, m_1 * β ** (k - 1), "by a factor β a step", name="2")
    ledger.at_most(
        0, m(k) * m_1, "its sign never changes", by=[kept * -m_1, positive(m_1**2 * β ** (k - 1))], name="2a"
    )
    ledger.at_most(
        0,
        (β_1 * m(k) + (1 - β_1) * g(k + 1)) * m_1,
        "nor that of Lion's interpolation",
        by=[kept * (-m_1 * β_1), none * (-m_1 * (1 - β_1)), positive(m_1**2 * β_1 * β ** (k - 1))],
        name="6",
    )
    low, start = ledger.scalar("m_min m_0", positive=True)
    ledger.unique(
        Relation(log(start) - ρ * y, "=", log(low)), y, log(start / low) / ρ, "flushed to zero, ρ = −log β", name="5"
    )
    return ledger


def drift():
    """3, 4: θ' = θ − η(s + λθ) with a constant sign s."""
    ledger = Ledger("Drift", article=9736)
    k = ledger.natural("k")
    c, η, λ, y = ledger.scalar("c η λ y", positive=True)
    s, θ_1 = ledger.scalar("s θ_1")
    θ = ledger.sequence("θ")
    update = ledger.assume("Hθ", Relation(θ(k + 1), "=", θ(k) - η * (s + λ * θ(k))), "a constant sign", forall=[k])
    start = ledger.assume("Hθ1", Relation(θ(1), "=", θ_1), "the weight before")
    small = ledger.assume("Hη", Relation(η * λ, "<", 1), "the decay is no overshoot")
    value = -s / λ + (θ_1 + s / λ) * (1 - η * λ) ** (k - 1)
    half = 1 / (2 * λ)
    ledger.model({η: half, θ: lambda i: -s / λ + (θ_1 + s / λ) * (1 - half * λ) ** (i - 1)})
    ledger.induction(
        Relation(θ(k), "=", value),
        on=k,
        base=[start, small],
        step=lambda ih: [update, ih, small],
        why="to −s/λ",
        name="3",
    )
    w = ledger.scalar("w")
    ledger.unique(Relation(w - η * (s + λ * w), "=", w), w, -s / λ, "the only fixed point", name="4a")
    ledger.unique(Relation(w - η * (s + w / 100), "=", w), w, -100 * s, "λ = 0.01", name="4b")
    ledger.unique(
        Relation(y * log(1 / (1 + c)), "=", -log(2)), y, log(2) / log(1 + c), "half-way, 1 − ηλ = 1/(1 + c)", name="4c"
    )
    h = ledger.scalar("h", lower=0, upper=Rational(1, 2))  # ηλ
    ledger.series(-log(1 - h), h, [0, 1], "that is about (ln 2)/(ηλ)", name="4d")
    ledger.series(-s / λ * (1 - (1 - h) ** k), h, [0, -s / λ * k], "k steps from 0: −s η k", name="4e")
    ledger.unique(
        Relation(-η * λ * y, "=", -log(100)), y, log(100) / (η * λ), "99 % after log(100)/(ηλ) steps", name="loose a"
    )
    return ledger


def rounding():
    """5: momentum is j times the smallest subnormal; a step rounds β j, β = 1 − γ, to the nearest whole number."""
    ledger = Ledger("Rounding", article=9736)
    j, n = ledger.natural("j n")
    γ = ledger.scalar("γ", positive=True)
    β, half = 1 - γ, Rational(1, 2)
    stuck = ledger.assume("Hj", Relation(j * γ, "<", half), "j is below ½/(1 − β)")
    above = ledger.assume("Hj'", Relation(j * γ, ">", half), "j is above it")
    ledger.model({γ: 1 / (4 * j)})
    ledger.model({γ: 3 / (4 * j)})
    room = ledger.less(0, n - j * γ, "half a step at most", by=[stuck, positive(n - half)])
    ledger.less(abs(β * j - j), abs(β * j - (j + n)), "every larger number is farther", by=[positive(n)], name="5a")
    ledger.less(
        abs(β * j - j),
        abs(β * j - (j - n)),
        "and every smaller one: j is where the momentum sticks",
        by=[stuck * 2, positive(n - 1), room * 0],
        name="5b",
    )
    ledger.less((β * j - (j - 1)) ** 2, (β * j - j) ** 2, "above, j − 1 is nearer than j", by=[above * 2], name="5c")
    for j_, op in ((14, "<"), (15, ">")):
        loss = j_ * (1 - Rational(965, 1000))
        ledger.claim(Relation(loss, op, half), "β = 0.965: it sticks at 14", by=[positive(abs(half - loss))], name="5d")
    return ledger


def adam():
    """7: Adam on an absent token."""
    ledger = Ledger("Adam", article=9736)
    k = ledger.natural("k")
    β_1, β_2, m, v, ε = ledger.scalar("β_1 β_2 m v ε", positive=True)
    r = ledger.scalar("r", positive=True, lower=0, upper=1)
    below = ledger.assume("Hr", Relation(r, "<", 1), "r = β₁/√β₂ is below 1")
    step = β_1**k * m / (sqrt(β_2**k * v) + ε)
    ledger.at_most(
        step,
        m / sqrt(v) * (β_1 / sqrt(β_2)) ** k,
        "a step is at most geometric",
        by=[positive(ε * β_1**k * m / (sqrt(β_2**k * v) * (sqrt(β_2**k * v) + ε)))],
        name="7a",
    )
    ledger.telescope(r**k, k, 1, r**k / (1 - r), "the sum of all steps", name="7", given=[below])
    ratio = Rational(9, 10) / sqrt(Rational(999, 1000))
    ledger.root(
        ledger.at_most(
            ratio**2, Rational(901, 1000) ** 2, "0.9 and 0.999", by=[positive(Rational(901, 1000) ** 2 - ratio**2)]
        )
    )
    return ledger


def reappearing():
    """8: θ' = aθ − ηs with a = 1 − ηλ; the sign s is drawn anew with probability p a step, else kept; ρ = 1 − p."""
    ledger = Ledger("A token that reappears", article=9736)
    a, ρ = ledger.scalar("a ρ", nonnegative=True, lower=0, upper=1)
    η = ledger.scalar("η", positive=True)
    names = ledger.function("θ s s'", random=True)
    θ, s, later = (f(0) for f in names)
    past = ledger.information("F", knows=names[:2])
    decays = ledger.assume("Ha", Relation(a, "<", 1), "there is a decay")
    moved = a * θ - η * s
    sign = ledger.assume("Hs", Relation(s**2, "=", 1), "s is a sign")
    drawn = ledger.assume("Hd", Relation(E(later, past), "=", ρ * s), "kept with probability ρ, else a fair coin")
    together = ledger.assume("HC", Relation(E(moved * later), "=", E(θ * s)), "stationary: ⟨θ, s⟩")
    size = ledger.assume("HV", Relation(E(moved**2), "=", E(θ**2)), "stationary: θ²")
    alone = -ρ * η / (1 - a * ρ)
    value = η**2 * (1 + a * ρ) / ((1 - a * ρ) * (1 - a**2))
    ledger.model({ρ: 1, names[0]: lambda _: -η / (1 - a), names[1]: lambda _: 1, names[2]: lambda _: 1}, [decays])
    shrinks = ledger.less(a * ρ, 1, "so does the pairing", by=[decays * 1, positive(a * (1 - ρ))])
    paired = ledger.expect(ledger.multiply(drawn, moved))
    one = ledger.expect(sign)
    cross = ledger.equal(
        E(θ * s),
        alone,
        "sign and weight",
        by=[together, paired, one, shrinks],
        name="8a",
    )
    ledger.equal(
        E(θ**2),
        value,
        "the stationary variance",
        by=[size, cross, one, shrinks, decays],
        name="8",
    )
    b = ledger.scalar("b", positive=True, lower=0, upper=Rational(1, 2))  # ηλ

    def law(p):
        keep = (1 - b) * (1 - p)
        return η**2 * (1 + keep) / ((1 - keep) * (1 - (1 - b) ** 2))

    ledger.equal(law(1), η**2 / (b * (2 - b)), "a new sign at every step: about η/(2λ)", name="8b")
    q = ledger.scalar("q", positive=True, upper=Rational(1, 2))
    ledger.limit(law(q), q, (η / b) ** 2, "a sign that stays: 1/λ², the fixed points ±1/λ", name="8c", to=0)
    return ledger


def remedies():
    """9, and loose: what each remedy leaves invariant on a row without a gradient; χ masks the update."""
    ledger = Ledger("Remedies", article=9736)
    k = ledger.natural("k")
    η, λ = ledger.scalar("η λ", positive=True)
    θ, χ, s = ledger.sequence("θ χ s")
    θ_1 = ledger.scalar("θ_1")
    start = ledger.assume("Hθ1", Relation(θ(1), "=", θ_1), "the row")
    none = ledger.assume("Hχ", Relation(χ(k), "=", 0), "its gradient is zero: masked", forall=[k])
    lazy = ledger.assume(
        "Hlazy", Relation(θ(k + 1), "=", θ(k) - χ(k) * η * (s(k) + λ * θ(k))), "lazy or masked by its norm", forall=[k]
    )
    ledger.model({χ: lambda _: Integer(0), θ: lambda _: θ_1})
    still = ledger.equal(θ(k + 1), θ(k), "no gradient, no change", by=[lazy, none * (-η * (s(k) + λ * θ(k)))])
    ledger.recurrence(still, start, θ_1, "neither drift nor weight decay", name="9a")
    decayed = ledger.sequence("φ")
    first = ledger.assume("Hφ1", Relation(decayed(1), "=", θ_1), "the same row")
    fades = ledger.assume(
        "Hφ", Relation(decayed(k + 1), "=", decayed(k) - χ(k) * η * s(k) - η * λ * decayed(k)), "decay kept", forall=[k]
    )
    small = ledger.assume("Hη", Relation(η * λ, "<", 1), "the decay is no overshoot")
    half = 1 / (2 * λ)
    solution = θ_1 * (1 - η * λ) ** (k - 1)
    ledger.model({η: half, χ: lambda _: Integer(0), decayed: lambda k: θ_1 * Rational(1, 2) ** (k - 1)})
    ledger.induction(
        Relation(decayed(k), "=", solution),
        on=k,
        base=[first, small],
        step=lambda ih: [fades, none * (-η * s(k)), ih * (1 - η * λ), small],
        why="with the decay alone the row goes to zero",
        name="9b",
    )
    x, h, c = ledger.scalar("x h c")
    others = ledger.scalar("A", positive=True)
    logit = exp(h * x + c)  # of a token that is not the target, x one entry of its row, h that of the hidden state
    chance = logit / (others + logit)
    ledger.equal(diff(log(others + logit), x), h * chance, "tied: the output reaches every row", name="9c")
    ledger.less(0, chance, "with a positive factor", by=[positive(chance)], name="9d")
    return ledger


def row_rate():
    """loose: with the rate α·RMS(row) the size r of a row obeys the logistic equation."""
    ledger = Ledger("Tiger's rate", article=9736)
    α, λ, r_0, c = ledger.scalar("α λ r_0 c", positive=True)
    r, s, t, y = ledger.scalar("r s t y")
    sign = ledger.assume("Hs", Relation(s**2, "=", 1), "a constant sign")
    ledger.model({s: 1})
    ledger.equal(
        -s * (-s * r - α * r * (s + λ * (-s * r))),
        r + α * r * (1 - λ * r),
        "one step of θ = −s r",
        by=[sign * (r + α * r * (1 - λ * r))],
        name="loose b",
    )
    R = ledger.function("R", smooth=True, positive=True)
    U = ledger.function("U", smooth=True)
    logistic = ledger.assume("HR", Relation(diff(R(t), t), "=", α * R(t) * (1 - λ * R(t))), "in continuous time", [t])
    inverse = ledger.assume("HU", Relation(U(t) * R(t), "=", 1), "its inverse", forall=[t])
    start = ledger.assume("HU0", Relation(U(0), "=", 1 / r_0), "the first size")
    ledger.model({R: lambda _: 1 / λ, U: lambda _: λ, r_0: 1 / λ})
    linear = ledger.equal(
        diff(U(t), t),
        -α * (U(t) - λ),
        "the inverse obeys a linear equation",
        by=[
            ledger.differentiate(inverse, t) / R(t),
            logistic * (-U(t) / R(t)),
            inverse * (α * λ),
        ],
        name="loose c",
    )
    solution = λ + (1 / r_0 - λ) * exp(-α * t)
    ledger.linear_ode(linear, start, U, t, solution, "r → 1/λ", name="loose d")
    ledger.unique(
        Relation(log(c) - α * y, "=", log(λ)), y, log(c / λ) / α, "half-way, c = 1/r₀ − λ: ln(c/λ)/α", name="loose"
    )
    return ledger
