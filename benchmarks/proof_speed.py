"""How long it takes to check the ledgers of the book, and which of their steps takes longest.

Every derivation page is run as the book runs it, and each step is timed with its search for multipliers and its
confirmation at random points.

    python benchmarks/proof_speed.py
"""

from __future__ import annotations

from time import perf_counter

from kexue.lab.ledgers import derivations, derived
from kexue.proof import Ledger
from kexue.proof.tables import Table

HEAD = ("chapter", "ledger", "steps", "seconds", "slowest step", "takes")


def timed(add):
    """A ledger's way to add a step, with the seconds since that was asked for kept with the step."""

    def adding(self, *args, **options):
        start = perf_counter()
        step = add(self, *args, **options)
        step.seconds = perf_counter() - start
        return step

    return adding


def row(slug: str, ledger: Ledger) -> tuple:
    """A line of the table."""
    slowest = max(ledger.steps, key=lambda step: step.seconds)
    total = sum(step.seconds for step in ledger.steps)
    name = f"{slowest.label} {slowest.name or slowest.why}"
    return slug, ledger.title, len(ledger.steps), f"{total:.2f}", name, f"{slowest.seconds:.2f}"


def main() -> None:
    """Time every ledger and print the table."""
    Ledger._add = timed(Ledger._add)  # the one place through which every step comes
    found = [derived(slug, page) for slug, page in derivations().items()]
    rows = [row(each.slug, ledger) for each in found for ledger in each.ledgers]
    print(repr(Table("Checking the ledgers of the book", HEAD, rows)))


if __name__ == "__main__":
    main()
