"""Perfect sampling, measured: the experiment against enumeration, and what it predicts against what it measures."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from dataclasses import asdict, replace
from fractions import Fraction
from math import inf, isnan, log

import pytest
from jaxtyping import install_import_hook
from unigram_laws import random_mapping

from kexue.unigram import Unigram, Vocabulary
from kexue.unigram.lattice import Lattice

TYPES = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"  # an int is a float
with install_import_hook("kexue.perfect_sampling", TYPES):
    from kexue.perfect_sampling import __main__ as module
    from kexue.perfect_sampling import contest, overflow, regularization, report, sheet, speed
    from kexue.perfect_sampling.experiment import PRESETS, Config, ascii_pieces, run
    from kexue.perfect_sampling.goodness import LEVEL
    from kexue.perfect_sampling.predictions import FAR, checks, true_laws

SMALL = Config(draws=5000, length=10**6, size=2000, samples=16, patience=0.2)
TEXT = "aababbab"


def lattice(seed: int) -> Lattice:
    return Lattice.of(TEXT, Vocabulary.of(random_mapping(seed)))


# -- what α does


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0, inf])
@pytest.mark.parametrize("seed", range(4))
def test_doses_are_enumerated(seed, alpha):
    model, found = Unigram(random_mapping(seed)), lattice(seed)
    law = {ids: float(p) for ids, p in found.law(alpha).items()}
    dose = regularization.dose(model, TEXT, alpha, 4000, seed)
    assert dose.expected == pytest.approx(sum(p * len(ids) for ids, p in law.items()), rel=1e-9)
    assert dose.entropy == pytest.approx(-sum(p * log(p) for p in law.values() if p), abs=1e-9)
    assert max(map(abs, (dose.length_errors, dose.entropy_errors, dose.survival_errors))) < 5  # normal: 6e-7 a test
    marginals = {(e.start, e.id): float(p) for e, p in found.marginals(alpha).items()}
    best = found.viterbi()
    assert dose.survival == pytest.approx([marginals[e.start, e.id] for e in best], abs=1e-9)
    assert dose.lengths.tolist() == [e.end - e.start for e in best]
    assert dose.size == len(TEXT)


@pytest.mark.parametrize("seed", range(6))
def test_count_law_is_enumerated(seed):
    model, law = Unigram(random_mapping(seed)), Counter()
    for ids, p in lattice(seed).law(0.7).items():
        law[len(ids)] += p
    found = regularization.count_law(model, TEXT, 0.7)
    assert sorted(found) == sorted(law)
    assert all(found[k] == pytest.approx(law[k], abs=1e-12) for k in law)


# -- speed


def test_slopes():
    sizes = (10**3, 10**4, 10**5, 10**6)
    found = speed.Growth("", sizes, tuple(1e-9 * n**1.5 for n in sizes))
    assert found.slope == pytest.approx(1.5)
    assert found.rate == pytest.approx(1e6 / 1 / 1e6)
    assert isnan(speed.Growth("", sizes[:2], (1.0, 2.0)).slope)


def test_growth_stops_where_patience_ends():
    def prepare(texts):
        def act():
            for _ in range(20 * len(texts[0])):
                pass

        return act

    texts = {10**k: ["a" * 10**k] for k in range(2, 9)}
    found = speed.growth("loop", prepare, {k: texts[k] for k in list(texts)[:5]}, patience=0.05)
    assert 2 <= len(found.sizes) < 5
    assert found.seconds[-1] < 1


def test_pieces_hold_the_same_text():
    line, lines = speed.pieces("a b\n\nc\n")
    assert line == ["a b  c "]
    assert lines == ["a b", "c"]


# -- the small lattice, and where tokenizers panics


def test_the_small_lattice():
    model = sheet.small_model()
    assert model.count_segmentations(sheet.TEXT) == 108
    assert sheet.small_model().scores.tolist() == model.scores.tolist()


def test_both_readings():
    found = sheet.readings()
    assert found["wanted"] == found["log Z of the prefix"] == dict.fromkeys(found["wanted"], Fraction(1, 3))
    assert sorted(found["sampled route's score"].values()) == [Fraction(1, 4), Fraction(1, 4), Fraction(1, 2)]


@pytest.mark.parametrize("seed", range(4))
def test_no_weight_is_above_one_at_alpha_one(seed):
    assert overflow.largest_weight(Unigram(random_mapping(seed)), TEXT, 1.0) <= 1e-12


@pytest.mark.parametrize(("letters", "panics"), [(9, False), (12, True)])
def test_tokenizers_panics_where_a_weight_overflows(letters, panics):
    """F(n) = −(2 + 4 + … + 2ⁿ) for tokens of score −1, and the largest exponent is F(n−1) − 2 − F(n) = 2ⁿ − 2."""
    model = Unigram({b"a": -1.0})
    assert overflow.largest_weight(model, "a" * letters, 2.0) == 2**letters - 2
    assert (2**letters - 2 > overflow.LARGEST) == panics
    assert overflow.panics(model, "a" * letters, 2.0, n=3) == panics


# -- the contest


def test_a_wrong_sampler_is_found_out():
    model = sheet.small_model()
    naive, *_ = contest.references(model, 0)
    found = contest.trial(replace(naive, own="exact"), model, sheet.TEXT, 0.1, 5000)
    assert found.gap == 0
    assert found.to_own.p < 1e-100


def test_words_are_the_least_settled():
    model = Unigram({bytes([b]): -1.0 for b in b"abc"} | {b"ab": -2.0, b"bc": -9.0})
    assert contest.words(model, "abc ab bc abc", "[a-z]+", 2, 9, 2) == ["abc", "ab"]
    with pytest.raises(ValueError, match=r"0 words .* with 100 to 900 segmentations, expected 1"):
        contest.words(model, "abc", "[a-z]+", 100, 900, 1)


def test_the_explorers_pieces_are_the_whole_model_on_ascii():
    model = Unigram({b"a": -1.0, b"ab": -2.0, b"b": -1.5, "天".encode(): -1.0, b"\xe5": -1.0, b"b\n": -1.0})
    part = Unigram({piece.encode(): score for piece, score in ascii_pieces(model).items()}, strict=True)
    assert part.vocab_size == 3
    assert part.log_partition("abba", 0.3) == pytest.approx(model.log_partition("abba", 0.3), rel=1e-12)


# -- all of it


@pytest.fixture(scope="module")
def small():
    return run(SMALL)


def test_predicted_and_measured(small):
    pairs = checks(small)
    assert [check for check in pairs if not check.holds] == []
    wrong = [check.name for check in pairs if "exact law, where" in check.name]
    assert any("pairwise" in name for name in wrong)
    assert any("tokenizers" in name for name in wrong)
    assert any("nbest=64" in name for name in wrong)


def test_every_sampler_was_asked(small):
    asked = {trial.sampler for trial in small.trials}
    assert {"pairwise (9768)", "reservoir (9811)", "kexue.unigram", "sentencepiece, nbest=-1", "tokenizers"} <= asked
    assert {trial.text for trial in small.of("kexue.unigram")} == {trial.text for trial in small.trials}
    assert len({trial.text for trial in small.trials}) == 3


def test_checks_can_fail(small):
    swapped = [replace(t, to_own=t.to_exact) if t.sampler == "tokenizers" else t for t in small.trials]
    broken = replace(small, trials=swapped, extremes=(10, 9))
    failed = [check.name for check in checks(broken) if not check.holds]
    assert len(failed) == 2
    assert failed[0].startswith("tokenizers: −log₁₀ p, its own law")
    assert failed[1].startswith("texts drawn at the extreme")


def test_level_is_shared(small):
    assert true_laws(small) == len(small.trials) + 2 * len(small.rows) + len(small.counts)
    assert LEVEL / true_laws(small) < 1e-7


def test_tables_and_numbers(small):
    table = report.laws(small.trials)
    assert len(table.rows) == len(small.trials)
    assert "<td>kexue.unigram</td>" in table._repr_html_()
    found = report.numbers(small)
    assert found["read_back"] == found["asked"] == 304
    assert found["gap_tokenizers_0.5"] > found["gap_tokenizers_0.1"] > FAR


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"draws": 4999}, "draws is 4999, expected a number from 5000"),
        ({"alpha": 2.0}, "alpha is 2.0, expected a number from 0.001 to 1"),
        ({"length": 10}, "length is 10"),
        ({"size": 1}, "size is 1"),
        ({"samples": 1}, "samples is 1"),
        ({"seed": -1}, "seed is -1"),
        ({"patience": 0.0}, "patience is 0.0"),
    ],
)
def test_config_refuses(change, message):
    with pytest.raises(ValueError, match=message):
        replace(SMALL, **change)


def test_presets_differ_in_size_only():
    sizes = ("draws", "length", "size", "samples", "patience")
    assert replace(PRESETS["full"], **{name: getattr(PRESETS["quick"], name) for name in sizes}) == PRESETS["quick"]


def test_module_writes_what_was_run(small, tmp_path, monkeypatch):
    output = tmp_path / "results.json"
    monkeypatch.setattr(module, "run", lambda config: replace(small, config=config))
    monkeypatch.setattr(sys, "argv", ["", "--draws", "6000", "--patience", "0.2", "--seed", "1", "-o", str(output)])
    module.main()
    stored = json.loads(output.read_text(encoding="utf-8"))
    assert stored["config"] == asdict(replace(PRESETS["quick"], draws=6000, patience=0.2, seed=1))
    assert {"numpy", "python"} <= set(stored["versions"])
    assert {row["sampler"] for row in stored["sheet"]} >= {"pairwise (9768)", "kexue.unigram"}
    assert len(stored["laws"]) == len(small.trials)


def test_module_runs_without_jupyter(tmp_path):
    output = tmp_path / "results.json"
    command = [sys.executable, "-m", "kexue.perfect_sampling", "--draws", "10", "-o", str(output)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    assert "draws is 10, expected a number from 5000" in done.stderr
    assert not output.exists()
    loads = "import sys, kexue.perfect_sampling.__main__; print({'IPython', 'matplotlib'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, timeout=280)
    assert (done.stdout, done.stderr) == ("set()\n", "")
