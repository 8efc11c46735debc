"""``python -m kexue.viterbi_sampling --preset full -o results.json``: the experiment without Jupyter."""

from __future__ import annotations

from dataclasses import asdict

from kexue.lab.checks import Check
from kexue.lab.command import execute, parser
from kexue.lab.provenance import stamp
from kexue.unigram.peers import installed
from kexue.viterbi_sampling.experiment import ORDERS, PRESETS, SIZES, Result, checks, checks_of_draws, run


def record(result: Result) -> dict:
    """Distances, inversions, times and checks with everything needed to make them again."""
    return {
        "config": asdict(result.config),
        "seconds": round(result.seconds, 1),
        **stamp("numpy", "numba", "kexue", *(peer.module for peer in installed())),
        "numbers": result.numbers(),
        "alphas": result.config.alphas.tolist(),
        "segmentations": {name: bias.counts.tolist() for name, bias in result.bias.items()},
        "distances": _of_orders(result, lambda bias, order: bias.distances(order).mean(axis=0).tolist()),
        "inverted": _of_orders(result, lambda bias, order: bias.inverted(order).mean(axis=0).tolist()),
        "n": list(SIZES),
        "lost": {name: lost.mean(axis=0).tolist() for name, lost in result.lost.items()},
        "speeds": asdict(result.speeds),
        "checks": [asdict(check) for check in every_check(result)],
    }


def every_check(result: Result) -> tuple[Check, ...]:
    """Also of what is drawn without a seed."""
    return (*checks(result), *checks_of_draws(result))


def _of_orders(result: Result, value) -> dict:
    return {name: {order: value(bias, order) for order in ORDERS} for name, bias in result.bias.items()}


def main() -> None:
    """Run, write, and fail if a check does not hold."""
    command = parser("viterbi_sampling", "Viterbi sampling, measured.", PRESETS, gpu=False)
    command.add_argument("--alpha", type=float, help="sharpness; the preset's if left out")
    for name in ("strings", "windows", "draws", "size", "rounds"):
        command.add_argument(f"--{name}", type=int)
    command.add_argument("--model", help="a model file; trained on the text if left out")
    command.add_argument("--corpus", help="a text, or en or zh; both if left out")
    execute(vars(command.parse_args()), PRESETS, run, record, every_check)


if __name__ == "__main__":
    main()
