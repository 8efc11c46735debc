"""Normal forms: a statement as a polynomial over generators, and the signs that follow from the assumptions.

An expression becomes a fraction of polynomials with rational coefficients in *generators*: symbols, applied functions,
Gram entries ⟨u, v⟩, sums, expectations, and roots r with their relation r^q = p. Every denominator, every radicand is a
*duty*: its sign must follow from the assumptions, or :class:`Undecided` is raised. An identity holds when the numerator
of its difference, reduced by the relations of the roots, is the zero polynomial.
"""

from dataclasses import dataclass, field
from math import prod
from typing import ClassVar

from sympy import (
    QQ,
    Abs,
    Add,
    Dummy,
    Integer,
    KroneckerDelta,
    Mul,
    Pow,
    Rational,
    Sum,
    Symbol,
    Tuple,
    exp,
    factor_list,
    factorrat,
    lex,
)
from sympy.core.function import AppliedUndef
from sympy.polys.fields import field as fraction_field

from kexue.proof.kernel.signs import Signs
from kexue.proof.kernel.terms import (
    Expect,
    IllFormed,
    Inner,
    OrthonormalVec,
    Undecided,
    Vec,
    heads,
    is_vector,
    outermost,
    substitute,
)


@dataclass
class Context:
    """What a ledger has declared: bounds of symbols, definitions, and which names are random."""

    bounds: dict = field(default_factory=dict)  # symbol: (lower, upper), either None
    sequences: set = field(default_factory=set)  # functions of natural numbers 1, 2, …
    definitions: dict = field(default_factory=dict)  # head: (parameters, body)
    random: set = field(default_factory=set)  # heads whose values depend on chance
    fixed: set = field(default_factory=set)  # heads that stand for one thing: orthonormal families

    def unfold(self, expression):
        """The expression with every definition replaced by its body."""
        while found := heads(expression) & set(self.definitions):
            expression = substitute(expression, {name: self._body(name) for name in found})
        return expression

    def bounded_by(self, names, relation):
        """The free symbols of a relation whose declared range mentions one of the names."""
        ranges = {
            s: heads(self.range_of(s)) for s in heads(self.unfold(relation)) | heads(relation) if s in self.bounds
        }
        return {s for s, mentioned in ranges.items() if mentioned & set(names)}

    def range_of(self, symbol):
        """The declared range as one expression, for its symbols."""
        return Tuple(*(end for end in self.bounds.get(symbol, ()) if end is not None))

    def _body(self, name):
        parameters, body = self.definitions[name]
        return (lambda *values: substitute(body, dict(zip(parameters, values, strict=True)))) if parameters else body


