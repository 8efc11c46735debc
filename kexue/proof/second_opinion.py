"""A second opinion: Z3 is asked whether the negation of an algebraic step can be satisfied.

A step of the rules *identity* and *certificate* becomes arithmetic over the reals: inner products become variables,
roots variables with r ≥ 0 and r^q = p, quotients Z3's own. Three questions are put, each of which is unsatisfiable
where the kernel is right: can something that is divided by vanish, or something under a root be negative; can right −
left differ from the certificate's sum; can a multiplier be negative.

Nothing of the kernel's normal forms is used. What Z3 cannot express (sums and expectations beyond their linearity,
powers with symbolic exponents, derivatives, limits) stands as a variable of its own, and a step that is not settled
without knowing more of it is listed as such, not as agreement.
"""

from dataclasses import dataclass, field
from itertools import combinations

from sympy import Abs, Add, Expr, Integer, Integral, KroneckerDelta, Mul, Pow, Sum, Symbol, expand, log, oo
from sympy.core.function import AppliedUndef

from kexue.proof.kernel.terms import Expect, Inner, ProofError, Vec, is_vector
from kexue.proof.tables import Table

ALGEBRAIC = ("identity", "certificate")
NAMES = {
    "Pow": "powers",
    "exp": "exponentials",
    "log": "logarithms",
    "Diff": "derivatives",
    "Partial": "partial derivatives",
    "Pi": "π",
    "Integral": "integrals",
    "KroneckerDelta": "equal indices",
}
MINORS = 3  # vectors up to which numbers that their Gram matrix admits are those of some vectors


class Disagreement(ProofError):
    """Z3 has a model in which a proved step is false."""


@dataclass(frozen=True)
class Opinion:
    """What Z3 says of one step: agrees, cannot express, no answer in time, or an inference over other steps."""

    step: str
    verdict: str
    reason: str = ""


class Opinions(list):
    """The opinions on a ledger, as text and as a table."""

    def count(self, verdict):
        return sum(o.verdict == verdict for o in self)

    def __repr__(self):
        return "\n".join(f"{o.step}: {o.verdict}" + (f" ({o.reason})" if o.reason else "") for o in self)

    def _repr_html_(self):
        return Table("Z3's opinion", ("line", "Z3", ""), [(o.step, o.verdict, o.reason) for o in self])._repr_html_()


def second_opinion(ledger, seconds=5.0):
    """Z3's opinion on every step of a ledger; raises :class:`Disagreement` with a model where it has another.

    Arguments: ``seconds``, how long Z3 may think about one question.
    Raises :class:`ProofError` where Z3 is not installed.
    """
    try:
        import z3
    except ImportError:
        raise ProofError("the second opinion needs Z3: pip install z3-solver") from None
    return Opinions(_on_step(z3, step, seconds) for step in ledger.steps)


def _on_step(z3, step, seconds):
    label = f"{step.label} {step.name or step.why}".strip()
    facts = _algebraic_parts(step.fact)
    if not facts:
        return Opinion(label, "inference", f"{step.fact.rule}, over steps that are looked at themselves")
    verdicts = [_on_fact(z3, fact, label, seconds) for fact in facts]
    return next((o for o in verdicts if o.verdict != "agrees"), verdicts[0])


def _algebraic_parts(fact):
    """The algebraic facts that a step was made of: itself, or the parts of an induction and of cases."""
    if fact.rule in ALGEBRAIC:
        return [fact]
    return [p for p in fact.premises if p.rule in ALGEBRAIC] if fact.rule in ("induction", "cases") else []


def _on_fact(z3, fact, label, seconds):
    reading = Reading(z3, fact)
    try:
        questions = list(_questions(reading, fact))
    except CannotExpress as reason:
        return Opinion(label, "cannot express", str(reason))
    for question in questions:
        solver = z3.Solver()
        solver.set("timeout", int(1000 * seconds))
        solver.add(*reading.assumptions(), question)
        answer = solver.check()
        if answer == z3.sat and reading.paired():  # the minors make it slow: only where they are needed
            solver.add(*reading.minors())
            answer = solver.check()
        if answer == z3.unknown:
            return Opinion(label, "no answer", f"within {seconds:g} s")
        if answer == z3.sat and len(reading.paired()) > MINORS:
            reading.opaque.add(f"inner products of more than {MINORS} vectors")
        if answer == z3.sat and reading.opaque:
            return Opinion(label, "cannot express", f"more than algebra: {', '.join(sorted(reading.opaque))}")
        if answer == z3.sat:
            raise Disagreement(f"Z3 refutes {label}, which the kernel proved: {solver.model()}")
    return Opinion(label, "agrees")


