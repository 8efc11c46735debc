"""An Aho–Corasick automaton over bytes: one state per byte of text, which knows every token that ends there.

A. V. Aho, M. J. Corasick: Efficient string matching, CACM 18 (1975); J. Aoe: An efficient digital search algorithm by
using a double-array structure, IEEE TSE 15 (1989). States are slots of a double array, four uint32 each:

    base      the child by byte c is the state base + c, …
    link      … if that state's low eight bits are c (no two states share a base); the others are the longest proper
              suffix that is a state, to go on from where there is no such child
    ending    the list of tokens that end here, longest first
    children  bit c mod 32 is set if there is a child by byte c: where it is not, memory need not be looked at

All 256 bytes are states, so that every byte ends in some state one or two failures away from the root. States that end
the same tokens share a list, and lists with tokens of more than `WINDOW` bytes come last: `kexue.unigram.weights` makes
a row of eight numbers of every list, and only those few have more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int32, Int64, UInt8, UInt32

from kexue.errors import UnigramError
from kexue.unigram.compiling import compiled
from kexue.unigram.vocabulary import Vocabulary

WINDOW = 8  # bytes of the tokens that have a place in a list's row
FIELDS = 4  # of a state: base, link, ending, children
LARGEST = 1 << 24  # states that a link can name

_NONE = -1
_CHARACTER, _CONTINUES = 1, 2


@dataclass(frozen=True, eq=False)
class Automaton:
    """The automaton of a vocabulary.

    Args:
        states: base, link, ending and children of every slot. (slots·4,)
        first: where a list's records begin. (lists + 1,)
        length, token: of every record, the bytes of the token and its place in ``ids`` and ``scores``. (records,)
        short: the lists below this one have no token of more than `WINDOW` bytes.
        longest: bytes of the longest token.
        ids, scores: of the tokens, and of the pseudo tokens that spell unknown bytes. (tokens,)
    """

    states: UInt32[np.ndarray, " slots_by_4"]
    first: Int32[np.ndarray, " lists_and_1"]
    length: Int32[np.ndarray, " records"]
    token: Int32[np.ndarray, " records"]
    short: int
    longest: int
    ids: Int32[np.ndarray, " tokens"]
    scores: Float64[np.ndarray, " tokens"]


def automaton(vocabulary: Vocabulary) -> Automaton:
    """The automaton of a vocabulary, with its rule for unknown bytes."""
    pieces, ids, scores = spelled(vocabulary)
    if not pieces:
        raise UnigramError("no token has a finite score, and strict=True adds none: nothing could be spelled")
    lengths = _lengths(pieces)
    ends = np.cumsum(lengths)
    parent, byte, ending = _trie(np.frombuffer(b"".join(pieces), np.uint8), ends)
    first, children, order = _breadth_first(parent)
    rarity = _rarity(parent, ending, scores)
    common = order[np.argsort(rarity[order], kind="stable")]
    base, check, mask, slot = _double_array(byte, first, children, common)
    if base.size > LARGEST:
        raise UnigramError(
            f"the tokens need {base.size} states, and there may be {LARGEST}: use fewer or shorter tokens"
        )
    fail, own, above = _failures(parent, byte, order, base, check, slot, ending)
    lists = _numbered(own, above)
    token, counts = _records(own, above, _hidden(vocabulary, pieces))
    length = lengths[token].astype(np.int32)
    lists, first, length, token, short = _short_first(lists, counts, length, token)
    links = fail << 8 | _labels(byte, base, check, slot)
    states = np.stack([base, links, lists, mask], axis=1).astype(np.uint32).ravel()
    return Automaton(states, first, length, token, short, int(lengths.max()), ids, scores)


def spelled(vocabulary: Vocabulary) -> tuple[list[bytes], Int32[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """What a text may be segmented into: the usable tokens, then a pseudo token for each byte that needs one.

    A pseudo token has the id of ``spelling``, or the vocabulary's size plus the byte. Under "character" the first byte
    of a UTF-8 character carries the whole penalty and those that continue it carry none.
    """
    usable = np.isfinite(vocabulary.scores)
    usable[list(vocabulary.reserved)] = False
    chosen = np.flatnonzero(usable)
    pieces, scores = [vocabulary.pieces[i] for i in chosen.tolist()], vocabulary.scores[chosen]
    known = {pieces[i][0] for i in np.flatnonzero(_lengths(pieces) == 1)}
    none = vocabulary.unknown == "none" or vocabulary.unknown_score == -np.inf
    missing = [] if none else sorted(set(range(256)) - known)
    free = vocabulary.unknown == "character"
    penalties = [0.0 if free and 0x80 <= byte < 0xC0 else vocabulary.unknown_score for byte in missing]
    spelling = vocabulary.spelling or range(len(vocabulary), len(vocabulary) + 256)
    ids = np.concatenate([chosen, [spelling[byte] for byte in missing]]).astype(np.int32)
    return pieces + [bytes([b]) for b in missing], ids, np.concatenate([scores, penalties])


def _lengths(pieces: list[bytes]) -> Int64[np.ndarray, " n"]:
    return np.fromiter(map(len, pieces), np.int64, len(pieces))


def _hidden(vocabulary: Vocabulary, pieces: list[bytes]) -> UInt8[np.ndarray, " tokens"]:
    """Which tokens are one character of several bytes, and which pseudo tokens such a token hides."""
    hidden = np.zeros(len(pieces), np.uint8)
    if vocabulary.unknown == "character":
        for i, piece in enumerate(pieces):
            if 2 <= len(piece) <= 4 and _is_character(piece):
                hidden[i] = _CHARACTER
            elif len(piece) == 1 and 0x80 <= piece[0] < 0xC0:
                hidden[i] = _CONTINUES
    return hidden


def _is_character(piece: bytes) -> bool:
    try:
        return len(piece.decode("utf-8")) == 1
    except UnicodeDecodeError:
        return False


@compiled()
def _trie(text, ends):
    """Parent and byte of every node, and the token that ends there. The root is 0, the single bytes 1 … 256."""
    size = 1 << 12
    while size < 2 * (text.size + 257):
        size *= 2
    mask = np.uint64(size - 1)
    key = np.full(size, _NONE, np.int64)  # (node, byte) → child, by open addressing
    value = np.empty(size, np.int32)
    parent = np.empty(text.size + 257, np.int32)
    byte = np.empty(text.size + 257, np.int32)
    ending = np.full(text.size + 257, _NONE, np.int32)
    parent[0], byte[0] = _NONE, 0
    n = 257
    for b in range(256):
        parent[b + 1], byte[b + 1] = 0, b
    begin = 0
    for t in range(ends.size):
        node = np.int64(text[begin]) + 1
        for p in range(begin + 1, ends[t]):
            edge = node * 256 + text[p]
            h = (np.uint64(edge) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(20)) & mask
            while key[h] != edge and key[h] != _NONE:
                h = (h + np.uint64(1)) & mask
            if key[h] == _NONE:
                key[h], value[h] = edge, n
                parent[n], byte[n] = node, text[p]
                n += 1
            node = np.int64(value[h])
        ending[node] = t
        begin = ends[t]
    return parent[:n].copy(), byte[:n].copy(), ending[:n].copy()


@compiled()
def _breadth_first(parent):
    """Every node's children (a counting sort), and all nodes, breadth first."""
    n = parent.size
    first = np.zeros(n + 1, np.int32)
    for v in range(1, n):
        first[parent[v] + 1] += 1
    first = np.cumsum(first).astype(np.int32)
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
def _rarity(parent, ending, scores):
    """−log Σ e^{score} over the tokens below a node, in sixteenths, as uint16: least at the root.

    States are laid out in this order, so that those which texts visit share a small part of memory.
    """
    mass, most = np.zeros(parent.size), scores.max()
    rarity = np.empty(parent.size, np.uint16)
    for v in range(parent.size - 1, -1, -1):  # children have larger numbers
        if ending[v] != _NONE:
            mass[v] += np.exp(scores[ending[v]] - most)
        if v:
            mass[parent[v]] += mass[v]
    for v in range(parent.size):
        rarity[v] = min(65535.0, max(0.0, -16 * np.log(max(mass[v], 1e-300) / mass[0])))
    return rarity


