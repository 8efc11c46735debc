"""How fast libraries decode and sample on this machine: rounds in turn, CPU time, medians of the rounds' ratios."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from statistics import median
from time import process_time

import numpy as np
from numba import njit

from kexue.unigram import Unigram
from kexue.unigram.corpus import Corpus
from kexue.unigram.lattice import Lattice
from kexue.unigram.peers import PEERS, Ours, OursFlat, Peer, missing

Call = Callable[[], object]
ROUND = 0.02  # CPU seconds of a round of one contender, at least
TASKS = {"best": "decoded", "drawn": "sampled"}
MAIN = OursFlat.name


@dataclass(frozen=True)
class Speeds:
    """CPU seconds of one pass, in every round: workload → task → contender → rounds.

    Args:
        seconds: the measurements.
        sizes: bytes of UTF-8 of each workload.
        absent: contenders that are not installed, and why.
    """

    seconds: Mapping[str, Mapping[str, Mapping[str, list[float]]]]
    sizes: Mapping[str, int]
    absent: Mapping[str, str]

    def rate(self, workload: str, task: str, name: str) -> float:
        """Megabytes (10⁶ bytes of UTF-8) per CPU second: the median round."""
        return self.sizes[workload] / median(self.seconds[workload][task][name]) / 1e6

    def times(self, workload: str, task: str, name: str, other: str = MAIN) -> float:
        """How many times the CPU time of ``other`` it took: the median of the rounds' ratios."""
        found = self.seconds[workload][task]
        return median(a / b for a, b in zip(found[name], found[other], strict=True))

    def price(self, workload: str, name: str) -> float:
        """CPU time of sampling over that of decoding: the quotient of the median rounds."""
        return self.rate(workload, "best", name) / self.rate(workload, "drawn", name)

    def __repr__(self) -> str:
        return f"Megabytes per CPU second, decoded and sampled: {', '.join(self.sizes)}"

    def _repr_html_(self) -> str:
        head = "".join(f'<th colspan="2">{escape(w)}, {n / 1000:.0f} KB</th>' for w, n in self.sizes.items())
        tasks = "".join(f"<th>{name}</th>" for _ in self.sizes for name in TASKS.values())
        names = next(iter(next(iter(self.seconds.values())).values()))
        rows = "".join(f"<tr><td>{escape(name)}</td>{self._cells(name)}</tr>" for name in names)
        rows += "".join(
            f'<tr><td>{escape(name)}</td><td colspan="{2 * len(self.sizes)}">{escape(why)}</td></tr>'
            for name, why in self.absent.items()
        )
        return (
            '<div class="kexue-table" tabindex="0" role="region" aria-label="Speeds"><table class="table"><thead>'
            f"<tr><th>MB/s</th>{head}</tr><tr><th></th>{tasks}</tr></thead>"
            f"<tbody>{rows}</tbody></table></div>"
        )

    def _cells(self, name: str) -> str:
        return "".join(f"<td>{self.rate(w, task, name):.3g}</td>" for w in self.sizes for task in TASKS)


def workloads(corpora: Sequence[Corpus], size: int) -> dict[str, tuple[str, list[str]]]:
    """Of every corpus its lines, one text each, and one document, of some ``size`` bytes: name → corpus, texts."""
    found = {}
    for corpus in corpora:
        found[f"{corpus.name} lines"] = (corpus.name, lines(corpus, size))
        found[f"{corpus.name} document"] = (corpus.name, [corpus.document(size)])
    return found


