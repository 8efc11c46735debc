"""Whether hypotheses can hold together: a numeric model of them is looked for.

From hypotheses that contradict each other everything follows. A model shows that these do not: numbers, vectors and
functions inside the declarations for which every one of them holds (those that say "for all" are tried at several
values: random ones, the ends of ranges, 0, ±1 and large ones). Finding none proves nothing, and is said.
"""

import random
from copy import copy
from itertools import product
from math import prod

from mpmath import mpf
from sympy import Add, Integer, Symbol, exp, oo, pi, sqrt

from kexue.proof.budget import within
from kexue.proof.kernel.terms import IllFormed, Undecided, is_vector, substitute
from kexue.proof.numeric import Divergent, Model, OutOfDomain, admits

TRIES = 30
SLOW_TRIES = 5  # where infinite sums or integrals have to be evaluated
CONSTANTS = (0, 1, 2, -1)
READING = 10.0  # seconds that the value of one hypothesis may take: far above the 0.3 s of the slowest one in the book
DRAWS = 12  # values at which a hypothesis that speaks of all of them is tried
EXTREME, SLOW_EXTREME = 20, 2  # extreme ones beside them; where infinite sums or integrals have to be evaluated
TERMS = 300  # of the finite sums, and values of the model, in a reading at extreme values
WHOLE = (0, 1, -1, 2, 3, 12, 100, 2000, -2000)
REAL = (0, 1, -1, 1000, -1000, mpf(1) / 1000)
LARGE = 1000  # the scale of large vectors and functions


def model_of(context, hypotheses, declared, own=()):
    """What kind of model satisfies the hypotheses, in words; None when none was met.

    That something converges is not read where no number is found for it and nothing shows that it diverges; such
    hypotheses are named in the answer. ``own`` are the author's models: what heads stand for; else all is random, or
    constant, or functions are bell curves.
    """
    plain = [(_constants(context, declared, c), f"a model in which everything free is {c}") for c in CONSTANTS]
    endless = {h for h in hypotheses if _reaches_infinity(h.relation)}
    order = sorted(hypotheses, key=lambda h: (h in endless, h.name))
    spoken_of = set().union(*(context.spoken_of(h.relation) for h in hypotheses))
    own, chance = [(m, "the author's model") for m in own if spoken_of & set(m)], [({}, "a random model")]
    if endless:  # random ones last: integrals and series of anything else take long
        bells = (_bells(context, declared), "a model in which functions are bell curves")
        groups, seeds = [own, [*plain, bells], chance], range(SLOW_TRIES)
    else:
        groups, seeds = [[*own, *chance], *([one] for one in plain)], range(TRIES)
    for group in groups:
        for seed, (mapping, says) in product(seeds, group):
            model = Model(context, random.Random(seed), size=2 + seed % 4).substituted(mapping)
            unread = _unread(model, order, seed)
            if unread is not None:
                return says + (f" (not read: {', '.join(sorted(unread))})" if unread else "")
    return None


def _unread(model, order, seed):
    """The names of the hypotheses that hold in a model as far as it can be read; None where one fails.

    Only that something converges may stay unread: a value that nobody knows could be any.
    """
    unread = []
    for h in order:
        read = holds_in(model, h, seed)
        if read is False or (read is None and h.relation.rhs is not oo):
            return None
        if read is None:
            unread.append(h.name)
    return unread


def _reaches_infinity(relation):
    return relation.op != "⇔" and any(side.has(oo) for side in (relation.lhs, relation.rhs))


def holds_in(model, hypothesis, seed=0):
    """Whether a hypothesis held at every value at which it could be read; None if there was none."""
    endless = _reaches_infinity(hypothesis.relation)
    draws = 1 if not hypothesis.forall else 2 if endless else DRAWS
    read = _reads(
        [_redrawn(model, hypothesis.forall, f"{hypothesis.name} {seed} {i}") for i in range(draws)], hypothesis
    )
    if read is False or not hypothesis.forall:
        return read
    extremes = _extremes(model, hypothesis, SLOW_EXTREME if endless else EXTREME)
    found = _reads((lambda s=s: _extreme(model, s) for s in extremes), hypothesis)
    return read if found is None else found


def _reads(models, hypothesis):
    read = None
    for make in models:
        try:
            holds = _reading(make(), hypothesis.relation)
        except Divergent:
            return False
        except (OutOfDomain, ZeroDivisionError, Undecided):
            continue
        if not holds:
            return False
        read = True
    return read


def _reading(model, relation):
    """Whether a relation holds in a model: one whose sides are the same there does, if they have a number at all."""
    try:
        with within(READING):
            return model.holds_surely(relation, strictly=True)
    except Divergent:
        raise
    except OutOfDomain:
        if not _is_trivial(model, relation):
            raise
        return True


