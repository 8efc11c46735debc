"""Two dimensions: the data's own score moves one cloud, a learned one the other."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from kexue.wasserstein_bound.bound import KAPPA, bound
from kexue.wasserstein_bound.flow import drift, together
from kexue.wasserstein_bound.network import Score, Training, noised, steepest, train
from kexue.wasserstein_bound.ring import Ring
from kexue.wasserstein_bound.transport import coupling, exact, sliced

with suppress(ImportError):  # for the annotations alone, and a GPU machine may lack it
    from jaxtyping import Float


@dataclass(frozen=True)
class Plane:
    """Both sides of the theorem for learned scores, for each equation "ODE", "SDE"; times run from T down to 0.

    Args:
        coupled, coarse, sliced: w, w with steps twice as long, and a lower bound of W₂, for all particles.
        exact: W₂ and w of the same few particles, at the data.
        error: κ(E‖∇log p_t − s_θ‖²)^½ over the particles.
        bound: with L a maximum over a grid of the box that holds all particles.
        bound_half: with every second line of that grid, and every second time in the quadrature: at the data.
        bound_pairs: with L as it is for the pairs on average, the least that H1 allows.
        shown: some particles of the first network at some times: (times, 2 clouds, particles, 2).
    """

    times: Float[np.ndarray, " times"]
    coupled: dict[str, Float[np.ndarray, "nets times"]]
    coarse: dict[str, Float[np.ndarray, "nets times"]]
    sliced: dict[str, Float[np.ndarray, "nets times"]]
    exact: dict[str, Float[np.ndarray, "2 nets"]]
    error: dict[str, Float[np.ndarray, "nets times"]]
    bound: dict[str, Float[np.ndarray, "nets times"]]
    bound_half: dict[str, Float[np.ndarray, " nets"]]
    bound_pairs: dict[str, Float[np.ndarray, "nets times"]]
    shown: dict[str, Float[np.ndarray, "times clouds particles dim"]]
    loss: Loss
    training: Training


@dataclass(frozen=True)
class Loss:
    """E‖a − s‖², E‖E[a|x] − s‖² and E‖a − E[a|x]‖² for the conditional score a, weighted by 1 − e^{−t}.

    Args:
        conditional, score, floor: of every network.
        gap, deviation: conditional − score − floor, which is zero in expectation, and its standard error.
    """

    conditional: Float[np.ndarray, " nets"]
    score: Float[np.ndarray, " nets"]
    floor: Float[np.ndarray, " nets"]
    gap: Float[np.ndarray, " nets"]
    deviation: Float[np.ndarray, " nets"]


@dataclass(frozen=True)
class Sizes:
    """Of the networks and of what is measured; see `experiment.Config`."""

    nets: int
    width: int
    depth: int
    batch: int
    iterations: int
    particles: int
    steps: int
    readings: int
    grid: int
    matched: int


def measure(ring: Ring, sizes: Sizes, T: float, seed: int, device: torch.device) -> Plane:
    """Train, run both equations, and measure."""
    generator = torch.Generator(device).manual_seed(seed)
    score = Score(sizes.nets, sizes.width, sizes.depth, T, generator)
    training = train(score, ring, sizes.batch, sizes.iterations, generator)
    learned = score.to(torch.float64)
    runs = {name: _run(name, ring, learned, sizes, T, generator) for name in KAPPA}
    times = T * np.linspace(1, 0, sizes.readings + 1) ** 2
    box = max(run.reach for run in runs.values())
    slopes = _slopes(learned, box, sizes.grid, torch.as_tensor(times, device=device))
    every = {name: _sides(run, KAPPA[name], slopes, times) for name, run in runs.items()}
    taken = [{name: sides[i] for name, sides in every.items()} for i in range(8)]
    return Plane(
        times, *taken, {n: r.shown for n, r in runs.items()}, _loss(ring, learned, sizes, T, generator), training
    )


@dataclass
class _Run:
    """What is read off one equation; lists over times of tensors over networks."""

    coupled: list
    coarse: list
    sliced: list
    error: list
    pull: list  # E⟨s(x) − s(y), x − y⟩ / E‖x − y‖²
    shown: np.ndarray
    exact: np.ndarray
    reach: Tensor


def _run(name: str, ring: Ring, learned: Score, sizes: Sizes, T: float, generator: torch.Generator) -> _Run:
    fields = tuple(drift(score, KAPPA[name]) for score in (ring.score, learned))
    start = torch.tensor(T, device=generator.device, dtype=torch.float64)
    x, _ = noised(ring, (1, sizes.particles), start, generator)
    x = x.expand(sizes.nets, -1, -1)
    noise = generator if name == "SDE" else None
    read, shown, every = (
        _Run([], [], [], [], [], np.empty(0), np.empty(0), start * 0),
        [],
        sizes.steps // 2 // sizes.readings,
    )
    with torch.inference_mode():
        for k, (t, fine, coarse) in enumerate(together(fields, (x, x), start, sizes.steps, noise)):
            if k % every == 0:
                _read(read, ring, learned, t, fine, coarse)
                shown.append(torch.stack([cloud[0, :SHOWN] for cloud in fine]).cpu().numpy())
        few = [cloud[:, : sizes.matched].cpu().numpy() for cloud in fine]
    read.shown = np.stack(shown)
    pairs = np.sqrt(((few[0] - few[1]) ** 2).sum(-1).mean(-1))
    read.exact = np.stack([[exact(a, b) for a, b in zip(*few, strict=True)], pairs])
    return read


SHOWN = 300  # particles in the animation


def _read(read: _Run, ring: Ring, learned: Score, t: Tensor, fine: tuple, coarse: tuple) -> None:
    (x, y), here = fine, learned(fine[0], t)
    apart = x - y
    read.coupled.append(coupling(x, y, dims=2))
    read.coarse.append(coupling(*coarse, dims=2))
    read.sliced.append(sliced(x, y))
    read.error.append(coupling(ring.score(x, t), here, dims=2))
    squares = apart.square().sum(-1).mean(-1)
    pull = ((here - learned(y, t)) * apart).sum(-1).mean(-1)
    read.pull.append(torch.where(squares > 0, pull / squares.clamp_min(1e-300), pull))
    read.reach = torch.maximum(read.reach, torch.maximum(x.abs().max(), y.abs().max()))


def _slopes(learned: Score, box: Tensor, grid: int, times: Tensor) -> Tensor:
    """The largest slope over the box, with all lines of the grid and with every second: (2, nets, times)."""
    line = torch.linspace(-1, 1, grid, device=box.device, dtype=torch.float64) * box
    points = torch.stack(torch.meshgrid(line, line, indexing="ij"), dim=-1).reshape(-1, 2)
    rows = []
    for t in times:
        at = steepest(learned, points, t).reshape(-1, grid, grid)
        rows.append(torch.stack([at.amax((1, 2)), at[:, ::2, ::2].amax((1, 2))]))
    return torch.stack(rows, dim=-1)


def _sides(read: _Run, kappa: float, slopes: Tensor, times: np.ndarray) -> tuple[np.ndarray, ...]:
    """coupled, coarse, sliced, exact, error, and the three bounds, from T down to 0."""
    rising = torch.as_tensor(times[::-1].copy(), device=slopes.device)
    coupled, coarse, below, error, pull = (
        torch.stack(rows, -1) for rows in (read.coupled, read.coarse, read.sliced, read.error, read.pull)
    )
    error, start = kappa * error, torch.zeros_like(coupled[:, 0])
    grid, half, pairs = (
        bound(0.5 + kappa * slope.flip(-1)[:, ::every], error.flip(-1)[:, ::every], rising[::every], start).flip(-1)
        for slope, every in ((slopes[0], 1), (slopes[1], 2), (pull, 1))
    )
    sides = (coupled, coarse, below, error, grid, half[:, -1], pairs)
    found = [each.cpu().numpy() for each in sides]
    return (*found[:3], read.exact, *found[3:])


def _loss(ring: Ring, learned: Score, sizes: Sizes, T: float, generator: torch.Generator) -> Loss:
    """Conditional loss, score error and floor on fresh data, the same for all networks."""
    with torch.inference_mode():
        u = torch.rand((1, sizes.particles, 1), generator=generator, device=generator.device, dtype=torch.float64)
        x, ε = noised(ring, (1, sizes.particles), T * u, generator)
        σ = torch.sqrt(1 - torch.exp(-T * u))
        s, true = (σ * each for each in (learned(x.expand(sizes.nets, -1, -1), T * u), ring.score(x, T * u)))
        parts = [(a - b).square().sum(-1) for a, b in ((-ε, s), (true, s), (-ε, true.expand_as(s)))]
        gap = parts[0] - parts[1] - parts[2]
        deviation = gap.std(-1) / gap.shape[-1] ** 0.5
        means = [part.mean(-1).expand(sizes.nets).cpu().numpy() for part in (*parts, gap)]
    return Loss(*means, deviation.cpu().numpy())
