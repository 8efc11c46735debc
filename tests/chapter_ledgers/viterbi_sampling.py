"""From Viterbi decoding to sampling (article 9768): the best segmentation, its cost, the law of pairwise acceptance."""

from itertools import combinations, pairwise, permutations
from math import prod

from sympy import KroneckerDelta, cancel

from kexue.proof import Integer, Ledger, Rational, Relation, Sum, exp, log, positive, square
from kexue.proof.samplers import law

LENGTH = 6


def ledgers():
    return [decoding(), small_lattices(), cost(), best_few(), acceptance(), three_candidates(), many_candidates()]


def decoding():
    """1: scores are sums, and the recursion's value is the best of them, for texts and segmentations of any length.

    A segmentation is the sequence d of its tokens' lengths; s(i, n) scores the token of n characters after the i-th.
    """
    ledger = Ledger("Viterbi decoding", article=9768)
    k, r, n = ledger.natural("k r n")
    P, p = ledger.sequence("P p", positive=True)
    chance = ledger.assume("HP", Relation(P(k + 1), "=", P(k) * p(k + 1)), "tokens are independent", forall=[k])
    first = ledger.assume("HP1", Relation(P(1), "=", p(1)), "one token")
    ledger.model({P: lambda j: 2**j, p: lambda j: 2})
    start, longer = ledger.log(first), ledger.log(chance)
    ledger.induction(
        Relation(log(P(r)), "=", Sum(log(p(k)), (k, 1, r))),
        on=r,
        base=[start],
        step=lambda ih: [ih, longer.at({k: r})],
        why="the score of a segmentation is the sum of its tokens'",
        name="1",
    )
    V, s = ledger.function("V s")
    d = ledger.sequence("d", integer=True, positive=True)

    def cut(k):
        return Sum(d(n), (n, 1, k))

    path, token = Sum(s(cut(k - 1), d(k)), (k, 1, r)), V(cut(k - 1)) + s(cut(k - 1), d(k))
    empty = ledger.assume("HV0", Relation(V(0), "=", 0), "the empty prefix")
    above = ledger.assume("HV", Relation(token, "≤", V(cut(k))), "V is not below any of its candidates", [d, k])
    ledger.induction(
        Relation(path, "≤", V(cut(r))),
        on=r,
        base=[above.at({k: 1}), empty],
        step=lambda ih: [ih, above.at({k: r + 1})],
        why="no segmentation scores more than V",
        name="1a",
    )
    best = ledger.assume("HVb", Relation(V(cut(k)), "=", token), "d consists of best last tokens", [k])
    ledger.induction(
        Relation(path, "=", V(cut(r))),
        on=r,
        base=[best.at({k: 1}), empty],
        step=lambda ih: [ih, best.at({k: r + 1})],
        why="the path of best last tokens attains it",
        name="1b",
    )
    return ledger


def segmentations(length):
    """Every segmentation of so many characters, as its cuts 0 < … < length."""
    for count in range(length):
        for inner in combinations(range(1, length), count):
            yield (0, *inner, length)


def small_lattices():
    """1 again, on lattices of symbolic scores: V is the largest score of all 2^(L − 1) segmentations."""
    ledger = Ledger("Small lattices", article=9768)
    values = (Integer(0), *ledger.scalar(" ".join(f"V_{j}" for j in range(1, LENGTH + 1))))
    edges = [(i, j) for i in range(LENGTH) for j in range(i + 1, LENGTH + 1)]
    scores = dict(zip(edges, ledger.scalar(" ".join(f"s_{i}{j}" for i, j in edges)), strict=True))
    candidates = {(i, j): values[i] + scores[i, j] for i, j in edges}
    above = {(i, j): ledger.assume(f"HV_{i}{j}", c <= values[j], "a candidate") for (i, j), c in candidates.items()}
    for length in range(1, LENGTH + 1):
        for cuts in segmentations(length):
            tokens = list(pairwise(cuts))
            ledger.at_most(
                sum(scores[e] for e in tokens),
                values[length],
                f"cut at {', '.join(map(str, cuts[1:]))}",
                by=[above[e] for e in tokens],
            )

    def distance(j, x):
        """∏ (x − score) over the segmentations of j characters."""
        return prod(x - sum(scores[e] for e in pairwise(cuts)) for cuts in segmentations(j)) if j else x

    attained = []
    for j in (1, 2, 3):  # V_j is one of its candidates, so it is one of the scores
        one = ledger.assume(
            f"HV_{j}", Relation(prod(values[j] - candidates[i, j] for i in range(j)), "=", 0), "one of its candidates"
        )
        gaps = {i: values[j] - candidates[i, j] for i in range(j)}
        by, done, rests = [], Integer(1), Integer(1)  # ∏_i P_i(V_i + gap_i), where P_i(V_i + g) = P_i(V_i) + g · rest_i
        for i in range(j):
            rest = cancel((distance(i, values[i] + gaps[i]) - distance(i, values[i])) / gaps[i])
            later = prod(distance(m, values[m] + gaps[m]) for m in range(i + 1, j))
            by += [attained[i - 1] * (done * later)] if i else []
            done, rests = done * gaps[i] * rest, rests * rest
        attained.append(
            ledger.equal(distance(j, values[j]), 0, f"V_{j} is attained", by=[*by, one * rests], name=f"1c{j}")
        )
    return ledger


