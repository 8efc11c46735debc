"""Rules of inference of analysis: derivatives, integrals, limits, series, differential equations."""

from sympy import Dummy, Integer, Integral, Limit, Rational, Sum, Tuple, factorial, oo

from kexue.proof.kernel.facts import KEY, Fact
from kexue.proof.kernel.normal import Normaliser
from kexue.proof.kernel.replacing import admissible
from kexue.proof.kernel.rules import derived, normaliser_for, refuse_bounded, same_ledger, union
from kexue.proof.kernel.terms import (
    Diff,
    IllFormed,
    Relation,
    Undecided,
    heads,
    is_plain,
    is_vector,
    outermost,
    substitute,
)

NEAR = Rational(1, 1000)  # a limit at 0 asks only what happens below some bound


def differentiated(fact, x, given=()):
    """l = r for every x gives l' = r'."""
    if fact.relation.op != "=" or not fact.general_in(x):
        raise Undecided(f"the fact is not an equation that holds for every {x}")
    refuse_bounded(fact.context, [x], fact.relation)
    n = normaliser_for(fact, given)
    low, high = fact.context.bounds.get(x, (None, None))
    low = Integer(0) if low is None and x.is_nonnegative else low
    if low is not None and high is not None and n.sign(high - low) != (1, True):
        raise Undecided(f"{x} ranges over {low} to {high}, which may be a single point")
    relation = fact.relation.map(lambda side: Diff(side, x))
    for side in (relation.lhs, relation.rhs):
        n.linear(side) if is_vector(side) else n.skeleton(side)
    return derived(n, fact, relation, "derivative", x)


def integrated(fact, x, lower, upper, given=()):
    """l ≤ r for every x in [a, b] gives ∫ l ≤ ∫ r, both sides being continuous there."""
    relation, n = fact.relation, normaliser_for(fact, given)
    if not fact.general_in(x) or relation.op == "⇔" or x.is_integer:
        raise Undecided(f"the fact is not one for every real {x}")
    low, high = fact.context.bounds.get(x, (Integer(0) if x.is_nonnegative else None, None))
    below = low is not None and not n.at_least(lower, low)
    above = high is not None and not n.at_least(high, upper)
    if below or above or not is_plain(x):
        raise Undecided(f"the fact does not cover {x} from {lower} to {upper}")
    if relation.strict and n.sign(upper - lower) != (1, True):
        raise Undecided(f"the interval from {lower} to {upper} may be empty")
    refuse_bounded(fact.context, [x], relation)
    relation = relation.map(lambda side: Integral(side, (x, lower, upper)))
    for side in (relation.lhs, relation.rhs):
        n.skeleton(n.unfold(side))
    return derived(n, fact, relation, "integral", (x, lower, upper))


def antiderivative(context, integrand, primitive, x, lower, upper, given=()):
    """∫_a^b f dx = F(b) − F(a), when F' = f on [a, b] and f is continuous there."""
    same_ledger(context, given)
    refuse_bounded(context, [x], Tuple(integrand, primitive))
    n = Normaliser(context, given)
    if x.is_integer or not n.at_least(upper - lower, 0):
        raise Undecided(f"the ends {lower} and {upper} are not in order, or {x} is no real variable")
    n.skeleton(Integral(context.unfold(integrand), (x, lower, upper)))  # continuous and defined on the interval
    s = n.fresh(Integral(integrand + primitive, (x, lower, upper)), x, lower)
    n.bounds[s] = (lower, upper)
    f, F = (context.unfold(e).xreplace({x: s}) for e in (integrand, primitive))
    n.require_continuous(F, s)
    n.skeleton(F)
    if not n.is_zero(f - n.derivative(F, s)):
        raise Undecided(f"the derivative of {primitive} is not {integrand}")
    ends = [context.put(primitive, {x: end}) for end in (upper, lower)]
    relation = Relation(Integral(integrand, (x, lower, upper)), "=", ends[0] - ends[1])
    n.skeleton(context.unfold(relation.rhs))
    return _stated(n, context, relation, "antiderivative", (primitive, x))


