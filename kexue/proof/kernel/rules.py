"""The rules of inference: what alone makes a fact.

Only the functions of this module use the key that builds one (the LCF way: finders, ledger and rendering can ask, and
cannot decide). Each raises :class:`Undecided` where its conditions do not follow from what it was given.
"""

from dataclasses import replace
from inspect import signature

from sympy import Dummy, Integer, Limit, Sum, Symbol, nan, oo, sqrt, zoo

from kexue.proof.kernel.facts import KEY, Certificate, Fact, Hypothesis
from kexue.proof.kernel.normal import Normaliser
from kexue.proof.kernel.terms import (
    Expect,
    IllFormed,
    ProofError,
    Relation,
    Undecided,
    Vec,
    heads,
    is_rule,
    is_vector,
    square,
    substitute,
)


def _union(*facts):
    return frozenset().union(*(f.hypotheses for f in facts))


def _same_ledger(context, facts):
    if any(f.context is not context for f in facts):
        raise ProofError("a step cites a fact of another ledger")


def assume(context, hypothesis):
    """H ⊢ H."""
    return Fact(KEY, context, hypothesis.relation, {hypothesis}, "hypothesis")


def define(context, name, parameters, body):
    """``name(parameters)`` stands for ``body`` from now on; the name must be new, the body made of older things."""
    if name in context.definitions or name in heads(context.unfold(body)):
        raise IllFormed(f"{name} is defined already, or by itself")
    _admissible(context, name, body, {})
    context.definitions[name] = (tuple(parameters), body)


def normaliser(context, rewrites):
    """A normaliser that replaces vectors as facts of the form ``Vec = expression`` say."""
    n, table = Normaliser(context), {}
    for fact in rewrites:
        left, right = fact.relation.lhs, fact.relation.rhs
        if fact.relation.op != "=" or not isinstance(left, Vec) or not is_vector(right):
            raise IllFormed(f"not an equation for a vector: {left} {fact.relation.op} {right}")
        table[n.canonical(left)] = context.unfold(right)
    n.rewrites = table
    return n


def algebra(context, relation, certificate=None):
    """Γ ⊢ l op r, when r − l = Σ coefficient · slacks · squares is an identity in which no summand can be negative."""
    certificate = certificate or Certificate()
    facts = [f for term in certificate.terms for f in term.facts]
    premises = (*facts, *certificate.rewrites)
    _same_ledger(context, premises)
    if relation.op == "⇔" or any(f.relation.op == "⇔" for f in facts):
        raise IllFormed("an equivalence is proved by `unique`, and has no slack to add up")
    n = normaliser(context, certificate.rewrites)
    if is_vector(relation.lhs) or is_vector(relation.rhs):
        _check_vectors(n, relation)
    else:
        _check_scalars(n, relation, certificate.terms)
    rule = "certificate" if certificate.terms else "identity"
    return Fact(KEY, context, relation, _union(*premises), rule, premises, certificate)


def _check_vectors(n, relation):
    if relation.op != "=" or n.canonical(relation.lhs - relation.rhs) != 0:
        raise Undecided("the two vectors differ by their normal forms")


def _check_scalars(n, relation, terms):
    for defined in (relation.lhs, relation.rhs):
        n.skeleton(n.context.unfold(defined))
    strict = [_checked(n, term) for term in terms]
    if relation.op == "=" and not all(map(_is_equation, terms)):
        raise Undecided("an equation cannot rest on an inequality")
    if relation.strict and not any(strict):
        raise Undecided("nothing in the certificate is strictly positive, and the relation is strict")
    if not n.is_zero(relation.slack - sum(term.value for term in terms)):
        raise Undecided("the two sides differ by more than the certificate accounts for")


def _is_equation(term):
    return any(f.relation.op == "=" for f in term.facts)


def _checked(n, term):
    """Check that a summand is defined and ≥ 0; return whether it is > 0."""
    sign = n.sign(term.coefficient)
    for e in term.squares:
        n.skeleton(n.context.unfold(square(e)))
    if _is_equation(term):
        return False
    if not sign or sign[0] < 0:
        raise Undecided(f"the multiplier {term.coefficient} is not known to be nonnegative")
    return sign[1] and not term.squares and all(f.relation.strict for f in term.facts)


