"""One short text a call, where what surrounds the loops would cost more than they do: memory is kept between calls."""

from __future__ import annotations

import math

import numpy as np

from kexue.unigram.decoding import decode_best
from kexue.unigram.sampling import sample_short
from kexue.unigram.weights import Weights

LINE = 1 << 12  # bytes of a text that is handled so


class Single:
    """Segments one text after the other, for one α. Not for two threads at once.

    Args:
        states: of the automaton. weights: for this α; scores for ∞.
    """

    def __init__(self, states: np.ndarray, weights: Weights, alpha: float):
        self._ids, self._offsets = np.empty(LINE, np.int32), np.zeros(2, np.int64)
        self._counts, self._failed = np.zeros(1, np.int64), np.zeros(1, np.uint8)
        self._model = states, weights.arrays, self._ids, self._counts, self._failed
        self._loop = self._best if alpha == math.inf else self._drawn

    def __call__(self, text: bytes, seed: int) -> list[int] | None:
        """The ids; ``None`` where there is no segmentation in the range of float64."""
        self._offsets[1] = len(text)
        n = self._loop(np.frombuffer(text, np.uint8), seed)
        if self._failed[0]:
            self._failed[0] = 0
            return None
        return self._ids[:n].tolist()

    def _best(self, text: np.ndarray, seed: int) -> int:  # noqa: ARG002  the same form as _drawn
        return decode_best(text, self._offsets, *self._model)

    def _drawn(self, text: np.ndarray, seed: int) -> int:
        return sample_short(text, self._offsets, 0, seed, 0, 1, *self._model)
