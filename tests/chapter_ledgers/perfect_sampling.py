"""To perfect sampling (articles 9768 and 9811): laws of the samplers, exactly, on lattices of symbolic weights."""

from functools import cache

from kexue.proof import Ledger, Relation, exp, log
from kexue.proof.samplers import law

LENGTH = 5


def ledgers():
    ledger = Ledger("Perfect sampling", article=9811)
    a, b, c = ledger.scalar("a b c", positive=True)
    names = " ".join(f"w_{i}{j}" for i in range(LENGTH) for j in range(i + 1, LENGTH + 1))
    weights = dict(zip(names.split(), ledger.scalar(names, positive=True), strict=True))

    def w(i, j):
        return weights[f"w_{i}{j}"]

    @cache
    def Z(j):
        return sum((Z(i) * w(i, j) for i in range(j)), 0) if j else 1

    def sample(choose, end):
        """Forward filtering, backward sampling."""
        cuts = []
        while end:
            start = choose.among([Z(i) * w(i, end) / Z(end) for i in range(end)])
            cuts, end = [start, *cuts], start
        return tuple(cuts)

    for end in range(1, LENGTH + 1):
        found = law(lambda choose, end=end: sample(choose, end))
        assert len(found) == 2 ** (end - 1)
        for cuts, probability in list(found.items())[:8]:
            weight = 1
            for start, stop in zip(cuts, (*cuts[1:], end), strict=True):
                weight *= w(start, stop)
            ledger.equal(probability, weight / Z(end), f"cut at {', '.join(map(str, cuts))} of {end}")

    def naive(choose):
        """Pairwise acceptance in the order a, b, c."""
        kept = "b" if choose(b / (a + b)) else "a"
        best = {"a": a, "b": b}[kept]
        return "c" if choose(c / (best + c)) else kept

    found = law(naive)
    ledger.equal(found["a"], a**2 / ((a + b) * (a + c)), "the naive law", name="9768-6")
    equal = ledger.equal(found["c"], a * c / ((a + b) * (a + c)) + b * c / ((a + b) * (b + c)), "its last candidate")
    ledger.instance(equal, {a: 1, b: 1, c: 1}, why="three equal ones: a half for the last", name="9768-5")
    x, y = ledger.scalar("x y")
    ledger.equal(log(exp(x) + exp(y)), x + log(1 + exp(y - x)), "logsumexp", name="2")
    ledger.cases(
        Relation(log(exp(x) + exp(y)), "=", x + log(1 + exp(y - x))), [x <= y, x >= y], lambda _: [], "either branch"
    )
    return [ledger]
