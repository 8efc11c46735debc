"""Source code shown in a page, as it is now, and how much of it a piece of work runs through."""

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent


class Listing:
    """The source of functions and classes, highlighted by the page's own style."""

    def __init__(self, *things):
        self.things = things

    def _repr_markdown_(self) -> str:
        sources = (dedent(inspect.getsource(thing)).rstrip() for thing in self.things)
        return "```python\n" + "\n\n\n".join(sources) + "\n```"

    def __repr__(self) -> str:
        return "\n".join(f"{t.__qualname__}: {len(inspect.getsourcelines(t)[0])} lines" for t in self.things)


def first_lines(package) -> dict[str, tuple[str, int]]:
    """{module: (first line of its docstring, lines of code)} of a package."""
    found = {}
    for path in sorted(Path(package.__file__).parent.glob("*.py")):
        lines = path.read_text(encoding="utf-8").splitlines()
        if path.stem != "__init__":
            found[path.stem] = lines[0].strip('"'), len(lines)
    return found


def exercised(package, work: Callable[[], object]) -> dict[str, int]:
    """{function: lines of its source} of those functions of a package that run while ``work()`` does."""
    folder, seen = str(Path(package.__file__).parent), set()

    def note(frame, event, _):
        if event == "call" and frame.f_code.co_filename.startswith(folder) and frame.f_code.co_name.isidentifier():
            seen.add(frame.f_code)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return {code.co_qualname: len(inspect.getsourcelines(code)[0]) for code in seen}
