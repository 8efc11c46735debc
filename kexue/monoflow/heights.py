"""The functions h of MonoFlow: particles move along ∇h(log r), r = p/q, that is along h'(log r) ∇log r.

A generator's loss of the log ratio x is −h(x). "decreasing" is no h of MonoFlow: it is here to be seen failing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid, softplus


@dataclass(frozen=True)
class Height:
    """h and its derivative.

    Args:
        label: as figures name it.
        value, slope: h and h', elementwise.
        loss: whose generator loss −h is, in words.
    """

    label: str
    value: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]
    loss: str = ""

    @property
    def grows(self) -> bool:
        """Whether h' ≥ 0 everywhere."""
        x = torch.linspace(-30, 30, 601, dtype=torch.float64)
        return bool((self.slope(x) >= 0).all())


HEIGHTS = {
    "identity": Height("x", lambda x: x, torch.ones_like, "linear"),
    "logsigmoid": Height("log σ(x)", logsigmoid, lambda x: torch.sigmoid(-x), "non-saturating"),
    "softplus": Height("log(1 + eˣ)", softplus, torch.sigmoid, "saturating"),
    "exp": Height("eˣ", torch.exp, torch.exp, "exponential"),
    "sigmoid": Height("σ(x)", torch.sigmoid, lambda x: torch.sigmoid(x) * torch.sigmoid(-x)),
    "tanh": Height("tanh x", torch.tanh, lambda x: torch.cosh(x.clamp(-300, 300)) ** -2),
    "decreasing": Height("−x", torch.neg, lambda x: -torch.ones_like(x)),
}


def values(names: Sequence[str], x: Tensor) -> Tensor:
    """h(x), another h for each x[i].

    >>> values(["identity", "decreasing"], torch.ones(2, 1)).tolist()
    [[1.0], [-1.0]]
    """
    return torch.stack([HEIGHTS[name].value(part) for name, part in zip(names, x, strict=True)])


def slopes(names: Sequence[str], x: Tensor) -> Tensor:
    """h'(x), another h for each x[i]."""
    return torch.stack([HEIGHTS[name].slope(part) for name, part in zip(names, x, strict=True)])
