"""One model in the format of every contender, so that all of them segment by the same tokens and scores."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.unigram.contenders import ALL, missing
from kexue.unigram import Unigram
from kexue.unigram.corpus import counted
from kexue.unigram.files import to_sentencepiece
from kexue.unigram.peers import SentencePiece, bytepiece_form
from kexue.unigram.training import train


def trained(texts: Sequence[str], vocab_size: int, folder: Path) -> None:
    """A model trained by SentencePiece on the texts, in every format; each of the 256 bytes is a token of it."""
    write(Unigram(counted(train(texts, vocab_size, hard_vocab_limit=False))), folder)


def converted(path: Path, folder: Path) -> None:
    """The model in a file of BytePiece, SentencePiece or Hugging Face, in every format."""
    write(Unigram.load(path), folder)


def write(model: Unigram, folder: Path) -> None:
    """What every contender that is installed reads, with BytePiece's idea of a model: counts, and a token a byte."""
    common = bytepiece_form(model.vocabulary)
    if common is not model.vocabulary:
        print("converted for all contenders: scores are rounded to BytePiece's counts, every byte is a token")
    for name, contender in ALL.items():
        if not missing(name):
            contender.write(common, folder / contender.file)
    if not missing(SentencePiece.name):
        report = to_sentencepiece(common)[1]
        print(f"not in SentencePiece's model: {report.not_utf8} tokens that are no UTF-8, {report.clashes} others")


def load(name: str, folder: Path):
    """A contender with the model in the folder."""
    return ALL[name].of_file(folder / ALL[name].file)
