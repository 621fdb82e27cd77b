"""Deliveries for metrics: towns of three counties over several years, drawn at random, and a few written by hand.

Belongs here: the raw files, and what was written by hand. What must come of them, the tests say themselves.
"""

from __future__ import annotations

import random
from pathlib import Path

from tests.reading import write_delivery
from tests.rendering.grids import build_page
from tests.rendering.layouts import TEXT_LAYOUTS
from tests.rendering.official_form import Key
from tests.rendering.sentences import draw_applications, draw_overview
from tests.rendering.truth import draw_truth
from tests.rendering.written import WORK, WrittenReport

DRAWN = {
    "长春市双阳区": ("太平镇", "鹿乡镇", "齐家镇", "双营子回族乡"),
    "长春市农安县": ("伏龙泉镇", "哈拉海镇", "靠山镇", "开安镇", "烧锅镇", "高家店镇", "华家镇", "三盛玉镇"),
}
YEARS = (2019, 2020, 2021, 2022)
MISSING = {("鹿乡镇", 2020), ("靠山镇", 2021)}
SCOPE = """
source: 测试用虚构批次
licence: 仅供测试
collected_on: 2024-05-06
scope:
  - division: 长春市双阳区
    levels: township
    years: [2020]
"""
PARENT = "宁波市余姚市"


def _cells(**figures: str) -> dict[Key, str]:
    """`new__total` is t3.new.total, `review_total` t4.cases.review_total, `projects` and `amount` are procurement."""
    of_table_two = {"projects": "project_count", "amount": "amount"}
    cells: dict[Key, str] = {}
    for name, figure in figures.items():
        if name in of_table_two:
            cells["t2", "procurement", of_table_two[name]] = figure
        elif "__" in name:
            row, column = name.split("__")
            cells["t3", row, column] = figure
        else:
            cells["t4", "cases", name] = figure
    return cells


def _town(name: str, year: int, **figures: str) -> WrittenReport:
    return WrittenReport(
        f"{name}人民政府", year, (f"{year}年，{name}认真开展工作。", *WORK), _cells(**figures), None, PARENT
    )


WRITTEN = {
    "dalan-2019.txt": _town("大岚镇", 2019, new__natural_person="4", new__total="4", granted__natural_person="2",
                            granted__total="2", total_results__natural_person="2", total_results__total="2",
                            carried_out__natural_person="2", carried_out__total="2"),
    "dalan-2020.txt": _town("大岚镇", 2020, new__natural_person="6", new__org_commercial="2", new__total="8",
                            carried_in__natural_person="2", carried_in__total="2", granted__natural_person="4",
                            granted__total="4", partial__natural_person="1", partial__total="1",
                            denied_process__natural_person="1", denied_process__total="1",
                            unable_not_held__org_commercial="2", unable_not_held__total="2",
                            total_results__natural_person="6", total_results__org_commercial="2",
                            total_results__total="8", carried_out__natural_person="2", carried_out__total="2",
                            review_upheld="1", review_corrected="1", review_pending="1", review_total="3",
                            suit_direct_pending="1", suit_direct_total="1", projects="8", amount="72235.00"),
    "siming-2020.txt": _town("四明山镇", 2020, new__natural_person="2", new__total="2", granted__natural_person="1",
                             granted__total="1", total_results__natural_person="1", total_results__total="1",
                             carried_out__natural_person="1", carried_out__total="1", projects="3", amount="808"),
    "luting-2019.txt": _town("鹿亭乡", 2019),
    "luting-2020.txt": _town("鹿亭乡", 2020, new__total=""),
    "luting-2021.txt": _town("鹿亭乡", 2021),
    "yuyao-2020.txt": _town("余姚市", 2020, new__natural_person="100", new__total="100", granted__natural_person="100",
                            granted__total="100", total_results__natural_person="100", total_results__total="100",
                            projects="2", amount="50000.00").but(parent="浙江省宁波市"),
    "finance-2020.txt": _town("余姚市", 2020, projects="1", amount="20000.00").but(body="财政局", parent="浙江省宁波市余姚市"),
    # Fifty towns have this name: it stands in no division.
    "taiping-2020.txt": _town("太平镇", 2020, projects="2", amount="30000.00").but(body="太平镇", parent=""),
}  # fmt: skip


def _draw(parent: str, town: str, year: int, seed: int) -> str:
    """A report drawn at random: figures whose sums hold, in the edition of its year."""
    rng = random.Random(seed)
    truth = draw_truth(rng, "F2019" if year < 2021 else "F2021")
    truth.year, truth.unit_name, truth.body_name = year, town, f"{parent}{town}人民政府"
    truth.title = f"{truth.body_name}{year}年政府信息公开工作年度报告"
    truth.overview = draw_overview(rng, year, town)
    received = truth.cells["t3", "new", "total"].value
    truth.applications = [] if received is None else draw_applications(rng, int(received), year, town)
    printed = TEXT_LAYOUTS["tabbed"](rng, build_page(rng, truth))
    return "\n".join(line.text for line in printed.lines) + "\n"


def write_metric_deliveries(folder: Path) -> None:
    """Write the deliveries into the raw folder below `folder`."""
    for county, towns in DRAWN.items():
        files: dict[str, bytes | str] = {
            f"{town}-{year}.txt": _draw(county, town, year, 1000 * at + year)
            for at, town in enumerate(towns)
            for year in YEARS
            if (town, year) not in MISSING
        }
        if county.endswith("双阳区"):
            files["delivery.yaml"] = SCOPE
        write_delivery(folder, files, county)
    write_delivery(folder, {name: report.text() for name, report in WRITTEN.items()}, "yuyao")
