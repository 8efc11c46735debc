"""WGAN-GP on eight Gaussians, with zero-centred and one-centred penalties at several weights, all runs at once.

The toy of the WGAN-GP paper's own code: ReLU networks with three hidden layers, five critic steps for one of the
generator, Adam with momenta (0.5, 0.9). The critic's loss is E D(x_0) − E D(x_1) + λ E(|∇D(x_t)| − centre)², with x_0
made by the generator, x_1 data, and x_t uniform between them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from kexue.lab.device import fast_products
from kexue.lab.peak import measured_peak
from kexue.lab.seeds import generators
from kexue.reflow_wgan.laws import EightGaussians
from kexue.reflow_wgan.networks import adam, descend, forward, initial, multiplications, relu_slope

DATA = EightGaussians(2 / 1.414, 0.02 / 1.414)
BETAS = (0.5, 0.9)
CENTRES = (0, 1)
HIDDEN = 3
TINY = 1e-12  # keeps the root of |∇D|² differentiable where a ReLU critic is flat


@dataclass(frozen=True)
class Training:
    """How the toy is trained.

    Args:
        iterations: steps of the generator; critic: steps of the critic before each.
        width: of the hidden layers; batch: samples of each law in a step.
        rate: Adam's, of both players.
        weights: the penalty's λ; each is run with either centre.
        records: how often samples are kept; samples: how many, a multiple of 8.
    """

    iterations: int
    width: int
    batch: int
    rate: float
    weights: tuple[float, ...] = (0.1, 1.0, 10.0)
    critic: int = 5
    records: int = 5
    samples: int = 256

    @property
    def settings(self) -> list[tuple[int, float]]:
        """(centre, weight) of each setting, in the order of the runs."""
        return [(centre, weight) for centre in CENTRES for weight in self.weights]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Of the critic's layers; the generator has two outputs in place of one."""
        return (2, *(self.width,) * HIDDEN, 1)


@dataclass(frozen=True)
class Trained:
    """What came out.

    Args:
        iterations: at each record.
        samples: of the generators.
        slopes: mean |∇D(x_t)| between these and the data.
        seconds: of the loop alone; flops: counted, of all its steps; peak: measured FLOP/s of a matmul, same settings.
    """

    training: Training
    iterations: list[int]
    samples: Float[np.ndarray, "records settings seeds n 2"]
    slopes: Float[np.ndarray, "records settings seeds"]
    seconds: float
    flops: float
    peak: float = field(default=float("nan"))

    @property
    def share(self) -> float:
        """Of the measured peak that the loop reached."""
        return self.flops / self.seconds / self.peak


def flops(training: Training, runs: int) -> float:
    """Of one iteration of all runs, counted: 2 a multiplication and addition of a matrix product, nothing else.

    With P weights (Q without the first layer's) a critic's step takes, for each of the batch, 2 · 2P forward and
    2(2P + 2Q) backward at the two ends, and at the point between them 2P for which units are on, 2P for the chain of
    the slope and 4P to differentiate that, each without the last layer.
    """
    P, Q = multiplications(training.sizes)
    G, H = multiplications((*training.sizes[:-1], 2))
    last = training.width
    critic = 2 * G + 2 * (4 * P + 2 * Q) + 2 * (P - last) + 6 * (P - last)
    generator = (4 * G + 2 * H) + 4 * P
    return float(runs * training.batch * (training.critic * critic + generator))


