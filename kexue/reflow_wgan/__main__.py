"""``python -m kexue.reflow_wgan --preset full -o results.json``: the experiment without Jupyter."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import get_args

from kexue.lab.checks import Checks
from kexue.lab.config import choose
from kexue.lab.device import DeviceName, device
from kexue.reflow_wgan.experiment import PRESETS, run
from kexue.reflow_wgan.predictions import checks
from kexue.reflow_wgan.report import record


def main() -> None:
    """Run, write, and fail if a check does not hold."""
    parser = argparse.ArgumentParser(prog="python -m kexue.reflow_wgan", description="From ReFlow to WGAN-GP.")
    parser.add_argument("--preset", default="quick", choices=PRESETS)
    parser.add_argument("--seeds", type=int, help="the preset's if left out, like all that follow")
    parser.add_argument("--iterations", type=int, help="steps of WGAN-GP's generator")
    parser.add_argument("--width", type=int, help="of WGAN-GP's networks")
    parser.add_argument("--outer", type=int, help="moves of the particles in the plane")
    parser.add_argument("--pairs", type=int, help="for the cross term of each random critic")
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
