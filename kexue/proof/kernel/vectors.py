"""Normal forms of vectors and of their inner products: linear forms, and Gram entries."""

from sympy import Add, Dummy, Integer, KroneckerDelta, Mul, Sum, Symbol, Tuple, oo

from kexue.proof.kernel.sums import index, nested
from kexue.proof.kernel.terms import (
    CondVec,
    Diff,
    IllFormed,
    Inner,
    OrthonormalVec,
    Partial,
    Undecided,
    Vec,
    is_vector,
    outermost,
)


class Vectors:
    """The part of a normaliser that knows that ⟨·, ·⟩ is bilinear and symmetric."""

    def linear(self, v):
        """A vector as [(coefficient, generator, limits of the sums it stands under)], each index of summation fresh."""
        if isinstance(v, Vec):
            v = v.func(v.name, *map(self.canonical, v.indices))
            return self.linear(self.rewrites[v]) if v in self.rewrites else [(Integer(1), v, ())]
        if isinstance(v, Diff):
            self.canonical(v.args[0])  # what is differentiated is defined
            return self.linear(self.derivative(self.unfold(v.args[0]), v.args[1]))
        if isinstance(v, Partial):
            self.require_smooth(v.of)
            return [(Integer(1), Partial(self.at_canonical(v.of), *v.orders), ())]
        if isinstance(v, CondVec):
            return self.conditional_vector(*v.args)
        if isinstance(v, Add):
            return [term for part in v.args for term in self.linear(part)]
        if isinstance(v, Sum):
            body, name, lower, upper = outermost(v)
            self.require_range(v)
            if upper is oo:
                raise Undecided(f"{v}: a series of vectors has no normal form")
            k = Dummy(name.name, **name.assumptions0)
            terms = self.linear(body.xreplace({name: k}))
            return [(c, g, ((k, lower, upper), *limits)) for c, g, limits in terms]
        if isinstance(v, Mul):
            vector = next(f for f in v.args if is_vector(f))
            return [(v / vector * c, g, limits) for c, g, limits in self.linear(vector)]
        if v == 0:
            return []
        raise IllFormed(f"a number where a vector is expected: {v}")

    def inner(self, e):
        u, v = map(self.unfold, e.args)
        if not all(w == 0 or is_vector(w) for w in (u, v)):
            raise IllFormed(f"an inner product with a number where a vector is expected: {e}")
        left, right = self.linear(u), self.linear(v)
        for w in (u, v) if not (left and right) else ():
            self.canonical(w)  # what is multiplied by the zero vector is defined all the same
        return Add(*(self.product(a, b) for a in left for b in right))

    def product(self, left, right):
        """⟨c u, d v⟩ = c d ⟨u, v⟩, under the sums that u and v stand under."""
        (c, u, outer), (d, v, inner) = left, right
        if not (outer or inner):
            return self.skeleton(c) * self.skeleton(d) * self.gram(u, v)
        try:
            return self.skeleton(nested(c * d * Inner(u, v), (*outer, *inner)))
        except Undecided:  # finite sums commute, and one order may be easier to sift
            return self.skeleton(nested(c * d * Inner(u, v), (*inner, *outer)))

    def gram(self, u, v):
        for w in (u, v):
            if isinstance(w, OrthonormalVec):
                self.require_natural(w, w.indices)
                if len(w.indices) != 1:
                    raise IllFormed(f"{w}: an orthonormal family has one index")
        if isinstance(u, OrthonormalVec) and isinstance(v, OrthonormalVec) and u.name == v.name:
            return self.delta(KroneckerDelta(u.indices[0], v.indices[0]))
        return self.generator(Inner(*sorted((u, v), key=lambda w: w.sort_key())))

    def canonical_vector(self, v):
        coefficients = {}
        for c, generator, limits in self.linear(self.unfold(v)):
            names, used = {}, Tuple(generator, c, *(end for limit in limits for end in limit[1:])).atoms(Symbol)
            for level, (k, *_) in enumerate(limits):
                names[k] = index(level, k.is_positive, used)
                used.add(names[k])
            key = generator.xreplace(names), tuple(Tuple(*limit).xreplace(names) for limit in limits)
            coefficients[key] = coefficients.get(key, 0) + c.xreplace(names)
        terms = [(self.canonical(c), g, limits) for (g, limits), c in coefficients.items()]
        return Add(*(Sum(c * g, *limits) if limits else c * g for c, g, limits in terms))
