"""``python -m kexue.monoflow --preset full -o results.json``: the experiment without Jupyter."""

from __future__ import annotations

from kexue.lab.command import execute, parser
from kexue.monoflow.experiment import PRESETS, run
from kexue.monoflow.predictions import checks
from kexue.monoflow.report import record


def main() -> None:
    """Run, write, and fail if a check does not hold."""
    command = parser("monoflow", "GANs as diffusion ODEs.", PRESETS)
    command.add_argument("--seeds", type=int, help="repetitions; the preset's if left out")
    command.add_argument("--particles", type=int, help="that follow a critic")
    command.add_argument("--outer", type=int, help="steps that they take")
    command.add_argument("--cells", type=int, help="of the grid")
    command.add_argument("--rounds", type=int, help="of the generators' training")
    command.add_argument("--ks", type=int, nargs="+", help="generator steps a round, 1 among them")
    command.add_argument("--width", type=int)
    command.add_argument("--batch", type=int)
    command.add_argument("--points", type=int, help="that a distance is measured with")
    options = vars(command.parse_args())
    options["ks"] = options["ks"] and tuple(options["ks"])
    execute(options, PRESETS, run, record, checks)


if __name__ == "__main__":
    main()
