"""What is kept of a run, as data, and how the page shows it."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kexue.lab.provenance import stamp
from kexue.monoflow.experiment import Result
from kexue.monoflow.heights import HEIGHTS
from kexue.monoflow.predictions import checks
from kexue.monoflow.ring import Training

if TYPE_CHECKING:
    from kexue.proof.tables import Table

FULL = Path(__file__).parents[1] / "data" / "monoflow" / "full.json"
PACKAGES = ("torch", "numpy", "scipy", "POT")


def record(result: Result) -> dict[str, Any]:
    """The run's numbers with everything needed to make them again."""
    training, chase, flow = result.training, result.chase, result.flow
    reached = training.flops / training.seconds
    return {
        "config": asdict(result.config),
        "device": result.device,
        "machine": f"{platform.machine()}, {platform.system()}",
        "seconds": round(result.seconds, 1),
        **stamp(*PACKAGES),
        "training seconds": round(training.seconds, 2),
        "FLOP": training.flops,
        "FLOP/s": reached,
        "peak FLOP/s": result.peak,
        "of peak": reached / result.peak,
        "grid": {"kl": dict(zip(flow.names, flow.kl[-1].tolist(), strict=True)), "start": float(flow.kl[0, 0])},
        "critics": {
            name: {"start": chase.distance[0, i].tolist(), "end": chase.distance[-1, i].tolist()}
            for i, name in enumerate(chase.names)
        },
        "critics' floor": chase.floor,
        "generators": _generators(training),
        "eager": _generators(result.eager),
        "rounds": training.rounds.tolist(),
        "generators' floor": training.floor.tolist(),
        "checks": [asdict(check) | {"holds": check.holds} for check in checks(result)],
    }


def _generators(training: Training) -> list[dict[str, Any]]:
    return [
        {"loss": s.loss, "k": s.k, "w2": training.distance[:, i].tolist(), "modes": training.modes[i].tolist()}
        for i, s in enumerate(training.settings)
    ]


def full(path: Path = FULL) -> dict[str, Any] | None:
    """The record of the full preset that ships with the book, or None where there is none yet."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def spread(values: list[float], form: str = ".2f") -> str:
    """Mean ± standard deviation over seeds."""
    return f"{np.mean(values):{form}} ± {np.std(values, ddof=1):{form}}"


def generators(found: Mapping[str, Any], which: str = "generators") -> Table:
    """W₂ and covered modes at the end, by setting; ``which`` may be "eager", of the critic that is trained longer."""
    from kexue.proof.tables import Table  # for pages only: a GPU machine need not have SymPy

    rows = [(row["loss"], str(row["k"]), spread(row["w2"][-1]), f"{np.mean(row['modes']):.1f}") for row in found[which]]
    return Table("Generators, mean ± standard deviation over seeds", ("loss", "K", "W₂ at the end", "modes of 8"), rows)


def critics(found: Mapping[str, Any]) -> Table:
    """W₂ of the particles before and after, by h."""
    from kexue.proof.tables import Table

    rows = [
        (HEIGHTS[name].label, HEIGHTS[name].loss or "none", spread(row["start"]), spread(row["end"], ".3f"))
        for name, row in found["critics"].items()
    ]
    head = ("h", "generator's loss", "W₂ at the start", "W₂ at the end")
    return Table("Particles that follow a critic, mean ± standard deviation over seeds", head, rows)


def summary(found: Mapping[str, Any]) -> str:
    """Where and how a record was made, in one line."""
    config, versions_, held = found["config"], found["versions"], sum(check["holds"] for check in found["checks"])
    return (
        f"{found['device']}, torch {versions_['torch']}, {config['seeds']} seeds from {config['seed']}, "
        f"{held} of {len(found['checks'])} checks hold; "
        f"{found['seconds']:.0f} s; training at {found['FLOP/s'] / 1e12:.3g} TFLOP/s in float32, "
        f"{found['of peak']:.0%} of the measured peak; commit {found['commit'][:12]}"
    )


def numbers(result: Result) -> dict[str, float | int]:
    """What the page's prose shows."""
    flow, chase, training = result.flow, result.chase, result.training
    found: dict[str, float | int] = {
        "travel_error": result.travels[-1].error,
        "kl_start": flow.kl[0, 0],
        "collapse": result.collapse,
        "chase_start": chase.distance[0].mean(),
        "chase_floor": chase.floor,
        "gan_start": training.distance[0].mean(),
        "gan_floor": training.floor.mean(),
        "largest_k": max(result.config.ks),
        "mismatch": flow.mismatch().max(),
        "twins": result.twins,
        "same_end": float(abs(training.final("adversarial", 1) - training.final("regression", 1)).max()),
    }
    found |= {f"kl_{name}": flow.kl[-1, i] for i, name in enumerate(flow.names)}
    found |= {f"chase_{name}": chase.distance[-1, i].mean() for i, name in enumerate(chase.names)}
    for i, setting in enumerate(training.settings):
        found[f"{setting.loss}_{setting.k}"] = training.distance[-1, i].mean()
        found[f"{setting.loss}_{setting.k}_modes"] = training.modes[i].mean()
    for i, setting in enumerate(result.eager.settings):
        found[f"eager_{setting.loss}_{setting.k}"] = result.eager.distance[-1, i].mean()
    last = {loss: f"{loss}_{max(result.config.ks)}" for loss in ("adversarial", "regression")}
    found |= {f"{loss}_last": found[key] for loss, key in last.items()}
    return found | {f"{loss}_last_modes": found[f"{key}_modes"] for loss, key in last.items()}
