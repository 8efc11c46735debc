"""Many byte strings in one array: what the tokens of a vocabulary are until somebody looks at one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Int64, UInt8

from kexue.unigram.compiling import compiled

_PRIME, _START = np.uint64(0x100000001B3), np.uint64(0xCBF29CE484222325)


@dataclass(frozen=True, eq=False)
class ByteStrings(Sequence):
    """A tuple of `bytes` in all but its making: from an array, the first time that one of them is asked for.

    Args:
        text: all their bytes.
        begins, ends: where in it each one is.

    >>> words = ByteStrings.of((b"a", b"bc", b"")) + ByteStrings.of((b"d",))
    >>> list(words), words.lengths.tolist(), list(words.taken([3, 1]))
    ([b'a', b'bc', b'', b'd'], [1, 2, 0, 1], [b'd', b'bc'])
    """

    text: UInt8[np.ndarray, " bytes"]
    begins: Int64[np.ndarray, " strings"]
    ends: Int64[np.ndarray, " strings"]

    @staticmethod
    def of(strings: Sequence[bytes]) -> ByteStrings:
        """Those of a list or tuple, kept as they are beside the array."""
        lengths = np.fromiter(map(len, strings), np.int64, len(strings))
        ends = np.cumsum(lengths)
        made = ByteStrings(np.frombuffer(b"".join(strings), np.uint8), ends - lengths, ends)
        made.__dict__["as_tuple"] = tuple(strings)
        return made

    @cached_property
    def as_tuple(self) -> tuple[bytes, ...]:
        text = self.text.tobytes()
        return tuple([text[a:b] for a, b in zip(self.begins.tolist(), self.ends.tolist(), strict=True)])

    def __len__(self) -> int:
        return self.ends.size

    def __getitem__(self, i):
        return self.as_tuple[i]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.as_tuple)

    def __add__(self, other: ByteStrings) -> ByteStrings:
        return ByteStrings(
            np.concatenate([self.text, other.text]),
            np.concatenate([self.begins, other.begins + self.text.size]),
            np.concatenate([self.ends, other.ends + self.text.size]),
        )

    def __eq__(self, other: object) -> bool:
        return self.as_tuple == (other.as_tuple if isinstance(other, ByteStrings) else other)

    def __hash__(self) -> int:
        return hash(self.as_tuple)

    @cached_property
    def lengths(self) -> Int64[np.ndarray, " strings"]:
        """Bytes of every one."""
        return self.ends - self.begins

    def taken(self, which) -> ByteStrings:
        """Those at some places, or those where a mask is true."""
        return ByteStrings(self.text, self.begins[which], self.ends[which])

    def are_different(self) -> bool:
        """Whether none occurs twice. Different hashes are different strings, and equal ones are looked at."""
        hashes = np.sort(_hashes(self.text, self.begins, self.ends))
        return bool((hashes[1:] != hashes[:-1]).all()) or len(set(self)) == len(self)


@compiled()
def _hashes(text, begins, ends):
    """FNV-1a, of 64 bits. http://www.isthe.com/chongo/tech/comp/fnv"""
    found = np.empty(ends.size, np.uint64)
    for i in range(ends.size):
        h = _START
        for at in range(begins[i], ends[i]):
            h = (h ^ np.uint64(text[at])) * _PRIME
        found[i] = h
    return found
