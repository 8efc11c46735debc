"""To perfect sampling (article 9811): reservoirs, partition functions, and the laws of the samplers."""

from functools import cache
from itertools import pairwise
from math import prod

from sympy import KroneckerDelta

from chapter_ledgers.viterbi_sampling import segmentations
from kexue.proof import Integer, Ledger, Rational, Relation, Sum, diff, exp, log, positive, square
from kexue.proof.samplers import law

LENGTH = 6


def ledgers():
    return [reservoir(), logsumexp(), partition(), path_law(), lattices(), one_pass(), extremes(), gradients()]


def reservoir():
    """1: R(i, k) is the probability that the i-th of k candidates is kept; the k-th replaces with w_k/Z_k."""
    ledger = Ledger("Reservoir", article=9811)
    j, k = ledger.natural("j k")
    i = ledger.natural("i", upper=k)
    late = ledger.scalar("n", integer=True, nonnegative=True)
    u = ledger.scalar("u", nonnegative=True)
    w, Z, R = ledger.sequence("w Z R", positive=True)
    starts = ledger.assume("HZ1", Relation(Z(1), "=", w(1)), "the first")
    grows = ledger.assume("HZ", Relation(Z(k + 1), "=", Z(k) + w(k + 1)), "a running total", forall=[k])
    taken = ledger.assume("HR1", Relation(R(k, k), "=", w(k) / Z(k)), "accepted with w/Z", forall=[k])
    stays = ledger.assume(
        "HR",
        Relation(R(i, k + 1), "=", R(i, k) * (1 - w(k + 1) / Z(k + 1))),
        "kept when the next is not",
        forall=[i, k],
    )
    ledger.model({w: lambda _: Integer(1), Z: lambda k: k, R: lambda _, k: 1 / k})
    ledger.induction(
        Relation(Z(k), "=", Sum(w(j), (j, 1, k))), on=k, base=[starts], step=lambda ih: [ih, grows], why="Z", name="1a"
    )
    new, total, next_ = w(j + late + 1), Z(j + late), Z(j + late + 1)
    ledger.induction(
        Relation(R(j, j + late), "=", w(j) / Z(j + late)),
        on=late,
        base=[taken.at({k: j})],
        step=lambda ih: [
            ih * (1 - new / next_),
            stays.at({i: j, k: j + late}) * 1,
            grows.at({k: j + late}) * (w(j) / (total * next_)),
        ],
        why="every candidate has its share, whatever the order",
        name="1",
    )
    below = ledger.assume("Hu", Relation(u, "<", 1), "a uniform number")
    ledger.less(
        u * Z(1), w(1), "the first candidate is never rejected", by=[below * w(1), starts * u], name="loose: no loop"
    )
    return ledger


def logsumexp():
    """2: both branches are log(e^x + e^y), and neither exponentiates anything above 0."""
    ledger = Ledger("logsumexp", article=9811)
    x, y = ledger.scalar("x y")
    whole, branch = log(exp(x) + exp(y)), x + log(1 + exp(y - x))
    ledger.equal(whole, branch, "a branch", name="2a")
    ledger.equal(whole, y + log(1 + exp(x - y)), "the other", name="2b")
    ledger.cases(Relation(whole, "=", branch), [x <= y, x >= y], lambda _: [], "in either case", name="2")
    smaller = ledger.assume("H", y <= x, "x is the larger one")
    bounded = ledger.at_most(exp(y - x), 1, "no overflow", by=[ledger.exp(smaller) * exp(-x)], name="2c")
    inside = ledger.at_most(1 + exp(y - x), 2, "inside the logarithm", by=[bounded])
    ledger.at_most(whole, x + log(2), "nor in the result", by=[ledger.log(inside)], name="2d")
    return ledger


