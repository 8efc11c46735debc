"""Chance, read as a small probability space: some coin tosses, and independent coordinates with the declared moments.

An expectation is then a finite sum, exact up to rounding.
"""

import mpmath
from mpmath import mpf

from kexue.proof.kernel.terms import Expect, Relation, head, heads
from kexue.proof.numeric.domain import DIGITS, FINE, TOLERANCE, OutOfDomain

BITS = 3  # coin tosses that make up the small probability space of expectations
OUTCOMES = 2**BITS
COORDINATES = 6  # of i.i.d. sequences in one expectation, each of which multiplies the number of its terms
SKEW = mpf("0.3")  # of what no moment determines


class CoordinateNeeded(Exception):
    """A coordinate is asked for whose value has not been chosen yet."""

    def __init__(self, place):
        self.place = place


class Outcomes:
    """The part of a numeric model that reads what is random."""

    def mean(self, e, bound, outcome):
        """The average over the outcomes of chance, or over those that some information does not tell apart."""
        body, *information = e.args
        if not heads(self.context.unfold(body)) & set(self.context.moments):
            alike = self.outcomes_like(outcome, *information)
            return mpmath.fsum(self.scalar(body, bound, w) for w in alike) / len(alike)
        if information:
            raise OutOfDomain("i.i.d. sequences have no numeric reading given some information")
        around, self.coordinates = self.coordinates, {}
        try:
            return self.mean_over_coordinates(body, bound)
        finally:
            self.coordinates = around

    def mean_over_coordinates(self, body, bound):
        """The mean by the values of one coordinate after another, as they are asked for."""
        try:
            return mpmath.fsum(self.scalar(body, bound, w) for w in range(OUTCOMES)) / OUTCOMES
        except CoordinateNeeded as needed:
            place = needed.place
        if len(self.coordinates) >= COORDINATES:
            raise OutOfDomain("too many coordinates for a number")
        total = mpf(0)
        for value, weight in self.law_of(place[0]):
            self.coordinates[place] = value
            total += weight * self.mean_over_coordinates(body, bound)
        del self.coordinates[place]
        return total

    def depends_on_chance(self, e):
        """Whether something random occurs in an unfolded expression or relation outside of E[…]."""
        if isinstance(e, Relation):
            return self.depends_on_chance(e.lhs) or self.depends_on_chance(e.rhs)
        if isinstance(e, Expect) and len(e.args) == 1:
            return False
        return head(e) in self.context.random or any(map(self.depends_on_chance, e.args))

    def _at_every_coordinate(self, relation, strictly, outcome):
        """Whether a relation holds for each value of the coordinates that it asks for outside of means."""
        try:
            return self.holds(relation, strictly, outcome)
        except CoordinateNeeded as needed:
            place = needed.place
        if len(self.coordinates) >= COORDINATES:
            raise OutOfDomain("too many coordinates for a number")
        try:
            for value, _ in self.law_of(place[0]):
                self.coordinates[place] = value
                if not self._at_every_coordinate(relation, strictly, outcome):
                    return False
            return True
        finally:
            self.coordinates.pop(place, None)

    def coordinate(self, e, bound):
        """One coordinate of an i.i.d. sequence: its value in the mean that is being taken, or a sample."""
        place = head(e), self.scalar(e.args[0], bound, None)
        if self.coordinates is not None:
            if place not in self.coordinates:
                raise CoordinateNeeded(place)
            return self.coordinates[place]
        if place not in self.values:
            self.values[place] = self.rng.choice(self.law_of(place[0]))[0]
        return self.values[place]

    def law_of(self, sequence):
        """[(value, probability)] of a coordinate, with the moments that were declared."""
        self.marks.add("law")
        if (key := ("law", sequence)) not in self.waves:
            declared = self.context.moments[sequence]
            with mpmath.workdps(DIGITS + FINE):
                self.waves[key] = law({k: self.scalar(m, {}, None) for k, m in declared.items()})
        return self.waves[key]

    def outcomes_like(self, outcome, information=None):
        """The outcomes of chance that agree with one on what some information determines."""
        if information is None or outcome is None:
            return range(OUTCOMES)
        bits = self.bits(information)
        return [w for w in range(OUTCOMES) if w >> (BITS - bits) == outcome >> (BITS - bits)]

    def bits(self, information):
        """How many of the coin tosses that make up chance some information knows: the coarser, the fewer."""
        known = self.context.known
        coarser = [g for g in known if known[g] <= known[information]]
        if len(known) >= BITS or any(not (known[g] <= known[h] or known[h] <= known[g]) for g in known for h in known):
            raise OutOfDomain("only chains of information have a numeric reading")
        return len(coarser)

    def told(self, name, outcome):
        """What of the outcome a random thing may depend on."""
        if outcome is None or name not in self.context.random:
            return None
        bits = [self.bits(g) for g, known in self.context.known.items() if name in known]
        return outcome >> (BITS - min(bits)) if bits else outcome


def law(declared):
    """A law on two or three points with given moments {k: E[w^k]}, k ≤ 4: Gauss quadrature; what is open is chosen."""
    mean = declared.get(1, mpmath.sqrt(declared[2]) / 2 if 2 in declared else mpf(1) / 2)
    variance = declared.get(2, mean**2 + 1) - mean**2
    if variance <= 0:
        raise OutOfDomain(f"no law has the variance {variance}, or one that does not vary")
    third = declared.get(3, mean**3 + 3 * mean * variance + SKEW * variance ** mpf("1.5"))
    moments = [mpf(1), mean, mean**2 + variance, third]
    if 4 in declared:  # the fifth is one of a normal law
        moments += [declared[4], mean**5 + 10 * mean**3 * variance + 15 * mean * variance**2]
    size = len(moments) // 2
    hankel = mpmath.matrix([[moments[i + j] for j in range(size)] for i in range(size)])
    if mpmath.det(hankel) <= TOLERANCE:
        raise OutOfDomain("no law has such moments, or one on fewer points")
    powers = mpmath.lu_solve(hankel, [-moments[i + size] for i in range(size)])
    nodes = mpmath.polyroots([1, *reversed(list(powers))], maxsteps=200, extraprec=200)
    nodes = [mpmath.re(x) for x in nodes]
    weights = mpmath.lu_solve(mpmath.matrix([[x**i for x in nodes] for i in range(size)]), moments[:size])
    return list(zip(nodes, weights, strict=True))
