"""Data in the plane: Gaussians on a circle, whose noised score is known, so that a learned one can be measured."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from kexue.lab.config import between


@dataclass(frozen=True)
class Ring:
    """A mixture of ``count`` equally likely Gaussians of standard deviation ``sd`` on a circle, under VP of rate 1.

    Raises:
        ValueError: a field outside its range.
    """

    count: int = 5
    radius: float = 1.5
    sd: float = 0.7

    def __post_init__(self):
        between("count", self.count, 1, 100)
        between("radius", self.radius, 0, 10)
        between("sd", self.sd, 0.1, 5)

    def centres(self, like: Tensor) -> Tensor:
        """(count, 2)."""
        angles = torch.arange(self.count, device=like.device, dtype=like.dtype) * (2 * math.pi / self.count)
        return self.radius * torch.stack([torch.cos(angles), torch.sin(angles)], dim=-1)

    def draw(self, shape: tuple[int, ...], generator: torch.Generator, dtype: torch.dtype = torch.float64) -> Tensor:
        """Data: (*shape, 2), on the generator's device."""
        place = {"generator": generator, "device": generator.device}
        which = torch.randint(self.count, shape, **place)
        normal = torch.randn((*shape, 2), dtype=dtype, **place)
        return self.centres(normal)[which] + self.sd * normal

    def score(self, x: Tensor, t: Tensor) -> Tensor:
        """∇log p_t(x) = (E[m_t | x] − x)/v_t.

        Args:
            x: (..., 2).
            t: broadcasts against (..., 1).
        """
        kept = torch.exp(-t)
        v = self.sd**2 * kept + 1 - kept  # (..., 1)
        centres = self.centres(x)
        # all centres are equally long, so that only the inner products weigh
        weights = torch.softmax(torch.sqrt(kept) / v * (x @ centres.T), dim=-1)  # (..., count)
        return (torch.sqrt(kept) * (weights @ centres) - x) / v
