"""The Jupyter widget: a vocabulary, a text and α, drawn by the bundled JavaScript."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from kexue.lab.explorer.widget import STYLE, bundle
from kexue.lab.lattice_explorer.text import describe
from kexue.lab.lattice_explorer.vocabulary import Pieces, read_pieces, without_surrogates

if TYPE_CHECKING:
    from kexue.unigram import Vocabulary

HERE = Path(__file__).parent
BUNDLE = HERE / "dist" / "explorer.js"
LATTICE_STYLE = HERE / "src" / "style.css"
SAMPLER = HERE / "src" / "sample.js"

MOST_CHARACTERS = 120  # of a text are studied; a longer one is cut, and the page says so
SAMPLES = 1000
HIGHEST = 5.0  # of the slider; beyond it lies ∞


def explore_lattice(
    pieces_with_scores: Mapping[str | bytes, float] | Vocabulary,
    text: str,
    alpha: float | None = 1.0,
    *,
    title: str,
    alt: str,
    unknown_score: float | None = None,
    seed: int = 0,
) -> LatticeExplorer:
    """The lattice of `text`, which the reader may change, under P(w) ∝ e^(α·score(w)).

    Args:
        pieces_with_scores: piece → log-probability, or a vocabulary; pieces are whole characters (str, or UTF-8).
        text: what the figure opens with, up to 120 characters.
        alpha: 0 to 5, or None (∞) for Viterbi decoding.
        alt: what the picture shows, for readers who do not see it.
        unknown_score: of a character that is no piece; by default the vocabulary's, or the lowest score minus 10.
        seed: of the sampled segmentations; "Sample again" takes the next one.

    Returns:
        A Jupyter widget. Its text form lists the numbers and the most probable segmentations.

    Raises:
        ValueError: pieces, scores, a text or an α that cannot be used; the message says what to change.
        KexueError: the JavaScript bundle has not been built.
    """
    pieces = read_pieces(pieces_with_scores, unknown_score)
    if isinstance(text, str) and len(text) > MOST_CHARACTERS:
        raise ValueError(f"the text has {len(text)} characters, the figure shows {MOST_CHARACTERS}: choose a part")
    return LatticeExplorer(pieces, text, alpha, seed, title, alt)


class LatticeExplorer(anywidget.AnyWidget):
    """A lattice under a text field; made by `explore_lattice`.

    Attributes:
        text, alpha, seed: they follow the reader and, when set, move the figure; alpha is None at ∞.
    """

    specification = traitlets.Dict().tag(sync=True)
    text = traitlets.Any().tag(sync=True)
    alpha = traitlets.Any().tag(sync=True)
    seed = traitlets.Any().tag(sync=True)

    def __init__(self, pieces: Pieces, text: str, alpha: float | None, seed: int, title: str, alt: str):
        for name, words in (("title", title), ("alt", alt)):
            if not isinstance(words, str) or not words.strip():
                raise ValueError(f"{name} is {words!r}: a figure needs a title and a text that says what it shows")
        self._pieces, self._title = pieces, title
        self._esm = bundle(BUNDLE)
        self._css = "".join(path.read_text(encoding="utf-8") for path in (STYLE, LATTICE_STYLE))
        super().__init__(text=text, alpha=alpha, seed=seed)
        self._defaults = {"text": self.text, "alpha": self.alpha, "seed": self.seed}
        self.specification = {
            "title": title,
            "alt": alt,
            **pieces.specification,
            "most": MOST_CHARACTERS,
            "samples": SAMPLES,
            "slider": _slider(self.alpha),
            "sampler": SAMPLER.read_text(encoding="utf-8"),
            "defaults": self._defaults,
        }

    @traitlets.validate("text")
    def _valid_text(self, proposal: dict[str, Any]) -> str:
        text = proposal["value"]
        if not isinstance(text, str):
            raise ValueError(f"the text is {text!r} of type {type(text).__name__}, expected a str")
        return without_surrogates("the text", text)

    @traitlets.validate("alpha")
    def _valid_alpha(self, proposal: dict[str, Any]) -> float | None:
        alpha = proposal["value"]
        if alpha is None or alpha == math.inf:
            return None
        if isinstance(alpha, bool) or not isinstance(alpha, int | float) or not 0 <= alpha <= HIGHEST:
            raise ValueError(f"alpha is {alpha!r}, expected a number from 0 to {HIGHEST:g}, or None for Viterbi")
        return float(alpha)

    @traitlets.validate("seed")
    def _valid_seed(self, proposal: dict[str, Any]) -> int:
        seed = proposal["value"]
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
            raise ValueError(f"seed is {seed!r}, expected a whole number from 0 to 2³² − 1")
        return seed

    def reset(self) -> None:
        """Text, α and seed back to their defaults."""
        for name, value in self._defaults.items():
            setattr(self, name, value)

    def __repr__(self) -> str:
        alpha = math.inf if self.alpha is None else self.alpha
        return describe(self._pieces, self.text[:MOST_CHARACTERS], alpha, self._title)

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": repr(self)}, metadata


def _slider(alpha: float | None) -> dict[str, Any]:
    """α as `explorer/src/controls.js` makes a slider of it, with ∞ as its last position."""
    default = 1.0 if alpha is None else alpha
    return {
        "kind": "slider",
        "name": "alpha",
        "symbol": {"base": "α", "sup": "", "sub": ""},
        "label": "inverse temperature",
        "unit": "",
        "low": 0.0,
        "high": HIGHEST,
        "default": default,
        "log": False,
        "integer": False,
        "endless": True,
    }
