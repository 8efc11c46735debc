"""What a device does with a momentum that has no gradient: down to the subnormals, and there.

Proved on the derivation page: under round-to-nearest a momentum of j smallest subnormals sticks when j(1 − β) < ½, and
falls when it is above. Measured here, by running it: whether a device's kernels follow that rule or flush to zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from math import floor, log

import torch
from torch import Tensor

DTYPES = {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32}


def _multiply(m: Tensor, beta: float) -> None:
    m.mul_(beta)


def _foreach(m: Tensor, beta: float) -> None:
    torch._foreach_mul_([m], beta)


def _lerp(m: Tensor, beta: float) -> None:
    m.lerp_(torch.zeros_like(m), 1 - beta)


HOW: dict[str, Callable[[Tensor, float], None]] = {"multiply": _multiply, "foreach multiply": _foreach, "lerp": _lerp}


@dataclass(frozen=True)
class Ending:
    """Where a momentum without a gradient ends.

    Args:
        dtype, how: format, and the operation that shrinks it.
        flushes: whether the operation makes zero of one half of the smallest normal number.
        steps: after which the momentum does not change any more; −1 if it was still falling.
        value: that momentum.
        count: that momentum in smallest subnormals, 0 for zero.
        at_most: the largest number of smallest subnormals that one step leaves alone.
    """

    dtype: str
    how: str
    flushes: bool
    steps: int
    value: float
    count: int
    at_most: int


def least(dtype: torch.dtype) -> float:
    """The smallest subnormal, 2^(e_min − p + 1).

    >>> least(torch.float32) == 2.0**-149, least(torch.bfloat16) == 2.0**-133, least(torch.float16) == 2.0**-24
    (True, True, True)
    """
    found = torch.finfo(dtype)
    return found.smallest_normal * found.eps


def sticking(beta: float) -> int:
    """The most smallest subnormals that round-to-nearest, ties to even, keeps: ⌊½/(1 − β)⌋, or one less at an odd tie.

    β is taken as float32 holds it, which is what the kernels multiply by: 0.9 is below nine tenths there, so that five
    subnormals lose more than a half.

    Raises:
        ValueError: β is not from 0 to below 1.

    >>> sticking(0.965), sticking(0.9), sticking(0.75), sticking(0.5)
    (14, 4, 2, 0)
    """
    if not 0 <= beta < 1:
        raise ValueError(f"beta is {beta}, expected a number from 0 to below 1")
    loss = 1 - Fraction(float(torch.tensor(beta, dtype=torch.float32)))
    most = floor(Fraction(1, 2) / loss)
    return most - 1 if most % 2 and most * loss == Fraction(1, 2) else most


def flush_steps(beta: float, start: float, dtype: torch.dtype) -> float:
    """log(m_min/m_0)/log β: the steps until a momentum m_0 is below the smallest normal number."""
    return log(torch.finfo(dtype).smallest_normal / start) / log(beta)


def ending(dtype: str, how: str, beta: float, start: float, steps: int, device: torch.device) -> Ending:
    """Let a momentum shrink, and look where it ends. Nothing is read back before all steps are done.

    Args:
        start: m_0 > 0, rounded to the format.
        steps: at most; 1 or more.

    Raises:
        ValueError: ``dtype`` or ``how`` is none of `DTYPES` and `HOW`, or a number is out of range.
    """
    path = history(dtype, how, beta, start, steps, device)
    moved = (path[1:] != path[:-1]).nonzero()
    stopped = int(moved[-1]) + 1 if len(moved) else 0
    value = float(path[-1])
    return Ending(
        dtype,
        how,
        flushes(dtype, how, device),
        stopped if stopped < steps else -1,
        value,
        round(value / least(DTYPES[dtype])),
        largest_kept(dtype, how, beta, device),
    )


def history(dtype: str, how: str, beta: float, start: float, steps: int, device: torch.device) -> Tensor:
    """The momentum before each of the steps and after the last, (steps + 1,) float64 on the CPU; as for `ending`."""
    if dtype not in DTYPES or how not in HOW:
        raise ValueError(f"got {dtype!r}, {how!r}; expected one of {', '.join(DTYPES)} and one of {', '.join(HOW)}")
    if not start > 0 or steps < 1:
        raise ValueError(f"start is {start} and steps is {steps}, expected a positive number and at least 1")
    kind, shrink = DTYPES[dtype], HOW[how]
    path = torch.empty(steps + 1, dtype=kind, device=device)
    m = torch.full((1,), start, dtype=kind, device=device)
    for k in range(steps + 1):
        path[k : k + 1].copy_(m)
        shrink(m, beta)
    return path.cpu().double()


def flushes(dtype: str, how: str, device: torch.device) -> bool:
    """Whether one half of the smallest normal number becomes zero."""
    m = torch.full((1,), torch.finfo(DTYPES[dtype]).smallest_normal, dtype=DTYPES[dtype], device=device)
    HOW[how](m, 0.5)
    return bool(m.cpu().double() == 0)


def one_step(dtype: str, how: str, beta: float, counts: Tensor, device: torch.device) -> Tensor:
    """R for each j of ``counts``: what a step makes of j smallest subnormals, both as whole numbers (int64)."""
    unit = least(DTYPES[dtype])
    m = (counts.double() * unit).to(DTYPES[dtype]).to(device)
    HOW[how](m, beta)
    return (m.cpu().double() / unit).round().long()


def largest_kept(dtype: str, how: str, beta: float, device: torch.device) -> int:
    """The largest j, up to four times where it should be, that a step leaves alone; 0 if there is none."""
    counts = torch.arange(1, 4 * sticking(beta) + 5)
    kept = counts[one_step(dtype, how, beta, counts, device) == counts]
    return int(kept.max()) if len(kept) else 0


@contextmanager
def flushing() -> Iterator[bool]:
    """Flush subnormals on the CPU, in this thread; says whether it can. At the end: off, as PyTorch starts."""
    can = torch.set_flush_denormal(True)
    try:
        yield can
    finally:
        torch.set_flush_denormal(False)


def endings(beta: float, start: float, steps: int, device: torch.device) -> list[Ending]:
    """Every format, by every operation."""
    return [ending(dtype, how, beta, start, steps, device) for dtype in DTYPES for how in HOW]