@compiled()
def _double_array(byte, first, children, order):
    """base, parent and children of every slot (0 is the root), and the slot of every node.

    Parents are placed in the given order.
    """
    n = byte.size
    check = np.full(2 * n + 1024, _NONE, np.int32)
    base = np.zeros(2 * n + 1024, np.int32)
    mask = np.zeros(2 * n + 1024, np.uint32)
    used = np.zeros(2 * n + 1024, np.uint8)
    slot = np.zeros(n, np.int32)
    check[0] = 0
    low = top = 1
    for i in range(n):
        node = order[i]
        kids = children[first[node] : first[node + 1]]
        if kids.size == 0:
            continue
        while check[low] != _NONE:
            low += 1
        b, tries = _free(check, used, byte, kids, low)
        low += tries >> 3  # a region that is nearly full is left behind
        for c in kids:
            slot[c] = b + byte[c]
            check[slot[c]] = slot[node]
            mask[slot[node]] |= np.uint32(1) << np.uint32(byte[c] & 31)
        base[slot[node]], used[b] = b, 1
        top = max(top, b + 256)
        if top + 512 > check.size:
            check, base, mask, used = _grown(check, _NONE), _grown(base, 0), _grown(mask, 0), _grown(used, 0)
    return base[: top + 1].copy(), check[: top + 1].copy(), mask[: top + 1].copy(), slot


