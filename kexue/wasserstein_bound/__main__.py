"""``python -m kexue.wasserstein_bound --preset full -o results.json``: the experiment without Jupyter."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import get_args

from kexue.lab.checks import Checks
from kexue.lab.config import choose
from kexue.lab.device import DeviceName, device
from kexue.wasserstein_bound.experiment import PRESETS, run
from kexue.wasserstein_bound.predictions import checks
from kexue.wasserstein_bound.report import record


def main() -> None:
    """Run, write, and fail if a check does not hold."""
    parser = argparse.ArgumentParser(
        prog="python -m kexue.wasserstein_bound", description="Both sides of W-distance ≤ score matching."
    )
    parser.add_argument("--preset", default="quick", choices=PRESETS)
    for name in ("particles", "seeds", "steps", "nets", "iterations", "cloud", "seed"):
        parser.add_argument(f"--{name}", type=int, help="the preset's if left out")
    parser.add_argument("--delta", type=float, help="error of the score on the line")
    parser.add_argument("--device", default="auto", choices=get_args(DeviceName))
    parser.add_argument("-o", "--output", type=Path, required=True, help="where the JSON goes")
    options = vars(parser.parse_args())
    place, output, preset = device(options.pop("device")), options.pop("output"), options.pop("preset")
    result = run(choose(PRESETS, preset, **options), place)
    output.write_text(json.dumps(record(result), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(Checks(checks(result)))


if __name__ == "__main__":
    main()
