"""What the kernel must prove, and what it must never prove."""

import pytest
from sympy import Function, Integer, KroneckerDelta, Symbol, cos, exp

from kexue.proof import (
    E,
    IllFormed,
    Ledger,
    ProofError,
    Rational,
    Refuted,
    Relation,
    Sum,
    Undecided,
    inner,
    norm,
    norm2,
    positive,
    sqrt,
    square,
)
from kexue.proof.kernel.facts import Fact
from kexue.proof.kernel.normal import Normaliser
from kexue.proof.kernel.terms import Vec


class Board:
    """One ledger with things of every kind declared."""

    def __init__(self):
        self.ledger = Ledger("board")
        self.T, self.k, self.i = self.ledger.natural("T k i")
        self.t = self.ledger.natural("t", upper=self.T)
        self.a, self.b, self.c = self.ledger.scalar("a b c", positive=True)
        self.x, self.y = self.ledger.scalar("x y")
        self.u, self.v, self.w = self.ledger.vector("u v w")
        self.X, self.Y = self.ledger.vector("X Y", random=True)
        self.f, self.g = self.ledger.function("f g")
        self.p = self.ledger.function("p", positive=True)
        self.q = self.ledger.sequence("q", positive=True)
        self.z = self.ledger.vectors("z")
        self.e = self.ledger.orthonormal("e")


@pytest.fixture
def board():
    return Board()


TRUE = {
    "binomial": lambda s: ((s.x + s.y) ** 2, s.x**2 + 2 * s.x * s.y + s.y**2),
    "geometric": lambda s: ((s.x**3 - 1), (s.x - 1) * (s.x**2 + s.x + 1)),
    "fraction": lambda s: (1 / s.a + 1 / s.b, (s.a + s.b) / (s.a * s.b)),
    "nested fraction": lambda s: (1 / (1 + 1 / s.a), s.a / (s.a + 1)),
    "root of a square": lambda s: (sqrt(s.a**2), s.a),
    "root of any square": lambda s: (sqrt(s.x**2) ** 2, s.x**2),
    "root of a product": lambda s: (sqrt(s.a * s.b), sqrt(s.a) * sqrt(s.b)),
    "root of a fraction": lambda s: (sqrt(s.a / s.b), sqrt(s.a) / sqrt(s.b)),
    "rationalised": lambda s: (1 / (sqrt(s.T + 1) + sqrt(s.T)), sqrt(s.T + 1) - sqrt(s.T)),
    "numbers": lambda s: (sqrt(8) + sqrt(Rational(1, 2)), Rational(5, 2) * sqrt(2)),
    "nested roots": lambda s: (sqrt(3 + 2 * sqrt(2)) ** 2, 3 + 2 * sqrt(2)),
    "cube root": lambda s: ((s.a**2) ** Rational(1, 3) * s.a ** Rational(1, 3), s.a),
    "exponentials": lambda s: (exp(s.x + s.y), exp(s.x) * exp(s.y)),
    "powers": lambda s: (s.a ** (s.k + 1), s.a * s.a**s.k),
    "even power": lambda s: (s.b ** (2 * s.k), (s.b**s.k) ** 2),
    "polarisation": lambda s: (norm2(s.u + s.v) - norm2(s.u - s.v), 4 * inner(s.u, s.v)),
    "parallelogram": lambda s: (norm2(s.u + s.v) + norm2(s.u - s.v), 2 * norm2(s.u) + 2 * norm2(s.v)),
    "symmetry": lambda s: (inner(s.u, s.v), inner(s.v, s.u)),
    "bilinearity": lambda s: (inner(2 * s.u - s.v, s.w), 2 * inner(s.u, s.w) - inner(s.v, s.w)),
    "homogeneity": lambda s: (norm2(s.x * s.u), s.x**2 * norm2(s.u)),
    "norm": lambda s: (norm(s.a * s.u), s.a * norm(s.u)),
    "zero vector": lambda s: (norm2(s.u + s.v - s.u), norm2(s.v)),
    "equal vectors": lambda s: (2 * (s.u + s.v) - s.u, s.u + 2 * s.v),
    "sum of a constant": lambda s: (Sum(s.a, (s.t, 1, s.T)), s.a * s.T),
    "linearity of sums": lambda s: (
        Sum(s.a * s.f(s.k) + s.g(s.k), (s.k, 1, s.T)),
        s.a * Sum(s.f(s.i), (s.i, 1, s.T)) + Sum(s.g(s.k), (s.k, 1, s.T)),
    ),
    "last term": lambda s: (Sum(s.f(s.k), (s.k, 1, s.T + 1)), Sum(s.f(s.k), (s.k, 1, s.T)) + s.f(s.T + 1)),
    "last two terms": lambda s: (
        Sum(s.f(s.k), (s.k, 1, s.T + 2)) - s.f(s.T + 1) - s.f(s.T + 2),
        Sum(s.f(s.k), (s.k, 1, s.T)),
    ),
    "without the last": lambda s: (Sum(s.f(s.k), (s.k, 1, s.T - 1)), Sum(s.f(s.k), (s.k, 1, s.T)) - s.f(s.T)),
    "finite sum": lambda s: (Sum(s.k**2, (s.k, 1, 3)), Integer(14)),
    "empty sum": lambda s: (Sum(s.f(s.k), (s.k, 2, 1)), Integer(0)),
    "sum inside": lambda s: (inner(s.u, Sum(s.z(s.k), (s.k, 1, s.T))), Sum(inner(s.u, s.z(s.k)), (s.k, 1, s.T))),
    "double sum": lambda s: (norm2(Sum(s.e(s.k), (s.k, 1, s.T))), s.T),
    "orthonormal": lambda s: (inner(s.e(s.t), s.e(s.t + 1)), Integer(0)),
    "sifting": lambda s: (inner(s.e(s.t), Sum(s.p(s.k) * s.e(s.k), (s.k, 1, s.T))), s.p(s.t)),
    "outside the sum": lambda s: (inner(s.e(s.T + 1), Sum(s.e(s.k), (s.k, 1, s.T))), Integer(0)),
    "expectation": lambda s: (E(2 * s.a * inner(s.X, s.Y) + s.b), 2 * s.a * E(inner(s.X, s.Y)) + s.b),
    "expectation of a sum": lambda s: (
        E(Sum(s.p(s.k) * inner(s.X, s.z(s.k)), (s.k, 1, s.T))),
        Sum(s.p(s.k) * E(inner(s.X, s.z(s.k))), (s.k, 1, s.T)),
    ),
    "functions of equal things": lambda s: (s.f(s.x + s.x), s.f(2 * s.x)),
}

