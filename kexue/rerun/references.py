"""The text that a page's cells print, as references in ``tests/references``, which the tests compare with.

``python -m kexue.rerun.references`` (``make references``) writes them anew from the executed pages and shows what
changed. Only text is kept: what a cell prints to stdout, the plain text of its results, the message of an error that is
meant to be shown. Pictures, widgets, and numbers handed on without being displayed are left to other tests.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import yaml
from nbformat import NotebookNode
from nbformat.v4 import new_output

from kexue.errors import ExecutionError, KexueError
from kexue.rerun.book import update_outputs
from kexue.rerun.pages import Page, book_root, notebooks, tags

IGNORED = "nbval-ignore-output"
ADDRESS = re.compile(r" at 0x[0-9a-f]+")
NO_TEXT = ("application/vnd.jupyter.widget-view+json", "image/")  # their text/plain is a name, or all of their state
HEAD = "# Text outputs of {page}. Written by `make references`; look at the difference before you commit it.\n"
Texts = list[dict[str, str]]


def texts(outputs: Iterable[NotebookNode]) -> Texts:
    """What of a cell's outputs is compared, in order: each a ``text``, ``error`` or the whole ``stdout``, ``stderr``.

    >>> texts([new_output("stream", name="stdout", text="1\\n"), new_output("stream", name="stdout", text="2\\n")])
    [{'stdout': '1\\n2\\n'}]
    """
    found: Texts = []
    streams: dict[str, dict[str, str]] = {}
    for output in outputs:
        if output.output_type == "stream" and output.name in streams:
            streams[output.name][output.name] += output.text
        elif output.output_type == "stream":
            streams[output.name] = {output.name: output.text}
            found.append(streams[output.name])
        elif output.output_type == "error":
            found.append({"error": f"{output.ename}: {output.evalue}"})
        elif "text/plain" in output.data and not any(kind.startswith(NO_TEXT) for kind in output.data):
            found.append({"text": output.data["text/plain"]})
    return found


def as_outputs(found: Texts) -> list[NotebookNode]:
    """The same as outputs of a notebook, for nbval to compare."""
    return [_as_output(kind, text) for entry in found for kind, text in entry.items()]


def _as_output(kind: str, text: str) -> NotebookNode:
    if kind in ("stdout", "stderr"):
        return new_output("stream", name=kind, text=text)
    return new_output("display_data", data={"text/plain" if kind == "text" else kind: text})


def source_hash(cell: NotebookNode) -> str:
    """Tells whether a reference belongs to a cell as it is now."""
    return hashlib.sha256(cell.source.encode()).hexdigest()[:16]


def reference_path(page: Page) -> Path:
    """``tests/references/<slug>/<page>.yaml``."""
    return page.root / "tests" / "references" / f"{page.name.partition('/')[2]}.yaml"


def read_references(page: Page) -> list[dict]:
    """One entry for each code cell, empty where none was written yet."""
    path = reference_path(page)
    return yaml.safe_load(path.read_text(encoding="utf-8")) or [] if path.exists() else []


def entries(page: Page, notebook: NotebookNode) -> list[dict]:
    """The references of a page's executed notebook. ``ExecutionError`` for text that no second run would repeat."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    found = []
    for number, cell in enumerate(cells, start=1):
        shown = [] if IGNORED in tags(cell) else texts(cell.outputs)
        if any(ADDRESS.search(text) for entry in shown for text in entry.values()):
            raise ExecutionError(
                f"{page.file}:{page.lines[number - 1]}: cell {number} prints a memory address, which differs in each "
                f"run: end its last line with a semicolon, or tag the cell {IGNORED} and say why"
            )
        found.append({"cell": number, "source": source_hash(cell)} | ({"outputs": shown} if shown else {}))
    return found


def write_references(page: Page, notebook: NotebookNode) -> str:
    """Write a page's references; returns the difference from those before."""
    path = reference_path(page)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    body = yaml.dump(entries(page, notebook), Dumper=_Blocks, sort_keys=False, allow_unicode=True, width=10**6)
    after = HEAD.format(page=page.file) + body
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(after, encoding="utf-8")
    name = path.relative_to(page.root).as_posix()
    return "".join(difflib.unified_diff(before.splitlines(True), after.splitlines(True), f"{name} (before)", name))


def orphans(root: Path) -> list[Path]:
    """Reference files that belong to no page of ``_toc.yml``."""
    known = {reference_path(page) for page in notebooks(root)}
    return [path for path in sorted((root / "tests" / "references").rglob("*.yaml")) if path not in known]


class _Blocks(yaml.SafeDumper):
    """Text of several lines as a block, so that a difference shows the line."""


_Blocks.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None),
)


def main(root: Path | None = None) -> int:
    """The command: execute what is out of date, write all references, show what changed."""
    try:
        root = root or book_root()
        cache = update_outputs(root)
        changes = [write_references(page, cache.executed(page)) for page in notebooks(root)]
    except KexueError as error:
        print(f"\nerror: {error}\n\nThe references are not all written.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. The references are not all written.", file=sys.stderr)
        return 130
    for path in orphans(root):
        path.unlink()
        changes.append(f"removed {path.relative_to(root)}: it belongs to no page of _toc.yml\n")
    print("".join(changes) or "The references are as before.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
