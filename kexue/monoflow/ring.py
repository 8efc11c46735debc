"""Eight normal laws on a ring: GANs that take K generator steps on one critic, by either loss.

Each round trains the critic for a few steps and then holds it. The adversarial generator minimises −D(g(z)) for K steps
of Adam; the regression moves g(z) towards g_old(z) + ε ∇D(g_old(z)), in units in which both gradients are equal at the
first step. The same noise and the same samples serve every setting of a seed. Runs are sorted by falling K, so that
those which still have steps to take are always the first ones of the stack.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import pi

import numpy as np
import torch
from torch import Tensor

from kexue.lab.seeds import generators
from kexue.monoflow.critics import ascent, learn
from kexue.monoflow.nets import Adam, Shape, apply, initial, views
from kexue.monoflow.transport import in_the_plane

LOSSES = ("adversarial", "regression")
MODES, RADIUS, SPREAD = 8, 2.0, 0.1
NOISE = 2  # dimensions
RATE = 0.1  # of Adam, over the width: outputs then move alike at any width
NEAR, SHARE = 0.5, 0.02  # a mode is covered if this share of the samples is so near to its centre


@dataclass(frozen=True)
class Setting:
    """A generator's loss and its number of steps K on each critic."""

    loss: str
    k: int


@dataclass(frozen=True)
class Training:
    """What came out.

    Args:
        settings: one each.
        rounds: at which distances are kept.
        distance: W₂ from fresh samples of p with equally many in every mode, (time, setting, seed).
        modes: covered modes at the end, (setting, seed).
        samples: of the first seed, (time, setting, point, 2); `real` are as many of p.
        floor: W₂ of a plain sample of p from them, for each seed.
        flops: of all training steps.
        seconds: that these took, without the distances.
    """

    settings: tuple[Setting, ...]
    rounds: np.ndarray
    distance: np.ndarray
    modes: np.ndarray
    samples: np.ndarray
    real: np.ndarray
    floor: np.ndarray
    flops: float
    seconds: float

    def final(self, loss: str, k: int) -> np.ndarray:
        """W₂ at the end, one for each seed."""
        return self.distance[-1, self.settings.index(Setting(loss, k))]


def centres() -> Tensor:
    """Of the modes, (mode, 2)."""
    angle = torch.arange(MODES, dtype=torch.float64) * 2 * pi / MODES
    return RADIUS * torch.stack((angle.cos(), angle.sin()), dim=1)


def target(count: int, draws: Sequence[torch.Generator], dtype: torch.dtype, *, even: bool = False) -> Tensor:
    """Samples of p, (seed, count, 2); ``even`` ones have equally many in every mode."""
    middle = centres()
    picked = [torch.randint(MODES, (count,), generator=g) for g in draws]
    if even:
        picked = [torch.arange(count) % MODES for _ in draws]
    noise = [torch.randn(count, 2, generator=g, dtype=torch.float64) for g in draws]
    return torch.stack([middle[i] + SPREAD * z for i, z in zip(picked, noise, strict=True)]).to(dtype)


def noise(count: int, draws: Sequence[torch.Generator], dtype: torch.dtype) -> Tensor:
    """Inputs of generators, (seed, count, NOISE)."""
    return torch.stack([torch.randn(count, NOISE, generator=g, dtype=torch.float64) for g in draws]).to(dtype)


def covered(samples: np.ndarray) -> int:
    """How many modes the samples (point, 2) cover.

    >>> covered(np.repeat(centres().numpy()[:3], 10, axis=0))
    3
    """
    far = np.linalg.norm(samples[:, None] - centres().numpy(), axis=-1)
    return int(((far < NEAR).mean(0) >= SHARE).sum())


