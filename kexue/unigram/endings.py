"""The edges of a text's lattice by the automaton, as arrays: what `kexue.unigram.posterior` works on."""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt8

from kexue.unigram.arrays import Edges
from kexue.unigram.automaton import Automaton
from kexue.unigram.compiling import compiled
from kexue.unigram.states import end_lists


def edges_ending(text: UInt8[np.ndarray, " n"], automaton: Automaton) -> Edges:
    """Every token where it stands in the text, in order of ends, the longest of those that end together first."""
    lists = np.empty(text.size, np.uint32)
    end_lists(automaton.states, text, 0, automaton.longest, lists)
    starts, ends, token = _edges(lists, automaton.first, automaton.length, automaton.token)
    return Edges(starts, ends, automaton.ids[token], automaton.scores[token], text.size)


@compiled()
def _edges(lists, first, length, token):
    most = 0
    for j in range(lists.size):
        most += first[lists[j] + 1] - first[lists[j]]
    starts, ends, tokens = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int32)
    n = 0
    for j in range(lists.size):
        for r in range(first[lists[j]], first[lists[j] + 1]):
            if length[r] <= j + 1:
                starts[n], ends[n], tokens[n] = j + 1 - length[r], j + 1, token[r]
                n += 1
    return starts[:n].copy(), ends[:n].copy(), tokens[:n].copy()
