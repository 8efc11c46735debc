"""Monoflow's training: stacked networks and their optimizer against PyTorch's own, K steps against a plain loop."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import silu, softplus

from kexue.lab.seeds import generators
from kexue.monoflow import critics, nets, ring
from kexue.monoflow.nets import Adam, Shape
from kexue.monoflow.transport import in_the_plane

CPU, DOUBLE = torch.device("cpu"), torch.float64


def single(shape: Shape, row: torch.Tensor):
    """One network of a stack, written as one writes it by hand."""
    layers, at = [], 0
    for i, o in shape.layers:
        layers.append((row[at : at + i * o].reshape(i, o), row[at + i * o : at + i * o + o]))
        at += i * o + o

    def forward(x):
        for weight, bias in layers[:-1]:
            x = silu(x @ weight + bias)
        return x @ layers[-1][0] + layers[-1][1]

    return forward


def test_a_stack_is_its_networks():
    shape = Shape((3, 7, 5, 2))
    flat = nets.initial(shape, generators(0, 4), DOUBLE)
    x = torch.randn(4, 6, 3, dtype=DOUBLE)
    together = nets.apply(nets.views(shape, flat), x)
    for row, points, found in zip(flat, x, together, strict=True):
        torch.testing.assert_close(found, single(shape, row)(points))


def test_views_share_the_memory_of_the_stack():
    shape = Shape((1, 3, 1))
    flat = nets.initial(shape, generators(0, 2), DOUBLE)
    layers = nets.views(shape, flat)
    flat.zero_()
    assert all(not layer.any() for layer in layers)


def test_adam_is_pytorchs_for_every_run_with_its_own_count_of_steps():
    shape = Shape((1, 2, 1))
    flat = nets.initial(shape, generators(0, 3), DOUBLE)
    rows = [row.clone().requires_grad_() for row in flat]
    others = [torch.optim.Adam([row], lr=0.1, betas=(0.5, 0.9), eps=1e-12) for row in rows]
    adam = Adam(flat, 0.1)
    for active in (3, 3, 1, 2, 3):
        gradient = torch.randn(active, shape.count, dtype=DOUBLE)
        adam.step([gradient])
        for row, other, g in zip(rows, others, gradient, strict=False):
            row.grad = g.clone()
            other.step()
    torch.testing.assert_close(flat, torch.stack([row.detach() for row in rows]))


def test_flops_are_those_that_pytorch_counts():
    from torch.utils.flop_counter import FlopCounterMode

    shape = Shape((2, 8, 8, 1))
    flat = nets.initial(shape, generators(0, 1), torch.float32)
    x = torch.randn(1, 5, 2)
    with FlopCounterMode(display=False) as counter:
        nets.apply(nets.views(shape, flat), x)
    assert counter.get_total_flops() == 5 * shape.forward_flops()
    layers = [layer.requires_grad_() for layer in nets.views(shape, flat)]
    with FlopCounterMode(display=False) as counter:
        torch.autograd.grad(nets.apply(layers, x).sum(), layers)
    assert counter.get_total_flops() == 5 * (shape.forward_flops() + shape.weight_flops())
    with FlopCounterMode(display=False) as counter:
        critics.ascent(nets.views(shape, flat), x)
    assert counter.get_total_flops() == 5 * (shape.forward_flops() + shape.input_flops())


def plain(loss: str, k: int, rounds: int, width: int, batch: int, inner: int, epsilon: float) -> torch.Tensor:
    """Samples of one generator, trained by a loop with PyTorch's optimizer and the losses as they are written."""
    draws = generators(0, 1)
    makers, judges = Shape((2, width, width, 2)), Shape((2, width, width, 1))
    theta = nets.initial(makers, draws, DOUBLE)[0].requires_grad_()
    phi = nets.initial(judges, draws, DOUBLE)[0].requires_grad_()
    options = {"lr": ring.RATE / width, "betas": (0.5, 0.9), "eps": 1e-12}
    for_theta, for_phi = torch.optim.Adam([theta], **options), torch.optim.Adam([phi], **options)
    for _ in range(rounds):
        for _ in range(inner):
            real, z = ring.target(batch, draws, DOUBLE)[0], ring.noise(batch, draws, DOUBLE)[0]
            fake, judge = single(makers, theta)(z).detach(), single(judges, phi)
            score = torch.cat((softplus(-judge(real)), softplus(judge(fake)))).mean()
            (phi.grad,) = torch.autograd.grad(score, phi)
            for_phi.step()
        z = ring.noise(batch, draws, DOUBLE)[0]
        old = single(makers, theta)(z).detach().requires_grad_()
        (ascent,) = torch.autograd.grad(single(judges, phi)(old).sum(), old)
        for _ in range(k):
            out = single(makers, theta)(z)
            if loss == "adversarial":
                cost = -single(judges, phi)(out).sum() / batch
            else:
                cost = (out - old.detach() - epsilon * ascent).square().sum() / (2 * epsilon * batch)
            (theta.grad,) = torch.autograd.grad(cost, theta)
            for_theta.step()
    judged = generators(10**6, 1)
    for even in (True, False):
        ring.target(32, judged, DOUBLE, even=even)
    return single(makers, theta)(ring.noise(32, judged, DOUBLE)[0]).detach()


