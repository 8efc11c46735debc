"""The fast sampler's whole law, enumerated: every string up to length 8 over {a, b}, five vocabularies.

Eight α; three for the strings of 7 and 8 letters. For each vocabulary and α the draws of all strings come out of one
call. They are compared with the exact law of each string's lattice by χ² and by exact binomial tails; each test is
wrong about a right sampler with probability at most LEVEL (Bonferroni over all its p-values; the binomial ones
without any approximation). Fixed seeds.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from unigram_laws import ALPHAS, LEVEL, binomial, chi_square, random_mapping, strings

from kexue.unigram import Unigram, Vocabulary
from kexue.unigram.lattice import Lattice, ids_of

TEXTS = list(strings(b"ab", 6))
SEEDS = range(5)
DRAWS = 1000
FEWER = 100  # where the weights leave the range of float64, and logarithms take longer
FINITE = [alpha for alpha in ALPHAS if math.isfinite(alpha)]
TESTS = 2 * len(TEXTS) * len(SEEDS) * len(FINITE)  # p-values of a test that goes through all of them
KEEPS_SINGLES = [seed != 3 for seed in SEEDS]  # one vocabulary may need pseudo tokens


def model_and_lattices(seed: int, texts: list[bytes] = TEXTS) -> tuple[Unigram, list[Lattice]]:
    mapping = random_mapping(seed, longest=4, complete=KEEPS_SINGLES[seed])
    return Unigram(mapping), [Lattice.of(text, Vocabulary.of(mapping)) for text in texts]


def documents(ids: np.ndarray, offsets: np.ndarray) -> list[tuple[int, ...]]:
    """Each document's ids, from the flat result."""
    ids, bounds = ids.tolist(), offsets.tolist()
    return [tuple(ids[a:b]) for a, b in pairwise(bounds)]


def draws(alpha: float) -> int:
    return DRAWS if alpha <= 1 else FEWER


def follows(found: list[list[tuple[int, ...]]], lattices: list[Lattice], alpha: float) -> None:
    """Every text's draws against its law; what fails is named."""
    for draws, lattice in zip(found, lattices, strict=True):
        counts, law = Counter(draws), lattice.law(alpha)
        p = min(chi_square(counts, law), binomial(counts, law))
        assert p > LEVEL / TESTS, f"{lattice.text!r}, α = {alpha}: p = {p:.2g}, drawn {counts}, law {law}"


@pytest.mark.parametrize("alpha", FINITE)
@pytest.mark.parametrize("seed", SEEDS)
def test_documents_follow_the_law(seed, alpha):
    """Each text DRAWS times over, as documents of their own."""
    model, lattices = model_and_lattices(seed)
    found = documents(*model.encode_flat(TEXTS * draws(alpha), alpha, seed=9811 + seed))
    follows([found[i :: len(TEXTS)] for i in range(len(TEXTS))], lattices, alpha)


@pytest.mark.parametrize(("seed", "alpha"), [(0, 0.1), (1, 1), (2, 3), (3, 0.1), (4, 1)])
def test_longer_documents_and_their_samples_follow_the_law(seed, alpha):
    """Strings of 7 and 8 letters, each as documents of its own and by ``samples``; fewer p-values than TESTS."""
    texts, n = list(strings(b"ab", 8, 7)), draws(alpha)
    model, lattices = model_and_lattices(seed, texts)
    found = documents(*model.encode_flat(texts * n, alpha, seed=9811))
    follows([found[i :: len(texts)] for i in range(len(texts))], lattices, alpha)
    found = documents(*model.encode_flat(texts, alpha, seed=97, samples=n))
    follows([found[i * n : (i + 1) * n] for i in range(len(texts))], lattices, alpha)


@pytest.mark.parametrize("alpha", FINITE)
@pytest.mark.parametrize("seed", SEEDS)
def test_samples_of_a_document_follow_the_law(seed, alpha):
    """``samples`` draws of each text from one filter pass; a text's draws lie side by side."""
    model, lattices = model_and_lattices(seed)
    n = draws(alpha)
    found = documents(*model.encode_flat(TEXTS, alpha, seed=97 + seed, samples=n))
    follows([found[i * n : (i + 1) * n] for i in range(len(TEXTS))], lattices, alpha)


