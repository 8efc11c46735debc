"""What a statement of a ledger means: vectors, inner products, expectations, relations, substitution.

Scalars are SymPy expressions over real symbols. Vectors are elements of one real inner-product space (ℝ^d for any d, or
L²): a :class:`Vec` names one, and sums and scalar multiples of them are ordinary SymPy sums and products, which
:mod:`kexue.proof.kernel.normal` reads as linear forms. Nothing here decides anything.
"""

from dataclasses import dataclass
from functools import lru_cache
from inspect import signature

from sympy import Add, Dummy, Expr, Function, Integral, Limit, Mul, Sum, Symbol, sqrt, sympify
from sympy.core.function import AppliedUndef
from sympy.core.symbol import Str

from kexue.errors import KexueError


class ProofError(KexueError):
    """Root of what the checker raises."""


class IllFormed(ProofError, TypeError):
    """A statement that means nothing: a vector plus a number, a product of two vectors, a float."""


class Undecided(ProofError):
    """Neither proved nor refuted; ``reason`` is what stood in the way."""

    def __init__(self, reason, message=None):
        super().__init__(message or reason)
        self.reason = str(reason)


class Vec(Expr):
    """A named vector, or the value of a named family of vectors: ``θ``, ``θ_t``, ``g(x, θ)``."""

    is_commutative = True

    def __new__(cls, name, *indices):
        return Expr.__new__(cls, Str(str(name)), *map(sympify, indices))

    @property
    def name(self):
        return self.args[0].name

    @property
    def indices(self):
        return self.args[1:]


class OrthonormalVec(Vec):
    """A member of a family with ⟨e_i, e_j⟩ = δ_ij."""


class VectorFamily:
    """Vectors indexed by numbers or by vectors: calling it gives a :class:`Vec`."""

    def __init__(self, name, kind=Vec):
        self.name, self.kind = name, kind

    def __call__(self, *indices):
        return self.kind(self.name, *indices)

    def __repr__(self):
        return self.name


class Inner(Function):
    """The inner product ⟨u, v⟩: real, symmetric, bilinear, and positive on the diagonal."""

    nargs = 2
    is_real = True

    def _eval_is_nonnegative(self):
        return True if self.args[0] == self.args[1] else None


class Expect(Function):
    """The expectation E[X] of a scalar: linear and monotone, and E[c] = c for what is not random.

    ``Expect(X, G)`` is the conditional expectation E[X | G], ``G`` being what is known.
    """

    nargs = (1, 2)
    is_real = True


class CondVec(Expr):
    """E[v | G], the conditional expectation of a random vector."""

    is_commutative = True


class Diff(Expr):
    """The derivative of a scalar or a vector with respect to a real symbol, everything else held fixed."""

    is_commutative = True

    def __new__(cls, expression, variable):
        return Expr.__new__(cls, sympify(expression), variable)

    def _eval_is_real(self):
        return None if is_vector(self.args[0]) else True


class Partial(Expr):
    """A derivative of a declared function or family of vectors, ∂^k f, at its arguments: (f(x, …), k₁, k₂, …)."""

    is_commutative = True

    @property
    def of(self):
        return self.args[0]

    @property
    def orders(self):
        return self.args[1:]

    def _eval_is_real(self):
        return None if isinstance(self.of, Vec) else True


def diff(expression, *variables):
    """∂/∂x of a scalar or a vector, once for each variable given."""
    for variable in variables:
        expression = Diff(expression, variable)
    return expression


def expect(expression, given=None):
    """E[X], or E[X | G], of a scalar or a vector."""
    expression = sympify(expression)
    if is_vector(expression):
        if given is None:
            raise IllFormed(f"the expectation of a vector is not a number: {expression}; condition it, or pair it")
        return CondVec(expression, given)
    return Expect(expression) if given is None else Expect(expression, given)


def inner(u, v):
    """⟨u, v⟩."""
    return Inner(u, v)


