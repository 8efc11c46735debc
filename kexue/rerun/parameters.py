"""The parameters of a page, read from its own ``parameters`` cell, and the check of values given for them.

The cell's lines are annotated assignments, and the annotation is all there is to know about a parameter::

    preset: Literal["quick", "full"] = "quick"
    T: Annotated[int, Field(ge=10, le=10**6, description="steps; none: the preset's")] | None = None

Annotations are evaluated with the names of ``typing`` and pydantic's ``Field``, defaults are literals. Nothing of the
page is executed.
"""

from __future__ import annotations

import ast
import json
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from kexue.errors import PageError, ParameterError
from kexue.rerun.pages import PARAMETERS, Page, tags

NAMES = {name: getattr(typing, name) for name in ("Annotated", "Literal", "Optional", "Union")} | {"Field": Field}
STRICT = ConfigDict(strict=True, allow_inf_nan=False)
KINDS = {"integer": "integer", "number": "number", "string": "text", "boolean": "true or false", "null": "none"}
WORDS = {"None": None, "none": None, "True": True, "False": False}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a page: its name, its annotation as a type, its default."""

    name: str
    type: object
    default: object

    @cached_property
    def _adapter(self) -> TypeAdapter:
        return TypeAdapter(self.type, config=STRICT)

    def check(self, value: object) -> object:
        """The value itself; ``ParameterError`` unless it is of the parameter's type, unconverted, and in its range."""
        try:
            return self._adapter.validate_python(value)
        except ValidationError:
            raise ParameterError(f"{self.name} = {json.dumps(value, default=repr)}: expected {self.expected}") from None

    def parse(self, text: str) -> object:
        """The value that a command line's text means for this type: ``2000``, ``1e6``, ``none``, ``sqrt_decay``."""
        for value in (_literal(text), text):
            try:
                return self.check(value)
            except ParameterError:
                continue
        raise ParameterError(f"{self.name}={text}: expected {self.expected}")

    @property
    def expected(self) -> str:
        """Type and range in words: ``integer from 10 to 1000000, or none``."""
        return _describe(self._adapter.json_schema())

    @property
    def description(self) -> str:
        schema = self._adapter.json_schema()
        parts = [schema, *schema.get("anyOf", [])]
        return next((part["description"] for part in parts if "description" in part), "")


class Parameters(Mapping[str, Parameter]):
    """The parameters of one page, in the order of its ``parameters`` cell."""

    def __init__(self, page: Page, declared: Sequence[Parameter]) -> None:
        self.page = page
        self._declared = {parameter.name: parameter for parameter in declared}

    def __getitem__(self, name: str) -> Parameter:
        return self._declared[name]

    def __iter__(self) -> typing.Iterator[str]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)

    @property
    def defaults(self) -> dict[str, object]:
        return {name: parameter.default for name, parameter in self.items()}

    def check(self, values: Mapping[str, object]) -> dict[str, object]:
        """The values, all checked; one ``ParameterError`` for all that are wrong, with a table of what exists."""
        return self._all({name: (value, Parameter.check) for name, value in values.items()})

    def parse(self, assignments: Sequence[str]) -> dict[str, object]:
        """Values of ``NAME=VALUE`` texts, as a command line gives them; raises as ``check`` does."""
        named: dict[str, tuple[str, typing.Callable]] = {}
        for assignment in assignments:
            name, equals, text = assignment.partition("=")
            if not name or not equals:
                raise self._error([f"{assignment}: expected NAME=VALUE, as in {next(iter(self), 'seed')}=..."])
            if name in named:
                raise self._error([f"{name} was given twice, as {named[name][0]} and as {text}"])
            named[name] = (text, Parameter.parse)
        return self._all(named)

    def _all(self, named: Mapping[str, tuple[object, typing.Callable]]) -> dict[str, object]:
        values, wrong = {}, []
        for name, (value, read) in named.items():
            try:
                values[name] = read(self._named(name), value)
            except ParameterError as error:
                wrong.append(str(error))
        if wrong:
            raise self._error(wrong)
        return values

    def _named(self, name: str) -> Parameter:
        if name in self:
            return self[name]
        close = get_close_matches(name.lower(), {known.lower(): known for known in self}, n=1)
        meant = [known for known in self if known.lower() in close]
        raise ParameterError(f"{name}: no such parameter" + (f"; did you mean {meant[0]}?" if meant else ""))

    def _error(self, wrong: Sequence[str]) -> ParameterError:
        return ParameterError(
            "\n".join([*wrong, "", f"Nothing was run. Parameters of {self.page.name}:", self.table()])
        )

    def table(self) -> str:
        """One line per parameter: name, default, type and range, description."""
        if not self:
            return "  none: the page has no cell tagged parameters"
        rows = [(p.name, _typed(p.default), p.expected, p.description) for p in self.values()]
        widths = [max(len(row[column]) for row in rows) for column in range(3)]
        cells = [[text.ljust(width) for text, width in zip(row, widths, strict=False)] for row in rows]
        return "\n".join(
            f"  {name} = {default}  {kind}  {row[3]}".rstrip()
            for (name, default, kind), row in zip(cells, rows, strict=True)
        )