def partition():
    """3: positions 1, 2, …; B(r, n) weighs the segmentations that reach position n with r − 1 tokens, w(j, n) one."""
    ledger = Ledger("Partition function", article=9811)
    k, m, n, r = ledger.natural("k m n r")
    j = ledger.natural("i", upper=n)
    late = ledger.scalar("l", integer=True, nonnegative=True)
    w, B, Z, f, e = ledger.sequence("w B Z f e")
    begin = ledger.assume("HB0", Relation(B(1, 1), "=", 1), "the empty segmentation")
    nowhere = ledger.assume("HB1", Relation(B(1, n + 1), "=", 0), "without a token one stays", forall=[n])
    extend = ledger.assume(
        "HB", Relation(B(r + 1, n + 1), "=", Sum(B(r, j) * w(j, n + 1), (j, 1, n))), "one more token", forall=[r, n]
    )
    few = ledger.assume("HB2", Relation(B(m + n, n), "=", 0), "no more tokens than characters", forall=[m, n])
    initial = ledger.assume("HZ1", Relation(Z(1), "=", 1), "Z(∅)")
    recursion = ledger.assume(
        "HZ", Relation(Z(n + 1), "=", Sum(Z(j) * w(j, n + 1), (j, 1, n))), "the recursion of Z", forall=[n]
    )
    zero = {w: lambda *_: Integer(0), e: lambda _: Integer(0)}
    ledger.model(
        {**zero, B: lambda r, n: KroneckerDelta(r, 1) * KroneckerDelta(n, 1), Z: lambda n: KroneckerDelta(n, 1)}
    )

    def S(n):
        """The weight of all segmentations that reach n."""
        return Sum(B(r, n), (r, 1, n))

    shift = ledger.induction(
        Relation(Sum(f(r), (r, 1, m + 1)), "=", f(1) + Sum(f(r + 1), (r, 1, m))),
        on=m,
        step=lambda ih: [ih],
        why="shift",
    )
    g = ledger.sequence("g")
    exchange = ledger.induction(
        Relation(Sum(g(r, k), (k, 1, n), (r, 1, m)), "=", Sum(g(r, k), (r, 1, m), (k, 1, n))),
        on=m,
        step=lambda ih: [ih],
        why="finite sums commute",
    )
    enough = ledger.induction(
        Relation(Sum(B(r, k), (r, 1, k + late)), "=", S(k)),
        on=late,
        step=lambda ih: [ih, few.at({n: k, m: late + 1})],
        why="more tokens add nothing",
    )
    last = ledger.equal(
        Sum(B(r, j) * w(j, n + 1), (r, 1, n)),
        S(j) * w(j, n + 1),
        "the last token in front of which anything may stand",
        by=[enough.at({k: j, late: n - j}) * w(j, n + 1)],
    )
    graded = ledger.equal(
        S(n + 1),
        Sum(S(j) * w(j, n + 1), (j, 1, n)),
        "the weight of all segmentations obeys the recursion",
        by=[
            shift.at({f: lambda r: B(r, n + 1), m: n}),
            nowhere,
            ledger.sum(extend, r, 1, n),
            exchange.at({g: lambda r, j: B(r, j) * w(j, n + 1), m: n}),
            ledger.sum(last, j, 1, n),
        ],
        name="3a",
    )
    # Two solutions of the recursion differ by an e with e_1 = 0; the squares e_1² + … + e_n² are shown to vanish.
    no_start = ledger.assume("He1", Relation(e(1), "=", 0), "the same first value")
    differ = ledger.assume(
        "He", Relation(e(n + 1), "=", Sum(e(j) * w(j, n + 1), (j, 1, n))), "the same recursion", forall=[n]
    )
    size, weight = Sum(e(k) ** 2, (k, 1, n)), Sum(w(k, n + 1) ** 2, (k, 1, n))
    pairing = Sum(e(k) * w(k, n + 1), (k, 1, n))
    cross = e(k) * w(m, n + 1) - e(m) * w(k, n + 1)
    apart = ledger.sum(ledger.sum(ledger.at_most(0, cross**2, by=[square(cross)]), k, 1, n), m, 1, n)
    cauchy = ledger.at_most(pairing**2, size * weight, "Cauchy–Schwarz, by Lagrange's identity", by=[apart / 2])
    unique = ledger.induction(
        Relation(size, "≤", 0),
        on=n,
        base=[no_start * e(1)],
        step=lambda ih: [ih * (1 + weight), cauchy * 1, differ * (pairing + e(n + 1))],
        why="the recursion has one solution",
        name="3b",
    )
    same_start = ledger.equal(Z(1) - S(1), 0, "both start with 1", by=[initial, begin])
    same_step = ledger.equal(
        Z(n + 1) - S(n + 1), Sum((Z(j) - S(j)) * w(j, n + 1), (j, 1, n)), "and go on alike", by=[recursion, graded]
    )
    ledger.instance(
        unique, {e: lambda n: Z(n) - S(n)}, given=[same_start, same_step], why="Z weighs all segmentations", name="3"
    )
    return ledger