def norm2(v):
    """‖v‖² = ⟨v, v⟩."""
    return Inner(v, v)


def norm(v):
    """‖v‖ = √⟨v, v⟩."""
    return sqrt(Inner(v, v))


def square(v):
    """‖v‖² of a vector, e² of a number."""
    return norm2(v) if is_vector(v) else v**2


@dataclass(frozen=True)
class Relation:
    """``lhs op rhs``, with ``op`` one of =, ≤, <, ≥, >, and ⇔ between two relations."""

    lhs: object
    op: str
    rhs: object

    OPS = ("=", "≤", "<", "≥", ">", "⇔")

    def __post_init__(self):
        for side in ("lhs", "rhs"):
            if not isinstance(getattr(self, side), Relation):
                object.__setattr__(self, side, sympify(getattr(self, side)))
        if self.op not in self.OPS:
            raise IllFormed(f"unknown relation {self.op!r}; expected one of {' '.join(self.OPS)}")

    def __str__(self):
        return f"{self.lhs} {self.op} {self.rhs}"

    @property
    def slack(self):
        """What is ≥ 0 (> 0, = 0) when the relation holds."""
        return self.lhs - self.rhs if self.op in ("≥", ">") else self.rhs - self.lhs

    @property
    def strict(self):
        return self.op in ("<", ">")

    def map(self, function):
        """The relation with ``function`` applied to both sides."""
        return Relation(function(self.lhs), self.op, function(self.rhs))


def sides(relation):
    """Both sides, of both relations of an equivalence."""
    found = (relation.lhs, relation.rhs)
    return found if relation.op != "⇔" else (*sides(found[0]), *sides(found[1]))


def is_vector(expression):
    """Whether an expression denotes a vector; raises where it mixes vectors and scalars."""
    if isinstance(expression, (Vec, CondVec)):
        return True
    if isinstance(expression, (Sum, Integral)):
        return is_vector(expression.function)
    if isinstance(expression, (Diff, Partial)):
        return is_vector(expression.args[0])
    if isinstance(expression, Add):
        kinds = {is_vector(term) for term in expression.args}
        if len(kinds) > 1:
            raise IllFormed(f"a sum of vectors and scalars: {expression}")
        return kinds.pop()
    if isinstance(expression, Mul):
        count = sum(is_vector(factor) for factor in expression.args)
        if count > 1:
            raise IllFormed(f"a product of two vectors: {expression}; write inner(u, v)")
        return count == 1
    if expression.is_Pow and is_vector(expression.base):
        raise IllFormed(f"a product of two vectors, or a quotient by one: {expression}; write inner(u, v) or norm2(v)")
    return False


def head(expression):
    """What a symbol, a vector or an applied function is an instance of: the thing that a ledger declares."""
    if isinstance(expression, Vec):
        return expression.name
    return expression.func if isinstance(expression, AppliedUndef) else expression


def arguments_of(expression):
    """The arguments of an applied function, or the indices of a vector."""
    return expression.indices if isinstance(expression, Vec) else expression.args


@lru_cache(2**14)
def heads(expression):
    """Every declared thing that occurs free in an expression or relation (the variable of a limit counts as free)."""
    if isinstance(expression, Relation):
        return heads(expression.lhs) | heads(expression.rhs)
    if isinstance(expression, BINDERS):
        bound = set(expression.variables)
        limits = [bound_of for _, *ends in expression.limits for bound_of in ends]
        return (heads(expression.function) - bound).union(*map(heads, limits))
    itself = expression.is_Symbol or isinstance(expression, (Vec, AppliedUndef))
    own = frozenset({head(expression)} if itself else ())
    parts = expression.args[:3] if isinstance(expression, Limit) else expression.args  # not the side it comes from
    return own.union(*(heads(a) for a in parts if isinstance(a, Expr)))


BINDERS = (Sum, Integral)  # what binds an index or a variable between two ends


def is_rule(value):
    """Whether a substitution's value is a function of arguments (SymPy's symbols are callable too)."""
    return callable(value) and not isinstance(value, Expr)


