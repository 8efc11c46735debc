"""Pages, the fingerprints of what they depend on, and their parameters."""

from __future__ import annotations

from pathlib import Path

import pytest
from myst_nb.core.read import read_myst_markdown_notebook
from tiny_book import EXPERIMENT, markdown, tiny_book

from kexue.errors import PageError, ParameterError
from kexue.rerun.fingerprint import dependencies, fingerprint
from kexue.rerun.pages import Page, book_root, find_page, notebooks, pages
from kexue.rerun.parameters import read_parameters

ROOT = book_root()
IMPORTS = ("import kexue.used\nfrom kexue.drawn import axes", "%time 1 + 1")


@pytest.mark.parametrize("page", notebooks(ROOT), ids=lambda page: page.name)
def test_a_page_is_read_as_myst_nb_reads_it(page: Page) -> None:
    theirs = [cell.source for cell in read_myst_markdown_notebook(page.text).cells if cell.cell_type == "code"]
    assert [cell.source for cell in page.code] == theirs


@pytest.mark.parametrize("page", notebooks(ROOT), ids=lambda page: page.name)
def test_lines_are_those_of_the_cells(page: Page) -> None:
    text = page.text.splitlines()
    assert [text[line - 1] for line in page.lines] == [cell.source.splitlines()[0] for cell in page.code]


def test_pages_are_those_of_the_table_of_contents(tmp_path: Path) -> None:
    page = tiny_book(tmp_path)
    assert [each.name for each in pages(tmp_path)] == ["book/index", "book/tiny/experiment"]
    assert notebooks(tmp_path) == [page]


@pytest.mark.parametrize(
    ("slug", "title", "message"),
    [
        ("tinny", "experiment", "no chapter 'tinny'. Did you mean 'tiny'? Chapters: tiny"),
        ("tiny", "proof", "no page 'proof' to execute. Its pages: experiment"),
    ],
)
def test_an_unknown_page_is_answered_by_those_that_exist(tmp_path: Path, slug: str, title: str, message: str) -> None:
    tiny_book(tmp_path)
    with pytest.raises(PageError) as caught:
        find_page(tmp_path, slug, title)
    assert message in str(caught.value)


def test_a_listed_page_without_a_file_is_an_error(tmp_path: Path) -> None:
    tiny_book(tmp_path).path.unlink()
    with pytest.raises(PageError, match="lists book/tiny/experiment, but there is no"):
        notebooks(tmp_path)


def test_dependencies_are_followed_through_imports(tmp_path: Path) -> None:
    page = tiny_book(tmp_path, *IMPORTS)
    assert list(dependencies(page)) == ["kexue", "kexue.behind", "kexue.drawn", "kexue.drawn.axes", "kexue.used"]


@pytest.mark.parametrize(
    ("edited", "matters"),
    [
        ("kexue/used.py", True),
        ("kexue/behind.py", True),  # imported by used
        ("kexue/drawn/axes.py", True),  # by a relative import
        ("kexue/drawn/style.css", True),
        ("kexue/data/used/table.csv", True),
        ("constraints.txt", True),
        ("kexue/unrelated.py", False),
        ("kexue/data/unrelated/table.csv", False),
        ("kexue/drawn/inner/other.css", False),
        ("book/index.md", False),
        ("_config.yml", False),
    ],
)
def test_a_fingerprint_changes_with_what_a_page_depends_on(tmp_path: Path, edited: str, matters: bool) -> None:
    page = tiny_book(tmp_path, *IMPORTS)
    before = fingerprint(page)
    path = tmp_path / edited
    path.write_text(path.read_text(encoding="utf-8") + "# edited\n", encoding="utf-8")
    assert (fingerprint(page) != before) is matters


@pytest.mark.parametrize(("edited", "matters"), [("derivation.md", True), ("coverage.yaml", True), ("notes.md", False)])
def test_a_page_that_runs_the_derivations_depends_on_them(tmp_path: Path, edited: str, matters: bool) -> None:
    page = tiny_book(tmp_path, "import kexue.lab.ledgers")
    written = {"_toc.yml": (tmp_path / "_toc.yml").read_text() + "  - file: book/tiny/derivation\n"}
    written |= {"kexue/lab/__init__.py": "", "kexue/lab/ledgers.py": "", "book/tiny/derivation.md": markdown("1 + 1")}
    for name, text in written.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    before = fingerprint(page)
    path = tmp_path / "book" / "tiny" / edited
    path.write_text(markdown("2 + 2") if edited.endswith("md") else "statements: []", encoding="utf-8")
    assert (fingerprint(page) != before) is matters


