"""Every sampler that is at hand draws segmentations of short texts, and its draws meet laws that are enumerated.

A sampler's *own* law is what its way of drawing implies: e^{α·score}/Z for those that are right, and for the others a
law that `kexue.perfect_sampling.laws` computes from what they do. The draws are compared with both.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import numpy as np

from kexue.perfect_sampling import laws
from kexue.perfect_sampling.goodness import Fit, fit
from kexue.unigram import Unigram, reference
from kexue.unigram.lattice import Lattice
from kexue.unigram.peers import HuggingFace, SentencePiece, Tokens, installed
from kexue.unigram.reference import law_of, total_variation

NBEST = 64
MORE = 20  # times as many draws of the fast sampler, which is that much faster
Law = dict[Tokens, float]
Draw = Callable[[str, float, int], Counter[Tokens]]


@dataclass(frozen=True)
class Sampler:
    """A way to draw.

    Args:
        name: of the sampler.
        own: the name of its own law.
        law: that law of a lattice, by ids.
        draw: text, α, n → how often each segmentation was drawn.
        most: the largest α at which it can be asked.
    """

    name: str
    own: str
    law: Callable[[Lattice, float], dict]
    draw: Draw
    most: float = inf


@dataclass(frozen=True)
class Trial:
    """One sampler's draws of one text at one α.

    Args:
        sampler, own: names of the sampler and of its own law.
        text, alpha: what was drawn.
        exact, predicted: the law e^{α·score}/Z over all segmentations of the bytes, and the sampler's own.
        seen: how often each segmentation was drawn.
        to_exact, to_own: how well the draws agree with either.
        gap: total variation between the two laws.
    """

    sampler: str
    own: str
    text: str
    alpha: float
    exact: Law
    predicted: Law
    seen: Counter[Tokens]
    to_exact: Fit
    to_own: Fit
    gap: float


def trial(sampler: Sampler, model: Unigram, text: str, alpha: float, draws: int) -> Trial:
    """Draw, and compare with the exact law and with the sampler's own."""
    lattice = Lattice.of(text, model.vocabulary)
    exact = _spelled(lattice, lattice.law(alpha))
    own = exact if sampler.own == "exact" else _spelled(lattice, sampler.law(lattice, alpha))
    seen = sampler.draw(text, alpha, draws * MORE if sampler.name == "kexue.unigram" else draws)
    to_exact = fit(seen, exact)
    to_own = to_exact if own is exact else fit(seen, own)
    gap = float(total_variation(own, exact))
    return Trial(sampler.name, sampler.own, text, alpha, exact, own, seen, to_exact, to_own, gap)


def samplers(model: Unigram, seed: int) -> list[Sampler]:
    """The articles' two, the fast one, and every peer that is installed."""
    return [*references(model, seed), *_peers(model, seed)]


def references(model: Unigram, seed: int) -> Iterator[Sampler]:
    """The articles' two samplers and the fast one."""
    generator = np.random.default_rng(seed)

    def by(sampler: reference.Sampler) -> Draw:
        def draw(text: str, alpha: float, n: int) -> Counter[Tokens]:
            lattice = Lattice.of(text, model.vocabulary)
            drawn = Counter(sampler(lattice, alpha, generator) for _ in range(n))
            return Counter({lattice.spell(ids): count for ids, count in drawn.items()})

        return draw

    def pairwise_law(lattice: Lattice, alpha: float) -> dict:
        return law_of(reference.pairwise, lattice, alpha)

    yield Sampler("pairwise (9768)", "pairwise", pairwise_law, by(reference.pairwise))
    yield Sampler("reservoir (9811)", "exact", Lattice.law, by(reference.reservoir))
    yield Sampler("kexue.unigram", "exact", Lattice.law, lambda *of: fast(model, *of, seed))


def fast(model: Unigram, text: str, alpha: float, n: int, seed: int) -> Counter[Tokens]:
    """n draws of `Unigram.encode_flat`, counted."""
    ids, offsets = model.encode_flat([text], alpha, seed, threads=1, samples=n)
    drawn = Counter(ids[a:b].tobytes() for a, b in pairwise(offsets.tolist()))
    pieces = model.pieces
    return Counter({tuple(pieces[i] for i in np.frombuffer(k, np.int32)): c for k, c in drawn.items()})


def _peers(model: Unigram, seed: int) -> Iterator[Sampler]:
    for peer in installed():
        made = peer(model.vocabulary, seed)
        if peer is SentencePiece:
            yield Sampler("sentencepiece, nbest=-1", "exact, characters", _character_law, _drawn(made))
            some = SentencePiece(model.vocabulary, seed, nbest=NBEST)
            yield Sampler(f"sentencepiece, nbest={NBEST}", f"{NBEST} best, characters", _truncated, _drawn(some))
        elif peer is HuggingFace:
            yield Sampler(
                "tokenizers", "refiltered, characters", _refiltered, _drawn(made), 1.0
            )  # beyond, it panics: `panic`
        else:
            yield Sampler(peer.name, "exact", Lattice.law, _drawn(made))


def _drawn(peer) -> Draw:
    return lambda text, alpha, n: Counter(peer.sample(text, alpha, n))


def _character_law(lattice: Lattice, alpha: float) -> dict:
    return laws.of_characters(lattice).law(alpha)


def _truncated(lattice: Lattice, alpha: float) -> dict:
    return laws.truncated(laws.of_characters(lattice), alpha, NBEST)


def _refiltered(lattice: Lattice, alpha: float) -> dict:
    return laws.refiltered(laws.of_characters(lattice), alpha)


def _spelled(lattice: Lattice, law: dict) -> Law:
    return {lattice.spell(ids): float(p) for ids, p in law.items()}


def words(model: Unigram, text: str, pattern: str, least: int, most: float, count: int) -> list[str]:
    """The words of a text that are the least settled: of highest entropy at α = 1.

    A frequent word is a token, and above α = ½ it is next to nothing else, so that no χ² has anything to tell.

    Args:
        pattern: what a word is, a regular expression.
        least, most: segmentations that a word may have.

    Raises:
        ValueError: the text has too few of them.
    """
    distinct = sorted(set(re.findall(pattern, text)))
    found = [word for word in distinct if least <= model.count_segmentations(word) <= most]
    if len(found) < count:
        raise ValueError(
            f"the corpus has {len(found)} words {pattern} with {least} to {most} segmentations, expected {count}: "
            "take a longer corpus or another model"
        )
    return sorted(found, key=lambda word: -model.entropy(word, 1.0))[:count]


def contest(
    found: Sequence[Sampler], model: Unigram, texts: Sequence[str], alphas: Sequence[float], draws: int
) -> list[Trial]:
    """All samplers on all texts at all α that they can be asked at, in that order."""
    return [trial(s, model, text, alpha, draws) for s in found for text in texts for alpha in alphas if alpha <= s.most]
