"""Sharing the output embedding: estimates against quadrature and brute force; theory against what was run."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from math import log

import numpy as np
import pytest
import torch
from jaxtyping import install_import_hook
from scipy.integrate import quad
from scipy.stats import chi

TYPES = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"  # an int is a float
with install_import_hook("kexue.tied_embedding", TYPES):
    from kexue.tied_embedding import PRESETS, Config, bigram, checks, figures, initial, report, run

CPU = torch.device("cpu")
SMALL = replace(
    PRESETS["quick"],
    seeds=2,
    cases=((64, 1 / 8, 500), (16, 0.5, 1000)),
    rows=64,
    d=32,
    heads=2,
    steps=12,
    batch=2,
    time=16,
    test=8,
    cycle=8,
    bigram_steps=600,
    vocabulary=2000,
)


def draw(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def small():
    return run(SMALL, CPU)


@pytest.mark.parametrize(
    ("case", "article", "refined"),
    [
        ((64, 1 / 8, 1000), 8.289, 8.440),
        ((256, 1 / 16, 5000), 16.001, 16.001),
        ((768, 0.02, 20000), 15.364, 15.365),
        ((16, 0.5, 20000), 10.042, 11.923),
    ],
)
def test_estimates_have_the_values_that_were_known(case, article, refined):
    case = initial.Case(*case)
    assert initial.article_loss(case) == pytest.approx(article, abs=5e-4)
    assert initial.refined_loss(case) == pytest.approx(refined, abs=5e-4)


@pytest.mark.parametrize("case", [(16, 0.5, 20000), (64, 1 / 8, 1000), (768, 0.02, 50000), (2, 1.0, 10)])
def test_the_mean_over_lengths_is_that_of_an_adaptive_quadrature(case):
    case = initial.Case(*case)
    d, s, n = case.d, case.sigma, case.n

    def loss(x):
        return np.logaddexp(d**0.5 * s * x, log(n - 1) + d * s**2 / 2) * chi.pdf(x, d)

    exact, _ = quad(loss, max(0, d**0.5 - 9), d**0.5 + 9, limit=200)
    assert initial.averaged_loss(case) == pytest.approx(exact, rel=1e-5)


def test_at_log_n_over_d_the_article_has_log_2n_less_one():
    case = initial.Case(64, log(1000) / 64, 1000)
    assert initial.article_loss(case) == pytest.approx(log(1999), rel=1e-12)


def test_row_losses_are_their_formula_whatever_the_block(monkeypatch):
    b, v = torch.randn(2, 5, 4, dtype=torch.float64), torch.randn(2, 7, 4, dtype=torch.float64)
    found = initial.row_losses(b, v)
    for seed in range(2):
        for i in range(5):
            logits = (v[seed] @ b[seed, i]).numpy()
            targets = np.delete(logits, i)
            assert float(found[seed, i]) == pytest.approx(np.log(np.exp(logits).sum()) - targets.mean(), rel=1e-12)
    monkeypatch.setattr(initial, "PAIRS", 28)
    torch.testing.assert_close(initial.row_losses(b, v), found)


def test_rotations_are_orthogonal_and_without_a_preferred_direction():
    q = initial.rotations(4000, 4, generator=draw(), device=CPU, dtype=torch.float64)
    torch.testing.assert_close(q @ q.transpose(1, 2), torch.eye(4, dtype=torch.float64).expand(4000, 4, 4))
    assert float(q.mean(dim=0).abs().max()) < 5 * (1 / 4 / 4000) ** 0.5  # each entry once in 10⁶
    assert float((q**2).mean(dim=0).sub(1 / 4).abs().max()) < 5 * (1 / 16 / 4000) ** 0.5


def test_the_half_swap_has_twice_the_variance_of_independent_vectors():
    w = torch.randn(2, 50_000, 8, generator=draw(), dtype=torch.float64)
    own = (w[0] * initial.swap_halves(w[0])).sum(dim=-1).var()
    pair = (w[0] * w[1]).sum(dim=-1).var()
    q = initial.rotations(50_000, 8, generator=draw(1), device=CPU, dtype=torch.float64)
    turned = torch.einsum("ni,nij,nj->n", w[0], q, w[0]).var()
    error = 5 * (8 / 50_000) ** 0.5  # of a squared sum of eight products, kurtosis below nine: one time in 10⁶
    for found, exact in ((own, 16), (pair, 8), (turned, 8 + 2)):
        assert float(found) / exact == pytest.approx(1, abs=error)


def test_drawn_losses_are_the_same_for_a_seed_and_agree_with_theory():
    case = initial.Case(16, 0.5, 2000)
    first, again = (
        initial.measure(case, seeds=4, rows=256, generator=draw(3), device=CPU, dtype=torch.float64) for _ in range(2)
    )
    np.testing.assert_array_equal(first.losses["tied"], again.losses["tied"])
    for kind in initial.KINDS:
        predicted = initial.averaged_loss(case) if kind == "tied" else initial.remedy_loss(case)
        assert abs(first.mean(kind) - predicted) < 5 * first.error(kind) + initial.neglected(case)
    assert abs(first.mean("tied") - initial.article_loss(case)) > 20 * first.error("tied")


def test_symmetric_logits_cost_log_2_a_token_on_a_cycle():
    """For random symmetric tables, by brute force; a row's scale leaves one token that pays."""
    table = torch.randn(2000, 5, 5, generator=draw(), dtype=torch.float64) * 3
    losses = bigram.cycle_losses(table + table.transpose(1, 2))
    assert float(losses.mean(dim=1).min()) > log(2)
    scaled = (table + table.transpose(1, 2)) * torch.rand(2000, 5, 1, generator=draw(), dtype=torch.float64) * 4
    assert float(bigram.cycle_losses(scaled).amax(dim=1).min()) > log(2)
    assert float(bigram.cycle_losses(table).mean(dim=1).min()) < log(2)  # others need not


