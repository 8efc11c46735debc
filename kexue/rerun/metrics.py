"""What a page hands on with ``glue``: its numbers, read back from the executed notebook."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbformat import NotebookNode

from kexue.errors import ExecutionError


def glued(notebook: NotebookNode) -> dict[str, dict[str, object]]:
    """The displayed forms of each glued value, by name and then by media type."""
    found: dict[str, dict[str, object]] = {}
    for name, data in _outputs(notebook):
        if name in found:
            raise ExecutionError(f"{name!r} was glued twice; give each number of a page its own name")
        found[name] = data
    return found


def metrics(notebook: NotebookNode) -> dict[str, int | float | str | bool]:
    """The glued numbers, texts and truth values; figures and formulas are none.

    Raises ``ExecutionError`` for two values of one name.
    """
    values = {name: _scalar(data) for name, data in glued(notebook).items()}
    return {name: value for name, value in values.items() if value is not None}


def _outputs(notebook: NotebookNode) -> Iterator[tuple[str, dict[str, object]]]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            mark = output.get("metadata", {}).get("scrapbook")
            if mark:
                prefix = mark.get("mime_prefix", "")
                yield mark["name"], {kind.removeprefix(prefix): data for kind, data in output["data"].items()}


def _scalar(data: dict[str, object]) -> int | float | str | bool | None:
    """The value whose ``repr`` is all that was displayed, None where it is not one of Python's scalars."""
    if set(data) != {"text/plain"}:
        return None
    try:
        value = ast.literal_eval(str(data["text/plain"]))
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, int | float | str | bool) else None
