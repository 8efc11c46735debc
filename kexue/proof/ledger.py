"""The ledger: declared symbols, named hypotheses, and steps that the kernel has checked.

A step is stated the way it would be written on a board, with what it rests on; finders propose, the kernel decides,
random points confirm. What is not proved raises, so that a page with a wrong step cannot be built.
"""

from contextlib import contextmanager, suppress

from sympy import Expr, Integer, Integral, Sum, oo, sympify
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom

from kexue.proof import crosscheck, finders
from kexue.proof.analysis import Analysis
from kexue.proof.budget import within
from kexue.proof.declarations import Declarations
from kexue.proof.derived import Derived
from kexue.proof.kernel import rules
from kexue.proof.kernel.facts import Certificate, Hypothesis
from kexue.proof.kernel.normal import Context, Normaliser
from kexue.proof.kernel.replacing import admissible
from kexue.proof.kernel.terms import (
    Diff,
    Expect,
    IllFormed,
    ProofError,
    Relation,
    Undecided,
    Vec,
    head,
    heads,
    is_rule,
    is_vector,
)
from kexue.proof.measuring import Measuring
from kexue.proof.render import Box, LedgerView, Trial
from kexue.proof.satisfiable import model_of
from kexue.proof.steps import Part, Refuted, Step, facts, recorded, values_of

SYMBOLS = {"Equality": "=", "LessThan": "≤", "StrictLessThan": "<", "GreaterThan": "≥", "StrictGreaterThan": ">"}


