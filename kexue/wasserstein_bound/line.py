"""One dimension: scores with a known error, all pairs, seeds and particles as one tensor."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import torch

from kexue.wasserstein_bound.bound import KAPPA, bound
from kexue.wasserstein_bound.flow import drift, euler, together
from kexue.wasserstein_bound.pairs import Data, Pair, levels
from kexue.wasserstein_bound.transport import coupling, on_line

with suppress(ImportError):  # for the annotations alone, and a GPU machine may lack it
    from jaxtyping import Float

GRID = 20001  # times of the quadrature: its error is below 1e-6 of the bound, see the tests


@dataclass(frozen=True)
class Line:
    """Both sides of the theorem, one for each equation "ODE", "SDE".

    Args:
        times: at which both are read, from T down to 0; a row for each pair.
        wasserstein, coupled, coarse: W₂, the coupling's distance w, and w with steps twice as long.
        bound: the theorem's right side.
        transported: largest distance of the ODE's particles from the quantiles of the data, for each pair; and the
            same with steps twice as long.
    """

    pairs: tuple[Pair, ...]
    times: Float[np.ndarray, "pairs times"]
    wasserstein: dict[str, Float[np.ndarray, "pairs seeds times"]]
    coupled: dict[str, Float[np.ndarray, "pairs seeds times"]]
    coarse: dict[str, Float[np.ndarray, "pairs seeds times"]]
    bound: dict[str, Float[np.ndarray, "pairs times"]]
    transported: Float[np.ndarray, "2 pairs"]

    def steps_cost(self, equation: str, pair: int) -> float:
        """How much w changes at the data if steps are twice as long, at most over seeds."""
        return float(np.abs(self.coupled[equation] - self.coarse[equation])[pair, :, -1].max())

    def ratio(self, equation: str) -> Float[np.ndarray, " pairs"]:
        """Bound over W₂ at the data, which is averaged over seeds."""
        return self.bound[equation][:, -1] / self.wasserstein[equation][:, :, -1].mean(axis=1)


def measure(
    pairs: tuple[Pair, ...], particles: int, seeds: int, steps: int, readings: int, seed: int, device: torch.device
) -> Line:
    """Run both equations on all pairs.

    Args:
        readings: how many times are read after T; divides ``steps`` / 2.
    """
    data = Data(pairs, device)
    x, y = data.start(particles)
    found = {name: _one(name, data, (x, y), 1 if name == "ODE" else seeds, steps, readings, seed) for name in KAPPA}
    times = data.T[:, 0] * torch.linspace(1, 0, readings + 1, device=device, dtype=data.dtype) ** 2
    goal = data.quantiles(levels(x), 0 * data.T)
    ends = [(found["ODE"][key] - goal).abs().amax((1, 2)) for key in ("x", "coarse_x")]
    return Line(
        pairs,
        times.cpu().numpy(),
        *({name: found[name][what] for name in KAPPA} for what in ("wasserstein", "coupled", "coarse")),
        {name: bounds(name, data, x, y, readings) for name in KAPPA},
        torch.stack(ends).cpu().numpy(),
    )


def _one(name: str, data: Data, start: tuple, seeds: int, steps: int, readings: int, seed: int) -> dict:
    """One equation: distances at the readings, and where x ended."""
    fields = tuple(drift(score, KAPPA[name]) for score in (data.score, data.wrong))
    clouds = tuple(cloud.expand(-1, seeds, -1) for cloud in start)
    generator = torch.Generator(data.device).manual_seed(seed) if name == "SDE" else None
    every, read = steps // 2 // readings, {"wasserstein": [], "coupled": [], "coarse": []}
    with torch.inference_mode():
        for k, (_, fine, coarse) in enumerate(together(fields, clouds, data.T, steps, generator)):
            if k % every == 0:
                read["wasserstein"].append(on_line(*fine))
                read["coupled"].append(coupling(*fine))
                read["coarse"].append(coupling(*coarse))
    return {key: torch.stack(rows, -1).cpu().numpy() for key, rows in read.items()} | {
        "x": fine[0],
        "coarse_x": coarse[0],
    }


def first_order(
    pairs: tuple[Pair, ...], particles: int, steps: int, device: torch.device
) -> Float[np.ndarray, " pairs"]:
    """W₂ at the data in the ODE, as Euler's method with equal steps would measure it."""
    data = Data(pairs, device)
    fields = tuple(drift(score, KAPPA["ODE"]) for score in (data.score, data.wrong))
    return on_line(*euler(fields, data.start(particles), data.T, steps))[:, 0].cpu().numpy()


def bounds(name: str, data: Data, x: torch.Tensor, y: torch.Tensor, readings: int) -> np.ndarray:
    """The theorem's right side at the readings, from T down to 0."""
    parts = torch.linspace(0, 1, readings * (GRID // readings) + 1, device=data.device, dtype=data.dtype)
    times, kappa = data.T[:, 0] * parts**2, KAPPA[name]  # (pairs, times)
    t = times[:, None]
    L, error = 0.5 + kappa * data.steepest(t)[:, 0], kappa * data.error(t)[:, 0]
    at = bound(L, error, times, coupling(x, y)[:, 0])
    return at[:, :: GRID // readings].flip(-1).cpu().numpy()
