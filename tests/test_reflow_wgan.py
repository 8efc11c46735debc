"""From ReFlow to WGAN-GP: closed forms against solvers, quadrature and draws; theory against what was run."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from jaxtyping import install_import_hook
from scipy.integrate import quad
from scipy.stats import norm

TYPES = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"  # an int is a float
with install_import_hook("kexue.reflow_wgan", TYPES):
    from kexue.reflow_wgan import PRESETS, Config, checks, equal, line, report, run
    from kexue.reflow_wgan.animation import Particles
    from kexue.reflow_wgan.distances import assigned, w2, w2_line
    from kexue.reflow_wgan.experiment import floor
    from kexue.reflow_wgan.identity import identity
    from kexue.reflow_wgan.laws import EightGaussians, Mixture

CPU = torch.device("cpu")
SMALL = replace(
    PRESETS["quick"],
    seeds=2,
    iterations=200,
    width=8,
    batch=16,
    outer=100,
    inner=4,
    particles=64,
    points=64,
    samples=64,
)


@pytest.fixture(scope="module")
def small():
    return run(SMALL, CPU)


def test_the_price_of_equal_gaussians_is_two_less_a_quarter_turn():
    exact, _ = quad(lambda t: (2 * t - 1) ** 2 / ((1 - t) ** 2 + t**2), 0, 1)
    assert pytest.approx(exact, abs=1e-12) == equal.PRICE
    found, error = equal.price(1, 10**5, CPU)
    assert abs(found - exact) < 5 * error  # one time in 10⁶


@pytest.mark.parametrize(("shift", "width"), [(0.5, 1.0), (3.0, 0.4)])
def test_a_critic_that_is_linear_has_its_shift_as_slope(shift, width):
    """Pairs of a point and its own image have that slope everywhere; that of independent pairs is symmetric."""
    noise, data = Mixture((1.0,), (0.0,), (width,)), Mixture((1.0,), (shift,), (width,))
    x = np.linspace(0, shift, 5)
    paired = [quad(lambda t, at=at: norm.pdf(at - t * shift, scale=width), 0, 1)[0] for at in x]
    np.testing.assert_allclose((noise.cdf(x) - data.cdf(x)) / paired, shift, rtol=1e-9)
    independent = line.closed_slope(x, noise, data)
    np.testing.assert_allclose(independent, independent[::-1], rtol=1e-9)


def test_the_density_between_is_that_of_drawn_points():
    law = line.between(line.NOISE, line.DATA)
    draw = torch.Generator().manual_seed(0)
    x0, x1 = (each.sample(10**5, generator=draw) for each in (line.NOISE, line.DATA))
    x = torch.lerp(x0, x1, torch.rand(10**5, generator=draw, dtype=torch.float64)).numpy()
    for place in (-3.0, -1.0, 0.5, 2.0, 4.0):
        p = float(law.cdf(np.array([place]))[0])
        assert abs((x < place).mean() - p) < 5 * np.sqrt(p * (1 - p) / len(x))  # one time in 10⁶ each


def test_the_solver_finds_the_closed_form_at_second_order():
    errors = [line.slope_error(cells) for cells in (125, 250, 500)]
    np.testing.assert_allclose(np.array(errors[:-1]) / errors[1:], 4, atol=0.4)
    assert errors[-1] < 1e-4


def test_a_perturbed_critic_is_worse():
    x, found = line.solved_slope(800)
    rho, gap = line.between(line.NOISE, line.DATA).density(x), line.NOISE.cdf(x) - line.DATA.cdf(x)

    def loss(g):
        return (rho * g**2 / 2 - g * gap).sum() * (x[1] - x[0])

    best = loss(found)
    assert best == pytest.approx(-(gap**2 / (2 * rho))[rho > 1e-12].sum() * (x[1] - x[0]), rel=1e-4)
    assert all(loss(found + e * np.cos(x)) > best for e in (-0.1, 0.1))


def test_the_slope_of_samples_is_the_sum_over_pairs():
    rng = np.random.default_rng(0)
    x0, x1 = rng.normal(size=24), np.sort(rng.normal(1, 1, size=24))
    found = line.empirical_slope(torch.tensor(x0)[None], torch.tensor(x1))[0].numpy()
    for at, slope in zip(x0, found, strict=True):  # at a particle the mean of both sides, of the gap and of ρ
        others = x0[x0 != at]
        gap = ((x0 < at).sum() + 0.5) / 24 - (x1 < at).mean()
        own = (1 / abs(x1 - at)).sum() / 2
        move = abs(np.subtract.outer(others, x1))
        passed = (np.minimum.outer(others, x1) < at) & (at < np.maximum.outer(others, x1))
        assert slope == pytest.approx(gap / (((1 / move)[passed].sum() + own) / 24**2), rel=1e-9)


def test_the_flow_on_a_line_is_the_same_for_a_seed_in_any_batch_of_a_size():
    first, again = (line.line_flow(3, 2, 32, 20, 0.1, CPU) for _ in range(2))
    np.testing.assert_array_equal(first.places, again.places)


def test_a_random_time_adds_the_variance_along_the_line():
    found = identity(5, 2, 2000, CPU)
    assert found.errors[64] < 1e-8 < found.errors[4]
    extra = (found.single - found.ends) ** 2 - found.within
    assert abs(extra.mean()) < 5 * extra.std() / extra.size**0.5  # one time in 10⁶
    single, ends = found.deviations
    assert (single > ends).all()


def test_distances_agree_with_an_independent_solver():
    rng = np.random.default_rng(1)
    x, centres = rng.normal(size=(64, 2)), EightGaussians(2.0, 0.1).centres
    costs = ((x[:, None] - centres) ** 2).sum(axis=-1)
    assert w2(x, centres) == pytest.approx(np.sqrt(assigned(costs)), rel=1e-9)
    a, b = rng.normal(size=(2, 20))
    assert w2(a[:, None], b[:, None]) == pytest.approx(float(w2_line(a, b)), rel=1e-9)


def test_draws_of_the_data_are_at_the_floor_and_centres_at_zero():
    law = EightGaussians(2.0, 0.02)
    assert w2(np.repeat(law.centres, 4, axis=0), law.centres) == pytest.approx(0, abs=1e-7)
    assert floor(law, 1024, 0) < floor(law, 64, 0)
    drawn = law.sample(10**5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert float(drawn.std(dim=0).mean()) == pytest.approx(law.spread, rel=0.01)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((10, 2)), np.zeros((8, 2)), "n a multiple of m"),
        (np.zeros((8, 2)), np.zeros((0, 2)), "expected"),
        (np.full((8, 2), np.nan), np.zeros((8, 2)), "diverged"),
    ],
)
def test_distances_refuse(x, y, message):
    with pytest.raises(ValueError, match=message):
        w2(x, y)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seeds": 1}, "seeds is 1, expected a number from 2"),
        ({"iterations": 3}, "iterations is 3"),
        ({"particles": 100}, "particles is 100, expected a multiple of 8"),
        ({"samples": 8}, "samples is 8"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_config_refuses(change, message):
    with pytest.raises(ValueError, match=message):
        replace(SMALL, **change)


@pytest.mark.parametrize("parts", [((1.0,), (0.0, 1.0), (1.0,)), ((0.5,), (0.0,), (1.0,)), ((1.0,), (0.0,), (0.0,))])
def test_mixtures_refuse(parts):
    with pytest.raises(ValueError, match="weights"):
        Mixture(*parts)


def test_quantiles_invert_the_distribution_function():
    levels = (np.arange(50) + 0.5) / 50
    np.testing.assert_allclose(line.DATA.cdf(line.DATA.quantiles(50)), levels, atol=1e-12)


def test_predicted_and_measured(small):
    assert [check for check in checks(small) if not check.holds] == []
    assert len(checks(small)) == 13


def test_networks_that_were_hardly_trained_are_not_judged(small):
    short = replace(small, config=replace(SMALL, outer=20, iterations=10))
    assert len(checks(short)) == 6


def test_checks_can_fail(small):
    worse = replace(small.identity, errors={64: 1.0}, single=small.identity.single * 2)
    broken = replace(small, identity=worse, price=(1.0, 0.01), slope_errors={250: 1.0, 500: 1.0, 1000: 1.0})
    assert [check.holds for check in checks(broken)][:5] == [False] * 5


def test_the_record_is_json_with_everything_to_make_it_again(small):
    record = json.loads(json.dumps(report.record(small)))
    assert Config(**record["config"]) == SMALL
    assert {"device", "versions", "commit", "seconds", "checks"} <= set(record)
    assert 0 < record["wgan"]["share of the peak"] < 1
    assert "centred at one" in repr(report.distances(record["wgan"]))
    assert str(SMALL.seeds) in report.headline(record)
    assert all(np.isfinite(v) for v in report.numbers(small).values())


def test_the_longer_run_says_what_the_page_says_of_it():
    kept = report.longer()
    config, plane, wgan = kept["config"], kept["plane"], kept["wgan"]
    assert Config(**config) == replace(
        PRESETS["quick"], seeds=2, inner=40, particles=512, width=96, iterations=2000, seed=0
    )
    numbers = report.longer_numbers(kept)
    assert numbers["longer_timed_spread_end"] < 0.3
    assert numbers["longer_critic_end"] < plane["floor"] < numbers["longer_timeless_end"] < numbers["longer_timed_end"]
    last = dict(zip(map(tuple, wgan["settings"]), wgan["W2"][-1], strict=True))
    far = last.pop((1, 10.0))
    assert min(far) > 1.5 * max(map(max, last.values()))
    assert max(map(max, last.values())) < 1.2 * wgan["floor"]


def test_presets_differ_in_size_only():
    assert replace(PRESETS["full"], seed=PRESETS["quick"].seed).training.weights == PRESETS["quick"].training.weights
    assert PRESETS["full"].effort.rate == PRESETS["quick"].effort.rate


def test_an_animation_refuses_what_does_not_fit():
    places = {"a": np.zeros((3, 2, 2)), "b": np.zeros((2, 2, 2))}
    with pytest.raises(ValueError, match="same number"):
        Particles(places, [0, 1, 2], np.zeros((1, 2)), reach=1.0, alt="moving")
    with pytest.raises(ValueError, match="alt is empty"):
        Particles({"a": places["a"]}, [0, 1, 2], np.zeros((1, 2)), reach=1.0, alt=" ")


def test_an_animation_holds_every_record():
    places = np.random.default_rng(0).normal(size=(4, 5, 2))
    html = Particles({"one": places}, [0, 1, 2, 3], np.zeros((1, 2)), reach=3.0, alt="moving")._repr_html_()
    data = json.loads(html.split('"application/json">')[1].split("</script>")[0])
    assert data["steps"] == [0, 1, 2, 3]
    assert np.array(data["places"]).shape == (4, 10)
    assert html.count('class="moves"') == 5


def test_module_runs_without_jupyter(tmp_path):
    output = tmp_path / "results.json"
    command = [sys.executable, "-m", "kexue.reflow_wgan", "--seeds", "2", "--iterations", "20", "--width", "8"]
    command += ["--pairs", "100", "--outer", "20", "--device", "cpu", "-o", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    stored = json.loads(output.read_text(encoding="utf-8"))
    assert stored["config"]["iterations"] == 20
    assert {"torch", "python"} <= set(stored["versions"])
