"""The rows of the comparison, the thread gain, and time against length."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from benchmarks.unigram import texts
from benchmarks.unigram.contenders import missing
from benchmarks.unigram.models import load
from benchmarks.unigram.rounds import FEWEST, interleaved, passes, seconds
from benchmarks.unigram.rows import ROWS, WORKLOADS, Row
from kexue.unigram.peers import Peer

LENGTHS = (10**2, 10**3, 10**4, 10**5, 10**6, 10**7)
CURVES = ("flat kernel", "batch, lists", "bytepiece", "rs_bytepiece", "sentencepiece", "tokenizers")
LONGEST_CALL = 1.0  # seconds of a call after which a contender's curve ends: the next length takes ten times as long


class Ring:
    """The contenders, each loaded when it is first needed."""

    def __init__(self, folder: Path):
        self.folder, self.loaded = folder, {}

    def __getitem__(self, name: str):
        if name not in self.loaded:
            self.loaded[name] = load(name, self.folder)
        return self.loaded[name]


def compared(row: Row, ring: Ring, workload: str, name: str, text: str, alpha: float, rounds: int) -> dict:
    """One cell of the table, as data."""
    documents, drawn = WORKLOADS[workload](text), None if row.best else alpha
    duel = interleaved(*(ring[each].call(documents, drawn) for each in (row.peer, row.ours)), rounds)
    size = texts.size(documents)
    return {"row": row.title, "corpus": name, "workload": workload, "bytes": size, **vars(duel)}


def speeds(folder: Path, corpora: dict[str, str], alpha: float, rounds: int) -> list[dict]:
    """Every row whose peer is installed, on every corpus: what one process measures."""
    ring, found = Ring(folder), []
    for row in ROWS:
        if missing(row.peer):
            continue
        for workload in row.workloads:
            for name, text in corpora.items():
                print(f"  {row.title}: {name}, {workload} …", file=sys.stderr, flush=True)
                found.append(compared(row, ring, workload, name, text, alpha, rounds))
    return found


def threads(folder: Path, corpora: dict[str, str], alpha: float, rounds: int, number: int) -> dict[str, list[float]]:
    """Wall time of one thread over that of several, on all lines of a corpus, round by round."""
    ours = Ring(folder)["flat kernel"]
    gains = {}
    for name, text in corpora.items():
        every = texts.lines(text, 10**9)
        one, several = (ours.call(every, alpha, threads=n) for n in (1, number))
        gains[name] = interleaved(one, several, rounds, perf_counter).ratios
    return gains


def curve(contender: Peer, text: str, alpha: float, rounds: int) -> Iterator[tuple[int, float]]:
    """(bytes, nanoseconds per byte) by CPU time, up to 10 MB or to the first call that is too slow."""
    for length in LENGTHS:
        document = texts.document(text, length)
        call = contender.call([document], alpha)
        times = passes(call, process_time)
        took = median(seconds(call, times, process_time) for _ in range(rounds))
        yield length, took / texts.size([document]) * 1e9
        if took > LONGEST_CALL:
            return


def lengths(folder: Path, corpora: dict[str, str], alpha: float, rounds: int) -> list[dict]:
    """Time per byte of one document of 100 B to 10 MB, with line breaks and without."""
    ring, found = Ring(folder), []
    for contender in CURVES:
        if missing(contender):
            continue
        for name, text in corpora.items():
            for breaks in (True, False):
                body = text if breaks else text.replace("\n", " ")
                measured = curve(ring[contender], body, alpha, min(rounds, FEWEST))
                entry = {"contender": contender, "corpus": name, "line breaks": breaks}
                found.append(entry | {"points": list(measured)})
    return found
