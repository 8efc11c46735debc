"""Tiger and Lion as PyTorch optimizers, with lazy rows and with Adam for chosen groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from kexue.lab.config import between, one_of
from kexue.sign_optimizers import rules
from kexue.sign_optimizers.lists import FOREACH, SINGLE, Single


class SignOptimizer(Optimizer):
    """What Tiger and Lion share: groups, options, state, Adam for groups with ``adam=True``. Not used by itself."""

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]):
        super().__init__(params, defaults)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters, with options that differ from the defaults.

        Raises:
            ValueError: an option out of range, or a parameter that is complex or sparse.
        """
        super().add_param_group(param_group)
        try:
            self._check(self.param_groups[-1])
        except ValueError:
            self.param_groups.pop()
            raise

    def _check(self, group: dict[str, Any]) -> None:
        between("lr", group["lr"], 0, float("inf"))
        between("weight_decay", group["weight_decay"], 0, float("inf"))
        between("eps", group["eps"], 0, float("inf"))
        for name, value in self._betas(group):
            if not 0 <= value < 1:
                raise ValueError(f"{name} is {value}, expected a number from 0 to below 1")
        one_of("rate", group["rate"], rules.RATES)
        one_of("lazy", group["lazy"], rules.LAZY)
        for parameter in group["params"]:
            _check_parameter(parameter)

    def _betas(self, group: dict[str, Any]) -> list[tuple[str, float]]:
        return [(f"adam_betas[{i}]", value) for i, value in enumerate(group["adam_betas"])]

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One update of every parameter that has a gradient; a gradient of zeros counts, ``None`` does not.

        Args:
            closure: evaluates the model again and returns the loss.

        Raises:
            RuntimeError: a gradient is sparse.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for batch in _batches([p for p in group["params"] if p.grad is not None]):
                fused = batch[0].is_cuda if group["foreach"] is None else group["foreach"]
                self._step(batch, group, FOREACH if fused else SINGLE)
        return loss

    def _step(self, batch: list[Tensor], group: dict[str, Any], ops: Single) -> None:
        gradients = [_gradient(p) for p in batch]
        if group["maximize"]:
            gradients = ops.mul(gradients, -1.0)
        step = rules.Step(group["lr"], group["weight_decay"], group["rate"], group["lazy"])
        momenta = [self._state(p, "exp_avg") for p in batch]
        if not group["adam"]:
            self._rule(batch, momenta, gradients, group, step, ops)
            return
        for p in batch:
            self.state[p]["step"] = self.state[p].get("step", 0) + 1
        for count in sorted({self.state[p]["step"] for p in batch}):  # usually one: all were there from the start
            at = [i for i, p in enumerate(batch) if self.state[p]["step"] == count]
            of = [[each[i] for i in at] for each in (batch, momenta, gradients)]
            second = [self._state(p, "exp_avg_sq") for p in of[0]]
            rules.adam(of[0], of[1], second, of[2], count, group["adam_betas"], group["eps"], step, ops)

    def _rule(self, batch, momenta, gradients, group, step, ops) -> None:
        raise NotImplementedError

    def _state(self, parameter: Tensor, name: str) -> Tensor:
        state = self.state[parameter]
        if name not in state:
            state[name] = torch.zeros_like(parameter, memory_format=torch.preserve_format)
        return state[name]


