"""Where Hugging Face's sampler ends in a panic: for α > 1 its sums grow like α to the number of tokens.

With F(v) = log Σ e^{α(F(start) + s)}, the weights that it hands to its random choice at v are e^{F(start) + αs − F(v)}.
For α > 1 F falls by the factor α at every token, the difference outgrows 709.8 = log of the largest float64, the weight
becomes ∞, and the library's Rust code panics.
"""

from __future__ import annotations

import json
import subprocess
import sys
from math import inf, log

import numpy as np

from kexue.perfect_sampling.laws import of_characters
from kexue.unigram import Unigram
from kexue.unigram.lattice import Lattice

LARGEST = log(sys.float_info.max)  # 709.8
ALONE = """
import json, sys
from tokenizers import Tokenizer, models
pieces, text, alpha, n = json.load(sys.stdin)
tokenizer = Tokenizer(models.Unigram([("<unk>", -100.0), *map(tuple, pieces)], unk_id=0, alpha=alpha))
for _ in range(n):
    tokenizer.encode(text)
"""


def largest_weight(model: Unigram, text: str, alpha: float) -> float:
    """log of the largest weight of a choice that can be met on the way back from the end of the text.

    >>> model = Unigram({b"a": -1.0})
    >>> largest_weight(model, "aaaa", 1.0), largest_weight(model, "aaaa", 2.0)
    (0.0, 14.0)
    """
    lattice = of_characters(Lattice.of(text, model.vocabulary))
    F, largest = [0.0], -inf
    for ending in lattice.into[1:]:
        into = [edge for edge in ending if lattice.counts[edge.start]]
        again = [alpha * (F[edge.start] + edge.score) for edge in into]
        F.append(float(np.logaddexp.reduce(again)) if again else -inf)
        largest = max([largest, *(F[edge.start] + alpha * edge.score - F[-1] for edge in into)])
    return largest


def panics(model: Unigram, text: str, alpha: float, n: int = 100) -> bool:
    """Whether the installed tokenizers panics within n draws of the text; asked in a process of its own.

    Raises:
        RuntimeError: the process failed otherwise.
    """
    inside = [(piece, score) for piece, score in zip(model.pieces, model.scores, strict=True) if score > -inf]
    pieces = [(piece.decode(), float(score)) for piece, score in inside if piece in text.encode() and _is_text(piece)]
    done = subprocess.run(
        [sys.executable, "-c", ALONE],
        input=json.dumps([pieces, text, alpha, n]),
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode and "PanicException" not in done.stderr:
        raise RuntimeError(f"tokenizers did not run: {done.stderr[-500:]}")
    return bool(done.returncode)


def _is_text(piece: bytes) -> bool:
    try:
        return bool(piece.decode())
    except UnicodeDecodeError:
        return False
