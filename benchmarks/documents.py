"""The documents that are measured: drawn by kind and number, the same on every machine.

Belongs here: texts of the founding reports with other figures and bodies, pages and other layouts of the test renderer,
damaged ones. Where they lie on disk does not.
"""

from __future__ import annotations

import csv
import random
import re
from dataclasses import dataclass
from functools import cache

from pipelines.parsing.reports import parse_texts
from pipelines.settings import PROJECT_DIR, REFERENCE_DIR
from tests.rendering.corpus import LAYOUTS
from tests.rendering.damages import PAGE_DAMAGES
from tests.rendering.grids import build_page
from tests.rendering.layouts import TEXT_LAYOUTS, WIDTHS
from tests.rendering.markup import MARKUP_LAYOUTS
from tests.rendering.sentences import draw_overview
from tests.rendering.truth import Key, draw_truth
from tests.rendering.variations import VARIATIONS

KINDS = ("text", "html", "mixed")
FOUNDING_DIR = PROJECT_DIR / "data" / "raw" / "township-reports"
_PAGES = [name for name in MARKUP_LAYOUTS if name.startswith("html")]
_FIRST_YEAR, _YEARS, _FIRST_OF_2021 = 2019, 7, 2021
_DAMAGED_EVERY = 20  # 5 % of the mixed documents
_STEP = 7919  # prime to the number of bodies: neighbours in a delivery are bodies from all over the country
_FIGURE = re.compile(r"^(\t+[ \u3000]*)(\d+)[ \u3000]*$")
# Drawing a report takes longer than reading it: so many are drawn an edition, and each document takes one times a number.
_FIGURE_SETS, _MAX_TIMES = 300, 97
_PLACES = re.compile(r"(?:长春市)?双阳区|余姚市|抚远市")
_TOWNS = re.compile(r"(?:太平镇|大岚镇|寒葱沟镇)(人民政府)?")
_OVERVIEW = re.compile(r"(?m)^(.*一、总体情况.*)$")
# Townships have some 41,000 reports a year; a million need the offices of counties, which publish the same form.
_OFFICES = (
    "教育局",
    "民政局",
    "司法局",
    "财政局",
    "自然资源局",
    "住房和城乡建设局",
    "交通运输局",
    "水务局",
    "农业农村局",
    "商务局",
    "卫生健康局",
    "应急管理局",
    "审计局",
    "统计局",
    "医疗保障局",
    "市场监督管理局",
    "人力资源和社会保障局",
    "文化和旅游局",
    "林业局",
    "信访局",
    "退役军人事务局",
    "发展和改革局",
    "科学技术局",
    "公安局",
    "生态环境局",
    "城市管理局",
    "政务服务管理局",
    "乡村振兴局",
    "民族宗教事务局",
    "机关事务管理局",
    "供销合作社",
    "气象局",
    "税务局",
    "人民防空办公室",
    "残疾人联合会",
)
# What a site and a word processor write round and into a table: pages of about 30 KB, as most are.
_CELL_STYLE = ' style="width:64px;border:solid 1pt" class="td1"'
_HEAD = (
    "<style>"
    + "".join(f".c{n}{{margin:0 auto;padding:{n}px;line-height:28px;color:#333;font-size:16px}}" for n in range(40))
    + "</style><script>"
    + "".join(f'function f{n}(a){{return document.getElementById("x{n}"+a);}}' for n in range(40))
    + "</script></head>"
)


@dataclass(frozen=True)
class Body:
    """A reporting body: the places above it, its own name, and the office that signs."""

    parents: str
    county: str
    name: str
    office: str


def draw_document(kind: str, number: int) -> bytes:
    """Return the bytes of one document; the same kind and number give the same bytes."""
    rng = random.Random(f"{kind}:{number}")
    body, year = _body_of(number)
    if kind == "text":
        return _founding_text(rng, body, year).encode()
    if kind == "html":
        return _page(rng, body, rng.choice(_PAGES))
    if number % _DAMAGED_EVERY == _DAMAGED_EVERY - 1:
        return _rendered(rng, body, rng.choice([*TEXT_LAYOUTS, *_PAGES]), damaged=True)
    drawn = rng.random()
    if drawn < 0.5:
        return _founding_text(rng, body, year).encode()
    return _page(rng, body, rng.choice(_PAGES)) if drawn < 0.75 else _rendered(rng, body, rng.choice([*TEXT_LAYOUTS]))


