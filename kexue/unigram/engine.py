"""What a model computes with: its automaton, its weights for an α, and the loops over documents.

Documents are worked on in pieces of some 128 KB, one after another or in threads (the loops release Python's lock).
Between pieces a progress bar moves and Ctrl-C is heard.
"""

from __future__ import annotations

import logging
import math
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, islice, pairwise
from threading import Event

import numpy as np
from jaxtyping import Int32, Int64

from kexue.errors import KexueError, UnigramError
from kexue.unigram.automaton import WINDOW, automaton
from kexue.unigram.decoding import BLOCK, decode_best, decode_best_long
from kexue.unigram.endings import edges_ending
from kexue.unigram.logarithmic import LogarithmicDocument
from kexue.unigram.posterior import Edges
from kexue.unigram.sampling import SHORT, LongDocument, sample_short
from kexue.unigram.single import LINE, Single
from kexue.unigram.vocabulary import Vocabulary
from kexue.unigram.weights import Rows, Weights

PIECE = 1 << 17  # bytes, times samples, of the documents that one compiled call goes through
CALL = 1 << 21  # bytes, times samples, that a document's many samples are drawn by
NEVER = Event()  # set
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Flat:
    """Token ids of several sequences laid end to end: sequence i is ids[offsets[i] : offsets[i + 1]]."""

    ids: Int32[np.ndarray, " tokens"]
    counts: Int64[np.ndarray, " sequences"]

    @property
    def offsets(self) -> Int64[np.ndarray, " sequences_and_1"]:
        return np.concatenate([np.zeros(1, np.int64), np.cumsum(self.counts)])


class Stopped(KexueError):
    """A thread's work is no longer wanted; seen by nobody."""