def path_law():
    """4, 5: the chance of a segmentation with token lengths d_1, …, d_r, its last tokens drawn as Z·w/Z says."""
    ledger = Ledger("The law of a path", article=9811)
    k, n, r = ledger.natural("k n r")
    α = ledger.scalar("α", positive=True)
    Z = ledger.function("Z", positive=True)
    s = ledger.function("s")
    d = ledger.sequence("d", integer=True, positive=True)

    def cut(k):
        return Sum(d(n), (n, 1, k))

    score = s(cut(k - 1), d(k))
    empty = ledger.assume("HZ0", Relation(Z(0), "=", 1), "Z(∅)")
    Q = ledger.sequence("Q", positive=True)
    first = ledger.assume("HQ1", Relation(Q(1), "=", Z(0) * exp(α * s(0, d(1))) / Z(d(1))), "one token")
    drawn = Z(cut(k)) * exp(α * s(cut(k), d(k + 1))) / Z(cut(k + 1))
    more = ledger.assume(
        "HQ", Relation(Q(k + 1), "=", Q(k) * drawn), "draws at different positions are independent", [k]
    )
    ledger.model({Z: lambda _: Integer(1), s: lambda *_: Integer(0), Q: lambda _: Integer(1)})
    ledger.induction(
        Relation(Q(r), "=", exp(α * Sum(score, (k, 1, r))) / Z(cut(r))),
        on=r,
        base=[first, empty * (exp(α * s(0, d(1))) / Z(d(1)))],
        step=lambda ih: [ih * drawn.subs(k, r), more.at({k: r})],
        why="the one-pass sampler is exact, for every text",
        name="4",
    )
    return ledger


def lattices():
    """3, 4, 5 and 7 on lattices of symbolic weights: forward filtering, backward sampling, marginals, forced cuts."""
    ledger = Ledger("Lattices", article=9811)
    edges = [(i, j) for i in range(LENGTH) for j in range(i + 1, LENGTH + 1)]
    w = dict(zip(edges, ledger.scalar(" ".join(f"w_{i}{j}" for i, j in edges), positive=True), strict=True))

    @cache
    def Z(j, start=0):
        return sum((Z(i, start) * w[i, j] for i in range(start, j)), Integer(0)) if j > start else Integer(1)

    def weight(cuts):
        return prod(w[e] for e in pairwise(cuts))

    def backwards(choose, end):
        """Forward filtering, backward sampling."""
        cuts = [end]
        while cuts[0]:
            cuts.insert(0, choose.among([Z(i) * w[i, cuts[0]] / Z(cuts[0]) for i in range(cuts[0])]))
        return tuple(cuts)

    for end in range(1, LENGTH + 1):
        ways = list(segmentations(end))
        ledger.equal(Z(end), sum(map(weight, ways)), f"all {len(ways)} segmentations of {end}", name="3")
        found = law(lambda choose, end=end: backwards(choose, end))
        assert set(found) == set(ways)
        for cuts in ways:
            ledger.equal(found[cuts], weight(cuts) / Z(end), f"cut at {', '.join(map(str, cuts[1:]))}", name="5")
    end = LENGTH - 1
    for i, j in [e for e in edges if e[1] <= end]:
        ledger.equal(
            w[i, j] * diff(log(Z(end)), w[i, j]),
            Z(i) * w[i, j] * Z(end, j) / Z(end),
            f"∂ log Z/∂ log w is what forward times backward gives for {i}–{j}",
            name="7a",
        )
        through = [cuts for cuts in segmentations(end) if (i, j) in pairwise(cuts)]
        ledger.equal(
            sum(map(weight, through)), Z(i) * w[i, j] * Z(end, j), "the weight of all paths through it", name="7b"
        )
    for cut in range(1, end):
        through = [cuts for cuts in segmentations(end) if cut in cuts]
        ledger.equal(
            sum(map(weight, through)),
            Z(cut) * Z(end, cut),
            "with a forced boundary, the parts are independent",
            name="7c",
        )
    return ledger


