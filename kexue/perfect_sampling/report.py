"""The experiment's results as tables in HTML and in text, and as the numbers that the page hands on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from math import log

from kexue.perfect_sampling.contest import Trial
from kexue.perfect_sampling.experiment import Result
from kexue.perfect_sampling.extremes import HANG
from kexue.perfect_sampling.predictions import true_laws
from kexue.perfect_sampling.regularization import Dose
from kexue.perfect_sampling.sheet import Row
from kexue.perfect_sampling.speed import Growth
from kexue.unigram.peers import PEERS, installed


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


def numbers(result: Result) -> dict[str, float | int | str]:
    """What the page hands on."""
    here = [peer.name for peer in installed()]
    fits = [trial.to_exact for trial in result.of("kexue.unigram")]
    naive, misread, reservoir, fast = result.rows
    chinese = result.of("sentencepiece, nbest=-1")[-1]
    found = {
        "word": result.trials[0].text,
        "segmentations": len(result.trials[0].exact),
        "laws": true_laws(result),
        "fast_draws": fits[0].draws,
        "fast_largest_distance": max(fit.distance for fit in fits),
        "peers": ", ".join(here) or "none",
        "absent": ", ".join(name for name in PEERS if name not in here) or "none",
        "sheet_df": fast.to_exact.df,
        "sheet_fast": fast.to_exact.statistic,
        "sheet_reservoir": reservoir.to_exact.statistic,
        "sheet_naive": naive.to_exact.statistic,
        "sheet_naive_gap": naive.gap,
        "sheet_misread": misread.to_exact.statistic,
        "sheet_misread_gap": misread.gap,
        "hang_seed": HANG[0],
        "hang_length": HANG[1],
        "zh_word": chinese.text,
        "zh_bytes": len(chinese.exact),
        "zh_characters": len(chinese.predicted),
        "asked": result.extremes[0],
        "read_back": result.extremes[1],
        "text": result.about[next(iter(result.about))],
    }
    found |= {f"gap_{trial.sampler.split()[0].rstrip(',')}_{trial.alpha:g}": trial.gap for trial in _first_word(result)}
    found |= _rates("one_line", result.one_line) | _rates("lines", result.lines)
    for name, doses in zip(("first", "zh"), result.doses.values(), strict=True):
        found |= _dose_numbers(name, doses)
    return found


def _first_word(result: Result) -> list[Trial]:
    """Trials on the first word of samplers whose law may be wrong there."""
    wrong = ("pairwise (9768)", "sentencepiece, nbest=64", "tokenizers")
    return [t for t in result.trials if t.text == result.trials[0].text and t.sampler in wrong]


def _rates(kind: str, found: Sequence[Growth]) -> dict[str, float]:
    ours, *peers = found
    rates = {f"{kind}_rate": ours.rate, f"{kind}_slope": ours.slope, f"{kind}_longest": ours.sizes[-1]}
    if peers:
        rates[f"{kind}_fastest_peer"] = max(peer.rate for peer in peers)
        rates[f"{kind}_times"] = ours.rate / rates[f"{kind}_fastest_peer"]
    return rates


def _dose_numbers(name: str, doses: Sequence[Dose]) -> dict[str, float]:
    found = {}
    for dose in doses:
        if dose.alpha in (0.1, 1.0):
            found[f"{name}_survival_{dose.alpha:g}"] = float(dose.survival.mean())
            found[f"{name}_bits_{dose.alpha:g}"] = dose.entropy / dose.size / log(2)
            found[f"{name}_tokens_{dose.alpha:g}"] = dose.expected / dose.size
    return {**found, f"{name}_tokens_best": doses[-1].expected / doses[-1].size}
