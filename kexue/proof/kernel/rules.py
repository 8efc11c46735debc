"""The rules of inference: what alone makes a fact.

Only the functions of this module use the key that builds one (the LCF way: finders, ledger and rendering can ask, and
cannot decide). Each raises :class:`Undecided` where its conditions do not follow from what it was given.
"""

from dataclasses import replace

from sympy import (
    Expr,
    Integer,
    Pow,
    Sum,
    Symbol,
    exp,
    log,
    nan,
    oo,
    preorder_traversal,
    sqrt,
    zoo,
)

from kexue.proof.kernel.facts import KEY, Certificate, Fact, Hypothesis
from kexue.proof.kernel.normal import Normaliser
from kexue.proof.kernel.replacing import admissible, written_once
from kexue.proof.kernel.terms import (
    BINDERS,
    CondVec,
    Expect,
    IllFormed,
    ProofError,
    Relation,
    Undecided,
    Vec,
    general_value,
    heads,
    is_plain,
    is_vector,
    outermost,
    sides,
    square,
)


def union(*facts):
    return frozenset().union(*(f.hypotheses for f in facts))


def same_ledger(context, facts):
    if any(f.context is not context for f in facts):
        raise ProofError("a step cites a fact of another ledger")


def assume(context, hypothesis):
    """H ⊢ H; of infinity a hypothesis may only say that a sum or an integral is finite, Σ f < ∞."""
    relation = hypothesis.relation
    if relation.op != "⇔":
        says_finite = relation.op == "<" and relation.rhs is oo and isinstance(relation.lhs, BINDERS)
        if not is_finite(relation.lhs) or not (is_finite(relation.rhs) or says_finite):
            raise IllFormed(f"{relation}: of infinity a hypothesis says that a sum or an integral is finite, … < ∞")
    return Fact(KEY, context, hypothesis.relation, {hypothesis}, "hypothesis")


def is_finite(e):
    """Whether infinity occurs in an expression as the end of a sum or integral alone."""
    if isinstance(e, BINDERS):
        body, _, lower, upper = outermost(e)
        return is_finite(body) and all(end in (oo, -oo) or is_finite(end) for end in (lower, upper))
    return e not in (oo, -oo, zoo, nan) and all(is_finite(a) for a in e.args if isinstance(a, Expr))


def define(context, name, parameters, body):
    """``name(parameters)`` stands for ``body`` from now on; the name must be new, the body made of older things."""
    if name in context.definitions or name in heads(context.unfold(body)):
        raise IllFormed(f"{name} is defined already, or by itself")
    bodies = (older for _, older in context.definitions.values())
    if name in context.stated.union(
        *map(heads, (*bodies, *map(context.range_of, (*context.bounds, *context.moments))))
    ):
        raise IllFormed(f"{name} is in use already; define a name before stating anything about it")
    n = Normaliser(context)
    n.canonical(n.defined(body))
    if any(isinstance(p, Symbol) and (p in context.bounds or not is_plain(p)) for p in parameters):
        raise IllFormed(f"the definition of {name} has a variable that is declared to be more than real or natural")
    if len(set(parameters)) < len(parameters) or not all(
        isinstance(p, Symbol) or _is_plain_vector(p) for p in parameters
    ):
        raise IllFormed(f"the definition of {name} has the variables {parameters}, which are not different names")
    admissible(context, name, body, {})
    context.definitions[name] = (tuple(parameters), body)


def _is_plain_vector(e):
    return isinstance(e, Vec) and not e.indices


def normaliser(context, rewrites=(), given=()):
    """A normaliser that replaces vectors as facts of the form ``Vec = expression`` say, under given facts."""
    n, table = Normaliser(context, given), {}
    for fact in rewrites:
        left, right = fact.relation.lhs, fact.relation.rhs
        if fact.relation.op != "=" or not isinstance(left, Vec) or not is_vector(right):
            raise IllFormed(f"not an equation for a vector: {left} {fact.relation.op} {right}")
        n.canonical(n.defined(right))
        table[n.canonical(left)] = n.unfold(right)
    n.rewrites = table
    return n


def algebra(context, relation, certificate=None):
    """Γ ⊢ l op r, when r − l = Σ coefficient · slacks · squares is an identity in which no summand can be negative."""
    certificate = certificate or Certificate()
    facts = [f for term in certificate.terms for f in term.facts]
    same_ledger(context, (*facts, *certificate.rewrites, *certificate.given))
    if relation.op == "⇔" or any(f.relation.op == "⇔" for f in facts):
        raise IllFormed("an equivalence is proved by `unique`, and has no slack to add up")
    n = normaliser(context, certificate.rewrites, certificate.given)
    if is_vector(relation.lhs) or is_vector(relation.rhs):
        _check_vectors(n, relation)
    else:
        _check_scalars(n, relation, certificate.terms)
    rule = "certificate" if certificate.terms else "identity"
    premises = dict.fromkeys((*facts, *certificate.rewrites, *(f for f in certificate.given if f in n.used)))
    return Fact(KEY, context, relation, union(*premises), rule, premises, certificate)


