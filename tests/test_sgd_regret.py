"""SGD's average loss: the batched run against a plain loop, the comparator against SciPy, the theorem against both."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import sympy as sp
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import install_import_hook
from scipy.optimize import minimize

TYPES = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"  # an int is a float
with install_import_hook("kexue.sgd_regret", TYPES):
    from kexue.errors import KexueError
    from kexue.sgd_regret import PRESETS, SCHEDULES, Config, attack, bounds, checks, run
    from kexue.sgd_regret.comparator import minimum
    from kexue.sgd_regret.descent import Run, cumulative_losses, project
    from kexue.sgd_regret.experiment import draw, frequencies
    from kexue.sgd_regret.losses import LINEAR, LOSSES, Problem, breast_cancer

CPU = torch.device("cpu")
SMALL = Config(T=100, seeds=3, schedule="all")
VALUES = {
    "absolute": (lambda m, b: abs(m - b), lambda m, b: np.sign(m - b)),
    "logistic": (lambda m, b: np.logaddexp(0, -b * m), lambda m, b: -b / (1 + np.exp(b * m))),
}


@pytest.fixture(scope="module", params=LOSSES)
def small(request):
    return run(replace(SMALL, loss=request.param), CPU)


def loop(name: str, loss: str, rows: np.ndarray, D: float, G: float) -> float:
    """Σ L(x_t, θ_t) by projected SGD as one writes it by hand."""
    problem = breast_cancer(loss)
    a, b, T = problem.a.numpy(), problem.b.numpy(), len(rows)
    alpha = {
        "constant": D / (G * T**0.5),
        "sqrt_decay": D / (G * 2**0.5),
        "inverse": D / G,
        "cosine": D / (G * T**0.5),
    }[name]
    value, slope = VALUES[loss]
    theta, total = np.zeros(a.shape[1]), 0.0
    for t, i in enumerate(rows, 1):
        margin = theta @ a[i]
        total += value(margin, b[i])
        rule = {"constant": 1, "sqrt_decay": t**-0.5, "inverse": 1 / t, "cosine": (1 + np.cos(np.pi * (t - 1) / T)) / 2}
        theta = theta - alpha * rule[name] * slope(margin, b[i]) * a[i]
        theta /= max(1.0, float(np.linalg.norm(theta)))
    return total


@pytest.mark.parametrize("name", SCHEDULES)
def test_batched_run_is_the_plain_loop(small, name):
    loss, problem = small.config.loss, breast_cancer(small.config.loss)
    samples = draw(small.config, len(problem.b))
    best = minimum(problem, frequencies(samples, small.config.horizons, len(problem.b)), small.config.tolerance)
    lower = best.lower.reshape(-1, small.config.seeds).numpy()
    for k, T in enumerate(small.config.horizons):
        for seed, rows in enumerate(samples[:, :T].long().numpy()):
            average = loop(name, loss, rows, small.D, small.G) / T
            assert small.regret[name][seed, k] == pytest.approx(average - lower[k, seed], abs=1e-12)


def test_constants_are_exact(small):
    problem = breast_cancer(small.config.loss)
    assert small.D == 2
    worst = problem.a[0] * -problem.b[0]  # the point of the ball where this sample's loss is steepest
    slope = problem.loss.slope((worst @ problem.a[0])[None], problem.b[:1]).abs()
    np.testing.assert_allclose(small.G, float(slope), rtol=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
def test_slopes_are_derivatives(loss):
    m = torch.linspace(-2, 2, 41, dtype=torch.float64).add(0.01).requires_grad_()
    for b in (-torch.ones_like(m), torch.ones_like(m)):
        (derivative,) = torch.autograd.grad(LOSSES[loss].value(m, b).sum(), m)
        torch.testing.assert_close(LOSSES[loss].slope(m.detach(), b), derivative)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("mu", [1.0, 1e-3, 1e-8])
def test_supporting_lines_lie_below(loss, mu):
    m = torch.linspace(-3, 3, 61, dtype=torch.float64)
    for b in (-torch.ones_like(m), torch.ones_like(m)):
        line = LOSSES[loss].smooth(m, b, mu)
        below = line.slope[:, None] * m + line.intercept[:, None]
        assert (below <= LOSSES[loss].value(m, b) + 1e-12).all()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("T", [10, 3000])
def test_comparator_is_scipys(loss, T):
    problem = breast_cancer(loss)
    weights = frequencies(draw(Config(T=T, seeds=2), 569), [T], 569)
    found = minimum(problem, weights, 1e-8)
    a, b, value = problem.a.numpy(), problem.b.numpy(), VALUES[loss][0]
    for w, theta, lower, upper in zip(weights.numpy(), *found, strict=True):
        ball = {"type": "ineq", "fun": lambda x: 1 - x @ x, "jac": lambda x: -2 * x}
        other = minimize(lambda x, w=w: w @ value(a @ x, b), theta.numpy() * 0.9, constraints=ball, method="SLSQP")
        assert 0 <= upper - lower <= 1e-8
        assert other.fun >= lower - 1e-6  # SLSQP's own feasibility
        if loss == "logistic":  # smooth: SciPy gets there too
            assert other.fun == pytest.approx(float(upper), abs=1e-6)


def test_comparator_of_a_linear_function_is_known():
    problem = replace(breast_cancer("absolute"), loss=LINEAR, radius=3.0)
    weights = torch.full((1, 569), 1 / 569, dtype=torch.float64)
    found = minimum(problem, weights, 1e-8)
    assert float(found.upper) == pytest.approx(-3 * float(problem.a.mean(dim=0).norm()), abs=1e-8)


def test_comparator_admits_failure():
    with pytest.raises(KexueError, match="raise the tolerance"):
        minimum(breast_cancer("absolute"), torch.full((1, 569), 1 / 569, dtype=torch.float64), 1e-15)


@settings(max_examples=40, deadline=None)
@given(
    dim=st.integers(1, 5),
    T=st.integers(1, 60),
    loss=st.sampled_from(sorted(LOSSES)),
    name=st.sampled_from(sorted(SCHEDULES)),
    radius=st.floats(0.1, 10),
    seed=st.integers(0, 2**31),
)
def test_regret_against_any_point_is_below_the_bound(dim, T, loss, name, radius, seed):
    g = torch.Generator().manual_seed(seed)
    a = torch.randn(T, dim, generator=g, dtype=torch.float64)
    b = torch.randint(2, (T,), generator=g).double() * 2 - 1
    problem = Problem(a, b, LOSSES[loss], radius)
    runs = [Run(SCHEDULES[name].steps(problem.D, problem.G, T), T)]
    total = cumulative_losses(problem, torch.arange(T)[None], runs, [T])
    points = project(radius * torch.randn(200, dim, generator=g, dtype=torch.float64), radius)
    best = problem.loss.value(points @ a.T, b).sum(dim=1).min()
    proved = bounds.bound(name, problem.D, problem.G, [T])[0]
    assert float(total.squeeze() - best) / T <= proved * (1 + 1e-12)


@pytest.mark.parametrize("T", [1, 2, 10, 500])
@pytest.mark.parametrize(("D", "G"), [(1.0, 1.0), (2.0, 0.7), (0.1, 30.0)])
def test_adversary_attains_the_constant_bound(T, D, G):
    result = attack("constant", D, G, T)
    assert result.regret * T**0.5 / (D * G) == pytest.approx(1, abs=1e-12)
    assert result.distance == pytest.approx(D, rel=1e-12)


def test_adversary_breaks_h2_under_the_decaying_step():
    assert attack("sqrt_decay", 1.0, 1.0, 8).distance <= 1 + 1e-12
    assert attack("sqrt_decay", 1.0, 1.0, 9).distance > 1


@pytest.mark.parametrize("name", SCHEDULES)
def test_bound_is_its_expression(name):
    distance, gradient = bounds.bound_terms(SCHEDULES[name].eta)
    at = {bounds.D: sp.Rational(3, 2), bounds.G: sp.Rational(7, 10), bounds.T: 12}
    exact = (distance + gradient.doit()).subs(at).doit()
    assert bounds.bound(name, 1.5, 0.7, [12])[0] == pytest.approx(float(exact), rel=1e-12)


@pytest.mark.parametrize(("name", "factor"), [("constant", 1), ("sqrt_decay", 2**0.5)])
def test_closed_bounds(name, factor):
    T = [10, 1000, 10**6]
    exact, closed = bounds.bound(name, 2.0, 0.5, T), bounds.closed_bound(name, 2.0, 0.5, T)
    np.testing.assert_allclose(closed, factor / np.sqrt(T), rtol=1e-12)
    assert (exact <= closed * (1 + 1e-12)).all()
    np.testing.assert_allclose(exact[-1], closed[-1], rtol=1e-3)  # the sum is 2√T − O(1)


def test_seeds_do_not_depend_on_the_batch(small):
    alone = run(replace(small.config, seeds=2), CPU)
    other = run(replace(small.config, seed=1), CPU)
    for name, regret in small.regret.items():
        np.testing.assert_allclose(regret[:2], alone.regret[name], rtol=0, atol=2 * SMALL.tolerance)
        assert not np.allclose(regret, other.regret[name], rtol=0, atol=1e-4)


def test_schedules_do_not_depend_on_the_batch(small):
    for name in SCHEDULES:
        alone = run(replace(small.config, schedule=name), CPU)
        np.testing.assert_allclose(small.regret[name], alone.regret[name], rtol=0, atol=1e-12)


def test_predicted_and_measured(small):
    pairs = checks(small)
    assert len(pairs) == len(SCHEDULES) + 3
    assert [check for check in pairs if not check.holds] == []


def test_checks_can_fail():
    result = run(Config(T=32, seeds=2), CPU)
    broken = replace(result, regret={name: 10 * regret for name, regret in result.regret.items()})
    assert [check.holds for check in checks(broken)][:2] == [False, False]


def test_worst_cases_are_between_the_constant_step_and_the_bound():
    for case in bounds.worst_cases()["cases"]:
        proved = bounds.bound("sqrt_decay", 1, 1, [case["T"]])[0] * case["T"]
        assert case["constant"] == pytest.approx(case["T"] ** 0.5, abs=1e-6)
        assert case["constant"] - 1e-6 <= case["sqrt_decay"] < proved


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"T": 9}, "T is 9, expected a number from 10 to 1000000"),
        ({"seeds": 1}, "seeds is 1"),
        ({"schedule": "linear"}, "schedule is 'linear', expected one of both, all, constant"),
        ({"loss": "hinge"}, "loss is 'hinge', expected one of absolute, logistic"),
        ({"radius": float("nan")}, "radius is nan"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_config_refuses(change, message):
    with pytest.raises(ValueError, match=message):
        replace(SMALL, **change)


def test_presets_differ_in_size_only():
    assert replace(PRESETS["full"], T=PRESETS["quick"].T, seeds=PRESETS["quick"].seeds) == PRESETS["quick"]


def test_module_runs_without_jupyter(tmp_path):
    output = tmp_path / "results.json"
    command = [
        sys.executable,
        "-m",
        "kexue.sgd_regret",
        "-T",
        "50",
        "--seeds",
        "2",
        "--device",
        "cpu",
        "-o",
        str(output),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stderr
    stored = json.loads(output.read_text(encoding="utf-8"))
    assert stored["config"]["T"] == 50
    assert {"torch", "python"} <= set(stored["versions"])
    assert len(stored["regret"]["constant"]) == 2
