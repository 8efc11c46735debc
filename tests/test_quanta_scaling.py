"""Quanta: exact sums against brute force, pure quanta against their law, the exponents of finitely many."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from jaxtyping import install_import_hook
from scipy.special import zeta
from scipy.stats import poisson

TYPES = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"  # an int is a float
with install_import_hook("kexue.quanta_scaling", TYPES):
    from kexue.quanta_scaling import (
        PRESETS,
        Config,
        checks,
        exact,
        exponents,
        figures,
        predictions,
        published,
        report,
        run,
        simulator,
    )
    from kexue.quanta_scaling.training import Trained

CPU = torch.device("cpu")
SMALL = Config((0.4, 0.8), 2, 12, 8, 2, (2, 4, 24), 128, 400, (100, 300, 900), 24, 64, 300, 2e-2, 20_000)


@pytest.fixture(scope="module")
def small():
    return run(SMALL, CPU)


def made(losses: np.ndarray, gamma: float, widths: tuple[int, ...], at: np.ndarray) -> Trained:
    """As if trained: one run, losses (time, network, task)."""
    return Trained(np.array([gamma]), np.array([0]), at, losses[:, None], widths, 1.0, 1)


@pytest.mark.parametrize("gamma", [0.1, 0.5, 1.5])
def test_tails_are_sums_inside_the_band_that_was_proved(gamma):
    left = exact.tails(gamma, 300, truncated=False)
    n = np.arange(1, 301)
    upper, lower = (x**-gamma / (gamma * zeta(gamma + 1)) for x in (n.astype(float), n + 1.0))
    assert ((lower < left[1:]) & (left[1:] < upper)).all()
    p = exact.frequencies(gamma, 300)
    np.testing.assert_allclose([p[k:].sum() for k in (0, 7, 299, 300)], exact.tails(gamma, 300)[[0, 7, 299, 300]])


@pytest.mark.parametrize("gamma", [0.2, 0.8])
def test_first_correction_and_its_error(gamma):
    n = np.arange(1, 200, dtype=float)
    left = exact.tails(gamma, 199, truncated=False)[1:] * zeta(gamma + 1)
    corrected = n**-gamma / gamma - n ** (-gamma - 1) / 2
    gap = left - corrected
    assert ((gap > 0) & (gap < (gamma + 1) * n ** (-gamma - 2) / 8)).all()


def test_the_mean_loss_is_the_sum_over_counts():
    p = exact.frequencies(0.5, 40, truncated=False)
    unseen = [poisson.cdf(3, 100.0 * p[k]) for k in range(40)]  # fewer than four
    late = 1 - p.sum()
    assert exact.after(0.5, np.array([100.0]), 40, 4)[0] == pytest.approx((p * unseen).sum() + late, rel=1e-12)
    soft = exact.softly(0.5, np.array([100.0]), 40, 4)[0]
    assert soft == pytest.approx(sum(q * np.exp(-25 * q) for q in p) + late, rel=1e-12)


def test_drawn_losses_have_the_mean_and_the_spread_of_their_law():
    """40 seeds: means within 5 standard errors at 12 places (error rate below 1e-5), spreads within a factor of two."""
    found = simulator.draw((0.4,), 20_000, 10, 40, 3, points=6)
    error = predictions.slope_error(found, 0, "hard", 20_000)
    slopes = found.exponents("hard")[:, 0]
    assert abs(slopes.mean() - found.expected("mean")[0]) < 5 * error / 40**0.5
    assert 0.5 < slopes.std(ddof=1) / error < 2
    for drawn, mean in ((found.hard, found.mean), (found.soft, found.smooth)):
        scatter = drawn[:, 0].std(0, ddof=1) / 40**0.5
        assert (np.abs(drawn[:, 0].mean(0) - mean[0]) < 5 * scatter).all()


def test_seeds_of_the_simulator_do_not_depend_on_their_number():
    two, three = (simulator.draw((0.4,), 20_000, 10, n, 0, points=3) for n in (2, 3))
    np.testing.assert_array_equal(two.hard, three.hard[:2])


@pytest.mark.parametrize("gamma", [0.1, 0.4, 0.8])
def test_finite_windows_have_the_local_exponent(gamma):
    """In a narrow window at n = 500 of K = 50000; what is left is the first correction's slope, 1/2n of γ, and K's."""
    found = exact.window(gamma, 50_000, 480, 520)
    assert found == pytest.approx(exact.local(gamma, 500 / 50_000), rel=1e-3)
    assert found > gamma  # always steeper


def test_windows_of_many_quanta_tend_to_gamma():
    found = [exact.window(0.8, count, 50, 100) for count in (1000, 10_000, 100_000)]
    assert found == sorted(found, reverse=True)
    assert found[-1] == pytest.approx(0.8, rel=0.02)


def test_published_exponents_have_a_post_hoc_fit():
    rho, residual = published.post_hoc()
    grid, n = np.linspace(0.5, 1, 501), published.finite()
    squares = [((np.array(published.PARAMETERS) - r * n) ** 2).sum() for r in grid]
    assert rho == pytest.approx(grid[np.argmin(squares)], abs=1e-3)
    assert residual < 0.03
    for kind in ("S", "D"):
        finite, asymptotic = published.distances(kind)
        assert finite < asymptotic / 2


def test_exponents_of_losses_that_follow_the_law_are_what_finitely_many_predict():
    """Quanta that switch on in order, twice as many at each look; widths that hold one, two, three … quanta."""
    gamma, tasks = 0.4, 1000
    n = np.array([1, 2, 4, 8, 16, 32, 64])
    losses = (np.arange(1, tasks + 1) > n[:, None]).astype(float)  # (time, task)
    held = np.array([1, 2, 4, 8, 16, 64])
    networks = np.stack([np.maximum(losses, np.arange(1, tasks + 1) > h) for h in held], 1)  # (time, network, task)
    at = n ** (1 + gamma)  # steps
    trained = made(networks, gamma, tuple(int(h) * 10 for h in held), at)
    (steps,) = exponents.in_steps(trained)
    left = exact.tails(gamma, tasks)[n]
    assert steps.mean == pytest.approx(exact.exponent(at[1:], left[1:]))
    assert steps.mean == pytest.approx(steps.finite, rel=0.03)  # few points
    (parameters,) = exponents.in_parameters(trained)
    assert (parameters.first, parameters.last) == (1, 16)
    assert parameters.mean == pytest.approx(parameters.finite, rel=0.03)
    assert exponents.growth(trained) == pytest.approx(1)


def test_learning_times_of_a_law_have_slope_minus_one():
    gamma, tasks = 0.5, 20
    p, at = exact.frequencies(gamma, tasks), np.geomspace(1, 10**4, 400)
    loss = np.exp2(-((at[:, None] * p / 3) ** 4))[:, None]  # half a bit at the step 3/p
    found = exponents.times(made(loss, gamma, (5,), at))
    assert found.slope == pytest.approx(-1, abs=1e-3)
    np.testing.assert_allclose(found.step, 3 / p[: len(found.step)], rtol=1e-3)
    assert found.width == pytest.approx((np.log2(1 / 0.1) / np.log2(1 / 0.9)) ** 0.25, rel=1e-2)


def test_a_run_keeps_its_word(small):
    held = {check.name: check.holds for check in checks(small)}
    assert all(holds for name, holds in held.items() if "networks" not in name)
    kept = report.record(small)
    again = json.loads(json.dumps(kept, allow_nan=False))
    assert again["config"]["gammas"] == [0.4, 0.8]
    for kind in ("S", "D", "N"):
        assert "asymptotic" in repr(report.table(again, kind))
    assert "float32" in report.summary(again)
    assert report.failed(again).count("predicted") == sum(not check["holds"] for check in again["checks"])
    assert np.isfinite(list(report.numbers(small).values())).all()


def test_figures_say_what_they_show(small):
    kept = report.record(small)
    drawn = [
        figures.pure(small.pure),
        figures.curves(small.fresh),
        figures.single_tasks(small.fresh),
        figures.learning_times(small.fresh),
        figures.against_gamma(kept),
    ]
    assert all("<svg" in picture.svg() for picture in drawn)


def test_quick_preset_compares_three_exponents():
    assert PRESETS["quick"].gammas == (0.4,)
    assert PRESETS["full"].gammas == published.GAMMAS


def test_runs_without_jupyter(tmp_path):
    target = tmp_path / "results.json"
    sizes = "--seeds 1 --tasks 6 --bits 6 --size 1 --widths 2 16 --batch 64 --steps 60 --rate 0.05"
    limited = "--samples 50 200 --width 8 --batch-limited 32 --steps-limited 40 --quanta 20000 --device cpu"
    command = [sys.executable, "-W", "error", "-m", "kexue.quanta_scaling", *f"{sizes} {limited}".split()]
    done = subprocess.run([*command, "-o", target], capture_output=True, text=True, check=False)
    assert target.exists(), done.stderr
    kept = json.loads(target.read_text(encoding="utf-8"))
    assert done.returncode == 0 or not all(check["holds"] for check in kept["checks"])
    assert kept["versions"]["torch"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"widths": (8, 4)}, "widths is (8, 4), expected at least 2 increasing"),
        ({"gammas": ()}, "gammas"),
        ({"samples": (10,)}, "samples"),
        ({"size": 9}, "9 of 8 bits"),
        ({"tasks": 29}, "29 tasks with 2 of 8 bits: there are 28 subsets"),
        ({"quanta": 10}, "quanta is 10"),
        ({"rate": 0.0}, "rate"),
    ],
)
def test_what_cannot_be_is_refused(changes, words):
    with pytest.raises(ValueError, match=words.replace("(", r"\(").replace(")", r"\)")):
        replace(SMALL, **changes)


def test_bad_numbers_are_refused():
    with pytest.raises(ValueError, match="gamma is 0"):
        exact.frequencies(0, 5)
    with pytest.raises(ValueError, match="window 5 to 3"):
        exact.window(0.4, 10, 5, 3)
    with pytest.raises(ValueError, match="positive numbers"):
        exact.exponent(np.array([1.0, 2.0]), np.array([1.0, 0.0]))
    with pytest.raises(ValueError, match="quanta is 100"):
        simulator.draw((0.4,), 100, 10, 1, 0)
