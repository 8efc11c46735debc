"""Read a page again when its executed notebook, or one of which it shows a formula, has changed and its text has not.

Sphinx goes by the time of a page's own text. ``kexue.rerun.book`` executes a page again also when the code or the data
behind it changed, and writes the fingerprint of what it executed to ``_build/fingerprints.json``. What a page shows of
another one's, ``{glue:}`` with ``:doc:``, is noted when the page is read.
"""

from __future__ import annotations

import json
from pathlib import Path

from docutils.nodes import document
from myst_nb.ext.glue.utils import PendingGlueReference
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

FINGERPRINTS = Path("_build", "fingerprints.json")
SHOWN = "kexue_shown"  # in a page's metadata: the pages whose formulas it shows


def note_shown(app: Sphinx, doctree: document) -> None:
    """Note of the page just read which other pages it shows something of."""
    shown = {reference.refdoc for reference in doctree.findall(PendingGlueReference)}
    app.env.metadata[app.env.docname][SHOWN] = sorted(shown)


def changed_pages(app: Sphinx, env: BuildEnvironment, *_known_changes: set[str]) -> list[str]:
    """Names of the pages whose notebook was executed again since Sphinx last read them, and of those that show it."""
    now = _fingerprints(app)
    before = getattr(env, "kexue_fingerprints", {})
    env.kexue_fingerprints = now
    changed = {name for name in env.found_docs if now.get(name) != before.get(name)}
    showing = {name for name, page in env.metadata.items() if changed & set(page.get(SHOWN, ()))}
    return sorted(changed | showing)


def _fingerprints(app: Sphinx) -> dict[str, object]:
    path = Path(app.confdir) / FINGERPRINTS
    pages = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {app.project.path2doc(page) or page: fingerprint for page, fingerprint in pages.items()}


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("doctree-read", note_shown)
    app.connect("env-get-outdated", changed_pages)
    return {"version": "1", "env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}
