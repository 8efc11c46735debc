"""Protocol buffers' wire format, read strictly and written: as much of it as a SentencePiece model needs.

A message is a row of fields; a field is a varint (number·8 + type), then by type: 0 a varint, 1 eight bytes,
2 a varint length and that many bytes, 5 four bytes. A varint has seven bits a byte, low ones first, at most ten bytes.
"""

from __future__ import annotations

from collections.abc import Iterator

from kexue.errors import UnigramError

Field = tuple[int, int, int, int]  # number, type, begin of the value, end; for a varint: value in place of begin


def varint(data: bytes, at: int, end: int) -> tuple[int, int]:
    """The varint at ``at``, and where it ends.

    >>> varint(bytes([0xAC, 0x02]), 0, 2)
    (300, 2)
    """
    value = 0
    for shift in range(0, 70, 7):
        if at >= end:
            raise UnigramError(f"the file ends inside a number at byte {at}: it is cut short or no SentencePiece model")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if value >= 2**64:
                break
            return value, at
    raise UnigramError(f"a number before byte {at} has more than 64 bits: this is no SentencePiece model")


def fields(data: bytes, at: int, end: int) -> Iterator[Field]:
    """The fields of the message in data[at:end], without copying."""
    while at < end:
        key, value_at = varint(data, at, end)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = varint(data, value_at, end)
            yield number, 0, value, at
            continue
        if kind == 2:
            size, value_at = varint(data, value_at, end)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise UnigramError(
                f"a field of type {kind} at byte {at}, expected 0, 1, 2 or 5: this is no SentencePiece model"
            )
        if not number or size > end - value_at:
            raise UnigramError(
                f"field {number} at byte {at} wants {size} bytes and {end - value_at} are left: the file is cut short, "
                "or no SentencePiece model"
            )
        at = value_at + size
        yield number, kind, value_at, at


def expect(field: Field, kind: int, name: str) -> None:
    if field[1] != kind:
        raise UnigramError(f"{name} has wire type {field[1]}, expected {kind}: this is no SentencePiece model")


def signed(value: int) -> int:
    """A varint as a protobuf int32 or int64: two's complement of 64 bits."""
    return value - 2**64 if value >= 2**63 else value


def write_varint(value: int) -> bytes:
    """
    >>> write_varint(300).hex(), write_varint(-1).hex()
    ('ac02', 'ffffffffffffffffff01')
    """
    value %= 2**64
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def write_number(number: int, value: int) -> bytes:
    return write_varint(number << 3) + write_varint(value)


def write_bytes(number: int, value: bytes) -> bytes:
    return write_varint(number << 3 | 2) + write_varint(len(value)) + value


def write_float(number: int, value: bytes) -> bytes:
    """A float32 field, from its four little-endian bytes."""
    return write_varint(number << 3 | 5) + value