@pytest.mark.parametrize("loss", ring.LOSSES)
@pytest.mark.parametrize("k", [1, 4])
def test_the_stack_trains_as_a_plain_loop(loss, k):
    found = ring.train((1, 4), 1, 4, 8, 16, 32, CPU, inner=2, epsilon=0.3, checkpoints=1, dtype=DOUBLE)
    samples = found.samples[-1, found.settings.index(ring.Setting(loss, k))]
    np.testing.assert_allclose(samples, plain(loss, k, 4, 8, 16, 2, 0.3), atol=1e-8)


def test_one_step_a_round_is_the_same_by_either_loss():
    found = ring.train((1, 4), 2, 4, 8, 16, 32, CPU, checkpoints=2, dtype=DOUBLE)
    both = [found.distance[:, found.settings.index(ring.Setting(loss, 1))] for loss in ring.LOSSES]
    np.testing.assert_allclose(*both, atol=1e-8)
    four = [found.final(loss, 4) for loss in ring.LOSSES]
    assert not np.allclose(*four, atol=1e-3)


def test_runs_do_not_depend_on_the_batch():
    options = {"checkpoints": 1, "dtype": DOUBLE}
    alone = ring.train((1, 2), 1, 3, 8, 16, 32, CPU, **options)
    more = ring.train((1, 2, 5), 3, 3, 8, 16, 32, CPU, **options)
    for loss in ring.LOSSES:
        for k in (1, 2):
            np.testing.assert_allclose(alone.final(loss, k), more.final(loss, k)[:1], atol=1e-8)


def test_samples_of_the_ring_lie_on_it():
    points = ring.target(4000, generators(0, 1), DOUBLE)[0].numpy()
    assert ring.covered(points) == 8
    near = np.linalg.norm(points[:, None] - ring.centres().numpy(), axis=-1)
    counts = np.bincount(near.argmin(1), minlength=8)
    assert (abs(counts - 500) < 5 * 500**0.5).all()  # each of 8 counts is off once in 1e6
    assert near.min(1).max() < 0.1 * 6


def test_quantiles_are_those_of_the_target():
    count = 20000
    exact = critics.quantiles(count)
    drawn = critics.target(count, generators(0, 1), DOUBLE)[0, :, 0].sort().values
    levels = torch.searchsorted(drawn, exact) / count
    uniform = (torch.arange(count) + 0.5) / count
    assert float((levels - uniform).abs().max()) < 2.7 / count**0.5  # Kolmogorov: once in 1e6


def test_particles_follow_their_own_h():
    shape = Shape((1, 4, 1))
    flat = nets.initial(shape, generators(0, 2), DOUBLE)
    x = torch.randn(2, 5, 1, dtype=DOUBLE)
    layers = nets.views(shape, flat)
    scores, slope = critics.ascent(layers, x)
    moved = critics.velocity(["identity", "decreasing"], layers, x)
    torch.testing.assert_close(moved, slope * torch.tensor([1.0, -1.0]).view(2, 1, 1))
    torch.testing.assert_close(critics.velocity(["exp", "exp"], layers, x), scores.exp() * slope)


def test_particles_come_near_unless_h_falls():
    found = critics.chase(2, 96, 60, 16, CPU, names=("identity", "decreasing"))
    start, end = found.distance[0], found.distance[-1]
    assert (end[0] < start[0]).all()
    assert (end[1] > start[1]).all()


def test_particles_without_a_generator_start_with_it_and_come_nearer():
    marks = (0, 20, 40)
    found = ring.follow(marks, 32, 64, 64, CPU)
    trained = ring.train((1, 2), 1, 1, 32, 64, 64, CPU, checkpoints=1)
    np.testing.assert_allclose(found[0], trained.samples[0, 0], atol=1e-6)
    start, _, end = (in_the_plane(x, trained.real) for x in found)
    assert end < 0.5 * start