def _questions(reading, fact):
    """What must not be satisfiable."""
    relation, certificate = fact.relation, fact.certificate
    if is_vector(relation.lhs):
        difference = reading.coordinates(relation.lhs - relation.rhs)
        yield reading.z3.Or(*(c != 0 for c in difference.values())) if difference else reading.z3.BoolVal(False)
        return
    total = reading.number(relation.slack) - sum(
        (reading.number(t.value) for t in certificate.terms), reading.z3.RealVal(0)
    )
    signs = [t.coefficient for t in certificate.terms if not any(f.relation.op == "=" for f in t.facts)]
    multipliers = [reading.number(c) < 0 for c in signs]
    yield from reading.duties
    yield reading.z3.simplify(total, som=True) != 0
    yield from multipliers


class CannotExpress(Exception):
    """A term with no reading in real arithmetic."""


@dataclass
class Reading:
    """A fact in Z3's real arithmetic; ``opaque`` names what stands as a variable although it means more."""

    z3: object
    fact: object
    atoms: dict = field(default_factory=dict)  # expression: Z3 variable
    roots: list = field(default_factory=list)
    duties: list = field(default_factory=list)
    opaque: set = field(default_factory=set)

    def __post_init__(self):
        self.context = self.fact.context
        self.rewrites = {f.relation.lhs: self.context.unfold(f.relation.rhs) for f in self.fact.certificate.rewrites}

    def number(self, e):
        """A scalar expression as a Z3 term."""
        return self.read(self.context.unfold(e))

    def read(self, e):
        if e.is_Rational:
            return self.z3.RealVal(f"{e.p}/{e.q}")
        if isinstance(e, (Add, Mul)):
            parts = [self.read(a) for a in e.args]
            return self.z3.Sum(parts) if isinstance(e, Add) else self.z3.Product(parts)
        if isinstance(e, Pow) and e.exp.is_Rational:
            return self.power(e.base, e.exp)
        if isinstance(e, Abs):
            return self.power(e.args[0] ** 2, Integer(1) / 2) if not e.args[0].is_nonnegative else self.read(e.args[0])
        if isinstance(e, Inner):
            return self.gram(e)
        if isinstance(e, (Sum, Expect)):
            return self.linear(e)
        if isinstance(e, (Pow, log, Integral, KroneckerDelta)) or not isinstance(e, (Symbol, AppliedUndef)):
            self.opaque.add(NAMES.get(type(e).__name__, type(e).__name__))
        return self.atom(e)

    def power(self, base, exponent):
        if exponent.q == 1 and exponent > 0:
            return self.z3.Product([self.read(base)] * int(exponent))
        if exponent.q == 1:
            below = self.power(base, -exponent)
            self.duties.append(below == 0)
            return 1 / below
        radicand, q = self.read(base), int(exponent.q)
        root = self.atom(Pow(base, Integer(1) / q, evaluate=False))
        self.roots += [root >= 0, self.z3.Product([root] * q) == radicand]
        self.duties.append(radicand < 0)
        whole = self.z3.Product([root] * abs(int(exponent.p)))
        if exponent > 0:
            return whole
        self.duties.append(radicand == 0)
        return 1 / whole

    def atom(self, e):
        """A variable of its own; two values of one function are unrelated to Z3, which may be too little."""
        if e not in self.atoms:
            if isinstance(e, AppliedUndef) and any(
                isinstance(a, AppliedUndef) and a.func == e.func for a in self.atoms
            ):
                self.opaque.add(f"{e.func.__name__} at several arguments")
            self.atoms[e] = self.z3.Real(f"v{len(self.atoms)}_{type(e).__name__}")
        return self.atoms[e]

    def gram(self, e):
        """⟨Σ a u, Σ b v⟩ = Σ a b ⟨u, v⟩."""
        left, right = (self.coordinates(self.context.unfold(w)) for w in e.args)
        terms = [a * b * self.atom(Inner(*sorted((u, v), key=str))) for u, a in left.items() for v, b in right.items()]
        return self.z3.Sum(terms) if terms else self.z3.RealVal(0)

    def paired(self):
        """The vectors whose inner product with another one occurs."""
        return sorted(
            {v for e in self.atoms if isinstance(e, Inner) and e.args[0] != e.args[1] for v in e.args}, key=str
        )

    def minors(self):
        """The principal minors of the Gram matrix, of two and of three vectors, are nonnegative."""

        def g(u, v):
            return self.atom(Inner(*sorted((u, v), key=str)))

        found = [g(v, v) >= 0 for v in self.paired()]
        found += [g(u, v) * g(u, v) <= g(u, u) * g(v, v) for u, v in combinations(self.paired(), 2)]
        for u, v, w in combinations(self.paired(), 3):
            a, b, c = g(u, v), g(v, w), g(u, w)
            squares = g(u, u) * b * b + g(v, v) * c * c + g(w, w) * a * a
            found.append(g(u, u) * g(v, v) * g(w, w) + 2 * a * b * c >= squares)
        return found

    def coordinates(self, v):
        """A vector as {named vector: Z3 coefficient}, after the rewrites."""
        if v == 0:
            return {}
        if isinstance(v, Vec):
            return self.coordinates(self.rewrites[v]) if v in self.rewrites else {self.named(v): self.z3.RealVal(1)}
        if isinstance(v, Add):
            total = {}
            for part in v.args:
                for name, c in self.coordinates(part).items():
                    total[name] = total[name] + c if name in total else c
            return total
        if isinstance(v, Mul):
            vector = next(a for a in v.args if is_vector(a))
            scale = self.read(v / vector)
            return {name: scale * c for name, c in self.coordinates(vector).items()}
        raise CannotExpress(f"a vector under {type(v).__name__}")

    def named(self, v):
        if type(v) is not Vec:
            self.opaque.add("orthonormal vectors")
        return v

    def linear(self, e):
        """Σ or E of a sum of products, the factors that it does not bind or average in front."""
        self.opaque.add("sums" if isinstance(e, Sum) else "expectations")
        body = expand(e.args[0], deep=True)
        terms = []
        for part in Add.make_args(body):
            free, kept = self.split(part, e)
            terms.append(
                self.read(free) * (self.atom(e.func(kept, *e.args[1:])) if kept != 1 or isinstance(e, Sum) else 1)
            )
        return self.z3.Sum(terms)

    def split(self, part, e):
        if isinstance(e, Sum):
            return part.as_independent(*e.variables, as_Add=False)
        random = {f for f in Mul.make_args(part) if self.depends_on_chance(f)}
        return Mul(*(f for f in Mul.make_args(part) if f not in random)), Mul(*random)

    def depends_on_chance(self, e):
        own = e.name if isinstance(e, Vec) else e.func if isinstance(e, AppliedUndef) else e
        return own in self.context.random or any(self.depends_on_chance(a) for a in e.args if isinstance(a, Expr))

    def assumptions(self):
        """What is declared of the variables, the roots' equations, and the cited facts that can be read."""
        found = list(self.roots)
        for e, variable in list(self.atoms.items()):
            found += [fact for holds, fact in self.declared(e, variable) if holds]
            for end, above in zip(self.context.bounds.get(e, (None, None)), (True, False), strict=True):
                if end is not None:
                    found.append(variable >= self.read(end) if above else variable <= self.read(end))
        ends = [v >= 1 for e, v in self.atoms.items() if e.is_integer and e.is_positive]
        return (
            found
            + ends
            + [self.comparison(f.relation) for f in self.fact.certificate.given if self.compares(f.relation)]
        )

    @staticmethod
    def declared(e, variable):
        square_norm = isinstance(e, Inner) and e.args[0] == e.args[1]
        return [
            (e.is_positive, variable > 0),
            (e.is_negative, variable < 0),
            (e.is_nonnegative or square_norm, variable >= 0),
            (e.is_nonpositive, variable <= 0),
        ]

    def compares(self, relation):
        sides = (relation.lhs, relation.rhs)
        return relation.op in ("<", "≤", "≥", ">") and oo not in sides and not any(map(is_vector, sides))

    def comparison(self, relation):
        slack = self.number(relation.slack)
        return slack > 0 if relation.strict else slack >= 0
