"""Token sequences whose frequencies follow Zipf's law."""

from __future__ import annotations

import torch
from torch import Tensor


def frequencies(vocabulary: int, exponent: float = 1.0) -> Tensor:
    """P(token i) ∝ (i + 1)^(−exponent), (vocabulary,), float64.

    >>> frequencies(3)
    tensor([0.5455, 0.2727, 0.1818], dtype=torch.float64)
    """
    weights = torch.arange(1, vocabulary + 1, dtype=torch.float64) ** -exponent
    return weights / weights.sum()


def draw(shape: tuple[int, ...], vocabulary: int, generator: torch.Generator, exponent: float = 1.0) -> Tensor:
    """Independent tokens of that law, int64; by the inverse of the distribution function."""
    edges = frequencies(vocabulary, exponent).cumsum(0)
    uniform = torch.rand(shape, dtype=torch.float64, generator=generator)
    return torch.searchsorted(edges, uniform).clamp_(max=vocabulary - 1)


def partner(tokens: Tensor, vocabulary: int) -> Tensor:
    """Neighbours in rank, 0 ↔ 1, 2 ↔ 3, …; the last of an odd vocabulary is its own partner.

    >>> partner(torch.arange(5), 5)
    tensor([1, 0, 3, 2, 4])
    """
    other = tokens ^ 1
    return torch.where(other < vocabulary, other, tokens)


def chain(length: int, vocabulary: int, exponent: float, generator: torch.Generator, follow: float = 0.5) -> Tensor:
    """A sequence with something to learn: a token is its predecessor's partner with probability ``follow``, or new.

    Frequencies stay near Zipf's law, since partners are neighbours in rank. (length,), int64.
    """
    fresh = draw((length,), vocabulary, generator, exponent)
    new = torch.rand(length, generator=generator) >= follow
    new[0] = True
    at = torch.arange(length)
    since = torch.where(new, at, 0).cummax(0).values  # where the last new token stands
    tokens = fresh[since]
    return torch.where((at - since) % 2 == 1, partner(tokens, vocabulary), tokens)
