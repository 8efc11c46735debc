"""The build of the book: what it executes again, what it says when it fails, and what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from jupyter_cache import get_cache
from nbformat.v4 import new_output
from tiny_book import markdown, tiny_book

from kexue.errors import ExecutionError
from kexue.rerun import book
from kexue.rerun.book import main, update_outputs
from kexue.rerun.fingerprint import fingerprint
from kexue.rerun.pages import Page, notebooks
from kexue.rerun.references import entries, orphans, texts, write_references

PRINTS = ("x = 6", "print(x * 7)")
COMMAND = (
    "import sys; from pathlib import Path; from kexue.rerun.book import main; sys.exit(main([], Path(sys.argv[1])))"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("book")
    tiny_book(root, *PRINTS)
    assert main([], root) == 0
    return root


@pytest.fixture
def without_sphinx(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Sphinx replaced by one page that says ``rendered``; returns the warnings that it will end with."""
    warnings: list[str] = []

    def render(command: list[str], root: Path) -> tuple[int, list[str]]:
        html = Path(command[-1], "html")
        html.mkdir(exist_ok=True)
        (html / "index.html").write_text("rendered", encoding="utf-8")
        return len(warnings), warnings

    monkeypatch.setattr(book, "_sphinx", render)
    return warnings


def html(root: Path) -> Path:
    return root / "_build" / "html"


def executed(root: Path, capsys: pytest.CaptureFixture[str]) -> bool:
    """Whether bringing the outputs up to date executed the book's one page."""
    capsys.readouterr()
    update_outputs(root)
    return "1 to execute" in capsys.readouterr().out


def test_a_book_is_executed_and_rendered(built: Path) -> None:
    page = (html(built) / "book" / "tiny" / "experiment.html").read_text(encoding="utf-8")
    assert ">42\n<" in page
    assert "book/index.html" in (html(built) / "index.html").read_text(encoding="utf-8")
    expected = {"book/tiny/experiment": fingerprint(Page(built, "book/tiny/experiment"))}
    assert json.loads((built / "_build" / "fingerprints.json").read_text(encoding="utf-8")) == expected


def test_a_warning_of_sphinx_leaves_the_previous_book(built: Path, capfd: pytest.CaptureFixture[str]) -> None:
    index = built / "book" / "index.md"
    before = index.read_text(encoding="utf-8")
    index.write_text(before + "\n{doc}`nowhere`\n", encoding="utf-8")
    assert main([], built) == 1
    told = capfd.readouterr().err
    assert "warnings are errors" in told
    assert "index.md:3: WARNING: unknown document" in told
    assert "html is still the previous book, of" in told
    assert "nowhere" not in (html(built) / "book" / "index.html").read_text(encoding="utf-8")
    index.write_text(before, encoding="utf-8")


def test_what_was_rendered_with_warnings_is_not_continued(tmp_path: Path, without_sphinx: list[str]) -> None:
    tiny_book(tmp_path, *PRINTS)
    without_sphinx.append("WARNING: once only")
    assert main([], tmp_path) == 1
    left = tmp_path / "_build" / "work" / "html" / "left.html"
    left.touch()
    without_sphinx.clear()
    assert main([], tmp_path) == 0
    assert not left.exists()
    assert not (html(tmp_path) / "left.html").exists()


def test_a_page_taken_out_of_the_book_leaves_it(tmp_path: Path, without_sphinx: list[str]) -> None:
    tiny_book(tmp_path, *PRINTS)
    (tmp_path / "book" / "more.md").write_text("# More", encoding="utf-8")
    contents = tmp_path / "_toc.yml"
    short = contents.read_text(encoding="utf-8")
    contents.write_text(short + "  - file: book/more\n", encoding="utf-8")
    assert main([], tmp_path) == 0
    (tmp_path / "_build" / "work" / "html" / "more.html").touch()
    contents.write_text(short, encoding="utf-8")
    assert main([], tmp_path) == 0
    assert not (html(tmp_path) / "more.html").exists()


