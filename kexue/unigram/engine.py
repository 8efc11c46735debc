"""What a model computes with: its automaton, its weights for an α, and the loops over documents.

Documents are worked on in pieces of some 256 KB, one after another or in threads (the loops release Python's lock).
Between pieces a progress bar moves and Ctrl-C is heard.
"""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from jaxtyping import Int32, Int64
from tqdm import tqdm

from kexue.errors import UnigramError
from kexue.unigram.automaton import WINDOW, automaton
from kexue.unigram.decoding import decode_best
from kexue.unigram.endings import edges_ending
from kexue.unigram.logarithmic import sample_logarithmic
from kexue.unigram.posterior import Edges
from kexue.unigram.sampling import SHORT, LongDocument, sample_short
from kexue.unigram.vocabulary import Vocabulary
from kexue.unigram.weights import Rows, Weights

PIECE = 1 << 18  # bytes, times samples, of the documents that one compiled call goes through
DOCUMENTS = 1 << 13  # documents of a piece
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Flat:
    """Token ids of several sequences laid end to end: sequence i is ids[offsets[i] : offsets[i + 1]]."""

    ids: Int32[np.ndarray, " tokens"]
    counts: Int64[np.ndarray, " sequences"]

    @property
    def offsets(self) -> Int64[np.ndarray, " sequences_and_1"]:
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(self.counts)])


@dataclass(frozen=True)
class Task:
    """What is wanted of documents. ``alpha`` is ∞ for the best segmentation.

    Args:
        seed, first: document d draws from the stream of (seed, first + d, sample).
        samples: how many of each document.
    """

    alpha: float
    seed: int = 0
    first: int = 0
    samples: int = 1


