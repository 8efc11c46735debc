"""Forward filtering: A_j = Σ A_{j−l} w over the tokens that end at byte j, so that A_n is the partition function Z.

The eight shortest lengths are a row of weights times the last eight A, which stay in registers; longer tokens are added
where there are any. Numbers that leave 2^±300 are rescaled by a power of two, which loses nothing. A stretch of text
whose numbers share one scale is a segment; its A lie in memory behind ``longest`` values of what came before, in the
same scale: 0, …, 0, 1 at the start of a document.
"""

from __future__ import annotations

from math import frexp, ldexp

import numpy as np
from numba import njit

from kexue.unigram.weights import RESCALE, STEP

U = np.uint64
AT, START, STOP, DOCUMENT, OFFSET = range(
    5
)  # of a segment: where the A of its start is stored; its bytes; whose they are
SEGMENT = 4096  # bytes a segment has at most, so that a long document has several
_0, _1, _2, _3, _4, _5, _6, _7, _8 = map(np.uint64, range(9))
_UP, _DOWN = 2.0**RESCALE, 2.0**-RESCALE


@njit(cache=True, nogil=True, fastmath={"contract"})
def _stretch(lists, begin, end, row, far, far_length, far_value, short, A, at):
    """A of the bytes begin … end − 1, into A[at + 1], A[at + 2], …"""
    q, short_ = U(at), U(short)
    a1, a2, a3, a4, a5, a6, a7, a8 = A[q], A[q - _1], A[q - _2], A[q - _3], A[q - _4], A[q - _5], A[q - _6], A[q - _7]
    for j in range(U(begin), U(end)):
        t = U(lists[j])
        i = t * _8
        q += _1
        a = (a8 * row[i + _7] + a7 * row[i + _6]) + (a6 * row[i + _5] + a5 * row[i + _4])
        a += (a4 * row[i + _3] + a3 * row[i + _2]) + a2 * row[i + _1]
        if t >= short_:
            for r in range(U(far[t - short_]), U(far[t - short_ + _1])):
                a += A[q - U(far_length[r])] * far_value[r]
        a += a1 * row[i]
        a1, a2, a3, a4, a5, a6, a7, a8 = a, a1, a2, a3, a4, a5, a6, a7
        A[q] = a


@njit(cache=True, nogil=True)
def start_document(A, top, longest):
    """Nothing before, and one way to have read nothing."""
    A[top : top + longest - 1] = 0.0
    A[top + longest - 1] = 1.0


@njit(cache=True, nogil=True)
def filter_forward(lists, begin, end, document, offset, weights, A, top, segments, count):
    """Filter the bytes begin … end − 1 of one document, segment by segment.

    Args:
        lists: of `end_lists`.
        document, offset: whose bytes these are, and how many of it came before.
        weights: row, far, far_length, far_value, short, longest.
        A: float64; A[top : top + longest] is what came before.
        segments: int64 (·, 5), written from ``count`` on.

    Returns:
        top and count of what follows; where the last A lies, and the power of two it is in units of; or where there is
        no way to go on, the place −1.
    """
    row, far, far_length, far_value, short, longest = weights
    at, j, power = top + longest - 1, begin, 0
    while True:
        start = j
        segments[count, AT], segments[count, START] = at, start
        segments[count, DOCUMENT], segments[count, OFFSET] = document, offset + start - begin
        size = 1.0
        while j < end and _DOWN <= size <= _UP and j - start < SEGMENT:
            step = min(j + STEP, end)
            _stretch(lists, j, step, row, far, far_length, far_value, short, A, at + j - start)
            j = step
            size = A[at + j - start]
            if not _DOWN <= size <= _UP:
                size = A[at + j - start - longest + 1 : at + j - start + 1].max()
        segments[count, STOP] = j
        count += 1
        last = at + j - start
        if j == end:
            return last + 1, count, last, power
        if size == 0:
            return last + 1, count, -1, power
        change = frexp(size)[1]
        for h in range(longest):
            A[last + 1 + h] = ldexp(A[last + 1 - longest + h], -change)
        power += change
        at = last + longest
