"""Execute a page's notebook with this Python, cell by cell, and say where it failed."""

from __future__ import annotations

import asyncio
import re
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from traitlets import default

from kexue.errors import ExecutionError
from kexue.rerun.pages import INJECTED, Page, tags
from kexue.rerun.progress import advance, progress

Watch = Callable[[int, Literal["started", "done", "failed"]], None]
ANSI = re.compile(r"\x1b\[[0-9;]*m")
CONTEXT = 2  # lines shown before and after the line that failed


class CellError(ExecutionError):
    """A cell failed: where in the page, which source, and with what traceback."""

    def __init__(self, page: Page, notebook: NotebookNode, index: int, reason: str, traceback: str = "") -> None:
        cell = notebook.cells[index]
        self.page, self.reason = page.file, reason
        self.cell, first = page.locate(notebook, index)
        injected = INJECTED in tags(cell)
        self.line = first if injected else first + _line_in_cell(traceback, cell) - 1
        source = cell.source.splitlines() or [""]
        excerpt = _excerpt(source, self.line - first, first)
        where = "the parameters given" if injected else f"cell {self.cell}"
        message = f"{self.page}:{self.line}: {where}: {reason}\n\n{excerpt}"
        super().__init__(message + (f"\n\n{traceback.rstrip()}" if traceback else ""))

    def record(self) -> dict[str, object]:
        """The failure as data, for a run's record."""
        return {"page": self.page, "cell": self.cell, "line": self.line, "reason": self.reason}


class Stop:
    """Stops executions in other threads, those that run and those that have not begun, as Ctrl-C stops one."""

    def __init__(self) -> None:
        self._lock, self._rung, self._bells = threading.Lock(), False, []

    def ring(self) -> None:
        """Each execution ends with ``KeyboardInterrupt``."""
        with self._lock:
            self._rung = True
            for bell in self._bells:
                bell()

    def listen(self, bell: Callable[[], None]) -> None:
        """Call ``bell`` when it rings, at once where it has rung."""
        with self._lock:
            self._bells.append(bell)
            if self._rung:
                bell()


class ThisPython(AsyncKernelManager):
    """The kernel of this environment, whatever kernels of the same name the user has installed elsewhere."""

    @default("kernel_spec_manager")
    def _without_installed_kernels(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[], parent=self)

    @default("transport_encryption")
    def _where_supported(self) -> str:
        return "auto"


class _Client(NotebookClient):
    """nbclient, telling ``watch`` of each cell, and stopped by Ctrl-C together with its kernel."""

    def __init__(self, notebook: NotebookNode, watch: Watch, stop: Stop, **options: object) -> None:
        super().__init__(notebook, kernel_manager_class=ThisPython, kernel_name="python3", timeout=None, **options)
        self.watch = watch
        self.stop = stop
        self.index = 0
        self.interrupted = False

    async def async_start_new_kernel(self, **options: object) -> None:
        self._take_over_interrupts()
        await super().async_start_new_kernel(**options)

    async def async_execute_cell(self, cell: NotebookNode, cell_index: int, **options: object) -> NotebookNode:
        self.index = cell_index
        self.watch(cell_index, "started")
        try:
            await super().async_execute_cell(cell, cell_index, **options)
        except BaseException:
            self.watch(cell_index, "failed")
            raise
        self.watch(cell_index, "done")
        return cell

    def _take_over_interrupts(self) -> None:
        """nbclient's own handler only kills the kernel, which would read as a fault of the cell."""
        task, loop = asyncio.current_task(), asyncio.get_running_loop()

        def interrupt() -> None:
            self.interrupted = True
            self.shutdown_kernel = "immediate"
            task.cancel()

        def from_elsewhere() -> None:
            with suppress(RuntimeError):  # the loop is closed, nothing is left to be stopped
                loop.call_soon_threadsafe(interrupt)

        self.stop.listen(from_elsewhere)
        # Outside the main thread and on Windows there is no such handler; Python's own stays.
        with suppress(RuntimeError, ValueError, NotImplementedError):
            loop.add_signal_handler(signal.SIGINT, interrupt)


def execute(
    page: Page,
    notebook: NotebookNode,
    folder: Path,
    *,
    allow_stderr: bool = False,
    watch: Watch | None = None,
    stop: Stop | None = None,
) -> None:
    """Execute the notebook of a page in place, with a progress bar over its code cells.

    page: where the notebook's cells come from, for messages; the notebook may have a cell of parameters more.
    folder: the working directory.
    allow_stderr: whether cells may write to stderr; by default that fails, since warnings do.
    watch: called with a cell's index before and after each.
    stop: another thread's means to end it.

    Raises ``CellError`` for the first cell that fails, and ``KeyboardInterrupt`` for Ctrl-C; the notebook keeps the
    outputs until there.
    """
    with progress(page.name, sum(cell.cell_type == "code" for cell in notebook.cells)) as bar:

        def step(index: int, state: str) -> None:
            if watch:
                watch(index, state)
            if notebook.cells[index].cell_type == "code":
                advance(bar, state, page.locate(notebook, index)[1])

        where = {"metadata": {"path": str(folder)}}
        client = _Client(notebook, step, stop or Stop(), record_timing=False, resources=where)
        client.on_cell_executed = None if allow_stderr else lambda cell, **_: _refuse_stderr(cell)
        try:
            _run(client, page, notebook)
        finally:
            client.set_widgets_metadata()


def _run(client: _Client, page: Page, notebook: NotebookNode) -> None:
    try:
        _to_its_end(client)
    except CellExecutionError as error:
        reason = f"{error.ename}: {error.evalue}".partition("\n")[0]
        raise CellError(page, notebook, client.index, reason, _traceback(notebook.cells[client.index])) from None
    except _Stderr as error:
        raise CellError(page, notebook, client.index, "wrote to stderr; warnings are errors", str(error)) from None
    except (DeadKernelError, asyncio.CancelledError):
        if client.interrupted:
            raise KeyboardInterrupt from None
        reason = "the kernel died while this cell ran, out of memory perhaps"
        raise CellError(page, notebook, client.index, reason) from None


def _to_its_end(client: _Client) -> None:
    """In a loop of its own that is closed afterwards; inside a running one, say a notebook's, as nbclient does."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(client.async_execute())
    else:
        client.execute()


def _traceback(cell: NotebookNode) -> str:
    errors = [output for output in cell.outputs if output.output_type == "error"]
    return ANSI.sub("", "\n".join(line for error in errors for line in error.traceback))


class _Stderr(Exception):
    """What a cell wrote to stderr."""


def _refuse_stderr(cell: NotebookNode) -> None:
    outputs = [output for output in cell.outputs if output.output_type == "stream" and output.name == "stderr"]
    failed = any(output.output_type == "error" for output in cell.outputs)
    if outputs and not failed:
        raise _Stderr("".join(output.text for output in outputs))


def _line_in_cell(traceback: str, cell: NotebookNode) -> int:
    """The line of the cell, from 1, that a traceback of IPython ends in; the first where it does not say."""
    count = cell.get("execution_count")
    found = re.findall(rf"Cell In\[{count}\], line (\d+)", traceback)
    return int(found[-1]) if found else 1


def _excerpt(source: list[str], wrong: int, first: int) -> str:
    """The lines around one of a cell, numbered as in the page, that one marked."""
    shown = range(max(0, wrong - CONTEXT), min(len(source), wrong + CONTEXT + 1))
    width = len(str(first + len(source)))
    return "\n".join(f"{'>' if i == wrong else ' '} {first + i:>{width}} | {source[i]}".rstrip() for i in shown)
