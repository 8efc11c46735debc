"""What was found of expressions before: generators with their symbols, and answers that are remembered.

An answer is used again for the same expression under the same declarations, ranges and given facts; the facts that it
rested on are then rested on once more. Nothing here decides anything.
"""

from dataclasses import dataclass, field
from functools import wraps

from sympy import Dummy

LARGEST = 200_000  # answers, after which all are forgotten


@dataclass
class Memory:
    """Generators and answers of one ledger."""

    symbols: dict = field(default_factory=dict)  # generator: its symbol
    names: dict = field(default_factory=dict)  # symbol: its generator
    relations: dict = field(default_factory=dict)  # the symbol of a root: (q, radicand), for r^q = radicand
    answers: dict = field(default_factory=dict)
    indices: dict = field(default_factory=dict)  # (place, kind): a symbol that no statement contains

    def generator(self, expression):
        """The symbol that stands for an expression in polynomials."""
        if expression not in self.symbols:
            symbol = Dummy(f"g{len(self.symbols)}")
            self.names[symbol] = expression
            self.symbols[expression] = symbol
        return self.symbols[expression]

    def index(self, place, kind):
        """The symbol at one place of the list of those that stand for indices and variables of a kind."""
        name, sort, positive = kind
        if (place, kind) not in self.indices:
            self.indices[place, kind] = Dummy(name, positive=positive or None, **{sort: True})
        return self.indices[place, kind]

    def names_in(self, polynomial):
        """{symbol: generator} of a polynomial, in the order in which they were met."""
        found = [s for s in polynomial.free_symbols if s in self.names]
        return {s: self.names[s] for s in sorted(found, key=met)}

    def support(self, skeleton):
        """The symbols that a skeleton needs, roots before what stands under them, and the roots' relations."""
        needed, roots = set(skeleton.free_symbols), {}
        while new := [s for s in needed if s in self.relations and s not in roots]:
            roots |= {s: (s, *self.relations[s]) for s in new}
            needed = needed.union(*(roots[s][2].free_symbols for s in new))
        last_first = sorted(roots, key=met, reverse=True)
        return last_first + sorted(needed - set(roots), key=met), [roots[s] for s in last_first]


def met(symbol):
    """What sorts symbols of generators by the time at which they were made."""
    return symbol.dummy_index


def remembered(method):
    """A method of a normaliser that is asked once for each thing, as long as nothing that it may look at changes."""

    @wraps(method)
    def asked(self, *things):
        key = (method, *things, self.given, self.context.declared, (*self.bounds.items(),), (*self.rewrites.items(),))
        answers = self.memory.answers
        if key not in answers:
            before, self.used = self.used, set()
            try:
                answer = method(self, *things)
            finally:
                rested_on, self.used = self.used, before | self.used
            if len(answers) >= LARGEST:
                answers.clear()
            answers[key] = answer, rested_on
        answer, rested_on = answers[key]
        self.used |= rested_on
        return answer

    return asked
