"""The pages that ``_toc.yml`` lists, as notebooks, with the lines of the Markdown that each cell comes from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from kexue.errors import PageError

if TYPE_CHECKING:
    from nbformat import NotebookNode  # `kexue --help` needs none, and would wait for it

INJECTED = "injected-parameters"  # papermill's tag for the cell that it adds
PARAMETERS = "parameters"
BELOW = ("parts", "chapters", "sections", "subtrees", "entries")  # where a node of _toc.yml lists more pages


@dataclass(frozen=True)
class Page:
    """One page of the book.

    root: the folder of ``_toc.yml``. name: as listed there, ``book/<slug>/<page>``, without a suffix.
    """

    root: Path
    name: str

    @property
    def path(self) -> Path:
        return self.root / f"{self.name}.md"

    @property
    def file(self) -> str:
        """The path as a reader at the book's root would type it."""
        return f"{self.name}.md"

    @property
    def slug(self) -> str | None:
        """The chapter that the page belongs to, None for a page outside the chapters."""
        parts = self.name.split("/")
        return parts[-2] if len(parts) == 3 else None

    @property
    def title(self) -> str:
        """The page's name within its chapter: ``derivation``, ``experiment``."""
        return self.name.rsplit("/", 1)[-1]

    @cached_property
    def text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise PageError(f"_toc.yml lists {self.name}, but there is no {self.file} in {self.root}") from None

    @property
    def executable(self) -> bool:
        """Whether the page is a notebook: its head declares jupytext's MyST format."""
        head = _head(self.text)
        return head.get("jupytext", {}).get("text_representation", {}).get("format_name") == "myst"

    @cached_property
    def _parsed(self) -> NotebookNode:
        from jupytext.myst import MystMetadataParsingError, myst_to_notebook

        try:
            return myst_to_notebook(self.text, add_source_map=True)
        except (MystMetadataParsingError, yaml.YAMLError) as error:
            raise PageError(f"{self.file} is not a MyST notebook: {error}") from error

    def notebook(self) -> NotebookNode:
        """A fresh notebook of the page, without outputs; the same code cells as MyST-NB reads."""
        import nbformat

        notebook = nbformat.from_dict(self._parsed)
        del notebook.metadata["source_map"]
        for number, cell in enumerate(notebook.cells):
            cell.id = f"cell-{number}"  # jupytext's are random
        notebook.nbformat_minor = 5
        return notebook

    @cached_property
    def code(self) -> list[NotebookNode]:
        """The code cells, in order."""
        return [cell for cell in self._parsed.cells if cell.cell_type == "code"]

    @cached_property
    def lines(self) -> list[int]:
        """For each code cell the line of its first line of code, counted from 1."""
        starts = zip(self._parsed.cells, self._parsed.metadata.source_map, strict=True)
        text = self.text.splitlines()
        return [_first_line(text, start, cell.source) for cell, start in starts if cell.cell_type == "code"]

    def locate(self, notebook: NotebookNode, index: int) -> tuple[int, int]:
        """Number of a notebook's code cell in the page, from 1, and its first line; a cell that papermill added
        counts as the parameters cell, which it follows."""
        own = [cell for cell in notebook.cells[: index + 1] if cell.cell_type == "code" and INJECTED not in tags(cell)]
        number = max(len(own), 1)
        return number, self.lines[number - 1]


def tags(cell: NotebookNode) -> list[str]:
    """The tags of a cell."""
    return cell.metadata.get("tags", [])


def book_root() -> Path:
    """The folder with the book's pages: where this package was installed from."""
    root = Path(__file__).resolve().parents[2]
    if not (root / "_toc.yml").is_file():
        raise PageError(
            f"the book's pages are not beside the package: there is no _toc.yml in {root}. "
            "Install from a clone of the repository: `make book`, or `pip install --editable .`"
        )
    return root


def pages(root: Path) -> list[Page]:
    """Every page of ``_toc.yml``, in reading order."""
    toc = root / "_toc.yml"
    try:
        listed = yaml.safe_load(toc.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PageError(f"there is no book in {root}: _toc.yml is missing") from None
    return [Page(root, str(name)) for name in _files(listed)]


def notebooks(root: Path) -> list[Page]:
    """The pages with code to execute."""
    return [page for page in pages(root) if page.executable]


def chapters(root: Path) -> dict[str, list[Page]]:
    """The executable pages of each chapter, by slug."""
    found: dict[str, list[Page]] = {}
    for page in notebooks(root):
        if page.slug:
            found.setdefault(page.slug, []).append(page)
    return found


def find_page(root: Path, slug: str, title: str) -> Page:
    """The page of a chapter; an error that lists what exists where there is none."""
    found = chapters(root)
    if slug not in found:
        raise PageError(f"there is no chapter {slug!r}.{_closest(slug, list(found))} Chapters: {_listed(found)}")
    by_title = {page.title: page for page in found[slug]}
    if title not in by_title:
        raise PageError(f"chapter {slug} has no page {title!r} to execute. Its pages: {_listed(by_title)}")
    return by_title[title]


def _closest(word: str, words: list[str]) -> str:
    from difflib import get_close_matches

    return "".join(f" Did you mean {match!r}?" for match in get_close_matches(word, words, n=1))


def _listed(names: dict[str, object]) -> str:
    return ", ".join(names) or "none yet"


def _files(node: object) -> list[str]:
    if isinstance(node, list):
        return [name for item in node for name in _files(item)]
    if not isinstance(node, dict):
        return []
    own = [node[key] for key in ("root", "file") if key in node]
    return own + [name for key in BELOW for name in _files(node.get(key))]


def _head(text: str) -> dict:
    """The YAML head of a page, empty where there is none."""
    if not text.startswith("---\n"):
        return {}
    head = yaml.safe_load(text[4:].partition("\n---")[0])
    return head if isinstance(head, dict) else {}


def _first_line(text: list[str], start: int, source: str) -> int:
    """The line, from 1, of a cell's code: after the fence and its options."""
    first = source.splitlines()[0] if source else ""
    for number in range(start, len(text)):
        if text[number] == first:
            return number + 1
    return start + 1
