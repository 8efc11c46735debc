"""``python -m kexue.monoflow --preset full -o results.json``: the experiment without Jupyter."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import get_args

from kexue.lab.checks import Checks
from kexue.lab.config import choose
from kexue.lab.device import DeviceName, device
from kexue.monoflow.experiment import PRESETS, run
from kexue.monoflow.predictions import checks
from kexue.monoflow.report import record, summary


def main() -> None:
    """Run, write, and fail if a check does not hold."""
    parser = argparse.ArgumentParser(prog="python -m kexue.monoflow", description="GANs as diffusion ODEs.")
    parser.add_argument("--preset", default="quick", choices=PRESETS)
    parser.add_argument("--seeds", type=int, help="repetitions; the preset's if left out")
    parser.add_argument("--particles", type=int, help="that follow a critic")
    parser.add_argument("--outer", type=int, help="steps that they take")
    parser.add_argument("--cells", type=int, help="of the grid")
    parser.add_argument("--rounds", type=int, help="of the generators' training")
    parser.add_argument("--ks", type=int, nargs="+", help="generator steps a round, 1 among them")
    parser.add_argument("--width", type=int)
    parser.add_argument("--batch", type=int)
    parser.add_argument("--points", type=int, help="that a distance is measured with")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--device", default="auto", choices=get_args(DeviceName))
    parser.add_argument("-o", "--output", type=Path, required=True, help="where the JSON goes")
    options = vars(parser.parse_args())
    place, output, preset = device(options.pop("device")), options.pop("output"), options.pop("preset")
    options["ks"] = tuple(options["ks"]) if options["ks"] else None
    result = run(choose(PRESETS, preset, **options), place)
    found = record(result, place)
    output.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(summary(found))
    print(Checks(checks(result)))


if __name__ == "__main__":
    main()
