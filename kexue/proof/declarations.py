"""What a ledger declares: numbers, functions, vectors, chance, information."""

from sympy import Function, Interval, Matrix, S, Symbol, oo, sympify
from sympy.core.facts import InconsistentAssumptions

from kexue.proof.kernel.normal import Normaliser
from kexue.proof.kernel.terms import IllFormed, OrthonormalVec, Undecided, Vec, VectorFamily, heads
from kexue.proof.steps import own_head

SIGNED = {
    "positive": Interval.open(0, oo),
    "nonnegative": Interval(0, oo),
    "negative": Interval.open(-oo, 0),
    "nonpositive": Interval(-oo, 0),
}
MOMENTS = {"mean": 1, "second": 2, "third": 3, "fourth": 4}


class Declarations:
    """The part of a ledger that declares things."""

    def _declare(self, kind, names, make):
        """Make what is declared, name by name; a second thing of one name and kind is refused before anything is."""
        made = []
        for name in names.split():
            if any(_kind(other) == (kind, name) for other in self.declared):
                raise IllFormed(f"{name} is declared twice in the ledger “{self.title}”")
            made.append(make(name))
            if own_head(made[-1]) in self.context.stated:
                raise IllFormed(f"{name} is in use already; declare it before stating anything about it")
            self.declared.add(own_head(made[-1]))
        return made[0] if len(made) == 1 else made

    def scalar(self, names, lower=None, upper=None, **assumptions):
        """Real numbers; ``positive=True`` and the like as in SymPy, ``lower``/``upper`` for a closed range."""

        def make(name):
            symbol = _symbol(name, lower, upper, assumptions)
            if lower is not None or upper is not None:
                first = 1 if symbol.is_integer and symbol.is_positive else 0 if symbol.is_nonnegative else None
                last = -1 if symbol.is_integer and symbol.is_negative else 0 if symbol.is_nonpositive else None
                low, high = (
                    None if end is None else sympify(end)
                    for end in (first if lower is None else lower, last if upper is None else upper)
                )
                self._refuse_unknown(symbol, low, high)
                self._refuse_empty(symbol, (first, low), (low, high), (high, last))
                self.context.bounds[symbol] = (low, high)
            return symbol

        return self._declare("number", names, make)

    def natural(self, names, upper=None):
        """Natural numbers 1, 2, …, up to ``upper`` if given."""
        bounds = {} if upper is None else {"lower": 1, "upper": upper}
        return self.scalar(names, integer=True, positive=True, **bounds)

    def function(self, names, random=False, smooth=False, continuous=False, **assumptions):
        """Real functions of real numbers or vectors; ``smooth`` and ``continuous`` are meant in all numbers jointly."""

        def make(name):
            function = _function(name, assumptions)
            return self._regular(self._chance(function, random), smooth, continuous)

        return self._declare("function", names, make)

    def sequence(self, names, random=False, **assumptions):
        """Real sequences: functions of the natural numbers 1, 2, …, and of nothing else."""

        def make(name):
            function = self._chance(_function(name, assumptions), random)
            self.context.sequences.add(function)
            return function

        return self._declare("function", names, make)

    def vector(self, names, random=False):
        """Vectors of one real inner-product space."""
        return self._declare("vector", names, lambda name: self._chance(Vec(name), random))

    def vectors(self, names, random=False, smooth=False):
        """Families of vectors: sequences of iterates, curves (``smooth`` ones can be differentiated), vector fields."""

        def make(name):
            return self._regular(self._chance(VectorFamily(name), random), smooth, continuous=False)

        return self._declare("vector", names, make)

    def iid(self, name, **moments):
        """A random sequence of independent, identically distributed numbers, independent of the other such sequences.

        ``mean=…``, ``second=…``, ``third=…``, ``fourth=…`` give E[w], E[w²], E[w³], E[w⁴] where they are known.
        """
        if unknown := set(moments) - set(MOMENTS):
            raise IllFormed(f"moments are called {', '.join(MOMENTS)}, not {', '.join(sorted(unknown))}")
        declared = {MOMENTS[order]: sympify(value) for order, value in moments.items()}
        for moment in declared.values():
            self._check_number(moment, f"a moment of {name}")
            if Normaliser(self.context).chance(moment):
                raise IllFormed(f"{name}: a moment is a number, and cannot depend on chance")
        self._refuse_lawless(name, declared)
        sequence = self.sequence(name, random=True)
        self.context.moments[sequence] = declared
        self.context.fixed.add(sequence)
        return sequence

    def _refuse_unknown(self, symbol, *ends):
        """A range needs ends that are declared and defined, whole ones for whole numbers, and no further condition."""
        for end in (end for end in ends if end is not None):
            self._check_number(end, f"an end of the range of {symbol}")
            if symbol.is_integer and not end.is_integer:
                raise IllFormed(f"{symbol} is a whole number, and {end}, an end of its range, is not known to be one")
        plain = {"integer": True} if symbol.is_integer else {"real": True}
        signed = (Symbol("x", **plain, **sign) for sign in ({}, *({kind: True} for kind in SIGNED)))
        if all(symbol.assumptions0 != other.assumptions0 for other in signed):
            raise IllFormed(f"{symbol} has a range: beside it, declare it integer or of a sign, and nothing else")

    def _check_number(self, expression, what):
        """Refuse what is not declared, or not a number for every value of what it speaks of."""
        if missing := heads(expression) - self.declared:
            names = ", ".join(sorted(map(str, missing)))
            raise IllFormed(f"{expression}, {what}: not declared in the ledger “{self.title}”: {names}")
        try:
            n = Normaliser(self.context)
            n.canonical(n.defined(expression))
        except Undecided as reason:
            raise IllFormed(f"{expression}, {what}, is not defined: {reason}") from None

    def _refuse_empty(self, symbol, *gaps):
        """A range must hold a number whatever its ends stand for: else anything would follow from it."""
        low, high = gaps[1]
        for below, above in gaps:
            open_end = (below == 0 and symbol.is_positive) or (above == 0 and symbol.is_negative)
            strict = open_end and (below, above) == (low, high)
            room = (1, True) if below is None or above is None else self._sign(above - below)
            if not room or room[0] < 0 or (strict and not room[1]):
                raise IllFormed(
                    f"{symbol} ranges from {low} to {high}, and nothing says that {above} is "
                    f"{'more than' if strict else 'at least'} {below}; declare what {above} is made of so that it is"
                )

    def _refuse_lawless(self, name, moments):
        """Moments must be those of some law: else anything would follow from them.

        Their Hankel matrix must be positive semidefinite; and without variance E[w⁴] = (E[w²])².
        """
        m0, m1, m2, m3, m4 = (1, *(moments.get(k) for k in (1, 2, 3, 4)))
        needed = []
        if m2 is not None:
            needed.append(m2 - (m1 or 0) ** 2)
        if m4 is not None:
            needed.append(m4 - ((m1 or 0) ** 2 if m2 is None else m2) ** 2)
            if (
                m2 is not None
                and self._sign(needed[0]) != (1, True)
                and not Normaliser(self.context).is_zero(needed[1])
            ):
                raise IllFormed(
                    f"{name}: {needed[0]} may vanish, and {needed[1]} would vanish then; declare it positive"
                )
        if m3 is not None:
            if m1 is None or m2 is None:
                raise IllFormed(f"{name}: with the third moment, the mean and the second moment are to be given")
            if m4 is not None:
                needed.append(Matrix([[m0, m1, m2], [m1, m2, m3], [m2, m3, m4]]).det())
            elif self._sign(needed[0]) != (1, True):
                raise IllFormed(f"{name}: with the third moment, {needed[0]} has to be positive, and may not be")
        for quantity in needed:
            sign = self._sign(quantity)
            if not sign or (sign[0] < 0 and quantity != 0):
                raise IllFormed(f"{name}: no law has these moments unless {quantity} ≥ 0, which does not follow")

    def _sign(self, expression):
        try:
            return Normaliser(self.context).sign(sympify(expression))
        except Undecided:
            return None

    def information(self, name, knows, finer_than=()):
        """Something to condition on, E[X | name]: it determines what ``knows`` lists and what coarser ones do."""

        def make(name):
            coarser = (self.context.known[other] for other in finer_than)
            information = Symbol(name)
            self.context.known[information] = frozenset({information, *map(own_head, knows)}).union(*coarser)
            return information

        return self._declare("number", name, make)

    def _regular(self, thing, smooth, continuous):
        if smooth:
            self.context.smooth.add(own_head(thing))
        if continuous:
            self.context.continuous.add(own_head(thing))
        return thing

    def orthonormal(self, name):
        """A family with ⟨e_i, e_j⟩ = δ_ij."""
        family = self._declare("vector", name, lambda n: VectorFamily(n, OrthonormalVec))
        self.context.fixed.add(name)
        return family

    def _chance(self, thing, random):
        if random:
            self.context.random.add(own_head(thing))
        return thing


def _symbol(name, lower, upper, assumptions):
    """A real symbol; assumptions and ends that contradict each other are an error."""
    try:
        symbol = Symbol(name, real=True, **assumptions)
    except InconsistentAssumptions:
        raise IllFormed(f"{name}: the assumptions {assumptions} contradict each other") from None
    low, high = map(sympify, (lower, upper))
    possible = Interval(low if low is not None else -oo, high if high is not None else oo)
    for kind, numbers in SIGNED.items():
        if getattr(symbol, f"is_{kind}"):
            possible &= numbers
    if possible is S.EmptySet:
        raise IllFormed(f"{name}: no number is {assumptions or 'real'} and between {low} and {high}")
    return symbol


def _function(name, assumptions):
    """A real function; signs that contradict each other are an error."""
    _symbol(name, None, None, assumptions)
    return Function(name, real=True, **assumptions)


def _kind(declared):
    """What makes two declarations the same to a reader: a number η and a sequence η_t may stand side by side."""
    own = own_head(declared)
    return (
        ("vector", own)
        if isinstance(own, str)
        else ("number", own.name)
        if isinstance(own, Symbol)
        else ("function", own.__name__)
    )