class Normaliser(Signs):
    """Normal forms under one context; ``rewrites`` replaces vectors by what hypotheses say that they equal."""

    def __init__(self, context, rewrites=()):
        self.context, self.bounds = context, dict(context.bounds)
        self.generators, self.relations = {}, []  # expression: symbol; (root, degree, radicand)
        self.rewrites = dict(rewrites)

    # -- fractions of polynomials

    def fraction(self, expression):
        """(numerator, denominator), polynomials in the generators' symbols, the numerator reduced."""
        skeleton = self.skeleton(self.context.unfold(expression))
        symbols, relations = self.support(skeleton)
        K = fraction_field(symbols or [Dummy("unit")], QQ, lex)[0]
        f = K.from_expr(skeleton)
        ideal = [K.ring.from_expr(r**q - radicand) for r, q, radicand in relations]
        return (f.numer.rem(ideal) if ideal else f.numer).as_expr(), f.denom.as_expr()

    def support(self, skeleton):
        """The symbols that a skeleton needs, roots before what stands under them, and the roots' relations."""
        needed, relations = set(skeleton.free_symbols), []
        for relation in reversed(self.relations):
            if relation[0] in needed:
                needed |= relation[2].free_symbols
                relations.append(relation)
        roots = [r for r, _, _ in relations]
        return roots + [s for s in self.generators.values() if s in needed and s not in roots], relations

    def is_zero(self, expression):
        """Whether the expression is zero by its normal form."""
        return self.fraction(expression)[0] == 0

    def restore(self, polynomial):
        """The polynomial with its generators written out again."""
        return polynomial.xreplace({s: g for g, s in self.generators.items()})

    def canonical(self, expression):
        """One representative of each class of expressions that are equal by normal form."""
        if is_vector(expression):
            return self.canonical_vector(expression)
        numerator, denominator = self.fraction(expression)
        return self.restore(numerator.expand()) / self.restore(denominator.expand())

    def canonical_vector(self, v):
        coefficients = {}
        for c, generator, limits in self.linear(self.context.unfold(v)):
            names, used = {}, generator.free_symbols | c.free_symbols
            for level, (k, *_) in enumerate(limits):
                names[k] = index(level, k.is_positive, used)
            key = generator.xreplace(names), tuple(Tuple(*limit).xreplace(names) for limit in limits)
            coefficients[key] = coefficients.get(key, 0) + c.xreplace(names)
        terms = [(self.canonical(c), g, limits) for (g, limits), c in coefficients.items()]
        return Add(*(Sum(c * g, *limits) if limits else c * g for c, g, limits in terms))

    def generator(self, expression):
        return self.generators.setdefault(expression, Dummy(f"g{len(self.generators)}"))

    # -- the skeleton: the same expression over generators, with every duty met on the way

    def skeleton(self, e):
        """The expression rebuilt from +, ×, integer powers, rational numbers and generators."""
        if e.is_Rational:
            return e
        if is_vector(e):
            raise IllFormed(f"a vector where a number is expected: {e}")
        if isinstance(e, (Add, Mul)):
            return e.func(*map(self.skeleton, e.args))
        if isinstance(e, (Pow, exp)):
            return self.power(*e.as_base_exp())
        if isinstance(e, Symbol) or e.is_NumberSymbol:
            return self.generator(e)
        for kind, rule in self.RULES.items():
            if isinstance(e, kind):
                return rule(self, e)
        raise Undecided(f"the kernel has no normal form for {e} ({type(e).__name__})")

    def power(self, base, exponent):
        if exponent.is_Integer:
            if exponent < 0:
                self.require("nonzero", base)
            return self.skeleton(base) ** exponent
        if exponent.is_Rational:
            self.require("positive" if exponent < 0 else "nonnegative", base)
            return self.root(base, exponent.q) ** exponent.p
        if isinstance(exponent, Add):
            return prod(self.power(base, term) for term in exponent.args)
        return self.exponential(base, exponent)

    def exponential(self, base, exponent):
        """b^(c·m), c = p/q rational: the p-th power of the generator b^(m/q)."""
        c, m = self.canonical(exponent).as_coeff_Mul()
        if m == 1:
            return self.power(base, c)
        self.require("nonzero" if exponent.is_integer and c.is_Integer else "positive", base)
        if isinstance(m, Add):
            return prod(self.power(base, c * term) for term in m.args)
        return self.generator(Pow(self.canonical(base), m / c.q)) ** c.p

    def root(self, base, q):
        """The q-th root of a nonnegative n/d: (n d^(q-1))^(1/q) / d, split over the factors whose signs are known."""
        n, d = self.fraction(base)
        sign = self.sign(self.restore(d))
        if not sign:
            raise Undecided(f"the sign of {self.restore(d)}, under a root, does not follow from the assumptions")
        constant, factors = factor_list(n * d ** (q - 1) * sign[0] ** q)
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
        expression = Pow(self.restore(radicand), Rational(1, q))
        known = expression in self.generators
        symbol = self.generator(expression)
        if not known:
            self.relations.append((symbol, q, radicand))
        return symbol

    # -- inner products

    def linear(self, v):
        """A vector as [(coefficient, generator, limits of the sums it stands under)], each index of summation fresh."""
        if isinstance(v, Vec):
            v = v.func(v.name, *map(self.canonical, v.indices))
            return self.linear(self.rewrites[v]) if v in self.rewrites else [(Integer(1), v, ())]
        if isinstance(v, Add):
            return [term for part in v.args for term in self.linear(part)]
        if isinstance(v, Sum):
            body, name, lower, upper = outermost(v)
            k = Dummy(name.name, **name.assumptions0)
            terms = self.linear(body.xreplace({name: k}))
            return [(c, g, ((k, lower, upper), *limits)) for c, g, limits in terms]
        if isinstance(v, Mul):
            vector = next(f for f in v.args if is_vector(f))
            return [(v / vector * c, g, limits) for c, g, limits in self.linear(vector)]
        if v == 0:
            return []
        raise IllFormed(f"a number where a vector is expected: {v}")

    def inner(self, e):
        u, v = map(self.context.unfold, e.args)
        if not all(w == 0 or is_vector(w) for w in (u, v)):
            raise IllFormed(f"an inner product with a number where a vector is expected: {e}")
        return Add(*(self.product(a, b) for a in self.linear(u) for b in self.linear(v)))

    def product(self, left, right):
        """⟨c u, d v⟩ = c d ⟨u, v⟩, under the sums that u and v stand under."""
        (c, u, outer), (d, v, inner) = left, right
        if not (outer or inner):
            return self.skeleton(c * d) * self.gram(u, v)
        try:
            return self.skeleton(nested(c * d * Inner(u, v), (*outer, *inner)))
        except Undecided:  # finite sums commute, and one order may be easier to sift
            return self.skeleton(nested(c * d * Inner(u, v), (*inner, *outer)))

    def gram(self, u, v):
        if isinstance(u, OrthonormalVec) and isinstance(v, OrthonormalVec) and u.name == v.name:
            return self.delta(KroneckerDelta(u.indices[0], v.indices[0]))
        return self.generator(Inner(*sorted((u, v), key=lambda w: w.sort_key())))

    # -- functions, sums, expectations

    def absolute(self, e):
        """|x| = √x²."""
        return self.root(e.args[0] ** 2, 2)

    def applied(self, e):
        if e.func in self.context.sequences:
            for i in e.args:
                if not i.is_integer or not self.at_least(i, 1):
                    raise Undecided(f"{e}: the index {i} of a sequence is not known to be a natural number")
        return self.generator(e.func(*map(self.canonical, e.args)))

    def delta(self, e):
        """δ_ij where i − j has a known sign."""
        if e.is_Rational:
            return e
        difference = e.args[0] - e.args[1]
        if self.is_zero(difference):
            return Integer(1)
        sign = self.sign(difference)
        return Integer(0) if sign and sign[1] else self.generator(KroneckerDelta(*map(self.canonical, e.args)))

    def monomials(self, e, separate):
        """The fraction as [(constant factor, factor on which ``separate`` holds)]: what a linear operator acts on."""
        numerator, denominator = self.fraction(e)
        parts = []
        common, inside = self.split(denominator, separate)
        for term in Add.make_args(numerator.expand()):
            outside, kept = self.split(term, separate)
            parts.append((outside / common, self.restore(kept / inside)))
        return parts

    def split(self, term, separate):
        """A product as (the factors without, the factors with) a generator on which ``separate`` holds."""
        outside, kept = Integer(1), Integer(1)
        for factor in Mul.make_args(factor_terms(term)):
            touched = any(separate(g) for g, s in self.generators.items() if factor.has(s))
            outside, kept = (outside, kept * factor) if touched else (outside * factor, kept)
        return outside, kept

    def sum(self, e):
        body, name, lower, upper = outermost(e)
        if not self.at_least(upper - lower + 1, 0):
            raise Undecided(f"{e}: the upper end may lie below the lower end less one")
        if name.is_nonnegative and not self.at_least(lower, 1 if name.is_positive else 0):
            raise Undecided(f"{e}: {name} is declared a natural number, and {lower} is not known to be one")
        body = self.context.unfold(body)
        if lower.is_Integer and upper.is_Integer:
            return Add(*(self.skeleton(body.xreplace({name: Integer(i)})) for i in range(lower, upper + 1)))
        k = Dummy("k", integer=True, positive=self.at_least(lower, 1) or None)
        self.bounds[k] = (lower, upper)
        parts = self.monomials(body.xreplace({name: k}), lambda g: k in g.free_symbols)
        total = Add(*(c * self.sum_of(kept, k, lower, upper) for c, kept in parts))
        del self.bounds[k]
        return total

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
        named = index(height(term), k.is_positive, term.free_symbols)
        return self.generator(Sum(term.xreplace({k: named}), (named, self.canonical(lower), self.canonical(upper))))

    def sift(self, term, d, k, lower, upper):
        """Σ_k δ_kj f(k) = f(j) when j lies in the range, 0 when it lies outside."""
        j = next((a for a in d.args if k not in a.free_symbols), None)
        if j is None or k not in d.args:
            raise Undecided(f"the sum over {d} is not one that the kernel can sift")
        if self.at_least(j - lower, 0) and self.at_least(upper - j, 0):
            return self.skeleton(term.xreplace({d: Integer(1)}).xreplace({k: j}))
        if self.at_least(lower - j, 1) or self.at_least(j - upper, 1):
            return Integer(0)
        raise Undecided(f"whether {j} lies in the range {lower} … {upper} does not follow from the assumptions")

    def expect(self, e):
        parts = self.monomials(e.args[0], self.is_random)
        return sum((c * self.expect_of(kept) for c, kept in parts), Integer(0))

    def expect_of(self, term):
        if term == 1:
            return Integer(1)
        if isinstance(term, Sum):
            return self.skeleton(Sum(Expect(term.function), *term.limits))
        return self.generator(Expect(term))

    def is_random(self, e):
        return bool(heads(e) & self.context.random)

    RULES: ClassVar = {
        Inner: inner,
        AppliedUndef: applied,
        KroneckerDelta: delta,
        Abs: absolute,
        Sum: sum,
        Expect: expect,
    }


def index(level, positive, used):
    """The canonical index of a sum in which sums of lower levels are nested, apart from the symbols in use."""
    k = INDICES.setdefault((level, positive), Dummy(f"k{level}", integer=True, positive=positive or None))
    return index(level + 1, positive, used) if k in used else k


def nested(body, limits):
    """A sum over several indices, the outermost first."""
    for limit in reversed(limits):
        body = Sum(body, limit)
    return body


def height(e):
    """How deeply sums are nested in an expression."""
    return max((len(s.limits) + height(s.function) for s in e.atoms(Sum)), default=0)


INDICES = {}


def factor_terms(term):
    """A polynomial as a product of its factors."""
    constant, factors = factor_list(term)
    return Mul(constant, *(f**k for f, k in factors))