def _is_trivial(model, relation):
    """Whether the two sides become one and the same expression where the model says what heads stand for."""
    if relation.op not in ("=", "≤", "≥") or relation.rhs is oo or is_vector(relation.lhs):
        return False
    try:
        left, right = (substitute(side, model.overrides) for side in (relation.lhs, relation.rhs))
    except IllFormed:
        return False
    return left == right


def _redrawn(model, names, seed):
    """How to make the model with other values for what a hypothesis speaks of in general, and the same for all else."""

    def make():
        other = _without(model, names)
        other.rng = random.Random(seed)
        return other

    return make


def _without(model, names):
    """The model with nothing said of some names."""
    for made in (model.values, model.waves):
        for key in [key for key in made if {key[0], key[1]} & names]:
            del made[key]
    other = copy(model)
    other.overrides = {name: v for name, v in model.overrides.items() if name not in names}
    return other


def _extremes(model, hypothesis, most):
    """Settings {name: (what, how)} for what a hypothesis speaks of in general: all that there are, or some of them."""
    names = sorted(hypothesis.forall, key=lambda name: (_depends(model, name, hypothesis.forall), str(name)))
    ways = [_ways(name) for name in names]
    rng = random.Random(hypothesis.name)
    if prod(map(len, ways)) <= most:
        chosen = product(*ways)
    else:
        chosen = [[rng.choice(way) for way in ways] for _ in range(most)]
    return [dict(zip(names, way, strict=True)) for way in chosen]


def _depends(model, name, names):
    """Whether the range of a symbol speaks of others that vary with it: those get their values first."""
    ends = model.context.bounds.get(name, ())
    return any(end is not None and end.free_symbols & names for end in ends)


def _ways(name):
    """Extreme values of a symbol, scales of vectors and functions, and constants for functions."""
    if isinstance(name, Symbol):
        return [("value", v) for v in (WHOLE if name.is_integer else REAL)] + [("end", 0), ("end", 1)]
    scales = [("scale", 0), ("scale", LARGE)]
    return scales if isinstance(name, str) else [*scales[1:], *(("constant", c) for c in (0, 1, -1, LARGE, -LARGE))]


def _extreme(model, settings):
    """The model with extreme values; raises :class:`OutOfDomain` where the declarations exclude them."""
    other = _without(model, set(settings))
    other.rng, other.quota, other.scales = random.Random(0), [TERMS], {}
    for name, (what, value) in settings.items():
        if what == "scale":
            other.scales[name] = value
        elif what == "constant":
            other.overrides[name] = _always(_admitted(name, value))
        else:
            set_value(other, name, value if what == "value" else other.range_of(name)[value])
    return other


def set_value(model, symbol, value):
    """Give a symbol a value that it may have."""
    if value is None or not admits(symbol, mpf(value), *model.range_of(symbol)):
        raise OutOfDomain(f"{symbol} may not be {value}")
    model.values[(symbol, None)] = mpf(value)


def _admitted(function, c):
    """A constant that a declared function may be."""
    kinds = function._kwargs
    if any(value is not None and getattr(Integer(c), f"is_{kind}") != value for kind, value in kinds.items()):
        raise OutOfDomain(f"{function} may not be {c}")
    return Integer(c)


def _constants(context, declared, c):
    """Vectors are 0; numbers and functions that may be c, are; the others are random, functions with a sign ±1."""
    mapping = {}
    for name in declared:
        if name in context.fixed or name in context.definitions or name in context.known:
            continue
        if isinstance(name, str):
            mapping[name] = lambda *_: Integer(0)
        elif isinstance(name, Symbol):
            free = not name.is_integer and name not in context.bounds and name.is_positive is None
            mapping |= {name: Integer(c)} if free and name.is_negative is None and name.is_zero is None else {}
        else:
            mapping[name] = _always(_allowed(name, c))
    return mapping


def _bells(context, declared):
    """Functions are e^{−Σ x²} over its integral, vectors and all else as in :func:`_constants`."""
    mapping = _constants(context, declared, 0)
    for name in mapping:
        if not isinstance(name, (str, Symbol)) and name not in context.sequences and _allowed(name, 1) == 1:
            mapping[name] = _bell
    return mapping


def _bell(*at):
    numbers = [x for x in at if not is_vector(x)]
    return exp(-Add(*(x**2 for x in numbers))) / sqrt(pi) ** len(numbers)


def _always(value):
    return lambda *_: value


def _allowed(function, c):
    """A constant that a declared function may be."""
    kinds = function._kwargs
    if kinds.get("negative") or kinds.get("nonpositive"):
        return Integer(-1)
    return Integer(1) if kinds.get("positive") or kinds.get("nonzero") else Integer(c)
