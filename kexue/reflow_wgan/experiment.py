"""All of the chapter's experiments, run from one configuration."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float

from kexue.lab.config import between
from kexue.lab.device import describe, one_thread
from kexue.reflow_wgan import equal, flows, line, wgan
from kexue.reflow_wgan.distances import w2
from kexue.reflow_wgan.identity import Identity, identity

CELLS = (250, 500, 1000)  # of the solver on the line


@dataclass(frozen=True)
class Config:
    """What is run.

    Args:
        seeds: of everything, at least 2 (a spread needs two).
        iterations: steps of the generator of WGAN-GP; width, batch, rate: of its networks and of Adam.
        outer, inner: moves of the particles in the plane, and regression steps before each.
        particles: in the plane, a multiple of 8; points: on the line.
        pairs: for the cross term of each random critic.
        seed: from which all is drawn.
    """

    seeds: int
    iterations: int
    width: int
    batch: int
    rate: float
    outer: int
    inner: int
    particles: int
    points: int
    pairs: int
    samples: int = 256
    hidden: int = 64
    seed: int = 0

    def __post_init__(self):
        between("seeds", self.seeds, 2, 1000)
        between("iterations", self.iterations, 10, 10**6)
        between("width", self.width, 4, 4096)
        between("outer", self.outer, 20, 10**4)
        between("inner", self.inner, 1, 10**4)
        between("points", self.points, 16, 4096)
        between("pairs", self.pairs, 100, 10**7)
        between("seed", self.seed, 0, 2**31)
        for name in ("particles", "samples"):
            if getattr(self, name) < 16 or getattr(self, name) % 8:
                raise ValueError(f"{name} is {getattr(self, name)}, expected a multiple of 8 of at least 16")

    @property
    def effort(self) -> flows.Effort:
        return flows.Effort(self.particles, self.outer, self.inner, self.hidden)

    @property
    def training(self) -> wgan.Training:
        return wgan.Training(self.iterations, self.width, self.batch, self.rate, samples=self.samples)


PRESETS = {
    "quick": Config(
        seeds=3, iterations=300, width=32, batch=64, rate=1e-3, outer=120, inner=6, particles=128, points=128, pairs=400
    ),
    "full": Config(
        seeds=10,
        iterations=6000,
        width=512,
        batch=256,
        rate=1e-4,
        outer=120,
        inner=40,
        particles=1024,
        points=512,
        pairs=20000,
        samples=1000,
        hidden=256,
    ),
}


@dataclass(frozen=True)
class Result:
    """What came out.

    Args:
        price: the cost of seeing no time between equal laws, estimate and standard error.
        slope_errors: of the solver on the line against the closed form, for each number of cells.
        flow_distances: W₂ of the particles to the eight centres, for each field; floor: that of draws of the data.
        distances: W₂ of the generators' samples to the centres; distance_floor: that of draws of the data.
    """

    config: Config
    identity: Identity
    price: tuple[float, float]
    slope_errors: dict[int, float]
    line: line.LineFlow
    flow: flows.Flow
    flow_distances: dict[str, Float[np.ndarray, "moves seeds"]]
    flow_floor: float
    trained: wgan.Trained
    distances: Float[np.ndarray, "records settings seeds"]
    distance_floor: float
    device: str
    seconds: float
    parts: dict[str, float] = field(default_factory=dict)


def run(config: Config, device: torch.device) -> Result:
    """Everything; ``parts`` says how many seconds each took."""
    clock = _Clock()
    with one_thread():
        cross = clock("identity", identity, config.seed, config.seeds, config.pairs, device)
        price = clock("equal laws", equal.price, config.seed, 50 * config.pairs, device)
        errors = clock("solver", lambda: {cells: line.slope_error(cells) for cells in CELLS})
        on_line = clock("line", line.line_flow, config.seed, config.seeds, config.points, 240, 0.1, device)
        flow = clock("plane", flows.flow, config.seed, config.seeds, config.effort, device)
        trained = clock("WGAN-GP", wgan.train, config.seed, config.seeds, config.training, device)
    flow_distances = clock("distances, plane", _flow_distances, flow)
    distances = clock("distances, WGAN-GP", _distances, trained.samples, wgan.DATA)
    return Result(
        config=config,
        identity=cross,
        price=price,
        slope_errors=errors,
        line=on_line,
        flow=flow,
        flow_distances=flow_distances,
        flow_floor=floor(flows.DATA, config.particles, config.seed),
        trained=trained,
        distances=distances,
        distance_floor=floor(wgan.DATA, config.samples, config.seed),
        device=describe(device),
        seconds=sum(clock.parts.values()),
        parts=clock.parts,
    )


def floor(law, n: int, seed: int, repeats: int = 8) -> float:
    """Mean W₂ to the eight centres of n draws from the data themselves: no generator is expected below it."""
    draw = torch.Generator().manual_seed(seed)
    samples = law.sample(repeats, n, generator=draw, dtype=torch.float64).numpy()
    return float(np.mean([w2(sample, law.centres) for sample in samples]))


def _flow_distances(flow: flows.Flow) -> dict[str, np.ndarray]:
    return {name: _distances(places, flows.DATA) for name, places in flow.places.items()}


def _distances(samples: np.ndarray, law) -> np.ndarray:
    """W₂ to the centres of every sample (…, n, 2)."""
    flat = samples.reshape(-1, *samples.shape[-2:])
    return np.array([w2(sample, law.centres) for sample in flat]).reshape(samples.shape[:-2])


class _Clock:
    """Seconds that each part took, its work on a GPU included, since each returns numbers on the CPU."""

    def __init__(self):
        self.parts: dict[str, float] = {}

    def __call__(self, name: str, work, *arguments):
        started = time.perf_counter()
        found = work(*arguments)
        self.parts[name] = round(time.perf_counter() - started, 2)
        return found
