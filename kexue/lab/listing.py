"""Source code shown in a page, as it is now."""

import inspect
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
