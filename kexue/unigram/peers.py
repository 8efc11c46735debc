"""Other libraries that segment by a Unigram model, all of them by the same tokens and scores.

Each is made from a `Vocabulary`, which it reads from a file of its own format, draws whole laws (`sample`) and gives a
function to be timed (`call`). None is needed: `missing` says why one cannot be used. What differs beside speed stands
in ``differs``.
"""

from __future__ import annotations

import json
import os
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib import import_module
from importlib.metadata import version
from itertools import count
from pathlib import Path
from typing import Self

import numpy as np

from kexue.errors import UnigramError
from kexue.unigram.corpus import counted
from kexue.unigram.files import to_sentencepiece
from kexue.unigram.files.bytepiece import MARK, SPECIALS
from kexue.unigram.files.bytepiece_text import text_of
from kexue.unigram.model import Unigram
from kexue.unigram.vocabulary import Vocabulary

Call = Callable[[], object]
Tokens = tuple[bytes, ...]
UNUSED = -100.0  # score of a byte token that only spells what nothing else does, as in BytePiece's own conversion
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


class Peer(ABC):
    """A library and a model in it.

    Args:
        vocabulary: the model.
        seed: of its random numbers, where the library can be seeded (bytepiece, rs_bytepiece, ours).

    Raises:
        UnigramError: the library is not installed; the message says how to get it.
    """

    name: str
    module: str
    differs: str
    file: str = "bytepiece.model"  # name of the model in the library's own format
    install: str = ""  # how to get it, where that is more than its name

    def __init__(self, vocabulary: Vocabulary, seed: int = 0):
        if why := missing(self):
            raise UnigramError(f"{self.name} cannot be used: {why}")
        self.vocabulary = vocabulary
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / self.file
            self.write(vocabulary, path)
            self.load(path, seed)

    @classmethod
    def of_file(cls, path: Path, seed: int = 0) -> Self:
        """The library with a model that `write` has written. It knows ids alone, not the bytes of tokens."""
        found = cls.__new__(cls)
        found.load(path, seed)
        return found

    @staticmethod
    @abstractmethod
    def write(vocabulary: Vocabulary, path: Path) -> None:
        """Write the model in the library's own format."""

    @abstractmethod
    def load(self, path: Path, seed: int) -> None:
        """Read the library's own file."""

    @abstractmethod
    def encode(self, texts: Sequence[str], alpha: float | None) -> list[list[int]]:
        """The library's ids, texts one after the other; α = None for the best segmentation."""

    @abstractmethod
    def piece(self, i: int) -> bytes:
        """The bytes of one of its ids."""

    def sample(self, text: str, alpha: float | None, n: int) -> list[Tokens]:
        """n segmentations of one text, each as its tokens' bytes; α = None for the best."""
        return [tuple(map(self.piece, ids)) for ids in self.encode([text] * n, alpha)]

    def call(self, texts: Sequence[str], alpha: float | None) -> Call:
        """One pass over the texts, str in, lists of ids out, to be timed."""
        return lambda: self.encode(texts, alpha)

    @classmethod
    def release(cls) -> str:
        """The installed version."""
        return version(cls.module)


class Ours(Peer):
    """`kexue.unigram`, on one thread; every call draws anew."""

    name, module = "kexue.unigram", "kexue"
    differs = "bytes are the text as it is; several lines are one document unless the caller splits them"

    def __init__(self, vocabulary: Vocabulary, seed: int = 0):
        self._begin(Unigram(vocabulary), seed)

    @staticmethod
    def write(vocabulary: Vocabulary, path: Path) -> None:
        path.write_text(text_of(vocabulary), encoding="utf-8")

    def load(self, path: Path, seed: int) -> None:
        self._begin(Unigram.load(path), seed)

    def _begin(self, model: Unigram, seed: int) -> None:
        self.model, self.seeds = model, count(seed << 20)

    def encode(self, texts: Sequence[str], alpha: float | None) -> list[list[int]]:
        return self.model.encode_batch(texts, alpha=alpha, seed=next(self.seeds), threads=1)

    def piece(self, i: int) -> bytes:
        return self.model.decode_bytes([i])


class OursFlat(Ours):
    """The same from bytes to two arrays, without Python's lists."""

    name = "kexue.unigram, flat"

    def call(self, texts: Sequence[str], alpha: float | None, threads: int = 1) -> Call:
        data = [text.encode() for text in texts]
        return lambda: self.model.encode_flat(data, alpha=alpha, seed=next(self.seeds), threads=threads)


class BytePiece(Peer):
    """The articles' own implementation, Python and Cython."""

    name = module = "bytepiece"
    differs = "splits at line breaks by itself, normalises to NFC; a call a text; quadratic in the length of a line"
    install = "pip install numpy cython setuptools pyahocorasick tqdm && pip install --no-build-isolation bytepiece"

    @staticmethod
    def write(vocabulary: Vocabulary, path: Path) -> None:
        entries = json.loads(text_of(bytepiece_form(vocabulary)))
        counts = {key: [i, text, count] for key, (i, text, *_, count) in entries.items()}  # it knows of no scores
        path.write_text(json.dumps(counts, ensure_ascii=False), encoding="utf-8")

    def load(self, path: Path, seed: int) -> None:
        from bytepiece import Tokenizer

        self.library = Tokenizer(json.loads(path.read_text(encoding="utf-8")), seed)  # it leaves its own file open

    def encode(self, texts: Sequence[str], alpha: float | None) -> list[list[int]]:
        encode = self.library.encode
        return [encode(text, alpha=-1 if alpha is None else alpha) for text in texts]

    def piece(self, i: int) -> bytes:
        return self.written.pieces[i]

    @cached_property
    def written(self) -> Vocabulary:
        """The model as it was written."""
        return bytepiece_form(self.vocabulary)


