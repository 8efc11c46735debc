"""``python -m kexue.tied_embedding --preset full -o results.json``: the experiment without Jupyter."""

from __future__ import annotations

import sys
from functools import partial

from kexue.lab.command import execute, parser
from kexue.tied_embedding.experiment import PRESETS, run
from kexue.tied_embedding.predictions import checks
from kexue.tied_embedding.report import record


def main() -> None:
    """Run, write, and fail if a check does not hold."""
    command = parser("tied_embedding", "Sharing the output embedding.", PRESETS)
    command.add_argument("--seeds", type=int, help="the preset's if left out, like all that follow")
    command.add_argument(
        "--corpus", help="a text in UTF-8 for the language models; CPython's documentation if left out"
    )
    command.add_argument("--vocabulary", type=int, help="tokens of the model that cuts it")
    command.add_argument("--tokens", help="tokens in place of both, by `python -m kexue.lab.corpus -o tokens.npz`")
    command.add_argument(
        "--case",
        dest="cases",
        nargs=3,
        metavar=("d", "σ", "n"),
        action="append",
        help="of drawn embeddings; repeatable",
    )
    command.add_argument("--rows", type=int, help="tokens of each seed whose first loss is taken")
    command.add_argument("--d", type=int, help="dimension of the language models")
    command.add_argument("--layers", type=int)
    command.add_argument("--steps", type=int, help="of their training")
    command.add_argument("--batch", type=int)
    command.add_argument("--time", type=int, help="tokens of each text of a batch")
    command.add_argument("--rate", type=float, help="Adam's")
    command.add_argument("--bigram-steps", type=int)
    say = partial(print, file=sys.stderr, flush=True)
    options = vars(command.parse_args())
    options["cases"] = options["cases"] and tuple((int(d), float(s), int(n)) for d, s, n in options["cases"])
    execute(options, PRESETS, partial(run, say=say), record, checks)


if __name__ == "__main__":
    main()
