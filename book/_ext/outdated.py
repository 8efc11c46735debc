"""Read a page again when its executed notebook has changed although its text has not.

Sphinx goes by the time of a page's own text. ``kexue.rerun.book`` executes a page again also when the code or the data
behind it changed, and writes the fingerprint of what it executed to ``_build/fingerprints.json``.
"""

from __future__ import annotations

import json
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

FINGERPRINTS = Path("_build", "fingerprints.json")


def changed_pages(app: Sphinx, env: BuildEnvironment, *_known_changes: set[str]) -> list[str]:
    """Names of the pages whose notebook was executed again since Sphinx last read them."""
    now = _fingerprints(app)
    before = getattr(env, "kexue_fingerprints", {})
    env.kexue_fingerprints = now
    return [name for name in env.found_docs if now.get(name) != before.get(name)]


def _fingerprints(app: Sphinx) -> dict[str, object]:
    path = Path(app.confdir) / FINGERPRINTS
    pages = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {app.project.path2doc(page) or page: fingerprint for page, fingerprint in pages.items()}


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("env-get-outdated", changed_pages)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
