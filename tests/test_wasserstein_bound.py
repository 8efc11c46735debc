"""W-distance ≤ score matching on a line: closed forms, SciPy's integrators and quadrature, the laws, the checks."""

from __future__ import annotations

import itertools
import json
import sys
from dataclasses import replace
from math import exp, expm1, sqrt

import numpy as np
import pytest
import torch
from jaxtyping import install_import_hook
from scipy.integrate import quad, solve_ivp
from scipy.stats import kstest

TYPES = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"  # an int is a float
with install_import_hook("kexue.wasserstein_bound", TYPES):
    from kexue.lab.checks import CheckError, Checks
    from kexue.wasserstein_bound import PRESETS, Config, checks, line, report, run
    from kexue.wasserstein_bound.__main__ import main
    from kexue.wasserstein_bound.bound import KAPPA, article_bound, bound, gaussian_distance
    from kexue.wasserstein_bound.flow import drift, late, together
    from kexue.wasserstein_bound.pairs import PAIRS, WAVE, Data, Pair, cdf, levels

CPU = torch.device("cpu")
TINY = Config(64, 2, 160, 2, 8, 1, 32, 20, cloud=64, cloud_steps=160, grid=11, matched=32)
ALL = Data(PAIRS, CPU)
LATE = 0.3 * torch.ones_like(ALL.T)


@pytest.fixture(scope="module")
def tiny():
    return run(TINY, CPU)


