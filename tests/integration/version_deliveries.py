"""Deliveries in which reports come back: the same bytes, the same text, corrected, cut off, read badly, copied.

Belongs here: the raw files alone. What must come of them, each test says itself.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from tests.reading import write_delivery
from tests.rendering.written import WORK, WrittenReport

REVIEWED = ("t2", "permit", "last_year_items")
PROJECTS = ("t2", "procurement", "project_count")
AMOUNT = ("t2", "procurement", "amount")
ISSUED = ("t2", "normative_document", "made")

SHIQIAO = WrittenReport(
    "石桥子镇人民政府",
    2020,
    ("2020年，石桥子镇共主动公开政府信息135条，其中政府网站公开87条，微信公众号公开48条。", *WORK),
    {REVIEWED: "9", PROJECTS: "8", AMOUNT: "72235.00"},
    dt.date(2021, 1, 12),
    "云河省清江市白塔区",
)
SHIQIAO_CORRECTED = SHIQIAO.but(cells={**SHIQIAO.cells, REVIEWED: "11", ISSUED: "2"}, signed=dt.date(2021, 3, 5))
SHIQIAO_NEXT_YEAR = SHIQIAO.but(
    year=2021,
    sentences=tuple(sentence.replace("2020年", "2021年") for sentence in SHIQIAO.sentences),
    cells={REVIEWED: "12"},
    signed=dt.date(2022, 1, 20),
)
MALONG = WrittenReport(
    "马龙镇人民政府",
    2020,
    tuple(sentence.replace("石桥子镇", "马龙镇") for sentence in SHIQIAO.sentences),
    {PROJECTS: "1", AMOUNT: "3000.00"},
    dt.date(2021, 2, 20),
    "云河省清江市白塔区",
)
# Two towns with the bare name of fifty, whose reports are alike but for their facts.
TAIPING = WrittenReport("太平镇", 2020, ("2020年，我镇共公开政府信息10条。", *WORK), {REVIEWED: "2"})
OTHER_TAIPING = TAIPING.but(cells={REVIEWED: "7"})
# A third one, extracted twice from one page: 4类46条, and run together 446条.
EXTRACTED = WrittenReport(
    "太平镇",
    2019,
    ("2019年，太平镇共主动公开政府信息4类46条，均在政府网站发布。", "下一步将继续做好公开工作。"),
    {PROJECTS: "3", AMOUNT: "1200.00"},
)
ADDRESS = "http://xxgk.example.org/ndbg/content_446.html"
COPY_ADDRESS = "http://www.copies.example.com/a/9.html"


def cut_off(text: str) -> str:
    """A text up to the middle of table three."""
    return text[: text.index("（三）不予公开")]


def write_versions(folder: Path) -> None:
    """Write the deliveries into the raw folder below `folder`."""
    first = SHIQIAO.text()
    write_delivery(folder, {"shiqiao.txt": first, "malong.txt": MALONG.text()}, "2021-01")
    again = {
        "again.txt": first,
        "page.html": SHIQIAO.page(menu="石桥子镇", visits=3120),
        "corrected.txt": SHIQIAO_CORRECTED.text(),
        "taiping-a.txt": TAIPING.text(),
        "taiping-b.txt": OTHER_TAIPING.text(),
    }
    write_delivery(folder, again, "2021-04")
    title = f"{SHIQIAO.title}\n"
    dated = SHIQIAO_CORRECTED.text().replace(title, title + "发布日期：2023-06-01 来源：本站\n", 1)
    late = {"cut.txt": cut_off(dated), "next-year.txt": SHIQIAO_NEXT_YEAR.text()}
    write_delivery(folder, late, "2023-06")
    pages = [
        {"url": ADDRESS, "text": EXTRACTED.text()},
        {"url": ADDRESS.replace("http:", "https:") + "#top", "text": EXTRACTED.text().replace("4类46条", "446条")},
        {"url": COPY_ADDRESS, "text": "浏览次数：51\n" + SHIQIAO_CORRECTED.text()},
    ]
    lines = "".join(json.dumps(page, ensure_ascii=False) + "\n" for page in pages)
    (folder / "raw" / "pages.jsonl").write_text(lines, encoding="utf-8")
