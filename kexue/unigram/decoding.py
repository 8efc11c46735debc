"""Viterbi decoding: V_j = max (V_{j−l} + s) over the tokens that end at byte j, and the way back from the end.

Of equal candidates the longest is kept, as BytePiece does. Scores are added in the order of the text, in float64.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Int32, UInt8

from kexue.unigram.automaton import WINDOW
from kexue.unigram.compiling import compiled
from kexue.unigram.states import end_lists

U = np.uint64
CHUNK = 1 << 13  # bytes whose V are kept
BLOCK = 1 << 20  # bytes of a long document that a compiled call goes through
GROUP = 1 << 14  # bytes of short documents whose lists are found together
_0, _1, _2, _3, _4, _5, _6, _7, _8 = map(np.uint64, range(9))


@compiled()
def decode_best(text, offsets, states, scores, ids, counts, failed):
    """The best segmentation of every document.

    Args:
        text, offsets: uint8 bytes of all documents; document d is text[offsets[d] : offsets[d + 1]].
        states: of the automaton. scores: the fields of `Weights` before ``linear``, of `Rows.scores`.
        ids: int32, as long as the text. counts: int64 (documents,), zeros. failed: uint8 (documents,), zeros; becomes
            1 where there is no segmentation.

    Returns:
        The number of ids.
    """
    longest, total, d, size = scores[-1], 0, 0, 0
    for e in range(offsets.size - 1):
        size = max(size, offsets[e + 1] - offsets[e])
    size = max(size, min(GROUP, offsets[-1] - offsets[0]))
    lists, lengths, V = np.empty(size, np.uint32), np.empty(size, np.uint16), np.empty(min(size, CHUNK) + longest)
    while d < offsets.size - 1:
        last = d + 1
        while last < offsets.size - 1 and offsets[last + 1] - offsets[d] <= GROUP:
            last += 1
        bounds = offsets[d : last + 1] - offsets[d]
        end_lists(states, text[offsets[d] : offsets[last]], 0, longest, lists)
        _best_lengths(lists, bounds, scores, V, lengths, failed[d:last], True)
        total = _read_back(lists, bounds, scores, lengths, ids, total, counts[d:last], failed[d:last])
        d = last
    return total


def decode_best_long(
    text: UInt8[np.ndarray, " n"],
    states: np.ndarray,
    scores: tuple,
    failed: UInt8[np.ndarray, " 1"],
    sizes: Int32[np.ndarray, " ids"],
    go_on: Callable[[], None],
) -> Int32[np.ndarray, " tokens"]:
    """The ids of one document, worked on block by block; none where it ``failed``.

    Args:
        sizes: bytes of every id.
        go_on: called between blocks; what it raises ends the work.
    """
    longest, V = scores[-1], np.empty(CHUNK + scores[-1])
    lists, lengths = np.empty(text.size, np.uint32), np.empty(text.size, np.uint16)
    for begin in range(0, text.size, BLOCK):
        go_on()
        start, end = max(begin - longest, 0), min(begin + BLOCK, text.size)
        before = lists[start:begin].copy()
        end_lists(states, text[start:end], begin - start, longest, lists[start:end])
        lists[start:begin] = before
        bounds = np.array([0, end - begin])
        _best_lengths(lists[begin:end], bounds, scores, V, lengths[begin:end], failed, begin == 0)
    parts, end = [np.empty(0, np.int32)], 0 if failed[0] else text.size
    ids, counts = np.empty(min(BLOCK, text.size), np.int32), np.zeros(1, np.int64)
    while end > 0:  # a block's first token may begin before it
        go_on()
        _read_back(lists, np.array([max(end - BLOCK, 0), end]), scores, lengths, ids, 0, counts, failed)
        parts.append(ids[: counts[0]].copy())
        end -= int(sizes[parts[-1]].sum())
    return np.concatenate(parts[::-1])


@compiled()
def _best_lengths(lists, bounds, scores, V, lengths, failed, begins):
    """How many bytes the best last token before every byte has; 0 where none ends there.

    Unless ``begins``, the one document goes on from what V holds of its last ``longest`` bytes.
    """
    row, _, far, far_length, _, far_value, short, longest = scores
    short_ = U(short)
    for d in range(bounds.size - 1):
        if begins:
            V[: longest - 1], V[longest - 1] = -np.inf, 0.0
        begin, end = bounds[d], bounds[d + 1]
        while begin < end:
            q = U(longest - 1)
            a1, a2, a3, a4, a5, a6, a7, a8 = (
                V[q],
                V[q - _1],
                V[q - _2],
                V[q - _3],
                V[q - _4],
                V[q - _5],
                V[q - _6],
                V[q - _7],
            )
            stop = min(end, begin + CHUNK)
            for j in range(U(begin), U(stop)):
                t = U(lists[j])
                i = t * _8
                q += _1
                best, n = -np.inf, _0
                if t >= short_:
                    for r in range(U(far[t - short_]), U(far[t - short_ + _1])):
                        v = V[q - U(far_length[r])] + far_value[r]
                        if v > best:
                            best, n = v, U(far_length[r])
                v = a8 + row[i + _7]
                best, n = (v, _8) if v > best else (best, n)
                v = a7 + row[i + _6]
                best, n = (v, _7) if v > best else (best, n)
                v = a6 + row[i + _5]
                best, n = (v, _6) if v > best else (best, n)
                v = a5 + row[i + _4]
                best, n = (v, _5) if v > best else (best, n)
                v = a4 + row[i + _3]
                best, n = (v, _4) if v > best else (best, n)
                v = a3 + row[i + _2]
                best, n = (v, _3) if v > best else (best, n)
                v = a2 + row[i + _1]
                best, n = (v, _2) if v > best else (best, n)
                v = a1 + row[i]
                best, n = (v, _1) if v > best else (best, n)
                a1, a2, a3, a4, a5, a6, a7, a8 = best, a1, a2, a3, a4, a5, a6, a7
                V[q] = best
                lengths[j] = n
            for h in range(longest):
                V[h] = V[stop - begin + h]
            begin = stop
        failed[d] = V[longest - 1] == -np.inf


@compiled()
def _read_back(lists, bounds, scores, lengths, ids, total, counts, failed):
    """The ids of every document, its best last tokens read from the end; where they end."""
    _, row_id, far, far_length, far_id, _, short, _ = scores
    for d in range(bounds.size - 1):
        k, j = total + bounds[d + 1] - bounds[d], bounds[d + 1]
        while j > bounds[d] and not failed[d]:
            t, n = np.int64(lists[j - 1]), np.int64(lengths[j - 1])
            k -= 1
            if n <= WINDOW:
                ids[k] = row_id[t * WINDOW + n - 1]
            else:
                r = far[t - short]
                while far_length[r] != n:
                    r += 1
                ids[k] = far_id[r]
            j -= n
        if not failed[d]:
            counts[d] = total + bounds[d + 1] - bounds[d] - k
            for h in range(counts[d]):
                ids[total + h] = ids[k + h]
            total += counts[d]
    return total
