"""The experiment's results as tables for the page, in HTML, with a plain text beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from kexue.perfect_sampling.contest import Trial
from kexue.perfect_sampling.sheet import Row


class Table:
    """A table.

    Args:
        head: what its columns are.
        rows: texts.
    """

    def __init__(self, head: Sequence[str], rows: Iterable[Sequence[str]]):
        self.head, self.rows = tuple(head), [tuple(row) for row in rows]

    def __repr__(self) -> str:
        lines = [self.head, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in lines)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(cell)}</th>" for cell in self.head)
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in self.rows)
        table = f'<table class="table checks"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        return f'<div style="overflow-x: auto">{table}</div>'


def probability(p: float) -> str:
    """A p-value in two digits.

    >>> probability(0.5), probability(0), probability(2e-30)
    ('0.50', '< 1e-300', '2e-30')
    """
    if p < 1e-300:
        return "< 1e-300"
    return f"{p:.2f}" if p >= 0.01 else f"{p:.0e}"


def laws(trials: Sequence[Trial]) -> Table:
    """χ², its degrees of freedom and its p against the exact law, and against the sampler's own."""
    head = ("sampler", "word", "α", "draws", "χ² exact", "df", "p exact", "TV", "its own law", "TV of laws", "p own")
    return Table(head, map(_law, trials))


def _law(trial: Trial) -> tuple[str, ...]:
    to, own = trial.to_exact, trial.to_own
    same = trial.own == "exact"
    return (
        trial.sampler,
        trial.text,
        f"{trial.alpha:g}",
        str(to.draws),
        f"{to.statistic:.1f}",
        str(to.df),
        probability(to.p) if to.df else "–",
        f"{to.distance:.4f}",
        trial.own,
        "" if same else f"{trial.gap:.4f}",
        "" if same else probability(own.p) if own.df else "–",
    )


def small(rows: Sequence[Row]) -> Table:
    """The same of the small lattice."""
    head = ("sampler", "draws", "χ² exact", "df", "p exact", "TV", "TV of its law", "p own")
    return Table(
        head,
        (
            (
                row.name,
                str(row.to_exact.draws),
                f"{row.to_exact.statistic:.1f}",
                str(row.to_exact.df),
                probability(row.to_exact.p),
                f"{row.to_exact.distance:.4f}",
                f"{row.gap:.4f}",
                probability(row.to_own.p),
            )
            for row in rows
        ),
    )
