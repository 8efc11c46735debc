"""Many multilayer perceptrons of one shape at once, one for each run: layer by layer one batched matrix product.

The parameters of all runs are one tensor (run, parameter), so that Adam is a handful of operations whatever the depth;
the layers are views of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn.functional import silu


@dataclass(frozen=True)
class Shape:
    """Widths of the layers, input and output included.

    >>> Shape((2, 8, 1)).count
    33
    """

    sizes: tuple[int, ...]

    @property
    def layers(self) -> list[tuple[int, int]]:
        return list(pairwise(self.sizes))

    @property
    def count(self) -> int:
        """Parameters of one network."""
        return sum(i * o + o for i, o in self.layers)

    def forward_flops(self) -> int:
        """Floating-point operations for one input: products and sums of the matrix products alone."""
        return sum(2 * i * o for i, o in self.layers)

    def input_flops(self) -> int:
        """Of the gradient with respect to the input, after a forward pass."""
        return self.forward_flops()

    def weight_flops(self) -> int:
        """Of the gradient with respect to the weights, after a forward pass; the first layer's input needs none."""
        first, second = self.sizes[:2]
        return 2 * self.forward_flops() - 2 * first * second


def initial(shape: Shape, generators: Sequence[torch.Generator], dtype: torch.dtype) -> Tensor:
    """Weights of variance 1/inputs and no biases, one network for each generator, on the CPU. (network, parameter)"""
    rows = []
    for generator in generators:
        parts = []
        for i, o in shape.layers:
            parts += [torch.randn(i * o, generator=generator, dtype=torch.float64) / i**0.5, torch.zeros(o)]
        rows.append(torch.cat(parts))
    return torch.stack(rows).to(dtype)


def views(shape: Shape, flat: Tensor) -> list[Tensor]:
    """The layers' weights (run, in, out) and biases (run, 1, out), as leaves that share the memory of ``flat``."""
    found, at = [], 0
    for i, o in shape.layers:
        found.append(flat[:, at : at + i * o].unflatten(1, (i, o)).detach())
        found.append(flat[:, at + i * o : at + i * o + o].unsqueeze(1).detach())
        at += i * o + o
    return found


def apply(layers: Sequence[Tensor], x: Tensor) -> Tensor:
    """The networks' outputs, (run, batch, in) → (run, batch, out); SiLU between the layers."""
    for weight, bias in zip(layers[:-2:2], layers[1:-2:2], strict=True):
        x = silu(torch.baddbmm(bias, x, weight))
    return torch.baddbmm(layers[-1], x, layers[-2])


class Adam:
    """Adam for the first runs of a stack; every run counts its own steps.

    m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − η m̂/(√v̂ + ϵ) with m̂ = m/(1−β₁ᵏ), v̂ = v/(1−β₂ᵏ).
    """

    def __init__(self, flat: Tensor, rate: float, betas: tuple[float, float] = (0.5, 0.9), small: float = 1e-12):
        self.flat, self.rate, self.betas, self.small = flat, rate, betas, small
        self.mean, self.square = torch.zeros_like(flat), torch.zeros_like(flat)
        self.steps = torch.zeros(len(flat), 1, dtype=flat.dtype, device=flat.device)

    def step(self, gradients: Sequence[Tensor]) -> None:
        """Take a step with the gradients of the layers of as many first runs as they have."""
        runs = len(gradients[0])
        gradient = torch.cat([g.flatten(1) for g in gradients], dim=1)
        mean, square, steps = self.mean[:runs], self.square[:runs], self.steps[:runs]
        first, second = self.betas
        steps += 1
        mean.lerp_(gradient, 1 - first)
        square.mul_(second).addcmul_(gradient, gradient, value=1 - second)
        scale = self.rate * (1 - second**steps).sqrt() / (1 - first**steps)
        self.flat[:runs].sub_(scale * mean / (square.sqrt() + self.small))
