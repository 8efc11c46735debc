"""A ``tokenizer.json`` of Hugging Face tokenizers whose model is Unigram, as a vocabulary.

``model``: {type: "Unigram", vocab: [[piece, score], …], unk_id, byte_fallback}. A Metaspace pre-tokenizer writes spaces
as ▁ and may put one before the text (the prefix here). With its ``split`` every word begins at its ▁ and is segmented
alone: the same as having no pieces with a ▁ further in, so those become reserved ids.

Where tokenizers does otherwise: a text that begins with a space gets no second one from it; added special tokens
(``</s>``) and byte pieces (``<0x0A>``) that are spelled out in a text are ids to it, and text here; a truncation set in
the file is not applied.
"""

from __future__ import annotations

from dataclasses import dataclass
from reprlib import repr as short  # a hostile value may be as long as its file

import numpy as np

from kexue.errors import UnigramError
from kexue.unigram.files.json_text import unrepeated
from kexue.unigram.vocabulary import LARGEST, PENALTY, Vocabulary

ADVICE = "apply it to the text yourself and save the tokenizer without it"


@dataclass(frozen=True)
class Metaspace:
    """How text meets the pieces: what stands for a space, what comes first, whether words are apart."""

    blank: str = ""
    prefix: bytes = b""
    split: bool = False


def from_tokenizer(data: bytes, strict: bool = False) -> Vocabulary:
    """The vocabulary of a ``tokenizer.json``.

    A character that is no piece scores min − 10, the minimum over all of ``vocab``, as in tokenizers.

    Raises:
        UnigramError: another model type, a normalizer or pre-tokenizer that changes the text, added tokens that are not
            special, anything malformed.
    """
    file = unrepeated(data)
    model = file.get("model")
    if not isinstance(model, dict) or model.get("type") != "Unigram":
        kind = model.get("type") if isinstance(model, dict) else model
        raise UnigramError(f"the tokenizer's model is of type {short(kind)}, expected 'Unigram'")
    _check_normalizer(file.get("normalizer"))
    space = _metaspace(file.get("pre_tokenizer"))
    names, scores = _vocab(model.get("vocab"))
    least = float(scores.min())
    names, special = _added(names, file.get("added_tokens") or [])
    scores = np.concatenate([scores, np.full(len(names) - len(scores), -np.inf)])
    spelling = _spelling(names, model.get("byte_fallback"))
    reserved = special | _unk(model.get("unk_id"), len(names)) | set(spelling) | _unreachable(names, space)
    scores[list(reserved)] = -np.inf
    pieces = [(name.replace(space.blank, " ") if space.blank else name).encode() for name in names]
    for byte, i in enumerate(spelling):
        pieces[i] = bytes([byte])
    return Vocabulary(
        pieces,
        scores,
        unknown="none" if strict else "character",
        unknown_score=min(least - PENALTY, 0.0),
        spelling=spelling,
        reserved=frozenset(reserved),
        prefix=space.prefix,
    )


def _vocab(rows: object) -> tuple[list[str], np.ndarray]:
    if not isinstance(rows, list) or not 0 < len(rows) <= LARGEST:
        size = f"of {len(rows)} entries" if isinstance(rows, list) else f"{short(rows)}"
        raise UnigramError(f"model.vocab is {size}, expected 1 to {LARGEST} pairs [piece, score]")
    for i, row in enumerate(rows):
        if not (isinstance(row, list) and len(row) == 2 and type(row[0]) is str and type(row[1]) in (int, float)):
            raise UnigramError(f"entry {i} of model.vocab is {short(row)}, expected [piece, score]")
        if not -1e308 < row[1] < 1e308:
            raise UnigramError(
                f"entry {i} of model.vocab, {row[0][:60]!r}, has the score {short(row[1])}, expected a finite one"
            )
    return [row[0] for row in rows], np.array([row[1] for row in rows], dtype=np.float64)


