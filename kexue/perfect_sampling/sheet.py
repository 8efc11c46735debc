"""A small lattice on which the samplers are told apart: 8 characters, 108 of the 128 segmentations.

Tokens are those of the 36 substrings that a coin kept, scores are uniform; the first seed is taken whose lattice has
the wanted number of segmentations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

import numpy as np

from kexue.perfect_sampling import laws
from kexue.perfect_sampling.contest import fast
from kexue.perfect_sampling.goodness import Fit, fit
from kexue.unigram import Unigram, reference
from kexue.unigram.lattice import Lattice
from kexue.unigram.reference import law_of, total_variation

TEXT = "abcdefgh"
SEGMENTATIONS = 108
DEEPEST = 12.0  # scores are uniform between −12 and 0
ABC = dict.fromkeys([b"a", b"b", b"c", b"ab", b"abc"], 1)  # three segmentations of equal weight


class Row(NamedTuple):
    """A sampler's draws of the small lattice against the exact law and its own, and the distance of the two laws."""

    name: str
    to_exact: Fit
    to_own: Fit
    gap: float


def small_model(text: str = TEXT, segmentations: int = SEGMENTATIONS) -> Unigram:
    """A model under which the text has that many segmentations.

    >>> small_model("abc", 3).count_segmentations("abc")
    3
    """
    n = len(text)
    substrings = [text[i:j].encode() for i in range(n) for j in range(i + 1, n + 1)]
    for seed in count():
        generator = np.random.default_rng(seed)
        kept = [s for s in substrings if len(s) == 1 or generator.random() < 0.95]
        model = Unigram(dict(zip(kept, -DEEPEST * generator.random(len(kept)), strict=True)))
        if Lattice.of(text, model.vocabulary).count == segmentations:
            return model
    raise AssertionError("seeds do not end")


def rows(alpha: float, draws: int, seed: int) -> Iterator[Row]:
    """The samplers of both articles, the fast one, and the misread table, each by as many draws."""
    model = small_model()
    lattice = Lattice.of(TEXT, model.vocabulary)
    exact = lattice.law(alpha)
    spelled = {lattice.spell(ids): p for ids, p in exact.items()}
    generator = np.random.default_rng(seed)
    for name, sampler, own in (
        ("pairwise (9768)", reference.pairwise, law_of(reference.pairwise, lattice, alpha)),
        ("the sampled route's score", laws.by_route, laws.law_by_route(lattice, alpha)),
        ("reservoir (9811)", reference.reservoir, exact),
    ):
        seen = Counter(sampler(lattice, alpha, generator) for _ in range(draws))
        yield Row(name, fit(seen, exact), fit(seen, own), float(total_variation(own, exact)))
    found = fit(fast(model, TEXT, alpha, draws, seed), spelled)
    yield Row("kexue.unigram", found, found, 0.0)


def readings(weights: dict = ABC) -> dict[str, dict[tuple[bytes, ...], object]]:
    """Both readings of the article's table of rules on a lattice of exact weights, and the law that is wanted.

    >>> {name: [str(p) for p in law.values()] for name, law in readings().items()}["sampled route's score"]
    ['1/2', '1/4', '1/4']
    """
    lattice = Lattice.weighted("abc", weights)
    found = {
        "wanted": lattice.law(1),
        "log Z of the prefix": law_of(reference.reservoir, lattice, 1),
        "sampled route's score": laws.law_by_route(lattice, 1),
    }
    return {name: {lattice.spell(ids): law[ids] for ids in lattice.law(1)} for name, law in found.items()}
