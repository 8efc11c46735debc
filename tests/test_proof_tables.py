"""What the kernel must prove, and what it must never prove: tables of statements, by subject."""

import pytest
import test_proof_kernel as algebra
from proof_tables import analysis, attacks, chance, edges, inference
from proof_tables.board import Board

from kexue.proof import Ledger, ProofError

TRUE = {**analysis.TRUE, **chance.TRUE, **inference.TRUE}
ATTACKS = {**attacks.ATTACKS, **edges.EDGES}
FALSE = {**analysis.FALSE, **chance.FALSE, **inference.FALSE}


@pytest.mark.parametrize("name", TRUE)
def test_true_statements_are_proved(name):
    assert TRUE[name](Board()).verdict == "proved"


@pytest.mark.parametrize("name", FALSE)
def test_false_or_unprovable_statements_are_not(name):
    board = Board()
    with pytest.raises(
        ProofError, match=r"undecided|refuted|instance of step|not a statement|assumption|another ledger|by=\[…\] takes"
    ):
        FALSE[name](board)


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_fail(name):
    """None is proved, and none gets as far as a contradiction with numbers, which would be a :class:`KernelFault`."""
    with pytest.raises(ProofError):
        ATTACKS[name](Ledger(name))


def test_the_tables_are_large():
    """At least 150 of each, with the tables of algebra."""
    assert len(TRUE) + len(algebra.TRUE) + len(algebra.AT_MOST) >= 150
    assert len(FALSE) + len(algebra.FALSE) + len(algebra.NOT_AT_MOST) >= 150
