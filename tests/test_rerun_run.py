"""One run of a page: what it keeps, also when it fails or is interrupted, and the command around it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from tiny_book import EXPERIMENT, markdown, tiny_book
from typer.testing import CliRunner

from kexue import __version__, cli
from kexue.errors import ExecutionError, KexueError, ParameterError
from kexue.lab.device import describe, device
from kexue.rerun.book import update_outputs
from kexue.rerun.execute import CellError, execute
from kexue.rerun.metrics import metrics
from kexue.rerun.prose import plain_markdown
from kexue.rerun.run import Run, _dated_folder, run

ASLEEP = 'import time\nfrom pathlib import Path\nPath("asleep").touch()\ntime.sleep(120)'
COMMAND = """
import sys; from pathlib import Path; from kexue import cli
root = Path(sys.argv.pop(1)); cli.book_root = lambda: root; cli.app()
"""


def read(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run(tiny_book(tmp_path_factory.mktemp("book")), {"T": 20, "schedule": "sqrt_decay"})


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run(tiny_book(tmp_path_factory.mktemp("book")), {"label": "fail"})


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command, in a tiny book."""
    tiny_book(tmp_path)
    monkeypatch.setattr(cli, "book_root", lambda: tmp_path)
    return CliRunner()


def test_a_run_is_kept_beside_the_others(finished: Run) -> None:
    assert finished.folder.parent == finished.page.root / "runs" / "tiny"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ", finished.folder.name)
    kept = {"experiment.ipynb", "experiment.html", "metrics.json", "record.json"}
    assert {path.name for path in finished.folder.iterdir()} == kept


def test_metrics_are_the_numbers_that_the_page_handed_on(finished: Run) -> None:
    expected = {"ratio": 2.5, "schedule": "sqrt_decay", "verbose": False}
    assert read(finished.folder / "metrics.json") == expected


def test_a_record_says_what_was_run_and_with_what(finished: Run) -> None:
    record = read(finished.folder / "record.json")
    assert record["status"] == "ok"
    assert record["parameters"]["given"] == {"T": 20, "schedule": "sqrt_decay"}
    assert record["parameters"]["effective"] == {
        "T": 20, "schedule": "sqrt_decay", "alpha": 0.5, "seed": 0, "verbose": False, "label": "plain",
        "device": "auto",
    }  # fmt: skip
    assert (record["seed"], record["device"], record["page"]) == (0, describe(device()), "book/tiny/experiment")
    assert record["versions"]["python"] == ".".join(map(str, sys.version_info[:3]))
    assert {"kexue", "torch", "numpy", "sympy"} <= set(record["versions"])
    assert isinstance(record["uncommitted_changes"], bool)
    assert record["wall_seconds"] > 0
    assert datetime.fromisoformat(record["started"]).tzinfo is not None


def test_the_notebook_has_its_outputs_and_no_copy_of_itself(finished: Run) -> None:
    notebook = nbformat.read(finished.notebook, as_version=4)
    assert notebook.cells[-1].outputs[-1].text == "T is 20\n"
    assert notebook.metadata.papermill.input_path == str(finished.notebook)


def test_the_html_needs_no_network(finished: Run) -> None:
    html = finished.html.read_text(encoding="utf-8")
    loaded = re.findall(r"""<(?:script|link|img|iframe)[^>]*?\b(?:src|href)=["']([^"']{0,40})""", html)
    assert loaded
    assert [address for address in loaded if not address.startswith("data:")] == []
    assert "T is 20" in html


def test_a_failing_cell_keeps_what_was_done_and_says_where(failed: Run) -> None:
    assert failed.status == "failed"
    line = failed.page.lines[2] + 1
    assert str(failed.error).startswith(f"book/tiny/experiment.md:{line}: cell 3: RuntimeError: as asked")
    assert f"> {line} | " in str(failed.error)
    assert "Traceback" in str(failed.error)
    record = read(failed.folder / "record.json")
    assert record["status"] == "failed"
    assert record["stopped_at"]["line"] == line
    notebook = nbformat.read(failed.notebook, as_version=4)
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert counts == [1, 2, 3, 4, None]  # the cell of the given parameters is one more
    assert "as asked" in failed.html.read_text(encoding="utf-8")


def test_wrong_parameters_stop_before_anything_is_written(tmp_path: Path) -> None:
    page = tiny_book(tmp_path)
    with pytest.raises(ParameterError, match="T = 9: expected integer from 10"):
        run(page, {"T": 9})
    assert not (tmp_path / "runs").exists()


def test_runs_of_one_second_do_not_collide(tmp_path: Path) -> None:
    folders = [_dated_folder(tmp_path, datetime(2026, 1, 2, tzinfo=UTC)) for _ in range(3)]
    stamp = "2026-01-02T00-00-00Z"
    assert [folder.name for folder in folders] == [stamp, f"{stamp}-2", f"{stamp}-3"]


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    page = tiny_book(tmp_path)
    with pytest.raises(KexueError, match="is not an empty folder"):
        run(page, {}, tmp_path / "book")


@pytest.mark.parametrize(
    ("source", "message", "allowed"),
    [
        ("import warnings\nwarnings.warn('beware')", "cell 1: wrote to stderr; warnings are errors", True),
        ("import os\nos._exit(1)", "cell 1: the kernel died while this cell ran", False),
        ("x = 1\ny = (", "cell 1: SyntaxError", False),
    ],
)
def test_a_cell_fails_in_other_ways(tmp_path: Path, source: str, message: str, allowed: bool) -> None:
    page = tiny_book(tmp_path, source)
    with pytest.raises(CellError, match=re.escape(message)):
        execute(page, page.notebook(), tmp_path)
    if allowed:
        execute(page, page.notebook(), tmp_path, allow_stderr=True)


