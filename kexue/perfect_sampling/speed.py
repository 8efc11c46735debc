"""How the time to sample grows with a text's length, ours and the peers', in CPU seconds of this process.

CPU time, since a page may be built on a machine that is busy; the least of a few runs, since what disturbs a run only
adds to it. Everything runs on one thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import process_time

import numpy as np

Prepare = Callable[[Sequence[str]], Callable[[], object]]
LINEAR = 8000  # bytes from which on a slope is fitted: below, the cost of a call counts


@dataclass(frozen=True)
class Growth:
    """Times of one contender on one kind of text.

    Args:
        name: the contender.
        sizes: bytes of the texts.
        seconds: CPU time of each.
    """

    name: str
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]

    @property
    def rate(self) -> float:
        """MB/s on the longest text."""
        return self.sizes[-1] / self.seconds[-1] / 1e6

    @property
    def slope(self) -> float:
        """d log seconds / d log bytes, by least squares from `LINEAR` bytes on; NaN with fewer than two such texts."""
        long = np.array(self.sizes) >= LINEAR
        if long.sum() < 2:
            return float("nan")
        return float(np.polyfit(np.log(self.sizes)[long], np.log(self.seconds)[long], 1)[0])


def growth(
    name: str, prepare: Prepare, texts: Mapping[int, Sequence[str]], patience: float, warm: Sequence[int] = ()
) -> Growth:
    """Time a sampler on texts of growing size, until the next is expected to take longer than ``patience`` seconds.

    Args:
        name: of the contender.
        prepare: makes of texts the call to be timed.
        texts: bytes → texts that have so many together, the small first.
        patience: CPU seconds.
        warm: bytes of texts that are sampled once before, beside the shortest: where long ones are compiled code of
            their own.
    """
    for size in (min(texts), *warm):
        prepare(texts[size])()
    sizes, seconds = [], []
    for size, some in texts.items():
        if seconds and _next(size, sizes, seconds) > patience:
            break
        seconds.append(least(prepare(some)))
        sizes.append(sum(len(text.encode()) for text in some))
    return Growth(name, tuple(sizes), tuple(seconds))


def least(act: Callable[[], object], runs: int = 3, enough: float = 0.4) -> float:
    """Least CPU seconds of a few runs; of short ones many are timed together; a long one runs once."""
    once = _timed(act, 1)
    if once > enough:
        return once
    together = max(1, round(0.005 / max(once, 1e-7)))
    return min(_timed(act, together) for _ in range(runs))


def pieces(document: str) -> tuple[list[str], list[str]]:
    """A document as one line, and as its lines."""
    line = document.replace("\n", " ")
    return [line], [each for each in document.split("\n") if each]


def _timed(act: Callable[[], object], times: int) -> float:
    begin = process_time()
    for _ in range(times):
        act()
    return (process_time() - begin) / times


def _next(size: int, sizes: list[int], seconds: list[float]) -> float:
    """What the next text will take if times go on growing as fast as they did."""
    slope = 1.0
    if len(sizes) > 1:
        slope = np.log(seconds[-1] / seconds[-2]) / np.log(sizes[-1] / sizes[-2])
    return seconds[-1] * (size / sizes[-1]) ** max(slope, 1.0)