def _stated(n, context, relation, rule, certificate):
    for side in (relation.lhs, relation.rhs):
        n.defined(side)
    used = tuple(f for f in n.given if f in n.used)
    return Fact(KEY, context, relation, frozenset().union(*(f.hypotheses for f in used)), rule, used, certificate)


def limit_of(fact, variable, point=0):
    """l(λ) ≤ r(λ) for every λ > 0 (up to a bound) gives lim l ≤ lim r as λ → 0⁺, and for every λ as λ → ∞."""
    context = fact.context
    low, high = context.bounds.get(variable, (Integer(0), None))
    n, positive = Normaliser(context), variable.is_positive and is_plain(variable)
    small = not variable.is_integer and low == 0 and (high is None or n.sign(high) == (1, True))
    if not (positive and (high is None if point is oo else small) and fact.general_in(variable)):
        raise Undecided(f"the fact is not one for every {'large' if point is oo else 'small'} {variable} > 0")
    if fact.relation.op == "⇔" or oo in (fact.relation.lhs, fact.relation.rhs):
        raise Undecided(f"{fact.relation} has no two numbers for sides")
    refuse_bounded(context, [variable], fact.relation)
    weak = {"<": "≤", ">": "≥"}.get(fact.relation.op, fact.relation.op)
    u = Dummy("u", positive=True)
    n.bounds[u] = (None, NEAR)
    relation = fact.relation if point == 0 else fact.relation.map(lambda side: context.put(side, {variable: u**-2}))
    sides = [n.limit_at_zero(side, variable if point == 0 else u) for side in (relation.lhs, relation.rhs)]
    return Fact(KEY, context, Relation(sides[0], weak, sides[1]), fact.hypotheses, "limit", (fact,), (variable, point))


def limit(context, expression, variable, value, point=oo, given=()):
    """Lim expression = value as variable → ∞, or as it decreases to a point: with 1/u² or point + u², as u → 0⁺."""
    same_ledger(context, given)
    low, high = context.bounds.get(variable, (Integer(0) if variable.is_nonnegative else None, None))
    refuse_bounded(context, [variable], expression)
    n, u = Normaliser(context, given), Dummy("u", positive=True)
    n.bounds[u] = (None, NEAR)
    if point is oo:
        if not variable.is_positive or not is_plain(variable) or high is not None:
            raise Undecided(f"{variable} is not declared positive and unbounded, so that it cannot be sent to infinity")
        moved = u**-2
    else:
        n.canonical(n.defined(point))
        if (
            variable.is_integer
            or not is_plain(variable)
            or variable in heads(context.unfold(point))
            or (low is not None and not n.at_least(point, low))
        ):
            raise Undecided(f"{variable} is not one that can come down to {point}")
        if high is not None and n.sign(high - point) != (1, True):
            raise Undecided(f"{variable} cannot come down to {point}: it is at most {high}")
        moved = point + u**2
    reached = n.limit_at_zero(substitute(context.unfold(expression), {variable: moved}), u)
    if not n.is_zero(reached - value):
        raise Undecided(f"the limit is {reached}")
    relation = Relation(Limit(expression, variable, point, "-" if point is oo else "+"), "=", value)
    return _stated(n, context, relation, "limit", {variable: point})


def taylor(context, expression, h, coefficients, given=()):
    """f(h) = Σ_{j ≤ k} c_j h^j + o(h^k), as lim (f − Σ)/h^k = 0: j!·c_j is the j-th derivative of f at 0."""
    same_ledger(context, given)
    refuse_bounded(context, [h], expression)
    n = Normaliser(context, given)
    low, high = context.bounds.get(h, (Integer(0) if h.is_nonnegative else None, None))
    right = high is None or n.sign(high) == (1, True)
    if h.is_integer or not is_plain(h) or not right or (low is not None and not n.at_least(-low, 0)):
        raise Undecided(f"{h} does not range over a right neighbourhood of 0")
    if not coefficients:
        raise IllFormed("a series has one coefficient at least")
    # where the expression and its derivatives have to be defined and continuous, 0 included
    z = Dummy(h.name, real=True, nonnegative=h.is_nonnegative)
    n.bounds[z] = (
        Integer(0) if h.is_nonnegative else -NEAR,
        NEAR,
    )
    derivative = n.unfold(expression).xreplace({h: z})
    for j, c in enumerate(coefficients):
        if h in heads(context.unfold(c)):
            raise IllFormed(f"the coefficient {c} contains the variable {h}")
        derivative = n.derivative(derivative, z) if j else derivative
        n.skeleton(derivative)
        n.require_continuous(derivative, z)
        at_zero = substitute(derivative, {z: Integer(0)})
        if not n.is_zero(at_zero - factorial(j) * c):
            raise Undecided(f"the coefficient of {h}^{j} is {at_zero / factorial(j)}, not {c}")
    order = len(coefficients) - 1
    polynomial = sum((c * h**j for j, c in enumerate(coefficients)), Integer(0))
    relation = Relation(Limit((expression - polynomial) / h**order, h, 0, "+"), "=", 0)
    return _stated(n, context, relation, "series", (h, tuple(coefficients)))


