"""Analysis and chance: what the kernel must prove, and what it must never prove."""

import pytest
from proof_tables import analysis, chance
from proof_tables.board import Board

from kexue.proof import ProofError

TRUE = {**analysis.TRUE, **chance.TRUE}
FALSE = {**analysis.FALSE, **chance.FALSE}


@pytest.mark.parametrize("name", TRUE)
def test_true_statements_are_proved(name):
    assert TRUE[name](Board()).verdict == "proved"


@pytest.mark.parametrize("name", FALSE)
def test_false_or_unprovable_statements_are_not(name):
    board = Board()
    with pytest.raises(ProofError, match=r"undecided|refuted|instance of step|not a statement|assumption"):
        FALSE[name](board)
