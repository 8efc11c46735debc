"""What is kept of a run, as data, and how the page shows it."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kexue.lab.provenance import stamp
from kexue.quanta_scaling import exponents, published
from kexue.quanta_scaling.experiment import Result
from kexue.quanta_scaling.exponents import Fit
from kexue.quanta_scaling.predictions import checks
from kexue.quanta_scaling.training import Trained

if TYPE_CHECKING:
    from kexue.proof.tables import Table

FULL = Path(__file__).parents[1] / "data" / "quanta_scaling" / "full.json"
PACKAGES = ("torch", "numpy", "scipy")


def record(result: Result) -> dict[str, Any]:
    """The run's numbers with everything needed to make them again."""
    times = exponents.times(result.fresh)
    return {
        "config": asdict(result.config),
        "device": result.device,
        "machine": f"{platform.machine()}, {platform.system()}",
        "precision": "float32, products of inputs rounded to TF32" if "CPU" not in result.device else "float32",
        "seconds": round(result.seconds, 1),
        **stamp(*PACKAGES),
        "peak FLOP/s": result.peak,
        "fresh": _speed(result.fresh, result.peak),
        "limited": _speed(result.limited, result.peak),
        "exponents": {kind: [_row(fit) for fit in found] for kind, found in fits(result).items()},
        "growth": _number(exponents.growth(result.fresh)),
        "learning times": {key: _number(getattr(times, key)) for key in ("slope", "error", "width")},
        "learned": [r.tolist() for r in result.fresh.learned()[-1]],
        "pure": {
            "γ": list(result.pure.gammas),
            "hard": result.pure.exponents("hard").mean(0).tolist(),
            "soft": result.pure.exponents("soft").mean(0).tolist(),
            "expected": result.pure.expected("mean").tolist(),
        },
        "checks": [asdict(check) | {"holds": check.holds} for check in checks(result)],
    }


def fits(result: Result) -> dict[str, list[Fit]]:
    """The exponents by resource: "S", "D" and "N"."""
    return {
        "S": exponents.in_steps(result.fresh),
        "D": exponents.in_samples(result.limited, result.config.samples),
        "N": exponents.in_parameters(result.fresh),
    }


def _speed(trained: Trained, peak: float) -> dict[str, float]:
    """Evaluation is in the seconds and not in the operations."""
    reached = trained.flops / trained.seconds
    return {
        "seconds": round(trained.seconds, 2),
        "FLOP": float(trained.flops),
        "FLOP/s": reached,
        "of peak": reached / peak,
    }


def _number(value: float) -> float | None:
    """None where there is nothing to fit: JSON has no NaN."""
    return float(value) if np.isfinite(value) else None


def _row(fit: Fit) -> dict[str, Any]:
    keys = "gamma", "finite", "asymptotic", "first", "last"
    return {key: _number(getattr(fit, key)) for key in keys} | {"measured": list(fit.measured)}


def full(path: Path = FULL) -> dict[str, Any] | None:
    """The record of the full preset that ships with the book, or None where there is none yet."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def spread(values: Sequence[float]) -> str:
    """Mean ± standard deviation over seeds; a single one alone, and a dash for none."""
    if not values:
        return "–"
    return f"{np.mean(values):.3f}" + (f" ± {np.std(values, ddof=1):.3f}" if len(values) > 1 else "")


WORDS = {"S": "steps", "D": "samples", "N": "parameters"}


def table(found: Mapping[str, Any], kind: str) -> Table:
    """Exponents of one resource against γ: asymptotic, finite-K, measured, the primary paper's."""
    from kexue.proof.tables import Table  # for pages only: a GPU machine need not have SymPy

    rows = []
    for row in found["exponents"][kind]:
        paper, finite = published.of(kind, row["gamma"]), row["finite"]
        window = "none" if row["first"] is None else f"{row['first']:.0f} to {row['last']:.0f}"
        rows.append(
            (
                f"{row['gamma']:g}",
                f"{row['asymptotic']:.3f}",
                "–" if finite is None else f"{finite:.3f}",
                spread(row["measured"]),
                "–" if paper is None else f"{paper:g}",
                window,
            )
        )
    tasks = found["config"]["tasks"]
    head = ("γ", "asymptotic", f"finite, K = {tasks}", "measured", "paper, ± 0.01", "tasks learned")
    return Table(f"Exponents in {WORDS[kind]}", head, rows)