def instantiate(fact, mapping, discharged=(), keeping=()):
    """Γσ ⊢ φσ for a substitution σ.

    A hypothesis that σ changes must be proved by one of ``discharged``, or be named in ``keeping``.
    """
    context = fact.context
    _same_ledger(context, discharged)
    for name, value in mapping.items():
        _admissible(context, name, value, mapping)
    _refuse_bounded(context, mapping, fact.relation, set(mapping))
    kept, proofs = set(), []
    for h in fact.hypotheses:
        changed = _substitute_free(context, h, mapping) if h.free(context) & set(mapping) else None
        proof = changed and _proof_of(context, changed, h.forall, discharged)
        if proof:
            proofs.append(proof)
        elif changed and h not in keeping:
            todo = "prove it (given=[…]) or keep it (keeping=[…])"
            raise Undecided(f"hypothesis {h.name} changes under the substitution: {todo}")
        else:
            kept.add(replace(h, name=f"{h.name} for this {_names(mapping)}", relation=changed) if changed else h)
    relation = _substitute(context, fact.relation, mapping)
    return Fact(KEY, context, relation, kept | _union(*proofs), "instance", (fact, *proofs), mapping)


def _substitute(context, relation, mapping):
    """σ applied to a relation, its definitions written out where they speak of something that σ replaces."""
    hidden = heads(context.unfold(relation)) - heads(relation)
    return substitute(context.unfold(relation) if hidden & set(mapping) else relation, mapping)


def _substitute_free(context, hypothesis, mapping):
    """The hypothesis under a substitution of what it fixes; its own variables stay bound."""
    fixed = {k: v for k, v in mapping.items() if k not in hypothesis.forall}
    if any(hypothesis.forall & _value_heads(v) for v in fixed.values()):
        raise Undecided(f"the substitution would capture a variable of {hypothesis.name}")
    return _substitute(context, hypothesis.relation, fixed)


def _names(mapping):
    return ", ".join(getattr(name, "__name__", str(name)) for name in mapping)


def discharge(fact, hypothesis, proof):
    """Γ, H ⊢ φ and Δ ⊢ H give Γ, Δ ⊢ φ."""
    _same_ledger(fact.context, [proof])
    if not _proof_of(fact.context, hypothesis.relation, hypothesis.forall, [proof]):
        raise Undecided(f"{proof.relation} is not hypothesis {hypothesis.name} for all its variables")
    rest = fact.hypotheses - {hypothesis} | proof.hypotheses
    return Fact(KEY, fact.context, fact.relation, rest, "discharge", (fact, proof), hypothesis)


def _refuse_bounded(context, names, relation, except_for=frozenset()):
    """Refuse what would leave a symbol whose range speaks of something that is no longer there."""
    if left := context.bounded_by(names, relation) - except_for:
        raise Undecided(f"the range of {', '.join(map(str, left))} depends on {', '.join(map(str, names))}")


def _value_heads(value):
    return heads(_body(value))


def _body(value, natural=True):
    """An expression, or what a substitution's function gives for a general number."""
    if not is_rule(value):
        return value
    kind = {"integer": True, "positive": True} if natural else {"real": True}
    return value(*(Dummy("i", **kind) for _ in signature(value).parameters))


def _proof_of(context, relation, forall, proofs):
    """The fact among ``proofs`` that states a relation for all of its variables, or None."""
    n = Normaliser(context)
    for proof in proofs:
        enough = proof.relation.op in ENOUGH[relation.op]
        if enough and all(map(proof.general_in, forall)) and _equal_slacks(n, proof.relation, relation):
            return proof
    return None


ENOUGH = {"=": "=", "≤": "≤≥<>=", "≥": "≤≥<>=", "<": "<>", ">": "<>", "⇔": ""}


def _equal_slacks(n, first, second):
    if is_vector(first.lhs) or is_vector(second.lhs):
        return n.canonical(first.lhs - second.lhs) == 0 and n.canonical(first.rhs - second.rhs) == 0
    return n.is_zero(first.slack - second.slack)