def read_parameters(page: Page) -> Parameters:
    """The parameters that a page declares; ``PageError`` where its cell is not made of annotated assignments."""
    cells = [index for index, cell in enumerate(page.code) if PARAMETERS in tags(cell)]
    if len(cells) > 1:
        raise PageError(f"{page.file} has {len(cells)} cells tagged {PARAMETERS}; papermill reads one: merge them")
    declared = [_declared(page, node, page.lines[index]) for index in cells for node in _statements(page, index)]
    return Parameters(page, declared)


def _statements(page: Page, index: int) -> list[ast.stmt]:
    try:
        return ast.parse(page.code[index].source).body
    except SyntaxError as error:
        line = page.lines[index] + (error.lineno or 1) - 1
        raise PageError(f"{page.file}:{line}: the {PARAMETERS} cell is no Python: {error.msg}") from None


def _declared(page: Page, node: ast.stmt, first: int) -> Parameter:
    """The parameter that a line declares, its default checked against its own type."""
    where = f"{page.file}:{first + node.lineno - 1}"
    if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None):
        raise PageError(f"{where}: expected a parameter, `name: type = default`, and found `{ast.unparse(node)}`")
    try:
        annotation = eval(ast.unparse(node.annotation), dict(NAMES))
        parameter = Parameter(node.target.id, annotation, ast.literal_eval(node.value))
        parameter.check(parameter.default)
    except ParameterError as error:
        raise PageError(f"{where}: the default does not fit its own type. {error}") from None
    except Exception as error:
        raise PageError(
            f"{where}: cannot read `{ast.unparse(node)}`: {error}. "
            f"The type may use {', '.join(NAMES)} and built-in types; the default is a literal."
        ) from error
    return parameter


def _typed(default: object) -> str:
    """A default as a command line would give it."""
    return "none" if default is None else json.dumps(default, ensure_ascii=False)


def _literal(text: str) -> object:
    """The number, truth value or none that a text spells, as JSON or Python would; else the text itself.
    An exponent may spell an integer, ``1e6``."""
    if text in WORDS:
        return WORDS[text]
    try:
        value = json.loads(text)
    except ValueError:
        return text
    exponent = isinstance(value, float) and "e" in text.lower() and value.is_integer()
    return int(value) if exponent else value


def _describe(schema: Mapping[str, typing.Any]) -> str:
    if "anyOf" in schema:
        return ", or ".join(_describe(part) for part in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        choices = schema.get("enum", [schema.get("const")])
        return "one of " * (len(choices) > 1) + ", ".join(json.dumps(choice) for choice in choices)
    kind = KINDS.get(schema.get("type", ""), str(schema.get("type", "value")))
    return " ".join([kind, *_range(schema)])


def _range(schema: Mapping[str, typing.Any]) -> list[str]:
    if "minimum" in schema and "maximum" in schema:
        return [f"from {schema['minimum']} to {schema['maximum']}"]
    words = {"minimum": "at least", "exclusiveMinimum": "above", "maximum": "at most", "exclusiveMaximum": "below"}
    return [f"{word} {schema[key]}" for key, word in words.items() if key in schema]
