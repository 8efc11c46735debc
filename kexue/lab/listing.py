"""Source code shown in a page, as it is now, and how much of it a piece of work runs through."""

import ast
import cProfile
import inspect
import io
import tokenize
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from types import CodeType


class Listing:
    """The source of functions and classes, highlighted by the page's own style."""

    def __init__(self, *things):
        self.things = things

    def _repr_markdown_(self) -> str:
        sources = (dedent(inspect.getsource(thing)).rstrip() for thing in self.things)
        return "```python\n" + "\n\n\n".join(sources) + "\n```"

    def __repr__(self) -> str:
        return "\n".join(f"{t.__qualname__}: {len(inspect.getsourcelines(t)[0])} lines" for t in self.things)


def parts(package, order=()) -> dict[str, tuple[str, int, int]]:
    """{module: (first line of its docstring, lines of the file, lines of code)} of a package.

    order: modules that come first, the others by name.
    """
    found = {}
    for path in sorted(Path(package.__file__).parent.glob("*.py"), key=lambda p: (*map(p.stem.__ne__, order), p.stem)):
        source = path.read_text(encoding="utf-8")
        if path.stem != "__init__":
            says = ast.get_docstring(ast.parse(source)).splitlines()[0]
            found[path.stem] = says, source.count("\n"), len(code_lines(source))
    return found


def code_lines(source: str) -> set[int]:
    """The numbers of the lines that do something: without blank lines, comments, docstrings and imports."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    lines = {i for t in tokens if t.type not in LAYOUT for i in range(t.start[0], t.end[0] + 1)}
    for node in ast.walk(ast.parse(source)):
        words = (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        )
        if words or isinstance(node, (ast.Import, ast.ImportFrom)):
            lines -= set(range(node.lineno, node.end_lineno + 1))
    return lines


LAYOUT = (
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
)


def exercised(package, work: Callable[[], object]) -> dict[str, int]:
    """{function: lines of its source} of those functions of a package that run while ``work()`` does."""
    folder, calls = str(Path(package.__file__).parent), cProfile.Profile(subcalls=False, builtins=False)
    calls.runcall(work)
    ran = [entry.code for entry in calls.getstats() if isinstance(entry.code, CodeType)]
    ours = [code for code in ran if code.co_filename.startswith(folder) and code.co_name.isidentifier()]
    return {code.co_qualname: len(inspect.getsourcelines(code)[0]) for code in ours}
