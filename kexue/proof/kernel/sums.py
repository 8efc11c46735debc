"""Normal forms of finite sums, infinite sums and integrals: linear, with canonical indices."""

from itertools import count, repeat

from sympy import (
    Add,
    Dummy,
    Integer,
    Integral,
    KroneckerDelta,
    Pow,
    Sum,
    Symbol,
    cancel,
    linsolve,
    log,
    oo,
    preorder_traversal,
)
from sympy.core.function import AppliedUndef

from kexue.proof.kernel.terms import (
    BINDERS,
    CondVec,
    Expect,
    IllFormed,
    Undecided,
    Vec,
    head,
    is_plain,
    outermost,
    substitute,
)


class Sums:
    """The part of a normaliser that takes sums and integrals apart."""

    def require_range(self, e):
        """A sum runs over whole numbers for which its index is declared, from its lower end up; it may be empty."""
        _, name, lower, upper = outermost(e)
        if upper is not oo and not self.at_least(upper - lower + 1, 0):
            raise Undecided(f"{e}: the upper end may lie below the lower end less one")
        if not (lower.is_integer and (upper is oo or upper.is_integer)):
            raise Undecided(f"{e}: the ends {lower} and {upper} are not known to be whole numbers")
        if not is_plain(name) or not name.is_integer:
            raise Undecided(f"{e}: {name} is declared to be more than an integer or a natural number, or less")
        if name.is_nonnegative and not self.at_least(lower, 1 if name.is_positive else 0):
            raise Undecided(f"{e}: {name} is declared a natural number, and {lower} is not known to be one")

    def sum(self, e):
        body, name, lower, upper = outermost(e)
        self.require_range(e)
        self.context.refuse_hidden(body, [name])
        body = self.unfold(body)
        if lower.is_Integer and upper.is_Integer:
            return Add(*(self.at_value(body, name, Integer(i)) for i in range(lower, upper + 1)))
        k = self.fresh(e, name, lower)
        of = self.sum_of if upper is not oo else self.series_of
        return self.linearly(body.xreplace({name: k}), k, lower, upper, of)

    def at_value(self, body, k, value):
        """A summand at one value of the index, every part of which must be defined there: SymPy takes 1/(1/0) for 0."""
        for part in preorder_traversal(body):
            if isinstance(part, log) or (isinstance(part, Pow) and not (part.exp.is_Integer and part.exp > 0)):
                if any(set(binder.variables) & part.free_symbols for binder in body.atoms(*BINDERS)):
                    raise Undecided(f"{part}, under a sum in a sum with numbers for ends: write the outer one out")
                for a in part.args if k in part.free_symbols else ():
                    self.skeleton(substitute(a, {k: value}))
        return self.skeleton(substitute(body, {k: value}))

    def linearly(self, body, k, lower, upper, of):
        """A linear operation that binds k, applied to each summand without its constant factor."""
        self.bounds[k] = (None if lower is -oo else lower, None if upper is oo else upper)
        try:  # that the range is not empty is known inside the sum alone
            parts = [(c, kept) for c, kept in self.monomials(body, lambda g: k in g.free_symbols) if c != 0]
        finally:
            del self.bounds[k]
        for c, _ in parts:
            if not c.is_Rational:
                self.skeleton(self.restore(c))  # a factor must be defined outside, too
        return Add(*(c * of(kept, k, lower, upper) for c, kept in parts))

    def series_of(self, term, k, lower, _):
        """Σ_{k ≥ lower} of a product that is known to converge, from its first term on where that is defined."""
        key = self.canonical_body(term, k)
        self.require_convergence(Sum, key)
        if lower != 1 and self.at_least(lower, 1) and self.defined_from_one(term, k):
            return self.series_of(term, k, Integer(1), oo) - self.skeleton(Sum(term, (k, 1, lower - 1)))
        body, named = key
        return self.generator(Sum(body, (named, self.canonical(lower), oo)))

    def defined_from_one(self, term, k):
        i = Dummy("k", integer=True, positive=True)
        try:
            self.skeleton(term.xreplace({k: i}))
        except Undecided:
            return False
        return True

    def require_convergence(self, kind, key):
        """A given fact must say that the sum or integral of this body is finite: Σ f < ∞."""
        for fact in self.given:
            left, right = fact.relation.lhs, fact.relation.rhs
            finite = right is oo and fact.relation.op == "<" and isinstance(left, kind) and left.limits[-1][2] is oo
            if finite and self.single_body(left) == key:
                self.used.add(fact)
                return
        raise Undecided(f"{kind.__name__.lower()} of {key[0]} over {key[1]}: cite what says that it converges (… < oo)")

    def single_body(self, e):
        """The canonical body of a sum or integral that has one, up to a constant factor that cannot vanish."""
        body, name, lower, upper = outermost(e)
        k = self.fresh(e, name, lower)
        parts = self.parts_of(self.unfold(body).xreplace({name: k}), k, lower, upper)
        if len(parts) != 1:
            return None
        ((term, constant),) = parts.items()
        sign = self.sign(self.restore(constant))
        return self.canonical_body(term, k) if sign and sign[1] else None

    def fresh(self, e, name, lower):
        """An index for a sum, or a variable for an integral, that nothing speaks of, with the sign of its lower end."""
        whole = isinstance(e, Sum)
        positive = self.at_least(lower, 1) if whole else lower is not -oo and self.sign(lower) == (1, True)
        kind = ("k", "integer", positive) if whole else (name.name, "real", positive)
        taken = e.atoms(Symbol) | set(self.bounds)
        return next(k for k in map(self.memory.index, count(), repeat(kind)) if k not in taken)

    def canonical_body(self, term, k):
        named = index(height(term), k.is_positive, term.atoms(Symbol), k.is_integer)
        return term.xreplace({k: named}), named

    # -- integrals

    def integral(self, e):
        """∫ f over an interval on which f is continuous; over an infinite one, it must be known to converge."""
        body, name, lower, upper = outermost(e)
        improper = lower is -oo or upper is oo
        self.context.refuse_hidden(body, [name])
        if name.is_integer or not is_plain(name):
            raise IllFormed(f"{e}: {name} is declared to be more than a real or positive number")
        if not improper and not self.at_least(upper - lower, 0):
            raise Undecided(f"{e}: the upper end may lie below the lower end")
        if name.is_nonnegative and (lower is -oo or not self.at_least(lower, 0)):
            raise Undecided(f"{e}: {name} is declared positive, and {lower} may lie below zero")
        x = self.fresh(e, name, lower)
        body = self.unfold(body).xreplace({name: x})
        self.require_continuous(body, x)
        if improper:
            return self.improper(body, x, lower, upper)
        return self.linearly(body, x, lower, upper, self.integral_of)

    def integral_of(self, term, x, lower, upper):
        """∫ of one product of generators that all depend on x."""
        if term == 1:
            return self.skeleton(upper - lower)
        if self.is_zero(upper - lower):
            return Integer(0)
        body, named = self.canonical_body(term, x)
        return self.generator(Integral(body, (named, self.canonical(lower), self.canonical(upper))))

    def improper(self, body, x, lower, upper):
        """∫ Σ λ_i f_i = Σ λ_i ∫ f_i over an infinite interval, where given facts say that each ∫ f_i converges."""
        cited = [(f, *self.cited_parts(f, x, lower, upper)) for f in self.given if self.says_finite(f, lower, upper)]
        target = self.parts_of(body, x, lower, upper)
        keys = {key for _, _, parts in cited for key in parts} | set(target)
        unknowns = [Dummy(f"λ{i}") for i in range(len(cited))]
        rows = [
            target.get(key, 0) - Add(*(λ * parts.get(key, 0) for λ, (_, _, parts) in zip(unknowns, cited, strict=True)))
            for key in sorted(keys, key=lambda e: e.sort_key())
        ]
        found = next(iter(linsolve(rows, *unknowns)), None) if cited else None
        if found is None:
            raise Undecided(f"the integral of {body}: cite what says that it converges (… < oo)")
        found = [cancel(λ.xreplace(dict.fromkeys(unknowns, Integer(0)))) for λ in found]
        if any(cancel(row.xreplace(dict(zip(unknowns, found, strict=True)))) != 0 for row in rows):
            raise Undecided(f"the integral of {body} is not a combination of integrals that are known to converge")
        for λ in found:
            self.skeleton(self.restore(λ))  # a fact about m·f says nothing of f where m may vanish
        self.used |= {fact for λ, (fact, *_) in zip(found, cited, strict=True) if λ != 0}
        return Add(*(λ * generator for λ, (_, generator, _) in zip(found, cited, strict=True)))

    def says_finite(self, fact, lower, upper):
        """Whether a given fact is ∫ f < ∞ over the same interval."""
        left = fact.relation.lhs
        finite = fact.relation.rhs is oo and fact.relation.op == "<"
        return finite and isinstance(left, Integral) and outermost(left)[2:] == (lower, upper)

    def cited_parts(self, fact, x, lower, upper):
        """The integral of a given fact as a generator, and what its integrand is made of."""
        body, name, *_ = outermost(fact.relation.lhs)
        body = self.unfold(body).xreplace({name: x})
        self.require_continuous(body, x)
        parts = self.parts_of(body, x, lower, upper)
        whole, named = self.canonical_body(Add(*(self.restore(c) * kept for kept, c in parts.items())), x)
        return self.generator(Integral(whole, (named, lower, upper))), parts

    def parts_of(self, body, x, lower, upper):
        """{product of generators that depend on x: its constant coefficient}."""
        self.bounds[x] = (None if lower is -oo else lower, None if upper is oo else upper)
        parts = {}
        try:
            for c, kept in self.monomials(body, lambda g: x in g.free_symbols):
                parts[kept] = parts.get(kept, Integer(0)) + c
        finally:
            del self.bounds[x]
        return parts

    def require_continuous(self, e, x):
        """Every declared function through which e depends on x must be declared continuous or smooth."""
        if x not in e.free_symbols:
            return
        infinite = isinstance(e, BINDERS) and (e.has(oo) or e.has(-oo))
        if infinite or isinstance(e, (KroneckerDelta, Expect, CondVec)):
            raise Undecided(f"{e} is not known to be continuous in {x}")
        known = self.context.smooth | self.context.continuous
        if isinstance(e, (AppliedUndef, Vec)) and head(e) not in known:
            raise Undecided(f"{head(e)} is not declared continuous or smooth, and stands under an integral")
        for a in e.args:
            if hasattr(a, "free_symbols"):
                self.require_continuous(a, x)

    def sum_of(self, term, k, lower, upper):
        """Σ_k of one product of generators that all depend on k."""
        if term == 1:
            return self.skeleton(upper - lower + 1)
        for d in term.atoms(KroneckerDelta):
            if k in d.free_symbols:
                return self.sift(term, d, k, lower, upper)
        shift, base = self.canonical(upper).as_coeff_Add()
        if shift.is_Integer and (shift < 0 or (shift > 0 and self.at_least(base - lower + 1, 0))):
            between = range(1, shift + 1) if shift > 0 else range(shift + 1, 1)
            ends = Add(*(self.skeleton(term.xreplace({k: base + i})) for i in between))
            return self.sum_of(term, k, lower, base) + (ends if shift > 0 else -ends)
        body, named = self.canonical_body(term, k)
        return self.generator(Sum(body, (named, self.canonical(lower), self.canonical(upper))))

    def sift(self, term, d, k, lower, upper):
        """Σ_k δ_kj f(k) = f(j) when j lies in the range, 0 when it lies outside."""
        j = next((a for a in d.args if k not in a.free_symbols), None)
        if j is None or k not in d.args or not j.is_integer:
            raise Undecided(f"the sum over {d} is not one that the kernel can sift")
        if self.at_least(j - lower, 0) and self.at_least(upper - j, 0):
            return self.skeleton(term.xreplace({d: Integer(1)}).xreplace({k: j}))
        if self.at_least(lower - j, 1) or self.at_least(j - upper, 1):
            return Integer(0)
        raise Undecided(f"whether {j} lies in the range {lower} … {upper} does not follow from the assumptions")

    def delta(self, e):
        """δ_ij where i − j has a known sign."""
        if e.is_Rational:
            return e
        difference = e.args[0] - e.args[1]
        if self.is_zero(difference):
            return Integer(1)
        sign = self.sign(difference)
        return Integer(0) if sign and sign[1] else self.generator(KroneckerDelta(*map(self.canonical, e.args)))


def nested(body, limits):
    """A sum over several indices, the outermost first."""
    for limit in reversed(limits):
        body = Sum(body, limit)
    return body


def height(e):
    """How deeply sums and integrals are nested in an expression."""
    return max((len(s.limits) + height(s.function) for s in e.atoms(*BINDERS)), default=0)


def index(level, positive, used, integer=True):
    """The canonical index of a sum in which sums of lower levels are nested, apart from the symbols, free or bound."""
    kind = {"integer": True} if integer else {"real": True}
    k = INDICES.setdefault((level, positive, integer), Dummy(f"k{level}", positive=positive or None, **kind))
    return index(level + 1, positive, used, integer) if k in used else k


INDICES = {}
