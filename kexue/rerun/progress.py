"""Progress that can be read in a terminal and in a log."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm

EVERY_SECOND, EVERY_HALF_MINUTE = 1.0, 30.0


class _Lines:
    """A log in place of a terminal: what would overwrite a line begins a new one."""

    def __init__(self, log: object) -> None:
        self.log = log

    def write(self, text: str) -> None:
        if text.strip("\r\n "):
            self.log.write(text.strip("\r\n") + "\n")

    def flush(self) -> None:
        self.log.flush()


@contextmanager
def progress(label: str, total: int) -> Iterator[tqdm]:
    """A bar over ``total`` cells whose clock runs also while one of them takes long.

    In a terminal it is redrawn each second; elsewhere a line is written for each cell and each half minute.
    """
    terminal = sys.stderr.isatty()
    where = sys.stderr if terminal else _Lines(sys.stderr)
    layout = "{desc}: cell {n_fmt}/{total_fmt} |{bar:24}| {elapsed}{postfix}"
    bar = tqdm(total=total, desc=label, bar_format=layout, file=where, dynamic_ncols=terminal, leave=terminal)
    done = threading.Event()
    clock = threading.Thread(target=_tick, args=(bar, done, EVERY_SECOND if terminal else EVERY_HALF_MINUTE))
    clock.start()
    try:
        yield bar
    finally:
        done.set()
        clock.join()
        bar.close()


def advance(bar: tqdm, state: str, line: int) -> None:
    """Show that the cell at a line of the page has started, or count it as done."""
    if state == "started":
        bar.set_postfix_str(f"line {line}")
    elif state == "done":
        bar.n += 1
        if bar.n == bar.total:
            bar.set_postfix_str("done")


def _tick(bar: tqdm, done: threading.Event, period: float) -> None:
    while not done.wait(period):
        bar.refresh()