def test_a_failing_cell_stops_the_build_and_is_named(
    tmp_path: Path, without_sphinx: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    page = tiny_book(tmp_path, "a = 1", "b = 0\nprint(a)\na / b", "c = 3")
    assert main([], tmp_path) == 1
    told = capsys.readouterr().err
    line = page.lines[1] + 2
    assert f"book/tiny/experiment.md:{line}: cell 2: ZeroDivisionError: division by zero" in told
    assert f"> {line} | a / b" in told
    assert "Traceback" in told
    assert "There is no built book yet." in told
    assert not html(tmp_path).exists()
    partial = nbformat.read(tmp_path / "_build" / "failed" / "book" / "tiny" / "experiment.ipynb", as_version=4)
    assert partial.cells[2].outputs[0].text == "1\n"


def test_a_failing_cell_leaves_the_previous_book(tmp_path: Path, without_sphinx: list[str]) -> None:
    page = tiny_book(tmp_path, *PRINTS)
    assert main([], tmp_path) == 0
    page.path.write_text(markdown("1 / 0"), encoding="utf-8")
    assert main([], tmp_path) == 1
    assert (html(tmp_path) / "index.html").read_text(encoding="utf-8") == "rendered"


def test_only_what_changed_is_executed_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tiny_book(tmp_path, "def later():\n    import kexue.used", *PRINTS)
    assert executed(tmp_path, capsys)
    assert not executed(tmp_path, capsys)
    for name, again in (("kexue/unrelated.py", False), ("book/index.md", False), ("kexue/behind.py", True)):
        (tmp_path / name).write_text("# edited\n", encoding="utf-8")
        assert executed(tmp_path, capsys) is again, name


def test_an_interruption_before_the_fingerprint_is_written_executes_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny_book(tmp_path, *PRINTS)
    update_outputs(tmp_path)
    (tmp_path / "_build" / "fingerprints.json").unlink()
    assert executed(tmp_path, capsys)


def test_outputs_of_earlier_code_and_of_removed_pages_go(tmp_path: Path) -> None:
    page = tiny_book(tmp_path, *PRINTS)
    update_outputs(tmp_path)
    page.path.write_text(markdown("print(1)"), encoding="utf-8")
    update_outputs(tmp_path)
    records = get_cache(tmp_path / "_build" / ".jupyter_cache")
    assert len(records.list_cache_records()) == 1
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: book/index\n", encoding="utf-8")
    update_outputs(tmp_path)
    assert records.list_cache_records() == []
    assert json.loads((tmp_path / "_build" / "fingerprints.json").read_text(encoding="utf-8")) == {}


def test_ctrl_c_while_a_page_runs_leaves_no_book(tmp_path: Path) -> None:
    tiny_book(tmp_path, "import time\nfrom pathlib import Path", "Path('asleep').touch()\ntime.sleep(120)")
    beside(tmp_path, "import time\ntime.sleep(120)")
    with subprocess.Popen([sys.executable, "-c", COMMAND, str(tmp_path)], stderr=subprocess.PIPE, text=True) as build:
        deadline = time.monotonic() + 60
        while not (tmp_path / "book" / "tiny" / "asleep").exists():
            assert time.monotonic() < deadline, "the page did not start"
            time.sleep(0.1)
        build.send_signal(signal.SIGINT)
        told = build.communicate(timeout=30)[1]
    assert build.returncode == 130
    assert "Traceback" not in told
    assert "Interrupted. There is no built book yet. The next build goes on from here." in told
    assert not html(tmp_path).exists()


def beside(root: Path, *cells: str) -> None:
    """A second page, which the tiny book's first page runs beside."""
    page = root / "book" / "tiny" / "other.md"
    page.write_text(markdown(*cells), encoding="utf-8")
    with (root / "_toc.yml").open("a", encoding="utf-8") as contents:
        contents.write("  - file: book/tiny/other\n")


MEET = """import time
from pathlib import Path
Path({mine!r}).touch()
while not Path({other!r}).exists():
    time.sleep(0.05)"""


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


@pytest.mark.usefixtures("two_cores")
def test_pages_are_executed_side_by_side(tmp_path: Path) -> None:
    """Each waits for the other."""
    tiny_book(tmp_path, MEET.format(mine="a", other="b"), "print('met')")
    beside(tmp_path, MEET.format(mine="b", other="a"), "print('met')")
    cache = update_outputs(tmp_path)
    for page in notebooks(tmp_path):
        assert cache.executed(page).cells[-1].outputs[0].text == "met\n"


@pytest.mark.usefixtures("two_cores")
def test_a_failure_stops_the_page_beside_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tiny_book(tmp_path, MEET.format(mine="a", other="b"), "1 / 0")
    beside(tmp_path, MEET.format(mine="b", other="a"), "time.sleep(600)")
    started = time.monotonic()
    assert main([], tmp_path) == 1
    assert time.monotonic() - started < 300
    assert "book/tiny/experiment.md" in capsys.readouterr().err.partition("error: ")[2]


def test_ctrl_c_while_sphinx_runs_leaves_the_previous_book(
    tmp_path: Path, without_sphinx: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_book(tmp_path, *PRINTS)
    assert main([], tmp_path) == 0
    (html(tmp_path) / "index.html").write_text("previous", encoding="utf-8")

    def interrupt(command: list[str], root: Path) -> None:
        Path(command[-1], "html", "index.html").write_text("half", encoding="utf-8")
        raise KeyboardInterrupt

    monkeypatch.setattr(book, "_sphinx", interrupt)
    assert main([], tmp_path) == 130
    assert (html(tmp_path) / "index.html").read_text(encoding="utf-8") == "previous"
    assert (tmp_path / "_build" / "work" / "unfinished").exists()


def test_references_are_the_text_of_each_cell(tmp_path: Path) -> None:
    page = tiny_book(tmp_path, *PRINTS)
    cache = update_outputs(tmp_path)
    difference = write_references(page, cache.executed(page))
    assert "+  - stdout: |\n+      42\n" in difference
    assert write_references(page, cache.executed(page)) == ""
    assert orphans(tmp_path) == []
    stray = tmp_path / "tests" / "references" / "gone" / "page.yaml"
    stray.parent.mkdir()
    stray.touch()
    assert orphans(tmp_path) == [stray]


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (new_output("stream", name="stdout", text="1\n"), [{"stdout": "1\n"}]),
        (new_output("stream", name="stderr", text="beware"), [{"stderr": "beware"}]),
        (new_output("execute_result", data={"text/plain": "2", "text/html": "<b>2</b>"}), [{"text": "2"}]),
        (new_output("error", ename="Refuted", evalue="at x = 1", traceback=[]), [{"error": "Refuted: at x = 1"}]),
        (new_output("display_data", data={"text/plain": "<Figure>", "image/png": "…"}), []),
        (new_output("display_data", data={"application/papermill.record/text/plain": "0.5"}), []),
    ],
)
def test_what_is_compared_is_text(output: nbformat.NotebookNode, expected: list) -> None:
    assert texts([output]) == expected


def test_an_address_is_no_reference(tmp_path: Path) -> None:
    page = tiny_book(tmp_path, "object()")
    notebook = page.notebook()
    notebook.cells[1].outputs = [new_output("execute_result", data={"text/plain": "<object object at 0x7f01>"})]
    with pytest.raises(ExecutionError, match=f"experiment.md:{page.lines[0]}: cell 1 prints a memory address"):
        entries(page, notebook)
