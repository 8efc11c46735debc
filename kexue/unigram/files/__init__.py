"""Model files of Unigram tokenizers: BytePiece's, SentencePiece's and Hugging Face's are read, BytePiece's is written.

The scores that come out are the floats the other library computes with. Limits: 64 MiB a file, packed or unpacked
(a hostile file of that size may take some 1.5 GB while it is parsed, and seconds); 2²⁴ tokens of at most 1024 bytes.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from kexue.errors import UnigramError
from kexue.unigram.collector import collector_paused
from kexue.unigram.files.bytepiece import MARK, from_entries, from_envelope, from_usual
from kexue.unigram.files.bytepiece_text import text_of
from kexue.unigram.files.huggingface import from_tokenizer
from kexue.unigram.files.json_text import parsed
from kexue.unigram.files.raw import LIMIT, contents
from kexue.unigram.files.sentencepiece_model import from_proto
from kexue.unigram.files.sentencepiece_writer import Conversion, to_sentencepiece
from kexue.unigram.vocabulary import Vocabulary

__all__ = ["Conversion", "parse", "read", "to_sentencepiece", "write"]


def read(path: str | os.PathLike[str], strict: bool = False) -> Vocabulary:
    """The vocabulary in a model file; what kind of file it is, its content tells.

    Args:
        path: a BytePiece ``.model`` (JSON), a SentencePiece Unigram ``.model``, a ``tokenizer.json`` of Hugging Face
            with a Unigram model, or a zip archive with one of them.
        strict: text that the tokens cannot spell will be refused (``unknown="none"``).

    Raises:
        UnigramError: no such file; none of these kinds; damaged; a model that changes text before it segments it, or
            whose law this package does not have. The message names the file.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Vocabulary.of({b"a": -1.0, b"ab": -2.0}), f"{folder}/small.model")
    ...     read(f"{folder}/small.model").ids
    {b'a': 0, b'ab': 1}
    """
    path = Path(path)
    data = contents(path)
    try:
        return parse(data, strict)
    except UnigramError as error:
        raise UnigramError(f"{path}: {error}") from error


def parse(data: bytes, strict: bool = False) -> Vocabulary:
    """The same from a file's bytes, not packed.

    >>> parse(b"GIF89a")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    kexue.errors.UnigramError: the file begins with b'GIF89a', expected a BytePiece model or ...
    """
    with collector_paused():
        if _is_json(data):
            return _from_json(data, strict)
        if data[:1] == b"\n":
            return from_proto(data, strict)
    raise UnigramError(
        f"the file begins with {data[:16]!r}, expected a BytePiece model or tokenizer.json (JSON, '{{') or a "
        "SentencePiece model (a protocol buffer, byte 0x0A)"
    )


def _is_json(data: bytes) -> bool:
    head = data[:4096].lstrip()
    return head[:1] == b"{" and head[1:].lstrip()[:1] in (b'"', b"}", b"")


def _from_json(data: bytes, strict: bool) -> Vocabulary:
    if (vocabulary := from_usual(data, strict)) is not None:
        return vocabulary
    value = parsed(data)
    if MARK in value:
        return from_envelope(value, data, strict)
    if "model" in value:
        return from_tokenizer(data, strict)
    return from_entries(value, data, strict)


def write(vocabulary: Vocabulary, path: str | os.PathLike[str]) -> None:
    """Writes BytePiece's JSON form (``bytepiece.py`` has its description); the whole file or nothing.

    ``read`` gives the same tokens, ids and scores back, to the last bit.

    Raises:
        UnigramError: the file cannot be written, or would be larger than ``read`` accepts.
    """
    path = Path(path)
    data = text_of(vocabulary).encode()
    if len(data) > LIMIT:
        raise UnigramError(
            f"{path} would have {len(data)} bytes, expected at most {LIMIT}, which read accepts: drop tokens"
        )
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except (OSError, ValueError) as error:  # a path with a NUL or a surrogate is a ValueError
        raise UnigramError(f"{path} cannot be written: {getattr(error, 'strerror', error)}") from error
    finally:
        with suppress(OSError, ValueError):  # told above
            part.unlink(missing_ok=True)
