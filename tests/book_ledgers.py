"""The ledgers of a chapter, proved once for all tests of one process that look at them."""

from functools import cache

from kexue.lab.ledgers import Derivation, derivations, derived
from kexue.proof.crosscheck import confirming


@cache
def chapter(slug: str) -> Derivation:
    """What the derivation page of a chapter makes; random points confirm it when the page itself is run."""
    with confirming(0):
        return derived(slug, derivations()[slug])
