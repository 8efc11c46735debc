"""Small wrong edits of a page's formulas: a sign, a factor, an exponent, an operator, a relation.

    python tests/mutants.py book/<slug>/derivation.md

tries every edit of the page, and then every change of every line of its ledgers.
"""

import ast
import copy
import io
import os
import pickle
import sys
from collections.abc import Iterable, Iterator
from contextlib import redirect_stdout
from pathlib import Path

import jupytext

from kexue.lab.coverage import Coverage
from kexue.lab.ledgers import SHOWING, derivations, derived
from kexue.proof import Ledger
from kexue.proof.crosscheck import confirming
from kexue.proof.mutation import Before

SWAPS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult}
SWAPS |= {ast.LtE: ast.GtE, ast.GtE: ast.LtE}


def formula_cells(path: Path) -> list[str]:
    """The sources of a page's code cells, without those that only draw, show or try."""
    cells = [cell.source for cell in jupytext.read(path).cells if cell.cell_type == "code"]
    return [source for source in cells if not any(call in source for call in SHOWING)]


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """(what was changed, the changed source), one edit at a time."""
    tree = ast.parse(source)
    for number, node in enumerate(ast.walk(tree)):
        for change in changes(node):
            copied = copy.deepcopy(tree)
            what = change(next(n for i, n in enumerate(ast.walk(copied)) if i == number))
            line = next(s for s in tree.body if s.lineno <= node.lineno <= s.end_lineno)
            yield f"{what} in {ast.unparse(node)} of {ast.unparse(line)}", ast.unparse(copied)


def changes(node: ast.AST) -> list:
    """The edits that one node admits."""
    if isinstance(node, ast.BinOp) and type(node.op) in SWAPS:
        return [swap_operator]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return [drop_sign]
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        return [turn_relation]
    if isinstance(node, ast.Constant) and type(node.value) is int:
        return [raise_number]
    return []


def swap_operator(node: ast.BinOp) -> str:
    old, node.op = type(node.op), SWAPS[type(node.op)]()
    return f"{old.__name__} became {type(node.op).__name__}"


def drop_sign(node: ast.UnaryOp) -> str:
    node.op = ast.UAdd()
    return "a sign was dropped"


def turn_relation(node: ast.Compare) -> str:
    node.ops[0] = SWAPS[type(node.ops[0])]()
    return "the relation was turned"


def raise_number(node: ast.Constant) -> str:
    node.value += 1
    return f"{node.value - 1} became {node.value}"


def outcomes(cells: list[str], every: int = 1, known: Iterable[str] = ()) -> Iterator[tuple[str, str | None]]:
    """(edit, error) for every n-th edit of the cells; the error is None where the edited page still passes.

    Each edited page runs in a child forked just before the edited cell, so that what comes earlier is not run again.
    An edit whose name contains one of the ``known`` is not run.
    """
    space, count = {}, 0
    for index, source in enumerate(cells):
        for what, changed in mutants(source):
            if count % every == 0 and not any(name in what for name in known):
                yield what, forked([changed, *cells[index + 1 :]], space)
            count += 1
        run([source], space)


def run(cells: list[str], space: dict) -> None:
    """Run cells, of whose lines no random point has to confirm any: the checker alone is asked."""
    with redirect_stdout(io.StringIO()), confirming(0):
        for source in cells:
            exec(compile(source, "<cell>", "exec"), space)  # the page's own code


def forked(cells: list[str], space: dict) -> str | None:
    """The error that running the cells ends in, found out in a child process."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        Ledger._failure = Before._failure  # that it fails is asked, not where: a search for a point takes seconds
        try:
            run(cells, space)
            result = None
        except Exception as error:  # noqa: BLE001, whatever stops the page is what we want to see
            result = f"{type(error).__name__}: {error}"
        os.write(write, pickle.dumps(result))
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        result = pickle.loads(pipe.read())
    os.waitpid(child, 0)
    return result


def survivors(path: Path) -> Iterator[str]:
    """The changed lines of a page's ledgers that pass, and are not listed as equivalent."""
    slug = path.resolve().parent.name
    for found in Coverage(derived(slug, derivations()[slug])).scores():
        print(found)
        yield from (mutant.name for mutant in found.survivors)


if __name__ == "__main__":
    for page in sys.argv[1:]:
        for edit, error in outcomes(formula_cells(Path(page))):
            print(
                "survived" if error is None else "caught  ",
                edit,
                "" if error is None else f"<- {error.splitlines()[0]}",
                flush=True,
            )
        for name in survivors(Path(page)):
            print("survived", name)