def _check_vectors(n, relation):
    for side in (relation.lhs, relation.rhs):
        n.canonical(n.defined(side))
    if relation.op != "=" or n.canonical(relation.lhs - relation.rhs) != 0:
        raise Undecided("the two vectors differ by their normal forms")


def _check_scalars(n, relation, terms):
    for side in (relation.lhs, relation.rhs):
        n.skeleton(n.unfold(n.defined(side)))
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
        n.canonical(n.defined(e))
        n.skeleton(n.unfold(square(e)))
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
    same_ledger(context, discharged)
    hypotheses = sorted(fact.hypotheses, key=lambda h: h.name)
    fixed = [h.relation for h in hypotheses if h.free(context) & set(mapping)]
    pointwise = not any(context.unfold(s).has(Expect, CondVec) for r in (fact.relation, *fixed) for s in sides(r))
    mapping = {name: written_once(context, name, v, (fact.relation, *fixed)) for name, v in mapping.items()}
    for name, value in mapping.items():
        admissible(context, name, value, mapping, (fact.relation, *fixed), pointwise)
    refuse_bounded(context, mapping, fact.relation, set(mapping))
    kept, proofs = set(), []
    for h in hypotheses:
        refuse_bounded(context, set(mapping) - h.forall, h.relation, set(mapping) - h.forall)
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
    return Fact(KEY, context, relation, kept | union(*proofs), "instance", (fact, *proofs), mapping)


def _substitute(context, relation, mapping):
    """σ applied to a relation, its definitions and derivatives written out where σ replaces what they speak of."""
    try:
        found = context.put(relation, mapping)
    except IllFormed:
        n = Normaliser(context)
        relation = relation.map(n.written_out)
        found = context.put(relation, mapping)
    _check_finite(context, relation, mapping, found)
    return found


def _check_finite(context, relation, mapping, found):
    """Refuse a substitution that divides by zero anywhere: SymPy takes 1/(1 + 1/0) for 0."""
    divided = [
        a
        for side in sides(relation)
        for part in preorder_traversal(context.unfold(side))
        if isinstance(part, (Pow, log))
        for a in part.args
    ]
    results = [context.put(a, mapping) for a in divided] + [side for side in sides(found) if side is not oo]
    if not all(map(is_finite, results)):
        raise Undecided(f"{relation} is not defined for these {_names(mapping)}: something is divided by zero")


def _substitute_free(context, hypothesis, mapping):
    """The hypothesis under a substitution of what it fixes; its own variables stay bound."""
    fixed = {k: v for k, v in mapping.items() if k not in hypothesis.forall}
    if any(hypothesis.forall & context.spoken_of(general_value(v)) for v in fixed.values()):
        raise Undecided(f"the substitution would capture a variable of {hypothesis.name}")
    return _substitute(context, hypothesis.relation, fixed)


def _names(mapping):
    return ", ".join(getattr(name, "__name__", str(name)) for name in mapping)


def discharge(fact, hypothesis, proof):
    """Γ, H ⊢ φ and Δ ⊢ H give Γ, Δ ⊢ φ."""
    same_ledger(fact.context, [proof])
    if not _proof_of(fact.context, hypothesis.relation, hypothesis.forall, [proof]):
        raise Undecided(f"{proof.relation} is not hypothesis {hypothesis.name} for all its variables")
    rest = fact.hypotheses - {hypothesis} | proof.hypotheses
    return Fact(KEY, fact.context, fact.relation, rest, "discharge", (fact, proof), hypothesis)


def refuse_bounded(context, names, relation, except_for=frozenset()):
    """Refuse what would leave a symbol whose range speaks of something that is no longer there."""
    if left := context.bounded_by(names, relation) - except_for:
        raise Undecided(f"the range of {', '.join(map(str, left))} depends on {', '.join(map(str, names))}")


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


def induction_hypothesis(context, relation, n):
    """P(n) ⊢ P(n), for the one n of an induction step."""
    return assume(context, Hypothesis(f"induction hypothesis on {n}", relation, part=object()))