def substitute(expression, mapping):
    """Replace heads simultaneously, renaming bound variables that would capture.

    ``mapping`` sends a symbol or an unindexed vector's name to an expression, and a function or family to a callable.
    """
    if isinstance(expression, Relation):
        return expression.map(lambda side: substitute(side, mapping))
    if isinstance(expression, BINDERS):
        return _substitute_bound(expression, mapping)
    if isinstance(expression, (Diff, Limit)):
        return _substitute_variable(expression, mapping)
    if isinstance(expression, Partial) and head(expression.of) in mapping:
        return _substitute_partial(expression, mapping)
    if not expression.args or expression.is_Symbol:
        return mapping.get(expression, expression)
    args = [substitute(a, mapping) if isinstance(a, Expr) else a for a in expression.args]
    key = head(expression) if isinstance(expression, (Vec, AppliedUndef)) else None
    if key in mapping:
        indices = args[1:] if isinstance(expression, Vec) else args
        return mapping[key](*indices) if is_rule(mapping[key]) else mapping[key]
    return expression.func(*args)


def _substitute_bound(expression, mapping):
    body, index, lower, upper = outermost(expression)
    fresh = Dummy(index.name, **index.assumptions0)
    body = substitute(body.xreplace({index: fresh}), mapping)
    lower, upper = substitute(lower, mapping), substitute(upper, mapping)
    if index not in body.free_symbols | lower.free_symbols | upper.free_symbols:
        body, fresh = body.xreplace({fresh: index}), index
    return type(expression)(body, (fresh, lower, upper))


def _substitute_variable(expression, mapping):
    """A derivative or a limit (whose point is replaced too) under a substitution that leaves its variable alone."""
    variable = expression.args[1]
    if variable in mapping or any(
        variable in heads(general_value(mapping[h])) for h in heads(expression) & set(mapping)
    ):
        raise IllFormed(f"{variable} is the variable of {expression}: write that out before replacing anything by it")
    body, _, *point = expression.args
    return expression.func(substitute(body, mapping), variable, *(substitute(a, mapping) for a in point))


def _substitute_partial(expression, mapping):
    """∂^k f at distinct symbols, with f replaced: the derivatives of what stands for f."""
    arguments = expression.of.indices if isinstance(expression.of, Vec) else expression.of.args
    if len(set(arguments)) < len(arguments) or not all(a.is_Symbol and a not in mapping for a in arguments):
        raise IllFormed(f"{expression.of} in a derivative: replace the function where its arguments are plain symbols")
    if set(arguments) & heads(general_value(mapping[head(expression.of)])):
        raise IllFormed(f"what replaces {head(expression.of)} speaks of its arguments {arguments} by name")
    result = substitute(expression.of, mapping)
    for x, order in zip(arguments, expression.orders, strict=True):
        for _ in range(order):
            result = Diff(result, x)
    return result


def is_plain(variable):
    """Whether a variable ranges over all real numbers, or integers, or the positive or nonnegative ones among them."""
    kind = {"integer": True} if variable.is_integer else {"real": True}
    kind |= {"positive": True} if variable.is_positive else {"nonnegative": True} if variable.is_nonnegative else {}
    return variable.is_Symbol and variable.assumptions0 == Symbol("x", **kind).assumptions0


def general_value(value, **kind):
    """An expression, or what a substitution's function gives for general arguments."""
    if not is_rule(value):
        return value
    return value(*(Dummy("i", **(kind or {"real": True})) for _ in range(arity(value))))


def arity(function):
    """How many arguments a substitution's function has, apart from those with a default."""
    return sum(p.default is p.empty for p in signature(function).parameters.values())


def outermost(expression):
    """A sum or integral as (body, index, lower, upper) of its outermost index; SymPy writes nested ones as one."""
    *inner, (index, lower, upper) = expression.limits
    body = type(expression)(expression.function, *inner) if inner else expression.function
    return body, index, lower, upper