@pytest.mark.parametrize(
    ("old", "new", "matters"),
    [
        ("Some words.", "Other words.", False),
        ("import kexue.used", "import kexue.used  # why", True),
        ("ipython3\n%time", "ipython3\n:tags: [hide-input]\n\n%time", True),
    ],
)
def test_a_fingerprint_changes_with_a_page_s_code_and_not_its_prose(
    tmp_path: Path, old: str, new: str, matters: bool
) -> None:
    page = tiny_book(tmp_path, *IMPORTS)
    before = fingerprint(page)
    assert old in page.text
    page.path.write_text(page.text.replace(old, new), encoding="utf-8")
    assert (fingerprint(Page(page.root, page.name)) != before) is matters


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("T=2000", 2000),
        ("T=1e5", 100_000),
        ("T=none", None),
        ("alpha=0.25", 0.25),
        ("seed=-3", -3),
        ("verbose=true", True),
        ("schedule=sqrt_decay", "sqrt_decay"),
        ("label=2000", "2000"),
        ("label=a=b", "a=b"),
    ],
)
def test_a_text_is_read_as_the_parameter_s_type(tmp_path: Path, given: str, value: object) -> None:
    read = read_parameters(tiny_book(tmp_path)).parse([given])
    assert read == {given.partition("=")[0]: value}
    assert type(next(iter(read.values()))) is type(value)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("T=abc", "T=abc: expected integer from 10 to 1000000, or none"),
        ("T=2.5", "T=2.5: expected integer"),
        ("T=true", "T=true: expected integer"),
        ("T=9", "T=9: expected integer from 10 to 1000000"),
        ("T=", "T=: expected integer"),
        ("seed=none", "seed=none: expected integer"),
        ("seed=1.0", "seed=1.0: expected integer"),
        ("alpha=1", "alpha=1: expected number above 0 below 1"),
        ("alpha=NaN", "alpha=NaN: expected number"),
        ("verbose=1", "verbose=1: expected true or false"),
        ("schedule=linear", 'schedule=linear: expected one of "both", "constant", "sqrt_decay"'),
        ("sheduel=both", "sheduel: no such parameter; did you mean schedule?"),
        ("t=20", "t: no such parameter; did you mean T?"),
        ("epochs=3", "epochs: no such parameter\n"),
        ("T", "T: expected NAME=VALUE"),
        ("=5", "=5: expected NAME=VALUE"),
    ],
)
def test_a_wrong_parameter_is_answered_by_all_that_exist(tmp_path: Path, given: str, message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        read_parameters(tiny_book(tmp_path)).parse([given])
    told = str(caught.value)
    assert message in told
    assert all(f"  {name} " in told for name in ("T", "schedule", "alpha", "seed", "verbose", "label"))
    assert "= none" in told
    assert "steps" in told


def test_all_wrong_parameters_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"(?s)T=1: expected.*seeds: no such.*Nothing was run"):
        read_parameters(tiny_book(tmp_path)).parse(["T=1", "seeds=2"])


def test_a_parameter_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="seed was given twice, as 1 and as 2"):
        read_parameters(tiny_book(tmp_path)).parse(["seed=1", "seed=2"])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("n = 3", "expected a parameter, `name: type = default`, and found `n = 3`"),
        ("n: int = 2.5", "the default does not fit its own type"),
        ("n: Steps = 3", "name 'Steps' is not defined"),
        ("n: int = len('a')", "the default is a literal"),
        ("n: int =", "is no Python"),
    ],
)
def test_a_cell_that_declares_no_parameters_is_told_with_its_line(tmp_path: Path, line: str, message: str) -> None:
    page = tiny_book(tmp_path, EXPERIMENT[0], f"seed: int = 0\n{line}")
    with pytest.raises(PageError) as caught:
        read_parameters(page)
    assert str(caught.value).startswith(f"{page.file}:{page.lines[1] + 1}: ")
    assert message in str(caught.value)


@pytest.mark.parametrize("page", notebooks(ROOT), ids=lambda page: page.name)
def test_the_book_s_own_parameters_are_declared_well(page: Page) -> None:
    parameters = read_parameters(page)
    assert parameters.check(parameters.defaults) == parameters.defaults
