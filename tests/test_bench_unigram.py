"""The harness of the tokenizer comparison: its texts, statistics, tables; nothing is measured here."""

import gzip
from math import log

import pytest
from optional import needs

from benchmarks.unigram import contenders, costs, models, picture, report, texts
from benchmarks.unigram.rounds import FEWEST, Duel, interleaved, pooled
from benchmarks.unigram.rows import DOCUMENT, LINES, ROWS, WORKLOADS, verdict
from kexue.errors import KexueError
from kexue.unigram import Unigram
from kexue.unigram.peers import RustBytePiece


class Clock:
    """A clock that only calls move on."""

    def __init__(self):
        self.now, self.calls = 0.0, []

    def __call__(self) -> float:
        return self.now

    def worker(self, name: str, *durations: float):
        """A call that takes these times in turn, the last one from then on."""
        left = list(durations)

        def work():
            self.calls.append(name)
            self.now += left.pop(0) if len(left) > 1 else left[0]

        return work


def test_rounds_alternate_and_the_first_call_does_not_count():
    clock = Clock()
    duel = interleaved(clock.worker("peer", 90, 2), clock.worker("ours", 50, 1), 3, clock)
    assert duel == Duel([2] * 3, [1] * 3)
    assert clock.calls[-6:] == ["peer", "ours"] * 3
    assert duel.ratio == 2


def test_who_is_faster_repeats_the_text_to_fill_a_round():
    clock = Clock()
    duel = interleaved(clock.worker("peer", 1), clock.worker("ours", 0.01), FEWEST, clock)
    assert duel.ratio == pytest.approx(100)
    assert clock.calls.count("ours") == 2 + 25 * FEWEST  # warm-up, calibration, a quarter of a second each round


def test_the_ratio_is_the_median_of_ratios_not_the_ratio_of_medians():
    duel = Duel([1, 10, 2], [1, 2, 1])  # the machine was slow in the second round
    assert duel.ratios == [1, 5, 2]
    assert duel.ratio == 2


def test_processes_are_pooled_by_the_median_of_their_medians():
    duels = [Duel([2, 2, 2], [1, 1, 1]), Duel([6, 9, 6], [1, 1, 2]), Duel([4, 4, 4], [1, 1, 1])]
    assert pooled(duels) == {"ratio": 4, "least": 2, "most": 9}


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 6, 100])
def test_a_document_has_its_length_and_whole_characters(length):
    document = texts.document("天a", length)
    assert length - 3 < texts.size([document]) <= length
    assert ("天a" * 50).startswith(document)


def test_lines_are_taken_evenly_from_the_whole_text():
    text = "\n".join(f"{i:09}" for i in range(1000)) + "\n\n"
    found = texts.lines(text, 2000)
    assert 1000 < texts.size(found) <= 2000
    assert int(found[-1]) > 990


def test_one_line_has_no_break_and_a_document_keeps_them():
    assert "\n" not in texts.one_line("one\ntwo\n", 1000)
    assert "\n" in WORKLOADS[DOCUMENT]("one\ntwo\n")[0]


def test_a_corpus_is_read_plain_or_gzipped(tmp_path):
    for name, data in (("zh.txt", "天气\n".encode()), ("zh.txt.gz", gzip.compress("天气\n".encode()))):
        (tmp_path / name).write_bytes(data)
        assert texts.corpus(tmp_path / name) == ("zh", "天气\n")
    assert texts.corpus()[0] == "en"


@pytest.mark.parametrize(
    ("ratio", "target", "stretch", "words"),
    [
        (20, 20, 30, "met 20×"),
        (30, 20, 30, "met 20×, stretch 30× too"),
        (19.9, 20, 30, "short of 20×"),
        (9, None, None, ""),
    ],
)
def test_a_target_is_met_or_short_and_never_raises(ratio, target, stretch, words):
    assert verdict(ratio, target, stretch) == words


def test_rows_name_contenders_and_workloads_that_exist():
    assert {row.ours for row in ROWS} == set(contenders.OURS)
    assert {row.peer for row in ROWS} == set(contenders.PEERS)
    assert all(set(row.workloads) <= set(WORKLOADS) for row in ROWS)
    assert all(workload in row.workloads for row in ROWS for _, workload in row.targets)
    assert len({row.title for row in ROWS}) == len(ROWS)


