"""``python -m kexue.quanta_scaling --preset full -o results.json``: the experiment without Jupyter."""

from __future__ import annotations

from kexue.lab.command import execute, parser
from kexue.quanta_scaling.experiment import PRESETS, run
from kexue.quanta_scaling.predictions import checks
from kexue.quanta_scaling.report import record


def main() -> None:
    """Run, write, and fail if a check does not hold."""
    command = parser("quanta_scaling", "Power laws from quanta.", PRESETS)
    command.add_argument("--seeds", type=int, help="repetitions; the preset's if left out")
    command.add_argument("--gammas", type=float, nargs="+", help="exponents of the frequencies, increasing")
    command.add_argument("--tasks", type=int)
    command.add_argument("--bits", type=int)
    command.add_argument("--size", type=int, help="bits that a task looks at")
    command.add_argument("--widths", type=int, nargs="+", help="of the networks on fresh samples, increasing")
    command.add_argument("--batch", type=int)
    command.add_argument("--steps", type=int)
    command.add_argument("--samples", type=int, nargs="+", help="sizes of the limited data, increasing")
    command.add_argument("--width", type=int, help="of the networks on limited data")
    command.add_argument("--batch-limited", type=int)
    command.add_argument("--steps-limited", type=int)
    command.add_argument("--rate", type=float, help="of AdamW")
    command.add_argument("--quanta", type=int, help="of the simulation without networks")
    options = vars(command.parse_args())
    for name in ("gammas", "widths", "samples"):
        options[name] = options[name] and tuple(options[name])
    execute(options, PRESETS, run, record, checks)


if __name__ == "__main__":
    main()
