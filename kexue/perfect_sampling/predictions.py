"""What theory predicts of the experiment, beside what was measured, each with a tolerance that is derived.

Of T tests of true laws together, one fails with probability at most `LEVEL` (Bonferroni); a wrong law must fail at the
same level. A total variation d that is measured by n draws: E d lies between the laws' distance and that plus the mean
noise, and a draw changes d by at most 1/n, so that d leaves this range by t with probability ≤ 2 e^{−2nt²} (McDiarmid).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite, log, log10, sqrt

from kexue.lab.checks import Check
from kexue.perfect_sampling.experiment import Result, names
from kexue.perfect_sampling.goodness import LEVEL, Fit

FAR = 0.15  # total variation from which 5000 draws cannot miss that a law is wrong
ERRORS = 7.0  # standard errors: with 16 samples or more, Student's t is beyond them once in 4e-6
SLOPE = 0.25


def checks(result: Result) -> list[Check]:
    """Every prediction with its measurement."""
    return [*_own(result), *_wrong(result), *_sheet(result), *_loop(result), *_texts(result), *_growth(result)]


def true_laws(result: Result) -> int:
    """How many true laws are true_laws."""
    return len(result.trials) + 2 * len(result.rows) + len(result.counts)


def digits(p: float) -> float:
    """−log₁₀ p, at most 300.

    >>> digits(1e-6), digits(0)
    (6.0, 300.0)
    """
    return -log10(max(p, 1e-300))


def _own(result: Result) -> Iterator[Check]:
    bound = digits(LEVEL / true_laws(result))
    for name in names(result.trials):
        found = result.of(name)
        least = max(digits(trial.to_own.p) for trial in found)
        yield Check(f"{name}: −log₁₀ p, its own law ({found[0].own}), {len(found)} tests", bound, least, 0, "≤")
    least = max(digits(each.fit.p) for each in result.counts)
    yield Check("number of tokens of a line: −log₁₀ p", bound, least, 0, "≤")


def _wrong(result: Result) -> Iterator[Check]:
    level = LEVEL / true_laws(result)
    for name in names(result.trials):
        far = [trial.to_exact.p for trial in result.of(name) if trial.gap > FAR]
        if far:
            yield Check(f"{name}: p, exact law, where that is far off, {len(far)} tests", level, max(far), 0, "≤")


def _sheet(result: Result) -> Iterator[Check]:
    bound = digits(LEVEL / true_laws(result))
    for row in result.rows:
        yield Check(f"108 segmentations, {row.name}: −log₁₀ p, its own law", bound, digits(row.to_own.p), 0, "≤")
        noise, why = _distance_noise(row.to_own), "noise, and McDiarmid"
        yield Check(f"… total variation to the exact law, {row.name}", row.gap, row.to_exact.distance, noise, "≈", why)


def _distance_noise(found: Fit) -> float:
    return found.noise + sqrt(log(2 / LEVEL) / (2 * found.draws))


def _loop(result: Result) -> Iterator[Check]:
    asked, right = result.extremes
    yield Check("texts drawn at the extreme random numbers that read back", asked, right, 0)


def _texts(result: Result) -> Iterator[Check]:
    for name, found in result.doses.items():
        for what, errors in (
            ("number of tokens", [dose.length_errors for dose in found]),
            ("entropy", [dose.entropy_errors for dose in found]),
            ("survival of the best tokens", [dose.survival_errors for dose in found]),
        ):
            largest = max(map(abs, errors))
            measured = largest if isfinite(largest) else 1e300
            yield Check(f"{name}, {what}: largest error in standard errors", 0, measured, ERRORS, "≈", "Student's t")


def _growth(result: Result) -> Iterator[Check]:
    for kind, found in (("one line", result.one_line), ("lines", result.lines)):
        why = "rates within a factor of 3.2; a slope below one is the cost of short calls"
        yield Check(f"slope of log time in log length, {kind}", 1, found[0].slope, SLOPE, "≤", why)
