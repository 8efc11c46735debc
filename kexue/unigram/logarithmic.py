"""The sampler in logarithms: L_j = log Σ e^{L_{j−l} + αs}, for weights that leave the range of float64.

Slower by far, and never out of range: α may be 1000, and a text may be made of the rarest bytes. It draws from the same
streams as `kexue.unigram.drawing`, in the same order of candidates.
"""

from __future__ import annotations

import numpy as np

from kexue.unigram.automaton import WINDOW
from kexue.unigram.compiling import compiled
from kexue.unigram.drawing import stream, uniform
from kexue.unigram.states import end_lists


@compiled()
def sample_logarithmic(text, first, seed, begin, samples, states, scores, ids, counts):
    """Draw ``samples`` segmentations of one document.

    Args:
        text: uint8 bytes. first, begin: the document's index, the first sample's number.
        scores: the fields of `Weights` before ``linear``, of αs.
        ids: int32, samples × bytes long. counts: int64 (samples,); how many ids each sample has.

    Returns:
        log Z, −∞ where there is no segmentation; and the number of ids.
    """
    n, longest, total = text.size, scores[-1], 0
    lists, L = np.empty(n, np.uint32), np.full(n + longest, -np.inf)
    end_lists(states, text, 0, longest, lists)
    L[longest - 1] = 0.0
    for j in range(n):
        L[longest + j] = _sum(np.int64(lists[j]), longest + j, L, scores)
    if L[longest + n - 1] == -np.inf:
        return -np.inf, 0
    for s in range(samples):
        key, j, k = stream(seed, first, begin + s), n, total + n
        while j > 0:
            k -= 1
            size, ids[k] = _draw(np.int64(lists[j - 1]), longest + j - 1, uniform(key, j), L, scores)
            j -= size
        counts[s] = total + n - k
        for h in range(counts[s]):
            ids[total + h] = ids[k + h]
        total += counts[s]
    return L[longest + n - 1], total


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
