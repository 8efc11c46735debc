"""The texts and models that the tokenizer chapters run on: real ones, found on every machine that has the book.

English is CPython's own reference documentation (`pydoc_data.topics`, some 460 KB). Chinese is what Sphinx says in
simplified Chinese (its message catalogue zh_CN: 723 messages, 30 KB). Their models are trained here, in seconds, and
kept for as long as the process lives.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from functools import lru_cache
from gettext import GNUTranslations
from importlib.resources import files
from math import exp, log
from pathlib import Path
from pydoc_data.topics import topics
from typing import NamedTuple

import numpy as np

from kexue.errors import UnigramError
from kexue.unigram.files.bytepiece import SPECIALS
from kexue.unigram.model import Unigram
from kexue.unigram.vocabulary import Vocabulary

COUNTS = 10**12  # a probability times this is a token's count
SIZES = {"en": 8000, "zh": 2000}  # tokens that are asked for; short texts give fewer
LEARNT = 4_000_000  # characters of a corpus that are trained on
ABOUT = {"en": "CPython's reference documentation, English", "zh": "Sphinx's messages, simplified Chinese"}


class Corpus(NamedTuple):
    """A text, its name, and in words what it is."""

    name: str
    text: str
    about: str

    @property
    def lines(self) -> list[str]:
        """The lines that hold more than white space, without their ends."""
        return [line for line in self.text.split("\n") if line.strip()]

    def document(self, size: int) -> str:
        """The text, repeated where it is shorter, cut to ``size`` bytes or up to three less: no character is cut."""
        data = self.text.encode()
        return (data * (size // max(1, len(data)) + 1))[:size].decode(errors="ignore")


def corpus(source: str | None = None) -> Corpus:
    """A text.

    Args:
        source: "en" (or None) or "zh" for the texts of this module, or the path of a file in UTF-8, plain or ``.gz``.

    Raises:
        UnigramError: there is no such file, it is no UTF-8, or it is empty.

    >>> corpus("en").name, "".join(corpus("zh").lines).count("文件") > 9
    ('en', True)
    """
    name = source or "en"
    if name in ABOUT:
        return Corpus(name, "\n".join(topics.values() if name == "en" else messages()), ABOUT[name])
    path = Path(name)
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise UnigramError(f"{path} cannot be read as text ({error}): give a file in UTF-8, or 'en' or 'zh'") from None
    if not text.strip():
        raise UnigramError(f"{path} has no text, expected some")
    return Corpus(path.name.split(".")[0], text, f"the file {path.name}")


def messages() -> Iterator[str]:
    """What Sphinx says in simplified Chinese, in the order of its catalogue."""
    catalogue = files("sphinx") / "locale" / "zh_CN" / "LC_MESSAGES" / "sphinx.mo"
    with catalogue.open("rb") as file:
        found = GNUTranslations(file)._catalog  # gettext has no public way to list them
    return (text for key, text in found.items() if key)


@lru_cache(maxsize=8)
def model(path: str | None = None, source: str | None = None, vocab_size: int | None = None) -> Unigram:
    """The model in a file, or else one that is trained on a corpus.

    Args:
        path: a model file, see `Unigram.load`; None to train.
        source: as in `corpus`.
        vocab_size: tokens to ask for, besides those that BytePiece adds; None for 8000, of "zh" 2000.

    Raises:
        UnigramError: as `Unigram.load`, `corpus` and `Unigram.train`.

    >>> zh = model(source="zh")
    >>> zh.decode(zh.encode("正在创建文件", alpha=0.1, rng=0)), zh.vocab_size > 1000
    ('正在创建文件', True)
    """
    if path is not None:
        return Unigram.load(path)
    text = corpus(source)
    size = vocab_size or SIZES.get(text.name, SIZES["en"])
    return Unigram(counted(Unigram.train([text.text[:LEARNT]], size, hard_vocab_limit=False).vocabulary))


def counted(vocabulary: Vocabulary) -> Vocabulary:
    """The same tokens as BytePiece has them: each with a count, after three special ones, and every byte a token.

    A score becomes log(count/Σ counts); a byte that was no token has the count 1. Where the vocabulary was a law and
    its tokens' probabilities are above 10⁻⁶, scores change in the seventh digit.
    """
    counts = {bytes([byte]): 1 for byte in range(256)}
    for piece, i in vocabulary.ids.items():
        if vocabulary.scores[i] > -np.inf:
            counts[piece] = max(1, round(COUNTS * exp(vocabulary.scores[i])))
    total = log(sum(counts.values()))
    scores = [*[-np.inf] * len(SPECIALS), *(log(count) - total for count in counts.values())]
    return Vocabulary((*SPECIALS, *counts), np.array(scores), reserved=frozenset(range(len(SPECIALS))))
