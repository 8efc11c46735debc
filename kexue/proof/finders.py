"""Finders: they propose the multipliers of a certificate, the factor of an equation; the kernel checks them."""

from itertools import product

from sympy import (
    Add,
    Dummy,
    Function,
    Integer,
    Integral,
    KroneckerDelta,
    Poly,
    Pow,
    Sum,
    Symbol,
    Tuple,
    cancel,
    default_sort_key,
    dsolve,
    factor,
    fraction,
    integrate,
    linsolve,
    powdenest,
    rsolve,
    sqrt,
    symbols,
)
from sympy.core.function import AppliedUndef

from kexue.proof.kernel.facts import Term
from kexue.proof.kernel.rules import normaliser
from kexue.proof.kernel.signs import declared_sign
from kexue.proof.kernel.terms import Expect, IllFormed, Inner, Partial, Undecided


def multipliers(context, slack, open_terms, fixed_terms, rewrites, given=()):
    """Rational functions λ_j with slack = Σ λ_j·value_j + Σ fixed, as ``linarith`` looks for numbers; or None.

    The identity is read as linear in the *atoms* (inner products, values of functions without a sign, sums and
    expectations), with coefficients in the field of everything else; when that fails, as a polynomial in all generators
    with rational λ_j.
    """
    n = normaliser(context, rewrites, given)
    target = slack - sum(t.value for t in fixed_terms)
    fractions = [n.fraction(e) for e in (target, *(t.value for t in open_terms))]
    names = n.memory.names_in(Tuple(*(part for f in fractions for part in f)))
    atoms = [s for s, g in names.items() if is_atom(g)]
    for choice in (atoms, list(names)):
        found = _solve(fractions, choice)
        if found is not None:
            return [n.restore(c) for c in found]
    return None


def is_atom(generator):
    """Whether a multiplier may not contain it."""
    if isinstance(generator, (AppliedUndef, Symbol)):
        return declared_sign(generator) is None
    return isinstance(generator, (Inner, Integral, Sum, Expect, KroneckerDelta, Partial))


def _solve(fractions, atoms):
    """Match the coefficients of every monomial in the atoms."""
    unknowns = symbols(f"lambda1:{len(fractions)}")
    if any(d.free_symbols & set(atoms) for _, d in fractions):
        return None
    rows = {}
    for (n, d), unknown in zip(fractions, (None, *unknowns), strict=True):
        for monomial, coefficient in Poly(n, *atoms).terms() if atoms else [((), n)]:
            part = coefficient / d * (-unknown if unknown else 1)
            rows[monomial] = rows.get(monomial, Integer(0)) + part
    solutions = linsolve(list(rows.values()), *unknowns) if unknowns else None
    return [cancel(s.xreplace({u: Integer(0) for u in unknowns})) for s in next(iter(solutions))] if solutions else None


def complete(context, relation, open_terms, fixed_terms, rewrites, given=()):
    """The certificate's terms with their multipliers filled in; the open ones as they are when none were found."""
    if relation.op == "=":  # inequalities that are cited decide signs, and are no summands
        open_terms = [t for t in open_terms if any(f.relation.op == "=" for f in t.facts)]
    if not open_terms:
        return tuple(fixed_terms)
    found = multipliers(context, relation.slack, open_terms, fixed_terms, rewrites, given)
    if found is None:
        return (*open_terms, *fixed_terms)
    scaled = (Term(c * t.coefficient, t.facts, t.squares) for c, t in zip(found, open_terms, strict=True))
    return (*(t for t in scaled if t.coefficient != 0), *fixed_terms)


def squares(context, slack):
    """A quadratic form as [(coefficient, what is squared)], by completing squares one variable after the other.

    The form may be one in inner products of vectors, or of degree two in numbers that have no declared sign. None when
    it is neither. Whether the coefficients are nonnegative is for the kernel to say.
    """
    n = normaliser(context)
    numerator, denominator = n.fraction(slack)
    names = n.memory.names_in(numerator)
    entries = {s: g.args for s, g in names.items() if isinstance(g, Inner)}
    form = _gram_form(numerator, entries) if entries else _number_form(numerator, names)
    if form is None:
        return None
    scale = n.restore(denominator)
    completed = _complete(form, sorted({u for u, _ in form}, key=default_sort_key))
    return [(n.restore(c) / scale, Add(*(n.restore(a) * u for u, a in parts.items()))) for c, parts in completed]


