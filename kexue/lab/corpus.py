"""Real text as token ids: CPython's own documentation, or any file, cut by a Unigram model that is trained on it.

A machine that trains networks need not have the tokenizer: tokens can be written where it is installed,

    python -m kexue.lab.corpus --vocabulary 4000 -o tokens.npz

and are read on the other by NumPy alone.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Int64

from kexue.errors import KexueError


class CorpusError(KexueError, ValueError):
    """A text or a file of tokens that cannot be used."""


class Tokens(NamedTuple):
    """A text as token ids.

    Args:
        ids: of the text's tokens, in order.
        size: of the vocabulary; ids are below it.
        about: in words, what text it is.
    """

    ids: Int64[np.ndarray, " tokens"]
    size: int
    about: str

    def write(self, path: Path) -> None:
        """As NumPy's ``.npz``, for `read_tokens`."""
        with path.open("wb") as file:  # by itself NumPy would append a suffix
            np.savez_compressed(file, ids=self.ids, size=self.size, about=self.about)


def token_ids(
    path: str | None = None, vocabulary: int = 2000
) -> tuple[Int64[np.ndarray, " tokens"], tuple[bytes, ...]]:
    """The best segmentation of a text under a Unigram model trained on that text, and the model's tokens.

    Args:
        path: of a file in UTF-8, plain or ``.gz``; None for `pydoc_data.topics`. "en" and "zh" as in
            `kexue.unigram.corpus`.
        vocabulary: tokens of the model, of which 257 are the bytes and the unknown one.

    Returns:
        ids of the text's tokens, and the tokens' bytes by id.

    Raises:
        CorpusError: the tokenizer's packages are not installed.
        UnigramError: the file cannot be read, or gives no vocabulary of that size.
    """
    tokens, pieces = _tokenized(path, vocabulary)
    return tokens.ids, pieces


def tokens(path: str | None = None, vocabulary: int = 2000) -> Tokens:
    """As `token_ids`, with what text it is.

    >>> tokens(vocabulary=2000).about
    "CPython's reference documentation, English"
    """
    return _tokenized(path, vocabulary)[0]


def _tokenized(path: str | None, vocabulary: int) -> tuple[Tokens, tuple[bytes, ...]]:
    try:
        from kexue.unigram import Unigram  # compiled by Numba, which a GPU machine need not have
        from kexue.unigram.corpus import corpus
    except ImportError as error:
        raise CorpusError(
            f"cutting a text into tokens needs the package {error.name}, which is not installed here: install it, or "
            "run `python -m kexue.lab.corpus -o tokens.npz` where it is, and give that file (--tokens tokens.npz)"
        ) from None
    text = corpus(path)
    model = Unigram.train([text.text], vocabulary)
    ids = np.array(model.encode(text.text), dtype=np.int64)
    return Tokens(ids, model.vocab_size, text.about), model.pieces


def read_tokens(path: str | Path) -> Tokens:
    """Tokens from a file that `Tokens.write` made.

    Raises:
        CorpusError: no such file, another format, or ids outside the vocabulary.
    """
    try:
        with np.load(path) as file:
            found = Tokens(file["ids"].astype(np.int64), int(file["size"]), str(file["about"]))
    except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
        raise CorpusError(
            f"{path} is no file of tokens ({error}): make one with `python -m kexue.lab.corpus -o {Path(path).name}`"
        ) from None
    if found.ids.ndim != 1 or not len(found.ids) or not 0 <= found.ids.min() <= found.ids.max() < found.size:
        raise CorpusError(f"{path} has ids of shape {found.ids.shape}, expected a sequence of ids below {found.size}")
    return found


def main(arguments: list[str] | None = None) -> None:
    """Write a text's tokens to a file."""
    command = ArgumentParser(prog="python -m kexue.lab.corpus", description="A text's tokens, for another machine.")
    command.add_argument("--path", help="a text in UTF-8; CPython's documentation if left out")
    command.add_argument("--vocabulary", type=int, default=2000)
    command.add_argument("-o", "--output", type=Path, required=True)
    options = command.parse_args(arguments)
    found = tokens(options.path, options.vocabulary)
    found.write(options.output)
    print(f"{options.output}: {len(found.ids)} tokens of {found.size}, {found.about}")


if __name__ == "__main__":
    main()
