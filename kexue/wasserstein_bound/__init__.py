"""W-distance ≤ score matching.

Source: 苏剑林, 生成扩散模型漫谈（十六）：W距离 ≤ 得分匹配, kexue.fm archives 9467, 2023-02-14; Kwon, Fan, Lee,
Score-based Generative Modeling Secretly Minimizes the Wasserstein Distance, NeurIPS 2022.

Proved on the derivation page: W₂[p_0,q_0] ≤ ∫ κβ I_t (E‖∇log p_t − s_θ‖²)^½ dt + I_T W₂[p_T,q_T], for the probability
flow (κ = ½) and for the reverse SDE (κ = 1). Measured here: both sides, in one dimension with known errors of the
score, and in two with a score that a network has learned. Known limits: the Lipschitz constant of a network is a
maximum over a grid; exact transport in two dimensions is of a subset of the particles.

Rooms: `pairs` (data, marginals, scores), `bound` (the right side), `flow` (two particles with the same noise),
`line` (one dimension, all of it run), `ring`, `network` and `plane` (two dimensions), `transport` (W₂), `experiment`,
`predictions`, `figures`. Without Jupyter:

    python -m kexue.wasserstein_bound --preset full -o results.json
"""

from kexue.wasserstein_bound.experiment import PRESETS, Config, Result, run
from kexue.wasserstein_bound.predictions import checks

__all__ = ["PRESETS", "Config", "Result", "checks", "run"]
