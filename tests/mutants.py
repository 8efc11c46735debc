"""Small wrong edits of a page's formulas: a sign, a factor, an exponent, an operator, a relation."""

import ast
import copy
import io
import os
import pickle
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import jupytext

SWAPS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult}
SWAPS |= {ast.LtE: ast.GtE, ast.GtE: ast.LtE}


def page_cells(path: Path) -> list[str]:
    """The sources of a page's code cells."""
    return [cell.source for cell in jupytext.read(path).cells if cell.cell_type == "code"]


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """(what was changed, the changed source), one edit at a time."""
    tree = ast.parse(source)
    for number, node in enumerate(ast.walk(tree)):
        for change in changes(node):
            copied = copy.deepcopy(tree)
            target = next(n for i, n in enumerate(ast.walk(copied)) if i == number)
            what = change(target)
            yield f"line {node.lineno}: {what} in {ast.unparse(node)}", ast.unparse(copied)


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


def outcomes(cells: list[str], chosen=lambda index, source: True) -> Iterator[tuple[int, str, str | None]]:
    """(cell, edit, error) for every edit of every chosen cell; the error is None where the edited page still passes.

    Each edited page runs in a child process forked just before the edited cell, so that what comes earlier is not run again.
    """
    space: dict = {}
    for index, source in enumerate(cells):
        if chosen(index, source):
            for what, changed in mutants(source):
                yield index, what, forked(lambda changed=changed: run([changed, *cells[index + 1 :]], space))
        run([source], space)


def run(cells: list[str], space: dict) -> None:
    with redirect_stdout(io.StringIO()):
        for source in cells:
            exec(compile(source, "<cell>", "exec"), space)  # the page's own code


def forked(action) -> str | None:
    """The error that an action ends in, found out in a child process."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            action()
            result = None
        except Exception as error:  # whatever stops the page is what we want to see
            result = f"{type(error).__name__}: {error}"
        os.write(write, pickle.dumps(result))
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        result = pickle.loads(pipe.read())
    os.waitpid(child, 0)
    return result
