"""The book's pages as tests: nbval takes them cell by cell and compares each cell's text with the reference.

A page that `make book` has executed as it is now is not executed once more: its kernel answers with what it answered
then. ``pytest --anew`` gives every page a new kernel, and so does pytest where the book is not built or out of date.
"""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Iterator

import pytest
from nbformat import NotebookNode, from_dict
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, RunningKernel, start_new_kernel
from nbval.plugin import IPyNbCell, IPyNbFile, find_metadata_tags

from kexue.rerun.cache import PageCache
from kexue.rerun.pages import Page, book_root, notebooks
from kexue.rerun.references import as_outputs, read_references, source_hash, texts

COMPARED = {"data", "text/plain", "error", "stdout", "stderr"}
UPDATE = "run `make references` and look at the difference before you commit it"


class Pages(pytest.File):
    """Every page of ``_toc.yml`` that has code."""

    def collect(self) -> Iterator[PageFile]:
        for page in notebooks(book_root()):
            yield PageFile.from_parent(self, path=page.path, page=page)


class PageFile(IPyNbFile):
    """One page in one kernel, that of the Python which runs the tests."""

    def __init__(self, *, page: Page, **options: object) -> None:
        super().__init__(**options)
        self.page = page
        self.skip_compare = AllBut(COMPARED)

    def collect(self) -> Iterator[PageCell]:
        references = dict(enumerate(read_references(self.page)))
        for index, cell in enumerate(self.page.code):
            found = references.get(index)
            problem = complaint(found, source_hash(cell))
            expected = as_outputs((found or {}).get("outputs", []))
            cell = from_dict(cell | {"execution_count": index + 1, "outputs": expected})
            options = defaultdict(bool, {"check": True} | dict(find_metadata_tags(cell.metadata)))
            yield PageCell.from_parent(
                self, name=f"cell {index + 1}", cell_num=index + 1, cell=cell, options=options, problem=problem
            )

    def setup(self) -> None:
        cache = PageCache(self.page.root / "_build")
        again = self.config.getoption("--anew") or cache.stale([self.page])
        self.kernel = Kernel(str(self.page.path.parent)) if again else Recorded(cache.executed(self.page))


class PageCell(IPyNbCell):
    """One cell. problem: what is wrong with its reference, if anything; the cell is executed all the same."""

    def __init__(self, *, problem: str | None, **options: object) -> None:
        super().__init__(**options)
        self.problem = problem

    def runtest(self) -> None:
        self.parent.kernel.cell = self.cell_num
        super().runtest()

    def compare_outputs(self, test: list, ref: list, skip_compare: object = None) -> bool:
        if self.problem:
            self.comparison_traceback = [f"{self.parent.page.file}, cell {self.cell_num}: {self.problem}: {UPDATE}"]
            return False
        return super().compare_outputs(as_outputs(texts(test)), ref, skip_compare)

    def reportinfo(self) -> tuple[object, int, str]:
        line = self.parent.page.lines[self.cell_num - 1]
        return self.path, line - 1, f"{self.parent.page.file}:{line}: cell {self.cell_num}"


class Kernel(RunningKernel):
    """nbval's kernel, without the file that nbval opens for its stderr and leaves open."""

    def __init__(self, folder: str) -> None:
        self.km, self.kc = start_new_kernel(kernel_name=CURRENT_ENV_KERNEL_NAME, stderr=subprocess.DEVNULL, cwd=folder)
        self._ensure_iopub_up()


class Recorded:
    """A kernel that has run a page: it answers each cell as it did when the book was built."""

    cell = 1  # the number of the one that is asked for

    def __init__(self, notebook: NotebookNode) -> None:
        self.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]

    def is_alive(self) -> bool:
        return True

    def execute_cell_input(self, source: str, allow_stdin: bool = False) -> str:
        cell, asked = self.cells[self.cell - 1], f"cell {self.cell}"
        if cell.source != source:
            raise ValueError(f"{asked} of the built book is not {asked} of the page: run `make book`")
        answers = [(output.output_type, output) for output in cell.outputs]
        idle = ("status", NotebookNode(execution_state="idle"))
        self.messages = iter([_message(asked, *answer) for answer in (*answers, idle)])
        return asked

    def get_message(self, stream: str, timeout: float | None = None) -> dict:
        return next(self.messages)

    def await_reply(self, msg_id: str, timeout: float | None = None) -> None:
        pass

    await_idle = await_reply

    def stop(self) -> None:
        pass


def _message(parent: str, kind: str, content: NotebookNode) -> dict:
    return {"parent_header": {"msg_id": parent}, "msg_type": kind, "content": content}


class AllBut:
    """What nbval does not compare: everything except some keys."""

    def __init__(self, compared: set[str]) -> None:
        self.compared = compared

    def __contains__(self, key: str) -> bool:
        return key not in self.compared


def complaint(reference: dict | None, source: str) -> str | None:
    """Why a cell's reference cannot be compared with, None if it can."""
    if reference is None:
        return "there is no reference"
    return None if reference["source"] == source else "the reference is of other code"