def induction(relation, n, base, step, assumed):
    """P(first) and P(n) ⊢ P(n + 1) give P(n) for every n."""
    context, (ih,) = base.context, assumed.hypotheses
    same_ledger(context, [step, assumed])
    first = _first(context, n)
    refuse_bounded(context, [n], relation)
    for fact, claim in ((base, context.put(relation, {n: first})), (step, context.put(relation, {n: n + 1}))):
        if fact.relation != claim:
            raise Undecided(f"the induction needs {claim}, and was given {fact.relation}")
    if ih.relation != relation:
        raise Undecided("the induction hypothesis is not the claim")
    rest = base.hypotheses | step.hypotheses - {ih}
    if ih in base.hypotheses or any(n in h.free(context) for h in rest):
        raise Undecided(f"the induction on {n} rests on something that fixes {n}")
    cited = dict.fromkeys(f for part in (base, step) for f in part.premises)
    known = [f for f in cited if f.hypotheses <= rest and f.relation.op != "⇔" and f.general_in(n)]
    _check_defined(context, relation, known)
    return Fact(KEY, context, relation, rest, "induction", (base, step))


def _check_defined(context, relation, given=()):
    """Refuse a relation with a side that is not defined for all values of its symbols."""
    n = Normaliser(context, given)
    for side in sides(relation):
        n.canonical(n.defined(side))


def _first(context, n):
    if not n.is_integer or not n.is_nonnegative or not is_plain(n) or n in context.bounds:
        raise Undecided(f"an induction runs over a natural number; {n} is not declared as one")
    return Integer(1) if n.is_positive else Integer(0)


def summed(fact, index, lower, upper, given=()):
    """l(t) op r(t) for every t gives Σ l op Σ r over lower ≤ t ≤ upper; to ∞, where given facts say they converge."""
    n = normaliser_for(fact, given)
    if not fact.general_in(index) or fact.relation.op == "⇔":
        raise Undecided(f"the fact is not one for every {index}")
    first = Integer(1) if index.is_positive else Integer(0) if index.is_nonnegative else None
    low, high = fact.context.bounds.get(index, (first, None))
    below = low is not None and not n.at_least(lower, low)
    above = high is not None and (upper is oo or not n.at_least(high, upper))
    if not index.is_integer or not is_plain(index) or below or above:
        raise Undecided(f"the fact does not cover {index} = {lower} … {upper}")
    if upper is not oo and not n.at_least(upper - lower + 1, 1 if fact.relation.strict else 0):
        raise Undecided(f"the range {lower} … {upper} may be empty")
    refuse_bounded(fact.context, [index], fact.relation)
    n.require_range(Sum(Integer(1), (index, lower, upper)))
    relation = fact.relation.map(lambda side: Sum(side, (index, lower, upper)))
    for side in sides(relation) if upper is oo else ():
        n.skeleton(n.unfold(side))
    return derived(n, fact, relation, "sum", (index, lower, upper))


def expected(fact):
    """l ≤ r gives E l ≤ E r, for integrable l and r."""
    if fact.relation.op not in ("=", "≤", "≥") or is_vector(fact.relation.lhs) or is_vector(fact.relation.rhs):
        raise Undecided("the expectation keeps =, ≤ and ≥ between numbers")
    return Fact(KEY, fact.context, fact.relation.map(Expect), fact.hypotheses, "expectation", (fact,))


def rooted(fact, given=()):
    """l ≤ r with l ≥ 0 gives √l ≤ √r."""
    low = fact.relation.rhs if fact.relation.op in ("≥", ">") else fact.relation.lhs
    n = normaliser_for(fact, given)
    if fact.relation.op == "⇔" or not n.at_least(low, 0):
        raise Undecided(f"{low}, under a root, is not known to be nonnegative")
    return derived(n, fact, fact.relation.map(sqrt), "square root")


def logged(fact, given=()):
    """l ≤ r with l > 0 gives log l ≤ log r, and the same for =, <, ≥, >."""
    low = fact.relation.rhs if fact.relation.op in ("≥", ">") else fact.relation.lhs
    n = normaliser_for(fact, given)
    if fact.relation.op == "⇔":
        raise Undecided("an equivalence has no logarithm")
    n.require("positive", low)
    return derived(n, fact, fact.relation.map(log), "logarithm")


def exponentiated(fact):
    """l ≤ r gives e^l ≤ e^r, and the same for =, <, ≥, >."""
    if fact.relation.op == "⇔" or is_vector(fact.relation.lhs) or is_vector(fact.relation.rhs):
        raise Undecided("only a relation between numbers can be exponentiated")
    return derived(normaliser_for(fact, ()), fact, fact.relation.map(exp), "exponential")


def multiplied(fact, factor, given=()):
    """l ≤ r gives c·l ≤ c·r for a c ≥ 0, and the same for < and a c > 0; any c that is defined for =."""
    relation = fact.relation
    if relation.op == "⇔":
        raise Undecided("an equivalence has no sides to multiply")
    n = normaliser_for(fact, given)
    if relation.op == "=":
        n.skeleton(n.unfold(factor))
    else:
        n.require("positive" if relation.strict else "nonnegative", factor)
    return derived(n, fact, relation.map(lambda side: factor * side), "product", factor)