def test_a_missing_peer_is_named_with_how_to_get_it(monkeypatch):
    monkeypatch.setattr(RustBytePiece, "module", "no_such_module")
    assert "No module named 'no_such_module'" in contenders.missing("rs_bytepiece")
    assert "not here: No module named 'no_such_module'; pip install" in repr(report.contender_table())


@pytest.fixture
def cells():
    row = {"row": ROWS[0].title, "corpus": "zh", "bytes": 10**6}
    lines = {**row, "workload": LINES, "peer": [0.5, 0.5, 0.4], "ours": [0.02, 0.02, 0.02]}
    return report.pooled_rows([[lines], [lines]])


def test_the_table_has_speeds_ratio_spread_and_verdict(cells):
    last = repr(report.speed_table(cells, 0.1)).splitlines()[-1]
    assert last.split()[-8:] == ["zh", "lines", "2.00", "50.00", "25.0×", "20.0–25.0", "met", "20×"]


def test_targets_are_only_told_for_the_alpha_they_were_set_at(cells):
    assert "met" not in repr(report.speed_table(cells, 0.5))


def test_pictures_say_what_they_show(cells):
    assert "25.0" in picture.ratios(cells).alt
    curve = {"contender": "flat kernel", "corpus": "zh", "line breaks": False, "points": [(100, 30.0), (1000, 20.0)]}
    assert "flat kernel 30 to 20" in picture.lengths([curve]).alt


CURVE = {"contender": "flat kernel", "corpus": "zh", "line breaks": True, "points": [(10**4, 20.0), (10**5, 25.0)]}
MEMORY = {"contender": "flat kernel", "corpus": "zh", "1000000": 9.0, "10000000": 12.5}
START = {"kexue.unigram, compiled before": {"load again": 0.1}}


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (report.thread_table({"zh": [1.7, 1.9, 2.0]}, 2), "1.90×  1.70–2.00   met 1.8×"),
        (report.length_table([CURVE]), "with breaks  20        25         1.25"),
        (report.memory_table([MEMORY]), "9.0   12.5   over ≤ 12"),
        (report.memory_table([MEMORY | {"contender": "tokenizers", "10000000": None}]), "9.0   not run"),
        (report.start_table(START), "0.100 s     met ≤ 0.15 s"),
    ],
)
def test_costs_are_told_with_their_targets(table, told):
    assert told in repr(table)


TOKENS = {bytes([byte]): 1 for byte in range(256)} | {b"ab": 44, "天".encode(): 100, "天".encode()[:2]: 100}


@pytest.mark.parametrize("name", contenders.ALL)
def test_contenders_load_the_same_tokens_from_any_models_file(tmp_path, name):
    scored = {piece: log(count / 500) for piece, count in TOKENS.items()}
    Unigram(scored).save(tmp_path / "any.json")
    models.converted(tmp_path / "any.json", tmp_path)
    needs(contenders.ALL[name])
    encoded = models.load(name, tmp_path).call(["ab天ab"], None)()
    made = contenders.ALL[name](Unigram.load(tmp_path / "bytepiece.model").vocabulary)
    assert made.sample("ab天ab", None, 1) == [(b"ab", "天".encode(), b"ab")]
    assert len(encoded[0]) == 3


def test_scores_that_bytepiece_cannot_say_are_told(tmp_path, capsys):
    Unigram({b"ab": -0.3, b"b": -1.7}).save(tmp_path / "any.json")
    models.converted(tmp_path / "any.json", tmp_path)
    assert "rounded to BytePiece's counts" in capsys.readouterr().out
    assert len(Unigram.load(tmp_path / "bytepiece.model")) >= 257


def test_a_file_that_is_no_model_is_refused(tmp_path):
    path = tmp_path / "other.model"
    path.write_bytes(b"\x0a\x0b")
    with pytest.raises(KexueError, match=r"other\.model"):
        models.converted(path, tmp_path)


@pytest.mark.skipif(not costs.CLEAR.exists(), reason="only Linux tells the peak since a moment")
def test_extra_memory_is_seen():
    before = costs.peak(reset=True)
    kept = bytearray(b"x") * 50_000_000
    assert costs.peak() - before == pytest.approx(len(kept), rel=0.1)
