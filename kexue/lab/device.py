"""Where an experiment runs."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import torch

DeviceName = Literal["auto", "cpu", "cuda"]


def device(name: DeviceName = "auto") -> torch.device:
    """The device of that name; ``auto`` is the GPU if there is one.

    Raises:
        ValueError: an unknown name, or ``cuda`` where PyTorch finds no GPU.

    >>> device("cpu")
    device(type='cpu')
    """
    if name not in ("auto", "cpu", "cuda"):
        raise ValueError(f"device is {name!r}, expected one of auto, cpu, cuda")
    found = torch.cuda.is_available()
    if name == "cuda" and not found:
        raise ValueError(
            f"device is 'cuda', but PyTorch {torch.__version__} finds no GPU here: "
            "take device='auto' or 'cpu', or install PyTorch's CUDA build and the driver"
        )
    return torch.device("cuda" if found and name != "cpu" else "cpu")


def describe(place: torch.device) -> str:
    """The device in words, as it stands beside results."""
    return torch.cuda.get_device_name(place) if place.type == "cuda" else f"CPU, {platform.machine()}"


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep PyTorch on one CPU thread: in a long chain of small operations the others only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def fast_products(device: torch.device) -> Iterator[None]:
    """TF32 in matrix products on a GPU, as it is common in training; the peak is measured under the same."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high" if device.type == "cuda" else before)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
