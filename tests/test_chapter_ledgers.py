"""The statements of chapters to come: every line is proved by the checker as it is."""

import importlib
from pathlib import Path

import pytest

CHAPTERS = sorted(p.stem for p in (Path(__file__).parent / "chapter_ledgers").glob("*.py") if p.stem != "__init__")
UNREAD = {  # how many lines no random point confirms, within the second that one may take: at most
    "sign_optimizers": (3, "equations that no random point satisfies"),
    "tied_embedding": (4, "improper integrals"),
}


@pytest.mark.parametrize("slug", CHAPTERS)
def test_every_line_is_proved(slug):
    chapter = importlib.import_module(f"chapter_ledgers.{slug}")
    steps = [step for ledger in chapter.ledgers() for step in ledger.steps]
    assert all(step.verdict == "proved" for step in steps)
    assert sum(not step.confirmed for step in steps) <= UNREAD.get(slug, (0, ""))[0]
