"""MyST's roles and directives as plain Markdown, with the page's own numbers in the prose.

nbconvert and JupyterLab know Markdown only. What the book's Sphinx build typesets in full is here reduced to what reads
well without it: a glued value is its value, a reference is its target's name, a directive is a quotation with a title.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping

from nbformat import NotebookNode

from kexue.rerun.metrics import glued

Glued = Mapping[str, Mapping[str, object]]
Elsewhere = Callable[[str], Glued]  # the glued values of another page, by its path from this one
ROLE = re.compile(r"\{([a-zA-Z][\w:.-]*)\}`([^`]+)`")
LABEL = re.compile(r"^\([\w:.-]+\)=\n", re.MULTILINE)
EQUATION_LABEL = re.compile(r"^(\$\$) *\([\w:.-]+\) *$", re.MULTILINE)
DIRECTIVE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})\{(?P<name>[\w:-]+)\}[ \t]*(?P<title>.*)\n(?P<body>(?:.*\n)*?)(?P=fence)[ \t]*$",
    re.MULTILINE,
)
ANOTHER_PAGE = re.compile(r"^[ \t]*:doc:[ \t]*(\S+)", re.MULTILINE)
OPTIONS = re.compile(r"\A(?:[ \t]*:[\w-]+:.*\n)*")
DISPLAYED = ("text/latex", "text/html", "text/markdown", "text/plain")


def plain_markdown(notebook: NotebookNode, elsewhere: Elsewhere = lambda _page: {}) -> NotebookNode:
    """A copy whose Markdown cells have no roles and directives left, and whose code cells no outputs for glue alone.

    elsewhere: where a page shows a value of another one, asked for that one's; empty where it has not been executed.
    """
    notebook = copy.deepcopy(notebook)
    values = glued(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _plain(cell.source, values, elsewhere)
        else:
            cell.outputs = [output for output in cell.get("outputs", []) if not _hidden(output)]
    return notebook


def _hidden(output: NotebookNode) -> bool:
    """Whether an output was glued without being displayed."""
    return bool(output.get("metadata", {}).get("scrapbook", {}).get("mime_prefix"))


def _plain(source: str, values: Glued, elsewhere: Elsewhere) -> str:
    source = EQUATION_LABEL.sub(r"\1", LABEL.sub("", source))
    source = DIRECTIVE.sub(lambda found: _directive(found, values, elsewhere), source + "\n").rstrip("\n")
    return ROLE.sub(lambda found: _role(found[1], found[2], values), source)


def _role(name: str, content: str, values: Glued) -> str:
    if name.startswith("glue"):
        return _glue(content, values)
    if name.startswith("cite"):
        return f"[{content}]"
    if name == "math":
        return f"${content}$"
    text, target, _ = content.partition(" <")
    return text.strip() if target else content


def _glue(content: str, values: Glued, missing: str = "not computed") -> str:
    """A glued value as it was displayed, or as its format says: ``name:.3f``."""
    name, _, layout = content.partition(":")
    if name not in values:
        return f"*({name}: {missing})*"
    data = values[name]
    shown = str(next((data[kind] for kind in DISPLAYED if kind in data), ""))
    if layout:
        return format(float(shown), layout)
    return shown.strip("'") if "text/plain" in data and len(data) == 1 else shown


def _directive(found: re.Match[str], values: Glued, elsewhere: Elsewhere) -> str:
    name, title = found["name"], found["title"].strip()
    body = _plain(OPTIONS.sub("", found["body"]), values, elsewhere).strip("\n")
    if name.endswith("-end") or name in ("bibliography", "tableofcontents"):
        return ""
    if name.startswith("glue"):
        other = ANOTHER_PAGE.search(found["body"])
        return _glue(title, elsewhere(other[1]), f"see {other[1]}") if other else _glue(title, values)
    if name == "math":
        return f"$$\n{body}\n$$"
    kind = (name.partition(":")[2] or name).removesuffix("-start").capitalize()
    heading = f"**{kind}{': ' + title if title else ''}**"
    lines = [heading, *(["", *body.splitlines()] if body else [])]
    return "\n".join(f"> {line}".rstrip() for line in lines)
