"""Backward sampling: at byte j the last token of l bytes has probability A_{j−l} w / A_j; then go on at j − l.

The uniform number of byte j is a hash of the document's key and j, so that the token drawn at j is a function of j
alone, whatever was drawn elsewhere. Two consequences. The sample of a document is the same in any batch and any
thread. And a document may be drawn in several places at once: each place but the last starts at a byte at which perhaps
no token ends, but two ways that meet at one byte go on as one, so that the way from above is followed until it meets
the other, and what came before is dropped.

The loop ends: a number drawn is at most (1 − 2⁻⁴³) A_j, which is less than the candidates' sum in whatever order the
rounded numbers are added, so that a token of positive weight is taken, and every token has at least one byte.
"""

from __future__ import annotations

import numpy as np

from kexue.unigram.compiling import compiled
from kexue.unigram.filtering import AT, DOCUMENT, OFFSET, START, STOP

U = np.uint64
WAYS = 4  # that are drawn at once
_0, _1, _2, _3, _4, _5, _6, _7, _8 = map(np.uint64, range(9))
_GOLDEN = U(0x9E3779B97F4A7C15)  # of SplitMix64 (Steele, Lea, Flood 2014)
_BELOW_ONE = 2.0**-53 * (1 - 2.0**-43)


@compiled()
def mix(z):
    """SplitMix64's bijection of 64 bits, in which every bit of the input changes half the bits of the output."""
    z = (z ^ (z >> U(30))) * U(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> U(27))) * U(0x94D049BB133111EB)
    return z ^ (z >> U(31))


@compiled()
def stream(seed, document, sample):
    """The key of a document's sample."""
    return mix(mix(mix(U(seed) + _GOLDEN) ^ U(document) * U(0xD1342543DE82EF95)) + U(sample) * U(0xA0761D6478BD642F))


@compiled()
def uniform(key, j):
    """A number in [0, 1), of byte j."""
    return (mix(key + U(j) * _GOLDEN) >> U(11)) * _BELOW_ONE


@compiled()
def _nearest(t, q, x, A, row):
    """1 + how many of the seven sums over tokens of 1, …, 7 bytes are ≤ x; and the sum over all eight.

    The sums never decrease, and a weight of 0 leaves the sum as it was to the bit, so that its token is never taken;
    both would end if a product and a sum were rounded as one.
    """
    i = t * _8
    c1 = A[q - _1] * row[i]
    c2 = c1 + A[q - _2] * row[i + _1]
    d3 = A[q - _3] * row[i + _2]
    c3, c4 = c2 + d3, c2 + (d3 + A[q - _4] * row[i + _3])
    d5 = A[q - _5] * row[i + _4]
    d6 = d5 + A[q - _6] * row[i + _5]
    d7 = A[q - _7] * row[i + _6]
    c5, c6, c7 = c4 + d5, c4 + d6, c4 + (d6 + d7)
    c8 = c7 + A[q - _8] * row[i + _7]
    below = U(x >= c1) + U(x >= c2) + U(x >= c3) + U(x >= c4) + U(x >= c5) + U(x >= c6) + U(x >= c7)
    return _1 + below, c8


@compiled()
def _farther(t, q, x, A, far, far_length, far_value):
    """The record of a token of more than 8 bytes; x is what is left beyond the shorter ones."""
    chosen = _0
    for r in range(U(far[t]), U(far[t + _1])):
        share = A[q - U(far_length[r])] * far_value[r]
        if share > 0:
            chosen = r
        x -= share
        if x < 0:
            break
    return chosen


@compiled()
def _place(i, segments, seed, sample):
    """Of a segment: where its A and its lists begin, and the document's key moved to its first byte."""
    key = stream(seed, segments[i, DOCUMENT], sample) + U(segments[i, OFFSET]) * _GOLDEN
    return U(segments[i, AT]), U(segments[i, START] - 1), key


@compiled()
def draw_alone(lists, segments, low, i, j, floor, seed, sample, weights, A, out, k, marks, way):
    """Draw from byte j of segment i on, until byte ``floor`` of the text or the start of segment ``low`` is reached.

    Args:
        weights: row, row_id, far, far_length, far_id, far_value, short.
        out: ids, written downwards from out[k − 1].
        marks: int64 (4, ·); marks[way, i] becomes k where segment i is entered from above.

    Returns:
        The segment and its byte that were reached, and k.
    """
    row, row_id, far, far_length, far_id, far_value, short = weights
    while True:
        at, start, key = _place(i, segments, seed, sample)
        stop = max(0, floor - segments[i, START])
        while j > stop:
            t, q = U(lists[start + U(j)]), at + U(j)
            x = uniform(key, j) * A[q]
            n, near = _nearest(t, q, x, A, row)
            k -= 1
            if x >= near and t >= U(short):
                r = _farther(t - U(short), q, x - near, A, far, far_length, far_value)
                out[k] = far_id[r]
                j -= far_length[r]
            else:
                out[k] = row_id[t * _8 + n - _1]
                j -= np.int64(n)
        if stop > 0 or i == low:
            return i, j, k
        i, j = i - 1, j + segments[i - 1, STOP] - segments[i - 1, START]
        marks[way, i] = k


