"""Random values for what a ledger declares, drawn when they are first asked for and the same ever after."""

from functools import lru_cache

import mpmath
from mpmath import mpf
from mpmath.libmp import to_str
from sympy import Integer, Symbol

from kexue.proof.kernel.terms import OrthonormalVec, Vec, head, is_vector
from kexue.proof.numeric.domain import OutOfDomain

KEY_DIGITS = 30  # of a number in the name of a value that was drawn
TRIES = 20  # to draw an integer of a kind (even, prime, …)


def admits(symbol, value, low=None, high=None):
    """Whether a number is one that a declared symbol stands for."""
    if (low is not None and value < low) or (high is not None and value > high):
        return False
    if symbol.is_integer:
        kind, number = symbol._assumptions_orig, Integer(int(value)) if value == int(value) else None
        return number is not None and all(getattr(number, f"is_{k}") == v for k, v in kind.items())
    signs = (symbol.is_nonnegative, value >= 0), (symbol.is_nonpositive, value <= 0), (symbol.is_nonzero, value != 0)
    return all(holds for declared, holds in signs if declared) and not (symbol.is_zero and value != 0)


def _digits(number):
    """A number as part of a key: equal up to rounding, equal keys."""
    return _decimal(number._mpf_)


@lru_cache(maxsize=10**5)
def _decimal(raw):
    return to_str(raw, KEY_DIGITS)


class Drawing:
    """The part of a numeric model that draws what has no value yet."""

    def generated(self, v, bound, outcome):
        key = self.key(v, bound, outcome)
        if isinstance(v, OrthonormalVec):
            if key[1] > self.dimension:
                raise OutOfDomain("a member of an orthonormal family beyond the dimension")
            return [mpf(i + 1 == int(key[1])) for i in range(self.dimension)]
        if key in self.equations:
            return self.vector(self.context.unfold(self.equations[key]), bound, outcome)
        if key not in self.values:
            self._refuse_new()
            scale = mpf(self.scales.get(head(v), 1))
            self.values[key] = [scale * mpf(self.rng.gauss(0, 1)) for _ in range(self.dimension)]
        return self.values[key]

    def _refuse_new(self):
        if self.closed:
            raise OutOfDomain("a value that has not been drawn")

    def key(self, e, bound, outcome):
        """What a sampled value belongs to: a name, the values of its arguments, and the outcome if it is random."""
        arguments = e.indices if isinstance(e, Vec) else e.args
        found = [self.vector(a, bound, outcome) if is_vector(a) else self.scalar(a, bound, outcome) for a in arguments]
        name = e.name if isinstance(e, Vec) else e.func
        return (
            (
                name,
                *(str(list(map(_digits, a))) if isinstance(a, list) else _digits(a) for a in found),
                self.told(name, outcome),
            )
            if not isinstance(e, OrthonormalVec)
            else (name, *found)
        )

    def sampled(self, e, bound, outcome):
        key = (e, self.told(e, outcome)) if isinstance(e, Symbol) else self.key(e, bound, outcome)
        if key not in self.values:
            self._refuse_new()
            self.values[key] = self.draw(e)
        return self.values[key]

    def range_of(self, e):
        """The ends of what a symbol ranges over, as numbers; None where there is none."""
        return [None if b is None else self.scalar(b, {}, None) for b in self.context.bounds.get(e, (None, None))]

    def draw(self, e):
        """A number of the kind that was declared: natural, positive, bounded, real."""
        low, high = self.range_of(e)
        if e.is_integer:
            return self.draw_integer(e, low, high)
        if low is not None and high is not None:
            return low + (high - low) * mpf(self.rng.random())
        if low is not None or high is not None:
            beside = abs(mpf(self.rng.gauss(0, 1)))
            return low + beside if low is not None else high - beside
        value = mpf(self.rng.gauss(0, 1)) * mpf(2) ** self.rng.randint(-3, 3) * mpf(self.scales.get(head(e), 1))
        return abs(value) if e.is_nonnegative else -abs(value) if e.is_nonpositive else value

    def draw_integer(self, e, low, high):
        size = max(int(self.size * self.scales.get(head(e), 1)), 1)
        first = low if low is not None else 1 if e.is_positive else 0 if e.is_nonnegative else None
        last = high if high is not None else -1 if e.is_negative else 0 if e.is_nonpositive else None
        if first is None:
            first = -size if last is None else last - size
        last = first + size if last is None else last
        for _ in range(TRIES):
            value = mpf(self.rng.randint(int(mpmath.ceil(first)), int(mpmath.floor(last))))
            if not e.is_Symbol or admits(e, value, low, high):
                return value
        raise OutOfDomain(f"no number met that {e} stands for")
