"""The docs site: pages gathered into a folder, made into HTML by Sphinx, put in the place of the site before.

Belongs here: which page stands where, the settings of Sphinx, the swap. It reads the project alone, no warehouse.
"""

from __future__ import annotations

import io
import os
import re
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.console import nocolor
from sphinx.util.docutils import docutils_namespace, patch_docutils

from pipelines.publishing.docs.dbt_page import write_dbt_page
from pipelines.publishing.docs.drawing import draw
from pipelines.publishing.docs.graph import read_graph, without_unused_seeds
from pipelines.publishing.docs.markup import WIDE, contents, raw_html
from pipelines.publishing.docs.seeds import form_pages, metrics_page, rules_page
from pipelines.publishing.docs.tables import table_pages
from pipelines.publishing.held import held_folder, remove_dead
from pipelines.schemas.published import PUBLISHED_TABLES
from pipelines.settings import PROJECT_DIR, Settings

_DOCS = PROJECT_DIR / "docs"
_ASSETS = _DOCS / "site"
_CHARTS = _DOCS / "charts"
_START, _LIMITS = "start.md", "limits.md"
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)")
_DBT_PAGE = "dbt/index.html"
_CONFIG: dict[str, Any] = {
    "project": "GID Warehouse",
    "html_title": "GID Warehouse 政府信息公开年报数据仓库",
    "extensions": ["myst_parser", "pipelines.publishing.docs.search"],
    "myst_heading_anchors": 4,
    "language": "zh_CN",
    "html_search_language": "zh",
    "html_theme": "furo",
    "html_static_path": [str(_ASSETS)],
    "html_css_files": ["style.css"],
    "html_js_files": ["lineage.js"],
    "html_show_copyright": False,
    "html_show_sphinx": False,
    "html_copy_source": False,
    "html_show_search_summary": False,
    # Code is coloured while the site is built; the names of lexers that Pygments lacks are no fault of a page.
    "suppress_warnings": ["misc.highlighting_failure"],
}


class DocsError(RuntimeError):
    """The site cannot be built; the site before, if any, stays as it was."""


def build_docs(settings: Settings, with_dbt_page: bool = True) -> Path:
    """Build the site into `<warehouse>/docs` and return its first page.

    Raises:
        DocsError: Sphinx found fault with a page, such as a link that leads nowhere; the message is its own.
        RuntimeError: dbt could not generate its page.
    """
    target = settings.warehouse_dir / "docs"
    target.parent.mkdir(parents=True, exist_ok=True)
    remove_dead(target.parent)
    with held_folder(target) as folder:
        source, html = folder / "source", folder / "html"
        write_pages(source, with_dbt_page)
        _run_sphinx(source, html, folder / "doctrees")
        if with_dbt_page:
            write_dbt_page(settings, html / _DBT_PAGE)
        old = folder / "old"
        if target.exists():
            target.replace(old)
        html.replace(target)
    return target / "index.html"


def write_pages(folder: Path, with_dbt_page: bool) -> None:
    """Write the markdown of all pages into a folder."""
    pages = {
        **_written_pages(),
        **table_pages(),
        **form_pages(),
        "rules": rules_page(),
        "metrics": metrics_page(),
        "lineage": _lineage_page(with_dbt_page),
    }
    for name, text in pages.items():
        path = folder / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.rstrip() + "\n", encoding="utf-8")
    shutil.copytree(_CHARTS, folder / "methods" / _CHARTS.name)


def _written_pages() -> dict[str, str]:
    """The pages that people wrote: start, methods (all others in docs), limits."""
    methods = sorted(path.stem for path in _DOCS.glob("*.md") if path.name not in (_START, _LIMITS))
    pages = {f"methods/{name}": _relinked(_DOCS / f"{name}.md") for name in methods}
    lines = [
        "# 方法 Methods",
        "",
        "怎样读取、归属、比较版本、判断覆盖，各一页。 How reports are read, placed, compared and counted, a page each.",
    ]
    pages["methods/index"] = "\n".join(lines + contents(methods, hidden=False))
    pages["limits"] = _relinked(_DOCS / _LIMITS)
    first = ["tables/index", "form/index", "rules", "metrics", "lineage", "methods/index", "limits"]
    pages["index"] = "\n".join([_relinked(_DOCS / _START), *contents(first)])
    return pages


def _relinked(path: Path) -> str:
    """The text of a page of docs; a link to a file that is no page of the site becomes the name of that file."""

    def mend(found: re.Match[str]) -> str:
        words, address = found.group(1), found.group(2)
        is_page = "/" not in address and address.endswith(".md") and (_DOCS / address).is_file()
        if is_page and path.name not in (_START, _LIMITS) and address not in (_START, _LIMITS):
            return found.group(0)
        if path.name in (_START, _LIMITS) and not address.startswith(".."):
            return found.group(0)
        return f"{words} (`{address.removeprefix('../')}`)"

    return _LINK.sub(mend, path.read_text(encoding="utf-8"))


def _lineage_page(with_dbt_page: bool) -> str:
    def link(name: str) -> str | None:
        return f"tables/{name}.html" if name in PUBLISHED_TABLES else None

    lines = [
        *WIDE,
        "# 数据的来路 Lineage",
        "",
        "自左至右：交付的文件和种子表、读取所得、整理、发布的表。指向一个框，其来路和去向就显出来；点发布的表看说明。",
        "",
        "From left to right: what is delivered, what is read, what is made of it, what is published. Point at a box to see what it "
        "is made from and what is made of it; published tables lead to their page.",
    ]
    if with_dbt_page:
        says = "每个模型的 SQL 和检验：dbt 文档。 SQL and tests of every model: the dbt docs."
        lines += raw_html(f'<p><a href="{_DBT_PAGE}">{says}</a></p>')
    picture = draw(without_unused_seeds(read_graph()), link)
    return "\n".join(lines + raw_html(f'<div class="lineage-frame wide">{picture}</div>'))


def _run_sphinx(source: Path, html: Path, doctrees: Path) -> None:
    nocolor()
    warnings = io.StringIO()
    with patch_docutils(), docutils_namespace():
        app = Sphinx(
            source, None, html, doctrees, "html", confoverrides=_CONFIG, status=None, warning=warnings, freshenv=True
        )
        app.build()
    found = warnings.getvalue().strip()
    if app.statuscode or found:
        raise DocsError(f"The docs were not built:\n{found.replace(os.fspath(source), 'docs')}")
    # What only serves to build again.
    for name in (".buildinfo", "objects.inv"):
        (html / name).unlink(missing_ok=True)
    shutil.rmtree(html / "_sources", ignore_errors=True)
