"""Normal forms of roots, powers with symbolic exponents, exponentials and logarithms."""

from math import prod

from sympy import Add, Integer, Mul, Pow, Rational, S, factorrat, log, reduced

from kexue.proof.kernel.polynomials import factored
from kexue.proof.kernel.terms import Undecided


class Powers:
    """The part of a normaliser that takes powers apart; what a base must satisfy is a duty."""

    def power(self, base, exponent):
        if exponent.is_Integer:
            if exponent < 0:
                self.require("nonzero", base)
            return self.skeleton(base) ** exponent
        if exponent.is_Rational:
            self.require("positive" if exponent < 0 else "nonnegative", base)
            return self.root(base, exponent.q) ** exponent.p
        if base is S.Exp1:
            return prod(self.exponential(term) for term in self.terms(exponent))
        return self.symbolic_power(base, exponent)

    def terms(self, e):
        """An expression as monomials: its quotient, and the remainder over the denominator."""
        numerator, denominator = self.fraction(e)
        gens = list(self.memory.names_in(denominator))
        (quotient,), rest = (
            reduced(numerator, [denominator], *gens) if gens else ([numerator / denominator], Integer(0))
        )
        whole = [self.restore(t) for t in Add.make_args(quotient.expand())]
        return whole + [self.restore(t) / self.restore(denominator) for t in Add.make_args(rest.expand())]

    def exponential(self, term):
        """e^(c·m), c = p/q rational: the p-th power of e^(m/q); e^(c·log b) = b^c."""
        for factor in Mul.make_args(term):
            if isinstance(factor, log):
                return self.power(factor.args[0], term / factor)
        return self.generated_power(S.Exp1, term)

    def generated_power(self, base, term):
        """b^(c·m) over the generator b^m, with a root of it when c is not whole."""
        c, m = term.as_coeff_Mul()
        if m == 1:
            return self.power(base, c) if base is not S.Exp1 else self.constant_power(c)
        g = self.generator(Pow(base, m))
        return (g if c.q == 1 else self.root_generator(g, c.q)) ** c.p

    def constant_power(self, c):
        """e^c for a rational c."""
        g = self.generator(S.Exp1)
        return (g if c.q == 1 else self.root_generator(g, c.q)) ** c.p

    def symbolic_power(self, base, exponent):
        """b^x, factor by factor of b > 0; for a b of any sign, an integer x and a b that cannot vanish."""
        if exponent.is_integer and not self.known_positive(base):
            self.require("nonzero", base)
            terms = self.terms(exponent)
            if any(t.as_coeff_Mul()[0].q != 1 for t in terms):
                raise Undecided(f"{base}, which may be negative, to a power of which a fraction is taken: {exponent}")
            return prod(self.generated_power(self.canonical(base), t) for t in terms)
        self.require("positive", base)
        return prod(self.factor_power(f, k * exponent) for f, k in self.positive_factors(base))

    def known_positive(self, base):
        return (self.sign(base) or (0, False)) == (1, True)

    def positive_factors(self, e):
        """A positive expression as [(factor > 0, power)]: primes, generators, and one part of unknown signs."""
        numerator, denominator = self.fraction(e)
        (constant, over), (below, under) = factored(numerator), factored(denominator)
        constant, inside, out = Rational(constant) / Rational(below), Integer(1), []
        for f, k in [*over, *((f, -k) for f, k in under)]:
            sign = self.sign(self.restore(f))
            if sign and sign[1]:
                constant *= Integer(sign[0]) ** k
                out.append((self.restore(f * sign[0]), k))
            else:
                inside *= self.restore(f) ** k
        if constant < 0:
            constant, inside = -constant, -inside
        out += [(Integer(p), k) for p, k in factorrat(constant).items()]
        return out + ([(inside, 1)] if inside != 1 else [])

    def factor_power(self, f, exponent):
        """f^x of one positive factor: (b^m)^x = b^(m·x)."""
        base, m = f.as_base_exp()
        if m != 1:
            return self.power(base, m * exponent)
        return prod(self.generated_power(f, t) for t in self.terms(exponent))

    def logarithm(self, e):
        """log Π f^k = Σ k·log f, log b^m = m·log b, log e = 1."""
        self.require("positive", e.args[0])
        total = Integer(0)
        for f, k in self.positive_factors(e.args[0]):
            base, m = f.as_base_exp()
            one = Integer(1) if base is S.Exp1 else self.logarithm(log(base)) if m != 1 else self.generator(log(f))
            total += k * self.skeleton(m) * one
        return total

    def root(self, base, q):
        """The q-th root of a nonnegative n/d: (n d^(q-1))^(1/q) / d, split over the factors whose signs are known."""
        n, d = self.fraction(base)
        sign = self.sign(self.restore(d))
        if not sign:
            raise Undecided(f"the sign of {self.restore(d)}, under a root, does not follow from the assumptions")
        constant, factors = factored(n * d ** (q - 1) * sign[0] ** q)
        outside, inside = Integer(1), Integer(1)
        for f, k in factors:
            if known := self.sign(self.restore(f)):
                constant *= known[0] ** k
                outside *= (f * known[0]) ** (k // q) * self.root_generator(f * known[0], q) ** (k % q)
            else:
                inside *= f**k
        if constant < 0:
            constant, inside = -constant, -inside
        for prime, k in factorrat(constant).items():
            outside *= Integer(prime) ** (k // q) * self.root_generator(Integer(prime), q) ** (k % q)
        return outside * (self.root_generator(inside, q) if inside != 1 else 1) / (d * sign[0])

    def root_generator(self, radicand, q):
        symbol = self.generator(Pow(self.restore(radicand), Rational(1, q)))
        self.memory.relations.setdefault(symbol, (q, radicand))
        return symbol

    def absolute(self, e):
        """|x| = √x²."""
        return self.root(e.args[0] ** 2, 2)
