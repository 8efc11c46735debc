"""JSON that says everything once: neither a repeated key nor NaN nor Infinity passes."""

from __future__ import annotations

import json

from pydantic_core import from_json

from kexue.errors import UnigramError


def parsed(data: bytes) -> dict:
    """The JSON object in ``data``. Of repeated keys the last one wins here; ``unrepeated`` refuses them.

    >>> parsed(b'{"a": [1, "b"]}')
    {'a': [1, 'b']}
    """
    try:
        value = from_json(data, allow_inf_nan=False, cache_strings="none")
    except ValueError as error:
        raise UnigramError(f"the file begins as JSON but is none: {error}; fetch or save it again") from None
    if not isinstance(value, dict):
        raise UnigramError(f"the file is a JSON {type(value).__name__}, expected an object with the model's tokens")
    return value


def unrepeated(data: bytes) -> dict:
    """The same, by a slower parser that sees every key.

    >>> unrepeated(b'{"a": 1, "a": 2}')
    Traceback (most recent call last):
    kexue.errors.UnigramError: the key 'a' occurs twice in one JSON object, expected once: remove one of them
    """
    try:
        return json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
    except UnigramError:
        raise
    except (ValueError, RecursionError) as error:
        raise UnigramError(f"the file begins as JSON but is none: {error}") from None


def _once(pairs: list[tuple[str, object]]) -> dict:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        again = next(key for key, _ in pairs if key in seen or seen.add(key))
        raise UnigramError(f"the key {again[:60]!r} occurs twice in one JSON object, expected once: remove one of them")
    return found


def _no_constant(name: str) -> float:
    raise UnigramError(f"the file has the number {name}, expected finite ones")


def keys_occur_once(data: bytes, pairs: int, strings: str) -> bool:
    """Whether an object read by ``parsed`` had no repeated key, by counting colons.

    A colon outside strings follows each key. So, where no string escapes a colon, data has
    (pairs in the file) + (colons in the file's strings) of them: as many as were parsed, if nothing was overridden.

    Args:
        pairs: keys of all objects that came out.
        strings: all strings that came out and may have colons, joined.
    """
    escaped = b"\\u003" in data and (b"\\u003a" in data or b"\\u003A" in data)
    return not escaped and data.count(b":") == pairs + strings.count(":")
