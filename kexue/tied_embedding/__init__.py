"""Sharing the output embedding.

Source: 苏剑林, 语言模型输出端共享Embedding的重新探索, kexue.fm archives 9698, 2023-07-20.

Proved on the derivation page: moments of random embeddings, the loss before the first step and its refinement, what the
remedies begin with, and that a half-swap without normalisation cannot learn a cyclic bigram. Measured here: that loss
with drawn embeddings, five small language models on real text, and the bigram.
Known limits: models of one to a few layers, and a text of half a megabyte.

Rooms: `initial` (estimates and drawn embeddings), `transformer` and `training` (the language models), `bigram`,
`experiment` (all of it run), `predictions`, `report`, `figures`. Without Jupyter:

    python -m kexue.tied_embedding --preset full -o results.json

Where the tokenizer is not installed, give it tokens that were written elsewhere: ``--tokens tokens.npz``, made by
``python -m kexue.lab.corpus --vocabulary 4000 -o tokens.npz``.
"""

from kexue.tied_embedding.experiment import PRESETS, Config, Result, run
from kexue.tied_embedding.predictions import checks

__all__ = ["PRESETS", "Config", "Result", "checks", "run"]
