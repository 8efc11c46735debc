"""Byte strings in one array, against the tuple that they stand for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexue.errors import UnigramError
from kexue.unigram import bytestrings
from kexue.unigram.bytestrings import ByteStrings
from kexue.unigram.vocabulary import Vocabulary

STRINGS = st.lists(st.binary(max_size=3), max_size=12).map(tuple)


def unmade(strings: tuple[bytes, ...]) -> ByteStrings:
    """The same without the tuple that it was made from."""
    made = ByteStrings.of(strings)
    return ByteStrings(made.text, made.begins, made.ends)


@given(STRINGS, STRINGS, st.data())
def test_they_are_the_tuple(some, more, data):
    joined = unmade(some) + unmade(more)
    assert joined == some + more == ByteStrings.of(some + more)
    assert joined != (*some, *more, b"")
    assert hash(joined) == hash(some + more)
    assert (list(joined), len(joined), joined.lengths.tolist()) == (
        [*some, *more],
        len(some + more),
        list(map(len, some + more)),
    )
    which = data.draw(st.lists(st.integers(0, len(some + more) - 1), max_size=5)) if some + more else []
    taken = joined.taken(np.array(which, np.int64))
    assert taken == tuple((some + more)[i] for i in which)
    assert taken.are_different() == (len(set(taken)) == len(taken))


def test_strings_with_one_hash_are_looked_at(monkeypatch):
    monkeypatch.setattr(bytestrings, "_hashes", lambda text, begins, ends: np.zeros(ends.size, np.uint64))
    assert ByteStrings.of((b"a", b"b")).are_different()
    assert not ByteStrings.of((b"a", b"b", b"a")).are_different()


def test_hashes_are_fnv_1a():
    """The function's published values: http://www.isthe.com/chongo/tech/comp/fnv."""
    strings = ByteStrings.of((b"", b"a", b"foobar"))
    found = bytestrings._hashes(strings.text, strings.begins, strings.ends)
    assert found.tolist() == [0xCBF29CE484222325, 0xAF63DC4C8601EC8C, 0x85944171F73967E8]


def test_what_is_not_bytes_is_named():
    with pytest.raises(UnigramError, match=r"token 1 is 'b' \(str\), expected bytes"):
        Vocabulary((b"a", "b"), [-1.0, -2.0])
