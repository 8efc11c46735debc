"""SGD's average loss converges.

Source: 苏剑林, 让炼丹更科学一些（一）：SGD的平均损失收敛, kexue.fm archives 9902, 2023-12-19.

Proved on the derivation page: the bound D²/(2Tη_T) + G²/(2T) Σ η_t on the average regret, its best values for a
constant step and for α/√t, and that the former is attained. Measured here: the regret of projected SGD on real data,
which the theorem says stays below the bound, and how far below. Known limits: one data set, two losses, an ℓ² ball;
the comparator is the best fixed point in hindsight, known up to a certified gap.

Rooms: `losses` (problem, D, G), `bounds` (step sizes and the theorem), `descent` (projected SGD), `comparator` (θ*),
`adversary` (tightness), `experiment` (all of it run), `figures`. Without Jupyter:

    python -m kexue.sgd_regret --preset full -o results.json
"""

from kexue.sgd_regret.adversary import Attack, attack
from kexue.sgd_regret.bounds import SCHEDULES
from kexue.sgd_regret.experiment import PRESETS, Config, Result, checks, run

__all__ = [
    "PRESETS",
    "SCHEDULES",
    "Attack",
    "Config",
    "Result",
    "attack",
    "checks",
    "run",
]