@dataclass(frozen=True)
class Task:
    """What is wanted of documents. ``alpha`` is ∞ for the best segmentation.

    Args:
        seed, first: document d draws from the stream of (seed, first + d, sample).
        samples: how many of each document.
        stop: set where the work is no longer wanted.
    """

    alpha: float
    seed: int = 0
    first: int = 0
    samples: int = 1
    stop: Event = NEVER

    def go_on(self) -> None:
        """Raises `Stopped` where the work is no longer wanted; called between compiled calls of some 30 ms."""
        if self.stop.is_set():
            raise Stopped


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
        # Pseudo tokens have one byte; the last number is that of id −1, "none".
        self.sizes = np.concatenate([vocabulary.pieces.lengths, np.ones(256), [WINDOW]]).astype(np.int32)
        self._threads = threading.local()

    # -- many documents

    def run(
        self,
        batches: Iterable[Sequence[bytes]],
        task: Task,
        threads: int,
        tell: Callable[[int], object] = lambda _: None,
    ) -> Flat:
        """Every document's sequences, document by document, sample by sample.

        Args:
            batches: the documents, some at a time; with threads, one batch is made while others are worked on.
            tell: called with how many more documents are done.
        """
        sizes, found = [], []

        def pieces() -> Iterator[tuple[int, Sequence[bytes]]]:
            place = 0
            for texts in batches:
                for begin, end in pairwise(_cuts(_offsets(texts), task.samples)):
                    sizes.append(end - begin)
                    yield place + begin, texts[begin:end]
                place += len(texts)

        with closing(self._worked(pieces(), task, threads)) as flats:
            for flat in flats:
                tell(sizes[len(found)])
                found.append(flat)
        return found[0] if len(found) == 1 else self._joined(found)

    def _worked(self, pieces: Iterator[tuple[int, Sequence[bytes]]], task: Task, threads: int) -> Iterator[Flat]:
        """The pieces' sequences. A piece comes with the place of its first document."""
        task = task if threads == 1 else replace(task, stop=Event())

        def work(piece: tuple[int, Sequence[bytes]]) -> Flat:
            begin, texts = piece
            return self.piece(texts, task, begin)

        some = list(islice(pieces, 2))
        if threads == 1 or len(some) < 2:
            yield from map(work, chain(some, pieces))
            return
        pool = ThreadPoolExecutor(threads)
        try:
            yield from pool.map(work, chain(some, pieces))
        finally:  # also where Ctrl-C or an error ends the loop: what has not begun never does, what has ends soon
            task.stop.set()
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
        if len(texts) > 1 or text.size * task.samples <= CALL:
            flat, failed = self._short(text, offsets, task, weights, begin, range(task.samples))
        else:
            some = max(CALL // text.size, 1)
            parts = [range(s, min(s + some, task.samples)) for s in range(0, task.samples, some)]
            parts = [self._short(text, offsets, task, weights, begin, part) for part in parts]
            flat, failed = self._joined(flat for flat, _ in parts), parts[0][1]
        return self._mended(flat, texts, failed, task, begin) if failed.any() else flat

    def _short(
        self, text, offsets, task: Task, weights: Weights, begin: int, samples: range
    ) -> tuple[Flat, np.ndarray]:
        """Some of the samples of short documents, and which documents failed."""
        n, documents = len(samples), offsets.size - 1
        ids, counts = np.empty(text.size * n, np.int32), np.zeros(documents * n, np.int64)
        failed = np.zeros(documents, np.uint8)
        task.go_on()
        total = sample_short(
            text,
            offsets,
            task.first + begin,
            task.seed,
            samples.start,
            n,
            self.states,
            weights.arrays,
            ids,
            counts,
            failed,
        )
        return Flat(ids[:total].copy(), counts), failed

    def _best(self, texts: Sequence[bytes], task: Task, begin: int) -> Flat:
        text, offsets = _laid(texts)
        counts, failed = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.uint8)
        model = self.states, self.scores(1.0).arrays
        task.go_on()
        if text.size > BLOCK and len(texts) == 1:
            ids = decode_best_long(text, *model, failed, self.sizes, task.go_on)
            counts[0] = ids.size
        else:
            ids = np.empty(text.size, np.int32)
            ids = ids[: decode_best(text, offsets, *model, ids, counts, failed)].copy()
        if failed.any():
            d = int(np.flatnonzero(failed)[0])
            raise self.unspellable(texts[d], task.first + begin + d)
        if task.samples == 1:
            return Flat(ids, counts)
        documents = [ids[a:b] for a, b in pairwise(Flat(ids, counts).offsets) for _ in range(task.samples)]
        return Flat(np.concatenate([np.empty(0, np.int32), *documents]), np.repeat(counts, task.samples))

    def _long(self, text: bytes, task: Task, weights: Weights, begin: int) -> Flat:
        document = LongDocument(np.frombuffer(text, np.uint8), self.automaton, weights, self.sizes, task.go_on)
        if document.failed:
            return self._logarithmic(text, task, begin)
        index = task.first + begin
        samples = [document.sample(task.seed, index, s).copy() for s in range(task.samples)]
        return Flat(np.concatenate(samples), np.array([s.size for s in samples], np.int64))

    def _logarithmic(self, text: bytes, task: Task, begin: int) -> Flat:
        """One document in the log domain."""
        data, index = np.frombuffer(text, np.uint8), task.first + begin
        document = LogarithmicDocument(data, self.states, self.scores(task.alpha), task.go_on)
        if document.log_partition == -math.inf:
            raise self.unspellable(text, index)
        samples = [document.sample(task.seed, index, s) for s in range(task.samples)]
        _log.info(
            "document %d, alpha %g: the weights leave the range of float64, sampled by logarithms", index, task.alpha
        )
        return Flat(np.concatenate([np.empty(0, np.int32), *samples]), np.array([s.size for s in samples], np.int64))

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

    def single(self, text: bytes, alpha: float, seed: int) -> list[int]:
        """What `run` gives for this text alone."""
        if len(text) <= LINE and (ids := self._single(alpha)(text, seed)) is not None:
            return ids
        return self.piece([text], Task(alpha, seed), 0).ids.tolist()

    def _single(self, alpha: float) -> Callable[[bytes, int], list[int] | None]:
        """A `Single` of this thread's own."""
        own = self._threads.__dict__
        if alpha not in own:
            weights = self.scores(1.0) if alpha == math.inf else self.weights(alpha)
            own.clear()  # of the last α alone, as it holds the weights
            usable = alpha == math.inf or weights.linear
            own[alpha] = Single(self.states, weights, alpha) if usable else lambda text, seed: None  # noqa: ARG005 - a `Single`
        return own[alpha]

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
        offset = max(at - len(self.vocabulary.prefix), 0)
        which = "the text" if index is None else f"text {index}"
        return UnigramError(
            f"{which} has no segmentation: the byte 0x{text[at]:02X} at offset {offset} cannot be spelled by the "
            "tokens; leave out strict=True to spell such bytes by pseudo tokens"
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
    if count and offsets[-1] <= min(SHORT, PIECE // samples):
        return [0, count]
    long = np.flatnonzero(np.diff(offsets) > SHORT).tolist()
    cuts = {0, count, *long, *(d + 1 for d in long)}
    begin = 0
    while begin < count:
        end = int(np.searchsorted(offsets, offsets[begin] + max(PIECE // samples, 1), side="right")) - 1
        begin = min(max(end, begin + 1), count)
        cuts.add(begin)
    return sorted(cuts)


def available() -> int:
    """How many threads run at once on this machine."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