def train(seed: int, seeds: int, training: Training, device: torch.device) -> Trained:
    """Every setting from the same first weights, noise and data of each seed; float32, TF32 products on a GPU."""
    with fast_products(device):
        players = Players(seed, seeds, training, device)
        players.iteration()  # the first one also prepares the device
        players.wait()
        kept, every = [players.record()], max(1, training.iterations // training.records)
        started, spent = time.perf_counter(), 0.0
        for step in range(1, training.iterations + 1):
            players.iteration()
            if step % every == 0:
                players.wait()
                spent += time.perf_counter() - started
                kept.append(players.record())
                players.wait()
                started = time.perf_counter()
        peak = measured_peak(device, torch.float32)
    samples, slopes = (torch.stack(v).cpu().numpy() for v in zip(*kept, strict=True))
    done = every * (len(kept) - 1)
    count = flops(training, players.runs) * done
    return Trained(training, [every * k for k in range(len(kept))], samples, slopes, spent, count, peak)


class Players:
    """The generators and critics of all runs; run k has the setting k // seeds and the seed k % seeds."""

    def __init__(self, seed: int, seeds: int, training: Training, device: torch.device):
        self.training, self.seeds, self.device = training, seeds, device
        settings = len(training.settings)
        self.runs = settings * seeds
        own, sizes = generators(seed, seeds), training.sizes
        self.critic = initial(sizes, own, settings, device, torch.float32)
        self.generator = initial((*sizes[:-1], 2), own, settings, device, torch.float32)
        self.judge, self.make = (adam(p, training.rate, BETAS) for p in (self.critic, self.generator))
        table = torch.tensor(training.settings, device=device).repeat_interleave(seeds, dim=0)  # (runs, 2)
        self.centre, self.weight = table.unbind(dim=1)
        self.draw = torch.Generator(device).manual_seed(seed)

    def noise(self, n: int) -> Float[Tensor, "runs n 2"]:
        return self.shared(torch.randn(self.seeds, n, 2, generator=self.draw, device=self.device))

    def data(self, n: int) -> Float[Tensor, "runs n 2"]:
        return self.shared(DATA.sample(self.seeds, n, generator=self.draw, dtype=torch.float32))

    def times(self, n: int) -> Float[Tensor, "runs n 1"]:
        return self.shared(torch.rand(self.seeds, n, 1, generator=self.draw, device=self.device))

    def shared(self, drawn: Tensor) -> Tensor:
        """The same for all settings of a seed."""
        return drawn.repeat(len(self.training.settings), 1, 1)

    def iteration(self) -> None:
        for _ in range(self.training.critic):
            descend(self.judge, self.critic_losses(), self.critic)
        fake = forward(self.generator, self.noise(self.training.batch), torch.relu)
        descend(self.make, -forward(self.critic, fake, torch.relu).mean(dim=(1, 2)), self.generator)

    def critic_losses(self) -> Float[Tensor, " runs"]:
        n = self.training.batch
        with torch.no_grad():
            x0 = forward(self.generator, self.noise(n), torch.relu)
        x1 = self.data(n)
        ends = forward(self.critic, torch.cat([x0, x1], dim=1), torch.relu).squeeze(-1)
        return ends[:, :n].mean(dim=1) - ends[:, n:].mean(dim=1) + self.penalties(x0, x1)

    def penalties(self, x0: Tensor, x1: Tensor) -> Float[Tensor, " runs"]:
        """λ E(|∇D|² − 2 centre |∇D| + centre²)."""
        between = torch.lerp(x0, x1, self.times(x0.shape[1]))
        squares = (relu_slope(self.critic, between) ** 2).sum(dim=-1)
        sizes = (squares + TINY).sqrt()
        return self.weight * (squares.mean(dim=1) - 2 * self.centre * sizes.mean(dim=1) + self.centre**2)

    def record(self) -> tuple[Tensor, Tensor]:
        """Samples, and mean slopes between them and the data."""
        n = self.training.samples
        with torch.no_grad():
            made = forward(self.generator, self.noise(n), torch.relu)
            between = torch.lerp(made, self.data(n), self.times(n))
            slopes = relu_slope(self.critic, between).norm(dim=-1).mean(dim=1)
        shape = (len(self.training.settings), self.seeds)
        return made.reshape(*shape, n, 2), slopes.reshape(shape)

    def wait(self) -> None:
        """Until the device has done what it was told."""
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
