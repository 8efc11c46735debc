"""Statements about chance: what must come out proved, and what must not."""

from kexue.proof import E, Relation, Sum, inner, norm2
from proof_tables.analysis import equal


def length2(s):
    return Sum(s.w(s.i) ** 2, (s.i, 1, s.d))


def pairing(s):
    return Sum(s.w(s.i) * s.z(s.i), (s.i, 1, s.d))


TRUE = {
    "the residual is orthogonal": equal(lambda s: E(inner(s.A - E(s.A, s.G), s.known)), lambda s: 0 * s.x),
    "Pythagoras": equal(
        lambda s: E(norm2(E(s.A, s.G) - s.known)) + E(norm2(s.A - E(s.A, s.G))),
        lambda s: E(norm2(s.A - s.known)),
    ),
    "the total is the mean": equal(lambda s: E(E(s.W(s.x), s.G)), lambda s: E(s.W(s.x))),
    "tower, coarser outside": equal(lambda s: E(E(s.W(s.x), s.N), s.G), lambda s: E(s.W(s.x), s.G)),
    "tower, coarser inside": equal(lambda s: E(E(s.W(s.x), s.G), s.N), lambda s: E(s.W(s.x), s.G)),
    "what is known comes out": equal(lambda s: E(s.V(s.x) * s.W(s.x), s.N), lambda s: s.V(s.x) * E(s.W(s.x), s.N)),
    "what is known moves in": equal(lambda s: E(s.V(s.x) * E(s.W(s.x), s.N)), lambda s: E(s.V(s.x) * s.W(s.x))),
    "conditional variance": equal(
        lambda s: E((s.W(s.x) - E(s.W(s.x), s.N)) ** 2), lambda s: E(s.W(s.x) ** 2) - E(E(s.W(s.x), s.N) ** 2)
    ),
    "self-adjoint": equal(lambda s: E(inner(E(s.A, s.G), s.B)), lambda s: E(inner(s.A, E(s.B, s.G)))),
    "idempotent": equal(lambda s: E(E(s.A, s.G), s.G) - E(s.A, s.G) + s.u, lambda s: s.u),
    "a vector that is known": equal(lambda s: E(2 * s.known + s.A, s.G), lambda s: 2 * s.known + E(s.A, s.G)),
    "second moment of a length": equal(
        lambda s: E(length2(s) ** 2), lambda s: s.d * E(s.w(1) ** 4) + s.d * (s.d - 1) * s.σ**4
    ),
    "variance of a normal length": equal(
        lambda s: E(Sum(s.z(s.i) ** 2, (s.i, 1, s.d)) ** 2) - E(Sum(s.z(s.i) ** 2, (s.i, 1, s.d))) ** 2,
        lambda s: 2 * s.d * s.σ**4,
    ),
    "mean of a pairing": equal(lambda s: E(pairing(s)), lambda s: 0 * s.x),
    "variance of a pairing": equal(lambda s: E(pairing(s) ** 2), lambda s: s.d * s.σ**4),
    "distinct coordinates": equal(lambda s: E(s.w(s.n) * s.w(s.n + 1)), lambda s: 0 * s.x),
    "one coordinate": equal(lambda s: E(s.w(s.n) ** 2), lambda s: s.σ**2),
    "Jensen": lambda s: s.ledger.jensen(
        s.ledger.assume("tangent", Relation(s.rough(s.m) + s.y * (s.x - s.m), "≤", s.rough(s.x)), forall=[s.x]),
        s.x,
        s.W(s.k),
    ),
    "Cauchy–Schwarz in L²": lambda s: s.ledger.cauchy_schwarz(s.A, s.B, expected=True),
}

FALSE = {
    "orthogonal to what is not known": equal(lambda s: E(inner(s.A - E(s.A, s.G), s.other)), lambda s: 0 * s.x),
    "Pythagoras with what is not known": equal(
        lambda s: E(norm2(E(s.A, s.G) - s.other)) + E(norm2(s.A - E(s.A, s.G))),
        lambda s: E(norm2(s.A - s.other)),
    ),
    "what is not known comes out": equal(lambda s: E(s.W(s.x) * s.V(s.x), s.G), lambda s: s.V(s.x) * E(s.W(s.x), s.G)),
    "a condition forgotten": equal(lambda s: E(s.W(s.x), s.G), lambda s: E(s.W(s.x))),
    "tower, finer kept": equal(lambda s: E(E(s.W(s.x), s.N), s.G), lambda s: E(s.W(s.x), s.N)),
    "a projection that is no projection": equal(lambda s: E(E(s.W(s.x), s.N) ** 2), lambda s: E(s.W(s.x) ** 2)),
    "independence that nobody declared": equal(lambda s: E(s.V(s.x) * s.W(s.x)), lambda s: E(s.V(s.x)) * E(s.W(s.x))),
    "coordinates that may be the same": equal(lambda s: E(s.w(s.n) * s.w(s.k)), lambda s: 0 * s.x),
    "a third moment that nobody gave": equal(lambda s: E(s.w(s.n) ** 3), lambda s: 0 * s.x),
    "a fourth moment of another law": equal(lambda s: E(s.z(s.n) ** 4), lambda s: s.σ**4),
    "a length without its diagonal": equal(
        lambda s: E(length2(s) ** 2), lambda s: s.d * E(s.w(1) ** 4) + s.d**2 * s.σ**4
    ),
    "the square of a mean": equal(lambda s: E(length2(s) ** 2), lambda s: s.d**2 * s.σ**4),
    "a shifted pairing": equal(
        lambda s: E(Sum(s.w(s.i) * s.w(s.i + 1), (s.i, 1, s.d)) ** 2), lambda s: s.d * s.σ**4 * 2
    ),
    "what is known, replaced by what is not": lambda s: s.ledger.equal(E(inner(s.A - E(s.A, s.G), s.known)), 0).at(
        {s.known: s.other}
    ),
    "a law of its own, replaced": lambda s: s.ledger.equal(E(s.w(s.n) ** 2), s.σ**2).at({s.w: lambda i: s.V(i)}),
    "a constant in an expectation, made random": lambda s: s.ledger.equal(E(s.y * s.W(s.x)), s.y * E(s.W(s.x))).at(
        {s.y: s.V(s.x)}
    ),
    "Jensen backwards": lambda s: s.ledger.jensen(
        s.ledger.assume("chord", Relation(s.rough(s.x), "≤", s.rough(s.m) + s.y * (s.x - s.m)), forall=[s.x]),
        s.x,
        s.W(s.k),
    ),
    "an unknown factor of a vector": equal(lambda s: E(s.W(s.x) * s.A, s.G), lambda s: s.W(s.x) * E(s.A, s.G)),
}