@cache
def _bodies() -> tuple[Body, ...]:
    """Townships of today with the places above them, then the offices of counties."""
    with (REFERENCE_DIR / "divisions.csv").open(encoding="utf-8") as stream:
        names = {row["division_code"]: row["division_name"] for row in csv.DictReader(stream) if not row["valid_to"]}
    found = []
    for code, name in names.items():
        if len(code) == 9 and name.endswith(("镇", "乡", "苏木", "街道", "办事处")):
            own = name.removesuffix("办事处")
            office = own + ("办事处" if own.endswith("街道") or own != name else "人民政府")
            found.append(Body(_above(names, code, (2, 4, 6)), names.get(code[:6], ""), own, office))
    for office in _OFFICES:
        for code, name in names.items():
            if len(code) == 6 and name.endswith(("县", "区", "市", "旗")) and name != "市辖区":
                found.append(Body(_above(names, code, (2, 4)), name, name + office, name + office))
    return tuple(found)


def _above(names: dict[str, str], code: str, lengths: tuple[int, ...]) -> str:
    above = [names.get(code[:length], "") for length in lengths]
    return "".join(name for name in above if name not in ("市辖区", "县"))


def _body_of(number: int) -> tuple[Body, int]:
    """The body and year of a document: no two alike before all bodies have reported on every year."""
    bodies = _bodies()
    turn, place = divmod(number, len(bodies))
    return bodies[place * _STEP % len(bodies)], _FIRST_YEAR + (place + turn) % _YEARS


@cache
def _founding_texts() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The founding texts in the form of 2019, and those in the form of 2021."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(FOUNDING_DIR.glob("*.txt"))]
    newer = tuple(text for text in texts if "本年制发件数" in text)
    return tuple(text for text in texts if text not in newer), newer


@cache
def _cut(text: str) -> tuple[tuple[str, ...], tuple[Key, ...]]:
    """What stands between the figures of a founding text, and the cell of the form that each figure is of."""
    cells = parse_texts({0: text}).cells.select("line_end", "table_key", "row_key", "column_key").iter_rows()
    keys = {line: (table, row, column) for line, table, row, column in cells}
    between, found = [""], []
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        figure = _FIGURE.match(line) if number in keys else None
        if figure is None:
            between[-1] += line
            continue
        between[-1] += figure[1]
        between.append(line[figure.end(2) :])
        found.append(keys[number])
    return tuple(between), tuple(found)


@cache
def _figures(version: str) -> tuple[dict[Key, float], ...]:
    """The figures of drawn reports in an edition of the form; the sums of nine in ten hold."""
    drawn = (draw_truth(random.Random(f"{version}:{number}"), version) for number in range(_FIGURE_SETS))
    return tuple({key: cell.value or 0 for key, cell in truth.cells.items()} for truth in drawn)


def _with_figures(rng: random.Random, text: str, version: str) -> str:
    """The text with other figures: those of a drawn report, all times a number, so that what adds up goes on to."""
    between, keys = _cut(text)
    figures, times = rng.choice(_figures(version)), rng.randint(1, _MAX_TIMES)
    return "".join(
        [between[0], *(f"{figures.get(k, 0) * times:.10g}{b}" for k, b in zip(keys, between[1:], strict=True))]
    )


def _founding_text(rng: random.Random, body: Body, year: int) -> str:
    """A founding report with other figures, another body, another year and sentences of its own."""
    is_newer = year >= _FIRST_OF_2021
    text = rng.choice(_founding_texts()[is_newer])
    text = _with_figures(rng, text, "F2021" if is_newer else "F2019")
    text = _TOWNS.sub(lambda m: body.office if m[1] else body.name, re.sub(r"20\d\d年", f"{year}年", text))
    text = _PLACES.sub(body.county, text)
    said = "\n".join(sentence.text for sentence in draw_overview(rng, year, body.name))
    text = _OVERVIEW.sub(lambda m: f"{m[1]}\n{said}", text, count=1)
    return f"{body.parents}{body.office}{year}年政府信息公开工作年度报告\n{text}"


def _rendered(rng: random.Random, body: Body, layout: str, *, damaged: bool = False) -> bytes:
    """A report of the test renderer that belongs to a real body; one in five is varied."""
    truth = draw_truth(rng)
    if truth.body_name:
        name = body.parents + body.office
        truth.title = (truth.title or "").replace(truth.body_name, name) or None
        truth.body_name = name
    page = build_page(rng, truth, WIDTHS.get(layout, 4))
    if rng.random() < 0.2:
        VARIATIONS[rng.choice(list(VARIATIONS))](rng, page)
    for name in rng.sample(list(PAGE_DAMAGES), len(PAGE_DAMAGES)) if damaged else []:
        if page.tables() and PAGE_DAMAGES[name](rng, page):
            break
    printed = LAYOUTS[layout](rng, page)
    if printed.content is not None:
        return printed.content
    return ("\n".join(line.text for line in printed.lines) + "\n").encode()


def _page(rng: random.Random, body: Body, layout: str) -> bytes:
    content = _rendered(rng, body, layout)
    return content.replace(b"<td", b"<td" + _CELL_STYLE.encode()).replace(b"</head>", _HEAD.encode(), 1)