@pytest.mark.parametrize("alpha", FINITE)
def test_single_calls_follow_the_law(alpha):
    model, lattices = model_and_lattices(1)
    generator = np.random.default_rng(9768)
    for lattice in lattices[-4:]:
        counts = Counter([tuple(model.encode(lattice.text, alpha, generator)) for _ in range(draws(alpha))])
        assert min(chi_square(counts, lattice.law(alpha)), binomial(counts, lattice.law(alpha))) > LEVEL / TESTS


@pytest.mark.parametrize("alpha", [0.1, 1])
def test_neighbouring_documents_and_samples_are_independent(alpha):
    """The joint law of two draws is the product: for neighbours in a batch, and for the samples of one document."""
    model, lattices = model_and_lattices(2)
    text = max(TEXTS, key=lambda text: lattices[TEXTS.index(text)].count)
    law = lattices[TEXTS.index(text)].law(alpha)
    product = {(v, w): float(p) * float(q) for v, p in law.items() for w, q in law.items()}
    for options in ({"texts": [text] * 100_000}, {"texts": [text] * 50_000, "samples": 2}):
        found = documents(*model.encode_flat(alpha=alpha, seed=0, **options))
        pairs = Counter(list(zip(found[::2], found[1::2], strict=True)))
        assert min(chi_square(pairs, product), binomial(pairs, product)) > LEVEL / 8


@pytest.mark.parametrize("alpha", ALPHAS)
def test_one_sample_for_threads_and_batches(alpha):
    """The sample of a document depends on (seed, its index, α) alone."""
    model, _ = model_and_lattices(0)
    texts = TEXTS * 8
    ids, offsets = model.encode_flat(texts, alpha, seed=7)
    again, _ = model.encode_flat(texts, alpha, seed=8)
    assert math.isinf(alpha) or alpha > 3 or not np.array_equal(ids, again)
    for threads in (1, 2, 3):
        other = model.encode_flat(texts, alpha, seed=7, threads=threads)
        assert np.array_equal(other[0], ids)
        assert np.array_equal(other[1], offsets)
    whole = documents(ids, offsets)
    for length in (1, 5, 100, len(texts) - 1):
        assert documents(*model.encode_flat(texts[:length], alpha, seed=7, threads=2)) == whole[:length]
    assert [tuple(w) for w in model.encode_batch(texts, alpha, seed=7)] == whole


@pytest.mark.parametrize("seed", SEEDS)
def test_infinite_alpha_is_viterbi(seed):
    """Ties included: vocabularies of even seeds have scores that are multiples of ⅛."""
    model, lattices = model_and_lattices(seed)
    best = [ids_of(lattice.viterbi()) for lattice in lattices]
    for alpha in (None, math.inf):
        assert documents(*model.encode_flat(TEXTS, alpha, seed=1)) == best
        assert [tuple(model.encode(text, alpha)) for text in TEXTS] == best
        assert documents(*model.encode_flat(TEXTS, alpha, seed=1, samples=2)) == [w for w in best for _ in range(2)]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_model_knows_is_the_oracles(seed):
    model, lattices = model_and_lattices(seed)
    for lattice in lattices[::7]:
        assert model.count_segmentations(lattice.text) == lattice.count
        for alpha in (0, 0.1, 1, 3):
            assert model.log_partition(lattice.text, alpha) == pytest.approx(lattice.log_partition(alpha), abs=1e-12)
            assert model.entropy(lattice.text, alpha) == pytest.approx(lattice.entropy(alpha), abs=1e-12)
            expected = float(lattice.expected_length(alpha))
            assert model.expected_length(lattice.text, alpha) == pytest.approx(expected, abs=1e-12)
        assert [score for _, score in model.top_k(lattice.text, 5)] == pytest.approx([s for _, s in lattice.best(5)])
