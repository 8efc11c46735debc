"""Operations on lists of tensors, one at a time or fused by PyTorch's ``foreach``: a rule is written once for both."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

Tensors = Sequence[Tensor]


class Single:
    """One tensor after the other. Tensors of a list may have any shapes; pairs of tensors broadcast."""

    def mul_(self, xs: Tensors, factor: float | Tensors) -> None:
        """x ← x · factor."""
        for x, f in zip(xs, _each(factor, len(xs)), strict=True):
            x.mul_(f)

    def add_(self, xs: Tensors, ys: Tensors, alpha: float = 1) -> None:
        """x ← x + alpha · y."""
        for x, y in zip(xs, ys, strict=True):
            x.add_(y, alpha=alpha)

    def mul(self, xs: Tensors, factor: float) -> list[Tensor]:
        """x · factor."""
        return [x * factor for x in xs]

    def sign_(self, xs: Tensors) -> None:
        """x ← sign(x), where sign(0) = 0."""
        for x in xs:
            x.sign_()

    def sqrt(self, xs: Tensors) -> list[Tensor]:
        """√x."""
        return [x.sqrt() for x in xs]

    def addcmul_(self, xs: Tensors, ys: Tensors, zs: Tensors, value: float) -> None:
        """x ← x + value · y · z."""
        for x, y, z in zip(xs, ys, zs, strict=True):
            x.addcmul_(y, z, value=value)

    def addcdiv_(self, xs: Tensors, ys: Tensors, zs: Tensors, value: float) -> None:
        """x ← x + value · y / z."""
        for x, y, z in zip(xs, ys, zs, strict=True):
            x.addcdiv_(y, z, value=value)

    def add_number_(self, xs: Tensors, number: float) -> None:
        """x ← x + number."""
        for x in xs:
            x.add_(number)


class Foreach(Single):
    """All tensors of a list in a few kernels; they share a device and a floating-point type."""

    def mul_(self, xs: Tensors, factor: float | Tensors) -> None:
        torch._foreach_mul_(xs, factor)

    def add_(self, xs: Tensors, ys: Tensors, alpha: float = 1) -> None:
        torch._foreach_add_(xs, ys, alpha=alpha)

    def mul(self, xs: Tensors, factor: float) -> list[Tensor]:
        return list(torch._foreach_mul(xs, factor))

    def sign_(self, xs: Tensors) -> None:
        torch._foreach_sign_(xs)

    def sqrt(self, xs: Tensors) -> list[Tensor]:
        return list(torch._foreach_sqrt(xs))

    def addcmul_(self, xs: Tensors, ys: Tensors, zs: Tensors, value: float) -> None:
        torch._foreach_addcmul_(xs, ys, zs, value=value)

    def addcdiv_(self, xs: Tensors, ys: Tensors, zs: Tensors, value: float) -> None:
        torch._foreach_addcdiv_(xs, ys, zs, value=value)

    def add_number_(self, xs: Tensors, number: float) -> None:
        torch._foreach_add_(xs, number)


def _each(factor: float | Tensors, count: int) -> Sequence[float | Tensor]:
    return [factor] * count if isinstance(factor, float | int) else factor


SINGLE, FOREACH = Single(), Foreach()
