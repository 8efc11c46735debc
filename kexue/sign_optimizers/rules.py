"""The update rules, each written once: the optimizers and the batched experiment both call them.

A rule changes weights θ and state in place. Tensors are lists (see `lists`); the rows of a tensor are its last axis, so
that leading axes may be tokens, layers, seeds or all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from kexue.sign_optimizers.lists import SINGLE, Single, Tensors

Rate = Literal["constant", "row"]
Lazy = Literal["off", "all", "sign"]
RATES: tuple[Rate, ...] = ("constant", "row")
LAZY: tuple[Lazy, ...] = ("off", "all", "sign")


@dataclass(frozen=True)
class Step:
    """How far and by which rate a signed update u moves: θ ← θ − η(u + λθ).

    Args:
        lr: α > 0.
        weight_decay: λ ≥ 0.
        rate: "constant" η = α; "row" η = α · RMS(row), for tensors of at least two axes.
        lazy: rows whose gradient is zero: "off" they move like others; "all" they and their momentum stay as they are;
            "sign" they feel the weight decay alone.
    """

    lr: float
    weight_decay: float
    rate: Rate = "constant"
    lazy: Lazy = "off"


def rms(x: Tensor) -> Tensor:
    """Root mean square of each row, (…, d) → (…, 1)."""
    return x.square().mean(-1, keepdim=True).sqrt_()


def present(gradient: Tensor) -> Tensor:
    """Which rows have a gradient, (…, d) → (…, 1), as 1 and 0 of the gradient's type; a vector is a single row."""
    if gradient.ndim == 0:
        return (gradient != 0).to(gradient.dtype)
    return (gradient != 0).any(-1, keepdim=True).to(gradient.dtype)


def tiger(θ: Tensors, m: Tensors, g: Tensors, beta: float, step: Step, ops: Single = SINGLE) -> None:
    """Tiger: m ← βm + (1 − β)g, then θ ← θ − η(sign(m) + λθ). Source: kexue.fm archives 9512."""
    masks = None if step.lazy == "off" else [present(each) for each in g]
    _average(m, g, beta, masks if step.lazy == "all" else None, ops)
    update = ops.mul(m, 1.0)
    ops.sign_(update)
    _descend(θ, update, masks, step, ops)


def lion(θ: Tensors, m: Tensors, g: Tensors, betas: tuple[float, float], step: Step, ops: Single = SINGLE) -> None:
    """Lion: θ ← θ − η(sign(β₁m + (1 − β₁)g) + λθ), then m ← β₂m + (1 − β₂)g. Source: Chen et al. 2023, algorithm 2."""
    masks = None if step.lazy == "off" else [present(each) for each in g]
    update = ops.mul(m, betas[0])
    ops.add_(update, g, 1 - betas[0])
    ops.sign_(update)
    _average(m, g, betas[1], masks if step.lazy == "all" else None, ops)
    _descend(θ, update, masks, step, ops)


def adam(
    θ: Tensors,
    m: Tensors,
    v: Tensors,
    g: Tensors,
    count: int,
    betas: tuple[float, float],
    eps: float,
    step: Step,
    ops: Single = SINGLE,
) -> None:
    """AdamW at its ``count``-th step: m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², then θ ← θ(1 − αλ) − α m̂/(√v̂ + ε).

    Here m̂ = m/(1 − β₁ᵏ) and v̂ = v/(1 − β₂ᵏ). Source: Loshchilov and Hutter 2019, algorithm 2.
    """
    ops.mul_(θ, 1 - step.lr * step.weight_decay)
    _average(m, g, betas[0], None, ops)
    ops.mul_(v, betas[1])
    ops.addcmul_(v, g, g, 1 - betas[1])
    scale = ops.sqrt(v)
    ops.mul_(scale, (1 - betas[1] ** count) ** -0.5)
    ops.add_number_(scale, eps)
    ops.addcdiv_(θ, m, scale, -step.lr / (1 - betas[0] ** count))


def _average(m: Tensors, g: Tensors, beta: float, masks: Tensors | None, ops: Single) -> None:
    """m ← βm + (1 − β)g; where a mask is zero the gradient is too, and m stays."""
    ops.mul_(m, beta if masks is None else [torch.where(mask > 0, beta, 1.0).to(mask.dtype) for mask in masks])
    ops.add_(m, g, 1 - beta)


def _descend(θ: Tensors, update: Tensors, masks: Tensors | None, step: Step, ops: Single) -> None:
    """θ ← θ − η(update + λθ), with the masks and the rate of the step; ``update`` is used up."""
    if step.lazy == "sign":
        ops.mul_(update, masks)
    ops.add_(update, θ, step.weight_decay)
    if step.lazy == "all":
        ops.mul_(update, masks)
    if step.rate == "row":
        ops.mul_(update, [rms(x) if x.ndim > 1 else torch.ones_like(x[:1] if x.ndim else x) for x in θ])
    ops.add_(θ, update, -step.lr)