def summary(found: Mapping[str, Any]) -> str:
    """Where and how a record was made."""
    config, held = found["config"], sum(check["holds"] for check in found["checks"])
    speeds = "; ".join(
        f"{name}: {found[name]['FLOP/s'] / 1e12:.3g} TFLOP/s, {found[name]['of peak']:.0%} of the measured peak"
        for name in ("fresh", "limited")
    )
    return (
        f"{found['device']}, torch {found['versions']['torch']}, {found['precision']},\n"
        f"{config['seeds']} seeds from {config['seed']}, commit {_short(found['commit'])}, {found['seconds']:.0f} s,\n"
        f"{speeds};\n{held} of {len(found['checks'])} checks hold"
    )


def _short(commit: str) -> str:
    """Twelve digits, and the + of a tree with changes."""
    return commit[:12] + "+" * commit.endswith("+")


def beside_paper(found: Mapping[str, Any]) -> str:
    """How far the measured exponents of a record are from the primary paper's, a line for each resource."""
    lines = []
    for kind, rows in found["exponents"].items():
        pairs = [(row["measured"], published.of(kind, row["gamma"])) for row in rows]
        gaps = np.array([np.mean(measured) - paper for measured, paper in pairs if measured and paper is not None])
        if gaps.size:
            side = "above" if gaps.mean() > 0 else "below"
            lines.append(
                f"{WORDS[kind]}: {abs(gaps.mean()):.3f} {side} the paper's on average over {gaps.size} γ, "
                f"{np.abs(gaps).max():.3f} at most"
            )
    return "\n".join(lines) or "No exponent has one of the paper's beside it."


def failed(found: Mapping[str, Any]) -> str:
    """The checks of a record that do not hold, one a line."""
    rows = [
        f"{check['name']}:\npredicted {check['predicted']:.3g}, measured {check['measured']:.3g}, "
        f"tolerance {check['tolerance']:.2g}"
        for check in found["checks"]
        if not check["holds"]
    ]
    return "\n".join(rows) or "All checks hold."


def published_table() -> Table:
    """The primary paper's exponents, by how they were read, beside the finite-K ones of a window of quanta."""
    from kexue.proof.tables import Table

    finite = published.finite()
    columns = published.GAMMAS, published.PARAMETERS, published.STEPS, published.SAMPLES
    rows = [
        tuple(f"{x:.3f}" for x in (g, g / (1 + g), n / (1 + g), s, d, n, p))
        for g, p, s, d, n in zip(*columns, finite, strict=True)
    ]
    head = ("γ", "γ/(1 + γ)", "finite S, D", "paper S", "paper D", "finite n", "paper N")
    window = f"{published.FIRST:g} to {published.LAST:g} of {published.TASKS} quanta"
    return Table(f"The paper's exponents (± 0.01) beside those of {window}", head, rows)


def numbers(result: Result) -> dict[str, float | int]:
    """What the page's prose shows."""
    rho, residual = published.post_hoc()
    times = exponents.times(result.fresh)
    found: dict[str, float | int] = {
        "rho_paper": rho,
        "rho_residual": residual,
    }
    for kind in ("S", "D", "N"):
        found[f"paper_{kind}_finite"], found[f"paper_{kind}_asymptotic"] = published.distances(kind)
        fit = fits(result)[kind][0]
        if fit.measured:
            found |= {f"alpha_{kind}": fit.mean, f"alpha_{kind}_error": fit.error}
            found |= {f"alpha_{kind}_finite": fit.finite, f"alpha_{kind}_asymptotic": fit.asymptotic}
    some = {"rho": exponents.growth(result.fresh), "times_slope": times.slope, "times_error": times.error}
    some["times_width"] = times.width
    some["alpha_N_corrected"] = some["rho"] * fits(result)["N"][0].finite
    return found | {key: value for key, value in some.items() if np.isfinite(value)}
