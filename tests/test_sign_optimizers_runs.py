"""Subnormals against exact rounding, closed forms, the batched language model against a plain loop, a run's checks."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from kexue.lab import corpus
from kexue.lab.checks import CheckError, Checks
from kexue.lab.device import one_thread
from kexue.lab.seeds import generators
from kexue.sign_optimizers import (
    Config,
    Lion,
    Tiger,
    checks,
    experiment,
    language,
    predictions,
    report,
    rows,
    run,
    subnormals,
    transformer,
    zipf,
)

CPU = torch.device("cpu")
SMALL = Config(2, 16, 4, 160, 130, 400, 40, 16, 1, 8, 2, 12, 0.02)
SIZES = language.Sizes(12, 4, 3, 130, 0.02, 1e-3, 0.1, 2)
FORMATS = {"float16": (11, -24), "bfloat16": (8, -133), "float32": (24, -149)}  # digits, exponent of the least


@pytest.fixture(scope="module")
def small():
    return run(SMALL, CPU)


def rounded(x: Fraction, dtype: str) -> Fraction:
    """The nearest number of the format, ties to even; exactly."""
    digits, least = FORMATS[dtype]
    unit = Fraction(2) ** least
    while x >= unit * 2**digits:
        unit *= 2
    return round(x / unit) * unit


@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("beta", [0.9, 0.75])
def test_a_momentum_shrinks_by_exact_rounding(dtype, beta):
    factor = Fraction(float(np.float32(beta)))  # as the kernel multiplies, for the short formats too
    steps = 1000
    path = subnormals.history(dtype, "multiply", beta, subnormals.DTYPES[dtype].itemsize * 1e-6, steps, CPU)
    exact = Fraction(float(path[0]))
    for k in range(steps + 1):
        assert float(path[k]) == float(exact)
        exact = rounded(rounded(factor * exact, "float32"), dtype)  # short formats compute in float32
    assert float(path[-1]) == subnormals.sticking(beta) * subnormals.least(subnormals.DTYPES[dtype])


@pytest.mark.parametrize("how", subnormals.HOW)
@pytest.mark.parametrize("dtype", FORMATS)
@pytest.mark.parametrize("beta", [0.965, 0.97, 0.83])
def test_every_count_of_subnormals_follows_the_rule(dtype, how, beta):
    counts = torch.arange(1, 100)
    found = subnormals.one_step(dtype, how, beta, counts, CPU)
    if how == "foreach multiply" and dtype == "bfloat16":
        beta = float(torch.tensor(beta, dtype=torch.bfloat16))  # the kernel takes the factor in its own format
    assert ((found - beta * counts).abs() <= 0.5 + 1e-6 * counts).all()
    kept = counts[found == counts]
    assert int(kept.max()) == subnormals.sticking(beta)


def test_flushing_ends_the_momentum_and_is_switched_off_again():
    with one_thread():
        with subnormals.flushing() as can:
            if can:
                end = subnormals.ending("float32", "multiply", 0.965, 3.5e-5, 2400, CPU)
                assert end.flushes
                assert end.count == 0
                assert abs(end.steps - subnormals.flush_steps(0.965, 3.5e-5, torch.float32)) <= 1
        assert not subnormals.flushes("float32", "multiply", CPU)


def test_a_momentum_that_is_still_falling_says_so():
    assert subnormals.ending("float32", "multiply", 0.965, 1.0, 10, CPU).steps == -1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: subnormals.history("float64", "multiply", 0.9, 1.0, 5, CPU), "got 'float64', 'multiply'"),
        (lambda: subnormals.history("float16", "divide", 0.9, 1.0, 5, CPU), "expected one of float16"),
        (lambda: subnormals.history("float16", "lerp", 0.9, 0.0, 5, CPU), "start is 0.0"),
        (lambda: subnormals.sticking(1.0), "beta is 1.0"),
        (lambda: replace(SMALL, steps=50), "steps is 50"),
        (lambda: replace(SMALL, slow_steps=5), "slow_steps, if not 0, is 5"),
        (lambda: replace(SMALL, seeds=1), "seeds is 1"),
        (lambda: replace(SMALL, width=20), "width is 20, expected a multiple of 8"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("name", ["Tiger", "Lion"])
@pytest.mark.parametrize("decay", [0.01, 0.5])
def test_rows_follow_the_closed_form(name, decay):
    found = rows.follow(name, 200, 0.05, decay, CPU)
    assert found.error < 1e-11 / decay
    assert found.half == (-1 if decay == 0.01 else 28)  # log(1/2)/log(0.975) = 27.4


def test_the_logistic_curve_is_the_limit_of_small_steps():
    gaps = []
    for lr in (4e-3, 2e-3, 1e-3):
        r, times = 0.02, np.arange(int(16 / lr) + 1)
        sizes = []
        for _ in times:
            sizes.append(r)
            r += lr * r * (1 - 0.01 * r)
        gaps.append(np.abs(rows.logistic(0.02, lr, 0.01, times) - sizes).max())
    np.testing.assert_allclose([gaps[0] / gaps[1], gaps[1] / gaps[2]], 2, rtol=0.02)
    assert rows.logistic(0.02, 1e-3, 0.01, np.array([rows.half_way(0.02, 1e-3, 0.01)]))[0] == pytest.approx(50)


def test_the_stationary_variance_solves_the_moments():
    """θ' = aθ − ηs, s' = s or a fair coin: the two stationary equations, solved as a linear system."""
    for p in rows.CHANCES:
        lr, decay = 0.7, 0.03
        a, keep = 1 - lr * decay, 1 - p
        left = np.array([[1 - a * keep, 0.0], [2 * a * lr, 1 - a**2]])  # unknown: E θs, E θ²
        _, square = np.linalg.solve(left, [-keep * lr, lr**2])
        assert rows.stationary(p, lr, decay) == pytest.approx(square, rel=1e-12)


def test_tokens_follow_the_law():
    count = 20000
    law = zipf.frequencies(9, 1.3).numpy()
    drawn = np.bincount(zipf.draw((count,), 9, generators(3, 1)[0], 1.3).numpy(), minlength=9)
    assert (np.abs(drawn - count * law) < 5.5 * np.sqrt(count * law)).all()  # each of 9 off once in 3e6


def test_a_chain_steps_to_the_partner():
    tokens = zipf.chain(20000, 40, 1.0, generators(0, 1)[0], follow=0.5)
    follows = (tokens[1:] == zipf.partner(tokens[:-1], 40)).double().mean()
    by_chance = float((zipf.frequencies(40) * zipf.frequencies(40)[zipf.partner(torch.arange(40), 40)]).sum())
    assert abs(float(follows) - (0.5 + 0.5 * by_chance)) < 5 * 0.5 / 20000**0.5


def test_tokens_from_a_file(tmp_path):
    path = tmp_path / "tokens.npz"
    corpus.Tokens(np.arange(30, dtype=np.int64), 30, "a test").write(path)
    given = replace(SMALL, tokens=str(path), context=8)
    assert experiment._tokens(given, generators(0, 1)[0]).tolist() == list(range(30))
    for changes in ({"context": 40}, {"model_vocabulary": 20}):
        with pytest.raises(ValueError, match="30 tokens of a vocabulary of 30; expected more than context"):
            experiment._tokens(replace(given, **changes), generators(0, 1)[0])


def plain(variant: language.Variant, which: int) -> torch.Tensor:
    """The embedding of one run, by a plain loop with the optimizers of this package."""
    inputs, targets, weights = language._prepare(SIZES, 1, 0, CPU)
    e, w, o = (nn.Parameter(each[0, which].detach().clone()) for each in weights)
    options = {"lr": SIZES.lr, "weight_decay": SIZES.weight_decay, "rate": "row"}
    by_adam = {"adam": True, "lr": SIZES.adam_lr}
    kind = Lion if variant.rest == "lion" else Tiger
    groups = [{"params": [e], "lazy": variant.lazy} | (by_adam if variant.embedding == "adam" else {})]
    groups.append({"params": [w, o]} | (by_adam if variant.rest == "adam" else {}))
    optimizer = kind(groups, **options)
    for k in range(SIZES.steps):
        x, y = inputs[k, which].clone(), targets[k, which]
        if k == language.FIRST or (variant.every and k > language.FIRST and (k - language.FIRST) % variant.every == 0):
            x[0] = SIZES.vocabulary - 1
        output = language.swap(e) if variant.tied else o
        optimizer.zero_grad()
        cross_entropy(e[x] @ w @ output.T, y).backward()
        if o.grad is None:
            o.grad = torch.zeros_like(o)
        optimizer.step()
    return e.detach()[-1]


def test_the_batch_trains_as_plain_loops():
    variants = (
        language.Variant("Tiger, recurring", every=7),
        *(v for v in language.VARIANTS if not v.flush and not v.every),
    )
    found = language.train(SIZES, CPU, variants=variants)
    for i, variant in enumerate(variants):
        expected = plain(variant, 1).numpy()
        np.testing.assert_allclose(found.after[i, 1], expected, rtol=2e-4, atol=1e-6, err_msg=variant.name)


def test_seeds_do_not_depend_on_the_batch():
    pair = language.VARIANTS[:2]
    two, three = (language.train(replace(SIZES, seeds=n), CPU, variants=pair) for n in (2, 3))
    np.testing.assert_allclose(two.after, three.after[:, :2], rtol=1e-5)


def test_rows_that_recur_meet_gradients():
    found = language.train(SIZES, CPU, variants=(language.Variant("", every=5), language.Variant("", lazy="all")))
    out, inward, turned = found.reinforced[0].sum(0)
    entries = 2 * 4 * 5  # seeds, width, occurrences
    assert 0 < out + inward <= entries
    assert 0 <= turned <= entries
    assert not found.reinforced[1].any()


def test_flops_are_those_that_pytorch_counts():
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        language.train(SIZES, CPU, variants=language.VARIANTS[:2])
    assert counter.get_total_flops() == language.flops(SIZES, 2)
    shape = transformer.Shape(30, 16, 1, 2, 8, 2, 3, 0.01, 1e-3, 0.1)
    tokens = zipf.chain(200, 30, 1.0, generators(0, 1)[0])
    with FlopCounterMode(display=False) as counter:
        transformer.train("Tiger", shape, tokens, CPU, seed=0)
    dense = 6 * 3 * 16 * (12 * 16**2 + 16 * 30)
    assert counter.get_total_flops() >= dense
    assert shape.flops() == dense + 6 * 3 * 16 * 8 * 16


def test_a_transformer_sees_the_past_alone():
    shape = transformer.Shape(30, 16, 2, 2, 8, 2, 3, 0.01, 1e-3, 0.1)
    torch.manual_seed(0)
    model = transformer.Transformer(shape, tied=True)
    tokens = torch.randint(0, 30, (1, 8))
    other = tokens.clone()
    other[0, 5] = (other[0, 5] + 1) % 30
    same = (model(tokens) - model(other)).abs().amax(-1)[0] < 1e-6
    assert same.tolist() == [True] * 5 + [False] * 3


@pytest.mark.parametrize("name", transformer.NAMES)
def test_a_transformer_is_the_same_for_a_seed(name):
    shape = transformer.Shape(30, 16, 1, 2, 8, 2, 12, 0.01, 1e-3, 0.1)
    tokens = zipf.chain(200, 30, 1.0, generators(0, 1)[0])
    one, two = (transformer.train(name, shape, tokens, CPU, seed=4) for _ in range(2))
    assert (one.largest, one.loss) == (two.largest, two.loss)
    assert one.histogram.sum() == 30 * 16
    assert one.rows.sum() == 30


def test_the_run_holds_its_checks(small):
    found = Checks(checks(small))
    names = " ".join(check.name for check in found)
    for part in ("absent row", "reappearing", "float16, lerp", "rare row", "drift", "transformer, Tiger, tied"):
        assert part in names


def test_a_wrong_measurement_is_told(small):
    broken = small.languages[0]
    after = broken.after.copy()
    after[0] *= 1.02
    worse = replace(small, languages=[replace(broken, after=after)])
    with pytest.raises(CheckError, match=r"Tiger, α = 0\.004: largest entry of the rare row"):
        Checks(predictions.checks(worse))


def test_the_record_is_data_and_its_tables_are_text(small):
    found = json.loads(json.dumps(report.record(small), allow_nan=False))
    assert {"config", "device", "commit", "versions", "seconds", "checks"} <= set(found)
    assert "99.83" in repr(report.languages(found))
    assert "99.70" in repr(report.languages(found, 1))
    assert "never seen" in repr(report.transformers(found))
    assert "checks hold" in report.summary(found)
    assert "float32" in repr(report.endings(small))
    assert report.full(report.FULL.with_name("no such.json")) is None
    assert all(np.isfinite(value) for value in report.numbers(small).values())


def test_figures_say_what_they_show(small):
    from kexue.sign_optimizers import figures

    found = report.record(small)
    drawn = (
        figures.trajectories(small.languages[0]),
        figures.histograms(found),
        figures.reappearing(small.reappearing),
    )
    assert all("<svg" in picture.svg() for picture in drawn)


def test_from_the_shell(tmp_path):
    out = tmp_path / "results.json"
    words = "--seeds 2 --vocabulary 12 --batch 2 --steps 125 --slow-steps 0 --chains 100 --model-vocabulary 20"
    words += " --width 8 --layers 1 --context 4 --model-batch 2 --model-steps 10 --tokens zipf"
    command = [sys.executable, "-m", "kexue.sign_optimizers", *words.split(), "--device", "cpu", "-o", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(out.read_text())["config"]["steps"] == 125
    assert "tolerance" in done.stdout
    assert "subnormals" in done.stderr


def test_figures_and_proofs_are_not_needed_to_run():
    code = "import sys, kexue.sign_optimizers.__main__; print([m for m in ('matplotlib', 'sympy') if m in sys.modules])"
    lean = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert lean.stdout.strip() == "[]"
