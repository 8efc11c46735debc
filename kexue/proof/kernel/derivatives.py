"""Derivatives, computed: sum, product, power and chain rule, Leibniz rules for inner products and integrals."""

from typing import ClassVar

from sympy import Abs, Add, Dummy, Integer, Integral, Mul, Pow, S, Sum, exp, log, oo
from sympy.core.function import AppliedUndef

from kexue.proof.kernel.terms import (
    CondVec,
    Diff,
    Expect,
    IllFormed,
    Inner,
    Partial,
    Undecided,
    Vec,
    head,
    is_plain,
    is_vector,
    outermost,
    substitute,
)


class Derivatives:
    """The part of a normaliser that differentiates; that a thing is differentiable is a duty."""

    def differentiated(self, e):
        """The normal form of the derivative of a scalar that is defined."""
        self.skeleton(self.unfold(e.args[0]))
        return self.skeleton(self.derivative(self.unfold(e.args[0]), e.args[1]))

    def written_out(self, e):
        """An expression with its derivatives taken."""
        taken = {d: self.derivative(self.unfold(d.args[0]), d.args[1]) for d in e.atoms(Diff)}
        return self.written_out(e.xreplace(taken)) if taken else e

    def partial(self, e):
        """A derivative of a declared smooth function, at canonical arguments."""
        self.require_smooth(e.of)
        return self.generator(Partial(self.at_canonical(e.of), *e.orders))

    def at_canonical(self, f):
        arguments = map(self.canonical, f.indices if isinstance(f, Vec) else f.args)
        return f.func(f.name, *arguments) if isinstance(f, Vec) else f.func(*arguments)

    def require_smooth(self, f):
        if head(f) not in self.context.smooth:
            raise Undecided(f"{head(f)} is differentiated, and is not declared smooth")

    def derivative(self, e, x):
        """∂e/∂x of a scalar or a vector, every other symbol held fixed."""
        if x.is_integer or not x.is_real or not is_plain(x):
            raise IllFormed(f"a derivative is taken with respect to a real symbol, not {x}")
        self.context.refuse_hidden(e, [x])
        e = self.unfold(e)
        if x not in e.free_symbols:
            return Integer(0)
        if e == x:
            return Integer(1)
        for kind, rule in self.DERIVATIVES.items():
            if isinstance(e, kind):
                return rule(self, e, x)
        raise Undecided(f"the kernel has no derivative of {e} ({type(e).__name__})")

    def of_sum(self, e, x):
        return Add(*(self.derivative(a, x) for a in e.args))

    def of_product(self, e, x):
        others = [Mul(*(b for j, b in enumerate(e.args) if j != i)) for i in range(len(e.args))]
        return Add(*(self.derivative(a, x) * rest for a, rest in zip(e.args, others, strict=True)))

    def of_power(self, e, x):
        """(b^n)' = n b^(n−1) b' + b^n log b · n'."""
        b, n = e.as_base_exp()
        self.skeleton(e)
        slope = Integer(0)
        if x in b.free_symbols:
            self.skeleton(Pow(b, n - 1))
            slope += n * Pow(b, n - 1) * self.derivative(b, x)
        if x in n.free_symbols:
            slope += e * (1 if b is S.Exp1 else log(b)) * self.derivative(n, x)
            self.skeleton(log(b))
        return slope

    def of_logarithm(self, e, x):
        self.skeleton(e)
        return self.derivative(e.args[0], x) / e.args[0]

    def of_absolute(self, e, x):
        self.require("nonzero", e.args[0])
        return self.derivative(e.args[0], x) * e.args[0] / e

    def of_function(self, e, x):
        """The chain rule: Σ ∂_i f · a_i'."""
        f, orders = (e.of, e.orders) if isinstance(e, Partial) else (e, None)
        arguments = f.indices if isinstance(f, Vec) else f.args
        orders = orders or (Integer(0),) * len(arguments)
        self.require_smooth(f)
        if any(map(is_vector, arguments)):
            raise Undecided(f"{f} is a function of vectors: its derivative is not one that the kernel can take")
        return Add(
            *(
                Partial(f, *orders[:i], orders[i] + 1, *orders[i + 1 :]) * self.derivative(a, x)
                for i, a in enumerate(arguments)
                if x in a.free_symbols
            )
        )

    def of_inner(self, e, x):
        u, v = map(self.unfold, e.args)
        du, dv = self.derivative(u, x), self.derivative(v, x)
        return Inner(du, v) + Inner(u, dv)

    def of_finite_sum(self, e, x):
        body, k, lower, upper = outermost(e)
        if upper is oo or x in lower.free_symbols | upper.free_symbols:
            return self.exchanged(e, x)
        k, body = self.own_index(k, self.unfold(body), x)
        return Sum(self.derivative(body, x), (k, lower, upper))

    def own_index(self, k, body, x):
        """The index and body of a sum or integral, renamed where x or a given fact speaks of one value of that name."""
        if k != x and k not in self.context.bounds and all(fact.general_in(k) for fact in self.given):
            return k, body
        fresh = Dummy(k.name, **k.assumptions0)
        return fresh, body.xreplace({k: fresh})

    def of_integral(self, e, x):
        """d/dx ∫_a^b f(s, x) ds = f(b, x) b' − f(a, x) a' + ∫ ∂f/∂x ds, f and ∂f/∂x being continuous."""
        body, s, lower, upper = outermost(e)
        if oo in (upper, -lower):
            return self.exchanged(e, x)
        s, body = self.own_index(s, self.unfold(body), x)
        self.skeleton(e)
        self.require_continuous(body, x)
        inside = self.derivative(body, x)
        ends = [substitute(body, {s: end}) * self.derivative(end, x) for end in (upper, lower)]
        return ends[0] - ends[1] + (Integral(inside, (s, lower, upper)) if inside != 0 else 0)

    def of_derivative(self, e, x):
        return self.derivative(self.derivative(self.unfold(e.args[0]), e.args[1]), x)

    def exchanged(self, e, x):
        """A derivative that may be taken inside because a given fact says what it is, for every x."""
        for fact in self.given:
            left = fact.relation.lhs
            of = (
                left.args if fact.relation.op == "=" and isinstance(left, Diff) and fact.general_in(x) else (None, None)
            )
            if of[1] == x and self.same(of[0], e, x):
                self.used.add(fact)
                return self.unfold(fact.relation.rhs)
        raise Undecided(f"the derivative of {e}: cite what says that it may be taken inside (Diff(…) = …)")

    def same(self, first, second, x):
        """Whether two expressions are equal for every x."""
        if first == second or is_vector(first) or is_vector(second):
            return first == second
        general = type(self)(self.context, tuple(fact for fact in self.given if fact.general_in(x)))
        general.bounds = dict(self.bounds)
        equal = general.is_zero(first - second)
        self.used |= general.used
        return equal

    DERIVATIVES: ClassVar = {
        Add: of_sum,
        Mul: of_product,
        Pow: of_power,
        exp: of_power,
        log: of_logarithm,
        Abs: of_absolute,
        AppliedUndef: of_function,
        Vec: of_function,
        Partial: of_function,
        Inner: of_inner,
        Sum: of_finite_sum,
        Integral: of_integral,
        Diff: of_derivative,
        Expect: exchanged,
        CondVec: exchanged,
    }