def test_the_kernel_is_this_python_whatever_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "kernels" / "python3"
    other.mkdir(parents=True)
    other.joinpath("kernel.json").write_text('{"argv": ["false"], "display_name": "no", "language": "python"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    page = tiny_book(tmp_path, "import sys\nprint(sys.executable)")
    notebook = page.notebook()
    execute(page, notebook, tmp_path)
    assert notebook.cells[-1].outputs[0].text.strip() == sys.executable


def test_ctrl_c_keeps_what_was_done(tmp_path: Path) -> None:
    tiny_book(tmp_path, *EXPERIMENT[:2], ASLEEP)
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, str(tmp_path), "run", "tiny", "-o", str(tmp_path / "out")],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        until((tmp_path / "out" / "asleep").exists)
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=30)[1]
    assert process.returncode == 130
    assert "Traceback" not in told
    assert "The run was interrupted at book/tiny/experiment.md:" in told
    record = read(tmp_path / "out" / "record.json")
    assert (record["status"], record["stopped_at"]["cell"]) == ("interrupted", 3)


def until(happened: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.1)


def test_the_plain_pipe_works(tmp_path: Path) -> None:
    page = tiny_book(tmp_path)
    scripts = Path(sys.executable).parent
    pipe = f"{scripts}/jupytext --to ipynb -o - {page.file} | {scripts}/papermill - out.ipynb -p T 2000"
    subprocess.run(pipe, shell=True, cwd=tmp_path, check=True, capture_output=True)
    assert metrics(nbformat.read(tmp_path / "out.ipynb", as_version=4))["ratio"] == 250


def test_the_command_lists_pages_and_parameters(command: CliRunner) -> None:
    told = command.invoke(cli.app, ["list"])
    assert told.exit_code == 0
    assert re.search(r"tiny\n +experiment +book/tiny/experiment.md\n +T +=", told.output)


def test_the_command_answers_a_wrong_parameter_plainly(command: CliRunner, tmp_path: Path) -> None:
    told = command.invoke(cli.app, ["run", "tiny", "-p", "T=abc", "-p", "sed=1"])
    assert told.exit_code == 1
    assert told.output.startswith("error: T=abc: expected integer")
    assert "did you mean seed?" in told.output
    assert not (tmp_path / "runs").exists()


def test_the_command_says_its_version() -> None:
    assert CliRunner().invoke(cli.app, ["--version"]).output == f"kexue {__version__}\n"


def test_the_html_shows_what_another_page_handed_on(tmp_path: Path) -> None:
    page = tiny_book(tmp_path, "a = 1")
    other = page.path.with_name("derivation.md")
    other.write_text(markdown("from kexue.lab.numbers import record\nrecord(proved=1.25)"), encoding="utf-8")
    with page.path.open("a", encoding="utf-8") as text:
        text.write("\n```{glue:} proved\n:doc: derivation.md\n```\n")
    (tmp_path / "_toc.yml").write_text(
        "root: book/index\nchapters: [{file: book/tiny/derivation}, {file: book/tiny/experiment}]\n", encoding="utf-8"
    )
    assert "(proved: see derivation.md)" in run(page, {}).html.read_text(encoding="utf-8")
    update_outputs(tmp_path)
    assert "<p>1.25</p>" in run(page, {}).html.read_text(encoding="utf-8")


def glue(name: str, text: str, prefix: str = "application/papermill.record/") -> nbformat.NotebookNode:
    mark = {"scrapbook": {"name": name, "mime_prefix": prefix}}
    return new_output("display_data", data={f"{prefix}text/plain": text}, metadata=mark)


@pytest.mark.parametrize(
    ("text", "value"),
    [("2.5", {"x": 2.5}), ("'both'", {"x": "both"}), ("True", {"x": True}), ("<Figure size>", {}), ("[1, 2]", {})],
)
def test_metrics_are_scalars(text: str, value: dict) -> None:
    assert metrics(new_notebook(cells=[new_code_cell(outputs=[glue("x", text)])])) == value


def test_two_metrics_of_one_name_are_refused() -> None:
    with pytest.raises(ExecutionError, match="'x' was glued twice"):
        metrics(new_notebook(cells=[new_code_cell(outputs=[glue("x", "1"), glue("x", "2")])]))


@pytest.mark.parametrize(
    ("myst", "markdown"),
    [
        ("is {glue:text}`x:.1f` and {glue:text}`y`", "is 2.3 and *(y: not computed)*"),
        ("see {cite}`zinkevich2003online`", "see [zinkevich2003online]"),
        ("{ref}`the proof <proof>` of {eq}`bound`", "the proof of bound"),
        ("(here)=\n# Title", "# Title"),
        ("$$\nx^2\n$$ (square)", "$$\nx^2\n$$"),
        ("a\n\n:::{note}\n:class: tip\nmind {glue:text}`x:.0f`\n:::\nb", "a\n\n> **Note**\n>\n> mind 2\nb"),
        ("```{prf:theorem} Regret\n$a$\n```", "> **Theorem: Regret**\n>\n> $a$"),
        ("```{exercise-start}\n:label: e\n```\ndo\n```{exercise-end}\n```", "> **Exercise**\ndo"),
        ("```{glue:} x\n:doc: other.md\n```", "*(x: see other.md)*"),
        ("```python\nx = {1}\n```", "```python\nx = {1}\n```"),
    ],
)
def test_prose_reads_without_myst(myst: str, markdown: str) -> None:
    notebook = new_notebook(cells=[new_markdown_cell(myst), new_code_cell(outputs=[glue("x", "2.26")])])
    plain = plain_markdown(notebook)
    assert plain.cells[0].source == markdown
    assert plain.cells[1].outputs == []
    assert notebook.cells[0].source == myst
