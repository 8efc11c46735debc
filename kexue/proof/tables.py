"""Tables of text, for pages and terminals."""

from collections.abc import Iterable, Sequence
from html import escape

from kexue.proof.kernel.terms import Relation
from kexue.proof.printing import text
from kexue.proof.render import inline


class Link:
    """A cell that leads somewhere."""

    def __init__(self, words: str, target: str):
        self.words, self.target = words, target

    def __str__(self) -> str:
        return self.words


class Prose:
    """A cell of words with links among them."""

    def __init__(self, parts: Iterable[str | Link]):
        self.parts = tuple(parts)

    def __str__(self) -> str:
        return "".join(map(str, self.parts))


class Table:
    """Rows under a head, with a caption that says what they show.

    A cell is words, a number, a :class:`Link`, :class:`Prose` or a formula; a list of these stands in one line, a
    tuple one below the other. Wider than the screen the table scrolls.
    """

    def __init__(self, caption: str, head: Sequence[str], rows: Iterable[Sequence[object]]):
        self.caption, self.head, self.rows = caption, tuple(head), [tuple(row) for row in rows]

    def __repr__(self) -> str:
        rows = [self.head, *(tuple(map(plain, row)) for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows)
        return "\n".join([self.caption, *lines])

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in self.head)
        body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in self.rows)
        return (
            f'<div class="kexue-table tex2jax_process mathjax_process" tabindex="0" role="region"'
            f' aria-label="{escape(self.caption)}"><table class="table"><caption>{escape(self.caption)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )


def plain(cell: object) -> str:
    """A cell as text."""
    if isinstance(cell, (list, tuple)):
        return (", " if isinstance(cell, list) else "; ").join(map(plain, cell))
    return text(cell) if isinstance(cell, Relation) else str(cell)


def html(cell: object) -> str:
    """A cell as HTML."""
    if isinstance(cell, (list, tuple)):
        return (", " if isinstance(cell, list) else "<br>").join(map(html, cell))
    if isinstance(cell, Link):
        return f'<a href="{escape(cell.target)}">{escape(cell.words)}</a>'
    if isinstance(cell, Prose):
        return "".join(map(html, cell.parts))
    return inline(cell) if isinstance(cell, Relation) else escape(str(cell))


def _cell(cell: object) -> str:
    return f'<td class="number">{cell}</td>' if isinstance(cell, int) else f"<td>{html(cell)}</td>"
