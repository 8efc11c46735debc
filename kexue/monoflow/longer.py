"""Two runs that a page has no time for: critics of one, five or 25 steps a round, and particles with more time.

Minutes on one CPU core. Their record ships with the book and is made again by

    python -m kexue.monoflow.longer -o kexue/data/monoflow/longer.json
"""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from kexue.lab.device import describe, one_thread
from kexue.lab.provenance import stamp
from kexue.monoflow import critics, ring
from kexue.monoflow.heights import HEIGHTS
from kexue.monoflow.report import PACKAGES, spread

if TYPE_CHECKING:
    from kexue.proof.tables import Table

KEPT = Path(__file__).parents[1] / "data" / "monoflow" / "longer.json"
SIZES = {"seeds": 3, "rounds": 400, "width": 32, "batch": 64, "points": 256}
INNER = (1, 5, 25)  # critic steps a round
K = 20  # generator steps a round
PARTICLES, OUTER, TIMES = 192, 400, (12.0, 30.0)


def run(
    inner: Sequence[int] = INNER, sizes: Mapping[str, int] = SIZES, outer: int = OUTER, seed: int = 0
) -> dict[str, Any]:
    """Both runs, with everything needed to make them again.

    Args:
        inner: critic steps a round, a training for each.
        sizes: the arguments of `ring.train`.
        outer: steps of the particles.
    """
    started, place = time.perf_counter(), torch.device("cpu")
    with one_thread():
        trained = {steps: ring.train((K,), **sizes, device=place, seed=seed, inner=steps) for steps in inner}
        chase = critics.chase(sizes["seeds"], PARTICLES, outer, 32, place, seed=seed, horizon=TIMES[-1])
    return {
        "config": {**sizes, "k": K, "particles": PARTICLES, "outer": outer, "seed": seed},
        "device": describe(place),
        "seconds": round(time.perf_counter() - started, 1),
        **stamp(*PACKAGES),
        "generators": [_ends(steps, i, found) for steps, found in trained.items() for i in range(len(ring.LOSSES))],
        "critics": {
            name: {f"{t:g}": _short(chase.distance[np.abs(chase.times - t).argmin(), i]) for t in (0, *TIMES)}
            for i, name in enumerate(chase.names)
        },
    }


def _ends(steps: int, i: int, found: ring.Training) -> dict[str, Any]:
    modes, start, end = found.modes[i].tolist(), *(_short(found.distance[k, i]) for k in (0, -1))
    return {"critic steps": steps, "loss": found.settings[i].loss, "start": start, "w2": end, "modes": modes}


def _short(values: np.ndarray) -> list[float]:
    return values.astype(float).round(4).tolist()


def kept() -> dict[str, Any]:
    """The record that ships with the book."""
    return json.loads(KEPT.read_text(encoding="utf-8"))


def generators(found: Mapping[str, Any]) -> Table:
    """W₂ and covered modes at the end, by critic steps and loss."""
    from kexue.proof.tables import Table  # for pages only: running needs no SymPy

    rows = [
        (str(row["critic steps"]), row["loss"], spread(row["w2"]), f"{np.mean(row['modes']):.1f}")
        for row in found["generators"]
    ]
    config = found["config"]
    caption = f"{config['rounds']} rounds of K = {config['k']}, mean ± standard deviation over {config['seeds']} seeds"
    return Table(caption, ("critic steps a round", "loss", "W₂ at the end", "modes of 8"), rows)


def particles(found: Mapping[str, Any]) -> Table:
    """W₂ of the particles at the times kept, by h."""
    from kexue.proof.tables import Table

    rows = [(HEIGHTS[name].label, *(spread(w2, ".3f") for w2 in at.values())) for name, at in found["critics"].items()]
    head = ("h", *(f"W₂ at t = {t}" for t in next(iter(found["critics"].values()))))
    return Table(f"Particles that are given more time, {found['config']['seeds']} seeds", head, rows)


def summary(found: Mapping[str, Any]) -> str:
    """Where and when it was made."""
    return f"{found['device']}, torch {found['versions']['torch']}, {found['finished'][:10]}, {found['seconds']:.0f} s"


def main() -> None:
    """The command."""
    command = ArgumentParser(prog="python -m kexue.monoflow.longer", description="Generators and particles, longer.")
    command.add_argument("-o", "--output", type=Path, default=KEPT, help="where the JSON goes")
    output = command.parse_args().output
    output.write_text(json.dumps(run(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
