"""The critic without time between two laws on a line: its closed form, a solver that does not know it, a particle flow.

With independent pairs and uniform t, x_t has the density ρ, and the critic's slope is D′ = (F_0 − F_1)/ρ. Given its
pair, x_t is uniform between x_0 and x_1, so that for samples

    ρ(x) = E[1{x between} / |x_1 − x_0|],   F_0(x) − F_1(x) = E[1{x between} sign(x_1 − x_0)].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy.linalg import solveh_banded
from torch import Tensor

from kexue.reflow_wgan.distances import w2_line
from kexue.reflow_wgan.laws import Mixture

NOISE = Mixture((1.0,), (-2.5,), (1.0,))
DATA = Mixture((0.6, 0.4), (1.5, 3.5), (0.6, 0.8))
REACH = 7.0  # widths around every component, outside of which less than 1e-11 of it lies


def between(noise: Mixture, data: Mixture, nodes: int = 64) -> Mixture:
    """The law of x_t for independent pairs and uniform t, by Gauss and Legendre's nodes over t: ρ is its density."""
    times, shares = np.polynomial.legendre.leggauss(nodes)
    parts = [
        (share / 2 * w0 * w1, (1 - t) * m0 + t * m1, np.hypot((1 - t) * s0, t * s1))
        for t, share in zip((times + 1) / 2, shares, strict=True)
        for w0, m0, s0 in noise.components
        for w1, m1, s1 in data.components
    ]
    return Mixture(*zip(*parts, strict=True))


def closed_slope(x: Float[np.ndarray, " n"], noise: Mixture = NOISE, data: Mixture = DATA) -> Float[np.ndarray, " n"]:
    """D′(x) = (F_0(x) − F_1(x))/ρ(x)."""
    return (noise.cdf(x) - data.cdf(x)) / between(noise, data).density(x)


def solved_slope(cells: int, noise: Mixture = NOISE, data: Mixture = DATA) -> tuple[np.ndarray, np.ndarray]:
    """Midpoints of the cells, and the slope there of the piecewise linear D that minimises the critic's loss.

    ½∫ρD′² − ∫D(p_1 − p_0) over continuous D that are linear on each cell: a tridiagonal system, from the densities
    alone. Each integral over a cell is taken by four Gauss and Legendre nodes. At midpoints it is off by second order.
    """
    parts = noise.components + data.components
    edges = np.linspace(min(m - REACH * s for _, m, s in parts), max(m + REACH * s for _, m, s in parts), cells + 1)
    width, law = edges[1] - edges[0], between(noise, data)
    nodes, shares = np.polynomial.legendre.leggauss(4)
    at, part = (nodes + 1) / 2, shares / 2
    x = edges[:-1, None] + width * at  # (cells, 4)
    stiff = (law.density(x) * part).sum(axis=1) / width
    source = (data.density(x) - noise.density(x)) * part * width
    load = np.zeros(cells + 1)
    load[:-1] += (source * (1 - at)).sum(axis=1)
    load[1:] += (source * at).sum(axis=1)
    diagonal = np.zeros(cells + 1)
    diagonal[:-1] += stiff
    diagonal[1:] += stiff
    bands = np.stack([diagonal, np.append(-stiff, 0.0)])[:, 1:]  # D = 0 at the left end: constants do not matter
    bands[1, -1] = 0.0
    solution = np.concatenate([[0.0], solveh_banded(bands, load[1:], lower=True)])
    return (edges[1:] + edges[:-1]) / 2, np.diff(solution) / width


def slope_error(cells: int, noise: Mixture = NOISE, data: Mixture = DATA) -> float:
    """√∫ρ (solved − closed)² by the midpoints."""
    x, found = solved_slope(cells, noise, data)
    squares = between(noise, data).density(x) * (found - closed_slope(x, noise, data)) ** 2
    return float(np.sqrt(squares.sum() * (x[1] - x[0])))


def empirical_slope(x0: Float[Tensor, "seeds n"], x1: Float[Tensor, " m"]) -> Float[Tensor, "seeds n"]:
    """The critic's slope at each particle, between the particles' law and that of the sorted data.

    A particle's own lines all begin where it is. They count half, as the mean of ρ just before and just behind it.
    """
    x, order = x0.sort(dim=1)  # (seeds, n)
    n, m = x.shape[1], len(x1)
    apart = (x1 - x[:, :, None]).abs().clamp(min=1e-9)  # (seeds, particle i, datum j)
    sums = torch.nn.functional.pad((1 / apart).cumsum(dim=2), (1, 0))  # of the j lowest data
    passed = torch.searchsorted(x1, x)  # data below each place k
    below = sums.gather(2, passed[:, None, :].expand(-1, n, -1))  # (seeds, i, k): Σ over data below place k
    above = sums[:, :, -1:] - below
    i, k = torch.arange(n, device=x.device)[:, None], torch.arange(n, device=x.device)
    shares = torch.where(i < k, above, torch.where(i > k, below, (above + below) / 2))
    density = shares.sum(dim=1) / (n * m)
    gap = (k + 0.5).to(x) / n - passed.to(x) / m
    return torch.zeros_like(x).scatter(1, order, gap / density)


@dataclass(frozen=True)
class LineFlow:
    """Particles that follow the critic between them and the data.

    Args:
        times: ε times the number of steps, at each record.
        places: where the particles are, at each record; data: the quantiles of the data.
    """

    times: Float[np.ndarray, " records"]
    places: Float[np.ndarray, "records seeds n"]
    data: Float[np.ndarray, " n"]

    @property
    def distances(self) -> Float[np.ndarray, "records seeds"]:
        """W₂ of the particles to the data's quantiles, exact."""
        return w2_line(self.places, np.broadcast_to(self.data, self.places.shape))


def line_flow(seed: int, seeds: int, n: int, steps: int, rate: float, device: torch.device) -> LineFlow:
    """n particles of each seed, drawn from the noise, each step ε = rate times the slope of the critic; float64."""
    draw = torch.Generator(device).manual_seed(seed)
    x = NOISE.sample(seeds, n, generator=draw)
    data = DATA.quantiles(n)
    x1, places, every = torch.as_tensor(data, device=device), [x], max(1, steps // 40)
    for step in range(1, steps + 1):
        x = x + rate * empirical_slope(x, x1)
        if step % every == 0:
            places.append(x)
    times = rate * every * np.arange(len(places))
    return LineFlow(times, torch.stack(places).cpu().numpy(), data)
