"""Normal forms: a statement as a polynomial over generators, and the signs that follow from the assumptions.

An expression becomes a fraction of polynomials with rational coefficients in *generators*: symbols, applied functions,
Gram entries ⟨u, v⟩, sums, integrals, expectations, powers, logarithms, and roots r with their relation r^q = p. Every
denominator, every radicand is a *duty*: its sign must follow from the assumptions, or :class:`Undecided` is raised. An
identity holds when the numerator of its difference, reduced by the relations of the roots, is the zero polynomial.
"""

from dataclasses import dataclass, field
from typing import ClassVar

from sympy import (
    QQ,
    Abs,
    Add,
    Dummy,
    Expr,
    Integer,
    Integral,
    KroneckerDelta,
    Mul,
    Pow,
    Sum,
    Symbol,
    Tuple,
    exp,
    lex,
    log,
    oo,
)
from sympy.core.function import AppliedUndef
from sympy.polys.rings import ring as polynomials_in

from kexue.proof.kernel.chance import Chance
from kexue.proof.kernel.derivatives import Derivatives
from kexue.proof.kernel.limits import Limits
from kexue.proof.kernel.memory import Memory, remembered
from kexue.proof.kernel.polynomials import factor_terms, quotient
from kexue.proof.kernel.powers import Powers
from kexue.proof.kernel.signs import Signs
from kexue.proof.kernel.sums import Sums
from kexue.proof.kernel.terms import (
    BINDERS,
    Diff,
    Expect,
    IllFormed,
    Inner,
    Partial,
    Relation,
    Undecided,
    Vec,
    arguments_of,
    head,
    heads,
    is_vector,
    outermost,
    substitute,
)
from kexue.proof.kernel.vectors import Vectors


@dataclass
class Context:
    """What a ledger has declared: bounds of symbols, definitions, and which names are random."""

    bounds: dict = field(default_factory=dict)  # symbol: (lower, upper), either None
    sequences: set = field(default_factory=set)  # functions of natural numbers 1, 2, …
    definitions: dict = field(default_factory=dict)  # head: (parameters, body)
    stated: set = field(default_factory=set)  # what some fact depends on: too late to define it
    random: set = field(default_factory=set)  # heads whose values depend on chance
    fixed: set = field(default_factory=set)  # heads that stand for one thing: orthonormal families
    smooth: set = field(default_factory=set)  # functions and families with continuous derivatives of every order
    continuous: set = field(default_factory=set)  # functions that are continuous
    moments: dict = field(default_factory=dict)  # i.i.d. sequence: {power: its expectation}
    known: dict = field(default_factory=dict)  # information: the random heads that it determines
    memory: Memory = field(default_factory=Memory)  # what was found of expressions, under what was declared then

    @property
    def declared(self):
        """How much is declared, and what the ranges are: nothing is ever taken back."""
        sizes = (self.sequences, self.definitions, self.random, self.fixed, self.smooth, self.continuous)
        return tuple(map(len, (*sizes, self.moments, self.known)))

    def unfold(self, expression):
        """The expression with every definition replaced by its body."""
        if not self.definitions:
            return expression
        key = "unfolded", expression, self.declared
        if key not in self.memory.answers:
            self.memory.answers[key] = self._unfolded(expression)
        return self.memory.answers[key]

    def _unfolded(self, expression):
        while found := heads(expression) & set(self.definitions):
            for side in (expression.lhs, expression.rhs) if isinstance(expression, Relation) else (expression,):
                self._refuse_binding(side, found)
            expression = substitute(expression, {name: self._body(name) for name in found})
        return expression

    def _refuse_binding(self, expression, names):
        """Refuse Σ_k d where d stands for something that speaks of k: a reader could not tell which k that is."""
        for binder in expression.atoms(*BINDERS) if not isinstance(expression, Relation) else ():
            for name in heads(binder.function) & names:
                if hidden := self.hidden(name) & set(binder.variables):
                    raise IllFormed(
                        f"{name} speaks of {min(hidden, key=str)}, which is bound in {binder}: write {name} out"
                    )

    def put(self, expression, mapping):
        """A substitution, definitions written out where they speak of what is replaced."""
        hidden = any(self.hidden(name) & set(mapping) for name in heads(expression) & set(self.definitions))
        return substitute(self.unfold(expression) if hidden else expression, mapping)

    def hidden(self, name):
        """What a defined name speaks of beside its variables."""
        parameters, body = self.definitions[name]
        return heads(self.unfold(body)) - set(map(head, parameters))

    def spoken_of(self, relation):
        """Everything that a relation depends on: its heads, and what their definitions, ranges and moments mention."""
        found, new = set(), heads(relation) | heads(self.unfold(relation))
        while new:
            found |= new
            new = set().union(*(heads(self.range_of(name)) for name in new)) - found
        return found

    def bounded_by(self, names, relation):
        """What a relation depends on and whose declared range or moments mention one of the names."""
        return {s for s in self.spoken_of(relation) if heads(self.range_of(s)) & set(names)}

    def refuse_hidden(self, expression, variables):
        """Refuse to bind a variable of which a range or a moment in the expression speaks: it would stay behind."""
        if (self.bounds or self.moments) and (tied := self.bounded_by(variables, expression)):
            tied, names = (", ".join(sorted(map(str, some))) for some in (tied, variables))
            raise IllFormed(f"the range or the moments of {tied} speak of {names}, which is bound in {expression}")

    def range_of(self, name):
        """The declared range or moments as one expression, for its symbols."""
        ends = [end for end in self.bounds.get(name, ()) if end is not None]
        mentioned = Tuple(*ends, *self.moments.get(name, {}).values())
        return Tuple(*mentioned, *self.unfold(mentioned))

    def _body(self, name):
        parameters, body = self.definitions[name]
        return (lambda *values: substitute(body, dict(zip(parameters, values, strict=True)))) if parameters else body


