"""What experiments share: devices, seeds, presets, checks, numbers, figures, provenance."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from jaxtyping import install_import_hook

TYPES = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"  # an int is a float
with install_import_hook("kexue.lab", TYPES):
    from kexue.lab import numbers
    from kexue.lab.checks import Check, CheckError, Checks
    from kexue.lab.command import execute, parser
    from kexue.lab.config import between, choose
    from kexue.lab.device import describe, device, one_thread
    from kexue.lab.figures import COLOURS, DATA, THEORY, Picture, axes, style
    from kexue.lab.peak import measured_peak
    from kexue.lab.provenance import commit, versions
    from kexue.lab.seeds import generators


def test_device_auto_follows_the_machine(monkeypatch):
    for found, expected in ((True, "cuda"), (False, "cpu")):
        monkeypatch.setattr(torch.cuda, "is_available", lambda found=found: found)
        assert device("auto").type == expected
        assert device("cpu").type == "cpu"


def test_device_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match="finds no GPU here: take device='auto' or 'cpu'"):
        device("cuda")


def test_device_in_words():
    assert describe(torch.device("cpu")).startswith("CPU, ")


def test_one_thread_gives_the_others_back():
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before
    with pytest.raises(ValueError, match="inside"), one_thread():
        raise ValueError("inside")
    assert torch.get_num_threads() == before


def test_generators_do_not_depend_on_the_batch():
    drawn = [torch.rand(4, generator=g) for g in generators(3, 5)]
    again = [torch.rand(4, generator=g) for g in generators(3, 2)]
    assert all(torch.equal(a, b) for a, b in zip(drawn, again, strict=False))
    assert len({tuple(row.tolist()) for row in drawn}) == 5


def test_generators_refuse_a_negative_seed():
    with pytest.raises(ValueError, match="seed is -1, expected"):
        generators(-1, 1)


@dataclass(frozen=True)
class Steps:
    T: int

    def __post_init__(self):
        between("T", self.T, 1, 100)


PRESETS = {"quick": Steps(10), "full": Steps(100)}


def test_choose_changes_what_is_given():
    assert choose(PRESETS, "quick", T=None) == Steps(10)
    assert choose(PRESETS, "full", T=7) == Steps(7)


@pytest.mark.parametrize(
    ("preset", "T", "message"),
    [
        ("fast", None, "preset is 'fast', expected one of quick, full"),
        ("quick", 101, "T is 101, expected a number from 1"),
    ],
)
def test_choose_refuses(preset, T, message):
    with pytest.raises(ValueError, match=message):
        choose(PRESETS, preset, T=T)


@pytest.mark.parametrize(
    ("predicted", "measured", "tolerance", "relation", "holds"),
    [
        (1, 1.05, 0.1, "≈", True),
        (1, 0.85, 0.1, "≈", False),
        (1, 1.15, 0.1, "≈", False),
        (1, 0.2, 0.0, "≤", True),
        (1, 1.05, 0.1, "≤", True),
        (1, 1.15, 0.1, "≤", False),
    ],
)
def test_check(predicted, measured, tolerance, relation, holds):
    assert Check("x", predicted, measured, tolerance, relation).holds is holds


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((math.nan, 1, 0), "finite"), ((1, math.inf, 0), "finite"), ((1, 1, -1), "at least 0")],
)
def test_check_refuses_what_could_not_fail(arguments, message):
    with pytest.raises(ValueError, match=message):
        Check("x", *arguments)


def test_checks_are_a_table():
    table = Checks([Check("<ratio>", 1, 0.5, 0, "≤"), Check("π", 3.14159, math.pi, 1e-5, why="digits")])
    assert "<ratio>  0.5" in repr(table)
    assert "&lt;ratio&gt;" in table._repr_html_()
    assert "1e-05 (digits)" in repr(table)


def test_checks_name_every_failure():
    rows = [Check("first", 1, 2, 0.5), Check("second", 1, 1, 0), Check("third", 0, 1, 0, "≤")]
    with pytest.raises(CheckError, match=r"(?s)first 2 ≈ 1.*third 1 ≤ 0") as error:
        Checks(rows)
    assert "second" not in str(error.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, 3), ("a", "a"), (True, True), (np.float32(0.5), 0.5), (np.bool_(True), True), (torch.tensor(2), 2)],
)
def test_plain(value, expected):
    assert numbers.plain("x", value) == expected
    assert type(numbers.plain("x", value)) is type(expected)


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (math.nan, ValueError, "x is nan, expected a finite number"),
        (torch.tensor(math.inf), ValueError, "x is inf"),
        (np.ones(2), TypeError, "x is ndarray, expected a single"),
        (None, TypeError, "x is NoneType"),
    ],
)
def test_plain_refuses(value, error, message):
    with pytest.raises(error, match=message):
        numbers.plain("x", value)


def test_record_hands_on_nothing_if_one_is_wrong(monkeypatch):
    handed = {}
    monkeypatch.setattr("myst_nb.glue", lambda name, value, display: handed.update({name: value}))
    with pytest.raises(ValueError, match="b is nan"):
        numbers.record(a=1, b=math.nan)
    assert handed == {}
    numbers.record(a=1, c=np.float64(2))
    assert handed == {"a": 1, "c": 2.0}


@pytest.fixture
def picture() -> Picture:
    with style():
        figure, ax = axes("steps T", "loss (nats)", log="xy")
        ax.plot([1, 10], [1, 0.1], **THEORY)
        ax.errorbar([1, 10], [0.9, 0.1], [0.1, 0.01], **DATA)
    return Picture(figure, 'Loss < "one"')


def test_picture_is_an_accessible_drawing_in_the_colours_of_the_page(picture):
    root = ElementTree.fromstring(picture.svg())
    assert (root.get("role"), root.get("aria-label")) == ("img", 'Loss < "one"')
    text = ElementTree.tostring(root, encoding="unicode")
    assert "currentColor" in text
    assert "#000000" not in text
    assert "steps T" in "".join(root.itertext())
    assert repr(picture) == 'Figure: Loss < "one"'


def test_picture_is_drawn_the_same_again(picture):
    assert picture.svg() == picture.svg()


def test_picture_needs_a_text():
    with style(), pytest.raises(ValueError, match="alt is empty"):
        Picture(axes("x", "y")[0], " ")


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


@pytest.mark.parametrize("ground", ["#ffffff", "#14181e"])
@pytest.mark.parametrize("colour", COLOURS)
def test_series_stand_out_on_light_and_dark(colour, ground):
    """WCAG 1.4.11: graphical objects need a contrast of 3."""
    low, high = sorted((_luminance(colour), _luminance(ground)))
    assert (high + 0.05) / (low + 0.05) >= 3


def test_versions_and_commit():
    assert set(versions("torch", "kexue")) == {"python", "torch", "kexue"}
    source = commit().rstrip("+")
    assert source == "unknown" or len(source) == 40


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_measured_peak_is_operations_over_the_least_time(monkeypatch, dtype):
    times = iter([9.0, 0.5, 0.25, 0.75])  # the first does not count

    def clock(work, _):
        work()
        return next(times)

    monkeypatch.setattr("kexue.lab.peak._wall_seconds", clock)
    assert measured_peak(torch.device("cpu"), dtype, size=8, repeats=3) == 2 * 8**3 / 0.25


def test_measured_peak_is_of_this_machine():
    assert 1e6 < measured_peak(torch.device("cpu"), torch.float32, size=256) < 1e15


@pytest.mark.parametrize(
    ("dtype", "options", "message"),
    [
        (torch.int64, {}, "dtype is torch.int64, expected a floating-point type"),
        (torch.float32, {"size": 0}, "size is 0 and repeats is 5, expected integers of at least 1"),
        (torch.float32, {"size": 8, "repeats": 0}, "size is 8 and repeats is 0, expected"),
    ],
)
def test_measured_peak_refuses(dtype, options, message):
    with pytest.raises(ValueError, match=message):
        measured_peak(torch.device("cpu"), dtype, **options)


def test_a_run_whose_check_fails_is_kept(tmp_path):
    command = parser("chapter", "what it measures", PRESETS)
    options = vars(command.parse_args(["--device", "cpu", "-o", str(tmp_path / "kept.json")]))
    wrong = Check("a wrong prediction", 1, 2, 0)
    with pytest.raises(CheckError, match="a wrong prediction"):
        execute(
            options,
            PRESETS,
            lambda config, place: f"{place}, {config.T}",
            lambda result: {"on": result},
            lambda _: [wrong],
        )
    assert json.loads((tmp_path / "kept.json").read_text(encoding="utf-8")) == {"on": "cpu, 10"}
