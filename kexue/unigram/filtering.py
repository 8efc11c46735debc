"""Forward filtering: A_j = Σ A_{j−l} w over the tokens that end at byte j, so that A_n is the partition function Z.

The eight shortest lengths are a row of weights times the last eight A, which stay in registers; longer tokens are added
where there are any. Numbers that leave 2^±300 are rescaled by a power of two, which loses nothing. A stretch of text
whose numbers share one scale is a segment; its A lie in memory behind ``longest`` values of what came before, in the
same scale: 0, …, 0, 1 at the start of a document.
"""

from __future__ import annotations

from math import frexp, ldexp

import numpy as np

from kexue.unigram.compiling import compiled
from kexue.unigram.weights import EXPONENTS, RESCALE, STEP

U = np.uint64
AT, START, STOP, DOCUMENT, OFFSET = range(5)  # of a segment: the place of its A; its bytes in the block; whose they are
SEGMENT = 4096  # bytes a segment has at most, so that a long document has several
_0, _1, _2, _3, _4, _5, _6, _7, _8 = map(np.uint64, range(9))
_UP, _DOWN = 2.0**RESCALE, 2.0**-RESCALE
LEAST = 2.0**-EXPONENTS  # below it a sum may have lost digits, and those after it may be lost


@compiled(fastmath={"contract"})  # a·b + c may be rounded once
def filter_forward(lists, bounds, first, offset, weights, A, segments, failed):  # noqa: C901 - one loop nest, see below
    """Filter documents one after the other, segment by segment.

    No function is called for each of them that takes arrays: Numba counts references to these, at some 10 ns each.

    Args:
        lists: of `end_lists`.
        bounds: document d is bytes bounds[d] … bounds[d + 1] − 1 of it.
        first, offset: the index of the first document; how many of its bytes came before. With ``offset`` > 0 there is
            one document, and A[:longest] is what came before.
        weights: row, far, far_length, far_value, short, longest.
        A: float64. segments: int64 (·, 5). failed: uint8, becomes 1 where a document has no segmentation in the range
            of float64, and then it has no segments; empty for a block of a document, which need not end a token.

    Returns:
        The number of segments; where the last A lies, and the power of two that it is in units of.
    """
    row, far, far_length, far_value, short, longest = weights
    short_, top, count, power, last = U(short), 0, 0, 0, longest - 1
    for d in range(bounds.size - 1):
        j, end, before, number, power = bounds[d], bounds[d + 1], top, count, 0
        if not offset:
            A[top : top + longest - 1] = 0.0
            A[top + longest - 1] = 1.0
        while j < end:
            at, start, size = top + longest - 1, j, 1.0
            q = U(at)
            a1, a2, a3, a4, a5, a6, a7, a8 = (
                A[q],
                A[q - _1],
                A[q - _2],
                A[q - _3],
                A[q - _4],
                A[q - _5],
                A[q - _6],
                A[q - _7],
            )
            while j < end and _DOWN <= size <= _UP and j - start < SEGMENT:
                step = min(j + STEP, end)
                for b in range(U(j), U(step)):
                    t = U(lists[b])
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
                j, size = step, a1
                if not _DOWN <= size <= _UP:
                    for h in range(longest):
                        size = max(size, A[q - U(h)])
            segments[count, AT], segments[count, START], segments[count, STOP] = at, start, j
            segments[count, DOCUMENT], segments[count, OFFSET] = first + d, offset + start - bounds[d]
            last, count = at + j - start, count + 1
            top = last + 1
            if j < end:
                lost = not 0 < size < np.inf
                for h in range(longest):
                    lost |= 0 < A[top + h - longest] < LEAST
                if lost:
                    j, A[top - longest : top] = end, 0.0
                else:
                    change = frexp(size)[1]
                    for h in range(longest):
                        A[top + h] = ldexp(A[top + h - longest], -change)
                    power += change
            elif not A[last] < np.inf:
                A[last] = 0.0
        if failed.size and end > bounds[d] and A[last] < LEAST:
            failed[d], top, count = 1, before, number
    return count, last, power