def _check_normalizer(normalizer: object) -> None:
    """Refuses what may change text."""
    if normalizer is None:
        return
    kind = normalizer.get("type") if isinstance(normalizer, dict) else None
    if kind == "Sequence" and isinstance(normalizer.get("normalizers"), list):
        for part in normalizer["normalizers"]:
            _check_normalizer(part)
        return
    if kind == "Precompiled" and normalizer.get("precompiled_charsmap") in ("", None):
        return
    raise UnigramError(f"the tokenizer normalises text by {short(kind)}, expected the identity: {ADVICE}")


def _metaspace(pre: object) -> Metaspace:
    if pre is None:
        return Metaspace()
    kind = pre.get("type") if isinstance(pre, dict) else None
    if kind == "Sequence" and isinstance(pre.get("pretokenizers"), list) and len(pre["pretokenizers"]) == 1:
        return _metaspace(pre["pretokenizers"][0])
    if kind != "Metaspace":
        raise UnigramError(
            f"the tokenizer cuts text by the pre-tokenizer {short(kind)}, expected Metaspace or none: {ADVICE}"
        )
    blank = pre.get("replacement", "▁")
    old = (
        {True: "always", False: "never"}.get(pre.get("add_prefix_space", True))
        if _is_flag(pre, "add_prefix_space")
        else None
    )
    scheme = pre.get("prepend_scheme", old)
    if not isinstance(blank, str) or len(blank) != 1 or scheme not in ("always", "first", "never"):
        raise UnigramError(
            f"Metaspace has replacement {short(blank)} and prepend_scheme {short(scheme)}, expected one "
            "character, and 'always', 'first' or 'never'"
        )
    if not _is_flag(pre, "split"):
        raise UnigramError(f"Metaspace has split {short(pre['split'])}, expected true or false")
    return Metaspace(blank, b"" if scheme == "never" else b" ", pre.get("split", True))


def _is_flag(table: dict, name: str) -> bool:
    return isinstance(table.get(name, True), bool)


def _added(names: list[str], added: object) -> tuple[list[str], set[int]]:
    """The names with those of added tokens behind them, and the ids of the special ones."""
    if not isinstance(added, list):
        raise UnigramError(f"added_tokens is {short(added)}, expected a list")
    names, special = list(names), set()
    for token in sorted(added, key=_added_id):
        i, content = token["id"], token.get("content")
        if not isinstance(content, str) or token.get("special") is not True:
            raise UnigramError(
                f"the added token {short(content)} is not special: it would be cut out of the text before the "
                "model; make it special or a piece of the vocabulary"
            )
        if i > len(names) or (i < len(names) and names[i] != content):
            raise UnigramError(
                f"the added token {content[:40]!r} has the id {i}, expected its place in the vocabulary or the next"
            )
        if i == len(names):
            names.append(content)
        special.add(i)
    return names, special


def _added_id(token: object) -> int:
    i = token.get("id") if isinstance(token, dict) else None
    if type(i) is not int or not 0 <= i < LARGEST:
        raise UnigramError(f"added_tokens lists {short(token)}, expected an object with an id")
    return i


def _unk(unk: object, size: int) -> set[int]:
    if unk is None:
        return set()
    if type(unk) is not int or not 0 <= unk < size:
        raise UnigramError(f"unk_id is {short(unk)}, expected the id of one of {size} pieces, or null")
    return {unk}


def _spelling(names: list[str], fallback: object) -> tuple[int, ...]:
    if fallback not in (None, True, False):
        raise UnigramError(f"byte_fallback is {short(fallback)}, expected true or false")
    if not fallback:
        return ()
    at = {name: i for i, name in enumerate(names)}
    wanted = [f"<0x{byte:02X}>" for byte in range(256)]
    if missing := [name for name in wanted if name not in at]:
        raise UnigramError(f"byte_fallback is on, but the piece {missing[0]} is missing, expected all 256")
    return tuple(at[name] for name in wanted)


def _unreachable(names: list[str], space: Metaspace) -> set[int]:
    """Pieces that no text can match: with a space where spaces are written ▁, or across words that are cut apart."""
    if not space.blank:
        return set()
    return {i for i, name in enumerate(names) if " " in name or (space.split and space.blank in name[1:])}