def normaliser_for(fact, given):
    same_ledger(fact.context, given)
    if fact.relation.rhs is oo:
        raise Undecided(f"{fact.relation} says that something converges: there are no two numbers in it")
    return Normaliser(fact.context, (*given, *([fact] if fact.relation.op != "⇔" else [])))


def derived(n, fact, relation, rule, certificate=None):
    """What follows from a fact by a rule whose side conditions were decided under the facts that ``n`` used."""
    premises = (fact, *(f for f in n.given if f in n.used and f is not fact))
    return Fact(KEY, fact.context, relation, union(*premises), rule, premises, certificate)


def antisymmetric(fact, converse):
    """l ≤ r and r ≤ l give l = r."""
    n = normaliser_for(fact, [converse])
    ops = {f.relation.op for f in (fact, converse)}
    if not ops <= {"≤", "≥", "="} or not n.is_zero(fact.relation.slack + converse.relation.slack):
        raise Undecided(f"{converse.relation} is not the converse of {fact.relation}")
    relation = Relation(fact.relation.lhs, "=", fact.relation.rhs)
    return Fact(KEY, fact.context, relation, union(fact, converse), "antisymmetry", (fact, converse))


def cases(context, relation, branches):
    """Γ, C_i ⊢ φ for conditions C_i, comparisons of one and the same difference, that leave nothing out, give Γ ⊢ φ."""
    if not branches:
        raise IllFormed("a split needs two cases at least")
    n, seen, rest = Normaliser(context), set(), frozenset()
    same_ledger(context, [f for branch in branches for f in branch])
    pivot = branches[0][0].relation
    for assumed, fact in branches:
        (condition,) = assumed.hypotheses
        if fact.relation != relation:
            raise Undecided(f"a case was to show {relation}, and shows {fact.relation}")
        if condition.forall or assumed.rule != "hypothesis":
            raise IllFormed("a case is a plain relation, assumed for the length of the case")
        seen |= _orders(n, assumed.relation, pivot)
        rest |= fact.hypotheses - {condition}
    if n.chance(context.unfold(pivot.lhs - pivot.rhs)):
        raise Undecided(f"{pivot} depends on chance: neither it nor its opposite need hold almost surely")
    sign = n.sign(pivot.lhs - pivot.rhs) or (0, False)
    impossible = {1: {"<"}, -1: {">"}, 0: set()}[sign[0]] | ({"="} if sign[0] and sign[1] else set())
    if missing := {"<", "=", ">"} - seen - impossible:
        raise Undecided(
            f"the cases leave out {' and '.join(f'{pivot.lhs} {op} {pivot.rhs}' for op in sorted(missing))}"
        )
    facts = tuple(fact for _, fact in branches)
    return Fact(KEY, context, relation, rest, "cases", facts, tuple(a.relation for a, _ in branches))


def _orders(n, relation, pivot):
    """Which of <, =, > between the pivot's sides a condition allows."""
    allowed = {"=": "=", "≤": "<=", "<": "<", "≥": ">=", ">": ">"}.get(relation.op)
    difference = relation.lhs - relation.rhs
    if allowed and n.is_zero(difference - (pivot.lhs - pivot.rhs)):
        return set(allowed)
    if allowed and n.is_zero(difference + (pivot.lhs - pivot.rhs)):
        return {{"<": ">", ">": "<", "=": "="}[op] for op in allowed}
    raise Undecided(f"{relation} and {pivot} do not compare the same things, so that they cannot be cases of one split")


def unique(context, equation, unknown, solution, factor, power):
    """l = r ⇔ x = s, when l − r = c·(x − s)^k is an identity and c cannot vanish."""
    n = Normaliser(context)
    if equation.op != "=":
        raise IllFormed(f"an equation was expected, not a relation with {equation.op}")
    admissible(context, unknown, solution, {})
    _check_defined(context, equation)
    sign = n.sign(factor)
    if unknown in heads(context.unfold(solution)) or not sign or not sign[1]:
        raise Undecided(f"the factor {factor} may vanish, or the solution is given in terms of {unknown}")
    if power < 1 or not n.is_zero(equation.lhs - equation.rhs - factor * (unknown - solution) ** power):
        raise Undecided(f"the two sides do not differ by a power of {unknown} − ({solution}) times a nonzero factor")
    relation = Relation(equation, "⇔", Relation(unknown, "=", solution))
    return Fact(KEY, context, relation, (), "solve", (), (factor, power))
