"""Short strings out of a text: its words and phrases, and windows of a given number of characters."""

from __future__ import annotations

import re

import numpy as np

from kexue.errors import KexueError

PHRASE = re.compile(r" ?[^\W\d_]+(?: [^\W\d_]+)?")  # one or two words, with the space before them
LEAST = 3  # bytes: shorter ones have nothing to segment


def words(text: str, count: int, longest: int, generator: np.random.Generator) -> list[str]:
    """Different words and phrases of two words, of at most ``longest`` bytes, drawn from those that the text has.

    A phrase that is too long counts as its first word, and a word that is too long is cut before a character: so
    writing without spaces gives strings too.

    Raises:
        KexueError: the text has fewer.

    >>> sorted(words("to be or not", 2, 9, np.random.default_rng(0)))
    [' or not', 'to be']
    """
    found = sorted({_short(phrase, longest) for phrase in PHRASE.findall(text)})
    return _drawn([phrase for phrase in found if len(phrase.encode()) >= LEAST], count, generator, "words")


def windows(lines: list[str], count: int, length: int, generator: np.random.Generator) -> list[str]:
    """Different runs of ``length`` characters, three quarters of them letters, each from a line that is long enough.

    White space between words counts as one space.

    Raises:
        KexueError: too few lines are.

    >>> windows(["到此为止", "ab"], 1, 4, np.random.default_rng(0))
    ['到此为止']
    """
    enough = [line for line in dict.fromkeys(" ".join(line.split()) for line in lines) if len(line) >= length]
    starts = [int(generator.integers(len(line) - length + 1)) for line in enough]
    found = {line[start : start + length] for line, start in zip(enough, starts, strict=True)}
    read = sorted(run for run in found if 4 * sum(map(str.isalpha, run)) >= 3 * length)
    return _drawn(read, count, generator, f"lines of {length} characters")


def _drawn(found: list[str], count: int, generator: np.random.Generator, what: str) -> list[str]:
    if len(found) < count:
        raise KexueError(f"the text has {len(found)} different {what}, expected at least {count}: ask for fewer")
    return [found[i] for i in generator.choice(len(found), count, replace=False)]


def _short(phrase: str, longest: int) -> str:
    if len(phrase.encode()) > longest:
        phrase = re.match(" ?[^ ]+", phrase)[0]
    return phrase.encode()[:longest].decode(errors="ignore")
