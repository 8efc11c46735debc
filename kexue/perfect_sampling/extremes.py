"""The extreme random numbers: seeds at which a sampler's uniform number is the largest or the smallest there is.

A sampler that compares u with a share of exactly 1 must never see u = 1. BytePiece's loop keeps a candidate when
``rand() < exp(score - total) * RAND_MAX``: an only candidate, whose share is 1, is rejected when ``rand()`` returns
RAND_MAX, once in 2^31 of glibc's numbers; its back-pointer then points at itself and the walk back never ends.

Here the numbers are u = k·2⁻⁵³·(1 − 2⁻⁴³), k < 2^53 from the top bits of a bijection of 64 bits. A bijection can be run
backwards: for every byte of a text there is a (seed, document) whose number at that byte is the largest of all, and one
whose is the smallest. So the extreme is not waited for but asked for, through the public functions.
"""

from __future__ import annotations

import subprocess
import sys
from math import exp, inf, log

import numpy as np

from kexue.unigram import Unigram
from kexue.unigram.drawing import stream, uniform

WORD = 2**64
GOLDEN = 0x9E3779B97F4A7C15
LARGEST, SMALLEST = WORD - 1, 0  # of what `mix` returns
HANG = 515371, 441  # after srand(515371), glibc's 441st rand() is RAND_MAX; found by running its recurrence
ALONE = """
import resource, sys
from base64 import b64encode
from bytepiece import Tokenizer
seed, length = map(int, sys.argv[1:])
tokenizer = Tokenizer({b64encode(bytes([byte])).decode(): [3 + byte, "", 1] for byte in range(256)})
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**26,) * 2)  # the list of empty tokens grows until memory ends
tokenizer.set_seed(seed)
print(len(tokenizer.tokenize("a" * length, alpha=0.1)))
"""


def unmix(z: int) -> int:
    """The inverse of SplitMix64's bijection: unmix(mix(z)) = z.

    >>> from kexue.unigram.drawing import mix
    >>> unmix(int(mix(np.uint64(2024))))
    2024
    """
    z = _unshift(z, 31) * pow(0x94D049BB133111EB, -1, WORD) % WORD
    z = _unshift(z, 27) * pow(0xBF58476D1CE4E5B9, -1, WORD) % WORD
    return _unshift(z, 30)


def _unshift(z: int, k: int) -> int:
    """The x with x ^ (x >> k) = z."""
    x = z
    for _ in range(64 // k):
        x = z ^ (x >> k)
    return x


def seed_at(byte: int, value: int, sample: int = 0) -> tuple[int, int]:
    """(seed, document) whose random number at ``byte``, counted from 1, comes from ``value`` as the mixed word.

    The key is mix(mix(mix(seed + γ) ^ document·c) + sample·d), and the word mix(key + byte·γ).

    >>> seed, document = seed_at(7, LARGEST)
    >>> number(seed, document, 7) == 1 - 2**-43 - 2**-53
    True
    """
    key = (unmix(value) - byte * GOLDEN) % WORD
    inner = unmix((unmix(key) - sample * 0xA0761D6478BD642F) % WORD)
    for document in range(64):  # one in two gives a seed below 2^63
        seed = (unmix(inner ^ document * 0xD1342543DE82EF95 % WORD) - GOLDEN) % WORD
        if seed < WORD // 2:
            return seed, document
    raise AssertionError("64 documents in a row without a seed")


def number(seed: int, document: int, byte: int) -> float:
    """The random number of a byte, counted from 1, of a document's first sample."""
    return float(uniform(np.uint64(stream(seed, document, 0)), np.uint64(byte)))


def draw_at_extremes(model: Unigram, text: bytes, alpha: float) -> list[list[int]]:
    """What ``encode_flat`` draws of a text where the number at each byte in turn is the largest, then the smallest."""
    drawn = []
    for value in (LARGEST, SMALLEST):
        for byte in range(1, len(text) + 1):
            seed, document = seed_at(byte, value)
            ids, _ = model.encode_flat([text], alpha, seed, threads=1, first=document)
            drawn.append(ids.tolist())
    return drawn


def bytepiece_keeps(rand: int, rand_max: int = 2**31 - 1, score: float = -1.0) -> bool:
    """Whether BytePiece's rule keeps an only candidate at that value of ``rand()``; ``faster.pyx``, version 0.6.3.

    >>> bytepiece_keeps(2**31 - 2), bytepiece_keeps(2**31 - 1)
    (True, False)
    """
    total = logsumexp(-inf, score)
    return rand < exp(score - total) * rand_max


def bytepiece_returns(seed: int, length: int, patience: float = 120) -> bool:
    """Whether the installed bytepiece, with glibc's ``rand``, segments that many letters a; in a process of its own.

    Every position has one candidate, so the n-th number decides on position n.

    Raises:
        RuntimeError: the process failed for another reason than memory or time.
    """
    command = [sys.executable, "-c", ALONE, str(seed), str(length)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=patience)
    except subprocess.TimeoutExpired:
        return False
    if done.returncode and "MemoryError" not in done.stderr:
        raise RuntimeError(f"bytepiece did not run: {done.stderr[-500:]}")
    return done.returncode == 0 and int(done.stdout) == length


def logsumexp(x: float, y: float) -> float:
    """log(e^x + e^y), as the article and BytePiece have it: the larger one outside."""
    x, y = max(x, y), min(x, y)
    return x + log(1 + exp(y - x))
