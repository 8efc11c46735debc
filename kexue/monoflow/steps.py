"""Generator steps by the adversarial loss and by the regression: alike at the first, not at the second.

Regression: mean ‖g_θ(z) − g_old(z) − ε ∇D(g_old(z))‖²; adversarial: −2ε mean D(g_θ(z)); float64 throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.func import functional_call, grad, vjp, vmap
from torch.nn import Linear, Module, Sequential, Tanh

RUNS, BATCH = 16, 32  # pairs of networks


@dataclass(frozen=True)
class Agreement:
    """Gradients of the two losses, the worst of all runs.

    Args:
        first: |difference| / |gradient| at the old parameters.
        second: measured difference along a direction after a small step, over its prediction.
        delta: that step.
    """

    first: float
    second: float
    delta: float


def perceptron(inputs: int, outputs: int) -> Module:
    """A small smooth network in float64."""
    return Sequential(Linear(inputs, 16), Tanh(), Linear(16, outputs)).double()


def agreement(generator: torch.Generator, epsilon: float = 0.3, delta: float = 1e-4) -> Agreement:
    """Compare the gradients of both losses on random networks, at the old parameters and a step δ along a direction.

    The derivation says that along a direction u the gradients then part by −2δ (‖J‖² + ε J·D″J), J = ∂g/∂u.
    """
    maker, judge = perceptron(3, 2), perceptron(2, 1)
    theta, phi = _random(maker, generator), _random(judge, generator)
    u = _random(maker, generator)
    z = torch.randn(RUNS, BATCH, 3, generator=generator, dtype=torch.float64)
    at = vmap(lambda th, ph, along, noise: _compare(maker, judge, th, ph, along, noise, epsilon, delta))
    first, second = at(theta, phi, u, z)
    return Agreement(float(first.max()), float(second[(second - 1).abs().argmax()]), delta)


def _compare(maker, judge, theta, phi, u, z, epsilon, delta) -> tuple[Tensor, Tensor]:
    """For one run: the relative difference at θ, and the measured over the predicted difference along u at θ + δu."""

    def produce(parameters):
        return functional_call(maker, parameters, z)

    def opinion(points):
        return functional_call(judge, phi, points).sum()

    old = produce(theta)
    push = grad(opinion)(old)

    def adversarial(parameters):
        return -2 * epsilon * opinion(produce(parameters)) / len(z)

    def regression(parameters):
        return (produce(parameters) - old - epsilon * push).square().sum() / len(z)

    first = grad(adversarial)(theta), grad(regression)(theta)
    apart = _norm({k: first[0][k] - first[1][k] for k in theta}) / _norm(first[0])
    moved = {k: theta[k] + delta * u[k] for k in theta}
    then = grad(adversarial)(moved), grad(regression)(moved)
    parting = sum((u[k] * (then[0][k] - then[1][k])).sum() for k in theta)
    turn = _along(produce, theta, u)
    bend = grad(lambda points: (grad(opinion)(points) * turn).sum())(old)  # D″ is symmetric
    predicted = -2 * delta * (turn.square() + epsilon * turn * bend).sum() / len(z)
    return apart, parting / predicted


def _along(function, at: dict[str, Tensor], u: dict[str, Tensor]) -> Tensor:
    """The derivative of a function along u, by differentiating its backward pass, which is linear."""
    value, back = vjp(function, at)
    return grad(lambda cotangent: sum((back(cotangent)[0][k] * u[k]).sum() for k in u))(torch.zeros_like(value))


def _norm(tree: dict[str, Tensor]) -> Tensor:
    return sum(value.square().sum() for value in tree.values()).sqrt()


def _random(module: Module, generator: torch.Generator) -> dict[str, Tensor]:
    """Parameters of `RUNS` networks of that form."""
    return {
        name: torch.randn(RUNS, *value.shape, generator=generator, dtype=torch.float64) / value.shape[-1] ** 0.5
        for name, value in module.named_parameters()
    }


def rounds(theta: float, k: int, eta: float, epsilon: float, count: int) -> tuple[float, float]:
    """q = N(θ, 1), p = N(0, 1): |θ| after so many rounds of k generator steps by either loss, taken one by one.

    The critic is exact at the start of each round, D = log p/q with ∇D = −θ, and held for the k steps.

    >>> [round(a, 3) for a in rounds(2.0, 30, 1.0, 0.1, 10)]
    [2048.0, 0.697]
    """
    u = v = theta
    for _ in range(count):
        target, slope = (1 - epsilon) * v, -u
        for _ in range(k):
            u += eta * epsilon * slope
            v -= eta * (v - target)
    return abs(u), abs(v)


def rounds_predicted(theta: float, k: int, eta: float, epsilon: float, count: int) -> tuple[float, float]:
    """The same by the ledger: a round multiplies θ by 1 − kηε, or by 1 − ε + ε (1 − η)ᵏ."""
    factors = 1 - k * eta * epsilon, 1 - epsilon + epsilon * (1 - eta) ** k
    return tuple(abs(theta * factor**count) for factor in factors)


def exponential_gradients(theta: float, points: int = 80) -> tuple[float, float]:
    """d/dθ E_q[p/q] for q = N(θ, 1), p = N(0, 1), by quadrature: with the critic following, and with it held.

    >>> [round(g, 6) + 0.0 for g in exponential_gradients(0.7)]
    [0.0, -0.7]
    """
    import numpy as np

    nodes, weights = np.polynomial.hermite_e.hermegauss(points)
    z = torch.tensor(nodes)
    w = torch.tensor(weights / weights.sum())
    found = []
    for follows in (True, False):
        at = torch.tensor(theta, dtype=torch.float64, requires_grad=True)
        critic = at if follows else at.detach()
        x = at + z
        mean = (w * (critic**2 / 2 - critic * x).exp()).sum()
        found.append(float(torch.autograd.grad(mean, at)[0]))
    return found[0], found[1]