def density(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    m, v = ALL.marginal(t)
    return sum(torch.exp(-((x + sign * m) ** 2) / (2 * v)) for sign in (1, -1)) / (2 * torch.sqrt(2 * torch.pi * v))


def test_score_is_the_gradient_of_the_logarithm():
    x = torch.linspace(-4, 4, 81, dtype=torch.float64).expand(len(PAIRS), 1, -1).clone().requires_grad_()
    (gradient,) = torch.autograd.grad(torch.log(density(x, LATE)).sum(), x)
    torch.testing.assert_close(ALL.score(x.detach(), LATE), gradient)


def test_no_slope_of_the_wrong_score_is_steeper():
    x = torch.linspace(-5, 5, 4001, dtype=torch.float64).expand(len(PAIRS), 1, -1).clone().requires_grad_()
    (slopes,) = torch.autograd.grad(ALL.wrong(x, LATE).sum(), x)
    largest, allowed = slopes.amax(-1, keepdim=True), ALL.steepest(LATE)
    assert (largest <= allowed + 1e-12).all()
    torch.testing.assert_close(largest[~ALL.wave], allowed[~ALL.wave])  # and it is attained without a wave


def test_the_error_is_the_mean_square():
    x = torch.linspace(-30, 30, 60001, dtype=torch.float64)
    wrong = (ALL.wrong(x, LATE) - ALL.score(x, LATE)) ** 2 * density(x, LATE)
    torch.testing.assert_close(torch.sqrt(wrong.sum(-1, keepdim=True) * 1e-3), ALL.error(LATE))


def test_quantiles_invert_the_distribution():
    u = levels(torch.zeros(1000, dtype=torch.float64))
    m, v = ALL.marginal(LATE)
    torch.testing.assert_close(cdf(ALL.quantiles(u, LATE), m, v), u.expand(len(PAIRS), 1, -1), rtol=0, atol=1e-14)


def test_bound_of_constant_rate_is_grönwalls():
    L, e, T, start = 0.7, 0.2, 3.0, 0.5
    times = torch.linspace(0, T, 20001, dtype=torch.float64)
    ones = torch.ones_like(times)
    found = bound(L * ones, e * ones, times, torch.tensor(start, dtype=torch.float64))
    for k in (0, 10000, 20000):
        left = T - float(times[k])
        assert float(found[k]) == pytest.approx(e * expm1(L * left) / L + exp(L * left) * start, rel=1e-8)


@pytest.mark.parametrize("variance", [0.25, 1.0, 4.0])
def test_closed_forms_are_integrals(variance):
    def v(t):
        return 1 + (variance - 1) * exp(-t)

    true = quad(lambda t: 0.05 * sqrt(variance / v(t)), 0, 5)[0]
    claimed = quad(lambda t: 0.05 * sqrt(v(t) / variance), 0, 5)[0]
    assert gaussian_distance(variance, 0.1, 5) == pytest.approx(true, rel=1e-10)
    assert article_bound(variance, 0.1, 5) == pytest.approx(claimed, rel=1e-10)


@pytest.mark.parametrize("name", KAPPA)
def test_quadrature_is_as_good_as_the_checks_say(name, monkeypatch):
    x, y = ALL.start(64)
    here = line.bounds(name, ALL, x, y, 20)
    monkeypatch.setattr(line, "GRID", 4 * line.GRID)
    np.testing.assert_allclose(here, line.bounds(name, ALL, x, y, 20), rtol=1e-6)


@pytest.mark.parametrize("i", range(len(PAIRS)))
def test_the_ode_ends_where_scipys_does(i):
    pair = PAIRS[i]
    data = Data((pair,), CPU)
    x, y = data.start(8)
    fields = tuple(drift(score, 0.5) for score in (data.score, data.wrong))
    *_, (_, fine, coarse) = together(fields, (x, y), data.T, 800, None)
    for field, start, end, rough in zip(fields, (x, y), fine, coarse, strict=True):

        def flat(t, z, field=field):
            return field(torch.as_tensor(z), torch.tensor(t)).numpy().ravel()

        other = solve_ivp(flat, (pair.T, 0), start.numpy().ravel(), rtol=1e-10, atol=1e-12).y[:, -1]
        np.testing.assert_allclose(end.numpy().ravel(), other, atol=float((end - rough).abs().max()) / 2 + 1e-10)


def test_steps_are_of_second_order():
    x, y = ALL.start(64)
    fields = tuple(drift(score, 0.5) for score in (ALL.score, ALL.wrong))
    goal = ALL.quantiles(levels(x), 0 * ALL.T)
    errors = []
    for steps in (200, 400, 800):
        *_, (_, (end, _), _) = together(fields, (x, y), ALL.T, steps, None)
        errors.append((end - goal).abs().amax((1, 2)))
    for longer, shorter in itertools.pairwise(errors):
        assert (longer / shorter > 3.5).all()


def test_eulers_method_measures_too_little_by_the_first_order():
    *_, (_, fine, _) = together(tuple(drift(s, 0.5) for s in (ALL.score, ALL.wrong)), ALL.start(64), ALL.T, 800, None)
    exact = (fine[0] - fine[1]).square().mean(-1).sqrt()[:, 0].numpy()
    missing = [exact - line.first_order(PAIRS, 64, steps, CPU) for steps in (400, 800)]
    chosen = [2, 3, 4]  # two modes, a constant error
    np.testing.assert_allclose((missing[0] / missing[1])[chosen], 2, atol=0.1)
    assert (missing[1][chosen] > 0).all()


def test_the_same_score_and_noise_never_part():
    x, _ = ALL.start(64)
    field = drift(ALL.score, 1.0)
    for _, (a, b), _ in together((field, field), (x, x), ALL.T, 40, torch.Generator().manual_seed(0)):
        assert torch.equal(a, b)


@pytest.mark.parametrize("i", [1, 3, 4])
def test_the_sde_has_the_law_of_the_data(i):
    """Kolmogorov–Smirnov at 1e-6: once in a million seeds it would fail by chance."""
    data = Data((PAIRS[i],), CPU)
    x, _ = data.start(8000)
    field = drift(data.score, 1.0)
    *_, (_, (end, _), _) = together((field, field), (x, x), data.T, 200, torch.Generator().manual_seed(1))
    m, v = (float(each) for each in data.marginal(torch.tensor(0.0)))
    assert (
        kstest(end.numpy().ravel(), lambda q: cdf(torch.as_tensor(q), torch.tensor(m), torch.tensor(v)).numpy()).pvalue
        > 1e-6
    )


def test_time_runs_from_T_to_the_data():
    times = [float(t[0]) for t, _, _ in together((drift(ALL.score, 0.5),) * 2, ALL.start(8), ALL.T, 8, None)]
    assert times == [5.0 * late(k, 8) for k in (0, 2, 4, 6, 8)]
    assert times[-1] == 0


def test_every_check_holds_and_each_could_fail(tiny):
    assert all(check.holds for check in Checks(checks(tiny)))
    halved = replace(tiny.line, bound={name: values / 2 for name, values in tiny.line.bound.items()})
    with pytest.raises(CheckError, match=r"(?s)w attains the bound.*largest at any time"):
        Checks(checks(replace(tiny, line=halved)))
    swapped = replace(tiny.line, wasserstein={name: 1.1 * w for name, w in tiny.line.coupled.items()})
    with pytest.raises(CheckError, match="W₂ − w"):
        Checks(checks(replace(tiny, line=swapped)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_checks_do_not_hang_on_a_seed(seed):
    measured = line.measure(PAIRS, 64, 2, 160, 20, seed, CPU)
    for name in KAPPA:
        assert (measured.wasserstein[name] <= measured.coupled[name] + 1e-12).all()
        cost = np.abs(measured.coupled[name] - measured.coarse[name]) + 1e-6
        assert (measured.coupled[name] <= measured.bound[name][:, None] + cost).all()


def test_a_run_is_the_same_again(tiny):
    again = line.measure(TINY.pairs, TINY.particles, TINY.seeds, TINY.steps, 40, TINY.seed, CPU)
    np.testing.assert_array_equal(again.coupled["SDE"][:, :, -1], tiny.line.coupled["SDE"][:, :, -1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"particles": 10}, "particles is 10, expected a number from 64"),
        ({"seeds": 1}, "seeds is 1, expected a number from 2"),
        ({"steps": 200}, "steps is 200, expected a multiple of 80"),
        ({"cloud_steps": 100}, "cloud_steps is 100, expected a multiple of 80|cloud_steps is 100, expected a number"),
        ({"grid": 12}, "grid is 12, expected an odd number"),
        ({"matched": 65}, "matched is 65, expected a number from 16 to 64"),
        ({"delta": 2.0}, "delta is 2.0, expected a number from 0.001 to 1"),
        ({"nets": 1}, "nets is 1, expected"),
    ],
)
def test_config_refuses(change, message):
    with pytest.raises(ValueError, match=message):
        replace(TINY, **change)


def test_pair_and_steps_are_refused():
    with pytest.raises(ValueError, match=r"sd is 0, expected a number from 0\.1"):
        Pair(1, 0)
    with pytest.raises(ValueError, match="steps is 3, expected an even number"):
        next(together((drift(ALL.score, 0.5),) * 2, ALL.start(8), ALL.T, 3, None))


def test_command_writes_the_record(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(PRESETS, "quick", TINY)
    output = tmp_path / "results.json"
    monkeypatch.setattr(sys, "argv", ["wasserstein_bound", "--delta", "0.2", "--device", "cpu", "-o", str(output)])
    main()
    kept = json.loads(output.read_text(encoding="utf-8"))
    assert kept["config"] == {**TINY.__dict__, "delta": 0.2}
    assert all(check["holds"] for check in kept["checks"])
    assert 0 < kept["training"]["share_of_peak"] < 1
    assert kept["line"][0]["w2"] == pytest.approx(gaussian_distance(4, 0.2, 5), rel=1e-3)
    assert "CPU" in report.summary(kept)
    assert "closed form" in capsys.readouterr().out
    assert repr(report.line_table(kept["line"])).count("\n") == 17  # a caption, a head, sixteen rows
    assert repr(report.plane_table(kept["plane"])).count("\n") == 3


def test_a_page_without_a_gpus_results_says_so():
    assert "have not been made yet" in report.summary(None)


def test_numbers_are_finite_and_named(tiny):
    found = report.numbers(tiny)
    assert {"ODE_0_w2", "SDE_7_ratio", "plane_ODE_bound", "loss", "share_of_peak"} <= set(found)
    assert all(np.isfinite(value) for value in found.values() if not isinstance(value, str))
    assert WAVE == 2
