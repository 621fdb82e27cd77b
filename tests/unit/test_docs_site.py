"""The docs site, built as `make docs` does but for the page of dbt: every table, no dead link, nothing from outside."""

from __future__ import annotations

import filecmp
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from pipelines.publishing.docs import seeds
from pipelines.publishing.docs.graph import KINDS, read_graph, upstream
from pipelines.publishing.docs.markup import plain
from pipelines.publishing.docs.search import TwoCharacters
from pipelines.publishing.docs.site import build_docs
from pipelines.schemas.descriptions import column_entry
from pipelines.schemas.published import PUBLISHED_TABLES, load_columns
from pipelines.settings import DBT_PROJECT_DIR, Settings


class Page(HTMLParser):
    """Addresses that a page leads to (links), those that it loads (loaded), and the names of places in it (anchors)."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        self.loaded |= {found["src"]} if "src" in found else set()
        if "href" in found:
            (self.links if tag == "a" else self.loaded).add(found["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    return build_docs(Settings(folder / "raw", folder / "warehouse", 1), with_dbt_page=False).parent


def test_every_table_and_column_has_its_place(site):
    for table in PUBLISHED_TABLES:
        html = (site / "tables" / f"{table}.html").read_text(encoding="utf-8")
        for column in load_columns()[table]:
            assert f'id="c-{column.name}"' in html, f"{table}.{column.name}"
            assert column_entry(column.name).name_zh in html
    rules = (site / "rules.html").read_text(encoding="utf-8")
    assert [row["rule_key"] for row in seeds.read_seed("finding_rules") if row["rule_key"] not in rules] == []


def test_no_link_is_broken_and_nothing_is_loaded_from_outside(site):
    pages = {path: Page(path) for path in site.rglob("*.html")}
    assert len(pages) > len(PUBLISHED_TABLES)
    for path, page in pages.items():
        for address in page.loaded | page.links:
            parts = urlsplit(address)
            if parts.scheme == "data" or (parts.scheme and address in page.links - page.loaded):
                continue
            assert not parts.scheme, f"{path.name} loads {address}"
            assert not parts.netloc, f"{path.name} loads {address}"
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_file(), f"{path.name} leads to {address}"
            if parts.fragment and target in pages:
                assert unquote(parts.fragment) in pages[target].anchors, f"{path.name} leads to {address}"
    for path in [*site.rglob("*.css"), *site.rglob("*.js")]:
        assert not re.search(r"""(@import|url\(|import\(|fetch\()\s*["']?https?:""", path.read_text("utf-8")), path.name


def test_the_same_project_gives_the_same_site(site, tmp_path):
    again = build_docs(Settings(tmp_path / "raw", tmp_path / "warehouse", 1), with_dbt_page=False).parent
    files = sorted(str(path.relative_to(site)) for path in site.rglob("*") if path.is_file())
    assert files == sorted(str(path.relative_to(again)) for path in again.rglob("*") if path.is_file())
    assert filecmp.cmpfiles(site, again, files, shallow=False)[1:] == ([], [])


def test_projects_without_metrics_or_relations_have_pages_that_say_so(monkeypatch, tmp_path):
    (tmp_path / "finding_rules.csv").write_text("rule_key,severity,name_zh,name_en\nx,error,甲,a\n", encoding="utf-8")
    monkeypatch.setattr(seeds, "SEEDS_DIR", tmp_path)
    assert "还没有定义指标" in seeds.metrics_page()
    assert "### 甲 a" in seeds.rules_page()
    (tmp_path / "rules.csv").write_text(
        "rule_key,expression,text_zh\nx,t3.new.* = 1,一\ny,a < b,二\n", encoding="utf-8"
    )
    page = seeds.rules_page()
    assert "`t3.new.* = 1`" in page
    assert page.index("### y") > page.index("只判断、不列为发现")
    (tmp_path / "metrics.csv").write_text(
        "metric_key,metric_order,topic,name_zh,name_en,caveats_en\nb,2,t,乙,b,never\na,1,t,甲,a,\n", encoding="utf-8"
    )
    (tmp_path / "metric_expressions.csv").write_text(
        "metric_key,form_versions,numerator,denominator\na,F2019|F2021,t3.granted.total,t3.total_results.total\n",
        encoding="utf-8",
    )
    page = seeds.metrics_page()
    assert page.index("甲 a") < page.index("乙 b")
    assert "`t3.granted.total`" in page
    assert "F2019\\|F2021" in page


def test_the_graph_has_all_models_and_their_ways():
    graph = read_graph()
    for kind in ("*.sql", "*.py"):
        assert {path.stem for path in (DBT_PROJECT_DIR / "models").rglob(kind)} <= set(graph)
    assert "int_rule_places" in graph["int_rule_results"].inputs, "a model in Python names what it reads, too"
    assert {node.kind for node in graph.values()} <= set(KINDS)
    above = upstream(["fct_procurement"], graph)
    assert {"data/raw", "staging/cells", "stg_cells", "int_cells", "int_procurement", "unit_rules"} <= above
    assert "rpt_body_year" not in above
    names = list(graph)
    assert all(names.index(each) < names.index(name) for name, node in graph.items() for each in node.inputs)


def test_chinese_is_cut_into_pairs_and_names_into_parts():
    terms = TwoCharacters({}).split("零活动 fct_zero_activity F2019")
    assert terms == ["零活", "活动", "零", "活", "动", "fct_zero_activity", "fct", "zero", "activity", "f2019"]


def test_words_are_shown_as_they_are():
    assert plain("division:<code>|a_b*\nc") == "division:&lt;code&gt;\\|a\\_b\\*<br>c"
