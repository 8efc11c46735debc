"""One ledger with what the tables of analysis and chance speak of."""

from kexue.proof import Ledger, Rational


class Board:
    """Names as on the blackboard: x, y real; a, b > 0; s a variable; 0 ≤ t ≤ T; n, k natural; f, g smooth; …"""

    def __init__(self):
        ledger = self.ledger = Ledger("analysis")
        self.x, self.y, self.s, self.m = ledger.scalar("x y s m")
        self.a, self.b, self.γ, self.T = ledger.scalar("a b γ T", positive=True)
        self.t = ledger.scalar("t", lower=0, upper=self.T)
        self.h = ledger.scalar("h", lower=-Rational(1, 2), upper=Rational(1, 2))
        self.n, self.k, self.d, self.i, self.j = ledger.natural("n k d i j")
        self.f, self.g = ledger.function("f g", smooth=True)
        self.p, self.q = ledger.function("p q", smooth=True, positive=True)
        self.F = ledger.function("F", smooth=True)
        self.c = ledger.function("c", continuous=True)
        self.rough = ledger.function("rough")
        self.u, self.v = ledger.vector("u v")
        self.X, self.Y = ledger.vectors("X Y", smooth=True)
        self.still = ledger.vectors("Z")
        self.seq = ledger.sequence("r")
        self.A, self.B = ledger.vector("A B", random=True)
        self.known, self.other = ledger.vector("H K", random=True)
        self.V, self.W = ledger.function("V W", random=True)
        self.G = ledger.information("G", knows=[self.known])
        self.N = ledger.information("N", knows=[self.V], finer_than=[self.G])
        σ = self.σ = ledger.scalar("σ", positive=True)
        self.w = ledger.iid("w", mean=0, second=σ**2)
        self.z = ledger.iid("z", mean=0, second=σ**2, third=0, fourth=3 * σ**4)
