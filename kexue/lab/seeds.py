"""Randomness: one generator per run, so that a run is the same in any batch."""

from __future__ import annotations

import numpy as np
import torch


def generators(seed: int, count: int) -> list[torch.Generator]:
    """Independent generators; the first ones are the same for every ``count``.

    They live on the CPU: what they draw is then the same whatever device computes with it.

    Args:
        seed: ≥ 0.
        count: how many.

    Raises:
        ValueError: ``seed`` is negative.

    >>> [int(torch.randint(100, (), generator=g)) for g in generators(0, 3)][:2] == [
    ...     int(torch.randint(100, (), generator=g)) for g in generators(0, 2)]
    True
    """
    if seed < 0:
        raise ValueError(f"seed is {seed}, expected an integer of at least 0")
    children = np.random.SeedSequence(seed).spawn(count)
    return [torch.Generator().manual_seed(int(child.generate_state(1)[0])) for child in children]
