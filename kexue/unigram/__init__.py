"""Unigram tokenizers: exact sampling from P(w) ∝ e^{α·score(w)}, and what else one pass over the text knows."""

from kexue.errors import UnigramError
from kexue.unigram.vocabulary import Vocabulary

__all__ = ["UnigramError", "Vocabulary"]
