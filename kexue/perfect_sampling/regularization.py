"""What stochastic segmentation does to a text: how many tokens, how much entropy, which of Viterbi's tokens survive.

Predictions come from the lattice (`Unigram.marginals` and its kin), measurements from segmentations that were drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isinf

import numpy as np
from jaxtyping import Float, Int

from kexue.unigram import Unigram


@dataclass(frozen=True)
class Dose:
    """One text at one α.

    Args:
        alpha: α.
        expected: E[number of tokens], from the lattice.
        entropy: H of the segmentation in nats, from the lattice; 0 at α = ∞.
        surprisals: −log P(w) = log Z − α·score(w) of each draw, whose mean estimates H.
        counts: number of tokens of each draw.
        survival: of each token of the best segmentation, the probability that a segmentation has it, by the lattice.
        survivors: which share of the draws had it.
        shares: of each draw, the share of the best segmentation's tokens that it has.
        lengths: bytes of each of these tokens.
        size: bytes of the text.
    """

    alpha: float
    expected: float
    entropy: float
    surprisals: Float[np.ndarray, " samples"]
    counts: Int[np.ndarray, " samples"]
    survival: Float[np.ndarray, " tokens"]
    survivors: Float[np.ndarray, " tokens"]
    shares: Float[np.ndarray, " samples"]
    lengths: Int[np.ndarray, " tokens"]
    size: int

    @property
    def length_errors(self) -> float:
        """(mean number of tokens − expected) in standard errors, see `_errors`."""
        return _errors(self.counts, self.expected, 1.0)

    @property
    def entropy_errors(self) -> float:
        """(mean surprisal − H) in standard errors."""
        return _errors(self.surprisals, self.entropy, 1.0)

    @property
    def survival_errors(self) -> float:
        """(mean share of survivors − mean survival) in standard errors."""
        return _errors(self.shares, float(self.survival.mean()), 1 / len(self.survival))

    def by_length(self, longest: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Bytes 1, …, and for each the mean survival of the best segmentation's tokens and share of survivors."""
        found = [n for n in range(1, longest + 1) if (self.lengths == n).any()]
        means = [[values[self.lengths == n].mean() for n in found] for values in (self.survival, self.survivors)]
        return np.array(found), *map(np.array, means)


def dose(model: Unigram, text: str, alpha: float, samples: int, seed: int) -> Dose:
    """Draw a text's segmentations at one α, and compute what they should be.

    Args:
        model, text: what is segmented.
        alpha: α, 0 to ∞.
        samples: draws.
        seed: of them.
    """
    ids, offsets = model.encode_flat([text], alpha, seed, threads=1, samples=samples)
    drawn = [ids[a:b] for a, b in pairwise(offsets)]
    best = np.array(model.encode(text))
    starts, ends = _edges(model, best)
    inside = [np.isin(_keys(model, starts, best), _keys(model, _edges(model, each)[0], each)) for each in drawn]
    size = int(ends[-1])
    return Dose(
        alpha,
        model.expected_length(text, alpha),
        model.entropy(text, alpha),
        _surprisals(model, text, alpha, drawn),
        np.array([each.size for each in drawn]),
        survival(model, text, alpha, starts, best),
        np.mean(inside, axis=0),
        np.mean(inside, axis=1),
        ends - starts,
        size,
    )


def survival(
    model: Unigram, text: str, alpha: float, starts: Int[np.ndarray, " tokens"], ids: Int[np.ndarray, " tokens"]
) -> Float[np.ndarray, " tokens"]:
    """P(a segmentation has this token here) for tokens given by their starts and ids."""
    marginals = model.marginals(text, alpha)
    keys = _keys(model, marginals.starts, marginals.ids)
    order = np.argsort(keys)
    at = np.searchsorted(keys, _keys(model, starts, ids), sorter=order)
    return marginals.probabilities[order[at]]


def count_law(model: Unigram, text: str, alpha: float) -> dict[int, float]:
    """The law of the number of tokens, exactly: P(k) for every k that is possible.

    With q_e = P(e)/Σ P(e') over the tokens into the same end, the probability that the backward draw takes e,
    f_v(k) = Σ q_e f_start(k − 1), f_0(0) = 1.

    >>> model = Unigram({b"a": -1.0, b"aa": -1.0})
    >>> {k: round(p, 4) for k, p in count_law(model, "aaa", 0).items()}
    {2: 0.6667, 3: 0.3333}
    """
    marginals = model.marginals(text, alpha)
    n = int(marginals.ends.max())
    into = np.bincount(marginals.ends, marginals.probabilities, n + 1)
    law = np.zeros((n + 1, n + 2))
    law[0, 0] = 1
    for start, end, p in zip(marginals.starts, marginals.ends, marginals.probabilities, strict=True):
        if into[end] > 0:
            law[end, 1:] += p / into[end] * law[start, :-1]
    return {k: float(p) for k, p in enumerate(law[n]) if p > 0}


def doses(model: Unigram, text: str, alphas: Sequence[float], samples: int, seed: int) -> list[Dose]:
    """One `Dose` for each α, of draws that are independent of each other."""
    return [dose(model, text, alpha, samples, seed + i) for i, alpha in enumerate(alphas)]


def _surprisals(model: Unigram, text: str, alpha: float, drawn: Sequence[np.ndarray]) -> np.ndarray:
    if isinf(alpha):
        return np.zeros(len(drawn))
    scores = np.append(model.scores, [model.vocabulary.unknown_score] * 256)
    return model.log_partition(text, alpha) - alpha * np.array([scores[ids].sum() for ids in drawn])


def _edges(model: Unigram, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the tokens of a segmentation start and end."""
    sizes = np.array([len(piece) for piece in model.pieces] + [1] * 256)
    ends = np.cumsum(sizes[ids])
    return ends - sizes[ids], ends


def _keys(model: Unigram, starts: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """One number for each token in its place."""
    return starts.astype(np.int64) * (model.vocab_size + 256) + ids


def _errors(values: np.ndarray, expected: float, unit: float) -> float:
    """(mean − expected) in standard errors, one unit² added to the variance: draws that are all alike prove little."""
    return float((values.mean() - expected) / np.sqrt((values.var(ddof=1) + unit**2) / len(values)))


def label(alpha: float) -> str:
    """α as a text."""
    return "∞" if isinf(alpha) else f"{alpha:g}"
