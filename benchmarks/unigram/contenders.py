"""Who is measured, how each is called, and where what they do differs.

A contender is made from the model's files; its `call` takes texts and α (None: the best segmentation) and returns the
function to be timed. What a caller would prepare once, such as bytes, is prepared before.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from itertools import count

from benchmarks.unigram.models import Files

Call = Callable[[], object]
os.environ["TOKENIZERS_PARALLELISM"] = "false"


class Ours:
    """`kexue.unigram`, on one thread; every call draws new samples."""

    package, module, install = "kexue", "kexue.unigram", "this repository"
    differs = "bytes are the text as it is; several lines are one document unless the caller splits them"

    def __init__(self, files: Files):
        from kexue.unigram import Unigram

        self.model, self.seeds = Unigram.load(files.path), count()


class Flat(Ours):
    """Bytes in, (ids, offsets) out."""

    name = "flat kernel"

    def call(self, texts: list[str], alpha: float | None, threads: int = 1) -> Call:
        """All texts in one call."""
        data = [text.encode() for text in texts]
        return lambda: self.model.encode_flat(data, alpha=alpha, seed=next(self.seeds), threads=threads)


class Lists(Ours):
    """str in, lists of ids out."""

    name = "batch, lists"

    def call(self, texts: list[str], alpha: float | None) -> Call:
        """All texts in one call."""
        return lambda: self.model.encode_batch(texts, alpha=alpha, seed=next(self.seeds), threads=1)


class Calls(Ours):
    """str in, a list of ids out, one call a text."""

    name = "one call per line"

    def call(self, texts: list[str], alpha: float | None) -> Call:
        """A call for every text."""
        import numpy as np

        encode, rng = self.model.encode, np.random.default_rng(0)
        return lambda: [encode(text, alpha, rng) for text in texts]


class BytePiece:
    """The articles' own implementation: Python and Cython over pyahocorasick."""

    name = package = module = "bytepiece"
    install = "pip install numpy cython setuptools pyahocorasick tqdm && pip install --no-build-isolation bytepiece"
    differs = (
        "str to lists; splits every text at line breaks by itself and normalises it to NFC; one global 31-bit C rand; "
        "quadratic in the length of a line"
    )

    def __init__(self, files: Files):
        from bytepiece import Tokenizer

        self.encode = Tokenizer(str(files.bytepiece)).encode

    def call(self, texts: list[str], alpha: float | None) -> Call:
        """A call for every text: there is no batch; α = −1 stands for the best segmentation."""
        return lambda: [self.encode(text, alpha=-1 if alpha is None else alpha) for text in texts]


class RustBytePiece(BytePiece):
    """BytePiece in Rust."""

    name = package = module = "rs_bytepiece"
    install = "pip install rs_bytepiece"
    differs = "str to lists; splits every text at line breaks by itself and normalises it to NFC"

    def __init__(self, files: Files):
        from rs_bytepiece import Tokenizer

        self.encode = Tokenizer(str(files.bytepiece)).encode


class SentencePiece:
    """SentencePiece's forward filtering, backward sampling (nbest_size = −1), with the same model converted."""

    name = package = module = "sentencepiece"
    install = "pip install sentencepiece"
    differs = (
        "str to lists; a lattice of characters, not of bytes: fewer segmentations where characters have several bytes; "
        "tokens that are no UTF-8 are lost in the conversion; forward sums are float32"
    )

    def __init__(self, files: Files):
        from sentencepiece import SentencePieceProcessor

        self.encode = SentencePieceProcessor(model_file=str(files.sentencepiece)).encode

    def call(self, texts: list[str], alpha: float | None) -> Call:
        """All texts in one call."""
        drawn = {} if alpha is None else {"enable_sampling": True, "alpha": alpha, "nbest_size": -1}
        return lambda: self.encode(texts, out_type=int, num_threads=1, **drawn)


class HuggingFace:
    """The Unigram model of tokenizers, no normaliser and no pre-tokenizer."""

    name = package = module = "tokenizers"
    install = "pip install tokenizers"
    differs = (
        "str to lists; a lattice of characters; its law is wrong unless alpha = 1 (alpha multiplies the partial "
        "log-partition again at every position), so its speed is that of another task"
    )

    def __init__(self, files: Files):
        from tokenizers import Tokenizer
        from tokenizers.models import Unigram

        self.model = Unigram(files.characters, unk_id=0, byte_fallback=True)
        self.encode = Tokenizer(self.model).encode_batch_fast

    def call(self, texts: list[str], alpha: float | None) -> Call:
        """All texts in one call, without the offsets that `encode_batch` computes; α stays with the model."""
        self.model.alpha = alpha
        return lambda: [encoding.ids for encoding in self.encode(texts, add_special_tokens=False)]


OURS = {each.name: each for each in (Flat, Lists, Calls)}
PEERS = {each.name: each for each in (BytePiece, RustBytePiece, SentencePiece, HuggingFace)}
ALL = OURS | PEERS


def missing(name: str) -> str | None:
    """Why a contender cannot take part and how to get it, or None."""
    contender = ALL[name]
    try:
        import_module(contender.module)
    except ImportError as error:
        return f"{error}: {contender.install}"
    return None


def release(name: str) -> str:
    """The installed version, or "missing"."""
    try:
        return version(ALL[name].package)
    except PackageNotFoundError:
        return "missing"
