"""The law of a text's segmentations, in a few readable functions, for the figure's text form."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kexue.lab.lattice_explorer.vocabulary import Pieces

Segmentation = tuple[str, ...]


@dataclass(frozen=True)
class Law:
    """P(w) = e^(α·score(w)) / Z over the segmentations w of a text; α = ∞ puts all of it on the best."""

    log_z: float
    entropy: float
    expected_tokens: float
    count: int
    best: tuple[tuple[Segmentation, float], ...]  # the most probable, with their probabilities


def law(pieces: Pieces, text: str, alpha: float, most: int = 8) -> Law | None:
    """The law of the segmentations of `text`, with the `most` probable of them; None if there is none."""
    ending = [_edges_into(pieces, text, end) for end in range(len(text) + 1)]
    count, ways = [1], [[(0.0, ())]]
    for edges in ending[1:]:
        count.append(sum(count[start] for start, _, _ in edges))
        reached = [(s + score, (*w, token)) for start, token, score in edges for s, w in ways[start]]
        ways.append(sorted(reached, key=lambda way: -way[0])[:most])
    if not count[-1]:
        return None
    if math.isinf(alpha):
        first = ways[-1][0][1]
        return Law(math.nan, 0.0, float(len(first)), count[-1], tuple((w, float(w == first)) for _, w in ways[-1]))
    log_z, mean_score, mean_tokens = _sums(ending, alpha)
    best = tuple((w, math.exp(alpha * score - log_z)) for score, w in ways[-1])
    return Law(log_z, max(0.0, log_z - alpha * mean_score), mean_tokens, count[-1], best)


def _edges_into(pieces: Pieces, text: str, end: int) -> list[tuple[int, str, float]]:
    """(start, token, score) of every edge into a node, longest first."""
    edges = []
    for start in range(end):
        token = text[start:end]
        score = pieces.scores[token] if token in pieces.scores else _unknown(pieces, token)
        if score is not None:
            edges.append((start, token, score))
    return edges


def _unknown(pieces: Pieces, token: str) -> float | None:
    if len(token) > 1 or pieces.each == "none":
        return None
    return pieces.unknown_score * (len(token.encode()) if pieces.each == "byte" else 1)


def _sums(ending: list[list[tuple[int, str, float]]], alpha: float) -> tuple[float, float, float]:
    """log Z, E score, E number of tokens, by one pass: each node carries the three of its beginning of the text."""
    log_z, score, tokens = [0.0], [0.0], [0.0]
    for edges in ending[1:]:
        logs = [log_z[start] + alpha * s for start, _, s in edges]
        top = max(logs, default=-math.inf)
        weights = [math.exp(x - top) if top > -math.inf else 0.0 for x in logs]
        total = sum(weights)
        log_z.append(top + math.log(total) if total else -math.inf)
        shares = [w / total if total else 0.0 for w in weights]
        score.append(sum(p * (score[start] + s) for p, (start, _, s) in zip(shares, edges, strict=True)))
        tokens.append(sum(p * (tokens[start] + 1) for p, (start, _, _) in zip(shares, edges, strict=True)))
    return log_z[-1], score[-1], tokens[-1]