class Normaliser(Signs, Powers, Vectors, Sums, Chance, Derivatives, Limits):
    """Normal forms under one context, and under ``given`` facts, which decide signs, convergence and exchanges.

    ``used`` collects those of the given facts that a normal form turned out to rest on.
    """

    def __init__(self, context, given=()):
        self.context, self.bounds, self.memory = context, dict(context.bounds), context.memory
        self.rewrites, self.given, self.used = {}, tuple(given), set()

    @remembered
    def unfold(self, e):
        """The expression with every definition replaced by its body, each asked for where it was made."""
        for name in heads(e) & set(self.context.definitions):
            parameters, _ = self.context.definitions[name]
            for f in e.atoms(AppliedUndef, Vec) if parameters else ():
                for p, a in zip(parameters, arguments_of(f), strict=True) if head(f) == name else ():
                    self.require_like(p, a)
        return self.context.unfold(e)

    def defined(self, e):
        """Meet the duties of an expression before its definitions are written out, which could cancel what they ask."""
        if heads(e) & set(self.context.definitions):
            self._defined(e)
        return e

    def _defined(self, e):
        if isinstance(e, BINDERS):
            body, name, lower, upper = outermost(e)
            if lower.is_Integer and upper.is_Integer and upper < lower:
                return
            k = self.fresh(e, name, lower)
            self.bounds[k] = (None if lower is -oo else lower, None if upper is oo else upper)
            try:
                self._defined(body.xreplace({name: k}))
            finally:
                del self.bounds[k]
            return
        for a in e.args:
            if isinstance(a, Expr):
                self._defined(a)
        if isinstance(e, log) or (isinstance(e, Pow) and not (e.exp.is_Integer and e.exp > 0)):
            self.skeleton(self.unfold(e))

    def require_like(self, parameter, argument):
        """An argument must be of the kind for which a definition was made."""
        if is_vector(parameter) != is_vector(argument):
            raise IllFormed(f"{argument} cannot stand for {parameter}")
        if isinstance(parameter, Symbol):
            whole = argument.is_integer or not parameter.is_integer
            first = 1 if parameter.is_integer and parameter.is_positive else 0
            signed = not parameter.is_nonnegative or self.at_least(argument, first)
            if not whole or not signed or (parameter.is_positive and self.sign(argument) != (1, True)):
                raise Undecided(f"what is defined for {parameter} is asked for at {argument}")

    # -- fractions of polynomials

    @remembered
    def fraction(self, expression):
        """(numerator, denominator), polynomials in the generators' symbols, the numerator reduced."""
        skeleton = self.skeleton(self.unfold(expression))
        symbols, relations = self.memory.support(skeleton)
        ring = polynomials_in(symbols or [Dummy("unit")], QQ, lex)[0]
        n, d = quotient(skeleton, ring)
        n, d = n.cancel(d)
        ideal = [ring.from_expr(r**q - radicand) for r, q, radicand in relations]
        return (n.rem(ideal) if ideal else n).as_expr(), d.as_expr()

    def is_zero(self, expression):
        """Whether the expression is zero by its normal form."""
        return self.fraction(expression)[0] == 0

    def restore(self, polynomial):
        """The polynomial with its generators written out again."""
        return polynomial.xreplace(self.memory.names_in(polynomial))

    @remembered
    def canonical(self, expression):
        """One representative of each class of expressions that are equal by normal form."""
        if is_vector(expression):
            return self.canonical_vector(expression)
        numerator, denominator = self.fraction(expression)
        return self.restore(numerator.expand()) / self.restore(denominator.expand())

    def generator(self, expression):
        return self.memory.generator(expression)

    # -- the skeleton: the same expression over generators, with every duty met on the way

    def skeleton(self, e):
        """The expression rebuilt from +, ×, integer powers, rational numbers and generators."""
        if e.is_Rational:
            return e
        if e.is_Symbol and not e.is_real:
            raise IllFormed(f"{e} is no real number")
        return self.generator(e) if e.is_Symbol else self.built(e)

    @remembered
    def built(self, e):
        """The skeleton of what has parts."""
        if is_vector(e):
            raise IllFormed(f"a vector where a number is expected: {e}")
        if isinstance(e, (Add, Mul)):
            return e.func(*map(self.skeleton, e.args))
        if isinstance(e, (Pow, exp)):
            return self.power(*e.as_base_exp())
        if e.is_NumberSymbol:
            return self.generator(e)
        for kind, rule in self.RULES.items():
            if isinstance(e, kind):
                return rule(self, e)
        raise Undecided(f"the kernel has no normal form for {e} ({type(e).__name__})")

    def applied(self, e):
        if e.func in self.context.sequences:
            self.require_natural(e, e.args)
        return self.generator(e.func(*map(self.canonical, e.args)))

    def require_natural(self, e, indices):
        for i in indices:
            if not i.is_integer or not self.at_least(i, 1):
                raise Undecided(f"{e}: the index {i} of a sequence is not known to be a natural number")

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
            touched = any(map(separate, self.memory.names_in(factor).values()))
            outside, kept = (outside, kept * factor) if touched else (outside * factor, kept)
        return outside, kept

    RULES: ClassVar = {
        Inner: Vectors.inner,
        AppliedUndef: applied,
        KroneckerDelta: Sums.delta,
        Abs: Powers.absolute,
        log: Powers.logarithm,
        Sum: Sums.sum,
        Integral: Sums.integral,
        Expect: Chance.expect,
        Diff: Derivatives.differentiated,
        Partial: Derivatives.partial,
    }
