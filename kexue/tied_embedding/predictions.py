"""What theory predicts of the experiment, beside what was measured, each with a tolerance that is derived.

Statistical rows allow `ERRORS` standard errors: a normal estimate is beyond them once in 10⁶.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log

import numpy as np

from kexue.lab.checks import Check
from kexue.tied_embedding.experiment import Result
from kexue.tied_embedding.initial import KINDS, Measured, averaged_loss, neglected, remedy_loss
from kexue.tied_embedding.transformer import SETTINGS

ERRORS = 5.0
LEAST_STEPS = 500  # of the bigram, before anything is said of what it has learnt
NEAR, LEARNT = 5e-3, 1e-2  # how near a bound, and zero, losses are after these


def checks(result: Result) -> list[Check]:
    """Every prediction with its measurement; of trained bigrams only after some training."""
    return [*_drawn(result), *_logits(result.measured[-1]), *_starts(result), *_bigrams(result)]


def _drawn(result: Result) -> Iterator[Check]:
    for found in result.measured:
        case = found.case
        for kind in KINDS:
            predicted = averaged_loss(case) if kind == "tied" else remedy_loss(case)
            tolerance = ERRORS * found.error(kind) + neglected(case)
            name = f"first loss, {kind}: d = {case.d}, σ = {case.sigma:g}, n = {case.n}"
            yield Check(name, predicted, found.mean(kind), tolerance, "≈", f"{ERRORS:g} standard errors")


def _logits(found: Measured) -> Iterator[Check]:
    """Mean of the own logit, σ√d E χ_d, and variance of the others, dσ²."""
    d, sigma = found.case.d, found.case.sigma
    error = ERRORS * float(found.own.std(ddof=1)) / len(found.own) ** 0.5
    mean = d * sigma * (1 - 1 / (4 * d))  # to the next order in 1/d, which is 1/(32d²)
    yield Check("own logit, mean", mean, float(found.own.mean()), error, "≈", f"{ERRORS:g} standard errors")
    rows = 64  # logits of one row share its vector, those of one column too: as many independent squares as columns
    columns = len(found.others) // min(rows, len(found.own))
    error = ERRORS * d * sigma**2 * float(np.sqrt(2 / columns))
    yield Check("other logits, variance", d * sigma**2, float(found.others.var()), error, "≈", "of the columns alone")


def _starts(result: Result) -> Iterator[Check]:
    """The language models' loss before the first step, on real text."""
    trained = result.trained
    for setting in SETTINGS:
        predicted, deviation = trained.start[setting]
        losses = trained.at(0, setting)
        tolerance = ERRORS * deviation / len(losses) ** 0.5
        name = f"language model before the first step, {setting}"
        yield Check(name, predicted, float(losses.mean()), tolerance, "≈", f"{ERRORS:g} standard errors")


def _bigrams(result: Result) -> Iterator[Check]:
    found = result.bigrams
    least = float(found.losses[:, 0, 0].min())
    yield Check("cyclic bigram: log 2 against the least loss of the half-swap", least, log(2), 1e-12, "≤", "rounding")
    least = float(found.worst[0].min())
    name = "… against the least of its worst tokens, with or without normalisation"
    yield Check(name, least, log(2), 1e-12, "≤", "rounding")
    if found.steps[-1] >= LEAST_STEPS:
        for model in ("orthogonal", "untied"):
            for normalised in (False, True):
                last = float(found.end(model, normalised=normalised).max())
                name = f"… {model}{', normalised' if normalised else ''}: largest loss over seeds"
                yield Check(name, 0, last, LEARNT, "≤", "what training has left")
        last = float(found.end("half-swap", normalised=False).max())
        yield Check("… half-swap: the bound is attained", log(2), last, NEAR, "≈", "what training has left")