# -- infinite sums


def telescoped(context, term, k, first, primitive, given=()):
    """Σ_{k ≥ a} f(k) = G(a), when f(k) = G(k) − G(k + 1) for k ≥ a, f ≥ 0 and G(k) → 0; so the sum converges."""
    n, i = _series(context, k, first, given, Tuple(term, primitive))
    f, G = (context.unfold(e).xreplace({k: i}) for e in (term, primitive))
    n.require("nonnegative", f)
    n.skeleton(G)
    if not n.is_zero(f - G + substitute(G, {i: i + 1})):
        raise Undecided(f"{term} is not the difference of {primitive} at {k} and at {k} + 1")
    _require_vanishing(n, context, primitive, k)
    total = context.put(primitive, {k: first})
    return _stated(n, context, Relation(Sum(term, (k, first, oo)), "=", total), "telescoping", (primitive, k))


def integral_test(context, term, k, first, primitive, given=()):
    """F(a) ≤ Σ_{k ≥ a} f(k) ≤ f(a) + F(a), for F' = −f, f ≥ 0, f' ≤ 0 on x ≥ a > 0, F → 0: two facts."""
    n, _ = _series(context, k, first, given, Tuple(term, primitive))
    x = Dummy("x", positive=True)
    n.bounds[x] = (first, None)
    f, F = (context.unfold(e).xreplace({k: x}) for e in (term, primitive))
    n.require_continuous(f, x)
    n.require("nonnegative", f)
    n.require("nonnegative", -n.derivative(f, x))
    n.skeleton(F)
    if not n.is_zero(f + n.derivative(F, x)):
        raise Undecided(f"the derivative of {primitive} is not −({term})")
    _require_vanishing(n, context, primitive, k)
    total, end = Sum(term, (k, first, oo)), context.put(primitive, {k: first})
    low = _stated(n, context, Relation(end, "≤", total), "integral test", (primitive, k))
    high = _stated(
        n, context, Relation(total, "≤", context.put(term, {k: first}) + end), "integral test", (primitive, k)
    )
    return low, high


def converges(fact):
    """Σ f = s or Σ f ≤ s, found by telescoping or the integral test, gives Σ f < ∞."""
    total = next(
        (s for s in (fact.relation.lhs, fact.relation.rhs) if isinstance(s, Sum) and s.limits[-1][2] is oo), None
    )
    if fact.rule not in ("telescoping", "integral test") or total is None:
        raise Undecided("only telescoping and the integral test show that a series converges")
    return Fact(KEY, fact.context, Relation(total, "<", oo), fact.hypotheses, "convergence", (fact,))


