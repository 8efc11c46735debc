"""Whether hypotheses can hold together: a numeric model of them is looked for.

From hypotheses that contradict each other everything follows. A model shows that these do not: numbers, vectors and
functions inside the declarations for which every one of them holds (those that say "for all" are tried at several
values). Finding none proves nothing, and is said.
"""

import random
from copy import copy

from sympy import Integer, Symbol, oo

from kexue.proof.budget import within
from kexue.proof.kernel.terms import Undecided
from kexue.proof.numeric import Model, OutOfDomain

TRIES = 30
SLOW_TRIES = 5  # where infinite sums or integrals have to be evaluated
CONSTANTS = (0, 1, 2, -1)
READING = 10.0  # seconds that the value of one hypothesis may take: far above the 0.3 s of the slowest one in the book
DRAWS = 12  # values at which a hypothesis that speaks of all of them is tried


def model_of(context, hypotheses, declared, own=()):
    """What kind of model satisfies the hypotheses, in words; None when none was met.

    That a series or an integral converges no number can say, and the value of one only where it does so fast: such
    hypotheses are named in the answer as not read. ``own`` are the author's models: what heads stand for; else all is
    random, or constant.
    """
    plain = [({}, "a random model")]
    plain += [(_constants(context, declared, c), f"a model in which everything free is {c}") for c in CONSTANTS]
    endless = {h for h in hypotheses if _reaches_infinity(h.relation)}
    order = sorted(hypotheses, key=lambda h: (h in endless, h.name))
    if endless:  # constants first: integrals and series of anything else take long
        plain = [*plain[1:], plain[0]]
    for mapping, says in [*((m, "the author's model") for m in own), *plain]:
        for seed in range(SLOW_TRIES if endless else TRIES):
            model = Model(context, random.Random(seed), size=2 + seed % 4).substituted(mapping)
            unread = []
            for h in order:
                read = _holds(model, h, seed)
                if read is False or (read is None and h not in endless):
                    break
                if read is None:
                    unread.append(h.name)
            else:
                return says + (f" (not read: {', '.join(sorted(unread))})" if unread else "")
    return None


def _reaches_infinity(relation):
    return relation.op != "⇔" and any(side.has(oo) for side in (relation.lhs, relation.rhs))


def _holds(model, hypothesis, seed):
    """Whether a hypothesis held at every value at which it could be read; None if there was none."""
    read = None
    draws = 1 if not hypothesis.forall else 2 if _reaches_infinity(hypothesis.relation) else DRAWS
    for draw in range(draws):
        try:
            drawn = _redrawn(model, hypothesis.forall, f"{hypothesis.name} {seed} {draw}")
            with within(READING):
                holds = drawn.holds_surely(hypothesis.relation, strictly=True)
            if not holds:
                return False
            read = True
        except (OutOfDomain, ZeroDivisionError, Undecided):
            continue
    return read


def _redrawn(model, names, seed):
    """The model with other values for what a hypothesis speaks of in general, and the same ones for all else."""
    for made in (model.values, model.waves):
        for key in [key for key in made if {key[0], key[1]} & names]:
            del made[key]
    other = copy(model)
    other.rng = random.Random(seed)
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
