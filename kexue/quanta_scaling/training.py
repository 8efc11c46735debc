"""Training on multitask sparse parity: with fresh samples in every step, or with so many and no more."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from kexue.lab.seeds import generators
from kexue.quanta_scaling.networks import AdamW, Networks, initial
from kexue.quanta_scaling.tasks import Source, cumulative, subsets

LEARNED = 0.5  # bits: a task is learned once its loss is below it
ROWS = 1 << 25  # numbers of an array of units that is evaluated at once, at most


@dataclass(frozen=True)
class Problem:
    """Tasks, bits, how many of them a task looks at, and how each network is trained."""

    tasks: int
    bits: int
    size: int
    batch: int
    rate: float
    steps: int


@dataclass(frozen=True)
class Trained:
    """What became of the networks.

    Args:
        gammas: γ of each run. (run,)
        seeds: of each run. (run,)
        at: steps after which it was looked. (time,)
        losses: of each task, in bits. (time, run, network, task)
        widths: of the networks of a run.
        seconds: of training and evaluation.
        flops: of the training steps.
    """

    gammas: np.ndarray
    seeds: np.ndarray
    at: np.ndarray
    losses: np.ndarray
    widths: tuple[int, ...]
    seconds: float
    flops: int

    def total(self, frequencies: np.ndarray) -> np.ndarray:
        """Mean loss with these frequencies (run, task). (time, run, network)"""
        return np.einsum("trnk,rk->trn", self.losses, frequencies)

    def learned(self) -> np.ndarray:
        """How many tasks are learned. (time, run, network)"""
        return (self.losses < LEARNED).sum(3)


def fresh(
    problem: Problem,
    gammas: Sequence[float],
    seeds: int,
    widths: Sequence[int],
    device: torch.device,
    *,
    seed: int,
    looks: int = 40,
    dtype: torch.dtype = torch.float32,
) -> Trained:
    """Train all widths for all γ and seeds with a new batch in every step: one tensor program.

    The seeds are the outer dimension of the runs. Their subsets of bits are drawn on the CPU, one generator a seed, and
    shared by all γ; samples and initial weights come from one generator on the device.

    Args:
        looks: how often the tasks' losses are taken, at equal ratios of steps.
    """
    problem_source, each_gamma, each_seed = _source(problem, gammas, seeds, device, seed)

    def batch(room: Tensor) -> Tensor:
        task, bits = problem_source.draw(problem.batch)
        problem_source.write(room, task, bits)
        return problem_source.labels(task, bits)

    return _train(problem, problem_source, batch, each_gamma, each_seed, widths, looks, dtype, "fresh samples")


def limited(
    problem: Problem,
    gammas: Sequence[float],
    seeds: int,
    sizes: Sequence[int],
    width: int,
    device: torch.device,
    *,
    seed: int,
    looks: int = 16,
) -> Trained:
    """Train one width on D samples only, drawn again with replacement, for all γ, seeds and D at once.

    The runs are (seed, γ, D), D innermost; smaller sets are the beginnings of larger ones. What is looked at is the
    loss on fresh samples; its least over time stands for early stopping.
    """
    pool, _, _ = _source(problem, gammas, seeds, device, seed)
    most, times = max(sizes), len(sizes)
    tasks, bits = pool.draw(most)
    labels = pool.labels(tasks, bits)
    source, each_gamma, each_seed = _source(problem, np.repeat(gammas, times).tolist(), seeds, device, seed)
    source.generator = pool.generator
    which = torch.arange(len(each_gamma), device=device) // times  # a run's pool
    many = torch.tensor(sizes, device=device).repeat(len(which) // times)[:, None]

    def batch(room: Tensor) -> Tensor:
        chance = torch.rand(len(which), problem.batch, generator=pool.generator, device=device)
        row = (chance * many).long().clamp_(max=most - 1)
        row, whose = torch.minimum(row, many - 1), which[:, None]
        source.write(room, tasks[whose, row], bits[whose, row])
        return labels[whose, row]

    return _train(problem, source, batch, each_gamma, each_seed, (width,), looks, torch.float32, "limited data")


def _source(
    problem: Problem, gammas: Sequence[float], seeds: int, device: torch.device, seed: int
) -> tuple[Source, np.ndarray, np.ndarray]:
    """Samples for the runs (seed, γ), with the γ and the seed of each."""
    chosen = [subsets(problem.tasks, problem.bits, problem.size, g) for g in generators(seed, seeds)]
    subset = torch.stack(chosen).repeat_interleave(len(gammas), 0).to(device)
    each_gamma = np.tile(np.asarray(gammas, float), seeds)
    each_seed = np.repeat(np.arange(seeds), len(gammas))
    generator = torch.Generator(device).manual_seed(seed + 1)
    return (
        Source(cumulative(each_gamma, problem.tasks).to(device), subset, problem.bits, generator),
        each_gamma,
        each_seed,
    )


def _train(
    problem: Problem,
    source: Source,
    batch: Callable[[Tensor], Tensor],
    each_gamma: np.ndarray,
    each_seed: np.ndarray,
    widths: Sequence[int],
    looks: int,
    dtype: torch.dtype,
    name: str,
) -> Trained:
    started, runs, used = time.perf_counter(), len(each_gamma), problem.tasks + problem.bits + 1
    networks = initial(runs, used, source.columns, widths, source.generator, dtype)
    optimizer, room = AdamW(networks.parameters, problem.rate), source.empty(problem.batch).to(dtype)
    at = np.unique(np.geomspace(max(1, problem.steps // 300), problem.steps, looks).astype(int))
    found, due = [], set(at.tolist())
    with torch.inference_mode():
        for step in range(1, problem.steps + 1):
            label = batch(room).to(dtype)
            optimizer.step(networks.gradients(room, label))
            if step in due:
                found.append(per_task(networks, source))
                if problem.steps >= 5000 and len(found) % 8 == 0:
                    seconds = time.perf_counter() - started
                    print(f"{name}: step {step} of {problem.steps}, {seconds:.0f} s", file=sys.stderr, flush=True)
        losses = torch.stack(found).cpu().numpy()
    seconds = time.perf_counter() - started
    return Trained(
        each_gamma, each_seed, at, losses, tuple(widths), seconds, problem.steps * networks.step_flops(problem.batch)
    )


def per_task(networks: Networks, source: Source, samples: int = 64) -> Tensor:
    """Loss of each task on so many fresh samples, in bits. (run, network, task)"""
    runs, _, units = networks.hidden.shape
    at_once = max(1, min(source.tasks, ROWS // (runs * units * samples)))
    parts = []
    for first in range(0, source.tasks, at_once):
        which = torch.arange(first, min(first + at_once, source.tasks), device=source.subset.device)
        task = which.repeat_interleave(samples).expand(runs, -1)
        bits = source.coins(task.shape[1])
        room = source.empty(task.shape[1]).to(networks.hidden.dtype)
        source.write(room, task, bits)
        loss = networks.losses(room, source.labels(task, bits).to(room.dtype))
        parts.append(loss.unflatten(1, (len(which), samples)).mean(2))
    return torch.cat(parts, 1).transpose(1, 2)
