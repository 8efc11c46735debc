"""The executed pages: jupyter-cache's records, which MyST-NB reads, and the fingerprints of what they came from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbformat import NotebookNode

from kexue.rerun.fingerprint import fingerprint
from kexue.rerun.pages import Page


class PageCache:
    """Executed notebooks by page. A page is fresh while its fingerprint is that of its stored outputs."""

    def __init__(self, build: Path) -> None:
        self._records = get_cache(build / ".jupyter_cache")
        self._file = build / "fingerprints.json"
        self._fingerprints: dict[str, str] = {}
        if self._file.exists():
            self._fingerprints = json.loads(self._file.read_text(encoding="utf-8"))

    def stale(self, pages: Iterable[Page]) -> list[Page]:
        """The pages that have to be executed, because something they depend on has changed or is new."""
        return [page for page in pages if not self._fresh(page)]

    def executed(self, page: Page) -> NotebookNode:
        """The page's notebook with its stored outputs; KeyError where there are none."""
        return self._records.merge_match_into_notebook(page.notebook())[1]

    def store(self, page: Page, notebook: NotebookNode, now: str, seconds: float) -> None:
        """Keep an executed notebook, in place of what was stored for the same cells.

        now: the fingerprint before the page was executed, so that an edit in the meantime is not lost.
        """
        self._forget([page])
        bundle = CacheBundleIn(notebook, str(page.path), data={"execution_seconds": seconds})
        self._records.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
        self._save(self._fingerprints | {page.name: now})

    def prune(self, pages: Sequence[Page]) -> None:
        """Remove what belongs to no page any more: to a removed page, or to earlier code of a page."""
        kept = {self._records.match_cache_notebook(page.notebook()).pk for page in pages}
        for record in self._records.list_cache_records():
            if record.pk not in kept:
                self._records.remove_cache(record.pk)
        names = {page.name for page in pages}
        self._save({name: value for name, value in self._fingerprints.items() if name in names})

    def _fresh(self, page: Page) -> bool:
        try:
            self._records.match_cache_notebook(page.notebook())
        except KeyError:
            return False
        return self._fingerprints.get(page.name) == fingerprint(page)

    def _forget(self, pages: Iterable[Page]) -> None:
        """Drop the fingerprints first, so that an interruption leaves a page that is executed again."""
        names = {page.name for page in pages}
        self._save({name: value for name, value in self._fingerprints.items() if name not in names})

    def _save(self, fingerprints: dict[str, str]) -> None:
        self._fingerprints = dict(sorted(fingerprints.items()))
        self._file.parent.mkdir(parents=True, exist_ok=True)
        written = self._file.with_suffix(".new")
        written.write_text(json.dumps(self._fingerprints, indent=2) + "\n", encoding="utf-8")
        written.replace(self._file)
