"""``python -m kexue.sgd_regret --preset full -o results.json``: the experiment without Jupyter."""

from __future__ import annotations

from dataclasses import asdict

from kexue.lab.command import execute, parser
from kexue.lab.provenance import stamp
from kexue.sgd_regret.experiment import PRESETS, Result, checks, run


def record(result: Result) -> dict:
    """Regrets, bounds and checks with everything needed to make them again."""
    return {
        "config": asdict(result.config),
        "device": result.device,
        "seconds": round(result.seconds, 1),
        **stamp("torch", "numpy", "scikit-learn", "kexue"),
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
    command = parser("sgd_regret", "SGD's regret on real data.", PRESETS)
    command.add_argument("-T", type=int, help="steps; the preset's if left out")
    command.add_argument("--seeds", type=int, help="sample sequences; the preset's if left out")
    command.add_argument("--schedule")
    command.add_argument("--loss")
    execute(vars(command.parse_args()), PRESETS, run, record, checks)


if __name__ == "__main__":
    main()
