"""Lines of a ledger that rest on analysis: derivatives, integrals, limits, series, differential equations."""

from sympy import Integer, Integral, Sum, oo, sympify

from kexue.proof import finders
from kexue.proof.kernel import calculus
from kexue.proof.kernel.terms import Relation, substitute
from kexue.proof.steps import facts, recorded


class Analysis:
    """The part of a ledger that differentiates, integrates, and goes to limits."""

    def _stated(self, rule, relation, why, name, given=()):
        """A line whose relation a rule states by itself; no witness is looked for where it fails."""
        self._check_declared(relation)
        return self._add(lambda: rule(facts(given)), relation, why, name, given, witness=False)

    @recorded
    def differentiate(self, step, variable, why="", name="", given=()):
        """The derivative of both sides of an equation that holds for every value of a variable."""
        cited = [step, *given]
        return self._add(
            lambda: calculus.differentiated(step.fact, variable, facts(given)), step.relation, why, name, cited
        )

    @recorded
    def integrate(self, step, variable, lower, upper, why="", name="", given=()):
        """∫ of both sides of a step that holds for every value of a variable."""
        lower, upper, cited = sympify(lower), sympify(upper), [step, *given]
        return self._add(
            lambda: calculus.integrated(step.fact, variable, lower, upper, facts(given)),
            step.relation,
            why,
            name,
            cited,
        )

    @recorded
    def antiderivative(self, integrand, variable, lower, upper, primitive=None, why="", name="", given=()):
        """∫_a^b f dx = F(b) − F(a); the primitive F is looked for when none is given."""
        integrand, lower, upper = map(sympify, (integrand, lower, upper))

        def prove(given):
            found = finders.primitive(integrand, variable) if primitive is None else sympify(primitive)
            return calculus.antiderivative(self.context, integrand, found, variable, lower, upper, given)

        relation = Relation(Integral(integrand, (variable, lower, upper)), "=", 0)
        return self._stated(prove, relation, why, name, given)

    @recorded
    def limit(self, expression, variable, value, why="", name="", to=oo, given=()):
        """lim expression = value as the variable grows without bound, or comes down to a point."""
        expression, value, to = map(sympify, (expression, value, to))

        def prove(given):
            return calculus.limit(self.context, expression, variable, value, to, given)

        return self._stated(prove, Relation(expression, "=", value), why, name, given)

    @recorded
    def limit_at_zero(self, step, variable, why="", name=""):
        """A step that holds for every small positive value of a variable, in the limit 0⁺."""
        return self._add(lambda: calculus.limit_of(step.fact, variable), step.relation, why, name, [step])

    @recorded
    def limit_at_infinity(self, step, variable, why="", name=""):
        """A step that holds for every value of a positive variable, in the limit ∞: lim l ≤ lim r."""
        return self._add(lambda: calculus.limit_of(step.fact, variable, oo), step.relation, why, name, [step])

    @recorded
    def series(self, expression, variable, coefficients, why="", name="", given=()):
        """expression = Σ_j c_j h^j + o(h^k), as a limit."""
        expression, coefficients = sympify(expression), list(map(sympify, coefficients))
        polynomial = sum((c * variable**j for j, c in enumerate(coefficients)), Integer(0))

        def prove(given):
            return calculus.taylor(self.context, expression, variable, coefficients, given)

        return self._stated(prove, Relation(expression, "=", polynomial), why, name, given)

    @recorded
    def telescope(self, term, index, first, primitive, why="", name="", given=()):
        """Σ_{k ≥ a} f(k) = G(a), for f(k) = G(k) − G(k + 1) ≥ 0 and G → 0."""
        term, first, primitive = map(sympify, (term, first, primitive))

        def prove(given):
            return calculus.telescoped(self.context, term, index, first, primitive, given)

        relation = Relation(Sum(term, (index, first, oo)), "=", substitute(primitive, {index: first}))
        return self._stated(prove, relation, why, name, given)

    def integral_test(self, term, index, first, primitive, why="", name=""):
        """F(a) ≤ Σ_{k ≥ a} f(k) and Σ_{k ≥ a} f(k) ≤ f(a) + F(a), for F' = −f, f decreasing and F → 0: two steps."""
        return tuple(self.tail_bound(term, index, first, primitive, side, why, name) for side in ("below", "above"))

    @recorded
    def tail_bound(self, term, index, first, primitive, side, why="", name=""):
        """One side of the integral test."""
        term, first, primitive = map(sympify, (term, first, primitive))

        def prove(given):
            return calculus.integral_test(self.context, term, index, first, primitive, given)[side != "below"]

        relation = Relation(Sum(term, (index, first, oo)), "≥" if side == "below" else "≤", primitive)
        return self._stated(prove, relation, why, name)

    @recorded
    def converges(self, step, why="", name=""):
        """Σ f < ∞, from a step that sums or bounds it."""
        return self._add(lambda: calculus.converges(step.fact), step.relation, why, name, [step], witness=False)

    @recorded
    def compare(self, low, high, dominating, index, why="", name=""):
        """Σ f < ∞, from steps that say 0 ≤ f and f ≤ g for every index, and that Σ g < ∞."""
        cited = [low, high, dominating]
        return self._add(
            lambda: calculus.compared(low.fact, high.fact, dominating.fact, index),
            Relation(Sum(high.lhs, (index, 1, oo)), "<", oo),
            why,
            name,
            cited,
            witness=False,
        )

    @recorded
    def linear_ode(self, equation, start, function, variable, solution=None, why="", name="", given=()):
        """The one solution of a linear differential equation with a first value; looked for if none is given."""
        if solution is None:
            solution = finders.ode_solution(equation.relation, start.relation, function, variable)
        solution = sympify(solution)
        self._propose_model({function: lambda at: substitute(solution, {variable: at})})  # the equation has one, then
        relation = Relation(function(variable), "=", solution)
        self._check_declared(relation)
        return self._add(
            lambda: calculus.linear_ode(equation.fact, start.fact, function, variable, solution, facts(given)),
            relation,
            why,
            name,
            [equation, start, *given],
        )
