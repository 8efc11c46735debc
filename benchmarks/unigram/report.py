"""The measurements as tables of text."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from statistics import median

from benchmarks.unigram.contenders import ALL, PEERS, missing, release
from benchmarks.unigram.rounds import Duel, pooled
from benchmarks.unigram.rows import COSTS, ROWS, verdict
from kexue.proof.tables import Table


def pooled_rows(processes: list[list[dict]]) -> list[dict]:
    """The cells of all processes, put together: ratio with its spread, MB/s of both, verdict on the target."""
    rows = {row.title: row for row in ROWS}
    found = []
    for same in zip(*processes, strict=True):
        cell, row = same[0], rows[same[0]["row"]]
        ratios = pooled([Duel(each["peer"], each["ours"]) for each in same])
        rates = {who: cell["bytes"] / 1e6 / median(median(each[who]) for each in same) for who in ("peer", "ours")}
        key = cell["corpus"], cell["workload"]
        target = {"target": row.targets.get(key), "stretch": row.stretch.get(key)}
        names = {"row": row.title, "corpus": key[0], "workload": key[1]}
        found.append(names | ratios | {f"{who} MB/s": rate for who, rate in rates.items()} | target)
    return found


def speed_table(cells: Iterable[dict], alpha: float) -> Table:
    """The comparison."""
    head = ("comparison", "corpus", "text", "peer MB/s", "ours MB/s", "ratio", "least–most", "target")
    rows = [
        (
            *(cell[key] for key in ("row", "corpus", "workload")),
            *(f"{cell[key]:.2f}" for key in ("peer MB/s", "ours MB/s")),
            f"{cell['ratio']:.1f}×",
            f"{cell['least']:.1f}–{cell['most']:.1f}",
            verdict(cell["ratio"], cell["target"], cell["stretch"]) if alpha == 0.1 else "",
        )
        for cell in cells
    ]
    caption = f"Input bytes per CPU second on one thread, sampling at α = {alpha:g}; medians of interleaved rounds"
    return Table(caption, head, rows)


def contender_table() -> Table:
    """Who takes part, in which release, and what each does differently."""
    rows = [
        (name, release(name), f"not here: {why}" if (why := missing(name)) else ALL[name].differs)
        for name in ("flat kernel", *PEERS)
    ]
    return Table("Contenders: one model, one thread each", ("contender", "release", "what differs"), rows)


def thread_table(gains: dict[str, list[float]], number: int) -> Table:
    """Several threads against one."""
    target = COSTS["two threads against one"] if number == 2 else None
    rows = [
        (corpus, f"{median(found):.2f}×", f"{min(found):.2f}–{max(found):.2f}", verdict(median(found), target))
        for corpus, found in gains.items()
    ]
    caption = f"Flat kernel, {number} threads against one, by wall time, all lines of the corpus"
    return Table(caption, ("corpus", "gain", "least–most", "target"), rows)


def length_table(curves: list[dict]) -> Table:
    """Nanoseconds per byte against length, and how far from linear: largest over smallest from 10 KB on."""
    sizes = sorted({length for entry in curves for length, _ in entry["points"]})
    rows = []
    for entry in curves:
        points = dict(entry["points"])
        large = [took for length, took in points.items() if length >= 10**4]
        spread = f"{max(large) / min(large):.2f}" if len(large) > 1 else ""
        cells = (f"{points[length]:.0f}" if length in points else "–" for length in sizes)
        text = "with breaks" if entry["line breaks"] else "one line"
        rows.append((entry["contender"], entry["corpus"], text, *cells, spread))
    head = ("contender", "corpus", "text", *(f"{length:,} B" for length in sizes), "most/least")
    return Table("Nanoseconds per byte of one document, by CPU time (– where a call was too slow before)", head, rows)


def memory_table(entries: list[dict]) -> Table:
    """Extra memory."""
    most = COSTS["bytes of extra memory per input byte"]
    rows = []
    for entry in entries:
        cells = ["not run" if entry[size] is None else f"{entry[size]:.1f}" for size in ("1000000", "10000000")]
        ours, value = entry["contender"] == "flat kernel", entry["10000000"]
        told = f"{'met' if value <= most else 'over'} ≤ {most:g}" if ours and value is not None else ""
        rows.append((entry["contender"], entry["corpus"], *cells, told or entry.get("error", "")))
    caption = "Extra peak memory on one document with line breaks, bytes per input byte, the result included"
    return Table(caption, ("contender", "corpus", "1 MB", "10 MB", "target"), rows)


def start_table(steps: dict[str, dict[str, float]]) -> Table:
    """Loading and compiling."""
    head = ("contender", *next(iter(steps.values())), "target")
    most = COSTS["seconds to load, after the first time"]
    rows = []
    for name, took in steps.items():
        told = f"{'met' if took['load again'] <= most else 'over'} ≤ {most:g} s" if "compiled before" in name else ""
        rows.append((name, *(f"{each:.3f} s" for each in took.values()), told))
    return Table("A fresh process's first steps, wall seconds; the target is for loading again", head, rows)


def processor() -> str:
    """The processor's name, as Linux tells it, or what Python knows."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        return next((name for name, _ in groupby(names)), platform.machine())
    return platform.processor() or platform.machine()


def machine() -> dict[str, object]:
    """Where it was measured."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        **{package: version(package) for package in ("numpy", "numba")},
        **{name: release(name) for name in PEERS},
    }
