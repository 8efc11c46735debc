"""The ``kexue`` command: list the chapters, run a page under other parameters."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from kexue import __version__
from kexue.errors import KexueError
from kexue.rerun.pages import PARAMETERS, book_root, chapters, find_page, tags

INTERRUPTED = 130  # what a shell expects of a program that Ctrl-C stopped


class _PlainErrors(TyperGroup):
    """A reader's mistake is answered by its message alone, not by a traceback."""

    def invoke(self, context: typer.Context) -> object:
        try:
            return super().invoke(context)
        except KexueError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(1) from None


app = typer.Typer(
    cls=_PlainErrors,
    help="Kexue Book: list its chapters, run their experiments under other parameters.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"kexue {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Options of the command as a whole; ``--version`` has ended it before."""


@app.command("list")
def list_chapters() -> None:
    """List the chapters, their pages, and the parameters of each."""
    from kexue.rerun.parameters import read_parameters

    for slug, found in chapters(book_root()).items():
        typer.echo(slug)
        for page in found:
            typer.echo(f"  {page.title:<12} {page.file}")
            if any(PARAMETERS in tags(cell) for cell in page.code):
                typer.echo("\n".join(f"  {line}" for line in read_parameters(page).table().splitlines()))


@app.command()
def run(
    slug: Annotated[str, typer.Argument(help="The chapter, as in `kexue list`.")],
    parameter: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", metavar="NAME=VALUE", help="A parameter of the page; repeat for more."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A new folder, instead of runs/SLUG/TIME.")
    ] = None,
    page: Annotated[str, typer.Option(help="Which page of the chapter.")] = "experiment",
) -> None:
    """Execute a chapter's experiment, and keep notebook, HTML, metrics and record."""
    from kexue.rerun.parameters import read_parameters

    chosen = find_page(book_root(), slug, page)
    values = read_parameters(chosen).parse(parameter or [])
    from kexue.rerun.run import run as run_page  # imports papermill and nbclient: only once the parameters are right

    done = run_page(chosen, values, output)
    if done.status == "ok":
        typer.echo((done.folder / "metrics.json").read_text(encoding="utf-8"), nl=False)
        typer.echo(f"Read it: {done.html}\nAll of it: {done.folder}")
        return
    if done.error:
        typer.echo(f"error: {done.error}\n", err=True)
    _say_where(done.folder, done.notebook)
    raise typer.Exit(INTERRUPTED if done.status == "interrupted" else 1)


def _say_where(folder: Path, notebook: Path) -> None:
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    stop = record.get("stopped_at")
    where = f" at {stop['page']}:{stop['line']}, cell {stop['cell']}" if stop else ""
    verb = {"failed": "failed", "interrupted": "was interrupted"}[record["status"]]
    typer.echo(f"The run {verb}{where}. What it had done is in {notebook}", err=True)


if __name__ == "__main__":
    sys.exit(app())
