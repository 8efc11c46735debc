"""Sparse parity and its networks: labels by brute force, gradients and AdamW against PyTorch's, one against many."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import torch
from jaxtyping import install_import_hook
from torch.nn.functional import binary_cross_entropy_with_logits

TYPES = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"  # an int is a float
with install_import_hook("kexue.quanta_scaling", TYPES):
    from kexue.quanta_scaling import exact, networks, tasks, training
    from kexue.quanta_scaling.training import Problem

CPU = torch.device("cpu")


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def source(gammas: tuple[float, ...], count: int = 5, bits: int = 6, size: int = 2) -> tasks.Source:
    subset = torch.stack([tasks.subsets(count, bits, size, generator(i)) for i in range(len(gammas))])
    return tasks.Source(tasks.cumulative(np.array(gammas), count), subset, bits, generator(9))


@pytest.mark.parametrize(("count", "bits", "size"), [(10, 5, 2), (9, 5, 2), (300, 100, 3)])
def test_subsets_are_distinct(count, bits, size):
    rows = [tuple(row) for row in tasks.subsets(count, bits, size, generator()).sort(1).values.tolist()]
    assert len(set(rows)) == count
    assert all(len(set(row)) == size for row in rows)
    if count == 10:
        assert sorted(rows) == list(combinations(range(bits), size))


def test_labels_are_parities_and_rows_hold_task_bits_and_a_constant():
    drawn = source((0.4, 0.8))
    task, bits = drawn.draw(50)
    label, room = drawn.labels(task, bits), drawn.empty(50)
    drawn.write(room, *drawn.draw(50))  # an earlier batch, which must leave no trace
    drawn.write(room, task, bits)
    for run in range(2):
        for row in range(50):
            chosen = bits[run, row, drawn.subset[run, task[run, row]]]
            assert label[run, row] == (np.prod(chosen.numpy()) == 1)
            expected = np.zeros(drawn.columns)
            expected[task[run, row]], expected[5:11], expected[11] = 1, bits[run, row], 1
            np.testing.assert_array_equal(room[run, row], expected)


def test_tasks_occur_with_their_frequencies():
    """All five tasks at once, 40000 samples: chi² of four degrees is below 28 but for 1e-5."""
    drawn = source((0.4, 1.2))
    task, bits = drawn.draw(40_000)
    for run, gamma in enumerate((0.4, 1.2)):
        expected = 40_000 * exact.frequencies(gamma, 5)
        seen = np.bincount(task[run].numpy(), minlength=5)
        assert ((seen - expected) ** 2 / expected).sum() < 28
    assert abs(bits.double().mean()) < 5 / bits.numel() ** 0.5


def stack(runs: int = 2, widths: tuple[int, ...] = (3, 7)) -> networks.Networks:
    return networks.initial(runs, 12, 16, widths, generator(), torch.float64)


def batch(runs: int = 2, rows: int = 20) -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.randn(runs, rows, 16, generator=generator(1), dtype=torch.float64)
    return x, torch.randint(0, 2, (runs, rows), generator=generator(2)).double()


def test_gradients_are_those_of_autograd_and_keep_to_the_mask():
    made, (x, label) = stack(), batch()
    found = made.gradients(x, label)
    leaves = [p.clone().requires_grad_() for p in made.parameters]
    z = (x @ leaves[0]).relu() @ (leaves[1] * made.mask) + leaves[2]
    loss = binary_cross_entropy_with_logits(z, label[..., None].expand_as(z), reduction="none").mean(1).sum()
    for mine, theirs in zip(found, torch.autograd.grad(loss, leaves), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-10, atol=1e-14)
    assert (found[1][:, made.mask == 0] == 0).all()


def test_adamw_is_pytorchs():
    made, (x, label) = stack(), batch()
    copies = [p.clone() for p in made.parameters]
    mine, theirs = networks.AdamW(made.parameters, 1e-2), torch.optim.AdamW(copies, lr=1e-2, weight_decay=0.01)
    for _ in range(5):
        gradients = made.gradients(x, label)
        mine.step(gradients)
        for p, g in zip(copies, gradients, strict=True):
            p.grad = g
        theirs.step()
    for a, b in zip(made.parameters, copies, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-14)


def test_a_network_among_many_is_what_it_is_alone():
    """Width 7 of run 1, taken out of the stack and trained as a plain network, in float64."""
    made, (x, label) = stack(), batch()
    hidden, out = made.hidden[1, :, 3:10].clone(), made.out[1, 3:10, 1].clone()
    alone = networks.Networks(hidden[None], out[None, :, None], made.bias[1:, :, 1:].clone(), torch.ones(7, 1).double())
    for each, inputs, target in ((made, x, label), (alone, x[1:], label[1:])):
        optimizer = networks.AdamW(each.parameters, 1e-2)
        for _ in range(30):
            optimizer.step(each.gradients(inputs, target))
    torch.testing.assert_close(alone.losses(x[1:], label[1:])[0, :, 0], made.losses(x, label)[1, :, 1])


def test_initial_weights_have_pytorchs_range_and_padding_is_zero():
    made = networks.initial(3, 12, 16, (40, 30), generator(), torch.float64)
    assert (made.hidden[:, 12:] == 0).all()
    assert (made.hidden[:, :, 70:] == 0).all()
    assert made.hidden.abs().max() <= 11**-0.5  # eleven inputs and a bias
    assert made.hidden[:, :12, :70].std() == pytest.approx((1 / 33) ** 0.5, rel=0.05)
    assert made.out[:, :40, 0].abs().max() <= 40**-0.5
    with pytest.raises(ValueError, match=r"widths is \(0,\)"):
        networks.initial(1, 4, 8, (0,), generator(), torch.float64)


def test_flops_are_those_of_the_products():
    made, rows = stack(), 20
    runs, columns, units, outputs = 2, 16, 16, 2
    products = [(columns, units), (units, outputs), (units, outputs), (outputs, units), (columns, units)]
    assert made.step_flops(rows) == sum(2 * runs * rows * a * b for a, b in products)


def test_parity_is_learned_and_the_same_seed_gives_the_same_run():
    problem = Problem(tasks=4, bits=6, size=2, batch=128, rate=2e-2, steps=500)
    first, second = (training.fresh(problem, (0.4,), 2, (2, 32), CPU, seed=1, looks=8) for _ in range(2))
    np.testing.assert_array_equal(first.losses, second.losses)
    assert first.losses.shape[1:] == (2, 2, 4)
    assert first.losses[0].min() > 0.8
    assert (first.losses[-1, :, 1] < 0.3).all()
    assert first.at[-1] == 500


def test_limited_data_are_shared_beginnings_and_can_be_learned_by_heart():
    """With 20 samples the loss on fresh ones stays; with 2000 it falls: more data help, in every run."""
    problem = Problem(tasks=3, bits=8, size=2, batch=64, rate=2e-2, steps=400)
    found = training.limited(problem, (0.4, 0.8), 1, (20, 2000), 32, CPU, seed=0, looks=8)
    assert found.gammas.tolist() == [0.4, 0.4, 0.8, 0.8]
    total = found.total(np.stack([exact.frequencies(g, 3) for g in found.gammas]))[:, :, 0]
    assert (total[-1, [0, 2]] > 1).all()  # overconfident on what it has not seen
    assert (total[-1, [1, 3]] < 0.3).all()
