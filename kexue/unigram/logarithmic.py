"""The sampler in logarithms: L_j = log Σ e^{L_{j−l} + αs}, for weights that leave the range of float64.

Slower by far, and never out of range: α may be 1000, and a text may be made of the rarest bytes. It draws from the same
streams as `kexue.unigram.drawing`, in the same order of candidates.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Int32, UInt8

from kexue.unigram.automaton import WINDOW
from kexue.unigram.compiling import compiled
from kexue.unigram.drawing import stream, uniform
from kexue.unigram.states import end_lists
from kexue.unigram.weights import Weights

STRETCH = 1 << 18  # bytes, or tokens, that one compiled call works on


class LogarithmicDocument:
    """A document of any length, sampled in logarithms.

    Args:
        text: uint8 bytes.
        states: of the automaton. scores: of αs.
        go_on: called between stretches of the text; what it raises ends the work.

    After construction ``log_partition`` is log Z, −∞ where there is no segmentation.
    """

    def __init__(
        self,
        text: UInt8[np.ndarray, " n"],
        states: np.ndarray,
        scores: Weights,
        go_on: Callable[[], None] = lambda: None,
    ):
        n, longest = text.size, scores.longest
        self.lists, self.L, self.scores, self.go_on = (
            np.empty(n, np.uint32),
            np.empty(n + longest),
            scores.arrays,
            go_on,
        )
        self.L[:longest] = -np.inf
        self.L[longest - 1] = 0.0
        end_lists(states, text, 0, longest, self.lists)
        for begin in range(0, n, STRETCH):
            go_on()
            _filter(self.lists, begin, min(begin + STRETCH, n), self.L, self.scores)
        self.log_partition = float(self.L[-1])

    def sample(self, seed: int, index: int, sample: int) -> Int32[np.ndarray, " tokens"]:
        """The ids of one sample of the document, the ``index``-th of its batch."""
        key, j, parts = np.uint64(stream(seed, index, sample)), self.lists.size, []
        while j > 0:
            self.go_on()
            ids = np.empty(min(j, STRETCH), np.int32)
            j, k = _draw_stretch(self.lists, j, key, self.L, self.scores, ids)
            parts.append(ids[k:])
        return np.concatenate([np.empty(0, np.int32), *parts[::-1]])


@compiled()
def _filter(lists, begin, end, L, scores):
    """L of the bytes from ``begin`` to ``end``."""
    for j in range(begin, end):
        q = scores[-1] + j
        L[q] = _sum(np.int64(lists[j]), q, L, scores)


@compiled()
def _draw_stretch(lists, j, key, L, scores, ids):
    """Draw from byte j downwards as many tokens as ``ids`` holds or the text has, from its end; the byte reached."""
    k = ids.size
    while j > 0 and k > 0:
        k -= 1
        size, ids[k] = _draw(np.int64(lists[j - 1]), scores[-1] + j - 1, uniform(key, j), L, scores)
        j -= size
    return j, k


@compiled()
def _sum(t, q, L, scores):
    """log Σ e^{L + αs} over the tokens of list t that end where L[q] is."""
    row, _, far, far_length, _, far_value, short, _ = scores
    most = -np.inf
    for n in range(WINDOW):
        most = max(most, L[q - 1 - n] + row[t * WINDOW + n])
    if t >= short:
        for r in range(far[t - short], far[t - short + 1]):
            most = max(most, L[q - far_length[r]] + far_value[r])
    if most == -np.inf:
        return most
    total = 0.0
    for n in range(WINDOW):
        total += np.exp(L[q - 1 - n] + row[t * WINDOW + n] - most)
    if t >= short:
        for r in range(far[t - short], far[t - short + 1]):
            total += np.exp(L[q - far_length[r]] + far_value[r] - most)
    return most + np.log(total)


@compiled()
def _draw(t, q, x, L, scores):
    """Bytes and id of the token at which the running sum of probabilities exceeds x; the last possible one at least."""
    row, row_id, far, far_length, far_id, far_value, short, _ = scores
    size, chosen = 0, np.int32(-1)
    for n in range(WINDOW):
        share = np.exp(L[q - 1 - n] + row[t * WINDOW + n] - L[q])
        if share > 0:
            size, chosen = n + 1, row_id[t * WINDOW + n]
        x -= share
        if x < 0:
            return size, chosen
    if t >= short:
        for r in range(far[t - short], far[t - short + 1]):
            share = np.exp(L[q - far_length[r]] + far_value[r] - L[q])
            if share > 0:
                size, chosen = np.int64(far_length[r]), far_id[r]
            x -= share
            if x < 0:
                break
    return size, chosen