@compiled()
def draw_four(lists, segments, low, high, seed, sample, weights, A, out, k, marks, reached):  # noqa: C901 - four times one
    """Draw four ways at once, each from the end of segment high − 1 down to the start of segment ``low``.

    Args:
        low, high, sample, k: of the four. int64 (4,). ``k`` is changed.
        reached: at which byte ≤ 0 after segment ``high`` − 1 each way begins, and then what byte ≤ 0 of segment ``low``
            it has reached. int64 (4,)
        weights, out, marks: as in `draw_alone`.
    """
    row, row_id, far, far_length, far_id, far_value, short = weights
    short_ = U(short)
    k0, k1, k2, k3 = k[0], k[1], k[2], k[3]
    segment = high.copy()
    i0, i1, i2, i3 = high[0], high[1], high[2], high[3]
    j0, j1, j2, j3 = reached[0], reached[1], reached[2], reached[3]
    p0 = p1 = p2 = p3 = b0 = b1 = b2 = b3 = y0 = y1 = y2 = y3 = _0
    while True:
        if j0 <= 0:
            while j0 <= 0 and i0 > low[0]:
                i0 -= 1
                j0 += segments[i0, STOP] - segments[i0, START]
                marks[0, i0] = k0
            p0, b0, y0 = _place(i0, segments, seed, sample[0])
        if j1 <= 0:
            while j1 <= 0 and i1 > low[1]:
                i1 -= 1
                j1 += segments[i1, STOP] - segments[i1, START]
                marks[1, i1] = k1
            p1, b1, y1 = _place(i1, segments, seed, sample[1])
        if j2 <= 0:
            while j2 <= 0 and i2 > low[2]:
                i2 -= 1
                j2 += segments[i2, STOP] - segments[i2, START]
                marks[2, i2] = k2
            p2, b2, y2 = _place(i2, segments, seed, sample[2])
        if j3 <= 0:
            while j3 <= 0 and i3 > low[3]:
                i3 -= 1
                j3 += segments[i3, STOP] - segments[i3, START]
                marks[3, i3] = k3
            p3, b3, y3 = _place(i3, segments, seed, sample[3])
        if min(min(j0, j1), min(j2, j3)) <= 0:
            break
        t0, t1, t2, t3 = U(lists[b0 + U(j0)]), U(lists[b1 + U(j1)]), U(lists[b2 + U(j2)]), U(lists[b3 + U(j3)])
        q0, q1, q2, q3 = p0 + U(j0), p1 + U(j1), p2 + U(j2), p3 + U(j3)
        x0, x1, x2, x3 = (
            uniform(y0, j0) * A[q0],
            uniform(y1, j1) * A[q1],
            uniform(y2, j2) * A[q2],
            uniform(y3, j3) * A[q3],
        )
        n0, c0 = _nearest(t0, q0, x0, A, row)
        n1, c1 = _nearest(t1, q1, x1, A, row)
        n2, c2 = _nearest(t2, q2, x2, A, row)
        n3, c3 = _nearest(t3, q3, x3, A, row)
        k0, k1, k2, k3 = k0 - 1, k1 - 1, k2 - 1, k3 - 1
        if x0 >= c0 and t0 >= short_:
            r = _farther(t0 - short_, q0, x0 - c0, A, far, far_length, far_value)
            out[k0] = far_id[r]
            j0 -= far_length[r]
        else:
            out[k0] = row_id[t0 * _8 + n0 - _1]
            j0 -= np.int64(n0)
        if x1 >= c1 and t1 >= short_:
            r = _farther(t1 - short_, q1, x1 - c1, A, far, far_length, far_value)
            out[k1] = far_id[r]
            j1 -= far_length[r]
        else:
            out[k1] = row_id[t1 * _8 + n1 - _1]
            j1 -= np.int64(n1)
        if x2 >= c2 and t2 >= short_:
            r = _farther(t2 - short_, q2, x2 - c2, A, far, far_length, far_value)
            out[k2] = far_id[r]
            j2 -= far_length[r]
        else:
            out[k2] = row_id[t2 * _8 + n2 - _1]
            j2 -= np.int64(n2)
        if x3 >= c3 and t3 >= short_:
            r = _farther(t3 - short_, q3, x3 - c3, A, far, far_length, far_value)
            out[k3] = far_id[r]
            j3 -= far_length[r]
        else:
            out[k3] = row_id[t3 * _8 + n3 - _1]
            j3 -= np.int64(n3)
    k[0], k[1], k[2], k[3] = k0, k1, k2, k3
    reached[0], reached[1], reached[2], reached[3] = j0, j1, j2, j3
    segment[0], segment[1], segment[2], segment[3] = i0, i1, i2, i3
    for way in range(4):  # as soon as one has ended, the others go on alone
        i, j = segment[way], reached[way]
        _, reached[way], k[way] = draw_alone(
            lists, segments, low[way], i, j, 0, seed, sample[way], weights, A, out, k[way], marks, way
        )
