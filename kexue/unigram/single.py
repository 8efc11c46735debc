"""One short text a call, where what surrounds the loops would cost more than they do: memory is kept between calls."""

from __future__ import annotations

import math

import numpy as np

from kexue.unigram.compiling import compiled
from kexue.unigram.decoding import decode_best
from kexue.unigram.drawing import WAYS, draw_alone
from kexue.unigram.filtering import START, STOP, filter_forward
from kexue.unigram.states import end_lists
from kexue.unigram.weights import STEP, Weights

LINE = 1 << 12  # bytes of a text that is handled so


class Single:
    """Segments one text after the other, for one α. Not for two threads at once.

    Args:
        states: of the automaton. weights: for this α; scores for ∞.
    """

    def __init__(self, states: np.ndarray, weights: Weights, alpha: float):
        self._ids, self._bounds = np.empty(LINE, np.int32), np.zeros(2, np.int64)
        self._counts, self._failed = np.zeros(1, np.int64), np.zeros(1, np.uint8)
        self._model = states, weights.arrays
        most = LINE // STEP + 2
        lists, A = np.empty(LINE, np.uint32), np.empty(LINE + weights.longest * most)
        self._space = lists, A, np.zeros((most, 5), np.int64), np.empty((WAYS, most), np.int64)
        self._is_best = alpha == math.inf

    def __call__(self, text: bytes, seed: int) -> list[int] | None:
        """The ids; ``None`` where there is no segmentation in the range of float64."""
        data = np.frombuffer(text, np.uint8)
        self._bounds[1] = n = len(text)
        if self._is_best:
            k, n = 0, decode_best(data, self._bounds, *self._model, self._ids, self._counts, self._failed)
        else:
            k = _drawn(data, self._bounds, seed, *self._model, *self._space, self._ids, self._failed)
        if self._failed[0]:
            self._failed[0] = 0
            return None
        return self._ids[k:n].tolist()


@compiled()
def _drawn(text, bounds, seed, states, weights, lists, A, segments, marks, ids, failed):
    """The sample of document 0, as `sample_short` draws it, into ids[k : n]; k."""
    row, row_id, far, far_length, far_id, far_value, short, longest = weights
    end_lists(states, text, 0, longest, lists)
    forward = row, far, far_length, far_value, short, longest
    count, _, _ = filter_forward(lists, bounds, 0, 0, forward, A, segments, failed)
    if count == 0:
        return text.size
    last = count - 1
    backward = row, row_id, far, far_length, far_id, far_value, short
    j = segments[last, STOP] - segments[last, START]
    return draw_alone(lists, segments, 0, last, j, 0, seed, 0, backward, A, ids, text.size, marks, 0)[2]