def _admissible(context, name, value, mapping):
    """Refuse a value that may not stand for ``name``: it must have its sort, sign and range, and be no more random."""
    n = Normaliser(context)
    value = _body(value, natural=name in context.sequences or isinstance(name, str))
    if name in context.fixed or name in context.definitions:
        raise Undecided(f"{name} stands for one thing, and cannot be replaced")
    if heads(context.unfold(value)) & context.random and name not in context.random:
        raise Undecided(f"{value} is random, and stands for {name}, which is not")
    if isinstance(name, str):
        if value != 0 and not is_vector(value):
            raise IllFormed(f"{name} is a vector, {value} is a number")
        return
    if is_vector(value):
        raise IllFormed(f"{name} is a number, {value} is a vector")
    _check_declaration(n, name, value)
    ends = context.bounds.get(name, (None, None))
    lower, upper = (end if end is None else substitute(end, mapping) for end in ends)
    if (lower is not None and not n.at_least(value, lower)) or (upper is not None and not n.at_least(upper - value, 0)):
        raise Undecided(f"{value} stands for {name}, and is not known to lie between {lower} and {upper}")


def _check_declaration(n, name, value):
    """Refuse a value without one of the properties that ``name`` was declared with."""
    for kind, holds in (name._kwargs if hasattr(name, "_kwargs") else name.assumptions0).items():
        if holds and kind in SIGNS:
            _require_sign(n, kind, name, value)
        elif holds and kind not in REAL and not getattr(value, f"is_{kind}", False):
            raise Undecided(f"{value} stands for {name}, and is not known to be {kind}")


SIGNS = ("positive", "nonnegative", "negative", "nonpositive", "nonzero")
REAL = {kind for kind, holds in Symbol("x", real=True).assumptions0.items() if holds}
REAL |= {f"extended_{kind}" for kind in SIGNS}  # SymPy derives these from the finite ones


def _require_sign(n, kind, name, value):
    sign = n.sign(value)
    wanted = {"positive": 1, "nonnegative": 1, "negative": -1, "nonpositive": -1}.get(kind)
    strict = kind in ("positive", "negative", "nonzero")
    if not sign or (strict and not sign[1]) or (wanted and sign[0] != wanted):
        raise Undecided(f"{value} stands for {name}, and is not known to be {kind}")


def induction_hypothesis(context, relation, n):
    """P(n) ⊢ P(n), for the one n of an induction step."""
    return assume(context, Hypothesis(f"induction hypothesis on {n}", relation))


def induction(relation, n, base, step, assumed):
    """P(first) and P(n) ⊢ P(n + 1) give P(n) for every n."""
    context, (ih,) = base.context, assumed.hypotheses
    _same_ledger(context, [step, assumed])
    first = _first(context, n)
    _refuse_bounded(context, [n], relation)
    for fact, claim in ((base, substitute(relation, {n: first})), (step, substitute(relation, {n: n + 1}))):
        if fact.relation != claim:
            raise Undecided(f"the induction needs {claim}, and was given {fact.relation}")
    if ih.relation != relation:
        raise Undecided("the induction hypothesis is not the claim")
    rest = base.hypotheses | step.hypotheses - {ih}
    if ih in base.hypotheses or any(n in h.free(context) for h in rest):
        raise Undecided(f"the induction on {n} rests on something that fixes {n}")
    return Fact(KEY, context, relation, rest, "induction", (base, step))


def _first(context, n):
    if not n.is_integer or not (n.is_positive or n.is_nonnegative) or n in context.bounds:
        raise Undecided(f"an induction runs over a natural number; {n} is not declared as one")
    return Integer(1) if n.is_positive else Integer(0)


def summed(fact, index, lower, upper):
    """l(t) op r(t) for every t gives Σ l op Σ r over lower ≤ t ≤ upper."""
    n = Normaliser(fact.context)
    if not fact.general_in(index) or fact.relation.op == "⇔":
        raise Undecided(f"the fact is not one for every {index}")
    low, high = fact.context.bounds.get(index, (Integer(1) if index.is_positive else None, None))
    below = low is not None and not n.at_least(lower, low)
    above = high is not None and not n.at_least(high, upper)
    if not index.is_integer or below or above:
        raise Undecided(f"the fact does not cover {index} = {lower} … {upper}")
    if not n.at_least(upper - lower + 1, 1 if fact.relation.strict else 0):
        raise Undecided(f"the range {lower} … {upper} may be empty")
    _refuse_bounded(fact.context, [index], fact.relation)
    relation = fact.relation.map(lambda side: Sum(side, (index, lower, upper)))
    return Fact(KEY, fact.context, relation, fact.hypotheses, "sum", (fact,), (index, lower, upper))


