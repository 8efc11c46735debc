"""The trie of a vocabulary, and the double array that holds it.

J. Aoe: An efficient digital search algorithm by using a double-array structure, IEEE TSE 15 (1989). The child by byte c
of the state in slot s is in slot base[s] + c, if check of that slot is s. No two states share a base.
"""

from __future__ import annotations

import math

import numpy as np

from kexue.unigram.compiling import compiled

LARGEST = 1 << 24  # nodes, and slots, that a link can name
NONE = -1
FIELDS = 4
BASE, CHECK, ENDING, CHILDREN = range(FIELDS)  # of a slot; the automaton has its link where the double array has check

_SMALL = 1 << 12  # places of a hash table that grows
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_0, _1, _6, _20, _32, _63 = (np.uint64(n) for n in (0, 1, 6, 20, 32, 63))
_LOW = np.uint64(0xFFFFFFFF)


@compiled()
def trie(text, begins, ends, longest):
    """Parent and byte of every node, and the token that ends there. The root is 0, the single bytes 1 … 256.

    A node comes after its parent. A token is gone along from where it leaves the one before it, which in a sorted
    vocabulary is near its end.

    Args:
        text, begins, ends: where each token's bytes are. longest: bytes of the longest.

    Returns:
        All nodes, or the first `LARGEST` + 1.
    """
    most = 257
    for t in range(ends.size):
        most += ends[t] - begins[t]
    most = min(most, LARGEST + 1)
    parent, byte, ending = np.empty(most, np.int32), np.empty(most, np.uint8), np.empty(most, np.int32)
    parent[0], byte[0], ending[0] = NONE, 0, NONE
    for b in range(256):
        parent[b + 1], byte[b + 1], ending[b + 1] = 0, b, NONE
    n, table = 257, np.zeros(_SMALL, np.uint64)  # of children, by (node, byte); a child in the lower half of a place
    path, before = np.zeros(longest + 1, np.int64), 0
    for t in range(ends.size):
        begin, end = begins[t], ends[t]
        p, most_shared = begin, min(end, begin + (ends[t - 1] - before if t else 0))
        while p < most_shared and text[p] == text[before + (p - begin)]:
            p += 1
        if p == begin:
            path[1] = text[p] + 1
            p += 1
        while p < end:
            node = path[p - begin]
            edge = np.uint64(node * 256 + text[p])
            h = _place(table, edge)
            if table[h] == _0:
                if n == most:
                    return parent, byte, ending
                parent[n], byte[n], ending[n] = node, text[p], NONE
                table[h] = edge << _32 | np.uint64(n)
                n += 1
                if 3 * n > 2 * table.size:
                    table = _doubled(table)
                    h = _place(table, edge)
            p += 1
            path[p - begin] = table[h] & _LOW
        ending[path[end - begin]] = t
        before = begin
    return parent[:n], byte[:n], ending[:n]


@compiled()
def _place(table, edge):
    """Where an edge stands in a hash table of open addressing, or where there is room for it."""
    last = np.uint64(table.size - 1)
    h = edge * _GOLDEN >> _20 & last
    while table[h] != _0 and table[h] >> _32 != edge:
        h = h + _1 & last
    return h


@compiled()
def _doubled(table):
    larger = np.zeros(2 * table.size, np.uint64)
    for entry in table:
        if entry != _0:
            larger[_place(larger, entry >> _32)] = entry
    return larger


@compiled()
def rarity(parent, ending, scores):
    """−log Σ e^{score} over the tokens below a node, in sixteenths, as uint16: never less than at its parent.

    States are laid out in this order, so that those which texts visit share a small part of memory.
    """
    mass, most = np.zeros(parent.size), scores.max()
    found = np.empty(parent.size, np.uint16)
    for v in range(parent.size - 1, -1, -1):
        if ending[v] != NONE:
            mass[v] += np.exp(scores[ending[v]] - most)
        if v:
            mass[parent[v]] += mass[v]
    for v in range(parent.size):
        found[v] = min(65535.0, max(0.0, -16 * np.log(max(mass[v], 1e-300) / mass[0])))
    return found


