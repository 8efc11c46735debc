"""Runs that share a tensor program are the runs that one would write by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from kexue.lab.seeds import generators
from kexue.reflow_wgan import flows, wgan
from kexue.reflow_wgan.networks import adam, descend, forward, initial, relu_slope, slope

CPU = torch.device("cpu")
TINY = wgan.Training(iterations=10, width=8, batch=16, rate=1e-3, samples=16, records=2)
EFFORT = flows.Effort(particles=64, outer=20, inner=2, width=16, records=4)


def modules(parameters: list, run: int, activation: type) -> torch.nn.Sequential:
    """One run as PyTorch's own modules."""
    layers = []
    for weight, bias in zip(parameters[::2], parameters[1::2], strict=True):
        layer = torch.nn.Linear(*weight.shape[1:], dtype=weight.dtype)
        with torch.no_grad():
            layer.weight.copy_(weight[run].T)
            layer.bias.copy_(bias[run, 0])
        layers += [layer, activation()]
    return torch.nn.Sequential(*layers[:-1])


def test_a_batched_network_is_each_network():
    found = initial((2, 5, 5, 1), generators(0, 3), 2, CPU, torch.float64)
    x = torch.randn(6, 7, 2, dtype=torch.float64)
    y = forward(found, x, torch.relu)
    for run in range(6):
        torch.testing.assert_close(y[run], modules(found, run, torch.nn.ReLU)(x[run]))
    torch.testing.assert_close(found[0][:3], found[0][3:])  # seeds start alike in both settings


def test_seeds_start_alike_in_any_batch():
    few, many = (initial((2, 4, 1), generators(0, n), 1, CPU, torch.float64) for n in (2, 5))
    for one, other in zip(few, many, strict=True):
        torch.testing.assert_close(one, other[:2])


def test_the_explicit_slope_is_that_of_autograd_and_so_are_its_derivatives():
    found = initial((2, 6, 6, 6, 1), generators(0, 2), 1, CPU, torch.float64)
    x = torch.randn(2, 9, 2, dtype=torch.float64)
    explicit, automatic = relu_slope(found, x), slope(found, x, torch.relu, graph=True)
    torch.testing.assert_close(explicit, automatic)
    ours = torch.autograd.grad((explicit**2).sum(), found[::2])
    theirs = torch.autograd.grad((automatic**2).sum(), found[::2])
    torch.testing.assert_close(ours, theirs)


def test_a_step_of_all_runs_is_a_step_of_each():
    found = initial((2, 5, 1), generators(0, 3), 1, CPU, torch.float64)
    alone = [modules(found, run, torch.nn.ReLU) for run in range(3)]
    x, y = torch.randn(3, 8, 2, dtype=torch.float64), torch.randn(3, 8, 1, dtype=torch.float64)
    optimizer = adam(found, 0.01, (0.5, 0.9))
    own = [torch.optim.Adam(net.parameters(), lr=0.01, betas=(0.5, 0.9)) for net in alone]
    for _ in range(5):
        descend(optimizer, ((forward(found, x, torch.relu) - y) ** 2).mean(dim=(1, 2)), found)
        for run, (net, each) in enumerate(zip(alone, own, strict=True)):
            each.zero_grad()
            ((net(x[run]) - y[run]) ** 2).mean().backward()
            each.step()
    for run, net in enumerate(alone):
        torch.testing.assert_close(forward(found, x, torch.relu)[run], net(x[run]))


@pytest.mark.parametrize("centre", [0, 1])
def test_the_penalty_is_its_formula(centre):
    players = wgan.Players(0, 2, TINY, CPU)
    x0, x1 = players.noise(16), players.data(16)
    state = players.draw.get_state()
    found = players.penalties(x0, x1)
    players.draw.set_state(state)
    t = players.times(16)
    for run in range(players.runs):
        net, weight = modules(players.critic, run, torch.nn.ReLU), float(players.weight[run])
        if int(players.centre[run]) == centre:
            x = torch.lerp(x0[run], x1[run], t[run]).requires_grad_()
            (g,) = torch.autograd.grad(net(x).sum(), x)
            penalty = weight * ((g.norm(dim=1) - centre) ** 2).mean()
            torch.testing.assert_close(found[run], penalty, rtol=1e-4, atol=1e-6)


def test_settings_share_noise_data_and_start():
    players = wgan.Players(0, 2, TINY, CPU)
    x = players.noise(4).reshape(6, 2, 4, 2)
    assert (x == x[:1]).all()
    assert players.centre.tolist() == [0] * 6 + [1] * 6
    assert players.weight[:6].tolist() == pytest.approx([0.1, 0.1, 1, 1, 10, 10])


@pytest.mark.parametrize("width", [8, 24])
def test_flops_are_those_that_pytorch_counts(width):
    training = wgan.Training(iterations=10, width=width, batch=16, rate=1e-3)
    players = wgan.Players(0, 2, training, CPU)
    with FlopCounterMode(display=False) as counter:
        players.iteration()
    assert counter.get_total_flops() == wgan.flops(training, players.runs)


def test_training_is_the_same_for_a_seed_and_finite():
    first, again = (wgan.train(0, 2, TINY, CPU) for _ in range(2))
    np.testing.assert_array_equal(first.samples, again.samples)
    assert np.isfinite(first.samples).all()
    assert first.samples.shape == (3, 6, 2, 16, 2)
    assert first.iterations == [0, 5, 10]


def test_matmul_precision_is_put_back():
    before = torch.get_float32_matmul_precision()
    with wgan.fast_products(CPU):
        pass
    assert torch.get_float32_matmul_precision() == before


def test_the_field_without_time_does_not_see_it():
    model = flows._Velocities(0, 2, EFFORT, CPU, torch.float64)
    x, t = torch.randn(4, 8, 2, dtype=torch.float64), torch.rand(4, 8, 1, dtype=torch.float64)
    early, late = model._at(x, 0 * t), model._at(x, t)
    assert not torch.allclose(early[:2], late[:2])
    torch.testing.assert_close(early[2:], late[2:])


def test_the_critics_loss_differs_from_the_regressions_by_a_constant_only_on_average_over_time():
    """The identity of the derivation, at a fixed batch: one pair of losses with each pair's lines at many times."""
    model = flows._Critics(0, 1, EFFORT, CPU, torch.float64)
    x0, x1 = torch.randn(1, 32, 2, dtype=torch.float64), 2 + torch.randn(1, 32, 2, dtype=torch.float64)
    nodes, weights = np.polynomial.legendre.leggauss(48)
    critic = regression = 0.0
    for u, w in zip(nodes, weights, strict=True):
        t = torch.full((1, 32, 1), (u + 1) / 2, dtype=torch.float64)
        field = model.field(torch.lerp(x0, x1, t))
        critic += w / 2 * float(model.losses(x0, x1, t).detach())
        regression += w / 2 * float(((field - (x1 - x0)) ** 2).sum(dim=-1).mean() / 2)
    constant = float(((x1 - x0) ** 2).sum(dim=-1).mean() / 2)
    assert regression == pytest.approx(critic + constant, abs=1e-10)


def test_particles_of_the_exact_field_collapse_as_predicted():
    found = flows.flow(0, 2, EFFORT, CPU)
    assert found.steps == [0, 5, 10, 15, 20]
    np.testing.assert_allclose(found.predicted_spread(), 0.5 * 0.95 ** np.array(found.steps))
    assert all(places.shape == (5, 2, 64, 2) for places in found.places.values())
    np.testing.assert_array_equal(found.places["v(x)"][0], found.places["∇D(x)"][0])