def one_pass():
    """4, 5: back-pointers drawn on the way forward, from the sampler's own loop; and another reading of it."""
    ledger = Ledger("One pass", article=9811)
    end = 4
    edges = [(i, j) for i in range(end) for j in range(i + 1, end + 1)]
    w = dict(zip(edges, ledger.scalar(" ".join(f"w_{i}{j}" for i, j in edges), positive=True), strict=True))

    @cache
    def Z(j):
        return sum(Z(i) * w[i, j] for i in range(j)) if j else Integer(1)

    def route(choose, length, value):
        """One pass: at each position a reservoir over its candidates, weighed by value(i, route to i) times w."""
        routes = {0: (0,)}
        for j in range(1, length + 1):
            total, kept = Integer(0), None
            for i in (i for i in range(j) if (i, j) in tokens):
                weight = value(i, routes[i]) * w[i, j]
                total += weight
                if choose(weight / total):
                    kept = (*routes[i], j)
            routes[j] = kept
        return routes[length]

    def weight(cuts):
        return prod(w[e] for e in pairwise(cuts))

    tokens = set(edges)
    for length in range(1, end + 1):
        found = law(lambda choose, length=length: route(choose, length, lambda i, _: Z(i)))
        for cuts in segmentations(length):
            ledger.equal(found[cuts], weight(cuts) / Z(length), f"cut at {', '.join(map(str, cuts[1:]))}", name="5")
    tokens = set(edges) - {(1, 3)}  # three segmentations of three characters: 0–3, 0–2–3, 0–1–2–3
    found = law(lambda choose: route(choose, 3, lambda _, cuts: weight(cuts)))
    a, b, c = ledger.scalar("a b c", positive=True)
    ways = {(0, 3): a, (0, 2, 3): b, (0, 1, 2, 3): c}
    short = {w[0, 3]: a, w[0, 2]: b, w[0, 1]: c, w[1, 2]: 1, w[2, 3]: 1}
    unit = dict.fromkeys((a, b, c), Integer(1))
    wrong = {(0, 3): b / (b + c) * a / (a + b) + c / (b + c) * a / (a + c)}
    wrong |= {(0, 2, 3): b / (b + c) * b / (a + b), (0, 1, 2, 3): c / (b + c) * c / (a + c)}
    chances = {(0, 3): Rational(1, 2), (0, 2, 3): Rational(1, 4), (0, 1, 2, 3): Rational(1, 4)}
    lines = {}
    for cuts in ways:
        lines[cuts] = ledger.equal(found[cuts].subs(short), wrong[cuts], "weighed by the sampled route: biased")
        ledger.instance(lines[cuts], unit, why=f"three equal ones: {chances[cuts]}", name="loose")
    ledger.equal(
        sum(abs(lines[cuts].rhs - weight / (a + b + c)) for cuts, weight in ways.items()) / 2,
        a * b * c * (2 * a + b + c) / ((a + b) * (a + c) * (b + c) * (a + b + c)),
        "how far it is from the exact law",
        name="loose: distance",
    )
    return ledger


def extremes():
    """6: α → ∞ and α = 0."""
    ledger = Ledger("Extremes", article=9811)
    i, k, n = ledger.natural("i k n")
    α, δ = ledger.scalar("α δ", positive=True)
    more = ledger.sequence("e", nonnegative=True)
    gap = δ + more(i)  # by which another segmentation scores less than the best
    others = Sum(exp(-α * gap), (i, 1, n))
    one = ledger.exp(ledger.at_most(-α * gap, -α * δ, "one of them", by=[positive(α * more(i))]))
    few = ledger.at_most(others, n * exp(-α * δ), "all others", by=[ledger.sum(one, i, 1, n)])
    ledger.at_most(
        1 - 1 / (1 + others),
        n * exp(-α * δ),
        "they weigh little",
        by=[few, positive(others**2 / (1 + others))],
        name="6a",
    )
    ledger.limit(n * exp(-α * δ), α, 0, "α → ∞ is Viterbi decoding", name="6b")
    Z = ledger.sequence("Z")
    start = ledger.assume("HZ1", Relation(Z(1), "=", 1), "Z(∅), at position 1")
    count = ledger.assume("HZ", Relation(Z(k + 1), "=", Sum(Z(i), (i, 1, k))), "α = 0: every weight is 1", forall=[k])
    ledger.model({Z: lambda k: KroneckerDelta(k, 1) / 2 + Integer(2) ** (k - 2)})
    total = ledger.induction(
        Relation(Sum(Z(i), (i, 1, k)), "=", 2 ** (k - 1)),
        on=k,
        base=[start],
        step=lambda ih: [ih * 2, count],
        why="a running total",
    )
    ledger.equal(Z(k + 1), 2 ** (k - 1), "segmentations of k characters", by=[count, total], name="6c")
    return ledger


def gradients():
    """7: what log Z knows of all n + 1 segmentations; s_i are scores, m_i numbers of tokens."""
    ledger = Ledger("Gradients of log Z", article=9811)
    i, n = ledger.natural("i n")
    α, s_0 = ledger.scalar("α s_0")
    t, A, B, w = ledger.scalar("t A B w", positive=True)
    m_0 = ledger.natural("m_0")
    s, m = ledger.sequence("s"), ledger.sequence("m", integer=True, positive=True)

    def total(f):
        return f(s_0, m_0) + Sum(f(s(i), m(i)), (i, 1, n))

    Z = total(lambda s, _: exp(α * s))
    mean = total(lambda s, _: s * exp(α * s) / Z)
    ledger.equal(diff(log(Z), α), mean, "expected score", name="7d")
    entropy = total(lambda s, _: -exp(α * s) / Z * log(exp(α * s) / Z))
    ledger.equal(entropy, log(Z) - α * mean, "entropy", name="7e")
    counted = total(lambda s, m: t**m * exp(α * s))
    number = total(lambda s, m: m * t**m * exp(α * s) / counted)
    ledger.equal(t * diff(log(counted), t), number, "expected number of tokens, at t = 1", name="7f")
    ledger.equal(
        w * diff(log(A + w * B), w), w * B / (A + w * B), "marginal of a token, paths without and with it", name="7"
    )
    return ledger