def renumbered(parent, byte, ending, order):
    """The same trie with node ``order[v]`` as node v."""
    place = np.empty_like(parent)
    place[order] = np.arange(order.size, dtype=parent.dtype)
    above = place[parent[order]]  # of the root: any
    above[0] = NONE
    return above, byte[order], ending[order]


@compiled()
def breadth_first(parent):
    """Every node's children (a counting sort), and all nodes, breadth first."""
    n = parent.size
    first = np.zeros(n + 1, np.int32)
    for v in range(1, n):
        first[parent[v] + 1] += 1
    for v in range(n):
        first[v + 1] += first[v]
    fill = first.copy()
    children = np.empty(n - 1, np.int32)
    for v in range(1, n):
        children[fill[parent[v]]] = v
        fill[parent[v]] += 1
    order = np.zeros(n, np.int32)
    k = 1
    for i in range(n):
        for e in range(first[order[i]], first[order[i] + 1]):
            order[k] = children[e]
            k += 1
    return first, children, order


@compiled()
def double_array(byte, first, children):
    """The slots' rows, with base, check and children, and the slot of every node (0 of the root).

    Parents are placed in the order of their numbers. check is the parent's slot, or `NONE` for a free one; children has
    bit c mod 32 where there is a child by byte c.
    """
    size = _larger(byte.size)
    rows = _lengthened(np.zeros((0, FIELDS), np.int32), size)
    taken, used = np.zeros(size // 64 + 1, np.uint64), np.zeros(size // 64 + 1, np.uint64)  # a bit for a slot, a base
    slot = np.zeros(byte.size, np.int32)
    rows[0, CHECK], taken[0] = 0, _1
    low = top = 1
    for node in range(byte.size):
        kids = children[first[node] : first[node + 1]]
        if kids.size == 0:
            continue
        while rows[low, CHECK] != NONE:
            low += 1
        least = 255
        for c in kids:
            least = min(least, byte[c])
        start = max(low - least, 0)
        b, here = _free(taken, used, byte, kids, start), slot[node]
        low += (b - start) >> 3  # a region that is nearly full is left behind
        for c in kids:
            s = b + byte[c]
            slot[c], rows[s, CHECK] = s, here
            rows[here, CHILDREN] |= np.int32(1) << np.int32(byte[c] & 31)
            _set(taken, s)
        rows[here, BASE] = b
        _set(used, b)
        top = max(top, b + 256)
        if top + 512 > rows.shape[0]:
            size = _larger(rows.shape[0])
            rows = _lengthened(rows, size)
            taken, used = grown(taken, size // 64 + 1, 0), grown(used, size // 64 + 1, 0)
    return rows[: top + 1], slot


@compiled()
def _larger(size):
    """Real models leave a fifth or less of the slots free."""
    return size + size // 4 + 1024


@compiled()
def _lengthened(rows, size):
    """The same rows, and free ones behind them."""
    more = np.zeros((size, FIELDS), np.int32)
    for s in range(size):
        if s < rows.shape[0]:
            for field in range(FIELDS):
                more[s, field] = rows[s, field]
        else:
            more[s, CHECK] = NONE
    return more


@compiled()
def _free(taken, used, byte, kids, b):
    """The first base from b on that no state has and at which the slots of all children are free; 64 at a time."""
    while True:
        wrong = _bits(used, b)
        for c in kids:
            wrong |= _bits(taken, b + byte[c])
        if wrong != ~_0:
            lowest = ~wrong & (wrong + _1)
            return b + math.frexp(np.float64(lowest))[1] - 1
        b += 64


@compiled()
def _bits(words, at):
    """The 64 bits from ``at`` on."""
    at = np.uint64(at)
    word, shift = at >> _6, at & _63
    return words[word] >> shift | words[word + _1] << (_63 - shift) << _1


@compiled()
def _set(words, at):
    at = np.uint64(at)
    words[at >> _6] |= _1 << (at & _63)


@compiled()
def grown(a, size, filler):
    """The same array made longer."""
    larger = np.full(size, filler, a.dtype)
    for i in range(a.size):  # a slice would be compiled with all that reports a wrong shape
        larger[i] = a[i]
    return larger
