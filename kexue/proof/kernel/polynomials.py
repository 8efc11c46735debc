"""Quotients of polynomials with rational coefficients, and their factors."""

from math import prod

from sympy import QQ, Integer, Mul, Poly, factor_list


def quotient(e, ring):
    """An expression of +, ×, integer powers, rational numbers and the ring's symbols as (numerator, denominator).

    Common factors are cancelled where summands with different denominators meet, and not at every step as in SymPy's
    field of fractions: what comes out need not be in lowest terms.

    Raises:
        ZeroDivisionError: a divisor is the zero polynomial.
    """
    if e.is_Rational:
        return ring.ground_new(QQ(e.p, e.q)), ring.one
    if e.is_Symbol:
        return ring.gens[ring.symbols.index(e)], ring.one
    if e.is_Pow:
        n, d = quotient(e.base, ring)
        return (n**e.exp.p, d**e.exp.p) if e.exp.is_positive else (d**-e.exp.p, nonzero(n) ** -e.exp.p)
    parts = [quotient(part, ring) for part in e.args]
    if e.is_Mul:
        return prod(n for n, _ in parts), prod(d for _, d in parts)
    over = {}
    for n, d in parts:
        over[d] = over.get(d, 0) + n
    (d, n), *others = over.items()
    for c, m in others:
        n, d = (n * c + m * d).cancel(d * c)
    return n, d


def nonzero(polynomial):
    if not polynomial:
        raise ZeroDivisionError("the zero polynomial is a divisor")
    return polynomial


def factor_terms(term):
    """A polynomial as a product of its factors."""
    constant, factors = factored(term)
    return Mul(constant, *(f**k for f, k in factors))


def factored(e):
    """The polynomial e = c ∏ f^k with irreducible f as (c, [(f, k)]): ``factor_list``, mostly without its search.

    In A·x + B with A and B free of x only gcd(A, B) is left to factor. What is linear in no symbol goes to Wang's
    algorithm, which tries points at random: now and then it takes minutes for what the next point does at once.
    """
    constant, factors = Integer(1), {}
    for base, k in (part.as_base_exp() for part in Mul.make_args(e)):
        content, found = factored_base(base)
        constant *= content**k
        for f, m in found:
            factors[f] = factors.get(f, 0) + m * k
    return constant, list(factors.items())


def factored_base(e):
    """The same of a polynomial that is not written as a product."""
    if e.is_Rational or e.is_Symbol:
        return (e, []) if e.is_Rational else (Integer(1), [(e, 1)])
    denominator, f = Poly(e).clear_denoms(convert=True)
    sign, f, factors = (-1, -f, []) if f.LC() < 0 else (1, f, [])
    while linear := next((x for x in f.gens if f.degree(x) == 1), None):
        A = f.diff(linear)
        rest = A.gcd(f - A * Poly(linear, *f.gens))
        factors.append((f.exquo(rest).as_expr(), 1))
        f = rest
    constant, others = (f.LC(), []) if f.is_ground else factor_list(f.as_expr())
    return sign * constant / denominator, factors + others
