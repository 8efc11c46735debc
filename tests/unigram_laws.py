"""What the tests of samplers share: random vocabularies, all strings, and two tests of counts against a law.

Both tests return p-values; a test that makes T of them and asks each to be above LEVEL / T has a family-wise error rate
of at most LEVEL (Bonferroni). Seeds are fixed, so that a suite that passed once passes always.

``chi_square`` is Pearson's, on cells merged until each expects 50 draws, because its limit law is too light in the far
tail where a cell expects few. ``binomial`` is exact at any expectation: a cell's count is binomial, and the smallest of
the two-sided tail probabilities, times the number of cells, is a valid p-value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
from scipy import stats

from kexue.unigram.vocabulary import Vocabulary

LEVEL = 1e-6  # family-wise, for each test function
ALPHAS = (0, 1e-3, 0.1, 1, 3, 10, 100, float("inf"))


def strings(alphabet: bytes, longest: int, shortest: int = 0) -> Iterator[bytes]:
    """All strings over an alphabet, the short ones first."""
    for length in range(shortest, longest + 1):
        yield from map(bytes, product(alphabet, repeat=length))


def random_mapping(seed: int, alphabet: bytes = b"ab", longest: int = 4, complete: bool = True) -> dict[bytes, float]:
    """Some of the strings over an alphabet, in random order, with random scores: multiples of ⅛ where the seed is even.

    Multiples of ⅛ add without rounding, and give ties. Unless ``complete``, single bytes may be missing too.
    """
    generator = np.random.default_rng(seed)
    tokens = [s for s in strings(alphabet, longest, 1) if generator.random() < 0.6 or (complete and len(s) == 1)]
    scores = -generator.exponential(2.0, len(tokens))
    if seed % 2 == 0:
        scores = np.round(scores * 8) / 8
    return {tokens[i]: float(scores[i]) for i in generator.permutation(len(tokens))}


def random_vocabulary(seed: int, **options) -> Vocabulary:
    """The vocabulary of ``random_mapping``."""
    return Vocabulary.of(random_mapping(seed, **options))


def chi_square(observed: Mapping, law: Mapping, least: float = 50.0) -> float:
    """p-value of Pearson's χ² for counts of draws under a law; 0 if something was drawn that the law excludes.

    Args:
        observed: what was drawn → how often.
        law: what can be drawn → its probability; sums to 1.
        least: cells are merged, the rarest first, until each expects so many draws.
    """
    if any(count and not law.get(w, 0) for w, count in observed.items()):
        return 0.0
    draws = sum(observed.values())
    cells, rest = [], np.zeros(2)  # (expected, observed)
    for w in sorted(law, key=lambda w: float(law[w])):
        rest += float(law[w]) * draws, observed.get(w, 0)
        if rest[0] >= least:
            cells.append(rest)
            rest = np.zeros(2)
    if not cells:
        return 1.0
    cells[-1] = cells[-1] + rest
    expected, seen = np.array(cells).T
    assert abs(expected.sum() / draws - 1) < 1e-9, "the law does not sum to 1"
    if len(cells) == 1:
        return 1.0
    return float(stats.chi2.sf(((seen - expected) ** 2 / expected).sum(), len(cells) - 1))


def binomial(observed: Mapping, law: Mapping) -> float:
    """Exact p-value for counts of draws under a law: the rarest cell's binomial tail, Bonferroni-corrected.

    Arguments as for ``chi_square``.
    """
    draws = sum(observed.values())
    names = list({**law, **observed})
    p = np.clip([float(law.get(w, 0)) for w in names], 0, 1)
    seen = np.array([observed.get(w, 0) for w in names])
    tails = np.minimum(stats.binom.cdf(seen, draws, p), stats.binom.sf(seen - 1, draws, p))
    return float(min(1.0, 2 * len(names) * tails.min()))
