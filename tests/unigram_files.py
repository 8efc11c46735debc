"""Model files that their tests share, as their own libraries write them, and an oracle of what they mean."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from base64 import b64encode
from functools import cache
from pydoc_data.topics import topics

import numpy as np
import sentencepiece
import tokenizers
from tokenizers import models, pre_tokenizers

from kexue.unigram import Vocabulary
from kexue.unigram.files import parse, read
from kexue.unigram.files.bytepiece_text import text_of
from kexue.unigram.files.raw import unpacked
from kexue.unigram.files.wire import fields, write_bytes, write_float, write_number

ENGLISH = [line + "\n" for text in list(topics.values())[:25] for line in text.split("\n")]
COUNTS = {b"a": 7, b" ": 3, b"b": 1, b"ab": 12, "é".encode(): 5, "é".encode()[:1]: 1, b"\n": 2}


def bytepiece_json(counts: dict[bytes, int], first: int = 3) -> bytes:
    """As ``bytepiece.Trainer.save`` writes it."""
    rows = {b64encode(k).decode(): [i + first, k.decode(errors="ignore"), v] for i, (k, v) in enumerate(counts.items())}
    return json.dumps(rows, indent=4, ensure_ascii=False).encode()


def zipped(data: bytes, *names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names or ("small.model",):
            file.writestr(name, data)
    return buffer.getvalue()


@cache
def sentencepiece_proto(vocab_size: int = 420, **options) -> bytes:
    """As SentencePiece's trainer writes it."""
    model = io.BytesIO()
    defaults = {
        "normalization_rule_name": "identity",
        "add_dummy_prefix": False,
        "remove_extra_whitespaces": False,
        "byte_fallback": True,
        "minloglevel": 2,
    }
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(ENGLISH[:400]), model_writer=model, vocab_size=vocab_size, **{**defaults, **options}
    )
    return model.getvalue()


HF_VOCAB = [
    ("<unk>", 0.0),
    ("▁", -2.5),
    ("a", -1.5),
    ("b", -2.0),
    ("▁a", -1.75),
    ("ab", -2.25),
    ("b▁a", -0.5),
    ("▁▁", -3.0),
    ("ba", -1.0),
    ("é", -4.0),
]


def tokenizer(metaspace: dict | None = None, byte_fallback: bool = False) -> tokenizers.Tokenizer:
    vocab = HF_VOCAB + [(f"<0x{byte:02X}>", -5.0) for byte in range(256)] * byte_fallback
    built = tokenizers.Tokenizer(models.Unigram(vocab, unk_id=0, byte_fallback=byte_fallback))
    if metaspace is not None:
        built.pre_tokenizer = pre_tokenizers.Metaspace(**metaspace)
    return built


def hugging_face(**options) -> bytes:
    return tokenizer(**options).to_str().encode()


def changed(data: bytes, **parts) -> bytes:
    """The tokenizer.json with some of its parts replaced; ``model`` is updated."""
    file = json.loads(data)
    file["model"].update(parts.pop("model", {}))
    return json.dumps({**file, **parts}).encode()


def proto(*pieces: tuple[bytes, float, int], trainer: bytes = b"", normalizer: bytes = write_number(4, 0)) -> bytes:
    rows = [write_bytes(1, n) + write_float(2, struct.pack("<f", s)) + write_number(3, k) for n, s, k in pieces]
    return b"".join(write_bytes(1, row) for row in rows) + write_bytes(2, trainer) + write_bytes(3, normalizer)


VALID = {
    "bytepiece": bytepiece_json(COUNTS),
    "zip": zipped(bytepiece_json(COUNTS)),
    "sentencepiece": proto((b"<unk>", 0, 2), (b"<s>", 0, 3), (b"a", -1, 1), ("▁a".encode(), -2, 1), (b"ab", -1.5, 1)),
    "tokenizer.json": hugging_face(metaspace={}),
    "larger form": text_of(
        Vocabulary(
            (b"<s>", b"a", b"ab"), np.array([0.0, -1.0, -np.inf]), "character", reserved=frozenset({0}), prefix=b" "
        )
    ).encode(),
}


def load(data: bytes, **options) -> Vocabulary:
    return parse(unpacked(data) if data[:2] == b"PK" else data, **options)


def read_bytes(folder, data: bytes, **options) -> Vocabulary:
    (folder / "file").write_bytes(data)
    return read(folder / "file", **options)


def same(a: Vocabulary, b: Vocabulary) -> bool:
    """Equal in all that a vocabulary is, scores and their signs to the last bit."""
    names = ("pieces", "unknown", "unknown_score", "spelling", "reserved", "prefix")
    bits = [np.asarray(v.scores).view(np.int64) for v in (a, b)]
    return all(getattr(a, name) == getattr(b, name) for name in names) and np.array_equal(*bits)


# -- an oracle: Viterbi decoding, character by character, of what a Vocabulary means


def viterbi(vocabulary: Vocabulary, text: str) -> tuple[float, list[int]]:
    """The best score, and the ids on a best path; −1 for an unknown character."""
    data = vocabulary.prefix + text.encode()
    best: list[tuple[float, list[int]] | None] = [(0.0, [])] + [None] * len(data)
    longest = max(map(len, vocabulary.ids))
    for i in range(len(data)):
        if best[i] is None or data[i] & 0xC0 == 0x80:
            continue
        width = len(data[i:].decode()[0].encode())
        edges = [(n, vocabulary.ids.get(data[i : i + n])) for n in range(1, longest + 1) if i + n <= len(data)]
        edges = [(n, t, float(vocabulary.scores[t])) for n, t in edges if t is not None]
        if all(n != width for n, _, _ in edges):
            edges.append((width, -1, vocabulary.unknown_score))
        for n, t, score in edges:
            if best[i + n] is None or best[i][0] + score > best[i + n][0]:
                best[i + n] = (best[i][0] + score, [*best[i][1], t])
    return best[-1]


def sentencepiece_score(processor: sentencepiece.SentencePieceProcessor, text: str) -> float:
    """The Viterbi score that SentencePiece itself reports (in the n-best list, where it has one)."""
    best = processor.nbest_encode(text, nbest_size=2, return_type="serialized_proto")
    data = (
        best[0] if isinstance(best, list) else next(best[f[2] : f[3]] for f in fields(best, 0, len(best)) if f[0] == 1)
    )
    return struct.unpack("<f", next(data[f[2] : f[3]] for f in fields(data, 0, len(data)) if f[0] == 3))[0]
