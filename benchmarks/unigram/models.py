"""One model in the format of every contender, so that all of them segment by the same tokens and scores."""

from __future__ import annotations

import json
import zipfile
from base64 import b64decode
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from math import log
from pathlib import Path

from kexue.errors import KexueError

UNUSED = -100.0  # score of the byte tokens that only complete a byte fall-back, as in BytePiece's own conversion


class Files:
    """A BytePiece model and what is made of it.

    Args:
        path: a BytePiece ``.model``, or the ``.zip`` that holds one.
        folder: where the other formats go, once for all processes; empty at first.
    """

    def __init__(self, path: Path, folder: Path):
        self.path, self.folder = path, folder

    @cached_property
    def bytepiece(self) -> Path:
        """The model outside its zip, for peers that open a path."""
        if not zipfile.is_zipfile(self.path):
            return self.path
        with zipfile.ZipFile(self.path) as archive:
            names = [name for name in archive.namelist() if name.endswith(".model")]
            if len(names) != 1:
                raise KexueError(f"{self.path} holds {len(names)} files *.model, expected one BytePiece model")
            target = self.folder / Path(names[0]).name
            if not target.exists():
                target.write_bytes(archive.read(names[0]))
        return target

    @cached_property
    def scored(self) -> list[tuple[bytes, float]]:
        """Tokens and log-probabilities, read here once more so that peers depend on nothing of `kexue.unigram`."""
        try:
            counts = {b64decode(key): entry[-1] for key, entry in json.loads(self.bytepiece.read_bytes()).items()}
        except (ValueError, AttributeError, TypeError, IndexError) as error:
            raise KexueError(f"{self.path} is no BytePiece model ({error}): all contenders must load --model") from None
        total = log(sum(counts.values()))
        return [(piece, log(count) - total) for piece, count in counts.items()]

    @cached_property
    def sentencepiece(self) -> Path:
        """The model in SentencePiece's format, by `kexue.unigram.files.to_sentencepiece`."""
        target = self.folder / "sentencepiece.model"
        if not target.exists():
            from kexue.unigram import Vocabulary, files

            pieces, scores = zip(*self.scored, strict=True)
            model, report = files.to_sentencepiece(Vocabulary(pieces, scores))
            target.write_bytes(model)
            print(f"not in the converted model: {report.not_utf8} tokens that are no UTF-8, {report.clashes} others")
        return target

    @cached_property
    def characters(self) -> list[tuple[str, float]]:
        """Tokens as text, for tokenizers: those that are no UTF-8 left out, bytes as ``<0x00>`` … ``<0xFF>``."""
        spelled = {f"<0x{byte:02X}>": UNUSED for byte in range(256)}
        text: dict[str, float] = {}
        for piece, score in self.scored:
            try:
                text[piece.decode()] = score
            except UnicodeDecodeError:
                if len(piece) == 1:
                    spelled[f"<0x{piece[0]:02X}>"] = score
        return [("<unk>", 0.0), *text.items(), *spelled.items()]


def trained(texts: Sequence[str], vocab_size: int, folder: Path) -> Path:
    """A model trained by SentencePiece on the texts, as a BytePiece model that every contender loads.

    Each of the 256 bytes is a token of it, since BytePiece has no other way to spell what it does not know.
    """
    from kexue.unigram import Unigram
    from kexue.unigram.corpus import counted
    from kexue.unigram.training import train

    path = folder / "trained.model"
    Unigram(counted(train(texts, vocab_size, hard_vocab_limit=False))).save(path)
    return path


def convert(model: Path, folder: Path) -> None:
    """The formats that peers read from the folder, made before anything is measured."""
    files = Files(model, folder)
    _ = files.bytepiece, files.scored, find_spec("sentencepiece") and files.sentencepiece
