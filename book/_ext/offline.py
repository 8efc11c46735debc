"""Serve every file that a page loads from beside the page, so that a reader needs no network.

MathJax, require.js and the widget manager come from npm (``node_modules``), anywidget's loader from its Python package.
They are copied to ``_static/vendor``, and the addresses of content delivery networks, which Sphinx and MyST-NB would
write into the pages, are replaced by those of the copies.
"""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

HERE = Path(__file__).parent
NPM = {  # below _static/vendor: below node_modules
    "mathjax/tex-mml-chtml.js": "mathjax/es5/tex-mml-chtml.js",
    "mathjax/a11y": "mathjax/es5/a11y",
    "mathjax/input/tex/extensions": "mathjax/es5/input/tex/extensions",
    "mathjax/output/chtml/fonts": "mathjax/es5/output/chtml/fonts",
    "mathjax/sre": "mathjax/es5/sre",
    "require.js": "requirejs/require.js",
    "@jupyter-widgets/html-manager/dist": "@jupyter-widgets/html-manager/dist",
}
# Where the manager looks for a widget's module that require.js does not find: nowhere, rather than on another server.
NO_CDN = {"data-jupyter-widgets-cdn": "not-served-by-this-book/"}
WIDGET_SCRIPTS = {
    "vendor/require.js": {},
    "vendor/widgets.js": {},
    "vendor/@jupyter-widgets/html-manager/dist/embed-amd.js": NO_CDN,
}
UNUSED = shutil.ignore_patterns("*.map", "*.eot", "*.svg", "embed.js*", "libembed-amd.js*")


def use_vendored_files(app: Sphinx, config: Config) -> None:
    """Point Sphinx and MyST-NB at the copies below ``_static/vendor``."""
    config.mathjax_path = "vendor/mathjax/tex-mml-chtml.js"
    config.nb_ipywidgets_js = WIDGET_SCRIPTS
    # ipywidgets changes its icons often; Font Awesome's observer, which the theme starts, would never come to rest.
    app.add_js_file(None, body="window.FontAwesomeConfig = {observeMutations: false};", priority=0)


def copy_vendored_files(app: Sphinx) -> None:
    """Copy the front-end files into the built book; those that are there already are left alone."""
    if app.builder.format != "html":
        return
    target = Path(app.outdir, "_static", "vendor")
    for name, source in _sources(Path(app.confdir, "node_modules")).items():
        if not source.exists():
            raise ExtensionError(f"the front-end file {source} is missing: run `make vendor` first")
        _copy(source, target / name)


def _sources(node_modules: Path) -> dict[str, Path]:
    """Where each file or folder below ``_static/vendor`` comes from."""
    anywidget = Path(find_spec("anywidget").origin).parent
    own = {"widgets.js": HERE / "widgets.js", "anywidget.js": anywidget / "nbextension" / "index.js"}
    return {name: node_modules / path for name, path in NPM.items()} | own


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, copy_function=_copy_if_changed, ignore=UNUSED, dirs_exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        _copy_if_changed(source, target)


def _copy_if_changed(source: str | Path, target: str | Path) -> None:
    old, new = Path(target), Path(source).stat()
    if not old.exists() or (old.stat().st_mtime_ns, old.stat().st_size) != (new.st_mtime_ns, new.st_size):
        shutil.copy2(source, target)


def setup(app: Sphinx) -> dict[str, object]:
    app.set_html_assets_policy("always")  # formulas in the HTML of a ledger need MathJax on every page
    app.connect("config-inited", use_vendored_files)
    app.connect("builder-inited", copy_vendored_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
