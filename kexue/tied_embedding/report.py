"""The experiment as a record (JSON), its tables, and the record of the full preset where it has been made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kexue.lab.provenance import stamp
from kexue.tied_embedding.bigram import MODELS
from kexue.tied_embedding.experiment import Result
from kexue.tied_embedding.initial import KINDS, article_loss, averaged_loss, refined_loss, remedy_loss
from kexue.tied_embedding.predictions import checks
from kexue.tied_embedding.transformer import SETTINGS

if TYPE_CHECKING:
    from kexue.proof.tables import Table

FULL = Path(__file__).parents[1] / "data" / "tied_embedding" / "full.json"
PACKAGES = ("torch", "numpy", "scipy", "kexue")
EARLIER = {(64, 1 / 8, 1000): 8.481, (256, 1 / 16, 5000): 15.957, (768, 0.02, 20000): 15.349, (16, 0.5, 20000): 12.095}
SMALL = SETTINGS[1]


def record(result: Result) -> dict[str, Any]:
    """Numbers and checks with everything needed to make them again; of paths, the file's name alone."""
    trained, bigrams = result.trained, result.bigrams
    config = asdict(result.config)
    for name in ("corpus", "tokens"):
        config[name] = config[name] and Path(config[name]).name
    return {
        "config": config,
        "device": result.device,
        "seconds": round(result.seconds, 1),
        "parts": result.parts,
        **stamp(*PACKAGES),
        "drawn": [drawn(found) for found in result.measured],
        "swept": [drawn(found) for found in result.swept],
        "text": dict(zip(("about", "tokens", "different"), result.text, strict=True)),
        "language models": {
            "settings": list(SETTINGS),
            "sigmas": list(map(float, trained.shape.sigmas)),
            "steps": list(trained.training.records),
            "losses": _short(trained.losses),
            "predicted start": {setting: start for setting, (start, _) in trained.start.items()},
            "seconds": round(trained.seconds, 2),
            "FLOP/s": trained.flops / trained.seconds,
            "peak": trained.peak,
            "share of the peak": trained.share,
        },
        "bigram": {
            "models": list(MODELS),
            "steps": bigrams.steps,
            "losses": bigrams.losses[-1].tolist(),
            "worst": bigrams.worst.tolist(),
        },
        "checks": [asdict(check) for check in checks(result)],
    }


def drawn(found) -> dict[str, Any]:
    """One case: its estimates, and for each kind the mean loss, its standard error and the spread over seeds."""
    case = found.case
    return {
        "d": case.d,
        "sigma": case.sigma,
        "n": case.n,
        "article": article_loss(case),
        "refined": refined_loss(case),
        "averaged": averaged_loss(case),
        "remedy": remedy_loss(case),
        **{kind: [found.mean(kind), found.error(kind), found.over_seeds(kind)] for kind in KINDS},
    }


def _short(values: np.ndarray) -> list:
    return np.round(values.astype(float), 5).tolist()


def full() -> dict[str, Any] | None:
    """The record of the full preset on a GPU, where it has been made."""
    return json.loads(FULL.read_text(encoding="utf-8")) if FULL.exists() else None


def headline(found: Mapping[str, Any]) -> str:
    """Where and when a record was made, of which sizes, and how fast the loop was."""
    models, config, text = found["language models"], found["config"], found["text"]
    lines = [
        f"{found['device']}, torch {found['versions']['torch']}, {found['seconds']:.0f} s in all",
        f"finished {found['finished'][:10]}",
        f"{config['seeds']} seeds; models with d = {config['d']}, {config['layers']} layers, "
        f"{config['batch']} texts of {config['time']} tokens a step",
        f"{text['about']}: {text['tokens']} tokens, {text['different']} different ones",
        f"{models['FLOP/s'] / 1e9:,.0f} GFLOP/s, {models['share of the peak']:.0%} of a matmul's "
        f"{models['peak'] / 1e9:,.0f}",
    ]
    return "\n".join(lines)


def first_losses(cases: list[Mapping[str, Any]]) -> Table:
    """The loss of drawn embeddings beside its estimates, by case; entries as `drawn` makes them."""
    from kexue.proof.tables import Table  # for pages only: a GPU machine need not have SymPy

    head = (
        "d",
        "σ",
        "n",
        "tied, measured",
        "earlier",
        "article",
        "refined",
        "with lengths",
        *KINDS[1:],
        "log n + dσ²/2",
    )
    rows = []
    for case in cases:
        d, sigma, n = case["d"], case["sigma"], case["n"]
        earlier = EARLIER.get((d, sigma, n))
        measured = f"{case['tied'][0]:.3f} ± {case['tied'][1]:.3f}"
        estimates = (f"{case[name]:.3f}" for name in ("article", "refined", "averaged"))
        remedies = (f"{case[kind][0]:.3f}" for kind in (*KINDS[1:],))
        known = f"{earlier:.3f}" if earlier else "–"
        rows.append((str(d), f"{sigma:g}", str(n), measured, known, *estimates, *remedies, f"{case['remedy']:.3f}"))
    return Table("The loss before the first step", head, rows)


