"""Two contenders timed in turn, and the statistics of their rounds."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time

Call = Callable[[], object]
ROUND = 0.25  # seconds that a round of one contender takes at least
PATIENCE = 12.0  # seconds of rounds after which no further one is started, once there are FEWEST
FEWEST = 3


@dataclass(frozen=True)
class Duel:
    """Seconds that one pass over the same text took in each round: (a peer's, ours)."""

    peer: list[float]
    ours: list[float]

    @property
    def ratios(self) -> list[float]:
        """How many times faster ours was, round by round."""
        return [a / b for a, b in zip(self.peer, self.ours, strict=True)]

    @property
    def ratio(self) -> float:
        """Their median."""
        return median(self.ratios)


def seconds(call: Call, times: int, clock: Callable[[], float]) -> float:
    """Seconds of one call, the mean of `times`; a result is released as soon as the next one is asked for."""
    start = clock()
    for _ in range(times):
        call()
    return (clock() - start) / times


def passes(call: Call, clock: Callable[[], float]) -> int:
    """How many calls fill a round. The first call, which may compile or allocate, does not count."""
    call()
    return max(1, round(ROUND / max(seconds(call, 1, clock), 1e-9)))


def interleaved(peer: Call, ours: Call, rounds: int, clock: Callable[[], float] = process_time) -> Duel:
    """Rounds (peer, ours, peer, ours …): what slows the machine down for a while slows both.

    Args:
        peer, ours: one pass over the same text each.
        rounds: how many, fewer (but FEWEST) where a round is so slow that PATIENCE runs out.
        clock: CPU time of the process by default, so that threads do not count as speed.
    """
    gc.collect()
    gc.freeze()  # vocabularies of a peer are no reason to slow down another one's garbage collection
    contenders = [(call, passes(call, clock), []) for call in (peer, ours)]
    started = perf_counter()
    for done in range(rounds):
        if done >= FEWEST and perf_counter() - started > PATIENCE:
            break
        for call, times, found in contenders:
            found.append(seconds(call, times, clock))
    gc.unfreeze()
    return Duel(*(found for _, _, found in contenders))


def pooled(duels: list[Duel]) -> dict[str, float]:
    """Median of the processes' medians, and the smallest and largest ratio of any round."""
    every = [ratio for duel in duels for ratio in duel.ratios]
    return {"ratio": median(duel.ratio for duel in duels), "least": min(every), "most": max(every)}
