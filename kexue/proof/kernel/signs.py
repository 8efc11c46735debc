"""The signs that follow from declarations: of a tree, and of a polynomial whose symbols are bounded."""

from itertools import permutations, product
from math import prod

from sympy import (
    Abs,
    Add,
    Dummy,
    Integer,
    KroneckerDelta,
    Mul,
    Poly,
    Pow,
    Sum,
    Symbol,
    cancel,
    degree,
    div,
    exp,
    log,
    oo,
)
from sympy.core.function import AppliedUndef

from kexue.proof.kernel.memory import remembered
from kexue.proof.kernel.polynomials import factored
from kexue.proof.kernel.terms import BINDERS, Expect, Inner, Undecided, outermost


class Signs:
    """The part of a normaliser that answers questions of sign; None is 'does not follow', never 'no'."""

    def require(self, what, e):
        sign = self.sign(e)
        strict = what in ("positive", "nonzero")
        if not sign or (strict and not sign[1]) or (what != "nonzero" and sign[0] < 0):
            raise Undecided(f"{e} must be {what}, and that does not follow from the assumptions")

    def at_least(self, e, bound):
        """Whether e ≥ bound follows from the assumptions."""
        sign = self.sign(e - bound)
        return bool(sign and sign[0] > 0) or self.is_zero(e - bound)

    @remembered
    def sign(self, e):
        """(±1, strict) when the sign follows from the assumptions, else None; zero counts as (1, False)."""
        unfolded = self.unfold(e)
        self.skeleton(unfolded)  # a sign is that of a thing that is defined
        return self.tree_sign(unfolded) or self.normal_sign(unfolded)

    def tree_sign(self, e):
        """The sign as it can be read off the tree of the expression."""
        if e.is_Rational:
            return (1 if e >= 0 else -1, e != 0)
        if isinstance(e, (Symbol, AppliedUndef)):
            return declared_sign(e)
        if isinstance(e, (Add, Mul)):
            return (sum_sign if isinstance(e, Add) else product_sign)([self.tree_sign(a) for a in e.args])
        if isinstance(e, (Pow, exp)):
            return self.power_sign(*e.as_base_exp())
        if isinstance(e, Inner):
            return (1, False) if e.args[0] == e.args[1] else None
        if isinstance(e, BINDERS):
            body, name, lower, _ = outermost(e)
            inner = self.tree_sign(body.xreplace({name: self.fresh(e, name, lower)}))
            return (inner[0], inner[1] and self.has_room(e)) if inner else None
        if isinstance(e, log):
            return self.sign(e.args[0] - 1)
        if isinstance(e, Expect):
            inner = self.tree_sign(e.args[0])
            return (inner[0], False) if inner else None
        if isinstance(e, Abs):
            inner = self.sign(e.args[0])
            return (1, bool(inner and inner[1]))
        return (1, True) if e.is_NumberSymbol else (1, False) if isinstance(e, KroneckerDelta) else None

    def has_room(self, e):
        """Whether a sum has a term, an integral an interval, for sure."""
        _, _, lower, upper = outermost(e)
        if oo in (upper, -lower):
            return True
        return self.at_least(upper - lower, 0) if isinstance(e, Sum) else self.sign(upper - lower) == (1, True)

    def power_sign(self, base, exponent):
        sign = self.tree_sign(base)
        if exponent.is_Integer and exponent % 2 == 0:
            return (1, bool(sign and sign[1]))
        if exponent.is_Integer:
            return sign
        sign = sign or self.sign(base)
        return sign if sign and sign[0] > 0 else None

    def normal_sign(self, e):
        """The sign of the normal form, factor by factor."""
        numerator, denominator = self.fraction(e)
        constant, factors = factored(numerator * denominator)
        signs = [(1 if constant >= 0 else -1, constant != 0)]
        for f, k in factors:
            sign = self.polynomial_sign(f)
            signs.append((1, bool(sign and sign[1])) if k % 2 == 0 else sign)
        return product_sign(signs)

    def polynomial_sign(self, polynomial):
        """All monomials of one sign, with T = t + u for some t ≤ T, bounded symbols measured from below; or given."""
        names = self.memory.names_in(polynomial)
        related = self.related({g for g in names.values() if isinstance(g, Symbol)})
        symbols = {g: self.generator(g) for g in sorted(related, key=lambda g: g.sort_key())}
        bounds = [(g, ends) for g, ends in self.bounds.items() if g in related]
        uppers = [move for g, ends in bounds for move in upper_moves(g, ends, symbols)]
        weak = None
        for moves in ((), *permutations(uppers, 1), *permutations(uppers, 2)):
            shifted, gaps = self.shift(polynomial, moves, symbols)
            sign = sum_sign([self.monomial_sign(m, names, gaps) for m in Add.make_args(shifted.expand())])
            if sign and sign[1]:
                return sign
            weak = weak or sign
        given = self.given_sign(polynomial)
        return given if given and given[1] else weak or self.gram_sign(polynomial) or given

    def gram_sign(self, polynomial):
        """Σ M_ij ⟨v_i, v_j⟩ ≥ 0 for a positive semidefinite M, found by elimination with pivots of known sign."""
        names = self.memory.names_in(polynomial)
        entries = {s: g.args for s, g in names.items() if isinstance(g, Inner)}
        form = Poly(polynomial, *entries) if entries else None
        if form is None or form.total_degree() != 1 or form.nth(*[0] * len(entries)) != 0:
            return None
        M = {}
        for s, (u, v) in entries.items():
            M[u, v] = M[v, u] = form.coeff_monomial(s) / (1 if u == v else 2)
        return (1, False) if self.eliminates(M, sorted({u for u, _ in M}, key=lambda w: w.sort_key())) else None

    def eliminates(self, M, vectors):
        """Whether every pivot of the symmetric elimination is known to be positive, or stands in a row of zeros."""
        while vectors:
            u, *vectors = vectors
            row = {v: M.get((u, v), Integer(0)) for v in vectors}
            pivot = cancel(M.get((u, u), Integer(0)))
            if pivot == 0 and any(cancel(c) != 0 for c in row.values()):
                return False
            if pivot != 0 and self.sign(self.restore(pivot)) != (1, True):
                return False
            for v, w in product(vectors, repeat=2) if pivot != 0 else ():
                M[v, w] = cancel(M.get((v, w), Integer(0)) - row[v] * row[w] / pivot)
        return True

    def related(self, names):
        """The symbols among the names and those that declared bounds tie to them."""
        found, size = set(names), -1
        while size < len(found):
            size = len(found)
            for g, ends in self.bounds.items():
                tied = {g}.union(*(end.free_symbols for end in ends if end is not None))
                found |= tied if tied & found else set()
        return found

    def given_sign(self, polynomial):
        """The sign that a given fact l ≤ r or l < r lends to a factor of r − l."""
        for fact, slack in self.slacks():
            quotient, rest = div(slack, polynomial, *sorted(polynomial.free_symbols, key=str))
            other = self.without_given(lambda q=quotient: self.sign(self.restore(q))) if rest == 0 else None
            if other and (fact.relation.strict or other[1]):
                self.used.add(fact)
                return (other[0], fact.relation.strict)
        return None

    @remembered
    def slacks(self):
        """(fact, numerator of its slack) of the given inequalities between numbers."""
        relations = [(f, f.relation) for f in self.given]
        order = [f for f, r in relations if r.op in ("<", "≤", "≥", ">") and r.rhs is not oo]
        return [(f, slack) for f in order if (slack := self.without_given(lambda f=f: self.slack_of(f))) is not None]

    def slack_of(self, fact):
        """The numerator of a fact's slack times its denominator; None where that rests on other facts again."""
        try:
            numerator, denominator = self.fraction(fact.relation.slack)
        except Undecided:
            return None
        return numerator * denominator

    def without_given(self, question):
        kept, self.given = self.given, ()
        try:
            return question()
        finally:
            self.given = kept

    def monomial_sign(self, monomial, names, gaps):
        signs = []
        for factor in Mul.make_args(monomial):
            base, power = factor.as_base_exp()
            if not power.is_Integer:
                return None
            sign = (1, False) if base in gaps else self.tree_sign(names.get(base, base))
            signs.append((1, bool(sign and sign[1])) if power % 2 == 0 and not factor.is_Rational else sign)
        return product_sign(signs)

    def shift(self, polynomial, moves, symbols):
        """The polynomial after s = base + gap, for each move and then each lower bound; and the gaps, all ≥ 0."""
        lowers = {g: Integer(1) for g in symbols if g.is_integer and g.is_positive}
        lowers |= {g: low for g, (low, _) in self.bounds.items() if low is not None and g in symbols}
        order = [g for g in symbols if g not in self.bounds] + list(self.bounds)
        lowest = [from_below(symbols[g], lowers[g].xreplace(symbols)) for g in reversed(order) if g in lowers]
        gaps = set()
        for move in [*moves, *lowest]:
            gaps.add(gap := Dummy("gap"))
            polynomial = move(polynomial, gap)
        return polynomial, gaps


