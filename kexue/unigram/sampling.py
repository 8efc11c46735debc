"""Samples of many short documents in one compiled call, and of a long one block by block.

Short documents are worked on in groups of 8 KB, whose numbers stay in a core's cache. A long document is cut into
blocks of 1 MB; the filter runs over all of them once, keeping only what each begins with, and once more over each
before it is drawn, so that the memory it takes does not grow with the document.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Int32, UInt8

from kexue.unigram.automaton import Automaton
from kexue.unigram.compiling import compiled
from kexue.unigram.drawing import WAYS, draw_four
from kexue.unigram.filtering import DOCUMENT, LEAST, OFFSET, STOP, filter_forward
from kexue.unigram.joining import draw_block, quarters
from kexue.unigram.states import end_lists
from kexue.unigram.weights import STEP, Weights

SHORT = 1 << 14  # bytes of a short document
GROUP = 1 << 13  # bytes of short documents that are worked on together
MANY = 1 << 10  # documents that are worked on together
BLOCK = 1 << 20  # bytes of a long document that are worked on together


@compiled()
def sample_short(text, offsets, first, seed, begin, samples, states, weights, ids, counts, failed):
    """Draw ``samples`` segmentations of every document; each has at most `SHORT` bytes.

    Args:
        text, offsets: uint8 bytes of all documents; document d is text[offsets[d] : offsets[d + 1]].
        first, begin: sample s of document d is drawn from the stream of (seed, first + d, begin + s).
        states: of the automaton. weights: the fields of `Weights` before ``linear``.
        ids: int32, at least samples × bytes long; what is drawn, document by document, sample by sample.
        counts: int64 (documents·samples,), zeros; becomes how many ids each sample has.
        failed: uint8 (documents,), zeros; becomes 1 where no segmentation was found in the range of float64.

    Returns:
        The number of ids.
    """
    row, row_id, far, far_length, far_id, far_value, short, longest = weights
    forward = row, far, far_length, far_value, short, longest
    backward = row, row_id, far, far_length, far_id, far_value, short
    size, most = min(SHORT, offsets[-1] - offsets[0]), min(MANY, offsets.size)
    most += size // STEP + 2
    lists, A = np.empty(size + longest, np.uint32), np.empty(size + longest * most)
    segments, marks, sample = np.zeros((most, 5), np.int64), np.empty((WAYS, most), np.int64), np.zeros(WAYS, np.int64)
    k, reached = np.empty(WAYS, np.int64), np.empty(WAYS, np.int64)
    d, total = 0, 0
    while d < offsets.size - 1:
        last = _group(offsets, d, samples)
        base, bounds = offsets[d], offsets[d : last + 1] - offsets[d]
        end_lists(states, text[base : offsets[last]], 0, longest, lists)
        count, _, _ = filter_forward(lists, bounds, first + d, 0, forward, A, segments, failed[d:last])
        for s in range(0, samples, WAYS):
            low, high = quarters(segments, count, True)
            for way in range(WAYS):
                k[way] = total + segments[max(high[way], 1) - 1, STOP]
                if samples > 1:  # each way draws the whole document
                    low[way], high[way], sample[way] = 0, count if s + way < samples else 0, s + way
                    k[way] = total + bounds[-1] * (way + 1)
            reached[:] = 0
            sample += begin
            draw_four(lists, segments, low, high, seed, sample, backward, A, ids, k, marks, reached)
            sample -= begin
            for way in range(WAYS):
                total = _collected(segments, low[way], high[way], marks[way], k[way], ids, total,
                                   counts[sample[way] :: samples], first)  # fmt: skip
        d = last
    return total


@compiled()
def _group(offsets, d, samples):
    """The end of the documents that are worked on together with d; of several samples, d alone."""
    last = d + 1
    most = min(offsets.size - 1, d + MANY) if samples == 1 else last
    while last < most and offsets[last + 1] - offsets[d] <= GROUP:
        last += 1
    return last


@compiled()
def _collected(segments, low, high, marks, bottom, ids, total, counts, first):
    """Count what was drawn of the documents of a way, and move it down to ``total``; the new total."""
    for i in range(low, high):
        if i + 1 == high or segments[i + 1, OFFSET] == 0:  # the document's last segment
            n = marks[i] - bottom
            counts[segments[i, DOCUMENT] - first] = n
            for h in range(n):
                ids[total + h] = ids[bottom + h]
            bottom, total = marks[i], total + n
    return total


class LongDocument:
    """A document of any length, sampled block by block.

    Args:
        text: uint8 bytes, at least one.
        automaton, weights: of the model, weights ``linear``.
        sizes: bytes of every id.
        go_on: called between blocks; what it raises ends the work.

    After construction ``failed`` tells whether no segmentation was found in the range of float64.
    """

    def __init__(
        self,
        text: UInt8[np.ndarray, " n"],
        automaton: Automaton,
        weights: Weights,
        sizes: np.ndarray,
        go_on: Callable[[], None] = lambda: None,
    ):
        w, self.go_on = weights, go_on
        self.text, self.states, self.longest, self.sizes = text, automaton.states, w.longest, sizes
        self.forward = w.row, w.far, w.far_length, w.far_value, w.short, w.longest
        self.backward = w.row, w.row_id, w.far, w.far_length, w.far_id, w.far_value, w.short
        size = min(text.size, BLOCK)
        segments = size // STEP + 2
        self.lists = np.empty(size + 2 * w.longest, np.uint32)
        self.A, self.segments = np.empty(size + w.longest * (segments + 1)), np.zeros((segments, 5), np.int64)
        self.blocks = -(-text.size // BLOCK)
        self.begins = np.zeros((self.blocks + 1, w.longest))
        self.begins[0, -1] = 1.0
        self.log_partition = 0.0
        self.failed = not all(self._begin(b) for b in range(self.blocks))

    def _filter(self, b: int) -> tuple[int, int]:
        """Filter block b: where its last A lies, and the power of two that it is in units of."""
        self.go_on()
        context = min(self.longest, b * BLOCK)
        block = self.text[b * BLOCK - context : (b + 1) * BLOCK]
        end_lists(self.states, block, context, self.longest, self.lists)
        self.A[: self.longest] = self.begins[b]
        self.count, last, power = filter_forward(
            self.lists,
            np.array([context, block.size]),
            0,
            b * BLOCK,
            self.forward,
            self.A,
            self.segments,
            np.zeros(0, np.uint8),
        )
        self.current = b
        return last, power

    def _begin(self, b: int) -> bool:
        """Filter block b and keep what the next one begins with."""
        last, power = self._filter(b)
        window = self.A[last + 1 - self.longest : last + 1]
        faint = (window > 0) & (window < LEAST)
        if not window.max() > 0 or faint.any() or (b + 1 == self.blocks and not window[-1] > 0):
            return False
        self.begins[b + 1] = window / window.max()
        size = window[-1] if b + 1 == self.blocks else window.max()  # Z is the last A
        self.log_partition += float(np.log(size) + power * np.log(2))
        return True

    def sample(self, seed: int, index: int, sample: int) -> Int32[np.ndarray, " tokens"]:
        """The ids of one sample of the document, the ``index``-th of its batch."""
        ids, merged = np.empty(self.text.size, np.int32), np.empty(self.lists.size, np.int32)
        k, j = ids.size, 0
        for b in range(self.blocks - 1, -1, -1):
            if self.current != b:
                self._filter(b)
            self.segments[: self.count, DOCUMENT] = index
            k, j = draw_block(
                self.lists,
                self.segments,
                self.count,
                j,
                seed,
                sample,
                self.backward,
                self.A,
                ids,
                k,
                merged,
                self.sizes,
            )
        return ids[k:]
