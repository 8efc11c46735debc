"""The experiment: exact flows, flows on a grid, particles that follow a critic, generators that take K steps."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch

from kexue.lab.config import between
from kexue.lab.device import describe, one_thread
from kexue.lab.peak import measured_peak
from kexue.lab.seeds import generators
from kexue.monoflow import critics, gaussian, grid, ring, steps

STEPS = (4e-3, 2e-3, 1e-3)  # of Euler's method for the normal laws
TIME = 3.0  # up to which these flow
LONG = 6.0  # and the densities on the grid
ROUND = {"theta": 2.0, "k": 30, "eta": 1.0, "epsilon": 0.1, "count": 10}  # of the solved example
NARROW, FINE = 0.25, 1e-4  # variance and step for the decreasing h
GAIN = 0.2  # ε of the generators' regression
EAGER, EAGER_KS = 25, (1, 20)  # critic steps a round of the second training, and its K


@dataclass(frozen=True)
class Config:
    """What is run.

    Args:
        seeds: independent repetitions of all training.
        particles: of the normal laws times 10, and of the flow along a critic.
        outer: steps of that flow.
        cells: of the grid.
        rounds: of the generators' training.
        ks: K, generator steps a round.
        width: of the networks' two hidden layers; the critics on the line have a half of it, but at least 32.
        batch: samples a step.
        points: that a distance in the plane is measured with.
        seed: of everything.

    Raises:
        ValueError: a field outside its range; the message says which.
    """

    seeds: int
    particles: int
    outer: int
    cells: int
    rounds: int
    ks: tuple[int, ...]
    width: int
    batch: int
    points: int
    seed: int = 0

    def __post_init__(self):
        between("seeds", self.seeds, 2, 1000)
        between("particles", self.particles, 32, 10**6)
        between("outer", self.outer, 40, 10**5)
        between("cells", self.cells, 40, 2000)
        between("rounds", self.rounds, 4, 10**5)
        between("width", self.width, 4, 4096)
        between("batch", self.batch, 8, 10**5)
        between("points", self.points, 32, 5000)
        between("seed", self.seed, 0, 2**31)
        if len(set(self.ks)) != len(self.ks) or len(self.ks) < 2 or 1 not in self.ks:
            raise ValueError(f"ks is {self.ks}, expected different numbers of steps, 1 among them, for instance 1, 20")
        for k in self.ks:
            between("each of ks", k, 1, 1000)


PRESETS = {
    "quick": Config(2, 192, 120, 100, 24, (1, 20, 100), 32, 64, 256),
    "full": Config(10, 2048, 300, 300, 400, (1, 5, 20, 100), 256, 512, 512),
}


@dataclass(frozen=True)
class Result:
    """What came out.

    Args:
        device: in words.
        travels: particles of normal laws, one for each step of `STEPS`.
        flow, coarse: densities on the grid and on one of half as many cells.
        agreement: gradients of the two generator losses.
        solved: |θ| after the rounds of the solved example, by either loss.
        exponential: gradient of E_q[p/q] with the critic following, and held.
        collapse: when the decreasing h has no variance left.
        twins: largest distance between samples of the two losses after three rounds with K = 1, in float64.
        chase: particles that follow a critic.
        training: the generators.
        eager: generators whose critic is trained five times as long in every round.
        peak: FLOP/s of a matrix product on this device, in the training's precision.
        seconds: wall time.
    """

    config: Config
    device: str
    travels: list[gaussian.Travel]
    flow: grid.Flow
    coarse: grid.Flow
    agreement: steps.Agreement
    solved: tuple[float, float]
    exponential: tuple[float, float]
    collapse: float
    twins: float
    chase: critics.Chase
    training: ring.Training
    eager: ring.Training
    peak: float
    seconds: float


def run(config: Config, device: torch.device) -> Result:
    """Run everything."""
    if device.type == "cpu":
        with one_thread():
            return _run(config, device)
    return _run(config, device)


def _run(config: Config, device: torch.device) -> Result:
    started = time.perf_counter()
    (generator,) = generators(config.seed, 1)
    cloud = gaussian.cloud(10 * config.particles, generator, device)
    travels = [gaussian.travel(cloud, dt, TIME) for dt in STEPS]
    cpu = torch.device("cpu")  # many small steps, which a GPU would only wait for
    flow, coarse = (grid.flow(cells, LONG, cpu) for cells in (config.cells, config.cells // 2))
    found = (
        steps.agreement(generator),
        steps.rounds(**ROUND),
        steps.exponential_gradients(0.7),
        gaussian.collapse_time(NARROW, FINE),
        twins(config, device),
        critics.chase(
            config.seeds, config.particles, config.outer, max(config.width // 2, 32), device, seed=config.seed
        ),
        generators_of(config, config.ks, device, checkpoints=8),
        generators_of(config, EAGER_KS, device, inner=EAGER),
    )
    return Result(
        config,
        describe(device),
        travels,
        flow,
        coarse,
        *found,
        measured_peak(device, torch.float32),
        time.perf_counter() - started,
    )


def generators_of(config: Config, ks: tuple[int, ...], device: torch.device, **options: int) -> ring.Training:
    """The generators of a configuration, with these K."""
    sizes = config.seeds, config.rounds, config.width, config.batch, config.points
    return ring.train(ks, *sizes, device, seed=config.seed, epsilon=GAIN, **options)


def twins(config: Config, device: torch.device) -> float:
    """How far the samples of the two losses are apart after three rounds of one step each, in float64."""
    found = ring.train(
        (1, 2), 2, 3, 16, 64, 32, device, seed=config.seed, epsilon=GAIN, checkpoints=1, dtype=torch.float64
    )
    places = dict(zip(found.settings, found.samples[-1], strict=True))
    pair = [places[ring.Setting(loss, 1)] for loss in ring.LOSSES]
    return float(abs(pair[0] - pair[1]).max())
