"""Embedding outliers under Lion and Tiger.

Source: 苏剑林, Lion/Tiger优化器训练下的Embedding异常和对策, kexue.fm archives 9736, 2023-08-28; Tiger: archives 9512.

Proved on the derivation page: the sign of a momentum outlives its gradient, also under round-to-nearest, so that an
absent token's row goes to ±1/λ; how fast; what a token that reappears does; what each remedy leaves alone. Measured
here: all of it, and what this device does with subnormals. Known limits: a log-bilinear language model, and one
transformer per optimizer.

Rooms: `lists` and `rules` (each update once), `optimizers`, `subnormals`, `rows` (closed forms), `zipf` (tokens),
`language` (many runs at once), `transformer`, `experiment` (all of it run), `predictions`, `report`, `figures`.
Without Jupyter:

    python -m kexue.sign_optimizers --preset full -o results.json
"""

from kexue.sign_optimizers.experiment import PRESETS, Config, Result, run
from kexue.sign_optimizers.optimizers import Lion, Tiger, embeddings_by_adam
from kexue.sign_optimizers.predictions import checks

__all__ = ["PRESETS", "Config", "Lion", "Result", "Tiger", "checks", "embeddings_by_adam", "run"]
