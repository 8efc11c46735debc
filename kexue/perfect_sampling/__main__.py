"""``python -m kexue.perfect_sampling --preset full -o results.json``: the experiment without Jupyter."""

from __future__ import annotations

import argparse
import json
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from kexue.lab.checks import Checks
from kexue.lab.config import choose
from kexue.lab.provenance import commit, versions
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
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "versions": versions("numpy", "numba", "scipy", "kexue", *peers),
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
    parser = argparse.ArgumentParser(prog="python -m kexue.perfect_sampling", description="Laws of samplers.")
    parser.add_argument("--preset", default="quick", choices=PRESETS)
    parser.add_argument("--draws", type=int, help="of every sampler for every law; the preset's if left out")
    parser.add_argument("--length", type=int, help="bytes of the longest text that is timed")
    parser.add_argument("--size", type=int, help="bytes of the texts that are segmented at every alpha")
    parser.add_argument("--samples", type=int, help="segmentations of each of these")
    parser.add_argument("--alpha", type=float)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--patience", type=float, help="CPU seconds that one timed call may take")
    parser.add_argument("--model", help="a model file in place of the one that is trained")
    parser.add_argument("--corpus", help="a text file in place of CPython's documentation")
    parser.add_argument("-o", "--output", type=Path, required=True, help="where the JSON goes")
    options = vars(parser.parse_args())
    output, preset = options.pop("output"), options.pop("preset")
    result = run(choose(PRESETS, preset, **options))
    output.write_text(json.dumps(record(result), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(Checks(checks(result)))


if __name__ == "__main__":
    main()
