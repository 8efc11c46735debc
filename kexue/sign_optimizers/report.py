"""What is kept of a run, as data, and how the page shows it."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kexue.lab.provenance import stamp
from kexue.sign_optimizers.experiment import Result
from kexue.sign_optimizers.language import Language
from kexue.sign_optimizers.predictions import checks

if TYPE_CHECKING:
    from kexue.proof.tables import Table

FULL = Path(__file__).parents[1] / "data" / "sign_optimizers" / "full.json"
KNOWN = {  # largest entry of the rare row in a reference run, V = 512, α = 0.004, 4000 steps; and at α = 0.001, 15000
    "Tiger": ("99.83", "99.70"),
    "Tiger, flushed to zero": ("12.3, peak ≥ 21", "0.137"),
    "Tiger, recurring": ("", "18.6"),
    "Tiger, lazy": ("0.044", ""),
    "Tiger, tied": ("1.15", ""),
    "Tiger with Adam embedding": ("0.057", ""),
    "Lion": ("99.84", ""),
    "Adam": ("0.057", ""),
}


def record(result: Result) -> dict[str, Any]:
    """The run's numbers with everything needed to make them again."""
    shape, spent = result.config.shape, sum(each.seconds for each in result.trained)
    done = shape.flops() * len(result.trained)
    return {
        "config": asdict(result.config),
        "device": result.device,
        "machine": f"{platform.machine()}, {platform.system()}",
        "seconds": round(result.seconds, 1),
        **stamp("torch", "numpy", "scipy"),
        "peak FLOP/s": {"float32": result.peak[0], "transformer": result.peak[1]},
        "language models": [_language(each, result.peak[0]) for each in result.languages],
        "transformer": {
            "FLOP/s": done / spent,
            "of peak": done / spent / result.peak[1],
            "seconds": spent,
            "weight decay": shape.weight_decay,
            "trained": [_plain(asdict(each)) for each in result.trained],
        },
        "endings": [asdict(each) for each in result.endings],
        "flushing CPU": [asdict(each) for each in result.flushed],
        "reappearing": _plain(asdict(result.reappearing)),
        "checks": [asdict(check) | {"holds": check.holds} for check in checks(result)],
    }


