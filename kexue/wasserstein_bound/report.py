"""The experiment's results as the record that is kept, as the page's numbers, and as a table."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kexue.lab.provenance import stamp
from kexue.wasserstein_bound.experiment import Result
from kexue.wasserstein_bound.predictions import checks

if TYPE_CHECKING:
    from kexue.proof.tables import Table

KEPT = Path(__file__).parents[1] / "data" / "wasserstein_bound" / "full.json"


def record(result: Result) -> dict[str, Any]:
    """Both sides at the data, the checks, and everything needed to make them again."""
    training = result.plane.training
    return {
        "config": asdict(result.config),
        "device": result.device,
        "seconds": round(result.seconds, 1),
        **stamp("torch", "numpy", "scipy"),
        "training": {
            "precision": "float32",
            "seconds": training.seconds,
            "flops": training.flops,
            "flops_per_second": training.rate,
            "peak_flops_per_second": result.peak,
            "share_of_peak": result.share,
        },
        "line": line_rows(result),
        "plane": plane_rows(result),
        "checks": [asdict(check) | {"holds": check.holds} for check in checks(result)],
    }


def line_rows(result: Result) -> list[dict[str, Any]]:
    """W₂, w (mean and standard deviation over seeds) and bound at the data, for each equation and each pair."""
    line = result.line
    return [
        {
            "equation": name,
            "data": pair.label,
            "w2": float(line.wasserstein[name][i, :, -1].mean()),
            "w2_sd": _spread(line.wasserstein[name][i, :, -1]),
            "w": float(line.coupled[name][i, :, -1].mean()),
            "w_sd": _spread(line.coupled[name][i, :, -1]),
            "bound": float(line.bound[name][i, -1]),
            "ratio": float(line.ratio(name)[i]),
        }
        for name in line.bound
        for i, pair in enumerate(line.pairs)
    ]


def _spread(values: np.ndarray) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0


def plane_rows(result: Result) -> list[dict[str, Any]]:
    """What is between the sliced distance and the bound at the data, means and deviations over networks."""
    plane, rows = result.plane, []
    for name in plane.bound:
        sides = {
            "sliced": plane.sliced[name][:, -1],
            "exact_w2_of_few": plane.exact[name][0],
            "w_of_few": plane.exact[name][1],
            "w": plane.coupled[name][:, -1],
            "bound_pairs": plane.bound_pairs[name][:, -1],
            "bound": plane.bound[name][:, -1],
        }
        numbers = {key: float(values.mean()) for key, values in sides.items()}
        rows.append({"equation": name, **numbers, **{f"{key}_sd": _spread(v) for key, v in sides.items()}})
    return rows


def numbers(result: Result) -> dict[str, float | int | str]:
    """What the page hands on."""
    found: dict[str, float | int | str] = {"device": result.device, "share_of_peak": result.share}
    for key, row in zip(_keys(result), line_rows(result), strict=True):
        found |= {f"{key}_{what}": row[what] for what in ("w2", "w2_sd", "w", "bound", "ratio")}
    for row in plane_rows(result):
        found |= {f"plane_{row['equation']}_{key}": value for key, value in row.items() if key != "equation"}
    loss, training = result.plane.loss, result.plane.training
    found |= {"loss": loss.conditional.mean(), "score_error": loss.score.mean(), "floor": loss.floor.mean()}
    return found | {"training_rate": training.rate / 1e9, "peak": result.peak / 1e9}


def _keys(result: Result) -> list[str]:
    """ODE_0, …, SDE_7: the pairs in their order."""
    return [f"{name}_{i}" for name in result.line.bound for i in range(len(result.line.pairs))]


def kept() -> dict[str, Any] | None:
    """The record of the full preset on a GPU, if there is one."""
    return json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else None


LINE = {
    "": ("equation", ""),
    "data": ("data", ""),
    "W₂": ("w2", ".4f"),
    "± over seeds": ("w2_sd", ".4f"),
    "w": ("w", ".4f"),
    "bound": ("bound", ".4f"),
    "bound/W₂": ("ratio", ".3g"),
}
PLANE = {
    "": ("equation", ""),
    "sliced W₂": ("sliced", ".4f"),
    "W₂ of few": ("exact_w2_of_few", ".4f"),
    "w of few": ("w_of_few", ".4f"),
    "w": ("w", ".4f"),
    "± over networks": ("w_sd", ".4f"),
    "bound, L of the pairs": ("bound_pairs", ".4f"),
    "bound, L over the box": ("bound", ".4f"),
}


def line_table(rows: list[dict[str, Any]]) -> Table:
    """Of `line_rows`, or of a kept record's."""
    return _table("At the data, on the line", rows, LINE)


def plane_table(rows: list[dict[str, Any]]) -> Table:
    """Of `plane_rows`, or of a kept record's."""
    return _table("At the data, in the plane", rows, PLANE)


def _table(caption: str, rows: list[dict[str, Any]], columns: dict[str, tuple[str, str]]) -> Table:
    """columns: heading → (key, format)."""
    from kexue.proof.tables import Table  # for pages only: a GPU machine need not have SymPy

    return Table(caption, columns, [[format(row[key], form) for key, form in columns.values()] for row in rows])


def summary(kept: dict[str, Any] | None) -> str:
    """What the kept record of the full preset is of, or that there is none."""
    if kept is None:
        return "Its results on a GPU have not been made yet; nothing on this page claims them."
    training, held = kept["training"], sum(check["holds"] for check in kept["checks"])
    return (
        f"{kept['device']}, PyTorch {kept['versions']['torch']}, {kept['finished'][:10]}, {kept['seconds']:.0f} s. "
        f"{held} of {len(kept['checks'])} checks hold.\n"
        f"Training: {training['flops_per_second'] / 1e12:.2f} TFLOP/s in {training['precision']}, "
        f"{training['share_of_peak']:.0%} of the {training['peak_flops_per_second'] / 1e12:.1f} TFLOP/s "
        "that a matrix product reached."
    )