def compared(low, high, dominating, k):
    """0 ≤ f(k) and f(k) ≤ g(k) for every k, and Σ_{k ≥ a} g < ∞, give Σ_{k ≥ a} f < ∞."""
    context, total = dominating.context, dominating.relation.lhs
    same_ledger(context, [low, high])
    n, f = Normaliser(context), high.relation.lhs
    endless = isinstance(total, Sum) and dominating.relation.op == "<" and dominating.relation.rhs is oo
    plain = k.is_positive and k.is_integer and is_plain(k) and k not in context.bounds
    if not (endless and plain and low.general_in(k) and high.general_in(k)):
        raise Undecided(f"bounds for every {k} and a series that converges (… < oo) were expected")
    refuse_bounded(context, [k], high.relation)
    if k in context.spoken_of(dominating.relation):
        raise Undecided(f"{dominating.relation} speaks of {k}: each {k} may have a series of its own")
    g, index, first, end = outermost(total)
    matching = low.relation.op in "≤=<" and high.relation.op in "≤=<" and low.relation.lhs == 0
    same = n.is_zero(low.relation.rhs - f) and n.is_zero(context.put(g, {index: k}) - high.relation.rhs)
    if not (matching and same and end is oo and n.at_least(first, 1)):
        raise Undecided(f"0 ≤ f and f ≤ g were expected, and Σ g over {k} from 1 or later")
    premises = (low, high, dominating)
    relation = Relation(Sum(f, (k, first, oo)), "<", oo)
    return Fact(KEY, context, relation, union(*premises), "comparison", premises, k)


def _series(context, k, first, given, bodies):
    same_ledger(context, given)
    refuse_bounded(context, [k], bodies)
    n = Normaliser(context, given)
    if not k.is_integer or not is_plain(k) or k in context.bounds or not first.is_integer or not n.at_least(first, 1):
        raise Undecided(f"{k} is not a free natural number, or the sum does not start at one")
    i = Dummy(k.name, integer=True, positive=True)
    n.bounds[i] = (first, None)
    return n, i


def _require_vanishing(n, context, primitive, k):
    """G(k) → 0 as k → ∞."""
    u = Dummy("u", positive=True)
    n.bounds[u] = (None, NEAR)
    if not n.is_zero(n.limit_at_zero(substitute(context.unfold(primitive), {k: u**-2}), u)):
        raise Undecided(f"{primitive} does not tend to 0")


# -- differential equations


def linear_ode(equation, start, unknown, t, solution, given=()):
    """y' = A y + B for every t and y(t₀) = y₀ give y(t) = s(t), when s' = A s + B, s(t₀) = y₀, A and B continuous."""
    context, y = equation.context, unknown(t)
    same_ledger(context, [start, *given])
    refuse_bounded(context, [t], Tuple(solution, equation.relation.rhs))
    n = Normaliser(context, given)
    left, right = (context.unfold(side) for side in (equation.relation.lhs, equation.relation.rhs))
    if equation.relation.op != "=" or start.relation.op != "=" or left != Diff(y, t) or not equation.general_in(t):
        raise Undecided(f"an equation for the derivative of {y} at every {t}, and a first value, were expected")
    value, at = start.relation.rhs, start.relation.lhs
    if getattr(at, "func", None) != unknown:
        raise Undecided(f"a first value {unknown}(…) = … was expected, not {start.relation}")
    slope, plain = _affine(n, right, y)
    admissible(context, t, at.args[0], {})
    if unknown not in context.smooth or any(unknown in heads(context.unfold(e)) for e in (slope, plain, solution)):
        raise Undecided(f"the equation is not linear in {y}, or the solution is given in terms of it")
    for e in (slope, plain):
        n.require_continuous(e, t)
        n.skeleton(e)
    if not n.is_zero(context.put(solution, {t: at.args[0]}) - value):
        raise Undecided(f"the solution does not start at {value}")
    if not n.is_zero(n.derivative(context.unfold(solution), t) - slope * context.unfold(solution) - plain):
        raise Undecided(f"{solution} does not solve {equation.relation}")
    used = [f for f in n.given if f in n.used]
    if not all(f.general_in(t) for f in used):
        raise Undecided(f"{solution} solves the equation where {used[0].relation} holds, not at every {t}")
    premises = (equation, start, *used)
    rest = frozenset().union(*(f.hypotheses for f in premises))
    return Fact(KEY, context, Relation(y, "=", solution), rest, "linear ODE", premises, (t, solution))


def _affine(n, right, y):
    """(A, B) with right = A·y + B."""
    z = Dummy("z", real=True)
    slope = n.derivative(right.xreplace({y: z}), z)
    plain = right.xreplace({y: Integer(0)})
    if z in slope.free_symbols or not n.is_zero(right - slope * y - plain):
        raise Undecided(f"{right} is not linear in {y}")
    return slope, plain
