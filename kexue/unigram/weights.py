"""The numbers that a pass over a text needs of every list of tokens: scores for decoding, weights e^{αs} for sampling.

A list's row holds the number of its token of 1, 2, …, 8 bytes, or what stands for "none"; a row of float64 is one cache
line, and a sum over it needs no branch. Longer tokens are kept apart, for the few lists that have any.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from jaxtyping import Float64, Int32

from kexue.errors import UnigramError
from kexue.unigram.automaton import WINDOW, Automaton

STEP = 16  # positions after which a pass looks at the size of its numbers
RESCALE = 300  # … and rescales those beyond 2^±300
EXPONENTS = 1000  # float64 holds 2^±1022
LARGEST = 1e250  # of α·|score|


@dataclass(frozen=True, eq=False)
class Weights:
    """Numbers of an automaton's tokens, list by list.

    Args:
        row: of the tokens of 1 … 8 bytes. (lists·8,)
        row_id: their ids, −1 where there is none. (lists·8,)
        far: where the longer tokens of list ``short + i`` begin; 0 is never looked at. (lists − short + 1,)
        far_length, far_id, far_value: of these, longest first.
        short: the lists below this one have no longer tokens.
        longest: bytes of the longest token, at least 8.
        linear: whether e^{αs} is in the range of float64 wherever a pass rescales.
    """

    row: Float64[np.ndarray, " lists_by_8"]
    row_id: Int32[np.ndarray, " lists_by_8"]
    far: Int32[np.ndarray, " far_and_1"]
    far_length: Int32[np.ndarray, " far_tokens"]
    far_id: Int32[np.ndarray, " far_tokens"]
    far_value: Float64[np.ndarray, " far_tokens"]
    short: int
    longest: int
    linear: bool

    @property
    def arrays(self) -> tuple:
        """What the compiled loops take: all fields before ``linear``."""
        return (self.row, self.row_id, self.far, self.far_length, self.far_id, self.far_value, self.short, self.longest)


class Rows:
    """Makes the weights of one automaton, for one α after the other.

    Args:
        automaton: of `kexue.unigram.automaton.automaton`.
    """

    def __init__(self, automaton: Automaton):
        lists = automaton.first.size - 1
        of = np.repeat(np.arange(lists, dtype=np.int32), np.diff(automaton.first))
        near = automaton.length <= WINDOW
        self.automaton = automaton
        self.place = of[near]
        self.place *= WINDOW
        self.place += automaton.length[near] - 1
        self.near, self.distant = automaton.token[near], automaton.token[~near]
        self.row_id = np.full(lists * WINDOW, -1, np.int32)
        self.row_id[self.place] = automaton.ids[self.near]
        counts = np.bincount(of[~near] - automaton.short, minlength=lists - automaton.short)
        self.far = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        self.far_length = automaton.length[~near]

    def __call__(self, alpha: float) -> Weights:
        """Weights e^{αs}, 0 for "none"."""
        return self._of(np.exp(self._tempered(alpha)), 0.0, self._is_linear(alpha))

    def scores(self, alpha: float = 1.0) -> Weights:
        """Scores αs, −∞ for "none"."""
        return self._of(self._tempered(alpha), -inf, False)

    def _tempered(self, alpha: float) -> Float64[np.ndarray, " tokens"]:
        """αs, of which no sum leaves the range of float64."""
        if not alpha * -float(self.automaton.scores.min()) <= LARGEST:
            raise UnigramError(
                f"alpha is {alpha}, too large for this model's scores: use None for the best segmentation"
            )
        return alpha * self.automaton.scores

    def _of(self, value: Float64[np.ndarray, " tokens"], none: float, linear: bool) -> Weights:
        row = np.full(self.row_id.size, none)
        row[self.place] = value[self.near]
        longest = max(self.automaton.longest, WINDOW)
        far = (self.far, self.far_length, self.automaton.ids[self.distant], value[self.distant])
        return Weights(row, self.row_id, *far, self.automaton.short, longest, linear)

    def _is_linear(self, alpha: float) -> bool:
        """In one step of a pass numbers shrink by at most the least weight each, and grow by less than 2^8."""
        least = alpha * -float(self.automaton.scores.min()) / np.log(2)
        return bool(RESCALE + STEP * max(least, 8) <= EXPONENTS)
