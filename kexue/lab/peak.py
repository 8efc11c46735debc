"""What a device can do at most, as measured: the denominator of "this loop reached so much of it"."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch

from kexue.errors import KexueError

_SIZES = {"cuda": 8192, "cpu": 1024}  # edges of the matrices: large enough to be bound by arithmetic, not by memory


def measured_peak(device: torch.device, dtype: torch.dtype, *, size: int | None = None, repeats: int = 5) -> float:
    """The most floating-point operations per second that a square matmul reached: 2n³ over the least of a few times.

    It runs under the settings in force, so that TF32 counts where ``torch.set_float32_matmul_precision`` allows it.

    Args:
        device: where the experiment ran.
        dtype: in which it ran.
        size: n; 8192 on a GPU, 1024 on a CPU, half of that in float64.
        repeats: how many times are taken, after one that is not counted.

    Returns:
        FLOP/s.

    Raises:
        ValueError: ``dtype`` is not a floating-point type, or ``size`` or ``repeats`` is below 1.
        KexueError: the clock saw no time pass.

    >>> measured_peak(torch.device("cpu"), torch.float32, size=64, repeats=2) > 0
    True
    """
    if not dtype.is_floating_point:
        raise ValueError(f"dtype is {dtype}, expected a floating-point type: peaks are of floating-point matmuls")
    n = size if size is not None else _SIZES.get(device.type, 1024) // (2 if dtype is torch.float64 else 1)
    if n < 1 or repeats < 1:
        raise ValueError(f"size is {n} and repeats is {repeats}, expected integers of at least 1")
    generator = torch.Generator().manual_seed(0)  # drawn values: zeros are faster on some GPUs
    a, b = (torch.randn(n, n, generator=generator).to(device, dtype) for _ in range(2))
    out = torch.empty_like(a)
    clock = _cuda_seconds if device.type == "cuda" else _wall_seconds
    with torch.inference_mode():
        times = [clock(lambda: torch.mm(a, b, out=out), device) for _ in range(repeats + 1)][1:]
    least = min(times)
    if not least > 0:
        raise KexueError(f"a {n} × {n} matmul took no time by the clock of {device}: take a larger size")
    return 2 * n**3 / least


def _cuda_seconds(work: Callable[[], object], device: torch.device) -> float:
    """Of work on a GPU, between two events on its own stream."""
    with torch.cuda.device(device):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        work()
        end.record()
        end.synchronize()
    return start.elapsed_time(end) / 1e3


def _wall_seconds(work: Callable[[], object], _: torch.device) -> float:
    """Of work that is done when the call returns, as on the CPU."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
