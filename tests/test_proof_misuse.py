"""What the checker says to those who use it wrongly: what came, what was expected, what to do."""

import pytest
from sympy import Float, Symbol

from kexue.proof import E, Ledger, ProofError, Relation, Sum, inner, norm2, positive, square
from kexue.proof.samplers import law


class Page:
    """A ledger with a few things, and another one with a hypothesis of its own."""

    def __init__(self):
        ledger = self.ledger = Ledger("this")
        self.x, self.y = ledger.scalar("x y")
        self.a = ledger.scalar("a", positive=True)
        self.u, self.v = ledger.vector("u v")
        self.n, self.k = ledger.natural("n k")
        self.f = ledger.sequence("f")
        self.H = ledger.assume("H", self.x <= self.y)
        other = self.other = Ledger("that")
        z = other.scalar("z", positive=True)
        self.foreign = other.at_most(0, z, "positive", by=[positive(z)])


MISUSES = {
    "an undeclared symbol": (
        lambda s: s.ledger.equal(Symbol("q"), 1),
        "not declared in the ledger “this”: q; declare it",
    ),
    "an undeclared symbol in a hypothesis": (lambda s: s.ledger.assume("K", Symbol("q") <= 1), "not declared .*: q"),
    "a name declared twice": (lambda s: s.ledger.scalar("x"), "x is declared twice in the ledger “this”"),
    "signs that exclude each other": (
        lambda s: s.ledger.scalar("b", positive=True, upper=-1),
        "b: no number is .*positive.* and between None and -1",
    ),
    "assumptions that exclude each other": (
        lambda s: s.ledger.scalar("b", positive=True, negative=True),
        "b: the assumptions .* contradict each other",
    ),
    "a range that may be empty": (
        lambda s: s.ledger.scalar("b", lower=0, upper=s.x),
        "b ranges from 0 to x, and nothing",
    ),
    "a hypothesis against the declarations": (
        lambda s: s.ledger.assume("K", Relation(s.a, "<", -1)),
        "K: a < -1 contradicts what is declared",
    ),
    "hypotheses against each other": (
        lambda s: s.ledger.at_most(1, 0, by=[s.H, s.ledger.assume("K", s.x >= s.y + 1)]),
        "no model of H, K was met",
    ),
    "a hypothesis of a name in use": (lambda s: s.ledger.assume("H", s.x <= 1), "a hypothesis named H exists already"),
    "a truth value": (lambda s: s.ledger.assume("K", s.a > 0), "SymPy has already decided this relation to be True"),
    "no relation": (lambda s: s.ledger.claim(s.x), "a relation such as a <= b was expected, not x"),
    "an unknown relation": (lambda s: Relation(s.x, "=<", s.y), "unknown relation '=<'; expected one of = ≤"),
    "a step cited by its name": (
        lambda s: s.ledger.at_most(s.x, s.y, by=["H"]),
        r"by=\[…\] takes steps.*not 'H' \(str\)",
    ),
    "a step not in a list": (lambda s: s.ledger.at_most(s.x, s.y, by=s.H), r"by=… takes a list.*write by=\[…\]"),
    "a relation for a step": (lambda s: s.ledger.expect(s.x <= s.y), "step=… takes steps and hypotheses, not x <= y"),
    "a number for a step": (lambda s: s.ledger.root(s.H, given=[3]), r"given=\[…\] takes steps and hypotheses, not 3"),
    "a step of another ledger": (
        lambda s: s.ledger.at_most(0, s.a, by=[s.foreign]),
        r"step \(1\) “positive” is one of another ledger, “that”, and is cited in “this”",
    ),
    "a later step": (
        lambda s: s.ledger.induction(Relation(s.f(s.n), "=", 1), on=s.n, base=[s.other.steps[-1]]),
        "another ledger",
    ),
    "a certificate divided by a step": (lambda s: square(s.x) / s.H, "divided by a number, not by a step"),
    "a vector for a multiplier": (lambda s: s.H * s.u, "multiplied by a number, not by the vector u"),
    "a negative multiplier": (
        lambda s: s.ledger.at_most(s.y, s.x, by=[s.H * -1]),
        "multiplier -1 is not known to be nonnegative",
    ),
    "a certificate that does not add up": (
        lambda s: s.ledger.at_most(s.x, s.y + 1, by=[s.H * 1]),
        "differ by more than the certificate accounts for",
    ),
    "an equation resting on an inequality": (
        lambda s: s.ledger.equal(s.x, s.y, by=[s.H * 1]),
        "an equation cannot rest on an inequality",
    ),
    "a vector and a number": (lambda s: s.ledger.equal(s.u + s.x, s.u), "a sum of vectors and scalars"),
    "a product of vectors": (
        lambda s: s.ledger.equal(s.u * s.v, 1),
        r"a product of two vectors: .*; write inner\(u, v\)",
    ),
    "an inner product with a number": (
        lambda s: s.ledger.equal(inner(s.u, s.x), 0),
        "a number where a vector is expected",
    ),
    "the mean of a vector": (lambda s: E(s.u), "the expectation of a vector is not a number"),
    "a decimal": (lambda s: s.ledger.equal(s.x * Float("0.5"), s.x / 2), "no normal form for 0.5"),
    "an index that is no number of a sequence": (lambda s: s.ledger.equal(s.f(0), s.f(0)), "index 0 of a sequence"),
    "a sum over what is no index": (lambda s: s.ledger.equal(Sum(s.f(s.n), (s.x, 1, 2)), 1), "x"),
    "an induction on a real number": (
        lambda s: s.ledger.induction(Relation(s.x, "=", s.x), on=s.x),
        "an induction runs over a natural number; x is not",
    ),
    "a model of something else": (
        lambda s: s.ledger.model({s.a: -1}),
        "not a model of what is declared.*-1 stands for a",
    ),
    "moments of no law": (lambda s: s.ledger.iid("w", mean=1, second=0), "no law has these moments"),
    "a moment of another name": (lambda s: s.ledger.iid("w", variance=1), "moments are called mean, second"),
    "a definition of itself": (lambda s: s.ledger.define(s.f(s.n), s.f(s.n) + 1), "defined already, or by itself"),
    "a definition too late": (lambda s: s.ledger.define(s.x, norm2(s.u)), "x is in use already; define a name before"),
    "an unknown information": (
        lambda s: s.ledger.equal(E(s.x, s.y), s.x),
        "conditioned on what is not declared as information",
    ),
    "a vector put in place of itself": (
        lambda s: s.ledger.equal(inner(s.u, s.v), 0, by=[s.ledger.assume("K", Relation(s.u, "=", 2 * s.u))]),
        "put .* in the place of itself; solve for it first",
    ),
    "vectors put in place of each other": (
        lambda s: s.ledger.equal(
            inner(s.u, s.v),
            0,
            by=[
                s.ledger.assume("K", Relation(s.u, "=", 2 * s.v)),
                s.ledger.assume("K'", Relation(s.v, "=", 3 * s.u)),
            ],
        ),
        "in the place of itself",
    ),
    "a line discharged that is no hypothesis": (
        lambda s: s.ledger.discharge(s.H, s.H.at({s.x: s.x + 1}, keeping=[s.H]), s.H),
        r"a hypothesis was expected, not line",
    ),
    "a function for a number": (lambda s: s.H.at({s.x: lambda: 5}), "x is a number: an expression was expected for it"),
    "a text for a number": (lambda s: s.H.at({s.x: "abc"}), "was expected for x, not the text 'abc'"),
    "a list": (
        lambda s: s.ledger.equal([1], [1]),
        r"a number or a vector was expected on each side, not \[1\] \(list\)",
    ),
    "an inequality of vectors": (lambda s: s.ledger.at_most(s.u, s.v), "vectors have no order; compare norms"),
    "a text in a model": (lambda s: s.ledger.model({s.x: "abc"}), "was expected for x, not the text 'abc'"),
    "an undeclared symbol in a model": (lambda s: s.ledger.model({s.x: Symbol("q")}), "not declared .*: q"),
    "a probability that is not exact": (
        lambda s: law(lambda choose: choose(0.5)),
        r"exact probabilities were expected, not 0\.5.*write Rational\(1, 2\)",
    ),
    "a case that fails": (
        lambda s: s.ledger.cases(
            Relation(0, "≤", s.x),
            [Relation(s.x, "≤", s.y), Relation(s.x, "≥", s.y)],
            lambda case: [case],
        ),
        r"(reason: |\()the case x ≤ y: ",
    ),
    "a trial that ends otherwise": (
        lambda s: s.ledger.trial(Relation(s.x, "=", s.y), expect="proved"),
        "was expected to be proved",
    ),
}


@pytest.mark.parametrize("name", MISUSES)
def test_a_misuse_is_named(name):
    misuse, message = MISUSES[name]
    page = Page()
    with pytest.raises(ProofError, match=message):
        misuse(page)
    assert page.ledger.steps == []