def test_cycle_losses_are_cross_entropies():
    table = torch.randn(3, 6, 6, dtype=torch.float64)
    targets = torch.arange(1, 7) % 6
    for found, logits in zip(bigram.cycle_losses(table), table, strict=True):
        torch.testing.assert_close(found, torch.nn.functional.cross_entropy(logits, targets, reduction="none"))


def test_bigram_logits_are_those_of_each_model():
    w, v = torch.randn(2, 3, 2, 1, 6, 4, dtype=torch.float64)
    q = initial.rotations(1, 4, generator=draw(), device=CPU, dtype=torch.float64)
    found = bigram.logits(w, v, q)[:, :, 0]
    a = w[0, 0, 0]
    torch.testing.assert_close(found[0, 0], torch.cat([a[:, 2:], a[:, :2]], dim=1) @ a.T)
    torch.testing.assert_close(found[0, 0], found[0, 0].T)
    torch.testing.assert_close(found[1, 0], w[1, 0, 0] @ q[0] @ w[1, 0, 0].T)
    b = w[2, 1, 0]
    torch.testing.assert_close(found[2, 1], 2 * b / b.norm(dim=1, keepdim=True) @ v[2, 1, 0].T)


def test_predicted_and_measured(small):
    assert [check for check in checks(small) if not check.holds] == []
    assert len(checks(small)) == 8 + 2 + 5 + 2 + 5


def test_bigrams_that_were_hardly_trained_are_not_judged(small):
    steps = small.bigrams.steps
    assert len(checks(replace(small, bigrams=replace(small.bigrams, steps=[*steps[:-1], 100])))) == 17


