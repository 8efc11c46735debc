"""``python -m kexue.sign_optimizers --preset full -o results.json``: the experiment without Jupyter."""

from __future__ import annotations

import sys
import time
from functools import partial

from kexue.lab.command import execute, parser
from kexue.sign_optimizers.experiment import PRESETS, run
from kexue.sign_optimizers.predictions import checks
from kexue.sign_optimizers.report import record

WHOLE = ("seeds", "vocabulary", "batch", "steps", "slow_steps", "chains", "model_vocabulary", "width", "layers")
WHOLE += ("context", "model_batch", "model_steps")


def main() -> None:
    """Run, write, and fail if a check does not hold."""
    command = parser("sign_optimizers", "Embedding outliers under Lion and Tiger.", PRESETS)
    for name in WHOLE:
        command.add_argument(f"--{name.replace('_', '-')}", type=int, help="the preset's if left out; see Config")
    for name in ("lr", "weight_decay", "model_lr"):
        command.add_argument(f"--{name.replace('_', '-')}", type=float)
    command.add_argument("--tokens", help="zipf, text, or a file of `kexue.lab.corpus`; the preset's if left out")
    started = time.perf_counter()

    def tell(what: str) -> None:
        print(f"{time.perf_counter() - started:.0f} s: {what}", file=sys.stderr, flush=True)

    execute(vars(command.parse_args()), PRESETS, partial(run, tell=tell), record, checks)


if __name__ == "__main__":
    main()