def lines(corpus: Corpus, size: int) -> list[str]:
    """Every k-th line, for the least k that keeps to ``size`` bytes."""
    every = max(1, -(-sum(len(line.encode()) for line in corpus.lines) // size))
    return corpus.lines[::every]


def compare(
    models: Mapping[str, Unigram], loads: Mapping[str, tuple[str, list[str]]], alpha: float, rounds: int
) -> Speeds:
    """Ours and every installed peer on all workloads, each with the model of its corpus."""
    absent = {name: why for name, peer in PEERS.items() if (why := missing(peer))}
    ring: list[type[Peer]] = [OursFlat, Ours, *(peer for name, peer in PEERS.items() if name not in absent)]
    ready = {corpus: [peer(model.vocabulary) for peer in ring] for corpus, model in models.items()}
    seconds = {
        load: {
            task: interleaved(
                {p.name: p.call(texts, alpha if task == "drawn" else None) for p in ready[corpus]}, rounds
            )
            for task in TASKS
        }
        for load, (corpus, texts) in loads.items()
    }
    sizes = {load: sum(len(text.encode()) for text in texts) for load, (_, texts) in loads.items()}
    return Speeds(seconds, sizes, absent)


def interleaved(calls: Mapping[str, Call], rounds: int) -> dict[str, list[float]]:
    """CPU seconds of one call of each, in turn, round by round: what slows the machine down for a while slows all."""
    times = {name: passes(call) for name, call in calls.items()}
    found: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            found[name].append(seconds_of(call, times[name]))
    return found


def passes(call: Call) -> int:
    """How many calls fill a round; the first call, which may compile or allocate, does not count."""
    call()
    return max(1, round(ROUND / max(seconds_of(call, 1), 1e-9)))


def seconds_of(call: Call, times: int) -> float:
    """CPU seconds of one call, the mean of ``times``."""
    start = process_time()
    for _ in range(times):
        call()
    return (process_time() - start) / times


def one_line_changed(model: Unigram, text: str, alpha: float, rounds: int) -> float:
    """CPU time of a pass by pairwise acceptance over that of Viterbi decoding, on the same candidates.

    Both passes are the article's loop over candidates that have been found already, compiled alike.
    """
    lattice = Lattice.of(text, model.vocabulary)
    starts, ends, _, scores = (np.array(column) for column in zip(*lattice.edges, strict=True))
    found = interleaved(
        {
            "decode": lambda: viterbi_pass(starts, ends, scores, lattice.n),
            "draw": lambda: pairwise_pass(starts, ends, scores, lattice.n, alpha, 1),
        },
        rounds,
    )
    return median(a / b for a, b in zip(found["draw"], found["decode"], strict=True))


@njit(cache=True)
def viterbi_pass(starts, ends, scores, n):  # int64 (edges,), int64 (edges,), float64 (edges,), int → float
    """The score of the best segmentation, and the number of its tokens."""
    best, back = np.full(n + 1, -np.inf), np.zeros(n + 1, np.int64)
    best[0] = 0.0
    for e in range(len(starts)):
        s = best[starts[e]] + scores[e]
        if s > best[ends[e]]:
            best[ends[e]], back[ends[e]] = s, starts[e]
    return best[n], _tokens(back, n)


@njit(cache=True)
def pairwise_pass(starts, ends, scores, n, alpha, seed):  # the same, α, a seed ≥ 1 → float
    """The same for a segmentation drawn by pairwise acceptance: one draw for each candidate that is not the first."""
    kept, back = np.full(n + 1, -np.inf), np.zeros(n + 1, np.int64)
    kept[0], state = 0.0, np.uint64(seed)
    for e in range(len(starts)):
        s, old = kept[starts[e]] + scores[e], kept[ends[e]]
        state ^= state << np.uint64(13)  # xorshift64
        state ^= state >> np.uint64(7)
        state ^= state << np.uint64(17)
        u = (state >> np.uint64(11)) * 2.0**-53
        if s > -np.inf and u * (1.0 + np.exp(alpha * (old - s))) < 1.0:
            kept[ends[e]], back[ends[e]] = s, starts[e]
    return kept[n], _tokens(back, n)


@njit(cache=True)
def _tokens(back, n):
    count = 0
    while n > 0:
        n, count = back[n], count + 1
    return count