class RustBytePiece(BytePiece):
    """BytePiece in Rust."""

    name = module = "rs_bytepiece"
    differs = "splits at line breaks by itself, normalises to NFC; a call a text"
    install = ""

    def load(self, path: Path, seed: int) -> None:
        from rs_bytepiece import Tokenizer

        self.library = Tokenizer(str(path))
        self.library.set_seed(seed)


class SentencePiece(Peer):
    """SentencePiece with the same tokens.

    It is not seeded: each batch is drawn by a new thread, which begins from the seed once more, so that after
    ``set_random_generator_seed`` every call gives the same samples again (0.2.3).

    Args:
        nbest: −1 for its forward filtering, backward sampling; n > 1 to draw from the n best.
    """

    name = module = "sentencepiece"
    file, nbest = "sentencepiece.model", -1
    differs = "a lattice of characters, not of bytes; tokens that are no UTF-8 are lost; float32 sums"

    def __init__(self, vocabulary: Vocabulary, seed: int = 0, nbest: int = -1):
        self.nbest = nbest
        super().__init__(vocabulary, seed)

    @staticmethod
    def write(vocabulary: Vocabulary, path: Path) -> None:
        path.write_bytes(to_sentencepiece(vocabulary)[0])

    def load(self, path: Path, seed: int) -> None:  # noqa: ARG002  its seed would be the whole process's
        from sentencepiece import SentencePieceProcessor

        self.library = SentencePieceProcessor(model_file=str(path))

    def encode(self, texts: Sequence[str], alpha: float | None) -> list[list[int]]:
        drawn = {} if alpha is None else {"enable_sampling": True, "alpha": alpha, "nbest_size": self.nbest}
        return self.library.encode(list(texts), out_type=int, num_threads=1, **drawn)

    def piece(self, i: int) -> bytes:
        name = self.library.id_to_piece(i)
        return bytes([int(name[3:5], 16)]) if self.library.is_byte(i) else name.replace("▁", " ").encode()


class HuggingFace(Peer):
    """The Unigram model of tokenizers, without normaliser and pre-tokenizer."""

    name = module = "tokenizers"
    file = "tokenizer.json"
    differs = (
        "a lattice of characters; a wrong law unless α = 1, for α multiplies partial sums once more at every position"
    )

    @staticmethod
    def write(vocabulary: Vocabulary, path: Path) -> None:
        from tokenizers import Tokenizer
        from tokenizers.models import Unigram as Model

        Tokenizer(Model(_characters(vocabulary), unk_id=0, byte_fallback=True)).save(str(path))

    def load(self, path: Path, seed: int) -> None:  # noqa: ARG002  there is no way to seed it
        from tokenizers import Tokenizer

        self.library = Tokenizer.from_file(str(path))
        self.unigram = self.library.model

    def encode(self, texts: Sequence[str], alpha: float | None) -> list[list[int]]:
        self.unigram.alpha = alpha
        return [found.ids for found in self.library.encode_batch_fast(list(texts), add_special_tokens=False)]

    def piece(self, i: int) -> bytes:
        name = self.library.id_to_token(i)
        return bytes([int(name[3:5], 16)]) if 0 < i <= 256 else name.encode()


PEERS: dict[str, type[Peer]] = {each.name: each for each in (BytePiece, RustBytePiece, SentencePiece, HuggingFace)}


def missing(peer: type[Peer] | Peer) -> str | None:
    """Why a library cannot take part and how to get it, or None.

    >>> missing(Ours) is None
    True
    """
    try:
        import_module(peer.module)
    except ImportError as error:
        return f"{error}; {peer.install or f'pip install {peer.module}'}"
    return None


def installed() -> list[type[Peer]]:
    """The peers that can be used here."""
    return [peer for peer in PEERS.values() if missing(peer) is None]


def bytepiece_form(vocabulary: Vocabulary) -> Vocabulary:
    """The model as BytePiece's own file can say it: as it is, or with counts for scores and every byte a token."""
    plain = vocabulary.pieces[: len(SPECIALS)] == SPECIALS and MARK not in text_of(vocabulary)
    return vocabulary if plain else counted(vocabulary)


def _characters(vocabulary: Vocabulary) -> list[tuple[str, float]]:
    """``<unk>``, the bytes as ``<0x00>`` … ``<0xFF>``, then the tokens that are whole characters."""
    spelled = [(f"<0x{byte:02X}>", UNUSED) for byte in range(256)]
    found = [("<unk>", 0.0), *spelled]
    for piece, i in vocabulary.ids.items():
        try:
            if np.isfinite(vocabulary.scores[i]):
                found.append((piece.decode(), float(vocabulary.scores[i])))
        except UnicodeDecodeError:
            continue
    return found