def expected(fact):
    """l ≤ r gives E l ≤ E r, for integrable l and r."""
    if fact.relation.op not in ("=", "≤", "≥"):
        raise Undecided("the expectation keeps =, ≤ and ≥")
    return Fact(KEY, fact.context, fact.relation.map(Expect), fact.hypotheses, "expectation", (fact,))


def rooted(fact):
    """l ≤ r with l ≥ 0 gives √l ≤ √r."""
    low = fact.relation.rhs if fact.relation.op in ("≥", ">") else fact.relation.lhs
    if fact.relation.op == "⇔" or not Normaliser(fact.context).at_least(low, 0):
        raise Undecided(f"{low}, under a root, is not known to be nonnegative")
    return Fact(KEY, fact.context, fact.relation.map(sqrt), fact.hypotheses, "square root", (fact,))


def limit_of(fact, variable):
    """l(λ) ≤ r(λ) for every λ > 0 (up to a bound) gives l(0) ≤ r(0): both sides are continuous fractions at 0."""
    context = fact.context
    low, high = context.bounds.get(variable, (Integer(0), None))
    real = variable.is_positive and not variable.is_integer
    right_of_zero = real and low == 0 and (high is None or Normaliser(context).sign(high) == (1, True))
    if not (right_of_zero and fact.general_in(variable)) or fact.relation.op == "⇔":
        raise Undecided(f"the fact is not one for every small {variable} > 0")
    _refuse_bounded(context, [variable], fact.relation)
    weak = {"<": "≤", ">": "≥"}.get(fact.relation.op, fact.relation.op)
    sides = [value_at_zero(context, side, variable) for side in (fact.relation.lhs, fact.relation.rhs)]
    return Fact(KEY, context, Relation(sides[0], weak, sides[1]), fact.hypotheses, "limit", (fact,), variable)


def value_at_zero(context, expression, u):
    """The value at u = 0 of the normal form, a fraction whose denominator does not vanish there."""
    n = Normaliser(context)
    parts = [n.restore(p.expand()) for p in n.fraction(expression)]
    moving = {g for g in n.generators if g != u and u in g.free_symbols and any(p.has(g) for p in parts)}
    if not all(g.is_Pow and g.exp.is_Rational for g in moving):
        raise Undecided(f"the limit goes through {moving}, not known to be continuous in {u}")
    top, bottom = (substitute(p, {u: Integer(0)}) for p in parts)
    sign = Normaliser(context).sign(bottom)
    if not sign or not sign[1]:
        raise Undecided(f"the denominator {parts[1]} may vanish in the limit")
    plain = substitute(expression, {u: Integer(0)})
    readable = not plain.has(zoo, nan, oo) and Normaliser(context).is_zero(plain - top / bottom)
    return plain if readable else top / bottom


def limit(context, expression, variable, value):
    """Lim expression = value as variable → ∞: with variable = 1/u², the value at u = 0 of a continuous fraction."""
    if not variable.is_positive:
        raise Undecided(f"{variable} is not declared positive, so that it cannot be sent to infinity")
    u = Dummy("u", positive=True)
    reached = value_at_zero(context, substitute(context.unfold(expression), {variable: u**-2}), u)
    if not Normaliser(context).is_zero(reached - value):
        raise Undecided(f"the limit is {reached}")
    relation = Relation(Limit(expression, variable, oo, "-"), "=", value)
    return Fact(KEY, context, relation, (), "limit", (), {variable: oo})


def unique(context, equation, unknown, solution, factor, power):
    """l = r ⇔ x = s, when l − r = c·(x − s)^k is an identity and c cannot vanish."""
    n = Normaliser(context)
    if equation.op != "=":
        raise IllFormed(f"an equation was expected, not a relation with {equation.op}")
    _admissible(context, unknown, solution, {})
    sign = n.sign(factor)
    if unknown in heads(solution) or not sign or not sign[1]:
        raise Undecided(f"the factor {factor} may vanish, or the solution is given in terms of {unknown}")
    if power < 1 or not n.is_zero(equation.lhs - equation.rhs - factor * (unknown - solution) ** power):
        raise Undecided(f"the two sides do not differ by a power of {unknown} − ({solution}) times a nonzero factor")
    relation = Relation(equation, "⇔", Relation(unknown, "=", solution))
    return Fact(KEY, context, relation, (), "solve", (), (factor, power))
