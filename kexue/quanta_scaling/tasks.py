"""Multitask sparse parity: which task it is stands in a one-hot code, its label is the parity of k of n bits.

Task i occurs with frequency p_i and looks at a subset of the bits of its own; the subsets are distinct, since two tasks
with the same one would be learned together, and the rarer too early.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import torch
from torch import Tensor

from kexue.quanta_scaling.exact import frequencies

ROUND = 8  # numbers of columns are multiples of it, as tensor cores want them


def padded(count: int) -> int:
    """The next multiple of eight.

    >>> padded(601), padded(8)
    (608, 8)
    """
    return -(-count // ROUND) * ROUND


def subsets(tasks: int, bits: int, size: int, generator: torch.Generator) -> Tensor:
    """As many distinct subsets of the bits, in random order. (tasks, size), on the CPU

    Raises:
        ValueError: there are not so many.

    >>> subsets(3, 3, 2, torch.Generator().manual_seed(0)).shape
    torch.Size([3, 2])
    """
    if not 1 <= size <= bits or comb(bits, size) < tasks:
        raise ValueError(
            f"{tasks} tasks with {size} of {bits} bits: there are {comb(bits, max(size, 0))} subsets, expected at "
            "least one for each task; take fewer tasks or more bits"
        )
    if comb(bits, size) <= 4 * tasks:
        every = torch.tensor(list(combinations(range(bits), size)))
        return every[torch.randperm(len(every), generator=generator)[:tasks]]
    found: dict[tuple[int, ...], None] = {}
    while len(found) < tasks:
        chosen = torch.randperm(bits, generator=generator)[:size].sort().values
        found[tuple(chosen.tolist())] = None
    return torch.tensor(list(found))


@dataclass
class Source:
    """Samples for many runs at once, written into one array again and again.

    A row holds the one-hot task, the bits as ±1, a constant one, and zeros up to a multiple of eight.

    Args:
        cumulative: of the frequencies. (run, tasks)
        subset: of each task. (run, tasks, size)
        bits: n.
        generator: on the device.
    """

    cumulative: Tensor
    subset: Tensor
    bits: int
    generator: torch.Generator

    @property
    def tasks(self) -> int:
        return self.cumulative.shape[1]

    @property
    def columns(self) -> int:
        return padded(self.tasks + self.bits + 1)

    def empty(self, rows: int) -> Tensor:
        """Room for so many samples a run. (run, rows, columns)"""
        room = torch.zeros(len(self.subset), rows, self.columns, device=self.subset.device, dtype=torch.float32)
        room[..., self.tasks + self.bits] = 1
        return room

    def draw(self, rows: int) -> tuple[Tensor, Tensor]:
        """Tasks (run, rows) and bits ±1 as int8 (run, rows, bits)."""
        place, runs = self.subset.device, len(self.subset)
        chance = torch.rand(runs, rows, generator=self.generator, device=place, dtype=self.cumulative.dtype)
        task = torch.searchsorted(self.cumulative, chance).clamp_(max=self.tasks - 1)
        return task, self.coins(rows)

    def coins(self, rows: int) -> Tensor:
        shape = len(self.subset), rows, self.bits
        drawn = torch.randint(0, 2, shape, generator=self.generator, device=self.subset.device, dtype=torch.int8)
        return drawn.mul_(2).sub_(1)

    def labels(self, task: Tensor, bits: Tensor) -> Tensor:
        """Whether the product of the task's bits is +1. (run, rows), 0 or 1"""
        size = self.subset.shape[2]
        which = self.subset.gather(1, task.unsqueeze(2).expand(-1, -1, size))  # (run, rows, size)
        return (bits.gather(2, which).prod(2) > 0).float()

    def write(self, room: Tensor, task: Tensor, bits: Tensor) -> None:
        """Put samples into ``room``, whose other columns stay."""
        room[..., : self.tasks].zero_()
        room.scatter_(2, task.unsqueeze(2), 1.0)
        room[..., self.tasks : self.tasks + self.bits] = bits


def cumulative(gammas: np.ndarray, tasks: int) -> Tensor:
    """Cumulative frequencies, one row for each run's γ. (run, tasks), float64"""
    return torch.from_numpy(np.stack([np.cumsum(frequencies(float(g), tasks)) for g in gammas]))
