"""The trie, its double array and the automaton on them, against sets of prefixes and a search for every token."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kexue.errors import UnigramError
from kexue.unigram import Unigram, automaton, trie
from kexue.unigram.states import end_lists
from kexue.unigram.vocabulary import Vocabulary

SMALL = st.lists(st.text("ab", min_size=1, max_size=6).map(str.encode), min_size=1, max_size=30, unique=True)
ANY = st.lists(st.binary(min_size=1, max_size=5), min_size=1, max_size=60, unique=True)


def laid(pieces):
    lengths = np.array(list(map(len, pieces)))
    ends = np.cumsum(lengths)
    return np.frombuffer(b"".join(pieces), np.uint8), ends - lengths, ends, int(lengths.max())


@settings(max_examples=150, deadline=None)
@given(pieces=SMALL | ANY, in_order=st.booleans())
def test_nodes_are_the_prefixes_and_slots_lead_to_them(pieces, in_order):
    pieces = sorted(pieces) if in_order else pieces
    nodes = trie.trie(*laid(pieces))
    order = np.argsort(trie.rarity(nodes[0], nodes[2], np.linspace(-1, -9, len(pieces))), kind="stable")
    parent, byte, ending = trie.renumbered(*nodes, order)
    assert (parent < np.arange(parent.size)).all()
    spelled = [b""]
    for p, b in zip(parent[1:].tolist(), byte[1:].tolist(), strict=True):
        spelled.append(spelled[p] + bytes([b]))
    prefixes = {piece[:k] for piece in pieces for k in range(len(piece) + 1)} | {bytes([b]) for b in range(256)}
    assert len(spelled) == len(prefixes)
    assert set(spelled) == prefixes
    ends = {spelled[v]: t for v, t in enumerate(ending.tolist()) if t != trie.NONE}
    assert ends == {p: t for t, p in enumerate(pieces)}

    first, children, order = trie.breadth_first(parent)
    depths = [len(spelled[v]) for v in order]
    assert depths == sorted(depths)
    rows, slot = trie.double_array(byte, first, children)
    base, check, mask = (rows[:, field].tolist() for field in (trie.BASE, trie.CHECK, trie.CHILDREN))
    assert len(set(slot.tolist())) == len(spelled)
    at, below = {spelled[v]: s for v, s in enumerate(slot.tolist())}, {}
    for v in range(1, len(spelled)):
        s, above = int(slot[v]), at[spelled[v][:-1]]
        assert (s, check[s]) == (base[above] + int(byte[v]), above)
        below[above] = below.get(above, 0) | 1 << (int(byte[v]) & 31)
    assert {s: m % (1 << 32) for s, m in enumerate(mask) if m} == below
    bases = [base[s] for s in below]
    assert len(set(bases)) == len(bases)


def test_a_table_of_children_grows():
    pieces = [bytes([a, b, c]) for a in range(9) for b in range(40) for c in range(40)]
    parent, _, ending = trie.trie(*laid(pieces))
    assert parent.size == 257 + 9 * 40 * 41
    assert np.array_equal(np.sort(ending[ending != trie.NONE]), np.arange(len(pieces)))


@settings(max_examples=150, deadline=None)
@given(pieces=SMALL, text=st.text("abc", max_size=60).map(str.encode))
def test_every_token_is_found_where_it_ends(pieces, text):
    built = automaton.automaton(Vocabulary(tuple(pieces), np.full(len(pieces), -1.0), unknown="none"))
    lists = np.empty(len(text), np.uint32)
    end_lists(built.states, np.frombuffer(text, np.uint8), 0, max(built.longest, automaton.WINDOW), lists)
    for j, which in enumerate(lists.tolist(), start=1):
        tokens = [pieces[built.ids[t]] for t in built.token[built.first[which] : built.first[which + 1]]]
        assert tokens == sorted({p for p in pieces if text[:j].endswith(p)}, key=len, reverse=True)


def test_more_states_than_links_can_name_are_refused(monkeypatch):
    pieces = [b"abcdef", b"abxyz"]
    monkeypatch.setattr(trie, "LARGEST", 260)
    assert trie.trie.py_func(*laid(pieces))[0].size == 261
    monkeypatch.setattr(automaton, "LARGEST", 260)
    with pytest.raises(UnigramError, match=r"the tokens need \d+ states or more, and there may be 260: use fewer"):
        Unigram(dict.fromkeys(pieces, -1.0))
