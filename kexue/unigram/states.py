"""From bytes to lists: which tokens end at every byte of a text. Compiled by Numba; plain scalar code.

A state depends on no more than the bytes of the longest token. So the automaton is walked in eight places of the text
at once, each warmed up on the bytes before it: while one place waits for memory the others go on, also where all eight
lie in one document. A step goes to a child or to where a failure leads, chosen without a branch; it goes on by one byte
or by none.

Indices are unsigned: Numba gives signed ones Python's meaning when negative, which costs more than the walk.
"""

from __future__ import annotations

import numpy as np

from kexue.unigram.compiling import compiled
from kexue.unigram.trie import FIELDS

U = np.uint64
_BASE, _LINK, _ENDING, _CHILDREN = map(np.uint64, range(FIELDS))
_BYTE, _BITS, _EIGHT = U(255), U(31), U(8)
_FIELDS, _ONE, _ZERO, _FEW = U(FIELDS), U(1), U(0), U(8)


@compiled()
def _step(states, state, byte):
    """The child by a byte and 1, or where to try next and 0."""
    s, c = state * _FIELDS, U(byte)
    fail = U(states[s + _LINK]) >> _EIGHT
    likely = (U(states[s + _CHILDREN]) >> (c & _BITS)) & _ONE
    child = state ^ ((state ^ (U(states[s + _BASE]) + c)) & (_ZERO - likely))  # else nothing new is read
    found = likely & U((U(states[child * _FIELDS + _LINK]) & _BYTE) == c)
    return fail ^ ((fail ^ child) & (_ZERO - found)), found


@compiled()
def _walk(states, text, state, begin, end, lists):
    """One place alone, from the state before ``begin``; the state before ``end``."""
    s = U(state)
    for j in range(U(begin), U(end)):
        found = _ZERO
        while found == _ZERO:
            s, found = _step(states, s, text[j])
        lists[j] = states[s * _FIELDS + _ENDING]
    return s


@compiled()
def end_lists(states, text, context, longest, lists):
    """Write to ``lists[j]`` the list of the tokens that end with ``text[j]``, for j ≥ context.

    Args:
        states: of an `Automaton`.
        text: uint8 (context + n,); the first ``context`` bytes are what came before, at most ``longest`` count.
        lists: uint32 (context + n,); its first ``context`` entries are overwritten too.
    """
    begin, end, back = U(context), U(text.size), U(longest)
    size = (end - begin) // _FEW
    if size < back * U(4):
        _walk(states, text, _ZERO, begin - min(begin, back), end, lists)
        return
    place, limit, state = np.empty(8, np.uint64), np.empty(8, np.uint64), np.empty(8, np.uint64)
    for p in range(8):
        place[p], limit[p] = begin + size * U(p), begin + size * U(p + 1)
        state[p] = _walk(states, text, _ZERO, place[p] - min(place[p], back), place[p], lists)
    limit[7] = end
    j0, j1, j2, j3, j4, j5, j6, j7 = place[0], place[1], place[2], place[3], place[4], place[5], place[6], place[7]
    e0, e1, e2, e3, e4, e5, e6, e7 = limit[0], limit[1], limit[2], limit[3], limit[4], limit[5], limit[6], limit[7]
    s0, s1, s2, s3, s4, s5, s6, s7 = state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]
    left = size
    while left >= _FEW:  # none of the eight passes its end within so many steps
        for _ in range(left):
            s0, f0 = _step(states, s0, text[j0])
            s1, f1 = _step(states, s1, text[j1])
            s2, f2 = _step(states, s2, text[j2])
            s3, f3 = _step(states, s3, text[j3])
            s4, f4 = _step(states, s4, text[j4])
            s5, f5 = _step(states, s5, text[j5])
            s6, f6 = _step(states, s6, text[j6])
            s7, f7 = _step(states, s7, text[j7])
            lists[j0] = states[s0 * _FIELDS + _ENDING]  # written again by the next step if this one did not go on
            lists[j1] = states[s1 * _FIELDS + _ENDING]
            lists[j2] = states[s2 * _FIELDS + _ENDING]
            lists[j3] = states[s3 * _FIELDS + _ENDING]
            lists[j4] = states[s4 * _FIELDS + _ENDING]
            lists[j5] = states[s5 * _FIELDS + _ENDING]
            lists[j6] = states[s6 * _FIELDS + _ENDING]
            lists[j7] = states[s7 * _FIELDS + _ENDING]
            j0, j1, j2, j3 = j0 + f0, j1 + f1, j2 + f2, j3 + f3
            j4, j5, j6, j7 = j4 + f4, j5 + f5, j6 + f6, j7 + f7
        left = min(min(min(e0 - j0, e1 - j1), min(e2 - j2, e3 - j3)), min(min(e4 - j4, e5 - j5), min(e6 - j6, e7 - j7)))
    place[0], place[1], place[2], place[3], place[4], place[5], place[6], place[7] = j0, j1, j2, j3, j4, j5, j6, j7
    state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7] = s0, s1, s2, s3, s4, s5, s6, s7
    for p in range(8):
        _walk(states, text, state[p], place[p], limit[p], lists)
