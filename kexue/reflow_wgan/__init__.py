"""From ReFlow to WGAN-GP.

Source: 苏剑林, 生成扩散模型漫谈（二十）：从ReFlow到WGAN-GP, kexue.fm archives 9668, 2023-06-28.

Proved on the derivation page: ReFlow's loss for a gradient that does not see the time is the critic's loss of WGAN-GP
with a zero-centred penalty, exactly; the critic in one dimension; why the time must not be seen. Measured here: the
exactness, what a random time costs in variance, the collapse of v(x, 0), the critic on a line, and WGAN-GP with either
centre.
Known limits: toy laws in one and two dimensions, and small networks.

Rooms: `laws`, `networks` (batched over runs), `distances` (W₂), `identity`, `equal`, `line`, `flows` (in the plane),
`wgan`, `experiment` (all of it run), `predictions`, `report`, `figures`, `animation`. Without Jupyter:

    python -m kexue.reflow_wgan --preset full -o results.json
"""

from kexue.reflow_wgan.experiment import PRESETS, Config, Result, run
from kexue.reflow_wgan.predictions import checks

__all__ = ["PRESETS", "Config", "Result", "checks", "run"]
