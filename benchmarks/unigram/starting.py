"""The first steps of a contender in a process that has imported nothing of it yet."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from time import perf_counter


def first_steps(name: str, module: str, folder: Path, line: str, alpha: float) -> dict[str, float]:
    """Wall seconds in a fresh process: to import, to load twice, to sample a line twice."""
    took: dict[str, float] = {}

    def timed(step: str, act: Callable) -> object:
        start = perf_counter()
        result = act()
        took[step] = perf_counter() - start
        return result

    timed("import", lambda: import_module(module))
    from benchmarks.unigram.models import load  # imports ours

    timed("load", lambda: load(name, folder))
    contender = timed("load again", lambda: load(name, folder))
    for step in ("first sample", "second sample"):
        timed(step, contender.call([line], alpha))
    return took
