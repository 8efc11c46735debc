"""Whether hypotheses can hold together: a numeric model of them is looked for.

From hypotheses that contradict each other everything follows. A model shows that these do not: numbers, vectors and
functions inside the declarations for which every one of them holds (those that say "for all" are tried at several
values). Finding none proves nothing, and is said.
"""

import random
from copy import copy

from sympy import Integer, Symbol, oo

from kexue.proof.numeric import Model, OutOfDomain

TRIES = 30
CONSTANTS = (0, 1, 2, -1)
DRAWS = 12  # values at which a hypothesis that speaks of all of them is tried


def model_of(context, hypotheses, declared, own=()):
    """What kind of model satisfies the hypotheses, in words; None when none was met.

    That a series or an integral converges, or what an improper one is, no number can say: such hypotheses are named in
    the answer as not read. ``own`` are the author's models: what heads stand for; else all is random, or constant.
    """
    plain = [({}, "a random model")]
    plain += [(_constants(context, declared, c), f"a model in which everything free is {c}") for c in CONSTANTS]
    unread = sorted(h.name for h in hypotheses if _reaches_infinity(h.relation))
    beside = f" (not read: {', '.join(unread)})" if unread else ""
    for mapping, says in [*((m, "the author's model") for m in own), *plain]:
        for seed in range(TRIES):
            model = Model(context, random.Random(seed), size=2 + seed % 4).substituted(mapping)
            if all(_holds(model, h, seed) for h in hypotheses if h.name not in unread):
                return says + beside
    return None


def _reaches_infinity(relation):
    return relation.op != "⇔" and any(side.has(oo) for side in (relation.lhs, relation.rhs))


def _holds(model, hypothesis, seed):
    """Whether a hypothesis could be read at one value at least, and held at each."""
    read = False
    for draw in range(DRAWS if hypothesis.forall else 1):
        try:
            if not _redrawn(model, hypothesis.forall, 1000 * seed + draw).holds(hypothesis.relation):
                return False
            read = True
        except (OutOfDomain, ZeroDivisionError):
            continue
    return read


def _redrawn(model, names, seed):
    """The model with other values for what a hypothesis speaks of in general."""
    other = copy(model)
    other.rng = random.Random(seed)
    other.values = {key: v for key, v in model.values.items() if key[0] not in names}
    other.waves = {key: v for key, v in model.waves.items() if key[1] not in names}
    other.overrides = {name: v for name, v in model.overrides.items() if name not in names}
    return other


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


def _always(value):
    return lambda *_: value


def _allowed(function, c):
    """A constant that a declared function may be."""
    kinds = function._kwargs
    if kinds.get("negative") or kinds.get("nonpositive"):
        return Integer(-1)
    return Integer(1) if kinds.get("positive") or kinds.get("nonzero") else Integer(c)
