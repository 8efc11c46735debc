"""``python -m kexue.sgd_regret --preset full -o results.json``: the experiment without Jupyter."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

from kexue.lab.checks import Checks
from kexue.lab.config import choose
from kexue.lab.device import DeviceName, device
from kexue.lab.provenance import commit, versions
from kexue.sgd_regret.experiment import PRESETS, Result, checks, run


def record(result: Result) -> dict:
    """Regrets, bounds and checks with everything needed to make them again."""
    return {
        "config": asdict(result.config),
        "device": result.device,
        "seconds": round(result.seconds, 1),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "versions": versions("torch", "numpy", "scikit-learn", "kexue"),
        "D": result.D,
        "G": result.G,
        "gap": result.gap,
        "horizons": result.horizons.tolist(),
        "bound": {name: result.bound(name).tolist() for name in result.regret},
        "regret": {name: regret.tolist() for name, regret in result.regret.items()},
        "checks": [asdict(check) for check in checks(result)],
    }


def main() -> None:
    """Run, write, and fail if a check does not hold."""
    parser = argparse.ArgumentParser(prog="python -m kexue.sgd_regret", description="SGD's regret on real data.")
    parser.add_argument("--preset", default="quick", choices=PRESETS)
    parser.add_argument("-T", type=int, help="steps; the preset's if left out")
    parser.add_argument("--seeds", type=int, help="sample sequences; the preset's if left out")
    parser.add_argument("--schedule")
    parser.add_argument("--loss")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--device", default="auto", choices=get_args(DeviceName))
    parser.add_argument("-o", "--output", type=Path, required=True, help="where the JSON goes")
    options = vars(parser.parse_args())
    place, output, preset = device(options.pop("device")), options.pop("output"), options.pop("preset")
    result = run(choose(PRESETS, preset, **options), place)
    output.write_text(json.dumps(record(result), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(Checks(checks(result)))


if __name__ == "__main__":
    main()