FALSE = {
    "a sign": lambda s: ((s.x + s.y) ** 2, s.x**2 - 2 * s.x * s.y + s.y**2),
    "a factor": lambda s: ((s.x + s.y) ** 2, s.x**2 + s.x * s.y + s.y**2),
    "an exponent": lambda s: (s.a * s.b, s.a * s.b**2),
    "a missing root": lambda s: (s.a / sqrt(s.b), s.a / s.b),
    "root of a square of any sign": lambda s: (sqrt(s.x**2), s.x),
    "root of a product of any signs": lambda s: (sqrt(s.x**2 * s.y**2), s.x * s.y),
    "a root's other branch": lambda s: (sqrt(s.a), -sqrt(s.a)),
    "square of a norm": lambda s: (norm(s.u), norm2(s.u)),
    "Pythagoras without a right angle": lambda s: (norm2(s.u + s.v), norm2(s.u) + norm2(s.v)),
    "negative homogeneity": lambda s: (norm(s.x * s.u), s.x * norm(s.u)),
    "a wrong vector": lambda s: (s.u + s.v, s.u - s.v),
    "a product of sums": lambda s: (Sum(s.f(s.k), (s.k, 1, s.T)) ** 2, Sum(s.f(s.k) ** 2, (s.k, 1, s.T))),
    "a product inside a sum": lambda s: (
        Sum(s.f(s.k) * s.g(s.k), (s.k, 1, s.T)),
        Sum(s.f(s.k), (s.k, 1, s.T)) * Sum(s.g(s.k), (s.k, 1, s.T)),
    ),
    "one term too many": lambda s: (Sum(s.f(s.k), (s.k, 1, s.T + 1)), Sum(s.f(s.k), (s.k, 1, s.T)) + s.f(s.T)),
    "a sum of a constant": lambda s: (Sum(s.a, (s.k, 1, s.T)), s.a * (s.T - 1)),
    "an index out of its sum": lambda s: (
        s.f(s.k) * Sum(s.g(s.k), (s.k, 1, s.T)),
        Sum(s.f(s.k) * s.g(s.k), (s.k, 1, s.T)),
    ),
    "a vector's index out of its sum": lambda s: (
        inner(s.u, s.p(s.k) * Sum(s.z(s.k), (s.k, 1, s.T))),
        inner(s.u, Sum(s.p(s.k) * s.z(s.k), (s.k, 1, s.T))),
    ),
    "a shifted index": lambda s: (inner(s.e(s.i), s.e(s.k)), Integer(1)),
    "an index that may be absent": lambda s: (inner(s.e(s.i), Sum(s.e(s.k), (s.k, 1, s.T))), Integer(1)),
    "expectation of a product": lambda s: (
        E(inner(s.X, s.X) * inner(s.Y, s.Y)),
        E(inner(s.X, s.X)) * E(inner(s.Y, s.Y)),
    ),
    "expectation of a square": lambda s: (E(inner(s.X, s.u) ** 2), E(inner(s.X, s.u)) ** 2),
    "expectation left out": lambda s: (E(inner(s.X, s.u)), inner(s.X, s.u)),
    "exponent of a sum": lambda s: (exp(s.x + s.y), exp(s.x) + exp(s.y)),
    "powers of different bases": lambda s: (s.a**s.k, s.b**s.k),
    "cancelled where it may vanish": lambda s: (s.x * s.y / s.x / s.y + 1 / s.x, 1 + 1 / s.x),
    "a pole": lambda s: (1 / (s.a - s.b), 1 / (s.a - s.b)),
    "a root of a negative": lambda s: (sqrt(s.x), sqrt(s.x)),
    "functions of different things": lambda s: (s.f(s.x), s.f(s.y)),
    "a sum that starts below zero": lambda s: (sqrt(Sum(s.k, (s.k, -5, s.T)) ** 2), Sum(s.k, (s.k, -5, s.T))),
    "a sequence where it is not defined": lambda s: (s.q(s.x), s.q(s.x)),
    "a sequence before its first term": lambda s: (s.q(s.k - 1), s.q(s.k - 1)),
    "a power of a float": lambda s: (0.5 * s.x, s.x / 2),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_equations_are_proved(board, name):
    step = board.ledger.equal(*TRUE[name](board))
    assert step.verdict == "proved"
    assert not step.hypotheses


@pytest.mark.parametrize("name", FALSE)
def test_false_or_undefined_equations_are_not_proved(board, name):
    with pytest.raises(ProofError):
        board.ledger.equal(*FALSE[name](board))
    assert not board.ledger.steps


AT_MOST = {
    "a square": lambda s: (2 * s.x * s.y, s.x**2 + s.y**2, [square(s.x - s.y)]),
    "Young": lambda s: (
        inner(s.u, s.v),
        s.a * norm2(s.u) / 2 + norm2(s.v) / (2 * s.a),
        [square(s.a * s.u - s.v) / (2 * s.a)],
    ),
    "arithmetic and geometric mean": lambda s: (sqrt(s.a * s.b), (s.a + s.b) / 2, [square(sqrt(s.a) - sqrt(s.b))]),
    "a declared sign": lambda s: (s.b, s.a + s.b, [positive(s.a)]),
    "a bounded index": lambda s: (s.t, s.T, [positive(s.T - s.t)]),
    "found multipliers": lambda s: (4 * inner(s.u, s.v), 2 * norm2(s.u) + 2 * norm2(s.v), [square(s.u - s.v)]),
}

NOT_AT_MOST = {
    "a wrong constant": lambda s: (3 * s.x * s.y, s.x**2 + s.y**2, [square(s.x - s.y)]),
    "a negative multiplier": lambda s: (s.x**2 + s.y**2, 2 * s.x * s.y, [-1 * square(s.x - s.y)]),
    "a multiplier of unknown sign": lambda s: (Integer(0), s.x * norm2(s.u), [s.x * square(s.u)]),
    "a difference of unknown sign": lambda s: (s.a, s.b, [positive(s.b - s.a)]),
    "an unbounded index": lambda s: (s.k, s.T, [positive(s.T - s.k)]),
    "slack that nobody named": lambda s: (Integer(0), s.a * s.b, []),
    "a weaker claim than its certificate": lambda s: (2 * s.x * s.y, 2 * s.x**2 + s.y**2, [square(s.x - s.y)]),
    "a multiplier with a pole": lambda s: (Integer(0), s.y, [square(s.x) / s.x**2 * positive(s.y)]),
}


@pytest.mark.parametrize("name", AT_MOST)
def test_inequalities_with_a_certificate_are_proved(board, name):
    left, right, by = AT_MOST[name](board)
    assert board.ledger.at_most(left, right, by=by).verdict == "proved"


@pytest.mark.parametrize("name", NOT_AT_MOST)
def test_inequalities_without_one_are_not(board, name):
    left, right, by = NOT_AT_MOST[name](board)
    with pytest.raises(ProofError):
        board.ledger.at_most(left, right, by=by)


def test_a_strict_relation_needs_something_strictly_positive(board):
    s = board
    with pytest.raises(Undecided, match="strictly positive"):
        s.ledger.less(2 * s.x * s.y, s.x**2 + s.y**2, by=[square(s.x - s.y)])
    assert s.ledger.less(s.b, s.a + s.b, by=[positive(s.a)]).relation.strict


def test_an_equation_does_not_follow_from_an_inequality(board):
    s = board
    bound = s.ledger.assume("H", s.x <= s.y)
    with pytest.raises(ProofError):
        s.ledger.equal(s.x, s.y, by=[bound])
    with pytest.raises(ProofError):
        s.ledger.at_most(s.y, s.x, "backwards", by=[bound])


def test_facts_are_made_by_the_rules_alone(board):
    context = board.ledger.context
    with pytest.raises(ProofError, match="rules"):
        Fact(object(), context, Relation(board.x, "=", board.y), (), "identity")
    fact = board.ledger.equal(board.x, board.x).fact
    with pytest.raises(ProofError, match="cannot be changed"):
        fact.relation = Relation(board.x, "=", board.y)


def test_induction_needs_its_base_and_its_step(board):
    s = board
    total = Sum(s.k, (s.k, 1, s.T))
    assert s.ledger.induction(Relation(total, "=", s.T * (s.T + 1) / 2), on=s.T).verdict == "proved"
    with pytest.raises(ProofError, match="first case"):
        s.ledger.induction(Relation(total, "=", s.T * (s.T + 1) / 2 + 1), on=s.T)
    with pytest.raises(ProofError, match="the step"):
        s.ledger.induction(Relation(total, "=", s.T**2), on=s.T)


def test_induction_does_not_run_over_what_a_hypothesis_fixes(board):
    s = board
    small = s.ledger.assume("H", s.f(s.T) <= s.a)
    with pytest.raises(ProofError, match="fixes"):
        s.ledger.induction(
            s.f(s.T) <= s.a,
            on=s.T,
            base=[small.at({s.T: 1}, keeping=[small])],
            step=lambda ih: [small.at({s.T: s.T + 1}, keeping=[small])],
        )


def test_a_hypothesis_is_not_general_in_what_it_fixes(board):
    s = board
    one = s.ledger.assume("H", s.f(s.k) <= s.a)  # for one k and one a
    with pytest.raises(Undecided, match="H changes"):
        one.at({s.k: 1})
    every = s.ledger.assume("H'", s.f(s.k) <= s.a, forall=[s.k])
    assert every.at({s.k: s.T + 1}).lhs == s.f(s.T + 1)
    with pytest.raises(Undecided, match="H' changes"):
        every.at({s.a: s.a / 2})
    with pytest.raises(Undecided, match="not one for every"):
        s.ledger.sum(one, s.k, 1, s.T)


def test_a_definition_hides_no_dependence(board):
    s = board
    d = s.ledger.function("d")
    s.ledger.define(d(s.k), norm2(s.z(s.k) - s.u))
    near = s.ledger.assume("H", d(s.k) <= s.a, forall=[s.k])
    with pytest.raises(Undecided, match="H changes"):
        near.at({s.u: s.v})


def test_instances_respect_declarations(board):
    s = board
    for name, value in ((s.k, s.T / 2), (s.k, s.T - 1), (s.a, s.x), (s.t, s.T + 1)):
        fact = s.ledger.equal(name, name)
        with pytest.raises(Undecided, match="stands for"):
            fact.at({name: value})
    fact = s.ledger.equal(inner(s.e(s.k), s.e(s.k)), 1)
    with pytest.raises(Undecided, match="one thing"):
        fact.at({Vec("e"): lambda i: s.z(i)})


def test_a_range_moves_with_what_bounds_it(board):
    s = board
    fact = s.ledger.at_most(s.t, s.T, by=[positive(s.T - s.t)])
    with pytest.raises(Undecided, match="range of t depends on T"):
        fact.at({s.T: 1})
    assert fact.at({s.T: s.k + 1, s.t: s.k}).rhs == s.k + 1
    with pytest.raises(Undecided, match="between"):
        fact.at({s.T: s.k, s.t: s.k + 1})
    with pytest.raises(Undecided, match="range of t depends on T"):
        s.ledger.sum(fact, s.T, 1, s.k)
    with pytest.raises(Undecided, match="range of t depends on T"):
        s.ledger.induction(Relation(s.t, "=", s.t), on=s.T, step=lambda ih: [])
    every = s.ledger.assume("H", s.f(s.t) <= s.a, forall=[s.t])
    with pytest.raises(Undecided, match="range of t depends on T"):
        every.at({s.T: 2 * s.T})


def test_what_stands_for_a_function_has_its_sign_everywhere(board):
    s = board
    with pytest.raises(Undecided, match="not known to be"):
        s.ledger.less(0, s.p(s.x), by=[positive(s.p(s.x))]).at({s.p: lambda i: i})
    assert s.ledger.less(0, s.q(s.k), by=[positive(s.q(s.k))]).at({s.q: lambda i: i}).rhs == s.k


def test_every_declared_property_binds(board):
    s = board
    even = s.ledger.scalar("n", integer=True, even=True)
    fact = s.ledger.equal((-1) ** even, (-1) ** even)
    with pytest.raises(Undecided, match="not known to be even"):
        fact.at({even: s.k})


def test_definitions_do_not_go_in_circles(board):
    s = board
    a, b = s.ledger.scalar("m n")
    s.ledger.define(a, b + 1)
    with pytest.raises(IllFormed, match="by itself"):
        s.ledger.define(b, a + 1)
    with pytest.raises(Undecided, match="not known to be"):
        s.ledger.define(s.a, s.x)


def test_constants_do_not_become_random(board):
    s = board
    pulled = s.ledger.equal(E(inner(s.u, s.X)), E(inner(s.u, s.X)))
    with pytest.raises(Undecided, match="random"):
        pulled.at({s.u: s.Y})


def test_sums_cover_only_what_a_fact_covers(board):
    s = board
    fact = s.ledger.at_most(s.t, s.T, by=[positive(s.T - s.t)])
    with pytest.raises(Undecided, match="cover"):
        s.ledger.sum(fact, s.t, 1, s.T + 1)
    assert s.ledger.sum(fact, s.t, 1, s.T).relation.op == "≤"


def test_the_order_of_a_square_root(board):
    s = board
    given = s.ledger.assume("H", norm2(s.u) <= norm2(s.v))
    assert s.ledger.root(given).relation == Relation(norm(s.u), "≤", norm(s.v))
    with pytest.raises(Undecided, match="under a root"):
        s.ledger.root(s.ledger.assume("H'", s.x <= s.y))


def test_limits(board):
    s = board
    assert s.ledger.limit((2 * sqrt(s.T) - 1) / (2 * sqrt(s.T + 1)), s.T, 1).verdict == "proved"
    for expression, value in ((sqrt(s.T) / s.T, 1), (s.T / (s.T + 1), 0), (sqrt(s.T), 0), (s.f(s.T), s.f(1))):
        with pytest.raises(ProofError):
            s.ledger.limit(expression, s.T, value)


def test_limit_at_zero_needs_a_right_neighbourhood(board):
    s = board
    small = s.ledger.scalar("λ", positive=True, lower=0, upper=1)
    held = s.ledger.assume("H", Relation(Integer(0), "≤", s.x + small * s.y), forall=[small])
    assert s.ledger.limit_at_zero(held, small).relation == Relation(Integer(0), "≤", s.x)
    with pytest.raises(Undecided, match="every small"):
        s.ledger.limit_at_zero(s.ledger.assume("H'", Relation(Integer(0), "≤", s.x + small)), small)
    with pytest.raises(ProofError):
        s.ledger.limit_at_zero(s.ledger.assume("H''", Relation(Integer(0), "≤", s.x / small), forall=[small]), small)


def test_unique_solutions(board):
    s = board
    assert s.ledger.unique(Relation(s.a**2 * s.b + 1, "=", 2 * s.a * s.b + 1 - s.b), s.a, 1).relation.op == "⇔"
    for equation, solution in (
        (Relation(s.x**2, "=", s.x), 1),
        (Relation(s.x, "=", 1), 2),
        (Relation(s.x * s.y, "=", s.x), 0),
        (Relation(s.x, "≤", 1), 1),
    ):
        with pytest.raises(ProofError):
            s.ledger.unique(equation, s.x, solution)


SIGNS = [
    (lambda s: s.T - 1, (1, False)),
    (lambda s: s.T - s.t, (1, False)),
    (lambda s: s.T + 1 - s.t, (1, True)),
    (lambda s: s.a - s.b, None),
    (lambda s: s.x**2, (1, False)),
    (lambda s: -s.a * sqrt(s.b), (-1, True)),
    (lambda s: s.x * s.y, None),
    (lambda s: norm2(s.u), (1, False)),
    (lambda s: inner(s.u, s.v), None),
    (lambda s: exp(s.x), (1, True)),
    (lambda s: Sum(s.p(s.k), (s.k, 1, s.T)), (1, True)),
    (lambda s: Sum(s.p(s.k), (s.k, 2, s.T)), (1, False)),
    (lambda s: (s.a + s.b) ** 2 - 4 * s.a * s.b, (1, False)),
]


@pytest.mark.parametrize(("expression", "sign"), SIGNS)
def test_signs_follow_from_declarations(board, expression, sign):
    assert Normaliser(board.ledger.context).sign(expression(board)) == sign


MISUSE = [
    (lambda s: s.ledger.equal(Symbol("q"), 0), IllFormed, "not declared.*q"),
    (lambda s: s.ledger.equal(Function("q")(s.x), 0), IllFormed, "not declared"),
    (lambda s: s.ledger.equal(s.u + s.x, s.u), IllFormed, "vectors and scalars"),
    (lambda s: s.ledger.equal(inner(s.u * s.v, s.w), 0), IllFormed, "product of two vectors"),
    (lambda s: s.ledger.equal(s.u, s.x), IllFormed, "sum of vectors and scalars"),
    (lambda s: s.ledger.equal(inner(s.x, s.u), 0), IllFormed, "number where a vector"),
    (lambda s: s.ledger.assume("H", True), IllFormed, "already decided"),
    (lambda s: s.ledger.assume("H", s.x), IllFormed, "relation such as"),
    (lambda s: s.ledger.at_most(s.x, s.y, by=["H1"]), IllFormed, "takes steps, hypotheses and square"),
    (lambda s: s.ledger.scalar("a"), IllFormed, "declared twice"),
    (lambda s: Relation(s.x, "!=", s.y), IllFormed, "unknown relation"),
    (
        lambda s: s.ledger.equal(cos(s.a), cos(s.a)),
        Undecided,
        "no normal form for",
    ),
    (lambda s: s.ledger.equal(KroneckerDelta(s.i, s.k), 1), ProofError, "refuted|undecided"),
]


@pytest.mark.parametrize(("action", "error", "message"), MISUSE)
def test_misuse_is_answered_clearly(board, action, error, message):
    with pytest.raises(error, match=message):
        action(board)


def test_ledgers_do_not_share_facts(board):
    other = Board()
    foreign = other.ledger.assume("H", other.x <= other.y)
    with pytest.raises(ProofError, match="another ledger"):
        board.ledger.at_most(board.x, board.y, by=[foreign])


def test_a_refutation_carries_its_witness(board):
    s = board
    with pytest.raises(Refuted) as caught:
        s.ledger.equal(norm2(s.u + s.v), norm2(s.u) + norm2(s.v), "no right angle")
    message = str(caught.value)
    assert "step (1) “no right angle” of the ledger “board” is refuted" in message
    assert "witness" in message
    assert abs(caught.value.witness.left - caught.value.witness.right) > 1e-6


def test_an_undecided_step_says_what_would_help(board):
    s = board
    with pytest.raises(Undecided, match="to go on: cite what it rests on"):
        s.ledger.at_most(Integer(0), s.a * s.b, "no certificate")


def test_what_holds_inside_a_sum_does_not_hold_outside(board):
    s = board
    n = Normaliser(s.ledger.context)
    with pytest.raises(Undecided):
        n.skeleton(Sum(1 / (s.k - s.i), (s.k, 1, s.t - 1)))
    assert n.bounds == s.ledger.context.bounds
    assert n.sign(s.t - 1) == (1, False)
