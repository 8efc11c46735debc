"""One document drawn in four places at once, and what was drawn joined to one segmentation."""

from __future__ import annotations

import numpy as np

from kexue.unigram.compiling import compiled
from kexue.unigram.drawing import WAYS, draw_alone, draw_four
from kexue.unigram.filtering import OFFSET, START, STOP


@compiled()
def draw_block(lists, segments, count, begin, seed, number, weights, A, out, end, merged, sizes):
    """Draw a block of one document from byte ``begin`` ≤ 0 after its end on, into out[… : end].

    Args:
        lists, segments, count, A: of the filtered block, of one segment at least.
        seed, number: of the sample. weights: as in `draw_alone`. sizes: bytes of every id.
        out: int32, with room for as many ids before ``end`` as the block has bytes. merged: int32, the same.

    Returns:
        Where the ids begin, and the byte ≤ 0 of the block's first segment that was reached.
    """
    low, high = quarters(segments, count, False)
    k, sample, reached = np.empty(WAYS, np.int64), np.full(WAYS, number), np.zeros(WAYS, np.int64)
    marks = np.empty((WAYS, count + 1), np.int64)
    for way in range(WAYS):
        k[way] = end - segments[count - 1, STOP] + segments[max(high[way], 1) - 1, STOP]
    tops = k.copy()
    reached[WAYS - 1] = begin
    draw_four(lists, segments, low, high, seed, sample, weights, A, out, k, marks, reached)
    j = begin
    for way in range(WAYS - 1, -1, -1):
        if low[way] == high[way]:
            continue
        if j == 0 or way == WAYS - 1:  # drawn from where it begins
            top, f, j = tops[way], merged.size, reached[way]
        else:
            ids = out[k[way] : tops[way]]
            n, f, j = _meet(
                lists,
                segments,
                low[way],
                high[way],
                j,
                ids,
                reached[way],
                (seed, number),
                weights,
                A,
                merged,
                marks,
                sizes,
            )
            top = k[way] + n
        end -= merged.size - f
        _move(out, k[way], end - (top - k[way]), top - k[way])
        out[end : end + merged.size - f] = merged[f:]
        end -= top - k[way]
    return end, j


@compiled()
def quarters(segments, count, whole):
    """Four ranges of segments of about the same number of bytes; beginning with a document where ``whole``."""
    edges = np.full(WAYS + 1, count)
    edges[0] = i = 0
    for way in range(1, WAYS if count else 0):
        goal = segments[0, START] + (segments[count - 1, STOP] - segments[0, START]) * way // WAYS
        while i < count and (segments[i, START] < goal or (whole and segments[i, OFFSET] > 0)):
            i += 1
        edges[way] = i
    return edges[:-1].copy(), edges[1:].copy()


@compiled()
def _meet(lists, segments, low, high, j, ids, reached, stream, weights, A, merged, marks, sizes):
    """Follow the way that enters at byte j < 0 until it meets the one that was drawn from byte 0.

    Args:
        ids: of the latter. reached: where it ended. stream: seed and sample of both.

    Returns:
        How many of ``ids`` stand; where in ``merged`` begin those before it; the byte ≤ 0 that is reached in the end.
    """
    f, i, m = merged.size, high - 1, ids.size
    v = segments[i, STOP]
    j += segments[i, STOP] - segments[i, START]
    while True:
        at = segments[i, START] + j
        while v > at and m > 0:
            m -= 1
            v -= sizes[ids[m]]
        if v == at:
            return m, f, reached
        if i == low and j <= 0:
            return 0, f, j
        floor = v if v < at else 0  # where nothing is left to meet, to the start
        i, j, f = draw_alone(lists, segments, low, i, j, floor, stream[0], stream[1], weights, A, merged, f, marks, 0)


@compiled()
def _move(ids, source, target, n):
    """Move n ids to where they may overlap with themselves."""
    if target > source:
        for h in range(n - 1, -1, -1):
            ids[target + h] = ids[source + h]
    elif target < source:
        for h in range(n):
            ids[target + h] = ids[source + h]
