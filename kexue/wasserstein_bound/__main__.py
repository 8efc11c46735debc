"""``python -m kexue.wasserstein_bound --preset full -o results.json``: the experiment without Jupyter."""

from __future__ import annotations

from kexue.lab.command import execute, parser
from kexue.wasserstein_bound.experiment import PRESETS, run
from kexue.wasserstein_bound.predictions import checks
from kexue.wasserstein_bound.report import record


def main() -> None:
    """Run, write, and fail if a check does not hold."""
    command = parser("wasserstein_bound", "Both sides of W-distance ≤ score matching.", PRESETS)
    for name in ("particles", "seeds", "steps", "nets", "iterations", "cloud"):
        command.add_argument(f"--{name}", type=int, help="the preset's if left out")
    command.add_argument("--delta", type=float, help="error of the score on the line")
    execute(vars(command.parse_args()), PRESETS, run, record, checks)


if __name__ == "__main__":
    main()
