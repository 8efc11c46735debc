"""Normal forms of expectations: linear, conditional ones as projections, moments of i.i.d. coordinates."""

from sympy import Add, Dummy, Integer, Mul, Sum, Tuple, ff, oo
from sympy.core.function import AppliedUndef
from sympy.utilities.iterables import multiset_partitions

from kexue.proof.kernel.terms import CondVec, Expect, IllFormed, Inner, Undecided, head


class Chance:
    """The part of a normaliser that knows that E is linear, and what conditioning does."""

    def chance(self, e):
        """The heads through which an expression is random: none for E[X], the information for E[X | G]."""
        if isinstance(e, (Expect, CondVec)):
            return set(e.args[1:])
        own = {head(e)} & self.context.random
        return own.union(*map(self.chance, e.args))

    def is_known(self, e, information):
        """Whether a value is determined by some information; by none, when it does not depend on chance."""
        return self.chance(e) <= (self.knows(information) if information is not None else set())

    def knows(self, information):
        """The heads that some information determines."""
        if information not in self.context.known:
            raise IllFormed(f"E[… | {information}] is conditioned on what is not declared as information")
        return self.context.known[information]

    def expect(self, e):
        """E[Σ c X] = Σ c E[X], where c is known."""
        body, *given = e.args
        information = given[0] if given else None
        parts = self.monomials(self.unfold(body), lambda g: not self.is_known(g, information))
        return sum((c * self.expect_of(kept, information) for c, kept in parts if c != 0), Integer(0))

    def expect_of(self, term, information):
        """E[term | information] of one product of generators, none of which is known."""
        if term == 1:
            return Integer(1)
        if isinstance(term, Sum) and term.limits[-1][2] is not oo and self.is_known(Tuple(*term.limits), information):
            return self.skeleton(Sum(expectation(term.function, information), *term.limits))
        if (moment := self.moment(term)) is not None and information is None:
            return moment
        return self.tower(term, information)

    # -- conditional expectations

    def tower(self, term, information):
        """E[k E[a | G] b] with k known by G: a symmetric form of a and b, which is E[k a] when b is known too."""
        factors = separate(term)
        conditional = [f for f in factors if self.projections(f)]
        if not conditional:
            return self.generator(expectation(term, information))
        first = min(conditional, key=lambda f: f.sort_key())
        G = self.projections(first)[0]
        factors.remove(first)
        unknown = [f for f in factors if not self.is_known(strip(f, G), G)]
        if information is not None and not self.knows(information) <= self.knows(G):
            return self.generator(expectation(term, information))
        if isinstance(first, Inner):
            return self.paired(first, factors, unknown, G, information)
        known = Mul(*(strip(f, G) for f in factors if f not in unknown))
        if not unknown:
            return self.skeleton(expectation(known * first.args[0], information))
        if len(unknown) > 1:
            return self.generator(expectation(term, information))
        a, b = sorted((first.args[0], strip(unknown[0], G)), key=lambda w: w.sort_key())
        return self.generator(expectation(known * Expect(a, G) * b, information))

    def paired(self, pair, others, unknown, G, information):
        """E[k ⟨E[u | G], v⟩] with k known: ⟨u, v⟩ when u or v is known, else in a symmetric form."""
        u, v = (strip(w, G) for w in pair.args)
        k = Mul(*others)
        if unknown:
            return self.generator(expectation(k * pair, information))
        if self.is_known(u, G) or self.is_known(v, G):
            return self.skeleton(expectation(k * Inner(u, v), information))
        u, v = sorted((u, v), key=lambda w: w.sort_key())
        return self.generator(expectation(k * Inner(CondVec(u, G), v), information))

    def projections(self, factor):
        """The information on which a factor, E[X | G] or ⟨E[u | G], v⟩, is conditioned."""
        if isinstance(factor, Inner):
            return [w.args[1] for w in factor.args if isinstance(w, CondVec)]
        return [factor.args[1]] if isinstance(factor, Expect) and len(factor.args) == 2 else []

    def conditional_vector(self, v, information):
        """E[Σ c v | G] = Σ c E[v | G] for known c, E[v | G] = v for known v, E[E[v | H] | G] = E[v | G] for G in H."""
        terms = []
        for c, u, limits in self.linear(self.unfold(v)):
            if not self.is_known(Tuple(c, *(end for limit in limits for end in limit[1:])), information):
                raise Undecided(
                    f"{c}, or an end of a sum, is not known given {information}, and stands before a vector in "
                    f"E[{v} | {information}]"
                )
            if isinstance(u, CondVec) and self.knows(information) <= self.knows(u.args[1]):
                u = u.args[0]
            terms.append((c, u if self.is_known(u, information) else CondVec(u, information), limits))
        return terms

    # -- moments of i.i.d. coordinates

    def moment(self, term):
        """E Π_j Σ_{i ≤ N} g_j(w_i), by which indices agree: Σ over partitions π of N(N−1)…(N−|π|+1) Π_blocks E Π g_j.

        None when the term is not a product of such sums, or of single coordinates.
        """
        factors = separate(term)
        if not self.chance(term) <= set(self.context.moments):
            return None
        if not all(isinstance(f, Sum) for f in factors):
            return self.moment_of_coordinates(factors)
        ranges = {f.limits[0][1:] for f in factors}
        k = Dummy("k", integer=True, positive=True)
        bodies = [f.function.xreplace({f.limits[0][0]: k}) for f in factors]
        if len(ranges) > 1 or any(len(f.limits) > 1 for f in factors) or not all(self.at_index(b, k) for b in bodies):
            return None
        ((lower, upper),) = ranges
        if upper is oo or self.chance(Tuple(lower, upper)) or not self.at_least(lower, 1):
            return None
        size, total = upper - lower + 1, Integer(0)
        for blocks in multiset_partitions(list(range(len(bodies)))):
            law = [self.coordinate(Mul(*(bodies[j] for j in block)), k) for block in blocks]
            if None in law:
                return None
            total += self.skeleton(ff(size, len(blocks)).expand(func=True)) * Mul(*law)
        return total

    def at_index(self, body, k):
        """Whether a summand depends on k through coordinates at k alone."""
        coordinates = {f for f in body.atoms(AppliedUndef) if head(f) in self.context.moments}
        plain = body.xreplace({f: Dummy() for f in coordinates})
        return all(f.args == (k,) for f in coordinates) and k not in plain.free_symbols

    def moment_of_coordinates(self, factors):
        """E of a product of functions of single coordinates, whose indices must be known to agree or to differ."""
        groups, k = {}, Dummy("k", integer=True, positive=True)
        for f in factors:
            places = {c.args[0] for c in f.atoms(AppliedUndef) if head(c) in self.context.moments}
            place = places.pop() if len(places) == 1 else None
            if place is None or not self.at_index(f.subs(place, k), k):
                return None
            same = next((g for g in groups if self.is_zero(g - place)), place)
            if not all(g == same or (self.sign(g - same) or (0, False))[1] for g in groups):
                return None
            groups[same] = groups.get(same, Integer(1)) * f.subs(place, k)
        law = [self.coordinate(body, k) for body in groups.values()]
        return None if None in law else Mul(*law)

    def coordinate(self, body, k):
        """E of a function of the coordinates at one index: independent sequences multiply, powers are moments."""
        numerator, denominator = self.fraction(body)
        total = Integer(0)
        for term in Add.make_args(numerator.expand()):
            part, by_name = Integer(1), {}
            for factor in Mul.make_args(self.restore(term) / self.restore(denominator)):
                names = frozenset(self.chance(factor))
                by_name[names] = by_name.get(names, Integer(1)) * factor
            if sum(map(len, by_name)) > len(set().union(*by_name)):
                return None
            for names, factor in by_name.items():
                part *= self.power_moment(factor, next(iter(names)), k) if len(names) == 1 else self.plain(factor, k)
            total += part
        return total

    def plain(self, factor, k):
        """A factor that does not depend on chance, or the expectation of one that mixes sequences."""
        if not self.chance(factor):
            return self.skeleton(factor)
        return self.generator(Expect(factor.xreplace({k: Integer(1)})))

    def power_moment(self, factor, name, k):
        base, power = factor.as_base_exp()
        if base == name(k) and power in self.context.moments[name]:
            return self.skeleton(self.context.moments[name][power])
        return self.generator(Expect(factor.xreplace({k: Integer(1)})))


def separate(product):
    """The factors of a product, a whole positive power as a repeated one."""
    factors = []
    for f in Mul.make_args(product):
        base, power = f.as_base_exp()
        whole = power.is_Integer and power > 0
        factors += [base] * int(power) if whole else [f]
    return factors


def expectation(e, information):
    return Expect(e) if information is None else Expect(e, information)


def strip(e, G):
    """A factor or vector without its conditioning on G."""
    return e.args[0] if isinstance(e, (Expect, CondVec)) and e.args[1:] == (G,) else e
