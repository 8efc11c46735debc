"""What a contender costs beside time: extra memory, loading, compiling. Each in a fresh process."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.unigram import texts
from benchmarks.unigram.contenders import PEERS, missing
from benchmarks.unigram.fresh import fresh
from benchmarks.unigram.models import load
from benchmarks.unigram.starting import first_steps
from kexue.errors import ExecutionError

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
SIZES = (10**6, 10**7)


def peak(*, reset: bool = False) -> int:
    """Most bytes that this process has held in memory, since the start or since the last reset where Linux has one."""
    if reset:
        gc.collect()
        with contextlib.suppress(OSError, AttributeError):  # not glibc
            ctypes.CDLL(None).malloc_trim(0)
        with contextlib.suppress(OSError):  # not Linux: the peak so far is the start
            CLEAR.write_text("5")
    if STATUS.exists():
        fields = dict(line.split(":", 1) for line in STATUS.read_text().splitlines())
        return int(fields["VmHWM"].split()[0]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def memory(name: str, folder: Path, text: str, length: int, alpha: float) -> float:
    """Extra memory of one document per byte of it, its result included; loaded and warmed up before."""
    contender = load(name, folder)
    contender.call([texts.document(text, 1000)], alpha)()
    document = [texts.document(text, length)]
    call = contender.call(document, alpha)
    before = peak(reset=True)
    kept = call()
    after = peak()
    del kept
    return (after - before) / texts.size(document)


def available() -> float:
    """Bytes of memory that are free."""
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return float("inf")


def memories(folder: Path, corpora: dict[str, str], alpha: float) -> list[dict]:
    """Bytes per input byte at 1 and at 10 MB; the latter only where half of the free memory would do."""
    found = []
    for name in [each for each in ("flat kernel", "batch, lists", *PEERS) if not missing(each)]:
        for corpus, text in corpora.items():
            entry: dict = {"contender": name, "corpus": corpus}
            for length in SIZES:
                if entry.get(str(SIZES[0]), 0) * length > available() / 2:
                    entry[str(length)] = None
                    continue
                try:
                    entry[str(length)] = fresh(memory, name, folder, text, length, alpha)
                except ExecutionError as error:
                    entry[str(length)], entry["error"] = None, str(error)
            found.append(entry)
    return found


def starts(folder: Path, corpora: dict[str, str], alpha: float) -> dict[str, dict[str, float]]:
    """First steps of ours with an empty cache of compiled code and with a full one, and of the peers."""
    line = texts.lines(next(iter(corpora.values())), 10**9)[0]
    found = {}
    with TemporaryDirectory() as cache:
        for state in ("nothing compiled", "compiled before"):
            args = ("flat kernel", "kexue.unigram", folder, line, alpha)
            found[f"kexue.unigram, {state}"] = fresh(first_steps, *args, NUMBA_CACHE_DIR=cache)
    for name, peer in PEERS.items():
        if not missing(name):
            found[name] = fresh(first_steps, name, peer.module, folder, line, alpha)
    return found
