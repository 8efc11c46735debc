"""One short text a call, where what surrounds the loops would cost more than they do.

Memory is kept between calls, and the loops are entered through a C function that finds its arrays at the addresses of
a table: at Numba's own door each of fifteen arrays is looked at in every call, which takes as long as a line.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numba import carray, cfunc, types
from numba.core import cgutils
from numba.extending import intrinsic

from kexue.unigram.compiling import compiled
from kexue.unigram.decoding import decode_best
from kexue.unigram.drawing import WAYS, draw_alone
from kexue.unigram.filtering import START, STOP, filter_forward
from kexue.unigram.states import end_lists
from kexue.unigram.weights import STEP, Weights

LINE = 1 << 12  # bytes of a text that is handled so
TABLE = 30  # numbers of a table: two, and two for each of at most fourteen arrays
NONE = -1  # for a text without a segmentation in the range of float64

Entry = Callable[[bytes, int, int, int], int]
_ENTRY = types.int64(types.voidptr, types.int64, types.int64, types.voidptr)  # text, bytes, seed, table
_CALL = ctypes.PYFUNCTYPE(ctypes.c_int64, ctypes.c_char_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p)
_MODEL = np.uint32, np.float64, np.int32, np.int32, np.int32, np.int32, np.float64  # states, then the weights' arrays
_SPACE = np.int32, np.int64, np.uint8  # ids, bounds, failed
_MORE_FOR_BEST = (np.int64,)  # counts
_MORE_FOR_DRAWN = np.uint32, np.float64, np.int64, np.int64  # lists, A, segments, marks


class Single:
    """Segments one text after the other, for one α. Not for two threads at once.

    Args:
        states: of the automaton. weights: for this α; scores for ∞.
    """

    def __init__(self, states: np.ndarray, weights: Weights, alpha: float):
        self._ids, best = np.empty(LINE, np.int32), alpha == math.inf
        *arrays, short, longest = weights.arrays
        space = [self._ids, np.zeros(2, np.int64), np.zeros(1, np.uint8)]
        if best:
            more = [np.zeros(1, np.int64)]
        else:
            most = LINE // STEP + 2
            A, segments = np.empty(LINE + longest * most), np.zeros((most, 5), np.int64)
            more = [np.empty(LINE, np.uint32), A, segments, np.empty((WAYS, most), np.int64)]
        self._held = [states, *arrays, *space, *more]
        dtypes = _MODEL + _SPACE + (_MORE_FOR_BEST if best else _MORE_FOR_DRAWN)
        self._table = addresses(self._held, dtypes, short, longest)
        self._call, self._at = _entry(best), self._table.ctypes.data

    def __call__(self, text: bytes, seed: int) -> list[int] | None:
        """The ids; ``None`` where there is no segmentation in the range of float64."""
        n = len(text)
        found = self._call(text, n, seed, self._at)
        if found < 0:
            return None
        return self._ids[found >> 32 : found & 0xFFFFFFFF].tolist()


def addresses(arrays: Sequence[np.ndarray], dtypes: Sequence[type], short: int, longest: int) -> np.ndarray:
    """short, longest, and every array's address and number of entries; the arrays must outlive it."""
    table = [short, longest]
    for array, dtype in zip(arrays, dtypes, strict=True):
        if array.dtype != dtype or not array.flags.c_contiguous:  # the compiled side takes it on trust
            raise TypeError(f"an array of {array.dtype} came, expected {np.dtype(dtype)} without gaps")
        table += [array.ctypes.data, array.size]
    return np.array(table + [0] * (TABLE - len(table)), np.int64)


@cache
def _entry(best: bool) -> Entry:
    """The C function, compiled where it is first asked for."""
    function = cfunc(_ENTRY, cache=True)(_best if best else _drawn)
    call = _CALL(function.address)
    call.function = function  # lives as long
    return call


@intrinsic
def _pointer(typing, address):  # noqa: ARG001 - the signature that Numba wants
    """The pointer to an address."""

    def generate(context, builder, signature, arguments):  # noqa: ARG001 - the same
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), generate


@compiled()
def _array(table, i, dtype):
    """The i-th array of a table."""
    return carray(_pointer(table[2 * i + 2]), (table[2 * i + 3],), dtype)


@compiled()
def _parts(text, n, table):
    """What both functions below use: the text, the automaton's states, the weights' arrays, ids, bounds, failed."""
    weights = (
        _array(table, 1, np.float64),
        _array(table, 2, np.int32),
        _array(table, 3, np.int32),
        _array(table, 4, np.int32),
        _array(table, 5, np.int32),
        _array(table, 6, np.float64),
    )
    bounds, failed = _array(table, 8, np.int64), _array(table, 9, np.uint8)
    bounds[1], failed[0] = n, 0
    return (
        carray(text, (n,), np.uint8),
        _array(table, 0, np.uint32),
        weights,
        _array(table, 7, np.int32),
        bounds,
        failed,
    )


def _best(text, n, seed, address):  # noqa: ARG001 - an `Entry`
    """The best segmentation: ids[begin : end], as begin · 2³² + end."""
    table = carray(address, (TABLE,), np.int64)
    text, states, weights, ids, bounds, failed = _parts(text, n, table)
    end = decode_best(text, bounds, states, (*weights, table[0], table[1]), ids, _array(table, 10, np.int64), failed)
    return NONE if failed[0] else end


def _drawn(text, n, seed, address):
    """The sample of document 0, as `sample_short` draws it: ids[begin : end], as begin · 2³² + end."""
    table = carray(address, (TABLE,), np.int64)
    text, states, weights, ids, bounds, failed = _parts(text, n, table)
    row, row_id, far, far_length, far_id, far_value = weights
    short, longest = table[0], table[1]
    lists, A = _array(table, 10, np.uint32), _array(table, 11, np.float64)
    segments, marks = _array(table, 12, np.int64), _array(table, 13, np.int64)
    segments, marks = segments.reshape(-1, 5), marks.reshape(WAYS, -1)
    end_lists(states, text, 0, longest, lists)
    forward = row, far, far_length, far_value, short, longest
    count, _, _ = filter_forward(lists, bounds, 0, 0, forward, A, segments, failed)
    if failed[0]:
        return NONE
    if count == 0:
        return 0
    last = count - 1
    backward = row, row_id, far, far_length, far_id, far_value, short
    j = segments[last, STOP] - segments[last, START]
    return draw_alone(lists, segments, 0, last, j, 0, seed, 0, backward, A, ids, n, marks, 0)[2] << 32 | n
