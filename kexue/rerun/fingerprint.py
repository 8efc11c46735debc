"""What a page's outputs depend on, as one number: its code, the modules and data of ``kexue/`` behind it, the packages.

jupyter-cache looks at the code cells alone, so an edit to ``kexue/`` would leave old outputs in the book. A page's
fingerprint changes with everything that its outputs can depend on, and with nothing else: not with its prose, and not
with a module that it does not import. Imports are read from the syntax tree, also those inside functions; a module
that is imported by a computed name is not seen. A page that imports `kexue.lab.ledgers` runs the derivations of all
chapters, and depends on what those depend on.
"""

from __future__ import annotations

import ast
import hashlib
import platform
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from kexue.rerun.pages import Page, notebooks

PACKAGE = "kexue"
RUNS_PAGES = "kexue.lab.ledgers"  # the module that runs the cells of the pages named below
PACKAGES_INSTALLED = ("requirements.txt", "constraints.txt")


def fingerprint(page: Page) -> str:
    """SHA-256, in hexadecimal, of what the page's outputs depend on.

    The code cells with their metadata; every module of ``kexue`` that they import, directly or through another, and
    the data that belongs to those; all of this for the pages that it runs, and what is declared beside them;
    ``requirements.txt`` and ``constraints.txt``; the version of Python.
    """
    digest = hashlib.sha256(platform.python_version().encode())
    others = _pages_run_by(page)
    declared = [path for other in others for path in sorted(other.path.parent.glob("*.yaml"))]
    for each in (page, *others):
        for cell in each.code:
            _add(digest, str(dict(cell.metadata)), cell.source.encode())
    for path in (*_files(page), *(path for other in others for path in _files(other)), *declared):
        _add(digest, path.relative_to(page.root).as_posix(), path.read_bytes())
    return digest.hexdigest()


def _pages_run_by(page: Page) -> list[Page]:
    """The pages whose cells a page runs: every derivation, where it imports the module that does so."""
    if RUNS_PAGES not in dependencies(page):
        return []
    return [each for each in notebooks(page.root) if each.title == "derivation"]


def dependencies(page: Page) -> dict[str, Path]:
    """The modules of ``kexue`` that a page imports, directly or through another: name to file."""
    waiting = {name for cell in page.code for name in _imported(cell.source, package="")}
    seen: set[str] = set()
    found: dict[str, Path] = {}
    while waiting:
        name = waiting.pop()
        seen.add(name)
        path = _module(page.root, name)
        if path is not None:
            found[name] = path
            package = name if path.name == "__init__.py" else name.rpartition(".")[0]
            waiting |= _imported(path.read_text(encoding="utf-8"), package) - seen
    return dict(sorted(found.items()))


def _files(page: Page) -> list[Path]:
    modules = dependencies(page)
    data = [path for name, module in modules.items() for path in _data(page.root, name, module)]
    packages = [page.root / name for name in PACKAGES_INSTALLED if (page.root / name).exists()]
    return [*modules.values(), *sorted(set(data)), *packages]


def _data(root: Path, name: str, module: Path) -> Iterator[Path]:
    """A package's own data; for a module ``kexue/<name>.py`` or its package, also ``kexue/data/<name>``."""
    if module.name == "__init__.py" and name != PACKAGE:
        yield from _own_files(module.parent)
    if name.count(".") == 1:
        yield from _own_files(root / PACKAGE / "data" / name.partition(".")[2])


def _own_files(folder: Path) -> Iterator[Path]:
    """Files that are no Python, without descending into packages: those are modules of their own."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name.startswith((".", "__pycache__")):
            continue
        if path.is_dir() and not (path / "__init__.py").exists():
            yield from _own_files(path)
        elif path.is_file() and path.suffix != ".py":
            yield path


@cache
def _imported(source: str, package: str) -> frozenset[str]:
    """Names of all modules of ``kexue`` that a source may import, each with the packages around it."""
    found = set()
    for node in ast.walk(_tree(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            origin = _absolute(node, package)
            names = [origin, *(f"{origin}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == PACKAGE:
                found.update(".".join(parts[:end]) for end in range(1, len(parts) + 1))
    return frozenset(found)


def _tree(source: str) -> ast.AST:
    """The syntax tree; where a cell has IPython's magics, of what IPython makes of it; empty where it is no Python,
    which executing the page will report."""
    try:
        return ast.parse(source)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        try:
            return ast.parse(TransformerManager().transform_cell(source))
        except SyntaxError:
            return ast.Module([], [])


def _absolute(node: ast.ImportFrom, package: str) -> str:
    """The module that ``from ... import`` names, its leading dots resolved."""
    around = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
    return ".".join([*around, *([node.module] if node.module else [])])


def _module(root: Path, name: str) -> Path | None:
    """The file of a module in the book's tree, None for a name that is no module: a function, say."""
    stem = root.joinpath(*name.split("."))
    candidates = (stem / "__init__.py", stem.with_name(f"{stem.name}.py"))
    return next((path for path in candidates if path.is_file()), None)


def _add(digest: hashlib._Hash, name: str, content: bytes) -> None:
    """Hash a named content, its length before it, so that no two lists of them hash alike."""
    digest.update(f"{name}\0{len(content)}\0".encode())
    digest.update(content)
