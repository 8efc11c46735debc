"""Derivations that a program checks: ``Ledger`` states them, ``kexue.proof.kernel`` decides them.

>>> from kexue.proof import Ledger, inner, norm2
>>> ledger = Ledger("Polarisation")
>>> u, v = ledger.vector("u v")
>>> ledger.equal(norm2(u + v) - norm2(u - v), 4 * inner(u, v), "expand both squares")
(1) ✓ ‖u + v‖² - ‖u - v‖² = 4*⟨u, v⟩
      expand both squares · identity

A step that is false is refuted by a point inside its assumptions, and raises:

>>> ledger.equal(norm2(u + v), norm2(u) + norm2(v), "drop the cross term")  # doctest: +ELLIPSIS
Traceback (most recent call last):
kexue.proof.steps.Refuted: step (2) “drop the cross term” of the ledger “Polarisation” is refuted...
"""

from sympy import Integer, Integral, Rational, Sum, exp, log, oo, pi, sqrt

from kexue.proof.kernel.terms import (
    Expect,
    IllFormed,
    ProofError,
    Relation,
    Undecided,
    Vec,
    diff,
    expect,
    inner,
    norm,
    norm2,
)
from kexue.proof.ledger import Ledger
from kexue.proof.printing import tex, text
from kexue.proof.steps import Part, Refuted, Step, positive, square

E = expect

__all__ = [
    "E",
    "Expect",
    "IllFormed",
    "Integer",
    "Integral",
    "Ledger",
    "Part",
    "ProofError",
    "Rational",
    "Refuted",
    "Relation",
    "Step",
]
__all__ += [
    "Sum",
    "Undecided",
    "Vec",
    "diff",
    "exp",
    "inner",
    "log",
    "norm",
    "norm2",
    "oo",
    "pi",
    "positive",
    "sqrt",
    "square",
]
__all__ += ["tex", "text"]
