"""The experiment: known errors of the score on a line, learned scores in the plane, both sides of the theorem."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import torch

from kexue.lab.config import between
from kexue.lab.device import describe, one_thread
from kexue.lab.peak import measured_peak
from kexue.wasserstein_bound import line, plane
from kexue.wasserstein_bound.pairs import PAIRS, Pair
from kexue.wasserstein_bound.ring import Ring


@dataclass(frozen=True)
class Config:
    """What is run.

    Args:
        particles: of every cloud on the line, 64 to 10⁷.
        seeds: of the SDE's noise, at least 2 (a spread needs two).
        steps: from T to 0; a multiple of 80, since 40 times are read.
        delta: error of the score in those pairs that have one.
        nets: networks, trained at once, at least 2.
        width, depth: of their hidden layers.
        batch, iterations: of their training.
        cloud, cloud_steps: particles in the plane, and their steps, a multiple of 80 too.
        grid: lines each way, an odd number, over which the steepest slope is looked for.
        matched: particles whose transport is solved exactly.
        seed: of everything random.

    Raises:
        ValueError: a field outside its range; the message says which.
    """

    particles: int
    seeds: int
    steps: int
    nets: int
    width: int
    depth: int
    batch: int
    iterations: int
    cloud: int
    cloud_steps: int
    grid: int
    matched: int
    delta: float = 0.1
    seed: int = 0

    def __post_init__(self):
        between("particles", self.particles, 64, 10**7)
        between("seeds", self.seeds, 2, 10**4)
        for name in ("steps", "cloud_steps"):
            between(name, getattr(self, name), 4 * READINGS, 10**5)
            if getattr(self, name) % (4 * READINGS):
                raise ValueError(f"{name} is {getattr(self, name)}, expected a multiple of {4 * READINGS}")
        between("delta", self.delta, 1e-3, 1)
        between("nets", self.nets, 2, 64)
        between("width", self.width, 4, 4096)
        between("depth", self.depth, 1, 16)
        between("batch", self.batch, 16, 10**7)
        between("iterations", self.iterations, 10, 10**6)
        between("cloud", self.cloud, 64, 10**7)
        between("grid", self.grid, 11, 2001)
        between("matched", self.matched, 16, min(5000, self.cloud))
        between("seed", self.seed, 0, 2**63 - 1)
        if not self.grid % 2:
            raise ValueError(f"grid is {self.grid}, expected an odd number, so that its middle is a point")

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The data on the line, with this configuration's error."""
        return tuple(replace(pair, delta=self.delta) if pair.delta else pair for pair in PAIRS)

    @property
    def sizes(self) -> plane.Sizes:
        """What the plane needs to know."""
        shape = (self.nets, self.width, self.depth, self.batch, self.iterations)
        return plane.Sizes(*shape, self.cloud, self.cloud_steps, 2 * READINGS, self.grid, self.matched)


READINGS = 20
T_PLANE = 5.0
PRESETS = {
    "quick": Config(512, 8, 240, 2, 48, 2, 256, 1500, cloud=1000, cloud_steps=240, grid=41, matched=500),
    "full": Config(65536, 64, 800, 3, 128, 3, 65536, 6000, cloud=10**6, cloud_steps=240, grid=241, matched=2000),
}


@dataclass(frozen=True)
class Result:
    """What came out.

    Args:
        peak: FLOP/s of a matrix product on this device, in the training's precision.
        device: in words.
        seconds: wall time.
    """

    config: Config
    line: line.Line
    plane: plane.Plane
    peak: float
    device: str
    seconds: float

    @property
    def share(self) -> float:
        """Part of the device's measured peak that the training loop reached."""
        return self.plane.training.rate / self.peak


def run(config: Config, device: torch.device) -> Result:
    """Run both parts."""
    started = time.perf_counter()
    with one_thread():
        on_line = line.measure(
            config.pairs, config.particles, config.seeds, config.steps, READINGS, config.seed, device
        )
        in_plane = plane.measure(Ring(), config.sizes, T_PLANE, config.seed, device)
        peak = measured_peak(device, torch.float32)
    return Result(config, on_line, in_plane, peak, describe(device), time.perf_counter() - started)