def _gram_form(numerator, entries):
    """{(u, v): coefficient} of Σ M_uv ⟨u, v⟩."""
    form = Poly(numerator, *entries)
    if form.total_degree() != 1 or form.nth(*[0] * len(entries)) != 0:
        return None
    M = {}
    for s, (u, v) in entries.items():
        M[u, v] = M[v, u] = form.coeff_monomial(s) / (1 if u == v else 2)
    return M


def _number_form(numerator, names):
    """{(x, y): coefficient} of Σ M_xy x y, with 1 among the x."""
    free = [s for s, g in names.items() if is_atom(g)]
    if not free or Poly(numerator, *free).total_degree() > 2:
        return None
    M = {}
    for powers, c in Poly(numerator, *free).terms():
        used = [names[s] for s, k in zip(free, powers, strict=True) for _ in range(k)]
        x, y = [*used, Integer(1), Integer(1)][:2]
        M[x, y] = M[y, x] = c / (1 if x == y else 2)
    return M


def _complete(M, variables):
    """Σ M_uv u v = Σ_u d_u (u + Σ_v (M_uv / d_u) v)², pivot by pivot."""
    found = []
    while variables:
        u, *variables = variables
        d = cancel(M.get((u, u), Integer(0)))
        if d == 0:
            continue
        row = {v: cancel(M.get((u, v), Integer(0)) / d) for v in variables}
        found.append((d, {u: Integer(1), **row}))
        for v, w in product(variables, repeat=2):
            M[v, w] = cancel(M.get((v, w), Integer(0)) - d * row[v] * row[w])
    return found


def primitive(integrand, variable):
    """An antiderivative that SymPy proposes; the kernel differentiates it."""
    found = integrate(integrand, variable)
    if found.has(Integral):
        raise Undecided(f"no antiderivative of {integrand} was found; give one (primitive=…)")
    return found


def recurrence_of(relation):
    """(x, n) of an equation for x(n + 1)."""
    left = relation.lhs
    if relation.op == "=" and isinstance(left, AppliedUndef) and len(left.args) == 1:
        shift, index = left.args[0].as_coeff_Add()
        if shift == 1 and index.is_Symbol:
            return left.func, index
    raise IllFormed(f"a recurrence x(n + 1) = … was expected, not {relation}")


def recurrence_solution(relation, start, sequence, index):
    """The closed form that SymPy's rsolve proposes."""
    plain, n = Function(sequence.__name__), Dummy("n", integer=True)
    known = [(sequence(index + 1), plain(n + 1)), (sequence(index), plain(n)), (index, n)]
    found = rsolve((relation.lhs - relation.rhs).subs(known), plain(n), {plain(1): start.rhs})
    if found is None:
        raise Undecided(f"no closed form of {relation} was found; give one (solution=…)")
    return found.subs(n, index)


def ode_solution(equation, start, function, variable):
    """The solution that SymPy's dsolve proposes for y' = …, y(t₀) = y₀."""
    plain, t = Function(function.__name__), Dummy("t", real=True)
    right = equation.rhs.subs([(function(variable), plain(t)), (variable, t)])
    found = dsolve(plain(t).diff(t) - right, plain(t), ics={plain(start.lhs.args[0]): start.rhs})
    return found.rhs.subs(t, variable)


def root_factor(equation, unknown, solution):
    """(c, k) with left − right = c·(x − s)^k and c neither 0 nor ∞ at x = s; None when there is none with k ≤ 4."""
    under_roots = {
        p.base for e in (equation.slack, solution) for p in e.atoms(Pow) if p.exp.q == 2 and p.base.is_Symbol
    }
    squared = {s: Dummy(s.name, positive=True) for s in under_roots}
    rational = {s: u**2 for s, u in squared.items()}
    difference, root = (powdenest(e.xreplace(rational), force=True) for e in (-equation.slack, solution))
    for k in (1, 2, 3, 4):
        factor_ = factor(cancel(difference / (unknown - root) ** k))
        if fraction(factor_)[1].subs(unknown, root) != 0 and cancel(factor_.subs(unknown, root)) != 0:
            return factor_.xreplace({u: sqrt(s) for s, u in squared.items()}), k
    return None