def test_checks_can_fail(small):
    worse = [replace(found, losses={k: v + 1 for k, v in found.losses.items()}) for found in small.measured]
    broken = replace(small.bigrams, losses=small.bigrams.losses * 0, worst=small.bigrams.worst * 0)
    failed = [check.holds for check in checks(replace(small, measured=worse, bigrams=broken))]
    assert failed[:8] == [False] * 8
    assert failed[15:17] == [False] * 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seeds": 1}, "seeds is 1, expected a number from 2"),
        ({"rows": 2}, "rows is 2"),
        ({"d": 100, "heads": 8}, "d is 100, expected a multiple of 16"),
        ({"cycle": 5}, "cycle is 5, expected a multiple of 2"),
        ({"vocabulary": 10}, "vocabulary is 10"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_config_refuses(change, message):
    with pytest.raises(ValueError, match=message):
        replace(SMALL, **change)


@pytest.mark.parametrize("case", [(3, 0.1, 10), (4, 0.0, 10), (4, float("inf"), 10), (4, 0.1, 1)])
def test_cases_refuse(case):
    with pytest.raises(ValueError, match="expected"):
        initial.Case(*case)


def test_the_record_is_json_with_everything_to_make_it_again(small):
    named = replace(small, config=replace(SMALL, tokens="/some/folder/tokens.npz"))
    record = json.loads(json.dumps(report.record(named)))
    assert record["config"].pop("tokens") == "tokens.npz"
    record["config"] |= {name: tuple(record["config"][name]) for name in ("records",)}
    record["config"]["cases"] = tuple(map(tuple, record["config"]["cases"]))
    assert Config(**record["config"]) == SMALL
    assert {"device", "versions", "commit", "seconds", "checks"} <= set(record)
    assert 0 < record["language models"]["share of the peak"] < 1
    assert "half-swap" in repr(report.first_losses(record["drawn"]))
    assert "untied" in repr(report.training(record["language models"]))
    assert "tied" in repr(report.behind(record["language models"]))
    assert "2 seeds" in report.headline(record)
    assert all(np.isfinite(v) for v in report.numbers(small).values() if not isinstance(v, str))


@pytest.mark.parametrize(("small_sigma", "words"), [(0.9, "at none of the 2"), (1.2, "at 2 of the 2 steps")])
def test_the_verdict_is_of_the_numbers(small_sigma, words):
    losses = np.ones((3, 5, 2))
    losses[:, 1] = small_sigma
    assert words in report.verdict({"losses": losses.tolist(), "steps": [0, 10, 20]})


@pytest.mark.parametrize("figure", ["first_losses", "logits", "training", "bigrams"])
def test_figures_have_a_theory_or_five_models(small, figure):
    assert "<svg" in getattr(figures, figure)(small).svg()


def test_module_runs_without_jupyter_and_without_a_tokenizer(tmp_path):
    tokens, output = tmp_path / "tokens.npz", tmp_path / "results.json"
    ids = np.random.default_rng(0).integers(50, size=3000)
    np.savez(tokens, ids=ids, size=50, about="random tokens")
    command = [sys.executable, "-m", "kexue.tied_embedding", "--seeds", "2", "--tokens", str(tokens), "--steps", "3"]
    command += [
        "--case",
        "16",
        "0.5",
        "500",
        "--rows",
        "16",
        "--d",
        "16",
        "--bigram-steps",
        "20",
        "--device",
        "cpu",
        "-o",
        str(output),
    ]
    absent = ["numba", "sentencepiece", "matplotlib", "pydantic", "ot", "myst_nb"]
    blocked = f"import sys, runpy; sys.modules.update(dict.fromkeys({absent}));"
    command[1:3] = ["-c", blocked + "runpy.run_module('kexue.tied_embedding', run_name='__main__')"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    stored = json.loads(output.read_text(encoding="utf-8"))
    assert stored["config"]["cases"] == [[16, 0.5, 500]]
    assert stored["text"] == {"about": "random tokens", "tokens": 3000, "different": 50}
    assert "language models: 3 of 3 steps" in done.stderr