def upper_moves(g, bounds, symbols):
    """t ≤ T + c as T = t − c + gap; t ≤ u as t = u − gap, and, for 0 < t ≤ u, as t = u/(1 + gap); the gaps are ≥ 0."""
    _, upper = bounds
    if upper is None or g not in symbols or not upper.free_symbols <= set(symbols):
        return []
    shift, top = upper.as_coeff_Add()
    t, end = symbols[g], upper.xreplace(symbols)
    moves = [lambda p, gap: p.xreplace({t: end - gap})]
    if top in symbols:
        moves.insert(0, lambda p, gap: p.xreplace({symbols[top]: t - shift + gap}))
    if g.is_positive and upper.is_number:
        moves.append(lambda p, gap: cancel(p.xreplace({t: end / (1 + gap)}) * (1 + gap) ** degree(p, t)))
    return moves


def from_below(symbol, lower):
    """t = lower + gap."""
    return lambda p, gap: p.xreplace({symbol: lower + gap})


def product_sign(signs):
    """The sign of a product from those of its factors."""
    return (prod(s for s, _ in signs), all(strict for _, strict in signs)) if all(signs) else None


def sum_sign(signs):
    """The sign of a sum from those of its terms: known when they agree."""
    agree = all(signs) and len({s for s, _ in signs}) == 1
    return (signs[0][0], any(strict for _, strict in signs)) if agree else None


def declared_sign(e):
    """The sign with which a symbol or function was declared."""
    if e.is_positive or e.is_negative:
        return (1 if e.is_positive else -1, True)
    return (1, False) if e.is_nonnegative else (-1, False) if e.is_nonpositive else None
