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
from jaxtyping import Float64, Int32, UInt8, UInt32

from kexue.errors import UnigramError
from kexue.unigram.bytestrings import ByteStrings
from kexue.unigram.compiling import compiled
from kexue.unigram.trie import (
    BASE,
    CHECK,
    CHILDREN,
    ENDING,
    LARGEST,
    NONE,
    breadth_first,
    double_array,
    grown,
    rarity,
    renumbered,
    trie,
)
from kexue.unigram.vocabulary import Vocabulary

WINDOW = 8  # bytes of the tokens that have a place in a list's row
LINK = CHECK  # in the double array, then in the automaton

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
    if not len(pieces):
        raise UnigramError("no token has a finite score, and strict=True adds none: nothing could be spelled")
    longest = int(pieces.lengths.max())
    nodes = trie(pieces.text, pieces.begins, pieces.ends, longest)
    _check_states(nodes[0].size)
    parent, byte, ending = renumbered(*nodes, np.argsort(rarity(nodes[0], nodes[2], scores), kind="stable"))
    first, children, order = breadth_first(parent)
    rows, slot = double_array(byte, first, children)
    _check_states(len(rows))
    fail, own, above = _failures(parent, byte, order, rows, slot, ending)
    lists, slot_of, short = _numbered(own, above, pieces.lengths)
    first, token = _records(own, above, slot_of, _hidden(vocabulary, pieces))
    rows[:, LINK] = fail << 8 | _labels(byte, rows, slot)
    rows[:, ENDING] = lists
    states = rows.ravel().view(np.uint32)
    return Automaton(states, first, pieces.lengths.astype(np.int32)[token], token, short, longest, ids, scores)


def _check_states(count: int) -> None:
    if count > LARGEST:
        raise UnigramError(
            f"the tokens need {count} states or more, and there may be {LARGEST}: use fewer or shorter tokens"
        )


def spelled(vocabulary: Vocabulary) -> tuple[ByteStrings, Int32[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """What a text may be segmented into: the usable tokens, then a pseudo token for each byte that needs one.

    A pseudo token has the id of ``spelling``, or the vocabulary's size plus the byte. Under "character" the first byte
    of a UTF-8 character carries the whole penalty and those that continue it carry none.
    """
    chosen = np.flatnonzero(vocabulary.used & np.isfinite(vocabulary.scores))
    pieces, scores = vocabulary.pieces.taken(chosen), vocabulary.scores[chosen]
    none = vocabulary.unknown == "none" or vocabulary.unknown_score == -np.inf
    known = pieces.text[pieces.begins[pieces.lengths == 1]]
    missing = [] if none else np.setdiff1d(np.arange(256), known).tolist()
    free = vocabulary.unknown == "character"
    penalties = [0.0 if free and 0x80 <= byte < 0xC0 else vocabulary.unknown_score for byte in missing]
    spelling = vocabulary.spelling or range(len(vocabulary), len(vocabulary) + 256)
    ids = np.concatenate([chosen, [spelling[byte] for byte in missing]]).astype(np.int32)
    return pieces + ByteStrings.of([bytes([b]) for b in missing]), ids, np.concatenate([scores, penalties])


def _hidden(vocabulary: Vocabulary, pieces: ByteStrings) -> UInt8[np.ndarray, " tokens"]:
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
def _labels(byte, rows, slot):
    """The byte by which a slot is reached; of a free slot t, a byte c for which t − c is nobody's base."""
    used = np.zeros(len(rows), np.uint8)
    for s in range(len(rows)):
        used[rows[s, BASE]] |= rows[s, CHECK] != NONE and rows[s, BASE] > 0
    label = np.zeros(len(rows), np.int32)
    for node in range(slot.size):
        label[slot[node]] = byte[node]
    for t in range(len(rows)):
        if rows[t, CHECK] == NONE:
            while label[t] <= t and used[t - label[t]]:
                label[t] += 1
    return label


@compiled()
def _failures(parent, byte, order, rows, slot, ending):
    """fail of every slot; the token of every slot, and the nearest slot on its failures' way that has one too."""
    fail = np.zeros(len(rows), np.int32)
    own = np.full(len(rows), NONE, np.int32)
    above = np.zeros(len(rows), np.int32)
    for node in order[1:]:
        s, c = slot[node], byte[node]
        own[s] = ending[node]
        if parent[node] == 0:
            continue
        f = fail[slot[parent[node]]]
        while not (rows[f, CHILDREN] >> np.int32(c & 31) & 1 and rows[rows[f, BASE] + c, CHECK] == f):
            f = fail[f]
        f = rows[f, BASE] + c
        fail[s] = f
        above[s] = f if own[f] != NONE else above[f]
    return fail, own, above


def _numbered(own, above, lengths):
    """The list of every slot: 0 for nothing, else a number of its own where a token ends, else the nearest one's.

    Returns:
        The lists; the slot whose own each list is; and how many lists have no token of more than `WINDOW` bytes: these
        come first.
    """
    slots = np.flatnonzero(own != NONE)
    far = lengths[own[slots]] > WINDOW  # of a list's tokens the slot's own is longest
    slot_of = np.concatenate([[0], slots[~far], slots[far]])
    lists = np.zeros(own.size, np.int32)
    lists[slot_of] = np.arange(slot_of.size)
    lists = np.where(own == NONE, lists[above], lists)
    return lists, slot_of, int(slot_of.size - far.sum())


@compiled()
def _records(own, above, slot_of, hidden):
    """Where each list's records begin, and their tokens, the longest of a list first."""
    token = np.empty(own.size, np.int32)
    first = np.zeros(slot_of.size + 1, np.int32)
    n = 0
    for k in range(1, slot_of.size):
        t, complete = slot_of[k], False
        while t and own[t] != NONE:
            complete |= hidden[own[t]] == _CHARACTER
            if not (complete and hidden[own[t]] == _CONTINUES):
                if n == token.size:
                    token = grown(token, 2 * n, 0)
                token[n] = own[t]
                n += 1
            t = above[t]
        first[k + 1] = n
    return first, token[:n]