class Ledger(Declarations, Analysis, Derived, Measuring, LedgerView):
    """A derivation: ``ledger.equal(l, r, "why", by=[…])`` adds a line if, and only if, it is proved.

    Arguments: ``title``; ``article``, the number of the article in kexue.fm's archives, if there is one; ``budget``,
    the seconds after which a step that is still being checked is undecided.
    Raises :class:`Refuted` with a witness, or :class:`Undecided` with what stood in the way, and names the step.
    """

    def __init__(self, title, article=None, budget=30.0):
        self.title, self.article, self.budget = title, article, budget
        self.context = Context()
        self.declared, self.hypotheses, self.steps, self.measured = set(), [], [], []
        self.models, self.satisfied = [], {}  # the author's models of the hypotheses; {hypotheses: model, in words}
        self.parts = []  # the cases and steps of inductions that are being proved

    def define(self, left, right):
        """``left`` stands for ``right`` from now on; its arguments are the variables of the definition."""
        self._check_declared(Relation(left, "=", right))
        parameters = left.indices if isinstance(left, Vec) else left.args if left.args else ()
        rules.define(self.context, head(left), parameters, sympify(right))

    def assume(self, name, relation, says="", forall=()):
        """A named hypothesis, for all values of what ``forall`` lists."""
        if any(h.name == name for h in self.hypotheses):
            raise IllFormed(f"a hypothesis named {name} exists already")
        relation = self._relation(relation)
        hypothesis = Hypothesis(name, relation, frozenset(map(head, forall)), says)
        self._refuse_contradiction(hypothesis)
        step = Step(self, rules.assume(self.context, hypothesis), name=name, why=says)
        self.hypotheses.append(step)
        return step

    def _refuse_contradiction(self, hypothesis):
        """An assumption that the declarations exclude is an error at once."""
        relation = hypothesis.relation
        if relation.op == "⇔" or relation.rhs is oo or is_vector(relation.lhs) or is_vector(relation.rhs):
            return
        try:
            sign = Normaliser(self.context).sign(relation.slack)
        except ProofError:
            return
        if sign and sign[1] and (sign[0] < 0 or relation.op == "="):
            raise IllFormed(
                f"{hypothesis.name}: {self.plain(relation)} contradicts what is declared of its symbols; "
                "change the hypothesis or the declarations"
            )

    def model(self, mapping, given=()):
        """Something that satisfies the hypotheses, to show that they do not contradict each other: {what: its value}.

        Needed where the search finds none, as it tries only random and constant values. ``given``: the steps that say
        that what stands in the model converges.
        """
        values = values_of(mapping)
        for value in values.values():
            if not is_rule(value):
                self._check_declared(value)
        relations = [h.relation for h in self.hypotheses]
        for name, value in values.items():
            try:
                admissible(self.context, name, value, values, relations, given=facts(given))
            except Undecided as reason:
                raise IllFormed(f"not a model of what is declared in the ledger “{self.title}”: {reason}") from None
        self.models.append(values)
        self.satisfied = {asked: met for asked, met in self.satisfied.items() if met is not None}

    def _propose_model(self, mapping):
        """A model that a rule found; it is tried where it is one of what is declared."""
        with suppress(IllFormed):
            self.model(mapping)

    def _require_model(self, hypotheses):
        """Refuse to prove anything from hypotheses of which no model is known: they may contradict each other."""
        if hypotheses and hypotheses not in self.satisfied:
            self.satisfied[hypotheses] = model_of(self.context, hypotheses, self.declared, self.models)
        if hypotheses and self.satisfied[hypotheses] is None:
            names = ", ".join(sorted(h.name for h in hypotheses))
            raise Undecided(
                f"no model of {names} was met: from hypotheses that contradict each other everything follows; "
                "if they do not, show a model with ledger.model({…})"
            )

    def second_opinion(self, **options):
        """What Z3 says of every algebraic step; see :mod:`kexue.proof.second_opinion`."""
        from kexue.proof.second_opinion import second_opinion  # Z3 is no dependency of the checker

        return second_opinion(self, **options)

    def box(self, title="Hypotheses"):
        """The hypotheses, as a box for the head of a chapter."""
        return Box(title, list(self.hypotheses))

    # -- steps

    def equal(self, left, right, why="", by=(), name=""):
        """left = right."""
        return self.claim(Relation(left, "=", right), why, by, name)

    def at_most(self, left, right, why="", by=(), name=""):
        """left ≤ right, as an exact sum of nonnegative things listed in ``by``."""
        return self.claim(Relation(left, "≤", right), why, by, name)

    def less(self, left, right, why="", by=(), name=""):
        """left < right."""
        return self.claim(Relation(left, "<", right), why, by, name)

    @recorded
    def claim(self, relation, why="", by=(), name=""):
        """Any relation, with a certificate from the summands of ``by``.

        What ``by`` cites also decides signs (w > 0), convergence (Σ f < ∞) and what a derivative may be taken inside.
        """
        relation = self._relation(relation)
        return self._add(lambda: self._algebra(relation, by), relation, why, name, by)

    def trial(self, relation, by=(), expect=None):
        """What the checker says of a relation, without adding it: a :class:`Trial`.

        ``expect`` may name the verdict, "proved", "refuted" or "undecided"; another one raises :class:`ProofError`.
        """
        trial = self._trial(relation, by)
        if expect not in (None, trial.verdict):
            raise ProofError(f"a trial of the ledger “{self.title}” was expected to be {expect}:\n{trial!r}")
        return trial

    def _trial(self, relation, by):
        relation, kept = self._relation(relation), list(self.steps)
        try:
            self.claim(relation, "a trial", by)
            return Trial(relation, "proved", "")
        except Refuted as error:
            return Trial(relation, "refuted", str(error.witness))
        except Undecided as error:
            return Trial(relation, "undecided", error.reason)
        finally:
            self.steps = kept

    @recorded
    def induction(self, relation, on, base=(), step=lambda ih: [ih], why="", name=""):
        """A relation for every ``on``: its first case from ``base``, the next from ``step(induction hypothesis)``."""
        relation = self._relation(relation)

        def prove():
            first, put = Integer(1) if on.is_positive else Integer(0), self.context.put
            ih = rules.induction_hypothesis(self.context, relation, on)
            with _part_of("the first case of the induction"):
                start = self._algebra(put(relation, {on: first}), base)
            with _part_of("the step of the induction"), self.supposing(ih):
                next_ = self._algebra(put(relation, {on: on + 1}), step(Step(self, ih, name="induction hypothesis")))
            return rules.induction(relation, on, start, next_, ih)

        return self._add(prove, relation, why, name)

    @recorded
    def sum(self, step, index, lower, upper, why="", name="", given=()):
        """Σ over an index of a step that holds for every index; up to ``oo`` if ``given`` says that both converge."""
        lower, upper, cited = sympify(lower), sympify(upper), [step, *given]
        return self._add(
            lambda: rules.summed(step.fact, index, lower, upper, facts(given)), step.relation, why, name, cited
        )

    @recorded
    def expect(self, step, why="", name=""):
        """The expectation of both sides."""
        return self._add(lambda: rules.expected(step.fact), step.relation, why, name, [step])

    @recorded
    def root(self, step, why="", name="", given=()):
        """The square root of both sides."""
        return self._add(lambda: rules.rooted(step.fact, facts(given)), step.relation, why, name, [step, *given])

    @recorded
    def log(self, step, why="", name="", given=()):
        """The logarithm of both sides."""
        return self._add(lambda: rules.logged(step.fact, facts(given)), step.relation, why, name, [step, *given])

    @recorded
    def exp(self, step, why="", name=""):
        """The exponential of both sides."""
        return self._add(lambda: rules.exponentiated(step.fact), step.relation, why, name, [step])

    @recorded
    def multiply(self, step, factor, why="", name="", given=()):
        """Both sides times a factor that is known to be nonnegative (positive, for a strict relation)."""
        return self._add(
            lambda: rules.multiplied(step.fact, sympify(factor), facts(given)),
            step.relation,
            why,
            name,
            [step, *given],
        )

    @recorded
    def antisymmetry(self, step, converse, why="", name=""):
        """l = r, from steps that say l ≤ r and r ≤ l."""
        return self._add(
            lambda: rules.antisymmetric(step.fact, converse.fact), step.relation, why, name, [step, converse]
        )

    @recorded
    def cases(self, relation, conditions, proof, why="", name=""):
        """A relation proved under each of several conditions that leave nothing out.

        ``proof(case)`` gives what the relation rests on in that case (as ``by``); ``case`` is the condition as a step.
        """
        relation, conditions = self._relation(relation), [self._relation(c) for c in conditions]

        def prove():
            branches = []
            for condition in conditions:
                case = Hypothesis(f"case {self.plain(condition)}", condition, part=object())
                assumed = rules.assume(self.context, case)
                with _part_of(f"the case {self.plain(condition)}"), self.supposing(assumed):
                    case = Step(self, assumed, name=f"case {self.plain(condition)}")
                    branches.append((assumed, self._algebra(relation, proof(case))))
            return rules.cases(self.context, relation, branches)

        return self._add(prove, relation, why, name)

    @recorded
    def unique(self, relation, unknown, solution, why="", name=""):
        """relation ⇔ unknown = solution."""
        relation, solution = self._relation(relation), sympify(solution)

        def prove():
            proposal = finders.root_factor(relation, unknown, solution)
            if proposal is None:
                raise Undecided(f"{unknown} = {solution} is not a root of the difference of the two sides")
            return rules.unique(self.context, relation, unknown, solution, *proposal)

        return self._add(prove, Relation(relation, "⇔", Relation(unknown, "=", solution)), why, name)

    @recorded
    def instance(self, step, mapping, given=(), keeping=(), why="", name=""):
        """A step for particular values, as a line of its own; see :meth:`Step.at`."""
        return self._add(lambda: step.at(mapping, given, keeping).fact, step.relation, why, name, [step, *given])

    @recorded
    def discharge(self, step, hypothesis, proof, why="", name=""):
        """A step with one of its hypotheses replaced by a proof of it."""
        if len(hypothesis.fact.hypotheses) != 1 or hypothesis.fact.rule != "hypothesis":
            raise IllFormed(
                f"a hypothesis was expected, not line {hypothesis.label}; write discharge(step, hypothesis, proof)"
            )
        (h,) = hypothesis.fact.hypotheses
        return self._add(lambda: rules.discharge(step.fact, h, proof.fact), step.relation, why, name, [step, proof])

    # -- how a step is decided

    def _add(self, prove, relation, why, name, by=(), witness=True):
        number = len(self.steps) + 1
        label = f"step ({number}) “{name or why}” of the ledger “{self.title}”"
        try:
            with within(self.budget):
                fact = prove()
                self._check_declared(fact.relation)
                self._require_open(fact)
                self._require_model(fact.hypotheses)
            confirmed = crosscheck.agreement(fact)
        except Undecided as reason:
            raise self._failure(label, relation, reason, by if witness else None) from None
        except IllFormed as reason:
            raise IllFormed(f"{label} is not a statement: {reason}") from None
        step = Step(self, fact, number=number, name=name, why=why, confirmed=confirmed)
        step.cited = [part for part in by if isinstance(part, Part)]
        self.steps.append(step)
        return step

    @contextmanager
    def supposing(self, assumed):
        """While a case, or the step of an induction, is proved, lines may rest on what is assumed for it."""
        (hypothesis,) = assumed.hypotheses
        self.parts.append(hypothesis.part)
        try:
            yield
        finally:
            self.parts.remove(hypothesis.part)

    def _require_open(self, fact):
        """Refuse a line that rests on what was assumed for a part of another line only."""
        for h in fact.hypotheses:
            if h.part is not None and h.part not in self.parts:
                raise Undecided(f"it rests on “{h.name}”, which was assumed for a part of another step alone")

    def _failure(self, label, relation, reason, by):
        """Refuted with a witness where there is one, undecided otherwise."""
        if by is not None:
            facts, rewrites = self._cited(by)
            witness = crosscheck.find_witness(self.context, relation, facts, rewrites)
            if witness:
                return Refuted(
                    f"{label} is refuted.\n  claim: {self.plain(relation)}\n  witness: {witness}\n  ({reason})", witness
                )
        hint = "cite what it rests on (by=[…]), name the square that makes it true, or declare the missing assumption"
        claim = f"{label} is undecided.\n  claim: {self.plain(relation)}"
        return Undecided(reason, f"{claim}\n  reason: {reason}\n  to go on: {hint}")

    def _algebra(self, relation, by):
        self._check_parts(by)
        rewrites = tuple(p.fact for p in by if isinstance(p, Step) and isinstance(p.relation.lhs, Vec))
        self._refuse_circle({f.relation.lhs: f.relation.rhs for f in rewrites})
        given = tuple(f for p in by for f in p.term.facts if f not in rewrites)
        parts = [p for p in by if not (isinstance(p, Step) and (isinstance(p.relation.lhs, Vec) or decides_only(p)))]
        open_, fixed = [p.term for p in parts if p.open], [p.term for p in parts if not p.open]
        terms = finders.complete(self.context, relation, open_, fixed, rewrites, given)
        return rules.algebra(self.context, relation, Certificate(terms, rewrites, given))

    def _refuse_circle(self, put):
        """Refuse equations that put a vector in the place of itself, alone or one after another."""
        for start in put:
            seen, new = set(), {start}
            while new:
                found = {v for u in new if u in put for v in self.context.unfold(put[u]).atoms(Vec)}
                if start in found:
                    raise IllFormed(
                        f"by=[…] cites equations that put {start} in the place of itself; solve for it first"
                    )
                seen, new = seen | new, found - seen - new

    @staticmethod
    def _cited(by):
        facts = [f for part in by for f in part.term.facts]
        return [f for f in facts if not isinstance(f.relation.lhs, Vec) and f.relation.rhs is not oo], [
            f for f in facts if isinstance(f.relation.lhs, Vec)
        ]

    def _check_parts(self, by):
        for part in by:
            if not isinstance(part, Part):
                raise IllFormed(f"by=[…] takes steps, hypotheses and square(…), not {part!r} ({type(part).__name__})")

    def _relation(self, relation):
        if isinstance(relation, (bool, BooleanAtom)):
            raise IllFormed(
                f"SymPy has already decided this relation to be {relation} from the declarations; "
                "if that is what you mean, state it with Relation(left, op, right)"
            )
        if isinstance(relation, Relational):
            relation = Relation(relation.lhs, SYMBOLS[type(relation).__name__], relation.rhs)
        if not isinstance(relation, Relation):
            raise IllFormed(f"a relation such as a <= b was expected, not {relation!r}")
        self._check_sides(relation)
        self._check_declared(relation)
        return relation

    def _check_sides(self, relation):
        sides = relation.lhs, relation.rhs
        for side in sides:
            if not isinstance(side, (Expr, Relation)):
                raise IllFormed(f"a number or a vector was expected on each side, not {side!r} ({type(side).__name__})")
        if relation.op not in ("=", "⇔") and any(map(is_vector, sides)):
            raise IllFormed(f"{self.plain(relation)}: vectors have no order; compare norms, or inner products")

    def _check_declared(self, relation):
        if missing := heads(relation) - self.declared:
            names = ", ".join(sorted(map(str, missing)))
            raise IllFormed(
                f"not declared in the ledger “{self.title}”: {names}; declare it first (ledger.scalar, .vector, …)"
            )


def decides_only(part):
    """Whether a step is cited for what it decides, and has no slack to add up: … < ∞, d/dt E[…] = …."""
    if not isinstance(part, Step):
        return False
    left, right = part.relation.lhs, part.relation.rhs
    return right is oo or (isinstance(left, Diff) and left.has(Expect, Integral, Sum))


class _part_of:
    """Names the part of an induction or of a split in which a reason arose."""

    def __init__(self, part):
        self.part = part

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, Undecided):
            raise Undecided(f"{self.part}: {error}") from None
