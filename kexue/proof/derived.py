"""Derived rules: inequalities with names, solved recurrences, put together from the kernel's rules; none is trusted."""

from sympy import Dummy, Integer, sqrt, sympify

from kexue.proof import finders
from kexue.proof.kernel import calculus, rules
from kexue.proof.kernel.facts import Certificate
from kexue.proof.kernel.terms import Expect, Relation, Undecided, inner, norm2, substitute
from kexue.proof.steps import Step, positive, recorded, square


class Derived:
    """The part of a ledger that knows inequalities by name and solves recurrences."""

    @recorded
    def cauchy_schwarz(self, u, v, why="", name="", expected=False):
        """⟨u, v⟩ ≤ ‖u‖ ‖v‖, or with ``expected`` E⟨u, v⟩ ≤ √E‖u‖² √E‖v‖², where u or v may vanish.

        Certificate: with a = ‖u‖ + λ and b = ‖v‖ + λ, the square ‖b u − a v‖² ≥ 0 over 2ab, and then λ → 0.
        """
        u, v = sympify(u), sympify(v)
        mean = Expect if expected else (lambda e: e)
        small = Dummy("λ", positive=True)
        size_u, size_v = sqrt(mean(norm2(u))), sqrt(mean(norm2(v)))
        relation = self._relation(Relation(mean(inner(u, v)), "≤", size_u * size_v))

        def prove():
            a, b = size_u + small, size_v + small
            near = Relation(mean(inner(u, v)), "≤", size_u * size_v + small * (size_u + size_v) / 2)
            if expected:
                gap = Relation(0, "≤", norm2(b * u - a * v))
                apart = Step(
                    self, rules.expected(rules.algebra(self.context, gap, _certificate(square(b * u - a * v))))
                )
            else:
                apart = square(b * u - a * v)
            parts = [
                apart / (2 * a * b),
                positive(small * size_u * b / (2 * a)),
                positive(small * size_v * a / (2 * b)),
            ]
            return calculus.limit_of(rules.algebra(self.context, near, _certificate(*parts)), small)

        return self._add(prove, relation, why, name)

    @recorded
    def sum_of_squares(self, left, right, why="", name=""):
        """left ≤ right, right − left being a quadratic form whose squares are completed by a finder.

        The form may be one in vectors (in their inner products) or in numbers. :class:`Undecided` where it is none, or
        where the coefficient of a square is not known to be nonnegative.
        """
        relation = self._relation(Relation(sympify(left), "≤", sympify(right)))

        def prove():
            found = finders.squares(self.context, relation.slack)
            if found is None:
                raise Undecided("the difference of the two sides is no quadratic form in vectors or numbers")
            parts = [positive(c) * square(e) for c, e in found]
            return rules.algebra(self.context, relation, _certificate(*parts))

        return self._add(prove, relation, why, name)

    @recorded
    def jensen(self, tangent, variable, value, why="", name=""):
        """φ(E X) ≤ E φ(X), from its tangent line φ(m) + s·(x − m) ≤ φ(x) for every x, with m = E X.

        Arguments: ``tangent``, such a step; ``variable``, its x; ``value``, the random number X.
        """
        line = tangent.relation

        def prove():
            mean = rules.expected(rules.instantiate(tangent.fact, {variable: sympify(value)}))
            at_mean = substitute(line.lhs, {variable: Expect(sympify(value))})
            return rules.algebra(
                self.context, Relation(at_mean, "≤", mean.relation.rhs), _certificate(Step(self, mean))
            )

        return self._add(prove, line, why, name, [tangent])

    @recorded
    def recurrence(self, equation, start, solution=None, why="", name=""):
        """x(n) = closed form for every n ≥ 1, from x(n + 1) = F(x(n), n) for every n and x(1) = x₁, by induction.

        SymPy's ``rsolve`` looks for the solution when none is given.
        """
        sequence, index = finders.recurrence_of(equation.relation)
        if solution is None:
            solution = finders.recurrence_solution(equation.relation, start.relation, sequence, index)
        relation = self._relation(Relation(sequence(index), "=", sympify(solution)))
        self._propose_model({sequence: lambda at: substitute(relation.rhs, {index: at})})

        def prove():
            assumed = rules.induction_hypothesis(self.context, relation, index)
            base = self._algebra(substitute(relation, {index: Integer(1)}), [start])
            next_ = self._algebra(substitute(relation, {index: index + 1}), [equation, Step(self, assumed)])
            return rules.induction(relation, index, base, next_, assumed)

        return self._add(prove, relation, why, name, [equation, start])


def _certificate(*parts):
    return Certificate(tuple(part.term for part in parts))
