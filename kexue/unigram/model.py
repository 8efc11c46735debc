"""`Unigram`: a tokenizer whose segmentations are drawn from P(w) ∝ e^{α·score(w)} exactly.

A text is a sequence of bytes (of a `str`, its UTF-8); nothing is normalised or cut. A segmentation w cuts it into
tokens; its score is the sum of their log-probabilities. Sources: 苏剑林, kexue.fm/archives/9768 and 9811; Kudo,
Subword Regularization, ACL 2018.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64, Int32, Int64, Shaped
from tqdm import tqdm

from kexue.errors import UnigramError
from kexue.unigram import posterior
from kexue.unigram.arguments import alpha_of, count_of, seed_of
from kexue.unigram.arrays import reached
from kexue.unigram.collector import collector_paused
from kexue.unigram.edges import as_bytes
from kexue.unigram.engine import Engine, Task, available
from kexue.unigram.files import read, write
from kexue.unigram.lattice import Lattice
from kexue.unigram.reference import law_of, total_variation
from kexue.unigram.reference import pairwise as pairwise_sampler
from kexue.unigram.vocabulary import Vocabulary

Text = str | bytes
LISTED = 1 << 22  # ids that become a list at once: then Ctrl-C is heard
BATCH = 1 << 11  # texts that become bytes together
MOST = 1 << 32  # sequences of a batch


class Marginals(NamedTuple):
    """Every token where it stands in a text, and how probable it is that a segmentation has it there.

    Args:
        starts, ends: byte offsets, in the vocabulary's prefix and the text. int64 (edges,)
        ids: int32 (edges,)
        probabilities: float64 (edges,)
    """

    starts: Int64[np.ndarray, " edges"]
    ends: Int64[np.ndarray, " edges"]
    ids: Int32[np.ndarray, " edges"]
    probabilities: Float64[np.ndarray, " edges"]


class Unigram:
    """A Unigram tokenizer.

    Args:
        mapping: token → log-probability, ids in its order; or a `Vocabulary`, which the other arguments change.
        unknown_score: log-weight of a byte that is no token; by default the lowest finite score minus 10. Such a byte
            has the id ``vocab_size + byte``.
        strict: no pseudo tokens; a text that the tokens cannot spell is refused.

    Raises:
        UnigramError: an empty or repeated token, a score that is NaN or positive, ``unknown_score`` with ``strict``.

    >>> model = Unigram({b"a": -1.0, b"b": -1.0, b"ab": -1.5})
    >>> model.encode("abab"), model.tokens("abab")
    ([2, 2], [b'ab', b'ab'])
    >>> model.decode(model.encode("abab", alpha=0.1, rng=0))
    'abab'
    """

    def __init__(
        self,
        mapping: Mapping[bytes, float] | Vocabulary,
        *,
        unknown_score: float | None = None,
        strict: bool = False,
    ):
        if strict and unknown_score is not None:
            raise UnigramError("unknown_score came with strict=True, under which no byte is unknown: leave one out")
        asked = {"unknown": "none"} if strict else {} if unknown_score is None else {"unknown_score": unknown_score}
        if isinstance(mapping, Vocabulary):
            mapping = replace(mapping, **asked) if asked else mapping
        else:
            mapping = Vocabulary.of(mapping, **asked)
        self.vocabulary = mapping
        self._engine = Engine(mapping)

    @classmethod
    def load(cls, path: str | os.PathLike[str], strict: bool = False) -> Unigram:
        """The model in a file of BytePiece, SentencePiece or Hugging Face; see `kexue.unigram.files.read`."""
        return cls(read(path, strict))

    @classmethod
    def train(cls, texts: Iterable[str], vocab_size: int, **options) -> Unigram:
        """A model learnt from text by SentencePiece's trainer; see `kexue.unigram.training.train`."""
        from kexue.unigram.training import train  # SentencePiece is wanted here alone

        return cls(train(texts, vocab_size, **options))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the model as BytePiece's JSON; see `kexue.unigram.files.write`."""
        write(self.vocabulary, Path(path))

    # -- the vocabulary

    @property
    def pieces(self) -> tuple[bytes, ...]:
        """The tokens' bytes, by id."""
        return self.vocabulary.pieces.as_tuple

    @property
    def scores(self) -> Float64[np.ndarray, " tokens"]:
        """The tokens' log-probabilities, by id."""
        return self.vocabulary.scores

    @property
    def vocab_size(self) -> int:
        """Number of tokens, without the pseudo tokens of unknown bytes."""
        return len(self.vocabulary)

    def __len__(self) -> int:
        return len(self.vocabulary)

    def __repr__(self) -> str:
        return f"Unigram of {len(self)} tokens, the longest of {self._engine.automaton.longest} bytes"

    # -- segmentations

    def encode(
        self,
        text: Text,
        alpha: float | None = None,
        rng: np.random.Generator | int | None = None,
        *,
        forced: Sequence[int] = (),
        forbidden: Sequence[int] = (),
    ) -> list[int]:
        """The ids of the best segmentation, or of one drawn from P(w) ∝ e^{α·score(w)}.

        Args:
            text: of any length.
            alpha: α ≥ 0; ``None`` or ∞ for the best (Viterbi; of equals the one whose last token is longest, and so on
                backwards, as BytePiece has it).
            rng: a NumPy generator, of whose bit generator one raw number is taken; a seed; or ``None`` for fresh
                entropy.
            forced, forbidden: byte offsets at which there must be, or must not be, a boundary between tokens; the law
                is that of the segmentations that are left.

        Raises:
            UnigramError: α is negative or NaN; a lone surrogate; a text without a segmentation, or without one that has
                these boundaries.

        >>> Unigram({b"a": -1.0, b"aa": -1.5}).encode("aaaa", forced=[1])
        [0, 0, 1]
        """
        if len(forced) or len(forbidden):
            return self._constrained(text, alpha, rng, forced, forbidden)
        seed = seed_of(rng) if alpha is not None else 0
        if not (type(alpha) is float and 0 <= alpha <= math.inf):
            alpha = alpha_of(alpha)
        return self._engine.single(self._bytes(text), alpha, seed)

    def tokens(
        self,
        text: Text,
        alpha: float | None = None,
        rng: np.random.Generator | int | None = None,
        *,
        forced: Sequence[int] = (),
        forbidden: Sequence[int] = (),
    ) -> list[bytes]:
        """The same as the tokens' bytes."""
        return [self._piece(i) for i in self.encode(text, alpha, rng, forced=forced, forbidden=forbidden)]

    def encode_flat(
        self,
        texts: Sequence[Text],
        alpha: float | None = None,
        seed: int | None = None,
        threads: int | None = None,
        samples: int = 1,
        *,
        first: int = 0,
        progress: bool = False,
    ) -> tuple[Int32[np.ndarray, " tokens"], Int64[np.ndarray, " sequences_and_1"]]:
        """Segment many texts, without Python lists.

        The sample of a text depends on (seed, its index, α) alone: the same in threads, and in a batch that is split
        and given its place by ``first``.

        Args:
            alpha: as in `encode`.
            seed: of all samples, 0 ≤ seed < 2⁶³; ``None`` for fresh entropy.
            threads: how many; ``None`` for as many as the machine has.
            samples: of each text; they lie side by side.
            first: the index of the first text.
            progress: show a bar.

        Returns:
            ids, and offsets: sequence i is ids[offsets[i] : offsets[i + 1]].

        Raises:
            UnigramError: as in `encode`, naming the text; arguments out of range.

        >>> ids, offsets = Unigram({b"a": -1.0, b"ab": -1.5, b"b": -1.0}).encode_flat(["ab", "", "ba"])
        >>> ids.tolist(), offsets.tolist()
        ([1, 2, 0], [0, 1, 1, 3])
        """
        flat = self._run(texts, alpha, seed, threads, samples, first, progress)
        return flat.ids, flat.offsets

    def encode_batch(
        self,
        texts: Sequence[Text],
        alpha: float | None = None,
        seed: int | None = None,
        threads: int | None = None,
        samples: int = 1,
        *,
        first: int = 0,
        progress: bool = False,
    ) -> list[list[int]]:
        """The same as a list of ids for every text, and every sample of it. Arguments as in `encode_flat`."""
        flat = self._run(texts, alpha, seed, threads, samples, first, progress)
        ids: list[int] = []
        with collector_paused():
            for begin in range(0, flat.ids.size, LISTED):
                ids += self._numbers.take(flat.ids[begin : begin + LISTED]).tolist()
            return [ids[a:b] for a, b in pairwise(flat.offsets.tolist())]

    @cached_property
    def _numbers(self) -> Shaped[np.ndarray, " ids"]:
        """Python's number of every id: lists of ids share it, and take 8 bytes an id instead of 40."""
        return np.arange(self.vocab_size + 256).astype(object)

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """The bytes that ids spell.

        Raises:
            UnigramError: an id out of range.
        """
        prefix = self.vocabulary.prefix
        return b"".join(map(self._piece, ids)).removeprefix(prefix)

    def decode(self, ids: Iterable[int]) -> str:
        """The text that ids spell.

        Raises:
            UnigramError: an id out of range; bytes that are no UTF-8, for which there is `decode_bytes`.
        """
        data = self.decode_bytes(ids)
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise UnigramError(
                f"the ids spell bytes that are no UTF-8 at offset {error.start} ({error.reason}): use decode_bytes"
            ) from None

    # -- what the lattice knows

    def log_partition(self, text: Text, alpha: float = 1.0) -> float:
        """log Z = log Σ_w e^{α·score(w)}, over all segmentations of the text; in nats."""
        return posterior.log_partition(self._edges(text), alpha_of(alpha))

    def log_prob(self, ids: Sequence[int], alpha: float = 1.0) -> float:
        """log P(w) of the segmentation w that the ids are, among those of the text that they spell; in nats."""
        ids = list(ids)
        edges = self._engine.edges(b"".join(map(self._piece, ids)))
        return posterior.log_prob(edges, ids, alpha_of(alpha))

    def marginals(self, text: Text, alpha: float = 1.0) -> Marginals:
        """P(w has this token here) = ∂ log Z / ∂ log w_e, for every token everywhere in the text."""
        edges = self._edges(text)
        return Marginals(edges.starts, edges.ends, edges.ids, posterior.marginals(edges, alpha_of(alpha)))

    def entropy(self, text: Text, alpha: float = 1.0) -> float:
        """H = −Σ_w P(w) log P(w), in nats."""
        return posterior.entropy(self._edges(text), alpha_of(alpha))

    def expected_length(self, text: Text, alpha: float = 1.0) -> float:
        """Expected number of tokens."""
        return posterior.expected_length(self._edges(text), alpha_of(alpha))

    def count_segmentations(self, text: Text) -> int:
        """Number of segmentations, exactly; 0 where there is none."""
        return posterior.count_segmentations(self._engine.edges(self._bytes(text)))

    def top_k(self, text: Text, k: int) -> list[tuple[list[int], float]]:
        """The k segmentations of highest score, best first, with their scores."""
        return posterior.top_k(self._edges(text), k)

    def tv_distance(self, text: Text, alpha: float = 1.0) -> float:
        """Total variation distance of the pairwise sampler of article 9768 to the exact law, by enumeration.

        Raises:
            UnigramError: as in `encode`; more segmentations than can be enumerated.
        """
        lattice = Lattice.of(self._bytes(text).removeprefix(self.vocabulary.prefix), self.vocabulary)
        law, alpha = lattice.law(alpha), alpha_of(alpha)
        return float(total_variation(law_of(pairwise_sampler, lattice, alpha), law))

    # -- inside

    def _bytes(self, text: Text) -> bytes:
        data = as_bytes(text)
        if self.vocabulary.unknown == "character" and isinstance(text, bytes):
            try:
                data.decode()
            except UnicodeDecodeError as error:
                raise UnigramError(
                    f"the text is no UTF-8 at offset {error.start} ({error.reason}), and this model spells characters"
                ) from None
        return self.vocabulary.prefix + data if data else data  # SentencePiece too adds nothing to nothing

    def _batches(self, texts: Sequence[Text]) -> Iterator[list[bytes]]:
        """The same for many texts, `BATCH` at a time."""
        for begin in range(0, len(texts), BATCH):
            yield self._all_bytes(texts[begin : begin + BATCH], begin)

    def _all_bytes(self, texts: list[Text], begin: int) -> list[bytes]:
        """The same for texts from the ``begin``-th on: one by one it costs as much as a short text's sampling."""
        kinds = set(map(type, texts))
        if not self.vocabulary.prefix and kinds <= {bytes} and self.vocabulary.unknown != "character":
            return texts
        if not self.vocabulary.prefix and kinds <= {str}:
            try:
                return list(map(str.encode, texts))
            except UnicodeEncodeError:
                pass  # told below, by its place
        found = []
        for index, text in enumerate(texts, begin):
            try:
                found.append(self._bytes(text))
            except UnigramError as error:
                raise UnigramError(f"text {index}: {error}") from None
        return found

    def _edges(self, text: Text) -> posterior.Edges:
        data = self._bytes(text)
        edges = self._engine.edges(data)
        if not reached(edges)[edges.n]:
            raise self._engine.unspellable(data)
        return edges

    @cached_property
    def _spelled(self) -> tuple[bytes, ...]:
        """What every id spells, those of pseudo tokens too."""
        has_pseudo = self.vocabulary.unknown != "none" and not self.vocabulary.spelling
        return (*self.pieces, *(bytes([b]) for b in range(256 if has_pseudo else 0)))

    def _piece(self, i: int) -> bytes:
        if isinstance(i, int | np.integer) and not isinstance(i, bool) and 0 <= i < len(self._spelled):
            return self._spelled[i]
        last = len(self._spelled) - 1
        raise UnigramError(f"{i!r} is no id of this model, expected an integer from 0 to {last}: give one text's ids")

    def _run(self, texts, alpha, seed, threads, samples, first, progress):
        if isinstance(texts, str | bytes):
            raise UnigramError("one text was given, expected a list of texts: use encode for one")
        threads = available() if threads is None else count_of("threads", threads, 1)
        task = Task(alpha_of(alpha), seed_of(seed), count_of("first", first, 0), count_of("samples", samples, 1))
        try:
            texts = list(texts)
        except TypeError:
            raise UnigramError(f"texts is a {type(texts).__name__}, expected a list of str or bytes") from None
        count_of("the index of the last text", task.first + len(texts), 0)
        if task.samples * max(len(texts), 1) > MOST:
            raise UnigramError(f"samples is {samples} for {len(texts)} texts, expected at most {MOST} sequences in all")
        if not progress:
            return self._engine.run(self._batches(texts), task, threads)
        with tqdm(total=len(texts), unit="text") as bar:
            return self._engine.run(self._batches(texts), task, threads, bar.update)

    def _constrained(self, text, alpha, rng, forced, forbidden) -> list[int]:
        edges, alpha = self._edges(text), alpha_of(alpha)
        edges = posterior.constrained(edges, forced, forbidden, len(self.vocabulary.prefix) if edges.n else 0)
        if alpha == math.inf:
            return edges.ids[posterior.best_path(edges)].tolist()
        return posterior.sample(edges, alpha, np.random.default_rng(seed_of(rng)))