class Tiger(SignOptimizer):
    """Tiger: m ← βm + (1 − β)g, then θ ← θ − η(sign(m) + λθ).

    Args:
        params: parameters or groups of them; a group may set any of the options below for itself.
        lr: α ≥ 0.
        beta: β, 0 ≤ β < 1.
        weight_decay: λ ≥ 0, decoupled.
        rate: "row" η = α · RMS(row) for parameters of at least two axes, whose rows are their last axis, and η = α for
            others; "constant" η = α. A row of zeros never moves under "row".
        lazy: rows whose gradient is all zero: "off" they move like others; "all" neither they nor their momentum
            change; "sign" they feel the weight decay alone.
        adam: update these parameters by AdamW instead, with ``adam_betas`` and ``eps``; see `embeddings_by_adam`.
        maximize: ascend.
        foreach: fused kernels; by default on a GPU.

    Raises:
        ValueError: an option out of range, or a parameter that is complex or sparse.

    >>> x = nn.Parameter(torch.tensor([1.0, -2.0]))
    >>> x.grad = torch.tensor([0.5, 0.0])
    >>> Tiger([x], lr=0.1, weight_decay=0.5).step()
    >>> x.detach()
    tensor([ 0.8500, -1.9000])

    Source: 苏剑林, Tiger：一个“抠”到极致的优化器, kexue.fm archives 9512.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-3,
        beta: float = 0.965,
        weight_decay: float = 0.01,
        *,
        rate: rules.Rate = "row",
        lazy: rules.Lazy = "off",
        adam: bool = False,
        adam_betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
        foreach: bool | None = None,
    ):
        options = {"adam": adam, "adam_betas": adam_betas, "eps": eps, "maximize": maximize, "foreach": foreach}
        defaults = {"lr": lr, "beta": beta, "weight_decay": weight_decay, "rate": rate, "lazy": lazy}
        super().__init__(params, defaults | options)

    def _betas(self, group: dict[str, Any]) -> list[tuple[str, float]]:
        return [("beta", group["beta"]), *super()._betas(group)]

    def _rule(self, batch, momenta, gradients, group, step, ops) -> None:
        rules.tiger(batch, momenta, gradients, group["beta"], step, ops)


class Lion(SignOptimizer):
    """Lion: θ ← θ − η(sign(β₁m + (1 − β₁)g) + λθ), then m ← β₂m + (1 − β₂)g.

    Args:
        betas: (β₁, β₂), each from 0 to below 1.
        rate: "constant" by default, as published.

    The other options are those of `Tiger`.

    >>> x = nn.Parameter(torch.tensor([1.0, -2.0]))
    >>> x.grad = torch.tensor([0.5, 0.0])
    >>> Lion([x], lr=0.1, weight_decay=0.5).step()
    >>> x.detach()
    tensor([ 0.8500, -1.9000])

    Source: Chen et al., Symbolic Discovery of Optimization Algorithms, NeurIPS 2023, algorithm 2.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.01,
        *,
        rate: rules.Rate = "constant",
        lazy: rules.Lazy = "off",
        adam: bool = False,
        adam_betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
        foreach: bool | None = None,
    ):
        options = {"adam": adam, "adam_betas": adam_betas, "eps": eps, "maximize": maximize, "foreach": foreach}
        defaults = {"lr": lr, "betas": betas, "weight_decay": weight_decay, "rate": rate, "lazy": lazy}
        super().__init__(params, defaults | options)

    def _betas(self, group: dict[str, Any]) -> list[tuple[str, float]]:
        return [(f"betas[{i}]", value) for i, value in enumerate(group["betas"])] + super()._betas(group)

    def _rule(self, batch, momenta, gradients, group, step, ops) -> None:
        rules.lion(batch, momenta, gradients, group["betas"], step, ops)


def embeddings_by_adam(model: nn.Module, **options: Any) -> list[dict[str, Any]]:
    """Two groups for `Tiger` or `Lion`: the weights of ``nn.Embedding`` by AdamW, all others by the sign.

    Args:
        options: of the embeddings' group, for instance ``lr``.

    >>> groups = embeddings_by_adam(nn.Sequential(nn.Embedding(5, 2), nn.Linear(2, 3)), lr=1e-3)
    >>> [len(group["params"]) for group in groups]
    [1, 2]
    """
    embeddings = {id(m.weight): m.weight for m in model.modules() if isinstance(m, nn.Embedding)}
    others = [p for p in model.parameters() if id(p) not in embeddings]
    groups = [{"params": list(embeddings.values()), "adam": True, **options}, {"params": others}]
    return [group for group in groups if group["params"]]


def _check_parameter(parameter: Tensor) -> None:
    if parameter.is_complex():
        raise ValueError(
            f"a parameter of shape {tuple(parameter.shape)} is {parameter.dtype}: a complex number has no sign; "
            "optimize its real and imaginary part, torch.view_as_real, or take torch.optim.AdamW"
        )
    if parameter.layout is not torch.strided:
        raise ValueError(f"a parameter of shape {tuple(parameter.shape)} is {parameter.layout}, expected a dense one")


def _gradient(parameter: Tensor) -> Tensor:
    if parameter.grad.layout is not torch.strided:
        raise RuntimeError(
            f"the gradient of a parameter of shape {tuple(parameter.shape)} is {parameter.grad.layout}, expected a "
            "dense one: build the embedding with sparse=False; lazy='all' leaves rows without a gradient alone"
        )
    return parameter.grad


def _batches(parameters: list[Tensor]) -> list[list[Tensor]]:
    """Parameters by device and type."""
    found: dict[tuple, list[Tensor]] = {}
    for p in parameters:
        found.setdefault((p.device, p.dtype), []).append(p)
    return list(found.values())
