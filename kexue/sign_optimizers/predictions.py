"""What theory predicts of the experiment, beside what was measured, each with a tolerance that is derived."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, log

import numpy as np
import torch

from kexue.lab.checks import Check
from kexue.sign_optimizers import language, subnormals
from kexue.sign_optimizers.experiment import FOLLOWED, START, Result
from kexue.sign_optimizers.language import BETA, FIRST, Language, Variant

ROUND = 2.0**-24  # of float32
STEPS_TO_STICK = 3400  # log(2⁻¹⁴⁹)/log β from a momentum of one, and rounding on the way, for β = 0.965


def checks(result: Result) -> list[Check]:
    """Every prediction with its measurement."""
    found = [*_rows(result), *_subnormals(result)]
    for each in result.languages:
        found += _language(each, result)
    return found + list(_transformer(result))


def _rows(result: Result) -> Iterator[Check]:
    _, lr, decay = FOLLOWED
    for each in result.followed:
        yield Check(f"{each.name}, absent row: distance from the closed form", 0, each.error, 1e-10, why="float64")
        steps = ceil(log(0.5) / log(1 - lr * decay))
        yield Check(f"{each.name}, absent row: step that passes half-way", steps, each.half, 0)
    found = result.reappearing
    for p, mean, error, exact in zip(found.chances, found.mean, found.error, found.predicted, strict=True):
        yield Check(f"reappearing with p = {p:g}: E θ²", exact, mean, 5 * error, why="5 standard errors")


def _subnormals(result: Result) -> Iterator[Check]:
    stick = subnormals.sticking(BETA)
    for each in result.endings:
        ends = 0 if each.flushes else stick
        what = f"{each.dtype}, {each.how}"
        yield Check(f"{what}: smallest subnormals that are left", ends, each.count, 0)
        yield Check(f"{what}: the most that one step leaves alone", ends, each.at_most, 0)
    for each in result.flushed:
        if each.flushes and each.dtype == "float32":
            steps = ceil(subnormals.flush_steps(BETA, START, torch.float32))
            yield Check(f"CPU that flushes, {each.how}: steps to zero", steps, each.steps, 1, why="a step of rounding")
    yield Check("bfloat16, β = 0.999: steps that change the momentum", 0, result.frozen.steps, 0)


def rare_row(found: Language, i: int) -> np.ndarray:
    """What the rare row of variant i must be at the end, (S, d): the recursion in float64, from its first occurrence.

    Written in NumPy and apart from the rules that trained it.
    """
    variant, sizes = found.variants[i], found.sizes
    θ, m = found.before[i].copy(), found.momentum[i].copy()
    beta = language.LION[1] if variant.embedding == "lion" else BETA
    tiny = float(np.finfo(np.float32).smallest_normal)
    for _ in range(sizes.steps - FIRST - 1):
        if variant.lazy == "all":
            break
        sign = np.zeros_like(m) if variant.lazy == "sign" else np.sign(m)
        m = beta * m
        size = np.sqrt((θ**2).mean(-1, keepdims=True))
        θ = θ - sizes.lr * size * (sign + sizes.weight_decay * θ)
        if variant.flush:
            m[np.abs(m) < tiny] = 0
    return θ


def predictable(variant: Variant) -> bool:
    """Whether the rare row is on its own after its first occurrence, by a sign method."""
    return not variant.tied and not variant.every and variant.embedding != "adam"


def adam_bound(sizes: language.Sizes) -> float:
    """How far Adam moves an absent row at most, apart from the decay: α (m/√v) Σ qᵏ/(1 − β₁ᵗ), after a single gradient.

    Here m = (1 − β₁)g, v = (1 − β₂)g², q = β₁/√β₂, and t is the step of that gradient; √(1 − β₂ᵏ) ≤ 1.
    """
    one, two = language.ADAM
    q = one / two**0.5
    return sizes.adam_lr * (1 - one) / (1 - two) ** 0.5 * q / (1 - q) / (1 - one ** (FIRST + 1))


def _language(found: Language, result: Result) -> Iterator[Check]:
    sizes = found.sizes
    rounding = 4 * sizes.steps * ROUND
    for i, variant in enumerate(found.variants):
        what = f"{variant.name}, α = {sizes.lr:g}"
        end = np.abs(found.after[i]).max()
        if predictable(variant):
            exact = np.abs(rare_row(found, i)).max()
            slack = (rounding + sizes.lr * variant.flush) * exact if variant.lazy != "all" else 0
            why = "rounding at every step" + ", one step of flushing" * variant.flush
            yield Check(f"{what}: largest entry of the rare row", exact, end, slack, why=why)
        if variant.embedding == "adam":
            left = (1 - sizes.adam_lr * sizes.weight_decay) ** (sizes.steps - FIRST - 1)
            moved = float(np.abs(found.after[i] - left * found.before[i]).max())
            yield Check(f"{what}: drift of the rare row", adam_bound(sizes), moved, rounding, "≤", "rounding")
        if variant.embedding == "tiger":
            top = float(max(found.others[i].max(), end))
            yield Check(
                f"{what}: largest entry of all",
                1 / sizes.weight_decay,
                top,
                rounding / sizes.weight_decay,
                "≤",
                "rounding",
            )
    if sizes.steps - FIRST >= STEPS_TO_STICK and found.variants[0] == language.VARIANTS[0]:
        flushes = any(e.flushes for e in result.endings if (e.dtype, e.how) == ("float32", "multiply"))
        stick = 0 if flushes else subnormals.sticking(BETA)
        off = np.abs(np.abs(found.left[0]) - stick).max()
        yield Check(f"Tiger, α = {sizes.lr:g}: subnormals of the rare row, off {stick} by", 0, off, 0)


def _transformer(result: Result) -> Iterator[Check]:
    limit = 1 / result.config.shape.weight_decay
    slack = 4 * result.config.model_steps * ROUND * limit
    for each in result.trained:
        if "Adam" not in each.name:
            yield Check(f"transformer, {each.name}: largest entry", limit, each.largest, slack, "≤", "rounding")