@compiled()
def _labels(byte, base, check, slot):
    """The byte by which a slot is reached; of a free slot t, a byte c for which t − c is nobody's base."""
    used = np.zeros(base.size, np.uint8)
    for s in range(base.size):
        used[base[s]] |= check[s] != _NONE and base[s] > 0
    label = np.zeros(base.size, np.int64)
    label[slot] = byte
    for t in range(base.size):
        if check[t] == _NONE:
            while label[t] <= t and used[t - label[t]]:
                label[t] += 1
    return label


@compiled()
def _free(check, used, byte, kids, low):
    """The first base at which the slots of all children are free, and how many were tried."""
    least = 255
    for c in kids:
        least = min(least, byte[c])
    b, tries = max(low - least, 0), 0
    while True:
        taken = used[b] > 0
        for c in kids:
            taken |= b + byte[c] < check.size and check[b + byte[c]] != _NONE
        if not taken:
            return b, tries
        b += 1
        tries += 1


@compiled()
def _grown(a, filler):
    larger = np.full(2 * a.size, filler, a.dtype)
    larger[: a.size] = a
    return larger


@compiled()
def _failures(parent, byte, order, base, check, slot, ending):
    """fail of every slot; the token of every slot, and the nearest slot on its failures' way that has one too."""
    fail = np.zeros(base.size, np.int32)
    own = np.full(base.size, _NONE, np.int32)
    above = np.zeros(base.size, np.int32)
    for i in range(1, order.size):
        node = order[i]
        s = slot[node]
        own[s] = ending[node]
        if parent[node] == 0:
            continue
        f = fail[slot[parent[node]]]
        while check[base[f] + byte[node]] != f:
            f = fail[f]
        fail[s] = base[f] + byte[node]
        above[s] = fail[s] if own[fail[s]] != _NONE else above[fail[s]]
    return fail, own, above


@compiled()
def _numbered(own, above):
    """The list of every slot: 0 for nothing, else a number of its own where a token ends, else the nearest one's."""
    lists = np.zeros(own.size, np.int32)
    count = 0
    for s in range(own.size):
        if own[s] != _NONE:
            count += 1
            lists[s] = count
    for s in range(own.size):
        if own[s] == _NONE:
            lists[s] = lists[above[s]]
    return lists


@compiled()
def _records(own, above, hidden):
    """The tokens that end at every slot where one ends, longest first, and how many they are."""
    token = np.empty(own.size, np.int32)
    counts = np.zeros((own != _NONE).sum() + 1, np.int32)
    n = k = 0
    for s in range(own.size):
        if own[s] == _NONE:
            continue
        k += 1
        t, complete = s, False
        while t and own[t] != _NONE:
            complete |= hidden[own[t]] == _CHARACTER
            if not (complete and hidden[own[t]] == _CONTINUES):
                if n == token.size:
                    token = _grown(token, 0)
                token[n] = own[t]
                n += 1
                counts[k] += 1
            t = above[t]
    return token[:n].copy(), counts


def _short_first(lists, counts, length, token):
    """The same with the lists that have a token of more than `WINDOW` bytes last; and how many have none."""
    of = np.repeat(np.arange(counts.size), counts)
    far = np.zeros(counts.size, bool)
    far[of[length > WINDOW]] = True
    order = np.argsort(far, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    moved = np.argsort(rank[of], kind="stable")
    first = np.concatenate([[0], np.cumsum(counts[order])]).astype(np.int32)
    return rank[lists], first, length[moved], token[moved], int((~far).sum())
