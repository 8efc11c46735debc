"""Who is measured: the ways to call `kexue.unigram`, and the peers of `kexue.unigram.peers`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError

import numpy as np

from kexue.unigram import peers
from kexue.unigram.peers import PEERS, Ours, OursFlat


class OneByOne(Ours):
    """str in, a list of ids out, one call a text."""

    def call(self, texts: Sequence[str], alpha: float | None) -> peers.Call:
        encode, rng = self.model.encode, np.random.default_rng(0)
        return lambda: [encode(text, alpha, rng) for text in texts]


OURS = {"flat kernel": OursFlat, "batch, lists": Ours, "one call per line": OneByOne}
ALL = OURS | PEERS


def missing(name: str) -> str | None:
    """Why a contender cannot take part and how to get it, or None."""
    return peers.missing(ALL[name])


def release(name: str) -> str:
    """The installed version, or "missing"."""
    try:
        return ALL[name].release()
    except PackageNotFoundError:
        return "missing"
