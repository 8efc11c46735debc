"""What a test may want and a machine may lack."""

import pytest

from kexue.unigram.peers import Peer, missing


def needs(peer: type[Peer]) -> None:
    """Skip the test where a peer is not installed; the reason says how to get it."""
    if why := missing(peer):
        pytest.skip(why)
