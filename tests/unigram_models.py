"""Models that the tests of ``Unigram`` share, trained once, and the sampler's draws by a plain loop."""

from __future__ import annotations

import io
import math
from functools import lru_cache
from itertools import groupby
from pydoc_data.topics import topics

import numpy as np
import sentencepiece

from kexue.unigram import Unigram
from kexue.unigram.automaton import WINDOW
from kexue.unigram.drawing import stream, uniform
from kexue.unigram.files import parse

TOPICS = "\n".join(topics.values())  # some 460 KB of English and code


@lru_cache
def trained() -> Unigram:
    """Learnt from ``TOPICS``: byte fallback, unknown characters, no prefix."""
    return Unigram.train([TOPICS[:150_000]], 1500)


@lru_cache
def processor(**options) -> sentencepiece.SentencePieceProcessor:
    """SentencePiece's own, learnt from some of ``TOPICS``; a prefix and no byte fallback unless ``options`` say so."""
    model = io.BytesIO()
    settings = {
        "model_type": "unigram",
        "normalization_rule_name": "identity",
        "remove_extra_whitespaces": False,
        "minloglevel": 2,
        "vocab_size": 600,
        "num_threads": 1,
    }
    lines = [line for line in TOPICS[:60_000].split("\n") if line.strip()]
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(lines), model_writer=model, **{**settings, **options}
    )
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())


def prefixed() -> Unigram:
    """The same as a model of this package: prefix " ", unknown characters."""
    return Unigram(parse(processor().serialized_model_proto()))


def reference_draws(model: Unigram, text, alpha: float, seed: int, samples: int = 1, index: int = 0) -> list[list[int]]:
    """What the sampler must draw: one loop from the text's end, in one place, with the same uniform numbers.

    A_j = m·2^x by itself for every byte; candidates in the order 1 … 8 bytes, then the longer ones, longest first.
    """
    edges = model._engine.edges(model._bytes(text))
    m, x = [0.0] * (edges.n + 1), [0] * (edges.n + 1)
    m[0] = 1.0
    ending: list[list] = [[] for _ in m]
    rows = zip(edges.ends, edges.starts, edges.ids, np.exp(alpha * edges.scores), strict=True)
    for j, group in groupby(((int(e), int(s), int(i), float(w)) for e, s, i, w in rows), key=lambda row: row[0]):
        usable = [(s, i, w) for _, s, i, w in group if m[s]]
        if not usable:
            continue
        top = max(x[s] for s, _, _ in usable)
        shares = [(s, i, math.ldexp(m[s] * w, max(x[s] - top, -1100))) for s, i, w in usable]
        total = math.fsum(share for *_, share in shares)
        near = [share for share in shares[::-1] if j - share[0] <= WINDOW]
        ending[j] = [(s, i, v / total) for s, i, v in near + [v for v in shares if j - v[0] > WINDOW]]
        m[j], shift = math.frexp(total)
        x[j] = top + shift
    return [_drawn(ending, np.uint64(stream(seed, index, s))) for s in range(samples)]


def _drawn(ending: list[list], key: np.uint64) -> list[int]:
    ids, j = [], len(ending) - 1
    while j > 0:
        u, taken = uniform(key, j), None
        for s, i, share in ending[j]:
            if share > 0:
                taken = s, i
            u -= share
            if u < 0:
                break
        j = taken[0]
        ids.append(taken[1])
    return ids[::-1]


def best_by_bytepiece(model: Unigram, text: bytes) -> list[int]:
    """BytePiece's loop: of the tokens that end at a byte, longest first, a later one must be strictly better."""
    scores, kept = [0.0] + [-math.inf] * len(text), [(0, -1)] * (len(text) + 1)
    for start, end, i, score in zip(*_columns(model, text), strict=True):
        if scores[start] + score > scores[end]:
            scores[end], kept[end] = scores[start] + score, (start, i)
    ids, j = [], len(text)
    while j > 0:
        j, i = kept[j]
        ids.append(i)
    return ids[::-1]


def _columns(model: Unigram, text: bytes):
    table, longest = model.vocabulary.ids, max(map(len, model.pieces))
    found = []
    for end in range(1, len(text) + 1):
        for start in range(max(0, end - longest), end):
            piece = text[start:end]
            if piece in table and model.scores[table[piece]] > -math.inf:
                found.append((start, end, table[piece], float(model.scores[table[piece]])))
            elif end - start == 1 and model.vocabulary.unknown == "byte":
                found.append((start, end, len(model) + piece[0], model.vocabulary.unknown_score))
    return zip(*found, strict=True) if found else ((),) * 4
