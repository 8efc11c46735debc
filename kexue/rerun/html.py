"""An executed notebook as one HTML file that needs no server and no network."""

from __future__ import annotations

import base64
from importlib.util import find_spec
from pathlib import Path

from jinja2 import DictLoader
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from kexue.errors import KexueError
from kexue.rerun.pages import book_root
from kexue.rerun.prose import Elsewhere, plain_markdown

MATHJAX = "mathjax/es5/tex-svg-full.js"  # the one build that loads nothing further, fonts included
REQUIRE = "requirejs/require.js"
MANAGER = "@jupyter-widgets/html-manager/dist/embed-amd.js"
TEMPLATE = r"""
{%- extends 'index.html.j2' -%}
{%- block html_head_js_requirejs -%}{%- endblock -%}
{%- block html_head_js_mermaidjs -%}{%- endblock -%}
{%- block html_head_js_mathjax -%}
<script>
  window.MathJax = {tex: {inlineMath: [["$", "$"], ["\\(", "\\)"]], tags: "ams", processEscapes: true}};
</script>
<script src="{{ resources.mathjax_url }}"></script>
{%- endblock -%}
{%- block jupyter_widgets -%}
{%- if resources.widgets -%}
<script src="{{ resources.widgets.require }}"></script>
<script>
  requirejs.config({paths: {anywidget: "{{ resources.widgets.anywidget }}"}});
  // The manager typesets through MathJax 2's interface; here is MathJax 3.
  const typeset = ([, , node]) => MathJax.startup.promise.then(() => MathJax.typesetPromise([node]));
  document.addEventListener("DOMContentLoaded", () => { MathJax.Hub = {Queue: typeset}; });
</script>
<script src="{{ resources.widgets.manager }}" data-jupyter-widgets-cdn="not-served/"></script>
{%- endif -%}
{%- endblock -%}
"""


def save_html(notebook: NotebookNode, path: Path, title: str, elsewhere: Elsewhere) -> None:
    """Write a notebook as HTML with MathJax, and the widget manager where it is needed, inside the file.

    elsewhere: the glued values of another page, as for ``plain_markdown``.
    """
    exporter = HTMLExporter(
        extra_loaders=[DictLoader({"kexue.html.j2": TEMPLATE})],
        template_file="kexue.html.j2",
        mathjax_url=_data_url(_vendored(MATHJAX)),
    )
    resources = {"metadata": {"name": title}, "widgets": _widget_scripts() if _has_widgets(notebook) else None}
    page, _ = exporter.from_notebook_node(plain_markdown(notebook, elsewhere), resources=resources)
    path.write_text(page, encoding="utf-8")


def _has_widgets(notebook: NotebookNode) -> bool:
    return bool(notebook.metadata.get("widgets"))


def _widget_scripts() -> dict[str, str]:
    anywidget = Path(find_spec("anywidget").origin).parent / "nbextension" / "index.js"
    files = {"require": _vendored(REQUIRE), "manager": _vendored(MANAGER), "anywidget": anywidget}
    return {name: _data_url(path) for name, path in files.items()}


def _vendored(name: str) -> Path:
    path = book_root() / "node_modules" / name
    if not path.is_file():
        raise KexueError(f"the front-end file {path} is missing: run `make vendor` first")
    return path


def _data_url(path: Path) -> str:
    return "data:text/javascript;base64," + base64.b64encode(path.read_bytes()).decode()
