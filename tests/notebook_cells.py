"""The book's pages as tests: nbval executes each cell and compares its text with the reference."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Iterator

import pytest
from nbformat import from_dict
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, RunningKernel, start_new_kernel
from nbval.plugin import IPyNbCell, IPyNbFile, find_metadata_tags

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
        self.kernel = Kernel(str(self.page.path.parent))


class PageCell(IPyNbCell):
    """One cell. problem: what is wrong with its reference, if anything; the cell is executed all the same."""

    def __init__(self, *, problem: str | None, **options: object) -> None:
        super().__init__(**options)
        self.problem = problem

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
