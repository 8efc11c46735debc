"""Multilayer perceptrons with a leading run dimension: many seeds and settings in one tensor program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor

Parameters = list[Tensor]  # weights (runs, in, out) and biases (runs, 1, out), alternating


def initial(
    sizes: Sequence[int],
    generators: Sequence[torch.Generator],
    settings: int,
    device: torch.device,
    dtype: torch.dtype,
) -> Parameters:
    """Uniform in ±1/√in, as PyTorch's own linear layers; each seed starts alike in every setting.

    Args:
        sizes: of the layers, from input to output.
        generators: one for each seed, on the CPU.
        settings: how often the seeds are repeated; run k has the setting k // seeds and the seed k % seeds.

    Returns:
        parameters of settings × seeds runs that require gradients.
    """
    found = []
    for n, m in pairwise(sizes):
        for shape in ((n, m), (1, m)):
            drawn = torch.stack([torch.rand(shape, generator=g, dtype=torch.float64) for g in generators])
            found.append(((2 * drawn - 1) / n**0.5).repeat(settings, 1, 1).to(device, dtype).requires_grad_())
    return found


def forward(
    parameters: Parameters, x: Float[Tensor, "runs batch in"], activation: Callable[[Tensor], Tensor]
) -> Float[Tensor, "runs batch out"]:
    """x ↦ W_L a(… a(W_1 x + b_1) …) + b_L, every run with its own weights.

    >>> one = [torch.ones(1, 2, 3), torch.zeros(1, 1, 3), torch.ones(1, 3, 1), torch.ones(1, 1, 1)]
    >>> float(forward(one, torch.ones(1, 1, 2), torch.relu))
    7.0
    """
    layers = list(zip(parameters[::2], parameters[1::2], strict=True))
    for weight, bias in layers[:-1]:
        x = activation(torch.baddbmm(bias, x, weight))
    return torch.baddbmm(layers[-1][1], x, layers[-1][0])


def slope(
    parameters: Parameters, x: Float[Tensor, "runs batch in"], activation: Callable[[Tensor], Tensor], *, graph: bool
) -> Float[Tensor, "runs batch in"]:
    """∇D(x) of a network with one output; with ``graph`` it can be differentiated again by the parameters."""
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        (found,) = torch.autograd.grad(forward(parameters, x, activation).sum(), x, create_graph=graph)
    return found


def relu_slope(parameters: Parameters, x: Float[Tensor, "runs batch in"]) -> Float[Tensor, "runs batch in"]:
    """∇D(x) of a ReLU network with one output, to be differentiated by the parameters.

    Where no unit is at zero, its bends do not move with the parameters: which units are on is a constant.
    Differentiating twice in general carries zeros back through the layers once more, to no use.
    """
    weights, biases = parameters[::2], parameters[1::2]
    active = []
    with torch.no_grad():
        for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
            x = torch.baddbmm(bias, x, weight)
            active.append(x > 0)
            x = torch.relu(x)
    found = weights[-1].transpose(1, 2) * active[-1]  # (runs, batch, hidden)
    for weight, on in zip(weights[-2:0:-1], active[-2::-1], strict=True):
        found = torch.bmm(found, weight.transpose(1, 2)) * on
    return torch.bmm(found, weights[0].transpose(1, 2))


def descend(optimizer: torch.optim.Optimizer, losses: Float[Tensor, " runs"], parameters: Parameters) -> None:
    """One step; the runs share no parameter, so that the gradient of the sum is each run's own."""
    gradients = torch.autograd.grad(losses.sum(), parameters)
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient.contiguous()  # on a GPU fused Adam wants gradients laid out as the parameters are
    optimizer.step()


def adam(parameters: Parameters, rate: float, betas: tuple[float, float]) -> torch.optim.Adam:
    """Adam acts on each number alone, so that a batch of runs is each run by itself."""
    return torch.optim.Adam(parameters, lr=rate, betas=betas, fused=True)


def multiplications(sizes: Sequence[int]) -> tuple[int, int]:
    """Numbers of weights: of all layers, and without the first one.

    >>> multiplications((2, 8, 1))
    (24, 8)
    """
    products = [n * m for n, m in pairwise(sizes)]
    return sum(products), sum(products[1:])
