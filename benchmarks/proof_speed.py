"""How long it takes to check the ledgers of the book, and which of their steps takes longest.

Every derivation page is run as the book runs it. Each step is timed with its search for multipliers, for a model of its
hypotheses, and with its confirmation at random points; times are those of one processor, whatever else the machine
does. They are set against what the checker promises: two minutes for all ledgers, five seconds for a step.

    python benchmarks/proof_speed.py
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import process_time

from kexue.lab.ledgers import derivations, derived
from kexue.proof import Ledger
from kexue.proof.tables import Table

HEAD = ("chapter", "ledger", "steps", "seconds", "slowest step", "takes")
ALL, STEP = 120, 5  # seconds of one processor


def timed(add: Callable) -> Callable:
    """A ledger's way to add a step, with the seconds since that was asked for kept with the step."""

    def adding(self, *args, **options):
        start = process_time()
        step = add(self, *args, **options)
        step.seconds = process_time() - start
        return step

    return adding


def of_pages() -> Iterator[tuple[str, tuple[Ledger, ...]]]:
    """The ledgers of the derivation pages."""
    for slug, page in derivations().items():
        yield slug, derived(slug, page).ledgers


def row(slug: str, ledger: Ledger) -> tuple:
    """A line of the table."""
    slowest = max(ledger.steps, key=lambda step: step.seconds)
    total = sum(step.seconds for step in ledger.steps)
    name = f"{slowest.label} {slowest.name or slowest.why}"
    return slug, ledger.title, len(ledger.steps), f"{total:.2f}", name, f"{slowest.seconds:.2f}"


def against(what: str, seconds: float, limit: float) -> str:
    """A time beside its limit."""
    over = " — OVER THE LIMIT" if seconds > limit else ""
    return f"{what}: {seconds:.1f} s, {seconds / limit:.2f} of its limit of {limit} s{over}"


def main() -> None:
    """Time every ledger and print the table."""
    Ledger._add = timed(Ledger._add)  # the one place through which every step comes
    found, start = [], process_time()
    for slug, ledgers in of_pages():
        found += [(slug, ledger) for ledger in ledgers]
    total = process_time() - start
    steps = [step for _, ledger in found for step in ledger.steps]
    print(repr(Table("Checking the ledgers of the book", HEAD, [row(*each) for each in found])))
    print(f"{len(steps)} steps")
    print(against("all ledgers", total, ALL))
    slow = max(steps, key=lambda step: step.seconds)
    print(against(f"the slowest step, “{slow.name or slow.why}”", slow.seconds, STEP))


if __name__ == "__main__":
    main()
