"""Limits at 0 from the right: of fractions of generators that are continuous there."""

from sympy import Integer, Pow, S, cancel, exp, fraction, log, nan, oo, zoo
from sympy.core.function import AppliedUndef

from kexue.proof.kernel.terms import Partial, Undecided, head


class Limits:
    """The part of a normaliser that says what a normal form tends to as a positive symbol u tends to 0."""

    def limit_at_zero(self, expression, u):
        """The limit as u → 0⁺ of the normal form, whose denominator must not vanish there."""
        parts = self.fraction(expression)
        moving = {s: g for p in parts for s, g in self.memory.names_in(p).items() if u in g.free_symbols}
        values = {s: self.generator_limit(g, u) for s, g in moving.items()}
        large = {s: 1 / s for s, value in values.items() if value is oo}
        if large:  # in terms of their reciprocals, which tend to 0
            parts = fraction(cancel((parts[0] / parts[1]).xreplace(large)))
            values |= dict.fromkeys(large, Integer(0))
        top, bottom = (self.restore(p.xreplace(values)) for p in parts)
        sign = self.sign(bottom)
        if not sign or not sign[1] or top.has(oo):
            raise Undecided(f"the denominator {self.restore(parts[1])} may vanish in the limit")
        return self.readable(expression, u, top / bottom)

    def readable(self, expression, u, reached):
        """The expression with 0 written for u, when that is the same thing."""
        try:
            plain = self.context.put(expression, {u: Integer(0)})
            if not plain.has(zoo, nan, oo) and self.is_zero(plain - reached):
                return plain
        except (Undecided, TypeError):
            pass
        return reached

    def generator_limit(self, g, u):
        """The limit of one generator: u, a power, a logarithm, a function declared continuous."""
        if g == u:
            return Integer(0)
        if isinstance(g, (Pow, exp)):
            return self.power_limit(*g.as_base_exp(), u)
        if isinstance(g, log):
            inside = self.limit_at_zero(g.args[0], u)
            self.require("positive", inside)
            return log(inside)
        f = g.of if isinstance(g, Partial) else g
        known = self.context.smooth | (self.context.continuous if f is g else set())
        if isinstance(f, AppliedUndef) and head(f) in known:
            f = f.func(*(self.limit_at_zero(a, u) for a in f.args))
            return Partial(f, *g.orders) if isinstance(g, Partial) else f
        raise Undecided(f"the limit goes through {g}, not known to be continuous in {u}")

    def power_limit(self, base, exponent, u):
        """b^x: continuous for b > 0; 0 or ∞ when b ≠ 1 is fixed and x → ±∞; 0 when b → 0 and x > 0."""
        if u not in base.free_symbols and (way := self.diverges(exponent, u)):
            self.require("positive", base)
            size, strict = (1, True) if base is S.Exp1 else self.sign(base - 1) or (0, False)
            if not strict:
                raise Undecided(f"{Pow(base, exponent)}: whether {base} is more or less than 1 is not known")
            return oo if size * way > 0 else Integer(0)
        exponent = self.limit_at_zero(exponent, u) if u in exponent.free_symbols else exponent
        base = self.limit_at_zero(base, u) if u in base.free_symbols else base
        if self.is_zero(base):
            self.require("positive", exponent)
            return Integer(0)
        if not exponent.is_Rational:
            self.require("positive", base)
        return Pow(base, exponent)

    def diverges(self, e, u):
        """±1 when e → ±∞: its denominator vanishes with a known sign, and its numerator does not vanish; else 0."""
        if u not in e.free_symbols:
            return 0
        top, bottom = (self.restore(p) for p in self.fraction(e))
        approach = self.sign(bottom)
        if not approach or not approach[1] or not self.is_zero(self.limit_at_zero(bottom, u)):
            return 0
        reached = self.sign(self.limit_at_zero(top, u))
        return approach[0] * reached[0] if reached and reached[1] else 0
