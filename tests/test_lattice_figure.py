"""The lattice explorer's figure in Python: what it refuses, what it says as text, what the page gets."""

import json
import math

import pytest

from kexue.errors import KexueError
from kexue.lab.lattice_explorer import explore_lattice, widget
from kexue.lab.lattice_explorer.vocabulary import Pieces, read_pieces
from kexue.unigram import Vocabulary

SMALL = {"a": -1.0, "b": -1.5, "ab": -2.0, "ba": -2.2, "aba": -3.5, "bab": -2.9, "abab": -4.0}


def lattice(**changes) -> widget.LatticeExplorer:
    """A small figure that is right, with `changes`."""
    given = {"pieces_with_scores": SMALL, "text": "aba c", "title": "All of them", "alt": "Boxes over letters"}
    return explore_lattice(**(given | changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pieces_with_scores": {}}, "0 pieces were given, expected 1 to 10000"),
        ({"pieces_with_scores": {str(i): -1.0 for i in range(10_001)}}, "10001 pieces .* choose the ones"),
        ({"pieces_with_scores": ["a"]}, "expected a mapping from pieces to scores"),
        ({"pieces_with_scores": {"": -1}}, "is empty"),
        ({"pieces_with_scores": {"a": -1, b"a": -2}}, "b'a' is repeated"),
        ({"pieces_with_scores": {b"\xe5\xad": -1}}, "no UTF-8 of whole characters"),
        ({"pieces_with_scores": {3: -1}}, "type int, expected str, or bytes"),
        ({"pieces_with_scores": {"a": 0.5}}, "the score of 'a' is 0.5, expected a log-probability"),
        ({"pieces_with_scores": {"a": math.nan}}, "expected a log-probability"),
        ({"pieces_with_scores": {"a": "x"}}, "'x', expected a number"),
        ({"text": 3}, "type int, expected a str"),
        ({"text": "ab\ud800"}, "lone surrogate, .* at character 2"),
        ({"text": "a" * 121}, "the text has 121 characters, the figure shows 120"),
        ({"alpha": -0.1}, "alpha is -0.1, expected a number from 0 to 5, or None"),
        ({"alpha": math.nan}, "alpha is nan"),
        ({"alpha": 6}, "alpha is 6"),
        ({"alpha": "1"}, "alpha is '1'"),
        ({"alpha": True}, "alpha is True"),
        ({"seed": -1}, "seed is -1"),
        ({"unknown_score": 1.0}, "expected a log-probability"),
        ({"unknown_score": -math.inf}, "unknown_score is −∞"),
        ({"title": " "}, "title is ' '"),
        ({"alt": None}, "alt is None"),
    ],
)
def test_a_wrong_figure_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        lattice(**changes)


def test_a_vocabulary_keeps_its_prefix_its_penalty_and_its_reserved_tokens():
    vocabulary = Vocabulary(
        (b"<s>", b" a", b"a", b"b"), [0, -1.0, -2.0, -math.inf], "character", -7.0, reserved=frozenset({0}), prefix=b" "
    )
    assert read_pieces(vocabulary) == Pieces({" a": -1.0, "a": -2.0, "b": None}, -7.0, "character", " ")


TEXT = """\
Lattice explorer: All of them
  text “aba␣c”, 5 characters; 7 tokens, an unknown character scores -14
  α = 1
  segmentations = 4
  log Z = -29.89
  entropy = 1.36 nats = 1.97 bits
  expected number of tokens = 4
  probability  segmentation
         0.33  ab | a | ␣ | c
         0.27  a | ba | ␣ | c
          0.2  aba | ␣ | c
          0.2  a | b | a | ␣ | c"""


def test_the_output_reads_as_text_and_shows_as_a_widget():
    data, _ = lattice()._repr_mimebundle_()
    assert data["text/plain"] == repr(lattice()) == TEXT
    assert "application/vnd.jupyter.widget-view+json" in data
    assert "∞ (Viterbi decoding)" in repr(lattice(alpha=None))
    assert "no segmentation" in repr(lattice(text=""))


def test_the_widget_state_is_json_and_holds_its_javascript():
    state = json.loads(json.dumps({key: value for key, value in lattice().get_state().items() if key != "layout"}))
    assert state["specification"]["unknown"] == {"score": -14.0, "each": "character"}
    assert "export function sample(" in state["specification"]["sampler"]
    assert ".kexue-lattice" in state["_css"]
    assert len(state["_esm"]) < 30_000  # it is embedded in every page once for each figure


def test_the_figure_follows_and_moves():
    explorer, seen = lattice(), []
    explorer.observe(lambda change: seen.append((change["name"], change["new"])), ["text", "alpha", "seed"])
    explorer.text, explorer.alpha, explorer.seed = "ba", math.inf, 2
    explorer.reset()
    moved = [("text", "ba"), ("alpha", None), ("seed", 2)]
    assert seen == [*moved, ("text", "aba c"), ("alpha", 1.0), ("seed", 0)]


def test_a_missing_bundle_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(widget, "BUNDLE", tmp_path / "explorer.js")
    with pytest.raises(KexueError, match="make vendor"):
        lattice()
