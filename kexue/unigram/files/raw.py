"""The bytes of a model file, plain or alone in a zip archive, never more than ``LIMIT`` of them."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

from kexue.errors import UnigramError

LIMIT = (
    64 * 2**20
)  # bytes of a model, packed or unpacked; the largest published vocabularies (a million tokens) stay below
MEMBERS = 100  # entries an archive may list
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others' decoders take their memory from what the file declares


def contents(path: Path) -> bytes:
    """What the file holds, or what the one model in it holds if it is a zip archive.

    Raises:
        UnigramError: no such regular file, more than ``LIMIT`` bytes, an archive that is damaged, locked, or holds
            anything but one model.
    """
    data = _read(path)
    return unpacked(data) if data[:4] in (b"PK\x03\x04", b"PK\x05\x06") else data


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise UnigramError(
                f"{path} is {'no file' if path.exists() else 'not there'}, expected the path of a model file"
            )
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
    except OSError as error:
        raise UnigramError(f"{path} cannot be read: {error.strerror}") from error
    return _within_limit(data, str(path))


def _within_limit(data: bytes, name: str) -> bytes:
    if len(data) > LIMIT:
        raise UnigramError(f"{name} has more than {LIMIT} bytes, expected a model file of at most {LIMIT >> 20} MiB")
    return data


def unpacked(archive: bytes) -> bytes:
    """The one model of a zip archive.

    >>> buffer = io.BytesIO()
    >>> with zipfile.ZipFile(buffer, "w") as file:
    ...     file.writestr("a.model", "{}")
    >>> unpacked(buffer.getvalue())
    b'{}'
    """
    if archive.count(b"PK\x01\x02") > MEMBERS:
        raise UnigramError(f"the zip archive lists more than {MEMBERS} files, expected one model")
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as file:
            return _member(file)
    except UnigramError:
        raise
    # What zipfile lets through from damaged archives: its own error, its decoder's, those of struct, names and seeks.
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise UnigramError(
            f"the zip archive is damaged ({error}), expected one with one model: fetch it again"
        ) from error


def _member(file: zipfile.ZipFile) -> bytes:
    files = [m for m in file.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
    models = [m for m in files if m.filename.endswith((".model", ".json"))] or files
    if len(models) != 1:
        names = ", ".join(repr(m.filename[:60]) for m in models[:3])
        raise UnigramError(f"the zip archive holds {len(models)} models ({names}), expected one: unpack it")
    member = models[0]
    if member.flag_bits & 1 or member.compress_type not in PLAIN:
        raise UnigramError(
            f"{member.filename!r} in the zip archive is encrypted or packed by another method than 'deflate': unpack it"
        )
    with file.open(member) as packed:
        return _within_limit(packed.read(LIMIT + 1), f"{member.filename!r} in the zip archive")
