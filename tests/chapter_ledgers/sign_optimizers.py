"""Lion and Tiger (article 9736): momentum of an absent token, the fixed point of sign updates, Adam's finite drift."""

from kexue.proof import Ledger, Relation, diff, exp, log


def ledgers():
    ledger = Ledger("Sign optimizers", article=9736)
    k = ledger.natural("k")
    β = ledger.scalar("β", positive=True)
    η, λ = ledger.scalar("η λ", positive=True)
    m, θ = ledger.sequence("m θ")
    m_1, θ_1 = ledger.scalar("m_1 θ_1")
    decay = ledger.assume("Hm", Relation(m(k + 1), "=", β * m(k)), "no gradient", forall=[k])
    first = ledger.assume("Hm1", Relation(m(1), "=", m_1), "the last momentum")
    ledger.recurrence(decay, first, m_1 * β ** (k - 1), "the sign never changes", name="2")
    s = ledger.scalar("s")
    update = ledger.assume("Hθ", Relation(θ(k + 1), "=", θ(k) - η * (s + λ * θ(k))), "a constant sign", forall=[k])
    start = ledger.assume("Hθ1", Relation(θ(1), "=", θ_1), "the weight before")
    small = ledger.assume("Hη", Relation(η * λ, "<", 1), "the decay is no overshoot")
    base = -s / λ + (θ_1 + s / λ) * (1 - η * λ) ** (k - 1)
    claim = Relation(θ(k), "=", base)
    ledger.model({η: λ / (2 * λ**2), θ: lambda i: -s / λ + (θ_1 + s / λ) * (1 - (λ / (2 * λ**2)) * λ) ** (i - 1)})
    ledger.induction(
        claim, on=k, base=[start, small], step=lambda ih: [update, ih, small], why="drift to −s/λ", name="3"
    )
    ledger.equal(-s / λ - η * (s + λ * (-s / λ)), -s / λ, "the fixed point", name="4a")
    half = log(2) / (η * λ)
    ledger.equal(exp(-η * λ * half), 1 / exp(log(2)), "half-way after (ln 2)/(ηλ) steps, in continuous time", name="4")

    r = ledger.scalar("r", positive=True, lower=0, upper=1)
    below = ledger.assume("Hr", Relation(r, "<", 1), "r = β₁/√β₂ is below 1")
    ledger.telescope(r**k, k, 1, r**k / (1 - r), "Adam's drift is a geometric series", name="7", given=[below])

    R, t = ledger.function("R", smooth=True, positive=True), ledger.scalar("t")
    α = ledger.scalar("α", positive=True)
    logistic = ledger.assume("HR", Relation(diff(R(t), t), "=", α * R(t) * (1 - λ * R(t))), "rate α·RMS", forall=[t])
    ledger.model({R: lambda _: 1 / λ})
    ledger.equal(
        diff(1 / R(t), t),
        -α * (1 / R(t) - λ),
        "the inverse obeys a linear equation",
        by=[logistic * (-1 / R(t) ** 2)],
        name="loose",
    )
    return [ledger]
