"""The figure in words and numbers: what is shown where no picture can be, and what tests compare."""

from __future__ import annotations

import math
import unicodedata

from kexue.lab.lattice_explorer.law import Law, law
from kexue.lab.lattice_explorer.vocabulary import Pieces

SIGNS = {" ": "␣", "\u00a0": "␣", "\u3000": "␣", "\n": "⏎", "\r": "⏎", "\t": "⇥"}


def describe(pieces: Pieces, text: str, alpha: float, title: str) -> str:
    """The title, the numbers of the text's law, and its most probable segmentations."""
    known = law(pieces, pieces.prefix + text, alpha) if text else None
    head = [
        f"Lattice explorer: {title}",
        f"  text “{visible(text)}”, {len(text)} characters; {len(pieces.scores)} tokens{_unknown(pieces)}",
    ]
    return "\n".join([*head, *(_numbers(known, alpha) if known else ["  no segmentation"])])


def visible(text: str) -> str:
    """The text with a sign for every character that has no ink of its own.

    >>> visible("a b")
    'a␣b'
    """
    return "".join(_sign(character) for character in text)


def _sign(character: str) -> str:
    inkless = unicodedata.category(character)[0] == "Z" or unicodedata.category(character) in ("Cc", "Cf")
    return SIGNS.get(character, "·") if inkless else character


def _unknown(pieces: Pieces) -> str:
    return "" if pieces.each == "none" else f", an unknown {pieces.each} scores {pieces.unknown_score:.4g}"


def _numbers(known: Law, alpha: float) -> list[str]:
    bits = known.entropy / math.log(2)
    lines = [
        f"  α = {'∞ (Viterbi decoding)' if math.isinf(alpha) else f'{alpha:g}'}",
        f"  segmentations = {known.count}",
        f"  log Z = {'–' if math.isnan(known.log_z) else f'{known.log_z:.4g}'}",
        f"  entropy = {known.entropy:.3g} nats = {bits:.3g} bits",
        f"  expected number of tokens = {known.expected_tokens:.3g}",
        "  probability  segmentation",
    ]
    return lines + [f"  {probability:11.3g}  {' | '.join(map(visible, tokens))}" for tokens, probability in known.best]