def training(models: Mapping[str, Any]) -> Table:
    """Test losses of the language models by step: mean and standard deviation over seeds.

    Args:
        models: the entry "language models" of a record.
    """
    from kexue.proof.tables import Table

    losses = np.array(models["losses"])  # (records, settings, seeds)
    head = ("model", *(f"step {step}" for step in models["steps"]))
    rows = [
        (setting, *(f"{each.mean():.3f} ± {each.std(ddof=1):.3f}" for each in losses[:, k]))
        for k, setting in enumerate(models["settings"])
    ]
    return Table("Loss on the held-out text, nats a token", head, rows)


def behind(models: Mapping[str, Any]) -> Table:
    """By how much the tied models are behind the mean of the other three, seed by seed: mean and standard error."""
    from kexue.proof.tables import Table

    rows = [
        (setting, *(f"{mean:+.3f} ± {error:.3f}" for mean, error in zip(*gaps(models, setting), strict=True)))
        for setting in models["settings"][:2]
    ]
    return Table("Behind the mean of half-swap, orthogonal and untied", ("model", *map(str, models["steps"])), rows)


def gaps(models: Mapping[str, Any], setting: str) -> tuple[np.ndarray, np.ndarray]:
    """Loss above the mean of half-swap, orthogonal and untied, seed by seed: mean and standard error by record."""
    losses = np.array(models["losses"])  # (records, settings, seeds)
    each = losses[:, models["settings"].index(setting)] - losses[:, 2:].mean(axis=1)
    return each.mean(axis=1), each.std(axis=1, ddof=1) / each.shape[1] ** 0.5


def verdict(models: Mapping[str, Any]) -> str:
    """Whether the small σ is the slowest of the remedies, by its gap at each record after the first."""
    losses = np.array(models["losses"])[1:]
    slowest = losses[:, 1].mean(axis=1) > losses[:, 2:].mean(axis=2).max(axis=1)
    steps = [str(step) for step, slow in zip(models["steps"][1:], slowest, strict=True) if slow]
    count = len(slowest)
    if not steps:
        return f"at none of the {count} steps after the first one at which the loss was taken"
    return f"at {len(steps)} of the {count} steps after the first one at which the loss was taken ({', '.join(steps)})"


def numbers(result: Result) -> dict[str, float | int | str]:
    """What the page hands on."""
    trained, bigrams = result.trained, result.bigrams
    models = record(result)["language models"]
    largest = result.measured[-1]
    found: dict[str, Any] = {
        "seeds": result.config.seeds,
        "large_tied": largest.mean("tied"),
        "large_error": largest.error("tied"),
        "large_article": article_loss(largest.case),
        "large_remedy": remedy_loss(largest.case),
        "text": result.text[0],
        "tokens": result.text[1],
        "vocabulary": trained.shape.n,
        "occurring": result.text[2],
        "last": trained.training.steps,
        "slowest": verdict(models),
        "gigaflops": trained.flops / trained.seconds / 1e9,
        "share": trained.share,
    }
    for key, setting in zip(("tied", "small", "swap", "orthogonal", "untied"), SETTINGS, strict=True):
        found[f"{key}_start"] = trained.at(0, setting).mean()
        found[f"{key}_predicted"] = trained.start[setting][0]
        found[f"{key}_end"] = trained.at(trained.training.steps, setting).mean()
    for key, setting in (("tied", SETTINGS[0]), ("small", SMALL)):
        means, errors = gaps(models, setting)
        found |= {f"{key}_gap_first": means[1], f"{key}_gap_last": means[-1], f"{key}_gap_error": errors[-1]}
    found["first_step"] = trained.training.records[1]
    for key, model in zip(("swap", "orthogonal", "untied"), MODELS, strict=True):
        found[f"bigram_{key}"] = bigrams.end(model, normalised=False).mean()
        found[f"bigram_{key}_normalised"] = bigrams.end(model, normalised=True).mean()
    found["bigram_worst"] = bigrams.worst[0, 1].mean()
    return found
