"""``python -m kexue.reflow_wgan --preset full -o results.json``: the experiment without Jupyter."""

from __future__ import annotations

from kexue.lab.command import execute, parser
from kexue.reflow_wgan.experiment import PRESETS, run
from kexue.reflow_wgan.predictions import checks
from kexue.reflow_wgan.report import record


def main() -> None:
    """Run, write, and fail if a check does not hold."""
    command = parser("reflow_wgan", "From ReFlow to WGAN-GP.", PRESETS)
    command.add_argument("--seeds", type=int, help="the preset's if left out, like all that follow")
    command.add_argument("--iterations", type=int, help="steps of WGAN-GP's generator")
    command.add_argument("--width", type=int, help="of WGAN-GP's networks")
    command.add_argument("--outer", type=int, help="moves of the particles in the plane")
    command.add_argument("--inner", type=int, help="regression steps before each move")
    command.add_argument("--particles", type=int, help="in the plane, a multiple of 8")
    command.add_argument("--pairs", type=int, help="for the cross term of each random critic")
    execute(vars(command.parse_args()), PRESETS, run, record, checks)


if __name__ == "__main__":
    main()
