"""Power laws from quanta: a loss that falls as a power because skills are needed with Zipf frequencies.

Source: 苏剑林, 基于量子化假设推导模型的尺度定律, kexue.fm archives 9607, 2023-05-18. After Michaud, Liu, Girit and
Tegmark, The Quantization Model of Neural Scaling, NeurIPS 2023.

Proved on the derivation page: the tail of the frequencies lies in a band that closes; the exponents γ in quanta and
γ/(γ + 1) in samples and steps; with finitely many quanta every local exponent is larger. Measured here: pure quanta
with Poisson counts, and networks on multitask sparse parity. Assumed, and only measured: that quanta are learned in
proportion to parameters. Known limits: networks of one hidden layer; the full preset cuts the primary paper's grid
(see the page).

Rooms: `exact` (sums), `simulator` (pure quanta), `tasks` (sparse parity), `networks` (many widths at once), `training`,
`exponents` (fits and what finitely many quanta predict of them), `published` (figures of the primary paper),
`experiment`, `predictions`, `report`, `figures`. Without Jupyter:

    python -m kexue.quanta_scaling --preset full -o results.json
"""

from kexue.quanta_scaling.experiment import PRESETS, Config, Result, run
from kexue.quanta_scaling.predictions import checks

__all__ = ["PRESETS", "Config", "Result", "checks", "run"]
