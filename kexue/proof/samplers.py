"""The exact law of a small random program: every run is taken, with its probability as an expression.

>>> from sympy import symbols
>>> from kexue.proof.samplers import law
>>> a, b, c = symbols("a b c", positive=True)
>>> def reservoir(choose):
...     kept, total = 0, a
...     for i, w in ((1, b), (2, c)):
...         total += w
...         if choose(w / total):
...             kept = i
...     return kept
>>> law(reservoir)[2].cancel()
c/(a + b + c)
"""

from functools import lru_cache

from sympy import Add, Float, Integer, cancel, sympify

from kexue.proof.kernel.terms import ProofError


class Choices:
    """The random choices of one run: those of a given beginning again, then the first way each time."""

    def __init__(self, beginning):
        self.beginning, self.taken, self.probability = beginning, [], Integer(1)

    def __call__(self, probability):
        """True with a probability, False otherwise."""
        return self.among([1 - sympify(probability), probability]) == 1

    def among(self, probabilities):
        """The index i with the i-th of several probabilities; those that are 0 are never taken."""
        probabilities = tuple(map(sympify, probabilities))
        if any(p.has(Float) for p in probabilities):
            raise ProofError(
                f"exact probabilities were expected, not {_said(probabilities)}; write Rational(1, 2) for 0.5"
            )
        if not _are_chances(probabilities):
            raise ProofError(f"the probabilities {_said(probabilities)} are not those of a choice")
        ways = [i for i, p in enumerate(probabilities) if p != 0]
        place = len(self.taken)
        way = self.beginning[place][0] if place < len(self.beginning) else 0
        self.taken.append((way, len(ways)))
        self.probability *= probabilities[ways[way]]
        return ways[way]


@lru_cache(maxsize=1024)  # every run meets choices of those before it again
def _are_chances(probabilities):
    return cancel(Add(*probabilities) - 1) == 0 and not any(p.is_negative for p in probabilities)


def _said(probabilities):
    return ", ".join(map(str, probabilities))


def law(program, most=100_000):
    """{outcome: probability} of ``program(choose)``, where ``choose(p)`` is True with probability p.

    Arguments: ``program``, whose outcome must be hashable; ``most``, the largest number of runs.
    Raises :class:`ProofError` when there are more runs than that (a program that may go on for ever, say).
    """
    found, beginning = {}, []
    for _ in range(most):
        choose = Choices(beginning)
        found.setdefault(program(choose), []).append(choose.probability)
        beginning = choose.taken
        while beginning and beginning[-1][0] + 1 == beginning[-1][1]:
            beginning.pop()
        if not beginning:
            return {outcome: Add(*parts) for outcome, parts in found.items()}
        way, ways = beginning.pop()
        beginning.append((way + 1, ways))
    raise ProofError(f"more than {most} runs: the program may go on for ever; bound it, or raise most=…")