def cost():
    """2: how many tokens of at most m characters a text of l ≥ m characters can hold."""
    ledger = Ledger("The cost of decoding", article=9768)
    l, M = ledger.natural("l M")
    m = ledger.natural("m", upper=l)
    length = ledger.natural("n", upper=m)
    i = ledger.natural("i")
    a = ledger.sequence("a")
    total = ledger.induction(
        Relation(Sum(l + 1 - i, (i, 1, M)), "=", l * M - M * (M - 1) / 2),
        on=M,
        why="l + 1 − n of n characters",
        name="2a",
    )
    present = ledger.assume("Ha", a(i, length) <= 1, "a token is in the vocabulary or is not", forall=[i, length])
    ledger.at_most(
        Sum(a(i, length), (i, 1, l + 1 - length), (length, 1, m)),
        l * m - m * (m - 1) / 2,
        "candidates",
        by=[
            ledger.sum(ledger.sum(present, i, 1, l + 1 - length, "of one length"), length, 1, m, "of all lengths"),
            total.at({M: m}),
        ],
        name="2",
    )
    return ledger


def best_few():
    """3: the n best, each with probability proportional to P^α; what leaving out the others costs."""
    ledger = Ledger("The n best", article=9768)
    j, k, n = ledger.natural("j k n")
    α, M = ledger.scalar("α M", positive=True)
    P = ledger.sequence("P", positive=True)
    whole = P(1) ** α + Sum(P(j) ** α, (j, 2, n))  # the first apart: it alone shows that the sum is not zero
    ledger.equal(P(1) ** α / whole + Sum(P(k) ** α / whole, (k, 2, n)), 1, "a law", name="3a")
    ledger.equal(P(k) ** α, exp(α * log(P(k))), "in scores", name="3")
    kept = ledger.assume("HM", Relation(Sum(P(k), (k, 1, n)), "=", M), "what the n best weigh, in the exact law")
    ledger.model({P: lambda _: Integer(1), M: n})
    ledger.equal(
        Sum(P(k) / M - P(k), (k, 1, n)),
        1 - M,
        "total variation: they gain what the others weigh",
        by=[kept * (1 / M - 1)],
        name="3b",
    )
    return ledger


def acceptance():
    """4: a new candidate replaces the old one with probability σ(α(s_new − s_old))."""
    ledger = Ledger("Pairwise acceptance", article=9768)
    α, old, new = ledger.scalar("α", positive=True), *ledger.scalar("s_o s_n")
    δ, ε = ledger.scalar("δ ε", positive=True)

    def σ(x):
        return 1 / (1 + exp(-x))

    ledger.equal(exp(α * new) / (exp(α * new) + exp(α * old)), σ(α * (new - old)), "proportional to P^α", name="4")
    ledger.limit(σ(α * δ), α, 1, "a better one is always taken", name="4a")
    ledger.limit(σ(-α * δ), α, 0, "a worse one never", name="4b")
    ledger.equal(σ(α * 0), Rational(1, 2), "an equal one with a half", name="4c")
    weights = (1, exp(-α * δ), exp(-α * (δ + ε)))
    for place, found in enumerate(naive(weights, order) for order in permutations(range(3))):
        ledger.limit(found[0], α, 1, f"the best of three, order {place + 1}", name=f"4-{place + 1}")
    return ledger


def naive(weights, order=None):
    """The law of pairwise acceptance over candidates in some order."""

    def run(choose):
        kept, *others = order or range(len(weights))
        for new in others:
            if choose(weights[new] / (weights[kept] + weights[new])):
                kept = new
        return kept

    return law(run)


def three_candidates():
    """5, and the law of three: the order decides."""
    ledger = Ledger("Three candidates", article=9768)
    a, b, c = ledger.scalar("a b c", positive=True)
    two = naive((a, b))
    ledger.equal(two[0], a / (a + b), "two candidates: exact", name="5a")
    found, total = naive((a, b, c)), a + b + c
    lines = [
        ledger.equal(found[0], a**2 / ((a + b) * (a + c)), "the first"),
        ledger.equal(found[1], b**2 / ((a + b) * (b + c)), "the second"),
        ledger.equal(found[2], c * (2 * a * b + a * c + b * c) / ((a + b) * (a + c) * (b + c)), "the last"),
    ]
    for line, probability in zip(lines, (Rational(1, 4), Rational(1, 4), Rational(1, 2)), strict=True):
        ledger.instance(line, {a: 1, b: 1, c: 1}, why=f"three equal ones: {probability}", name="5")
    article = {a: Rational(36, 100), b: Rational(32, 100), c: Rational(32, 100)}  # the shortest first
    best, _, last = (ledger.instance(line, article, why="the best need not be the most probable") for line in lines)
    ledger.less(best.rhs, last.rhs, "0.280 < 0.484", by=[positive(last.rhs - best.rhs)], name="loose")
    ledger.equal(
        sum(abs(line.rhs - w / total) for line, w in zip(lines, (a, b, c), strict=True)) / 2,
        a * b * c * (a + b + 2 * c) / ((a + b) * (a + c) * (b + c) * total),
        "total variation: what the last one gains",
        name="6c",
    )
    return ledger


