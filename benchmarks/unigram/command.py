"""Measure, print, save and draw; see the package's docstring for the method."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

import benchmarks.unigram as about
from benchmarks.unigram import costs, report, speed, texts
from benchmarks.unigram.fresh import fresh
from benchmarks.unigram.models import converted, trained
from kexue.errors import KexueError

PARTS = ("speed", "threads", "lengths", "memory", "start")


def count(text: str) -> int:
    """A positive integer of the command line."""
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{number} came, expected an integer of at least 1")
    return number


def sharpness(text: str) -> float:
    """A finite α of the command line."""
    if not 0 <= (alpha := float(text)) < inf:
        raise argparse.ArgumentTypeError(f"{alpha} came, expected a number ≥ 0")
    return alpha


def arguments() -> argparse.Namespace:
    """What to measure."""
    parser = argparse.ArgumentParser("python -m benchmarks.unigram", description=about.__doc__.splitlines()[0])
    add = parser.add_argument
    add(
        "--model",
        type=Path,
        help="a file of BytePiece, SentencePiece or Hugging Face; by default one is trained on pydoc_data.topics",
    )
    add(
        "--vocab-size",
        type=count,
        default=8000,
        help="tokens of the model that is trained, fewer if the text has no more (8000)",
    )
    add("--corpus", type=Path, nargs="+", default=[None], help="UTF-8 text, plain or .gz, or en, zh; en is the default")
    add("--alpha", type=sharpness, default=0.1, help="of sampling (0.1)")
    add("--repeats", type=count, default=5, help="interleaved rounds (5)")
    add("--processes", type=count, default=1, help="repeat the comparison in so many processes (1)")
    add("--threads", type=count, default=2, help="threads whose gain over one is measured (2)")
    add("--only", nargs="+", choices=PARTS, default=PARTS, help="parts to measure, all by default")
    add("-o", "--output", type=Path, help="write the figures here as JSON, and pictures beside it")
    return parser.parse_args()


def measure(args: argparse.Namespace, folder: Path) -> dict:
    """All parts that were asked for; each is printed as soon as it is there."""
    corpora = dict(map(texts.corpus, args.corpus))
    if args.model:
        fresh(converted, args.model, folder)
    else:
        fresh(trained, [texts.corpus()[1]], args.vocab_size, folder)
    common = folder, corpora, args.alpha
    found: dict = {}

    def part(name: str, run, *tables) -> None:
        if name in args.only:
            found[name] = run()
            for table in tables:
                print(f"\n{table(found[name])!r}", flush=True)

    part(
        "speed",
        lambda: [fresh(speed.speeds, *common, args.repeats) for _ in range(args.processes)],
        lambda processes: report.speed_table(report.pooled_rows(processes), args.alpha),
    )
    part(
        "threads",
        lambda: fresh(speed.threads, *common, args.repeats, args.threads),
        lambda gains: report.thread_table(gains, args.threads),
    )
    part("lengths", lambda: fresh(speed.lengths, *common, args.repeats), report.length_table)
    part("memory", lambda: costs.memories(*common), report.memory_table)
    part("start", lambda: costs.starts(*common), report.start_table)
    return found


def write(found: dict, args: argparse.Namespace) -> None:
    """Figures as JSON, and their pictures."""
    from benchmarks.unigram import picture

    stem = args.output.with_suffix("")
    stem.parent.mkdir(parents=True, exist_ok=True)
    asked = {name: str(value) for name, value in vars(args).items()}
    record = {"date": datetime.now(UTC).isoformat(timespec="seconds"), "machine": report.machine(), "asked": asked}
    if "speed" in found:
        record["comparison"] = report.pooled_rows(found["speed"])
        picture.save(picture.ratios(record["comparison"]), stem.with_name(stem.name + "_ratios.svg"))
    if "lengths" in found:
        picture.save(picture.lengths(found["lengths"]), stem.with_name(stem.name + "_lengths.svg"))
    args.output.write_text(json.dumps(record | found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"written: {args.output}")


def main() -> None:
    """Measure and tell."""
    args = arguments()
    print(repr(report.contender_table()))
    try:
        with TemporaryDirectory() as folder:
            found = measure(args, Path(folder))
    except (KexueError, OSError) as error:
        raise SystemExit(f"{type(error).__name__}: {error}") from error
    if args.output:
        write(found, args)
