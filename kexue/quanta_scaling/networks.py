"""Many networks with one hidden layer of ReLUs at once, of different widths.

The networks of a run, one for each width, see the same samples. Their hidden layers stand side by side in one matrix,
so that a single product serves all of them, and a mask keeps each output to the units of its own network. Runs (γ,
seed, size of the data) are a batch dimension. The backward pass is written out: it needs no graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from kexue.quanta_scaling.tasks import padded

BETAS, SMALL, DECAY = (0.9, 0.999), 1e-8, 0.01  # AdamW's defaults


@dataclass
class Networks:
    """Parameters of all networks.

    Args:
        hidden: W. (run, columns, units)
        out: V. (run, units, network)
        bias: c. (run, 1, network)
        mask: one where the unit is the network's, else zero. (units, network)
    """

    hidden: Tensor
    out: Tensor
    bias: Tensor
    mask: Tensor

    @property
    def parameters(self) -> list[Tensor]:
        return [self.hidden, self.out, self.bias]

    def logits(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Units h = relu(x W) and outputs z = h V + c. (run, rows, units), (run, rows, network)"""
        h = torch.bmm(x, self.hidden).relu_()
        return h, torch.baddbmm(self.bias, h, self.out)

    def gradients(self, x: Tensor, label: Tensor) -> list[Tensor]:
        """Of the sum over runs and networks of the mean cross-entropy in nats.

        ∂z = (σ(z) − label)/rows, ∂V = hᵀ∂z on the mask, ∂h = ∂z Vᵀ where h > 0, ∂W = xᵀ∂h.
        """
        h, z = self.logits(x)
        dz = z.sigmoid_().sub_(label.unsqueeze(2)).div_(x.shape[1])
        dout = torch.bmm(h.transpose(1, 2), dz).mul_(self.mask)
        dh = torch.ops.aten.threshold_backward(torch.bmm(dz, self.out.transpose(1, 2)), h, 0)
        return [torch.bmm(x.transpose(1, 2), dh), dout, dz.sum(1, keepdim=True)]

    def losses(self, x: Tensor, label: Tensor) -> Tensor:
        """Cross-entropy in bits, sample by sample. (run, rows, network)"""
        _, z = self.logits(x)
        target = label.unsqueeze(2).expand_as(z)
        return binary_cross_entropy_with_logits(z, target, reduction="none") / torch.log(torch.tensor(2.0)).item()

    def step_flops(self, rows: int) -> int:
        """Floating-point operations of a training step: its five matrix products, masked units included."""
        runs, columns, units = self.hidden.shape
        return runs * rows * units * (4 * columns + 6 * self.out.shape[2])


def initial(
    runs: int, used: int, columns: int, widths: Sequence[int], generator: torch.Generator, dtype: torch.dtype
) -> Networks:
    """PyTorch's default: uniform in ±1/√inputs, biases too. Drawn on the generator's device.

    Args:
        used: columns with a meaning, the constant one among them; the others have weight zero.

    Raises:
        ValueError: no widths, or one below 1.
    """
    if not widths or min(widths) < 1:
        raise ValueError(f"widths is {tuple(widths)}, expected one or more integers of at least 1")
    place, units = generator.device, padded(sum(widths))

    def uniform(*shape: int) -> Tensor:
        return 2 * torch.rand(*shape, generator=generator, device=place, dtype=torch.float64) - 1

    mask = torch.zeros(units, len(widths), device=place, dtype=torch.float64)
    at = 0
    for i, width in enumerate(widths):
        mask[at : at + width, i] = 1
        at += width
    scale = torch.tensor([w**-0.5 for w in widths], device=place, dtype=torch.float64)
    hidden = torch.zeros(runs, columns, units, device=place, dtype=torch.float64)
    hidden[:, :used] = uniform(runs, used, units) / (used - 1) ** 0.5 * mask.sum(1)
    out = uniform(runs, units, len(widths)) * mask * scale
    bias = uniform(runs, 1, len(widths)) * scale
    return Networks(*(t.to(dtype) for t in (hidden, out, bias, mask)))


class AdamW:
    """AdamW for the tensors given: θ ← (1 − ηλ)θ − η m̂/(√v̂ + ϵ)."""

    def __init__(self, parameters: Sequence[Tensor], rate: float):
        self.parameters, self.rate, self.count = list(parameters), rate, 0
        self.mean = [torch.zeros_like(p) for p in parameters]
        self.square = [torch.zeros_like(p) for p in parameters]

    def step(self, gradients: Sequence[Tensor]) -> None:
        """Take a step; the gradients are in the order of the parameters."""
        self.count += 1
        first, second = BETAS
        gradients = list(gradients)
        torch._foreach_lerp_(self.mean, gradients, 1 - first)
        torch._foreach_mul_(self.square, second)
        torch._foreach_addcmul_(self.square, gradients, gradients, 1 - second)
        below = torch._foreach_sqrt(self.square)
        torch._foreach_div_(below, (1 - second**self.count) ** 0.5)
        torch._foreach_add_(below, SMALL)
        torch._foreach_mul_(self.parameters, 1 - self.rate * DECAY)
        torch._foreach_addcdiv_(self.parameters, self.mean, below, -self.rate / (1 - first**self.count))