def _language(found: Language, peak: float) -> dict[str, Any]:
    reached = found.flops / found.seconds
    return {
        "lr": found.sizes.lr,
        "steps": found.sizes.steps,
        "seconds": round(found.seconds, 2),
        "FLOP/s": reached,
        "of peak": reached / peak,
        "variants": [
            {
                "name": variant.name,
                "peak": found.largest[:, i].max(0).tolist(),
                "end": found.largest[-1, i].tolist(),
                "others": found.others[i].tolist(),
                "loss": found.loss[i].tolist(),
                "reinforced": found.reinforced[i].sum(0).tolist(),
            }
            for i, variant in enumerate(found.variants)
        ],
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value.tolist() if isinstance(value, np.ndarray) else value


def full(path: Path = FULL) -> dict[str, Any] | None:
    """The record of the full preset that ships with the book, or None where there is none yet."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def spread(values: list[float], form: str = ".3g") -> str:
    """Mean ± standard deviation over seeds."""
    return f"{np.mean(values):{form}} ± {np.std(values, ddof=1):.1g}"


def languages(found: Mapping[str, Any], which: int = 0) -> Table:
    """The rare row and the others, by variant, of one language model."""
    from kexue.proof.tables import Table  # for pages only: a GPU machine need not have SymPy

    model = found["language models"][which]
    rows = [
        (
            row["name"],
            spread(row["peak"]),
            spread(row["end"], ".4g"),
            KNOWN.get(row["name"], ("", ""))[which],
            spread(row["others"]),
            spread(row["loss"]),
        )
        for row in model["variants"]
    ]
    head = ("", "rare row, largest ever", "at the end", "reference", "largest elsewhere", "loss, nats")
    seeds = found["config"]["seeds"]
    caption = f"α = {model['lr']:g}, {model['steps']} steps, {seeds} seeds: |entries|, mean ± standard deviation"
    return Table(caption, head, rows)


def transformers(found: Mapping[str, Any]) -> Table:
    """Outliers of the transformer's embedding, by optimizer."""
    from kexue.proof.tables import Table

    rows = []
    for each in found["transformer"]["trained"]:
        size, count = np.array(each["size"]), np.array(each["rows"])
        few, many = slice(1, 3), slice(-2, None)  # 1 to 3 occurrences; at least 128
        mean = [float((size[at] * count[at]).sum() / max(count[at].sum(), 1)) for at in (few, many)]
        sizes = (f"{size[0]:.3g}", *(f"{value:.3g}" for value in mean))
        rows.append((each["name"], f"{each['largest']:.3g}", f"{each['outliers']:.2%}", *sizes, f"{each['loss']:.3f}"))
    head = (
        "",
        "largest entry",
        "entries above ½/λ",
        "RMS, never seen",
        "seen 1–3 times",
        "seen ≥ 128 times",
        "loss, nats",
    )
    return Table(f"Embedding of the transformer, 1/λ = {1 / found['transformer']['weight decay']:g}", head, rows)


def endings(result: Result) -> Table:
    """Where momenta end on this device and on a CPU that flushes."""
    from kexue.proof.tables import Table

    runs = [(result.device, each) for each in result.endings] + [("CPU, flushing", each) for each in result.flushed]
    rows = [
        (place, e.dtype, e.how, "yes" if e.flushes else "no", e.count, f"{e.value:.3g}", e.steps) for place, e in runs
    ]
    head = ("device", "format", "operation", "flushes", "subnormals left", "value", "steps")
    return Table("A momentum without gradients, β = 0.965, from 3.5e-5", head, rows)


def summary(found: Mapping[str, Any]) -> str:
    """Where and how a record was made."""
    held, model = sum(check["holds"] for check in found["checks"]), found["transformer"]
    flushing = sorted({f"{e['dtype']} {e['how']}" for e in found["endings"] if e["flushes"]})
    return (
        f"{found['device']}, torch {found['versions']['torch']}, {found['config']['seeds']} seeds from "
        f"{found['config']['seed']}, {held} of {len(found['checks'])} checks hold, {found['seconds']:.0f} s;\n"
        f"transformer at {model['FLOP/s'] / 1e12:.3g} TFLOP/s, {model['of peak']:.0%} of the measured peak;\n"
        f"subnormals are flushed by: {', '.join(flushing) or 'none of the operations'};\ncommit {found['commit'][:12]}"
    )


def numbers(result: Result) -> dict[str, float | int | str]:
    """What the page's prose shows."""
    first = result.languages[0]
    at = {variant.name: i for i, variant in enumerate(first.variants)}
    out, inward, turned = first.reinforced[at["Tiger, recurring"]].sum(0)
    trained = {each.name: each for each in result.trained}
    return {
        "tiger_end": first.largest[-1, at["Tiger"]].mean(),
        "lion_end": first.largest[-1, at["Lion"]].mean(),
        "flushed_peak": first.largest[:, at["Tiger, flushed to zero"]].max(0).mean(),
        "flushed_end": first.largest[-1, at["Tiger, flushed to zero"]].mean(),
        "recurring_end": first.largest[-1, at["Tiger, recurring"]].mean(),
        "lazy_end": first.largest[-1, at["Tiger, lazy"]].mean(),
        "fading_end": first.largest[-1, at["Tiger, sign lazy"]].mean(),
        "tied_end": first.largest[-1, at["Tiger, tied"]].mean(),
        "hybrid_end": first.largest[-1, at["Tiger with Adam embedding"]].mean(),
        "adam_end": first.largest[-1, at["Adam"]].mean(),
        "reinforced": out / max(out + inward, 1),
        "turned": turned / max(out + inward, 1),
        "gradients": int(out + inward),
        "model_limit": 1 / result.config.shape.weight_decay,
        "model_tiger": trained["Tiger"].outliers,
        "model_tied": trained["Tiger, tied"].outliers,
        "model_tied_unseen": trained["Tiger, tied"].size[0],
    }
