"""The experiment as a record (JSON), its tables, and the record of the full preset where it has been made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kexue.lab.provenance import stamp
from kexue.reflow_wgan.equal import PRICE
from kexue.reflow_wgan.experiment import Result
from kexue.reflow_wgan.predictions import checks

if TYPE_CHECKING:
    from kexue.proof.tables import Table

DATA = Path(__file__).parents[1] / "data" / "reflow_wgan"
FULL, LONGER = DATA / "full.json", DATA / "longer.json"
PACKAGES = ("torch", "numpy", "scipy", "POT", "kexue")


def record(result: Result) -> dict[str, Any]:
    """Numbers and checks with everything needed to make them again."""
    single, ends = result.identity.deviations
    trained = result.trained
    return {
        "config": asdict(result.config),
        "device": result.device,
        "seconds": round(result.seconds, 1),
        "parts": result.parts,
        **stamp(*PACKAGES),
        "identity": {"errors": result.identity.errors, "single": single.tolist(), "ends": ends.tolist()},
        "price": list(result.price),
        "slope errors": result.slope_errors,
        "line": {"times": result.line.times.tolist(), "W2": _short(result.line.distances)},
        "plane": plane(result),
        "wgan": {
            "settings": trained.training.settings,
            "iterations": trained.iterations,
            "W2": _short(result.distances),
            "slopes": _short(trained.slopes),
            "floor": result.distance_floor,
            "seconds": round(trained.seconds, 2),
            "FLOP/s": trained.flops / trained.seconds,
            "peak": trained.peak,
            "share of the peak": trained.share,
        },
        "checks": [asdict(check) for check in checks(result)],
    }


def plane(result: Result) -> dict[str, Any]:
    """Steps, spreads and distances of the three fields."""
    flow = result.flow
    return {
        "steps": flow.steps,
        "spread": {name: _short(flow.spread(name)) for name in flow.places},
        "W2": {name: _short(found) for name, found in result.flow_distances.items()},
        "floor": result.flow_floor,
    }


def full() -> dict[str, Any] | None:
    """The record of the full preset on a GPU, where it has been made."""
    return json.loads(FULL.read_text(encoding="utf-8")) if FULL.exists() else None


def longer() -> dict[str, Any]:
    """The record of a run on a CPU that is longer than the quick preset, and ships with the book.

    Made by ``python -m kexue.reflow_wgan --seeds 2 --inner 40 --particles 512 --width 96 --iterations 2000``.
    """
    return json.loads(LONGER.read_text(encoding="utf-8"))


def headline(found: Mapping[str, Any]) -> str:
    """Where and when a record was made, what the three fields came to, and how fast the loop was."""
    plane, wgan, config = found["plane"], found["wgan"], found["config"]
    place = f"{found['device']}, torch {found['versions']['torch']}"
    lines = [
        f"{place}, {found['seconds']:.0f} s in all, {found['finished'][:10]}",
        f"{config['seeds']} seeds; {config['particles']} particles, {config['inner']} regression steps before a move",
        f"WGAN-GP: width {config['width']}, {config['iterations']} iterations, {wgan['FLOP/s'] / 1e9:,.0f} GFLOP/s, "
        f"{wgan['share of the peak']:.0%} of a matmul's {wgan['peak'] / 1e9:,.0f}",
    ]
    for name, found in plane["W2"].items():
        spread, last = np.array(plane["spread"][name][-1]), np.array(found[-1])
        values = [f"{v.mean():.3f} ± {v.std(ddof=1):.3f}" for v in (last, spread)]
        lines.append(f"{name}: W₂ {values[0]}, spread {values[1]}")
    lines.append(f"draws of the data: W₂ {plane['floor']:.3f} in the plane, {wgan['floor']:.3f} for WGAN-GP")
    return "\n".join(lines)


def longer_numbers(found: Mapping[str, Any]) -> dict[str, float | int]:
    """What the page hands on of the longer run: how far the three fields came."""
    ends = {"timed": "v(x, 0)", "timeless": "v(x)", "critic": "∇D(x)"}
    numbers = {f"longer_{key}_end": float(np.mean(found["plane"]["W2"][name][-1])) for key, name in ends.items()}
    spread = float(np.mean(found["plane"]["spread"]["v(x, 0)"][-1]))
    return {**numbers, "longer_timed_spread_end": spread, "longer_inner": found["config"]["inner"]}


def distances(wgan: Mapping[str, Any]) -> Table:
    """W₂ and the critic's slope at the end of WGAN-GP, by setting: mean, spread and range over seeds.

    Args:
        wgan: the entry of that name of a record.
    """
    from kexue.proof.tables import Table  # for pages only: a GPU machine need not have SymPy

    head = ("penalty", "λ", "W₂, mean", "± std", "least", "largest", "|∇D|")
    last, slopes = np.array(wgan["W2"][-1]), np.array(wgan["slopes"][-1])
    rows = [
        (
            f"centred at {'one' if centre else 'zero'}",
            f"{weight:g}",
            *(f"{v:.3f}" for v in (w.mean(), w.std(ddof=1), w.min(), w.max())),
            f"{s.mean():.2f}",
        )
        for (centre, weight), w, s in zip(wgan["settings"], last, slopes, strict=True)
    ]
    return Table("WGAN-GP at the end, over seeds", head, rows)


def numbers(result: Result) -> dict[str, float | int | str]:
    """What the page hands on."""
    single, ends = result.identity.deviations
    errors, slopes = result.identity.errors, result.slope_errors
    found: dict[str, Any] = {
        "seeds": result.config.seeds,
        "quadrature_nodes": max(errors),
        "quadrature_error": errors[max(errors)],
        "single_deviation": single.mean(),
        "ends_deviation": ends.mean(),
        "price": result.price[0],
        "price_predicted": PRICE,
        "price_error": result.price[1],
        "slope_error": slopes[max(slopes)],
        "line_start": result.line.distances[0].mean(),
        "line_end": result.line.distances[-1].mean(),
        "flow_floor": result.flow_floor,
        "wgan_floor": result.distance_floor,
        "wgan_gigaflops": result.trained.flops / result.trained.seconds / 1e9,
        "wgan_share": result.trained.share,
    }
    for key, name in (("timed", "v(x, 0)"), ("timeless", "v(x)"), ("critic", "∇D(x)")):
        spread, distances = result.flow.spread(name), result.flow_distances[name]
        found |= {f"{key}_spread_start": spread[0].mean(), f"{key}_spread_end": spread[-1].mean()}
        found |= {f"{key}_start": distances[0].mean(), f"{key}_end": distances[-1].mean()}
    for (centre, weight), last in zip(result.trained.training.settings, result.distances[-1], strict=True):
        found[f"wgan_{'one' if centre else 'zero'}_{weight:g}"] = last.mean()
    return found


def _short(values: np.ndarray) -> list:
    """With five digits, which is more than any of them is certain of."""
    return np.vectorize(lambda v: float(f"{v:.5g}"))(values).tolist()
