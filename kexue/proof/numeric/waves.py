"""Smooth functions and vectors, read as short random sums of damped exponentials: all their derivatives are exact."""

import mpmath
from mpmath import mpf
from sympy import Dummy

from kexue.proof.kernel.terms import Vec, head
from kexue.proof.numeric.domain import OutOfDomain

STEEP = 20  # the largest exponent of a random smooth function
SIZE = 3  # of a sum
DAMPING = mpf("0.25")  # so that they can be integrated over the line


class Waves:
    """The part of a numeric model that reads what is declared smooth or continuous."""

    def wave(self, e, bound, outcome, orders=None):
        """A smooth function or vector, or a derivative of it: a short random sum of damped exponentials."""
        arguments = e.indices if isinstance(e, Vec) else e.args
        values = [self.scalar(a, bound, outcome) for a in arguments]
        name = head(e)
        key = ("wave", name, self.told(name, outcome))
        if key not in self.waves:
            self._refuse_new()
            size = self.dimension if isinstance(e, Vec) else 1
            self.waves[key] = [self.draw_wave(e, len(values)) for _ in range(size)]
        found = [mpmath.fsum(w * term(rates, values, orders) for w, rates in wave) for wave in self.waves[key]]
        found = found if isinstance(e, Vec) else found[0]
        self.values[(name, *(mpmath.nstr(v, 6) for v in values), orders or "")] = found
        return found

    def draw_wave(self, e, arity):
        """[(weight, rates)]; the weights have the declared sign."""
        sign = 0 if isinstance(e, Vec) else 1 if e.is_nonnegative else -1 if e.is_nonpositive else 0

        def draw():
            return mpf(self.rng.gauss(0, 1))

        weights = [draw() * self.scales.get(head(e), 1) for _ in range(SIZE)]
        rates = [[draw() / 3 for _ in range(arity)] for _ in range(SIZE)]
        return [(sign * abs(w) if sign else w, r) for w, r in zip(weights, rates, strict=True)]

    def derived(self, e, bound, outcome):
        """The value of a derivative of a function: exact, or by differences where something else stands for it."""
        if head(e.of) in self.overrides:
            return self.derived_numerically(e, bound, outcome)
        return self.wave(e.of, bound, outcome, tuple(map(int, e.orders)))

    def derived_numerically(self, e, bound, outcome):
        self._roughly()
        variables = [Dummy(real=True) for _ in e.of.args]
        general = e.of.func(*variables)

        def value(*at):
            return self.scalar(general, dict(zip(variables, at, strict=True)), outcome)

        return mpmath.diff(value, tuple(self.scalar(a, bound, outcome) for a in e.of.args), tuple(map(int, e.orders)))


def term(rates, values, orders):
    """∂^k of Π_i e^{r_i x_i − c x_i²/2}."""
    exponent = mpmath.fsum(r * x - DAMPING * x**2 / 2 for r, x in zip(rates, values, strict=True))
    if exponent > STEEP:
        raise OutOfDomain("a value too large to be differentiated numerically")
    factors = (slope(r - DAMPING * x, k) for r, x, k in zip(rates, values, orders or (), strict=False))
    return mpmath.exp(exponent) * mpmath.fprod(factors)


def slope(y, order):
    """p_k(y) with ∂^k e^{r x − c x²/2} = p_k(r − c x) e^{…}: p_{k+1} = y p_k − c k p_{k−1}."""
    before, now = mpf(0), mpf(1)
    for k in range(order):
        before, now = now, y * now - DAMPING * k * before
    return now
