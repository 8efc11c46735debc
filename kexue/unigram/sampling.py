"""Samples of many documents in one compiled call: filter a block of text forward, then draw its tokens backward.

Short documents share a block of 16 KB, which stays in a core's cache. A long one is cut into blocks of 1 MB; the filter
runs over all of them once, keeping only what each begins with, and once more over each before it is drawn, so that the
memory needed does not grow with the document.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from kexue.unigram.drawing import draw_alone, draw_four
from kexue.unigram.filtering import DOCUMENT, OFFSET, START, STOP, filter_forward, start_document
from kexue.unigram.states import end_lists
from kexue.unigram.weights import STEP

GROUP = 1 << 14  # bytes of short documents that are worked on together
BLOCK = 1 << 20  # bytes of a long document that are worked on together
MANY = 1 << 10  # documents of a group
WAYS = 4  # drawn at once


@njit(cache=True, nogil=True)
def sample_documents(text, offsets, first, seed, samples, states, weights, sizes, ids, counts, failed, stop):
    """Draw ``samples`` segmentations of every document.

    Args:
        text, offsets: uint8 bytes of all documents; document d is text[offsets[d] : offsets[d + 1]].
        first: index of the first document: document d draws from the stream of (seed, first + d, sample).
        states: of the automaton. weights: the fields of `Weights` before ``linear``. sizes: bytes of every id.
        ids: int32, at least samples × bytes long; what is drawn, document by document, sample by sample.
        counts: int64 (documents·samples,); how many ids each sample has.
        failed: uint8 (documents,); becomes 1 where no segmentation was found, or none in the range of float64.
        stop: uint8 (1,); set to 1 from outside, it ends the loop soon.

    Returns:
        The number of ids.
    """
    row, row_id, far, far_length, far_id, far_value, short, longest = weights
    forward = row, far, far_length, far_value, short, longest
    backward = row, row_id, far, far_length, far_id, far_value, short
    space = _space(offsets, longest)
    d, total = 0, 0
    while d < offsets.size - 1 and not stop[0]:
        last = _group(offsets, d, samples)
        if samples == 1 and offsets[last] - offsets[d] <= BLOCK:
            bounds = offsets[d : last + 1]
            total = _short(text, bounds, first + d, seed, states, forward, backward, space, ids, total, sizes,
                           counts[d * samples : last * samples], failed[d:last])  # fmt: skip
        else:
            total = _long(text[offsets[d] : offsets[last]], first + d, seed, samples, states, forward, backward, space,
                          ids, total, sizes, counts[d * samples : last * samples], failed[d:last], stop)  # fmt: skip
        d = last
    return total


@njit(cache=True, nogil=True)
def _space(offsets, longest):
    """lists, A, segments, marks and merged, as large as the largest block needs them."""
    most = 0
    for d in range(offsets.size - 1):
        most = max(most, offsets[d + 1] - offsets[d])
    size = min(max(most, min(GROUP, offsets[-1])), BLOCK)
    documents = min(MANY, offsets.size)
    segments = documents + size // STEP + 2
    A = np.empty(size + longest * segments)
    lists, merged = np.empty(size + longest, np.uint32), np.empty(size + longest, np.int32)
    return lists, A, np.zeros((segments, 5), np.int64), np.empty(segments, np.int64), merged


@njit(cache=True, nogil=True)
def _group(offsets, d, samples):
    """The end of the documents that are worked on together with d: one, or several short ones."""
    last = d + 1
    if samples == 1:
        most = min(offsets.size - 1, d + MANY)
        while last < most and offsets[last + 1] - offsets[d] <= GROUP:
            last += 1
    return last


@njit(cache=True, nogil=True)
def _short(text, bounds, first, seed, states, forward, backward, space, ids, total, sizes, counts, failed):
    """One sample each of documents that fit in a block."""
    lists, A, segments, marks, merged = space
    longest, base = forward[5], bounds[0]
    end_lists(states, text[base : bounds[-1]], 0, longest, lists)
    top = count = 0
    for d in range(bounds.size - 1):
        if bounds[d] == bounds[d + 1]:
            continue
        start_document(A, top, longest)
        begin = top, count
        span = bounds[d] - base, bounds[d + 1] - base
        top, count, last, _ = filter_forward(lists, span[0], span[1], first + d, 0, forward, A, top, segments, count)
        if last < 0 or not 0 < A[last] < np.inf:
            failed[d] = 1
            top, count = begin
    if bounds.size > 2:
        return _drawn_group(lists, segments, count, first, seed, backward, A, ids, total, marks, counts)
    out = ids[total : total + bounds[-1] - base]
    k, _ = _drawn_block(lists, segments, count, 0, seed, backward, A, out, out.size, marks, merged, sizes)
    counts[0] = out.size - k
    return _forward(ids, total + k, total, out.size - k)


@njit(cache=True, nogil=True)
def _quarters(segments, count, whole):
    """Four ranges of segments of about the same number of bytes; beginning with a document where ``whole``."""
    edges = np.empty(WAYS + 1, np.int64)
    edges[0], i = 0, 0
    for way in range(1, WAYS):
        goal = segments[0, START] + (segments[count - 1, STOP] - segments[0, START]) * way // WAYS
        while i < count and (segments[i, START] < goal or (whole and segments[i, OFFSET] > 0)):
            i += 1
        edges[way] = i
    edges[WAYS] = count
    return edges


@njit(cache=True, nogil=True)
def _forward(ids, source, target, n):
    """Move n ids down; the end of where they are now."""
    for h in range(n):
        ids[target + h] = ids[source + h]
    return target + n


@njit(cache=True, nogil=True)
def _drawn_group(lists, segments, count, first, seed, backward, A, ids, total, marks, counts):
    """Draw the documents of a group, a quarter of them in each way; every way begins and ends with a document."""
    counts[:] = 0
    if count == 0:
        return total
    edges = _quarters(segments, count, True)
    low, high, reached = edges[:-1], edges[1:], np.zeros(WAYS, np.int64)
    k = np.empty(WAYS, np.int64)
    for way in range(WAYS):
        k[way] = total + segments[high[way] - 1, STOP] if high[way] else total
    draw_four(lists, segments, low, high, seed, np.zeros(WAYS, np.int64), backward, A, ids, k, marks, reached)
    for way in range(WAYS):
        bottom = k[way]
        for i in range(low[way], high[way]):
            if i + 1 == high[way] or segments[i + 1, OFFSET] == 0:  # the document's last segment
                counts[segments[i, DOCUMENT] - first] = marks[i] - bottom
                bottom = marks[i]
        total = _forward(ids, k[way], total, bottom - k[way])
    return total


@njit(cache=True, nogil=True)
def _drawn_block(lists, segments, count, begin, seed, backward, A, out, end, marks, merged, sizes):
    """Draw a block of one document from its end on, byte ``begin`` ≤ 0, into out[… : end].

    Returns:
        Where the ids begin, and the byte ≤ 0 of the block's first segment that was reached.
    """
    if count < WAYS:
        j = begin + segments[count - 1, STOP] - segments[count - 1, START] if count else 0
        _, j, k = draw_alone(lists, segments, 0, max(count - 1, 0), j, 0, seed, 0, backward, A, out, end, marks)
        return k, j
    edges = _quarters(segments, count, False)
    low, high = edges[:-1], edges[1:]
    k, reached = np.empty(WAYS, np.int64), np.zeros(WAYS, np.int64)
    size = segments[count - 1, STOP] - segments[0, START]
    for way in range(WAYS):
        k[way] = end - size + segments[high[way] - 1, STOP] - segments[0, START] if high[way] else end - size
    tops = k.copy()
    reached[WAYS - 1] = begin
    draw_four(lists, segments, low, high, seed, np.zeros(WAYS, np.int64), backward, A, out, k, marks, reached)
    target, j = end, begin
    for way in range(WAYS - 1, -1, -1):
        if low[way] == high[way]:
            continue
        mine = j == 0 or way == WAYS - 1  # what was drawn began where it should
        if mine:
            m, f, j = tops[way], merged.size, reached[way]
        else:
            m, f, j = _merge(lists, segments, low[way], high[way], j, seed, backward, A, out, k[way], tops[way],
                             reached[way], marks, merged, sizes)  # fmt: skip
        kept, found = m - k[way], merged.size - f
        target -= found
        _move(out, k[way], target - kept, kept)
        out[target : target + found] = merged[f:]
        target -= kept
    return target, j


@njit(cache=True, nogil=True)
def _move(out, source, target, n):
    """Move n ids, which may overlap where they go."""
    if target > source:
        for h in range(n - 1, -1, -1):
            out[target + h] = out[source + h]
    elif target < source:
        for h in range(n):
            out[target + h] = out[source + h]


@njit(cache=True, nogil=True)
def _merge(lists, segments, low, high, j, seed, backward, A, out, k, m, reached, marks, merged, sizes):
    """Follow the way that enters at byte j < 0 until it meets the one that was drawn from byte 0.

    Args:
        k, m: the ids of the latter, out[k : m], last first. reached: where it ended.

    Returns:
        m, below which its ids stand; where in ``merged`` those of the former begin; the byte ≤ 0 reached in the end.
    """
    f, i = merged.size, high - 1
    v = segments[i, STOP]
    j += segments[i, STOP] - segments[i, START]
    while j <= 0 and i > low:
        i -= 1
        j += segments[i, STOP] - segments[i, START]
    while True:
        at = segments[i, START] + j
        while v > at and m > k:
            m -= 1
            v -= sizes[out[m]]
        if v == at:
            return m, f, reached
        if v > at or m == k:  # nothing is left to meet
            _, j, f = draw_alone(lists, segments, low, i, j, 0, seed, 0, backward, A, merged, f, marks)
            return k, f, j
        i, j, f = draw_alone(lists, segments, low, i, j, v, seed, 0, backward, A, merged, f, marks)
        if i == low and j <= 0:
            return k, f, j


@njit(cache=True, nogil=True)
def _long(text, document, seed, samples, states, forward, backward, space, ids, total, sizes, counts, failed, stop):
    """All samples of one document of any length."""
    _, A, segments, _, _ = space
    n, longest = text.size, forward[5]
    blocks = max(1, (n + BLOCK - 1) // BLOCK)
    begins = np.empty((blocks, longest))
    start_document(begins[0], 0, longest)
    count = 0
    for b in range(blocks):
        if stop[0]:
            return total
        count, last = _filtered(text, b, begins[b], document, states, forward, space)
        if last < 0 or not 0 < A[last] < np.inf:
            failed[0] = 1
            return total
        if b + 1 < blocks:
            begins[b + 1] = A[last + 1 - longest : last + 1] / A[last + 1 - longest : last + 1].max()
    if samples == 1:
        return _once(
            text, document, seed, count, begins, states, forward, backward, space, ids, total, sizes, counts, stop
        )
    for sample in range(0, samples, WAYS):
        if stop[0]:
            return total
        some = counts[sample : sample + WAYS]
        total = _several(
            text, document, seed, sample, count, begins, states, forward, backward, space, ids, total, some
        )
    return total


@njit(cache=True, nogil=True)
def _filtered(text, b, begin, document, states, forward, space):
    """Filter a document's block; how many segments it has, and where its last A lies (−1: nowhere)."""
    lists, A, segments, _, _ = space
    longest = forward[5]
    context = min(longest, b * BLOCK)
    block = text[b * BLOCK - context : (b + 1) * BLOCK]
    end_lists(states, block, context, longest, lists)
    A[:longest] = begin
    if block.size == context:
        return 0, longest - 1
    _, count, last, _ = filter_forward(lists, context, block.size, document, b * BLOCK, forward, A, 0, segments, 0)
    return count, last


