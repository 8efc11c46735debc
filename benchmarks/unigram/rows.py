"""What is compared on which texts, and the targets that this project set itself: data, shown beside the figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.unigram import texts

LINES, DOCUMENT, LINE = "lines", "1 MB", "1 MB, one line"
MOST = 1_000_000  # bytes of lines that a pass takes, the same lines for both contenders

WORKLOADS: dict[str, Callable[[str], list[str]]] = {
    LINES: lambda text: texts.lines(text, MOST),
    DOCUMENT: lambda text: [texts.document(text)],
    LINE: lambda text: [texts.one_line(text)],
}

Cell = tuple[str, str]  # corpus, workload


@dataclass(frozen=True)
class Row:
    """A contender of ours against a peer, on several workloads.

    Args:
        ours, peer: names of contenders.
        workloads: names of workloads.
        targets: (corpus, workload) → how many times faster at least; set at α = 0.1 for BytePiece's 80k model, on the
            Chinese and English texts that the corpora are named after.
        stretch: the same, hoped for.
        best: the best segmentation instead of a sample.
    """

    ours: str
    peer: str
    workloads: tuple[str, ...] = (LINES, DOCUMENT, LINE)
    targets: dict[Cell, float] = field(default_factory=dict)
    stretch: dict[Cell, float] = field(default_factory=dict)
    best: bool = False

    @property
    def title(self) -> str:
        """What is compared, in words."""
        return f"{'Viterbi, ' if self.best else ''}{self.ours} against {self.peer}"


def cells(zh_lines: float, en_lines: float, zh_document: float = 0, en_document: float = 0) -> dict[Cell, float]:
    """A line of the table of targets."""
    line = {("zh", LINES): zh_lines, ("en", LINES): en_lines}
    return line | {("zh", DOCUMENT): zh_document, ("en", DOCUMENT): en_document} if zh_document else line


ROWS = (
    Row("flat kernel", "bytepiece", targets=cells(20, 20, 18, 20), stretch=cells(30, 40, 25, 30)),
    Row("batch, lists", "bytepiece", (LINES, DOCUMENT), cells(10, 10, 14, 14)),
    Row("flat kernel", "sentencepiece", targets=cells(15, 20, 15, 25)),
    Row("one call per line", "bytepiece", (LINES,), cells(10, 10)),
    Row("flat kernel", "sentencepiece", (LINES, DOCUMENT), cells(6, 5, 3, 3), best=True),
    Row("flat kernel", "bytepiece", (LINES, DOCUMENT), best=True),
    Row("flat kernel", "rs_bytepiece"),
    Row("flat kernel", "tokenizers"),
)
COSTS = {  # of the flat kernel; seconds for a model of 80k tokens
    "two threads against one": 1.8,
    "bytes of extra memory per input byte": 12.0,
    "seconds to load, after the first time": 0.15,
}


def verdict(ratio: float, target: float | None, stretch: float | None = None) -> str:
    """met, met with its stretch, or short of a target; nothing where none was set.

    >>> verdict(19.5, 20), verdict(25, 20, 24), verdict(3, None)
    ('short of 20×', 'met 20×, stretch 24× too', '')
    """
    if target is None:
        return ""
    if ratio < target:
        return f"short of {target:g}×"
    return f"met {target:g}×" + (f", stretch {stretch:g}× too" if stretch and ratio >= stretch else "")
