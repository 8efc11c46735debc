"""The experiment: pure quanta, networks of many widths on fresh samples, networks on limited data."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch

from kexue.lab.config import between
from kexue.lab.device import describe, one_thread
from kexue.lab.peak import measured_peak
from kexue.quanta_scaling import simulator
from kexue.quanta_scaling.tasks import subsets
from kexue.quanta_scaling.training import Problem, Trained, fresh, limited

PURE = (0.2, 0.4, 0.8)  # γ of the pure quanta
NEED = 10  # τ


@dataclass(frozen=True)
class Config:
    """What is run.

    Args:
        gammas: γ of the networks' tasks.
        seeds: independent repetitions of everything.
        tasks: K of the networks.
        bits: n; a task looks at ``size`` of them.
        widths: of the networks on fresh samples, increasing; α_S is the last one's.
        batch, steps: of these.
        samples: D of the networks on limited data, increasing.
        width: of these.
        batch_limited, steps_limited: of these.
        rate: of AdamW.
        quanta: K of the pure quanta.
        seed: of everything.

    Raises:
        ValueError: a field outside its range; the message says which.
    """

    gammas: tuple[float, ...]
    seeds: int
    tasks: int
    bits: int
    size: int
    widths: tuple[int, ...]
    batch: int
    steps: int
    samples: tuple[int, ...]
    width: int
    batch_limited: int
    steps_limited: int
    rate: float
    quanta: int
    seed: int = 0

    def __post_init__(self):
        between("seeds", self.seeds, 1, 100)
        between("tasks", self.tasks, 4, 10**4)
        between("bits", self.bits, 2, 10**4)
        between("width", self.width, 1, 10**4)
        between("quanta", self.quanta, 20_000, 10**7)
        between("seed", self.seed, 0, 2**31)
        for name in ("batch", "steps", "batch_limited", "steps_limited"):
            between(name, getattr(self, name), 8, 10**7)
        between("rate", self.rate, 1e-6, 1)
        for name, low, high, least in (("gammas", 0.01, 5, 1), ("widths", 1, 10**4, 2), ("samples", 8, 10**8, 2)):
            values = getattr(self, name)
            if list(values) != sorted(set(values)) or len(values) < least:
                raise ValueError(f"{name} is {values}, expected at least {least} increasing numbers")
            for value in values:
                between(f"each of {name}", value, low, high)
        subsets(self.tasks, self.bits, self.size, torch.Generator().manual_seed(0))  # refuses what there is not

    def problem(self, batch: int, steps: int) -> Problem:
        return Problem(self.tasks, self.bits, self.size, batch, self.rate, steps)


PRESETS = {
    "quick": Config(
        gammas=(0.4,),
        seeds=3,
        tasks=50,
        bits=16,
        size=2,
        widths=(2, 3, 4, 6, 8, 12, 16, 96),
        batch=512,
        steps=2500,
        samples=(500, 1000, 2000, 4000, 8000),
        width=64,
        batch_limited=128,
        steps_limited=1200,
        rate=5e-3,
        quanta=100_000,
    ),
    "full": Config(
        gammas=(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8),
        seeds=2,
        tasks=500,
        bits=100,
        size=3,
        widths=(10, 18, 32, 56, 100, 180, 320, 500),
        batch=20_000,
        steps=9000,
        samples=(10_000, 30_000, 100_000, 300_000, 1_000_000),
        width=500,
        batch_limited=8000,
        steps_limited=6000,
        rate=1e-3,
        quanta=1_000_000,
    ),
}


@dataclass(frozen=True)
class Result:
    """What came out.

    Args:
        device: in words.
        pure: quanta without networks.
        fresh: networks of all widths, γ and seeds.
        limited: networks on limited data, one seed.
        peak: FLOP/s of a matrix product on this device in the training's precision, TF32 where a GPU has it.
        seconds: wall time.
    """

    config: Config
    device: str
    pure: simulator.Pure
    fresh: Trained
    limited: Trained
    peak: float
    seconds: float


def run(config: Config, device: torch.device) -> Result:
    """Run everything. On a GPU matrix products round their inputs to TF32; the rest, and any CPU, is in float32."""
    if device.type == "cpu":
        with one_thread():
            return _run(config, device)
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    try:
        return _run(config, device)
    finally:
        torch.set_float32_matmul_precision(before)


def _run(config: Config, device: torch.device) -> Result:
    started = time.perf_counter()
    pure = simulator.draw(PURE, config.quanta, NEED, max(config.seeds, 4), config.seed)
    first = fresh(
        config.problem(config.batch, config.steps),
        config.gammas,
        config.seeds,
        config.widths,
        device,
        seed=config.seed,
    )
    seeds = config.seeds if device.type == "cpu" else 1
    second = limited(
        config.problem(config.batch_limited, config.steps_limited),
        config.gammas,
        seeds,
        config.samples,
        config.width,
        device,
        seed=config.seed,
    )
    peak = measured_peak(device, torch.float32)
    return Result(config, describe(device), pure, first, second, peak, time.perf_counter() - started)
