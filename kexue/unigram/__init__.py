"""Unigram tokenizers: exact sampling from P(w) ∝ e^{α·score(w)}, and what else one pass over the text knows.

    from kexue.unigram import Unigram

    model = Unigram.load("model.model")     # of BytePiece, SentencePiece or Hugging Face
    model.encode(text)                      # the best segmentation
    model.encode(text, alpha=0.1)           # one drawn from P(w) ∝ e^{0.1·score(w)}
    model.encode_flat(texts, alpha=0.1)     # many, as two arrays

Proved on the pages of `viterbi_sampling` and `perfect_sampling`: the law of the sampler, and the bias of the one
before it. Measured: its speed beside its peers. Known limits: a token has at most 1024 bytes; sums and weights are
float64.

Rooms: `vocabulary` (what a model is), `files` and `training` (where it comes from), `automaton` → `states` (which
tokens end where), `weights`, `filtering` → `drawing` → `joining` → `sampling` (the sampler), `logarithmic` (the same
where weights leave the range), `decoding` (Viterbi), `posterior` (log Z, marginals, entropy, k best, constraints),
`lattice` and `reference` (the readable versions, which everything else is tested against), `engine` and `model` (what
users call), `compiling` (Numba, with a cache that knows when it is stale).
"""

from kexue.errors import UnigramError
from kexue.unigram.model import Marginals, Unigram
from kexue.unigram.vocabulary import Vocabulary

__all__ = ["Marginals", "Unigram", "UnigramError", "Vocabulary"]