class Stack:
    """The networks of all settings and seeds, and their training."""

    def __init__(self, ks: Sequence[int], draws, width: int, dtype: torch.dtype, device: torch.device):
        self.settings = tuple(Setting(loss, k) for k in sorted(ks, reverse=True) for loss in LOSSES)
        self.draws, self.dtype, self.device, self.seeds = draws, dtype, device, len(draws)
        self.maker, self.judge = Shape((NOISE, width, width, 2)), Shape((2, width, width, 1))
        copies = len(self.settings)
        makers, judges = (initial(shape, draws, dtype).to(device) for shape in (self.maker, self.judge))
        self.generator = Adam(makers.repeat(copies, 1), RATE / width)
        self.critic = Adam(judges.repeat(copies, 1), RATE / width)
        each = torch.arange(copies * self.seeds, device=device).view(copies, self.seeds)
        self.adversaries = each[::2].flatten()
        self.flops = 0.0

    def spread(self, each: Tensor) -> Tensor:
        """The same for every setting: (seed, …) → (run, …)."""
        return each.to(self.device).repeat(len(self.settings), 1, 1)

    def produce(self, z: Tensor) -> Tensor:
        return apply(views(self.maker, self.generator.flat), z)

    def train_critics(self, steps: int, batch: int) -> None:
        """Some steps on fresh samples."""
        for _ in range(steps):
            real, z = (self.spread(f(batch, self.draws, self.dtype)) for f in (target, noise))
            learn(self.judge, self.critic, real, self.produce(z))
        cost = 2 * (self.judge.forward_flops() + self.judge.weight_flops()) + self.maker.forward_flops()
        self.flops += cost * steps * batch * len(self.critic.flat)

    def train_generators(self, batch: int, epsilon: float) -> None:
        """K steps for each setting, on one batch of noise and one critic."""
        z = self.spread(noise(batch, self.draws, self.dtype))
        old = self.produce(z)
        aim = old + epsilon * ascent(views(self.judge, self.critic.flat), old)[1]
        rivals = views(self.judge, self.critic.flat[self.adversaries])
        for step in range(self.settings[0].k):
            active = sum(setting.k > step for setting in self.settings) * self.seeds
            self.generator_step(z[:active], aim[:active], rivals, epsilon)
        held = self.maker.forward_flops() + self.judge.forward_flops() + self.judge.input_flops()
        self.flops += held * batch * len(self.generator.flat)

    def generator_step(self, z: Tensor, aim: Tensor, rivals: Sequence[Tensor], epsilon: float) -> None:
        """One step of the runs that z holds; the gradient of either loss at the outputs, then backwards."""
        runs, batch, _ = z.shape
        layers = [layer.requires_grad_() for layer in views(self.maker, self.generator.flat[:runs])]
        out = apply(layers, z)
        with torch.no_grad():
            pull = (out - aim) / epsilon  # of ‖out − aim‖²/(2ε)
        mine = self.adversaries[: runs // 2]
        pull[mine] = -ascent([layer[: runs // 2] for layer in rivals], out.detach()[mine])[1]
        self.generator.step(torch.autograd.grad(out, layers, pull / batch))
        cost = self.maker.forward_flops() + self.maker.weight_flops()
        cost += (self.judge.forward_flops() + self.judge.input_flops()) / 2
        self.flops += cost * runs * batch


def train(
    ks: Sequence[int],
    seeds: int,
    rounds: int,
    width: int,
    batch: int,
    points: int,
    device: torch.device,
    *,
    seed: int = 0,
    inner: int = 5,
    epsilon: float = 0.2,
    checkpoints: int = 4,
    dtype: torch.dtype = torch.float32,
) -> Training:
    """Train every setting with every seed, and measure."""
    draws = generators(seed, seeds)
    stack = Stack(ks, draws, width, dtype, device)
    judged = generators(seed + 10**6, seeds)  # samples that judge, the same at every checkpoint
    real, other = (target(points, judged, torch.float64, even=e).numpy() for e in (True, False))
    z = stack.spread(noise(points, judged, dtype))
    marks = sorted({round(rounds * i / checkpoints) for i in range(checkpoints + 1)})
    made, started = [], time.perf_counter()
    for round_ in range(rounds + 1):
        if round_ in marks:
            made.append(stack.produce(z).double().view(len(stack.settings), seeds, points, 2).cpu().numpy())
        if round_ < rounds:
            stack.train_critics(inner, batch)
            stack.train_generators(batch, epsilon)
    seconds = time.perf_counter() - started  # the last samples are on the CPU, so that the device has finished
    distance = [[[in_the_plane(x, y) for x, y in zip(row, real, strict=True)] for row in each] for each in made]
    floor = [in_the_plane(x, y) for x, y in zip(real, other, strict=True)]
    modes = [[covered(x) for x in row] for row in made[-1]]
    return Training(
        stack.settings,
        np.array(marks),
        np.array(distance),
        np.array(modes),
        np.stack(made)[:, :, 0],
        real[0],
        np.array(floor),
        stack.flops,
        seconds,
    )


def follow(
    marks: Sequence[int],
    width: int,
    batch: int,
    points: int,
    device: torch.device,
    *,
    seed: int = 0,
    inner: int = 5,
    epsilon: float = 0.2,
) -> np.ndarray:
    """Particles without a generator that move by ε ∇D of their critic in each round: (mark, point, 2).

    They begin where the first seed's generator begins, and the critic learns from a batch of them.
    """
    (draw,), (judged,) = generators(seed, 1), generators(seed + 10**6, 1)
    stack = Stack((1,), (draw,), width, torch.float32, device)
    for even in (True, False):
        target(points, (judged,), torch.float64, even=even)  # as in `train`, so that the noise is the same
    x = stack.produce(stack.spread(noise(points, (judged,), torch.float32)))[:1].detach()
    adam, made = Adam(stack.critic.flat[:1].clone(), RATE / width), []
    for round_ in range(max(marks) + 1):
        if round_ in marks:
            made.append(x[0].double().cpu().numpy())
        for _ in range(inner):
            picked = torch.randint(points, (batch,), generator=draw).to(device)
            learn(stack.judge, adam, target(batch, (draw,), torch.float32).to(device), x[:, picked])
        x = x + epsilon * ascent(views(stack.judge, adam.flat), x)[1]
    return np.stack(made)
