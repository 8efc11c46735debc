"""One run of a page under given parameters, kept in a folder of its own.

``<page>.ipynb`` is the executed notebook, saved after each cell; ``<page>.html`` the same to read, without network;
``metrics.json`` the numbers that the page handed on; ``record.json`` what was run, with what, and how it ended.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from posixpath import dirname, join, normpath, splitext
from typing import Literal

import nbformat
from nbformat import NotebookNode
from papermill.engines import Engine, papermill_engines
from papermill.execute import execute_notebook

from kexue import __version__
from kexue.errors import KexueError
from kexue.lab.provenance import commit, versions
from kexue.rerun.cache import PageCache
from kexue.rerun.execute import CellError, execute
from kexue.rerun.html import save_html
from kexue.rerun.metrics import glued, metrics
from kexue.rerun.pages import Page
from kexue.rerun.parameters import read_parameters
from kexue.rerun.prose import Glued

ENGINE = "kexue"
PACKAGES = ("torch", "numpy", "sympy", "scikit-learn", "matplotlib", "papermill", "ipykernel")
Status = Literal["running", "ok", "failed", "interrupted"]


@dataclass(frozen=True)
class Run:
    """How a run ended. error: the cell that failed; None unless the status is ``failed``."""

    page: Page
    folder: Path
    status: Status
    error: CellError | None = None

    @property
    def notebook(self) -> Path:
        return self.folder / f"{self.page.title}.ipynb"

    @property
    def html(self) -> Path:
        return self.folder / f"{self.page.title}.html"


def run(page: Page, values: Mapping[str, object], folder: Path | None = None) -> Run:
    """Execute a page under some values of its parameters, the others at their defaults.

    values: are checked before anything else happens. folder: new or empty; by default ``runs/<slug>/<UTC time>``.

    Raises ``ParameterError`` before anything runs; a failing cell or Ctrl-C is the status of the run that is returned.
    """
    parameters = read_parameters(page)
    values = parameters.check(values)
    started = datetime.now(UTC)
    folder = _new_folder(folder) if folder else _dated_folder(page.root / "runs" / (page.slug or page.title), started)
    record = {"page": page.name, "parameters": {"given": dict(values), "effective": parameters.defaults | values}}
    record |= {"started": started.isoformat(timespec="seconds")} | _provenance(record["parameters"]["effective"])
    _save(folder / "record.json", record | {"status": "running"})
    clock = time.monotonic()
    done = _execute(page, values, folder)
    record |= {"wall_seconds": round(time.monotonic() - clock, 3)}
    _finish(done, record)
    return done


def _execute(page: Page, values: Mapping[str, object], folder: Path) -> Run:
    """Run papermill on the page's notebook, which it saves over after each cell."""
    path = Run(page, folder, "running").notebook
    nbformat.write(page.notebook(), path)
    logging.getLogger("papermill").setLevel(logging.ERROR)  # it cannot read annotations and would call T unknown
    try:
        execute_notebook(
            path, path, dict(values), engine_name=ENGINE, progress_bar=False, page=page, folder=folder.resolve()
        )
    except CellError as error:
        return Run(page, folder, "failed", error)
    except KeyboardInterrupt:
        return Run(page, folder, "interrupted")
    return Run(page, folder, "ok")


class _PageEngine(Engine):
    """Papermill's bookkeeping around the execution that the book's own build uses."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: object, _kernel_name: str, *, page: Page, folder: Path, **_unused: object
    ) -> None:
        tell = {"started": nb_man.cell_start, "done": nb_man.cell_complete, "failed": nb_man.cell_exception}

        def watch(index: int, state: str) -> None:
            tell[state](nb_man.nb.cells[index], cell_index=index)

        execute(page, nb_man.nb, folder, allow_stderr=True, watch=watch)


papermill_engines.register(ENGINE, _PageEngine)


def _finish(done: Run, record: dict[str, object]) -> None:
    """Write what can be read off the executed notebook, whole or partial, and the final record."""
    notebook = nbformat.read(done.notebook, as_version=4)
    _save(done.folder / "metrics.json", metrics(notebook))
    record["device"] = _device(record["device"])
    _save(done.folder / "record.json", record | {"status": done.status} | _where(done, notebook))
    title = f"{done.page.slug}: {done.page.title}"
    save_html(notebook, done.html, title, elsewhere=lambda name: _handed_on(done.page, name))


def _handed_on(page: Page, name: str) -> Glued:
    """What another page, by its path from this one, handed on in the last build; nothing where that is out of date."""
    other, cache = (
        Page(page.root, splitext(normpath(join(dirname(page.name), name)))[0]),
        PageCache(page.root / "_build"),
    )
    if not other.path.is_file() or cache.stale([other]):
        return {}
    return glued(cache.executed(other))


def _device(asked: str | None) -> str | None:
    """What the page's ``device`` parameter meant here, in words: ``auto`` may be a GPU."""
    if asked is None:
        return None
    from kexue.lab.device import describe, device  # imports torch, which a page without a device need not wait for

    try:
        return describe(device(asked))
    except ValueError:  # there is no such device; the page's own cell has said so
        return asked


def _where(done: Run, notebook: NotebookNode) -> dict[str, object]:
    """Where a run stopped that did not end well."""
    if done.error:
        return {"stopped_at": done.error.record()}
    states = [cell.metadata.get("papermill", {}).get("status") for cell in notebook.cells]
    if "failed" not in states:
        return {}
    number, line = done.page.locate(notebook, states.index("failed"))
    return {"stopped_at": {"page": done.page.file, "cell": number, "line": line, "reason": done.status}}


def _provenance(effective: Mapping[str, object]) -> dict[str, object]:
    source = commit()
    return {
        "seed": effective.get("seed"),
        "device": effective.get("device"),
        "versions": {"kexue": __version__} | versions(*PACKAGES),
        "commit": source.rstrip("+"),
        "uncommitted_changes": source.endswith("+"),
    }


def _dated_folder(parent: Path, moment: datetime) -> Path:
    """A new folder named after the time; runs of the same second are told apart by a number."""
    stamp = moment.strftime("%Y-%m-%dT%H-%M-%SZ")
    parent.mkdir(parents=True, exist_ok=True)
    for number in range(1, 1000):
        folder = parent / (stamp if number == 1 else f"{stamp}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise KexueError(f"{parent} has a thousand runs of {stamp}; name another folder with --output")


def _new_folder(folder: Path) -> Path:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise KexueError(f"{folder} is not an empty folder; a run keeps its results apart: name a new one")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _save(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
