"""``python -m kexue.perfect_sampling --preset full -o results.json``: the experiment without Jupyter."""

from __future__ import annotations

import platform
from dataclasses import asdict

from kexue.lab.command import execute, parser
from kexue.lab.provenance import stamp
from kexue.perfect_sampling.contest import Trial
from kexue.perfect_sampling.experiment import PRESETS, Result, run
from kexue.perfect_sampling.predictions import checks
from kexue.perfect_sampling.regularization import Dose, label
from kexue.unigram.peers import installed


def record(result: Result) -> dict:
    """Laws, times, doses and checks with everything needed to make them again."""
    peers = sorted({peer.module for peer in installed()})
    return {
        "config": asdict(result.config),
        "machine": f"{platform.machine()}, {platform.system()}",
        "seconds": round(result.seconds, 1),
        **stamp("numpy", "numba", "scipy", "kexue", *peers),
        "laws": [_law(trial) for trial in result.trials],
        "sheet": [
            {"sampler": row.name, "exact": asdict(row.to_exact), "own": asdict(row.to_own), "gap": row.gap}
            for row in result.rows
        ],
        "extremes": result.extremes,
        "one line": [asdict(growth) for growth in result.one_line],
        "lines": [asdict(growth) for growth in result.lines],
        "doses": {name: [_dose(dose) for dose in found] for name, found in result.doses.items()},
        "checks": [asdict(check) for check in checks(result)],
    }


def _law(trial: Trial) -> dict:
    kept = {name: getattr(trial, name) for name in ("sampler", "own", "text", "alpha", "gap")}
    return {**kept, "exact": asdict(trial.to_exact), "p": trial.to_exact.p, "p own": trial.to_own.p}


def _dose(dose: Dose) -> dict:
    size = dose.size
    return {
        "alpha": label(dose.alpha),
        "tokens per byte": dose.expected / size,
        "drawn tokens per byte": float(dose.counts.mean()) / size,
        "nats per byte": dose.entropy / size,
        "survival": float(dose.survival.mean()),
    }


def main() -> None:
    """Run, write, and fail if a check does not hold."""
    command = parser("perfect_sampling", "Laws of samplers.", PRESETS, gpu=False)
    command.add_argument("--draws", type=int, help="of every sampler for every law; the preset's if left out")
    command.add_argument("--length", type=int, help="bytes of the longest text that is timed")
    command.add_argument("--size", type=int, help="bytes of the texts that are segmented at every alpha")
    command.add_argument("--samples", type=int, help="segmentations of each of these")
    command.add_argument("--alpha", type=float)
    command.add_argument("--patience", type=float, help="CPU seconds that one timed call may take")
    command.add_argument("--model", help="a model file in place of the one that is trained")
    command.add_argument("--corpus", help="a text file in place of CPython's documentation")
    execute(vars(command.parse_args()), PRESETS, run, record, checks)


if __name__ == "__main__":
    main()