def many_candidates():
    """6: k candidates with weights w_1, …, w_k, in this order; P(i, k) is the probability that i is kept after k."""
    ledger = Ledger("Many candidates", article=9768)
    j, k, n = ledger.natural("j k n")
    i = ledger.natural("i", upper=k)
    late = ledger.scalar("n_0", integer=True, nonnegative=True)
    w = ledger.sequence("w", positive=True)
    P = ledger.sequence("P", nonnegative=True)
    one = ledger.assume("H1", Relation(P(1, 1), "=", 1), "the first is kept")
    stays = ledger.assume(
        "HS", Relation(P(i, k + 1), "=", P(i, k) * w(i) / (w(i) + w(k + 1))), "the kept one survives", forall=[i, k]
    )
    enters = ledger.assume(
        "HN",
        Relation(P(k + 1, k + 1), "=", Sum(P(i, k) * w(k + 1) / (w(i) + w(k + 1)), (i, 1, k))),
        "or is replaced",
        forall=[k],
    )
    ledger.model({P: lambda i, k: 2 ** (i - k - 1) + KroneckerDelta(i, 1) * 2 ** (-k), w: lambda _: Integer(1)})
    A, B = ledger.sequence("A B")
    linear = ledger.equal(
        Sum(A(j), (j, 1, k)) + Sum(B(j), (j, 1, k)), Sum(A(j) + B(j), (j, 1, k)), "sums of quotients, term by term"
    )
    parts = linear.at(
        {A: lambda i: P(i, k) * w(i) / (w(i) + w(k + 1)), B: lambda i: P(i, k) * w(k + 1) / (w(i) + w(k + 1))}
    )
    survive = ledger.sum(stays, i, 1, k)
    whole = ledger.induction(
        Relation(Sum(P(i, k), (i, 1, k)), "=", 1),
        on=k,
        base=[one],
        step=lambda ih: [ih, survive, enters, parts],
        why="a law",
        name="6a",
    )
    losing = exp(Sum(log(w(j) / (w(j) + w(j + n))), (n, 1, late)))
    ledger.induction(
        Relation(P(j, j + late), "=", P(j, j) * losing),
        on=late,
        base=[],
        step=lambda ih: [ih * (w(j) / (w(j) + w(j + late + 1))), stays.at({i: j, k: j + late})],
        why="who is accepted once survives each later one",
        name="6",
    )
    total = Sum(w(j), (j, 1, k))
    others = ledger.at_most(
        0,
        w(j) * (1 - KroneckerDelta(i, j)) ** 2,
        "the weights of the others",
        by=[square(1 - KroneckerDelta(i, j)) * w(j)],
    )
    rest = ledger.at_most(w(i), total, "one weight is at most all", by=[ledger.sum(others, j, 1, k)])
    share = w(k + 1) / (total + w(k + 1))
    fair = ledger.at_most(
        P(i, k) * share,
        P(i, k) * w(k + 1) / (w(i) + w(k + 1)),
        "against one instead of all",
        by=[rest * (P(i, k) * share / (w(i) + w(k + 1)))],
    )
    ledger.at_most(
        share,
        P(k + 1, k + 1),
        "the last candidate never gets less than its share",
        by=[ledger.sum(fair, i, 1, k) * 1, enters * -1, whole * -share],
        name="6b",
    )
    more = Sum(w(n + 1), (n, 1, late))
    before, new = w(1) + more, w(late + 2)
    ledger.induction(
        Relation(P(1, 1 + late), "≤", w(1) / before),
        on=late,
        base=[one],
        step=lambda ih: [
            ih * (w(1) / (w(1) + new)),
            stays.at({i: 1, k: late + 1}) * 1,
            positive(w(1) * new * more / (before * (w(1) + new) * (before + new))),
        ],
        why="and the first never more",
        name="6b'",
    )
    even = {w: lambda _: Integer(1)}  # equal weights: a half for the last, whatever their number
    ledger.equal(
        P(k + 1, k + 1),
        Rational(1, 2),
        "equal candidates: the last one has a half",
        by=[enters.at(even, keeping=[enters]), whole.at(even, keeping=[one, stays, enters]) / 2],
        name="5b",
    )
    return ledger
