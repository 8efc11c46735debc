"""W-distance ≤ score matching in the plane: the ring's score, the networks, transport, both sides."""

from __future__ import annotations

import itertools
import sys

import numpy as np
import pytest
import torch
from jaxtyping import install_import_hook

TYPES = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"  # an int is a float
with install_import_hook("kexue.wasserstein_bound", TYPES):
    from kexue.errors import KexueError
    from kexue.wasserstein_bound import plane
    from kexue.wasserstein_bound.network import Score, noised, steepest, train
    from kexue.wasserstein_bound.ring import Ring
    from kexue.wasserstein_bound.transport import coupling, exact, on_line, sliced

RING = Ring()
CPU = torch.device("cpu")


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def small():
    return plane.measure(RING, plane.Sizes(2, 16, 1, 64, 60, 200, 80, 20, 21, 60), 5.0, 0, CPU)


def test_score_of_the_ring_is_the_gradient_of_the_logarithm():
    x = torch.randn((7, 50, 2), generator=generator(), dtype=torch.float64).mul(2).requires_grad_()
    t = torch.linspace(0, 4, 7, dtype=torch.float64)[:, None, None]
    kept = torch.exp(-t)
    v = RING.sd**2 * kept + 1 - kept
    squares = (x[..., None, :] - torch.sqrt(kept)[..., None] * RING.centres(x)).square().sum(-1)
    (gradient,) = torch.autograd.grad(torch.logsumexp(-squares / (2 * v), dim=-1).sum(), x)
    torch.testing.assert_close(RING.score(x.detach(), t), gradient)


def test_noised_data_have_their_moments():
    """Five standard errors: one seed in a million would fail."""
    n = 40000
    t = torch.tensor(0.8, dtype=torch.float64)
    x, ε = noised(RING, (n,), t, generator())
    kept = float(torch.exp(-t))
    variance = kept * (RING.radius**2 / 2 + RING.sd**2) + 1 - kept
    assert x.mean(0).abs().max() < 5 * (variance / n) ** 0.5
    assert x.square().mean() == pytest.approx(variance, abs=5 * variance * (2 / n) ** 0.5)
    assert (x * ε).mean() == pytest.approx((1 - kept) ** 0.5, abs=5 * (3 * variance / n) ** 0.5)


def test_networks_in_a_batch_are_networks_alone():
    batch = Score(3, 8, 2, 5.0, generator())
    x, t = torch.randn((3, 10, 2), generator=generator(1)), torch.tensor(0.7)
    for k in range(3):
        alone = batch.to(torch.float32)
        alone.layers = [(w[k : k + 1], b[k : k + 1]) for w, b in batch.layers]
        torch.testing.assert_close(alone(x[k : k + 1], t), batch(x, t)[k : k + 1])


def test_operations_are_those_that_pytorch_counts():
    from torch.utils.flop_counter import FlopCounterMode

    score = Score(2, 8, 3, 5.0, generator())
    for tensor in score.parameters:
        tensor.requires_grad_()
    x, t = torch.randn((2, 16, 2), generator=generator(1)), torch.ones(2, 16, 1)
    with FlopCounterMode(display=False) as counter:
        score(x, t).square().sum().backward()
    assert counter.get_total_flops() == score.flops(16)


def test_steepest_is_the_largest_eigenvalue_of_the_symmetric_jacobian():
    score = Score(2, 8, 2, 5.0, generator()).to(torch.float64)
    points, t = torch.randn((5, 2), generator=generator(1), dtype=torch.float64), torch.tensor(0.4, dtype=torch.float64)
    found = steepest(score, points, t)
    for net, i in itertools.product(range(2), range(5)):

        def one(x, net=net):
            return score(x.expand(2, 1, 2), t)[net, 0]

        J = torch.autograd.functional.jacobian(one, points[i])
        assert float(found[net, i]) == pytest.approx(float(torch.linalg.eigvalsh((J + J.T) / 2)[-1]), abs=1e-12)


def test_training_lowers_the_loss_towards_its_floor():
    before, after = (train(Score(2, 32, 2, 5.0, generator()), RING, 256, n, generator(1)) for n in (10, 400))
    assert all(a < b for a, b in zip(after.losses, before.losses, strict=True))
    assert after.rate > 0


def test_on_a_line_sorting_is_pots_transport():
    import ot

    x, y = torch.randn((2, 4, 100), generator=generator(), dtype=torch.float64)
    for a, b, found in zip(x.numpy(), y.numpy(), on_line(x, y).numpy(), strict=True):
        assert found == pytest.approx(ot.wasserstein_1d(a, b, p=2) ** 0.5, abs=1e-12)


def test_exact_is_the_best_of_all_matchings(monkeypatch):
    x, y = np.random.default_rng(0).standard_normal((2, 6, 2))
    best = min(np.mean(((x - y[list(p)]) ** 2).sum(-1)) for p in itertools.permutations(range(6))) ** 0.5
    assert exact(x, y) == pytest.approx(best, abs=1e-12)
    monkeypatch.setitem(sys.modules, "ot", None)  # where POT is not installed
    assert exact(x, y) == pytest.approx(best, abs=1e-12)


def test_transport_that_was_not_solved_is_an_error(monkeypatch):
    import ot

    monkeypatch.setattr(ot, "emd2", lambda *_, **__: (0.0, {"warning": "numItermax reached"}))
    with pytest.raises(KexueError, match=r"did not solve the transport of 3 particles.*take fewer"):
        exact(np.zeros((3, 2)), np.ones((3, 2)))


def test_sliced_is_below_exact_and_exact_below_the_coupling():
    x = torch.randn((3, 60, 2), generator=generator(), dtype=torch.float64)
    y = x + torch.randn(x.shape, generator=generator(1), dtype=torch.float64)
    below, above = sliced(x, y), coupling(x, y, dims=2)
    for k in range(3):
        assert below[k] <= exact(x[k].numpy(), y[k].numpy()) <= above[k]
    torch.testing.assert_close(sliced(x, x + 1), torch.full((3,), 2**0.5, dtype=torch.float64))  # along (1, 1)


def test_both_sides_of_learned_scores(small):
    for name in small.bound:
        assert (small.sliced[name] <= small.coupled[name] + 1e-12).all()
        assert (small.exact[name][0] <= small.exact[name][1] + 1e-12).all()
        cost = np.abs(small.coupled[name] - small.coarse[name])[:, -1] + np.abs(
            small.bound[name][:, -1] - small.bound_half[name]
        )
        assert (small.coupled[name][:, -1] <= small.bound[name][:, -1] + cost).all()
        assert (small.bound_pairs[name][:, -1] <= small.bound[name][:, -1] * 1.01).all()


def test_the_loss_is_error_and_floor(small):
    loss = small.loss
    assert (np.abs(loss.gap) < 5 * loss.deviation).all()  # five standard errors
    np.testing.assert_allclose(loss.conditional - loss.score - loss.floor, loss.gap, atol=1e-12)
    assert (loss.score < loss.conditional).all()


def test_ring_refuses():
    with pytest.raises(ValueError, match=r"sd is 0\.01, expected a number from 0\.1"):
        Ring(sd=0.01)


def test_figures_say_what_they_show(small):
    from kexue.wasserstein_bound import figures

    assert "Learned scores" in figures.sides(small).svg()
    assert len(figures.animation(small, "ODE", 3).children[1].children) == 3