class Engine:
    """The compiled side of one vocabulary.

    Args:
        vocabulary: what is segmented into.
    """

    def __init__(self, vocabulary: Vocabulary):
        self.vocabulary, self.automaton = vocabulary, automaton(vocabulary)
        self.states = self.automaton.states
        self.rows = Rows(self.automaton)
        self.weights = lru_cache(maxsize=4)(self.rows)
        self.scores = lru_cache(maxsize=2)(self.rows.scores)
        sizes = [len(piece) for piece in vocabulary.pieces] + [1] * 256 + [WINDOW]  # the last is that of id −1, "none"
        for i in vocabulary.spelling:
            sizes[i] = 1
        self.sizes = np.array(sizes, dtype=np.int32)

    # -- many documents

    def run(self, texts: Sequence[bytes], task: Task, threads: int = 1, progress: bool = False) -> Flat:
        """Every document's sequences, document by document, sample by sample."""
        offsets = _offsets(texts)
        pieces = list(pairwise(_cuts(offsets, task.samples)))
        with tqdm(total=int(offsets[-1]), unit="B", unit_scale=True, disable=not progress) as bar:
            found = []
            for (begin, end), flat in zip(pieces, self._worked(texts, pieces, task, threads), strict=True):
                found.append(flat)
                bar.update(int(offsets[end] - offsets[begin]))
        return found[0] if len(found) == 1 else self._joined(found)

    def _worked(self, texts, pieces: list[tuple[int, int]], task: Task, threads: int) -> Iterator[Flat]:
        def work(piece: tuple[int, int]) -> Flat:
            begin, end = piece
            return self.piece(texts[begin:end], task, begin)

        if threads == 1 or len(pieces) < 2:
            yield from map(work, pieces)
            return
        pool = ThreadPoolExecutor(threads)
        try:
            yield from pool.map(work, pieces)
        finally:  # also where Ctrl-C or an error ends the loop: what has not begun never does
            pool.shutdown(wait=True, cancel_futures=True)

    def piece(self, texts: Sequence[bytes], task: Task, begin: int) -> Flat:
        """The documents of one piece; ``begin`` is the place of the first in the batch."""
        if task.alpha == math.inf:
            return self._best(texts, task, begin)
        weights = self.weights(task.alpha)
        if not weights.linear:
            return self._joined(self._logarithmic(t, task, begin + d) for d, t in enumerate(texts))
        if len(texts) == 1 and len(texts[0]) > SHORT:
            return self._long(texts[0], task, weights, begin)
        text, offsets = _laid(texts)
        ids = np.empty(text.size * task.samples, np.int32)
        counts, failed = np.zeros(len(texts) * task.samples, np.int64), np.zeros(len(texts), np.uint8)
        first = task.first + begin
        n = sample_short(
            text, offsets, first, task.seed, 0, task.samples, self.states, weights.arrays, ids, counts, failed
        )
        flat = Flat(ids[:n].copy(), counts)
        return self._mended(flat, texts, failed, task, begin) if failed.any() else flat

    def _best(self, texts: Sequence[bytes], task: Task, begin: int) -> Flat:
        text, offsets = _laid(texts)
        ids = np.empty(text.size, np.int32)
        counts, failed = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.uint8)
        n = decode_best(text, offsets, self.states, self.scores(1.0).arrays, ids, counts, failed)
        if failed.any():
            d = int(np.flatnonzero(failed)[0])
            raise self.unspellable(texts[d], task.first + begin + d)
        flat = Flat(ids[:n].copy(), counts)
        if task.samples == 1:
            return flat
        documents = [flat.ids[a:b] for a, b in pairwise(flat.offsets) for _ in range(task.samples)]
        return Flat(np.concatenate([np.empty(0, np.int32), *documents]), np.repeat(counts, task.samples))

    def _long(self, text: bytes, task: Task, weights: Weights, begin: int) -> Flat:
        document = LongDocument(np.frombuffer(text, np.uint8), self.automaton, weights, self.sizes)
        if document.failed:
            return self._logarithmic(text, task, begin)
        index = task.first + begin
        samples = [document.sample(task.seed, index, s).copy() for s in range(task.samples)]
        return Flat(np.concatenate(samples), np.array([s.size for s in samples], np.int64))

    def _logarithmic(self, text: bytes, task: Task, begin: int) -> Flat:
        """One document in the log domain."""
        data, index = np.frombuffer(text, np.uint8), task.first + begin
        ids, counts = np.empty(data.size * task.samples, np.int32), np.zeros(task.samples, np.int64)
        scores = self.scores(task.alpha).arrays
        log_z, n = sample_logarithmic(data, index, task.seed, 0, task.samples, self.states, scores, ids, counts)
        if log_z == -math.inf:
            raise self.unspellable(text, index)
        _log.info(
            "document %d, alpha %g: the weights leave the range of float64, sampled by logarithms", index, task.alpha
        )
        return Flat(ids[:n].copy(), counts)

    def _mended(self, flat: Flat, texts: Sequence[bytes], failed: np.ndarray, task: Task, begin: int) -> Flat:
        """The same with the failed documents done in the log domain."""
        offsets, samples = flat.offsets, task.samples

        def document(d: int) -> Flat:
            if failed[d]:
                return self._logarithmic(texts[d], task, begin + d)
            own = slice(d * samples, (d + 1) * samples)
            return Flat(flat.ids[offsets[own.start] : offsets[own.stop]], flat.counts[own])

        return self._joined(map(document, range(len(texts))))

    @staticmethod
    def _joined(parts: Iterable[Flat]) -> Flat:
        found = list(parts)
        ids = np.concatenate([np.empty(0, np.int32), *(flat.ids for flat in found)])
        return Flat(ids, np.concatenate([np.empty(0, np.int64), *(flat.counts for flat in found)]))

    # -- one document

    def edges(self, text: bytes) -> Edges:
        """The lattice of a text as arrays, in order of ends, the longest of those that end together first."""
        return edges_ending(np.frombuffer(text, np.uint8), self.automaton)

    def unspellable(self, text: bytes, index: int | None = None) -> UnigramError:
        """The error for a text without a segmentation: where every way to read it breaks off."""
        edges, reached = self.edges(text), np.zeros(len(text) + 1, bool)
        reached[0] = True
        for start, end in zip(edges.starts.tolist(), edges.ends.tolist(), strict=True):
            reached[end] |= reached[start]
        at = int(np.flatnonzero(reached)[-1])
        which = "the text" if index is None else f"text {index}"
        return UnigramError(
            f"{which} has no segmentation: the byte 0x{text[at]:02X} at offset {at} cannot be spelled by the tokens; "
            "leave out strict=True to spell such bytes by pseudo tokens"
        )


def _offsets(texts: Sequence[bytes]) -> Int64[np.ndarray, " texts_and_1"]:
    """Where each text begins, all laid end to end."""
    offsets = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)), out=offsets[1:])
    return offsets


def _laid(texts: Sequence[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """The bytes of all texts end to end, and where each begins."""
    return np.frombuffer(texts[0] if len(texts) == 1 else b"".join(texts), np.uint8), _offsets(texts)


def _cuts(offsets: np.ndarray, samples: int) -> list[int]:
    """Where the documents of one piece end and the next begin: a long document alone, short ones together."""
    count = offsets.size - 1
    long = np.flatnonzero(np.diff(offsets) > SHORT).tolist()
    cuts = {0, count, *long, *(d + 1 for d in long)}
    begin = 0
    while begin < count:
        end = int(np.searchsorted(offsets, offsets[begin] + max(PIECE // samples, 1), side="right")) - 1
        begin = min(max(end, begin + 1), begin + DOCUMENTS, count)
        cuts.add(begin)
    return sorted(cuts)


def available() -> int:
    """How many threads run at once on this machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
