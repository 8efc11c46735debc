"""Tiger and Lion: against a plain NumPy reference, foreach against single, and what users of PyTorch expect."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from lion_pytorch import Lion as PublishedLion
from torch import nn

from kexue.sign_optimizers import Lion, Tiger, embeddings_by_adam, rules
from kexue.sign_optimizers.lists import FOREACH, SINGLE

DOUBLE = torch.float64
SHAPES = ((6, 3), (4,), (2, 5, 3), ())
OPTIONS = [
    {"rate": rate, "lazy": lazy, "maximize": maximize}
    for rate in rules.RATES
    for lazy in rules.LAZY
    for maximize in (False, True)
]
NAMES = ["-".join(map(str, o.values())) for o in OPTIONS]


def parameters(seed: int = 0) -> list[nn.Parameter]:
    generator = torch.Generator().manual_seed(seed)
    return [nn.Parameter(torch.randn(shape, dtype=DOUBLE, generator=generator)) for shape in SHAPES]


def gradients(steps: int, seed: int = 1) -> list[list[torch.Tensor]]:
    """With rows of zeros among them."""
    generator = torch.Generator().manual_seed(seed)
    found = [[torch.randn(shape, dtype=DOUBLE, generator=generator) for shape in SHAPES] for _ in range(steps)]
    for k, (matrix, _, cube, scalar) in enumerate(found):
        matrix[k % 6] = 0
        cube[:, k % 5] = 0
        if k % 2:
            scalar.zero_()
    return found


def train(optimizer, parameters, steps=7):
    for g in gradients(steps):
        for p, each in zip(parameters, g, strict=True):
            p.grad = each.clone()
        optimizer.step()
    return [p.detach() for p in parameters]


class Reference:
    """The same in NumPy, one number at a time where rows matter."""

    def __init__(self, kind, arrays, *, lr, decay, betas, rate, lazy, maximize):
        self.kind, self.θ, self.lr, self.decay, self.betas = kind, arrays, lr, decay, betas
        self.rate, self.lazy, self.sign = rate, lazy, -1 if maximize else 1
        self.m = [np.zeros_like(x) for x in arrays]

    def step(self, gradients):
        for i, g in enumerate(gradients):
            rows, moments, slopes = (
                np.atleast_1d(x).reshape(-1, x.shape[-1] if x.ndim else 1) for x in (self.θ[i], self.m[i], g)
            )
            for r in range(len(rows)):
                rows[r], moments[r] = self.row(rows[r], moments[r], self.sign * slopes[r], self.θ[i].ndim)
            self.θ[i], self.m[i] = rows.reshape(g.shape), moments.reshape(g.shape)

    def row(self, θ, m, g, ndim):
        absent = not g.any()
        if absent and self.lazy == "all":
            return θ, m
        one, two = self.betas
        new = two * m + (1 - two) * g
        push = np.sign(new if self.kind is Tiger else one * m + (1 - one) * g)
        if absent and self.lazy == "sign":
            push = 0 * push
        size = np.sqrt(np.mean(θ**2)) if self.rate == "row" and ndim > 1 else 1.0
        return θ - self.lr * size * (push + self.decay * θ), new


@pytest.mark.parametrize("options", OPTIONS, ids=NAMES)
@pytest.mark.parametrize("kind", [Tiger, Lion])
def test_steps_are_those_of_a_plain_reference(kind, options):
    given = parameters()
    betas = {"beta": 0.8} if kind is Tiger else {"betas": (0.7, 0.8)}
    reference = Reference(
        kind, [p.detach().numpy().copy() for p in given], lr=0.05, decay=0.3, betas=(0.7, 0.8), **options
    )
    found = train(kind(given, lr=0.05, weight_decay=0.3, **betas, **options), given)
    for g in gradients(7):
        reference.step([each.numpy().copy() for each in g])
    for mine, theirs in zip(found, reference.θ, strict=True):
        np.testing.assert_allclose(mine.numpy(), theirs, rtol=0, atol=1e-13)


def test_lion_is_the_published_one_step_by_step():
    """At a constant rate; theirs decays the weight first and then adds the sign, which is the same in real numbers."""
    options = {"lr": 0.05, "betas": (0.7, 0.8), "weight_decay": 0.3}
    ours, theirs = parameters(), parameters()
    for steps in range(1, 8):
        found = train(Lion(ours, **options), ours, steps)
        expected = train(PublishedLion(theirs, **options), theirs, steps)
        for mine, other in zip(found, expected, strict=True):
            torch.testing.assert_close(mine, other, rtol=0, atol=1e-13)


@pytest.mark.parametrize("maximize", [False, True])
@pytest.mark.parametrize("kind", [Tiger, Lion])
def test_adam_groups_are_pytorchs_adamw(kind, maximize):
    mine, theirs = parameters(), parameters()
    options = {"lr": 0.05, "weight_decay": 0.3, "eps": 1e-6, "maximize": maximize}
    found = train(kind(mine, adam=True, adam_betas=(0.8, 0.95), **options), mine)
    expected = train(torch.optim.AdamW(theirs, betas=(0.8, 0.95), **options), theirs)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("options", OPTIONS, ids=NAMES)
@pytest.mark.parametrize("adam", [False, True])
@pytest.mark.parametrize("kind", [Tiger, Lion])
def test_foreach_is_single(kind, adam, options):
    one, many = parameters(), parameters()
    found = train(kind(one, lr=0.05, adam=adam, foreach=False, **options), one)
    fused = train(kind(many, lr=0.05, adam=adam, foreach=True, **options), many)
    torch.testing.assert_close(found, fused, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("kind", [Tiger, Lion])
def test_state_goes_round(kind):
    whole, halves = parameters(), parameters()
    options = {"lr": 0.05, "weight_decay": 0.1}

    def groups(ps):
        return [{"params": ps[:2], "adam": True}, {"params": ps[2:], "lazy": "all"}]

    train(kind(groups(whole), **options), whole, 6)
    optimizer = kind(groups(halves), **options)
    train(optimizer, halves, 3)
    saved = copy.deepcopy(optimizer.state_dict())
    again = kind(groups(halves), **options)
    again.load_state_dict(saved)
    for g in gradients(6)[3:]:
        for p, each in zip(halves, g, strict=True):
            p.grad = each.clone()
        again.step()
    torch.testing.assert_close([p.detach() for p in halves], [p.detach() for p in whole], rtol=0, atol=0)


def test_groups_have_their_own_options():
    a, b = (nn.Parameter(torch.ones(2, 2)) for _ in range(2))
    optimizer = Tiger([{"params": [a], "lr": 0.5}], lr=0.1, weight_decay=0)
    optimizer.add_param_group({"params": [b], "rate": "constant"})
    for p in (a, b):
        p.grad = torch.ones(2, 2)
    optimizer.step()
    assert torch.equal(a, torch.full((2, 2), 0.5))
    assert torch.equal(b, torch.full((2, 2), 1 - 0.1))
    assert optimizer.param_groups[1]["beta"] == 0.965


def test_a_closure_is_evaluated_with_gradients():
    x = nn.Parameter(torch.tensor([2.0]))
    optimizer = Lion([x], lr=0.1, weight_decay=0)

    def closure():
        optimizer.zero_grad()
        loss = (x**2).sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 4
    assert x.item() == pytest.approx(1.9)


def test_no_gradient_is_not_a_gradient_of_zeros():
    with_none, with_zeros = (nn.Parameter(torch.ones(1, 2)) for _ in range(2))
    with_zeros.grad = torch.zeros(1, 2)
    optimizer = Tiger([with_none, with_zeros], lr=0.1, weight_decay=0.5)
    optimizer.step()
    assert torch.equal(with_none, torch.ones(1, 2))
    assert with_none not in optimizer.state
    assert torch.equal(with_zeros, torch.full((1, 2), 1 - 0.1 * 0.5))


def test_an_absent_token_drifts_unless_lazy():
    rows = {}
    for lazy in rules.LAZY:
        table = nn.Embedding(3, 2)
        nn.init.ones_(table.weight)
        optimizer = Tiger(table.parameters(), lr=0.1, weight_decay=0.5, rate="constant", lazy=lazy)
        for k in range(300):
            optimizer.zero_grad()
            table(torch.tensor([0 if k else 2])).sum().backward()
            optimizer.step()
        rows[lazy] = table.weight.detach()[2]
    assert torch.allclose(rows["off"], torch.tensor(-2.0), atol=1e-5)
    assert torch.allclose(rows["all"], torch.tensor(1 - 0.1 * 1.5))
    assert torch.allclose(rows["sign"], torch.tensor(0.85 * 0.95**299), atol=1e-7)


def test_a_half_keeps_its_type():
    x = nn.Parameter(torch.ones(2, 2, dtype=torch.bfloat16))
    x.grad = torch.ones_like(x)
    optimizer = Tiger([x], lr=0.1)
    optimizer.step()
    assert x.dtype == optimizer.state[x]["exp_avg"].dtype == torch.bfloat16


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (Tiger, {"lr": -1}, "lr is -1, expected a number from 0"),
        (Tiger, {"beta": 1.0}, "beta is 1.0, expected a number from 0 to below 1"),
        (Lion, {"betas": (0.9, 1.5)}, r"betas\[1\] is 1.5"),
        (Lion, {"weight_decay": -0.1}, "weight_decay is -0.1"),
        (Tiger, {"adam_betas": (-0.1, 0.9)}, r"adam_betas\[0\] is -0.1"),
        (Tiger, {"eps": -1e-8}, "eps is -1e-08"),
        (Tiger, {"rate": "rows"}, "rate is 'rows', expected one of constant, row"),
        (Lion, {"lazy": True}, "lazy is True, expected one of off, all, sign"),
        (Lion, {"lr": float("nan")}, "lr is nan"),
    ],
)
def test_bad_options_are_refused(kind, options, message):
    with pytest.raises(ValueError, match=message):
        kind([nn.Parameter(torch.ones(1))], **options)


def test_a_refused_group_is_not_kept():
    optimizer = Tiger([nn.Parameter(torch.ones(1))])
    with pytest.raises(ValueError, match="beta is 2"):
        optimizer.add_param_group({"params": [nn.Parameter(torch.ones(1))], "beta": 2})
    assert len(optimizer.param_groups) == 1


def test_complex_and_sparse_are_refused():
    with pytest.raises(ValueError, match="a complex number has no sign"):
        Tiger([nn.Parameter(torch.ones(2, dtype=torch.complex64))])
    with pytest.raises(ValueError, match="expected a dense one"):
        Lion([nn.Parameter(torch.eye(2).to_sparse())])
    table = nn.Embedding(4, 2, sparse=True)
    table(torch.tensor([1])).sum().backward()
    with pytest.raises(RuntimeError, match="build the embedding with sparse=False"):
        Lion(table.parameters()).step()


def test_embeddings_by_adam():
    model = nn.Sequential(nn.Embedding(5, 2), nn.Linear(2, 5, bias=False))
    model[1].weight = model[0].weight
    groups = embeddings_by_adam(model, lr=0.1)
    assert [len(g["params"]) for g in groups] == [1]
    assert (groups[0]["adam"], groups[0]["lr"]) == (True, 0.1)


def test_both_ways_to_run_a_list_have_the_same_operations():
    names = {name for name in vars(type(SINGLE)) if not name.startswith("_")}
    assert names == {name for name in vars(type(FOREACH)) if not name.startswith("_")}
