"""Build the book: execute the pages that changed, render all of them, publish only what is whole.

``python -m kexue.rerun.book`` leaves the book in ``_build/html``. Whatever stops a build, a failing cell, a warning of
Sphinx, Ctrl-C, the previous complete book stays there, and the next build takes up what was already executed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from kexue.errors import BuildError, KexueError
from kexue.rerun.cache import PageCache
from kexue.rerun.execute import ANSI, CellError, Stop, execute
from kexue.rerun.fingerprint import fingerprint
from kexue.rerun.pages import Page, book_root, notebooks, pages

CONTENTS = "contents"  # lists the pages of a rendering: one that is taken out of the book leaves its HTML behind
SIDE_BY_SIDE = 4  # pages at a time, where there are as many cores: each may use several threads
UNFINISHED = "unfinished"  # marks a rendering that Sphinx may have warned about and must not be continued


def build(root: Path, force: bool = False) -> Path:
    """Execute, render and publish the book in ``root``; returns its first page.

    force: execute and render every page again. Raises ``KexueError`` and leaves the previous book where it is.
    """
    for page in pages(root):
        _ = page.text  # a page that is listed and missing is told before anything is executed
    target = root / "_build"
    update_outputs(root, force)
    _render(root, target / "work", force)
    _publish(target / "work" / "html", target / "html")
    return target / "html" / f"{pages(root)[0].name}.html"


def update_outputs(root: Path, force: bool = False) -> PageCache:
    """Execute the pages whose outputs are missing or out of date, and keep the outputs of all.

    Raises ``CellError`` for a cell that fails, with the notebook so far in ``_build/failed``.
    """
    every, cache = notebooks(root), PageCache(root / "_build")
    stale = every if force else cache.stale(every)
    print(f"{len(every)} pages with code, {len(stale)} to execute", flush=True)
    _execute_all(stale, cache)
    cache.prune(every)
    return cache


def _execute_all(stale: Sequence[Page], cache: PageCache) -> None:
    """Execute pages side by side, and keep each as soon as it is done; the first failure, or Ctrl-C, stops the others.

    The last pages come first: those that look at the whole book take longest.
    """
    stop, cores = Stop(), os.cpu_count() or 1
    at_once = min(cores, SIDE_BY_SIDE)
    os.environ.setdefault("OMP_NUM_THREADS", str(cores // at_once))  # more threads would only wait for each other
    with ThreadPoolExecutor(at_once) as pool:
        running = [pool.submit(_execute, page, stop) for page in reversed(stale)]
        try:
            for done in as_completed(running):
                cache.store(*done.result())
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            stop.ring()
            raise


def _execute(page: Page, stop: Stop) -> tuple[Page, NotebookNode, str, float]:
    """The page, its executed notebook, the fingerprint from before and the seconds it took."""
    notebook, now, clock = page.notebook(), fingerprint(page), time.monotonic()
    failed = page.root / "_build" / "failed" / f"{page.name}.ipynb"
    try:
        execute(page, notebook, page.path.parent, stop=stop)
    except CellError as error:
        failed.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, failed)
        raise BuildError(f"{error}\n\nThe notebook as far as it came: {failed}") from error
    failed.unlink(missing_ok=True)
    return page, notebook, now, time.monotonic() - clock


def _render(root: Path, work: Path, force: bool) -> None:
    """Run Sphinx on the executed pages. It warns of a page only when it reads it, so that a rendering which was not
    brought to its end without a warning is begun anew."""
    mark, contents, names = work / UNFINISHED, work / CONTENTS, "\n".join(page.name for page in pages(root))
    removed = contents.exists() and not set(contents.read_text().split()) <= set(names.split())
    if force or removed or mark.exists():
        shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True, exist_ok=True)
    contents.write_text(names)
    mark.touch()
    status, complaints = _sphinx([sys.executable, "-m", "kexue.rerun.render", str(root), str(work)], root)
    if status:
        raise BuildError("\n".join(["Sphinx could not build the book; warnings are errors:", *complaints]))
    mark.unlink()


def _sphinx(command: Sequence[str], root: Path) -> tuple[int, list[str]]:
    """Exit status, and the lines with warnings and errors or else the last ones; all lines are shown as they come."""
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    lines = []
    with subprocess.Popen(
        command,
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        start_new_session=True,  # Ctrl-C reaches this process alone, which then stops the other
    ) as sphinx:
        try:
            for line in sphinx.stdout:
                lines.append(ANSI.sub("", line).rstrip())
                if "HTML pages are in" not in line:  # Sphinx's folder, which is not yet the book's
                    print(line.rstrip() if sys.stdout.isatty() else lines[-1], flush=True)
        except KeyboardInterrupt:
            os.killpg(sphinx.pid, signal.SIGTERM)
            raise
    complaints = [line for line in lines if "WARNING" in line or "ERROR" in line]
    return sphinx.returncode, complaints or lines[-20:]


def _publish(rendered: Path, html: Path) -> None:
    """Put a complete rendering in the place of the previous one; what a reader opens is always whole."""
    new, old = html.with_name("html.new"), html.with_name("html.old")
    for left_over in (new, old):
        shutil.rmtree(left_over, ignore_errors=True)
    shutil.copytree(rendered, new)
    if html.exists():
        html.rename(old)
    new.rename(html)
    shutil.rmtree(old, ignore_errors=True)


def _previous(root: Path) -> str:
    """What there is to read after a build that did not succeed."""
    html = root / "_build" / "html"
    if not html.exists():
        return "There is no built book yet."
    when = datetime.fromtimestamp(html.stat().st_mtime).strftime("%Y-%m-%d %H:%M")
    return f"{html} is still the previous book, of {when}."


def main(arguments: Sequence[str] | None = None, root: Path | None = None) -> int:
    """The command: 0 for a book that is built, 1 for one that is not, 130 for Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m kexue.rerun.book", description="Build the book.")
    parser.add_argument("--force", action="store_true", help="execute and render every page again")
    force = parser.parse_args(arguments).force
    try:
        root = root or book_root()
        first = build(root, force)
    except KexueError as error:
        print(f"\nerror: {error}\n\nThe book was not built. {_previous(root) if root else ''}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nInterrupted. {_previous(root)} The next build goes on from here.", file=sys.stderr)
        return 130
    print(f"\nThe book: {first.as_uri()}\nTo serve it: {sys.executable} -m http.server -d {first.parents[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