@njit(cache=True, nogil=True)
def _once(text, document, seed, count, begins, states, forward, backward, space, ids, total, sizes, counts, stop):
    """One sample of one document, whose last block has been filtered."""
    lists, A, segments, marks, merged = space
    k, j = total + text.size, 0
    for b in range(begins.shape[0] - 1, -1, -1):
        if stop[0]:
            return total
        if b + 1 < begins.shape[0]:
            count, _ = _filtered(text, b, begins[b], document, states, forward, space)
        k, j = _drawn_block(lists, segments, count, j, seed, backward, A, ids, k, marks, merged, sizes)
    counts[0] = total + text.size - k
    return _forward(ids, k, total, counts[0])


@njit(cache=True, nogil=True)
def _several(text, document, seed, sample, count, begins, states, forward, backward, space, ids, total, counts):
    """Up to four samples of one document at once, one in each way."""
    lists, A, segments, marks, _ = space
    low, high, reached = np.zeros(WAYS, np.int64), np.zeros(WAYS, np.int64), np.zeros(WAYS, np.int64)
    number, k, blocks = np.empty(WAYS, np.int64), np.empty(WAYS, np.int64), begins.shape[0]
    for way in range(WAYS):
        number[way], k[way] = sample + way, total + (way + 1) * text.size
    tops = k.copy()
    for b in range(blocks - 1, -1, -1):
        if blocks > 1:
            count, _ = _filtered(text, b, begins[b], document, states, forward, space)
        high[: counts.size] = count
        draw_four(lists, segments, low, high, seed, number, backward, A, ids, k, marks, reached)
    for way in range(counts.size):
        counts[way] = tops[way] - k[way]
        total = _forward(ids, k[way], total, counts[way])
    return total
