"""A GAN is a diffusion ODE in training time.

Source: 苏剑林, 生成扩散模型漫谈（十九）：作为扩散ODE的GAN, kexue.fm archives 9662, 2023-06-24. After Yi, Zhu and Liu,
MonoFlow, ICML 2023.

Proved on the derivation page: the flow along ∇h(log p/q) lowers KL(q ‖ p) for every increasing h, is Fokker–Planck's
for h = identity, and has closed forms for normal laws; the best critic knows p/q; a generator's first step by
regression is that by the adversarial loss, and its second is not. Measured here: all of it, on a grid, by particles
with exact and with learned velocities, and by generators that take K steps on one critic. Known limits: laws on a line
and in the plane.

Rooms: `heights` (h), `gaussian` (closed forms), `grid` (the flow of densities), `steps` (gradients), `nets` (many
networks at once), `critics` (particles), `ring` (generators), `transport` (W₂), `experiment` (all of it run),
`predictions`, `report`, `figures`, `longer` (two longer runs, kept). Without Jupyter:

    python -m kexue.monoflow --preset full -o results.json
"""

from kexue.monoflow.experiment import PRESETS, Config, Result, run
from kexue.monoflow.heights import HEIGHTS, Height
from kexue.monoflow.predictions import checks

__all__ = ["HEIGHTS", "PRESETS", "Config", "Height", "Result", "checks", "run"]
