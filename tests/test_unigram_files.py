"""Hostile model files of every kind: refused by what is wrong with them, without harm."""

from __future__ import annotations

import io
import json
import time
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from unigram_files import VALID, load, proto, read_bytes, same, zipped

from kexue.unigram import UnigramError, Vocabulary
from kexue.unigram.files import parse, read, write
from kexue.unigram.files.bytepiece import from_entries, from_usual
from kexue.unigram.files.bytepiece_text import text_of
from kexue.unigram.files.json_text import parsed
from kexue.unigram.files.raw import LIMIT, unpacked
from kexue.unigram.files.wire import write_bytes, write_number, write_varint


def entry(key: str = "YQ==", *row) -> bytes:
    return json.dumps({key: list(row)}).encode()


HUGE = write_varint(2**63)
SPELLED = json.dumps(json.loads(VALID["larger form"]) | {"spelling": [0] * 256}).encode()
BAD = {
    "empty": (b"", "begins with b''"),
    "picture": (b"\x89PNG\r\n", "PNG"),
    "list": (b"[1]", "begins with"),
    "empty object": (b"{}", "empty JSON object"),
    "cut JSON": (VALID["bytepiece"][:-9], "begins as JSON but is none"),
    "not UTF-8": (b'{"\xff": 1}', "is none"),
    "deep arrays": (b'{"a":' + b"[" * 10**6, "is none"),
    "deep objects": (b'{"model":' * 10**5, "is none"),
    "deep, closed": (b'{"model":' + b"[" * 150 + b"]" * 150 + b"}", "type"),
    "NaN": (b'{"YQ==": [3, "a", NaN]}', "is none"),
    "Infinity": (b'{"YQ==": [3, "a", Infinity]}', "is none"),
    "overflow": (b'{"YQ==": [3, "a", 1e999]}', "."),
    "NaN in tokenizer.json": (b'{"model": {"type": "Unigram", "vocab": [["a", NaN]]}}', "."),
    "many digits": (b'{"YQ==": [3, "a", ' + b"9" * 5000 + b"]}", "."),
    "huge count": (entry("YQ==", 3, "a", 2**63), "frequency"),
    "negative count": (entry("YQ==", 3, "a", -1), "frequency"),
    "no count": (entry("YQ==", 3, "a", 0), "more than 0"),
    "true count": (entry("YQ==", 3, "a", True), "frequency"),
    "text count": (entry("YQ==", 3, "a", "1"), "frequency"),
    "short row": (entry("YQ==", 3, 1), "expected a BytePiece entry"),
    "long row": (entry("YQ==", 3, "a", 1, 1, 1), "expected a BytePiece entry"),
    "unequal rows": (b'{"YQ==": [3, "a"], "Yg==": [1, 4, "b", 2]}', "expected a BytePiece entry"),
    "no row": (b'{"YQ==": 3}', "expected a BytePiece entry"),
    "id 1": (entry("YQ==", 1, "a", 1), "smallest id is 1"),
    "true id": (entry("YQ==", True, "a", 1), "expected a BytePiece entry"),
    "huge id": (entry("YQ==", 2**70, "a", 1), "expected a BytePiece entry"),
    "no text": (entry("YQ==", 3, 5, 1), "expected a BytePiece entry"),
    "not base64": (entry("a", 3, "a", 1), "not base64"),
    "loose base64": (entry("YQ==\n", 3, "a", 1), "not base64"),
    "not ASCII": (entry("é", 3, "a", 1), "not base64"),
    "empty token": (entry("", 3, "", 1), "0 bytes"),
    "long token": (entry("YWFh" * 400, 3, "", 1), "1200 bytes"),
    "same token": (b'{"YQ==": [3, "a", 1], "YR==": [4, "a", 1]}', "every token may occur once"),
    "same id": (b'{"YQ==": [3, "a", 1], "Yg==": [3, "b", 1]}', "repeat or leave gaps"),
    "gap": (b'{"YQ==": [3, "a", 1], "Yg==": [5, "b", 1]}', "repeat or leave gaps"),
    "same key": (b'{"YQ==": [3, "a", 1], "YQ==": [3, "a", 2]}', "'YQ==' occurs twice"),
    "same key, colons hidden": (b'{"YQ==": [3, "a", 1], "YQ==": [3, "\\u003a", 2]}', "'YQ==' occurs twice"),
    "same key in tokenizer.json": (b'{"model": 1, "model": 2}', "'model' occurs twice"),
    "score NaN": (b'{"YQ==": [0, "a", "NaN", 1]}', "a score is 'NaN'"),
    "score above 0": (entry("YQ==", 0, "a", 0.5, 1), "at most 0"),
    "another version": (b'{"kexue.unigram": 2}', "expected version 1"),
    "another byte's spelling": (SPELLED, "spelling lists 0 for the byte 0x00, expected the id of that byte's token"),
    "no model": (b"\n", "is cut short"),
    "only reserved": (proto((b"a", -1, 2)), "NORMAL"),
    "cut protobuf": (VALID["sentencepiece"][:20], "cut short"),
    "length 2**63": (b"\n" + HUGE, "wants 9223372036854775808 bytes"),
    "inner length 2**63": (write_bytes(1, b"\n" + HUGE), "wants 9223372036854775808 bytes"),
    "endless number": (b"\n" + b"\xff" * 12, "64 bits"),
    "settings without end": (VALID["sentencepiece"] + b"\x12\x00" * (2**20 + 1), "more than 1048576 fields"),
    "inner fields without end": (write_bytes(1, b"\n\x01a" + b"\x38\x01" * (2**20)), "more than 1048576 fields"),
    "long array": (b'{"YQ==": [' + b"[]," * 10**6 + b"1]}", "expected a BytePiece entry"),
    "group": (write_bytes(1, b"\n\x01a") + b"\x0b", "type 3"),
    "field 0": (write_bytes(1, b"\n\x01a") + b"\x02\x00", "field 0"),
    "empty piece": (write_bytes(1, b"\n\x00"), "is empty"),
    "no piece": (write_bytes(1, b""), "is empty"),
    "piece as number": (write_bytes(1, b"\x08\x01"), "wire type"),
    "type 9": (proto((b"a", -1, 9)), "unknown type 9"),
    "score 1": (proto((b"a", 1, 1)), "at most 0"),
    "float NaN": (proto((b"a", np.nan, 1)), "expected a finite number"),
    "float −∞": (proto((b"a", -np.inf, 1)), "expected a finite number"),
    "piece twice": (proto((b"a", -1, 1), (b"a", -1, 1)), "every token may occur once"),
    "piece not UTF-8": (proto((b"\xff", -1, 1)), "not UTF-8"),
    "half pieces": (proto((b"\xc3", -1, 1), (b"\xa9", -1, 1)), "not UTF-8"),
    "no byte pieces": (proto((b"a", -1, 1), trainer=write_number(35, 1)), "<0x00> of type BYTE is missing"),
    "two models": (zipped(VALID["bytepiece"], "a.model", "b.model"), "2 models"),
    "no model in zip": (zipped(b"", "folder/"), "0 models"),
    "zip in zip": (zipped(VALID["zip"]), "begins with b'PK"),
    "cut zip": (VALID["zip"][:-5], "damaged"),
    "bomb": (zipped(bytes(LIMIT + 1)), "more than 67108864 bytes"),
    "list of files": (VALID["zip"] + b"PK\x01\x02" * 200, "more than 100 files"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_by_what_is_wrong(name, tmp_path):
    data, message = BAD[name]
    start = time.perf_counter()
    with pytest.raises(UnigramError, match=message) as caught:
        read_bytes(tmp_path, data)
    assert str(tmp_path / "file") in str(caught.value) or data[:2] == b"PK"
    assert len(str(caught.value)) < 1000
    assert time.perf_counter() - start < 20  # seconds, on a busy machine; the slowest takes 3 on an idle one


def test_paths_that_are_no_files(tmp_path):
    with pytest.raises(UnigramError, match="is not there"):
        read(tmp_path / "nothing")
    with pytest.raises(UnigramError, match="is no file"):
        read(tmp_path)
    for name in ("nowhere/a.model", "a\0b", "a" * 250, "a\ud800"):
        with pytest.raises(UnigramError, match="cannot be written"):
            write(Vocabulary.of({b"a": -1.0}), tmp_path / name)
    assert not list(tmp_path.iterdir())
    with pytest.raises(UnigramError, match="cannot be read: File name too long"):
        read(tmp_path / ("a" * 300))
    with (tmp_path / "large").open("wb") as file:
        file.truncate(LIMIT + 1)
    with pytest.raises(UnigramError, match="64 MiB"):
        read(tmp_path / "large")


def locked(data: bytes) -> bytes:
    """The archive with the bit that says 'encrypted' set in both its headers."""
    data = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    return bytes(data)


def test_archives_that_need_more_than_deflate():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as file:
        file.writestr("a.model", VALID["bytepiece"])
    for data in (buffer.getvalue(), locked(VALID["zip"])):
        with pytest.raises(UnigramError, match="encrypted or packed by another method"):
            unpacked(data)


def loads_or_refuses(data: bytes) -> None:
    start = time.perf_counter()
    fast = from_usual(data)
    if fast is not None:  # then the general parser reads the same
        assert same(fast, from_entries(parsed(data), data))
    try:
        vocabulary = load(data)
    except UnigramError:
        vocabulary = None
    if vocabulary is not None:
        assert same(parse(text_of(vocabulary).encode()), vocabulary)
    assert time.perf_counter() - start < 20  # seconds: no hang


FUZZ = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FUZZ
@given(st.binary(max_size=200))
@example(b"PK\x03\x04")
@example(b"\n\n\n")
def test_random_bytes(data):
    for head in (b"", b"\n", b"{", b'{"', b"PK\x03\x04"):
        loads_or_refuses(head + data)


@pytest.mark.parametrize("kind", VALID)
def test_every_truncation(kind):
    step = max(1, len(VALID[kind]) // 300)
    for size in range(0, len(VALID[kind]), step):
        loads_or_refuses(VALID[kind][:size])


@FUZZ
@given(data=st.data())
@pytest.mark.parametrize("kind", VALID)
def test_mutations(kind, data):
    broken = bytearray(VALID[kind])
    for _ in range(data.draw(st.integers(1, 3))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    loads_or_refuses(bytes(broken))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@FUZZ
@given(value=JSON, data=st.data())
@pytest.mark.parametrize("kind", ["bytepiece", "tokenizer.json", "larger form"])
def test_json_of_any_other_shape(kind, value, data):
    """Some part of a valid file replaced by arbitrary JSON."""
    file = json.loads(VALID[kind])
    at, key = file, data.draw(st.sampled_from(sorted(file)))
    while isinstance(at[key], (dict, list)) and at[key] and data.draw(st.booleans()):
        at = at[key]
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
    at[key] = value
    loads_or_refuses(json.dumps(file).encode())
