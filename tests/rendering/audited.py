"""Pairs of reports of one body on two years that agree with themselves and with each other, to plant errors in.

Belongs here: drawing such reports and printing them, each figure with its line. Errors and what must be found of them
stand in `tests/integration`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.rendering.figures import Style
from tests.rendering.grids import Paragraph, Row, Table, build_page
from tests.rendering.layouts import tabbed
from tests.rendering.row_damages import remove_row
from tests.rendering.sentences import Sentence
from tests.rendering.tabbed import TrueCell
from tests.rendering.truth import Key, Truth, form_columns, form_rows, leaf_rows

SAID = {
    "total_disclosed": "{y}年，{u}主动公开政府信息{n}条。",
    "channel:website": "通过政府网站公开政府信息{n}条。",
    "channel:wechat": "通过微信公众号公开政府信息{n}条。",
    "channel:weibo": "通过政务微博公开政府信息{n}条。",
    "channel:gazette": "通过政府公报公开政府信息{n}条。",
    "channel:other": "通过其他方式公开政府信息{n}条。",
    "applications_received": "全年新收政府信息公开申请{n}件。",
    "applications_answered": "全年答复政府信息公开申请{n}件。",
    "applications_carried_in": "上年度结转政府信息公开申请{n}件。",
    "applications_carried_out": "结转下年度继续办理政府信息公开申请{n}件。",
    "reviews_received": "全年因政府信息公开被申请行政复议{n}件。",
    "lawsuits_received": "全年因政府信息公开被提起行政诉讼{n}件。",
    "fee_amount": "全年行政事业性收费金额{n}元。",
    "application_fee_amount": "全年政府信息公开收取信息处理费{n}元。",
    "procurement_projects": "全年实施政府集中采购项目{n}个，均已在网站公开。",
    "procurement_amount": "全年政府集中采购总金额{n}元，均已支付。",
    "normative_documents_issued": "全年制发行政规范性文件{n}件，均已在网站公开。",
    "normative_documents_repealed": "全年废止行政规范性文件{n}件，均已在网站公开。",
    "normative_documents_in_force": "现行有效行政规范性文件{n}件，均已在网站公开。",
    "permit_decisions": "全年作出行政许可决定{n}件。",
    "penalty_decisions": "全年作出行政处罚决定{n}件。",
    "compulsory_decisions": "全年作出行政强制措施决定{n}件。",
}
FIRST = "甲乙丙丁戊己庚辛壬癸"
SECOND = "子丑寅卯辰巳午未申酉戌亥"


@dataclass
class Audited:
    """A report: its figures (None: printed blank; not there: row lost), what its prose says, and where all of it stands."""

    name: str
    unit: str
    year: int
    version: str
    figures: dict[Key, float | None] = field(default_factory=dict)
    raw: dict[Key, str] = field(default_factory=dict)  # where a figure is not printed as a plain number
    prose: dict[str, list[str]] = field(default_factory=dict)  # quantity -> figures as printed, mostly one
    numbers: list[str] = field(default_factory=list)  # of the headings, as printed
    other_year: int | None = None  # a second year that the preamble names
    lost: tuple[str, str] | None = None  # the row of the form that is gone
    fee_said: bool = True  # section six says something of fees
    lines: dict[Key | str, tuple[int, int]] = field(default_factory=dict)
    text: str = ""
    last: Audited | None = None

    def figure(self, table: str, row: str, column: str) -> float | None:
        """The figure of a cell; none where it is blank or its row is lost."""
        return None if (table, row) == self.lost else self.figures.get((table, row, column))

    def has(self, table: str) -> bool:
        return any(key[0] == table for key in self.figures)


def unit_name(number: int) -> str:
    """A town that no gazetteer knows."""
    return FIRST[number % 10] + SECOND[number // 10 % 12] + SECOND[number // 120] + "镇"


def draw_pair(rng: random.Random, number: int) -> tuple[Audited, Audited]:
    """Two years of one town: both on the form of 2014, of 2019 or of 2021, or the last of 2019 and the first of 2021."""
    years = rng.choice([(2015, 2016), (2015, 2016), (2019, 2020), (2020, 2021), (2021, 2022), (2022, 2023)])
    reports: list[Audited] = []
    for year in years:
        version = "F2014" if year < 2019 else "F2019" if year < 2021 else "F2021"
        report = Audited(
            f"{number:03}-{year}.txt", unit_name(number), year, version, last=reports[-1] if reports else None
        )
        if version == "F2014":
            _draw_statistics(rng, report)
        else:
            _draw_table_two(rng, report)
            _draw_table_three(rng, report)
            _draw_table_four(rng, report)
            if year == 2020 and rng.random() < 0.5:
                _draw_channels(rng, report, optional=False)
        report.numbers = list("一二三四五六七")
        reports.append(report)
    return reports[0], reports[1]


def _draw_table_two(rng: random.Random, report: Audited) -> None:
    figures, last = report.figures, report.last
    for row in form_rows(report.version, "t2"):
        for column in form_columns(report.version, "t2", row["block_key"]):
            figures["t2", row["row_key"], column["column_key"]] = 0 if rng.random() < 0.4 else rng.randint(1, 90)
    for column in ("made", "newly_disclosed", "total_disclosed", "issued", "repealed", "in_force"):
        if ("t2", "regulation", column) in figures:
            figures["t2", "regulation", column] = 0
    if report.version == "F2019":
        new = figures["t2", "normative_document", "newly_disclosed"] or 0
        figures["t2", "normative_document", "total_disclosed"] = new + rng.randint(0, 9)
        for row in ("permit", "other_service", "penalty", "compulsory_measure", "fee"):
            start = rng.randint(0, 60)
            if last is not None:
                before = (last.figures["t2", row, key] for key in ("last_year_items", "change"))
                start = sum(figure or 0 for figure in before)  # type: ignore[assignment]
            figures["t2", row, "last_year_items"] = start
            figures["t2", row, "change"] = rng.choice([0, rng.randint(-start, 9)])
        projects = rng.choice([0, 1, 2, 5])
        yuan = projects * rng.randint(20_000, 900_000) + rng.choice([0, 0.5]) * bool(projects)
        figures["t2", "procurement", "project_count"] = projects
        key = ("t2", "procurement", "amount")
        figures[key], report.raw[key] = yuan, f"{yuan:.2f}元" if projects else "0"
    else:
        for row in ("regulation", "normative_document"):
            before_in_force = last.figures.get(("t2", row, "in_force")) if last is not None else None
            stock = rng.randint(5, 40) if before_in_force is None else before_in_force
            issued = 0 if row == "regulation" else rng.randint(0, 9)
            repealed = 0 if row == "regulation" else rng.randint(0, int(stock + issued))
            stock = 0 if row == "regulation" else stock
            for column, figure in (("issued", issued), ("repealed", repealed), ("in_force", stock + issued - repealed)):
                figures["t2", row, column] = figure
        yuan = rng.choice([0, rng.randint(100, 99_999)])
        key = ("t2", "fee", "amount")
        figures[key], report.raw[key] = yuan, f"{yuan / 10_000:.4f}" if yuan else "0"


def _draw_table_three(rng: random.Random, report: Audited) -> None:
    columns = [c["column_key"] for c in form_columns(report.version, "t3", "applications")]
    leaves = leaf_rows(report.version)
    rows = [r["row_key"] for r in form_rows(report.version, "t3") if r["row_kind"] == "data"]
    for column in columns[:-1]:
        new = rng.choice([0, rng.randint(1, 60)])
        before = report.last.figures["t3", "carried_out", column] if report.last is not None else rng.randint(0, 4)
        carried_in = int(before or 0)
        carried_out = rng.randint(0, min(5, new + carried_in))
        values = dict.fromkeys(rows, 0) | {"new": new, "carried_in": carried_in, "carried_out": carried_out}
        rest = values["total_results"] = new + carried_in - carried_out
        for leaf in rng.sample(leaves, 3):
            values[leaf] = part = rng.randint(0, rest)
            rest -= part
        values[leaves[0]] += rest
        for row, value in values.items():
            report.figures["t3", row, column] = value
    for row in rows:
        parts = [report.figures["t3", row, column] or 0 for column in columns[:-1]]
        report.figures["t3", row, "total"] = sum(parts)


def _draw_table_four(rng: random.Random, report: Audited) -> None:
    for route in ("review", "suit_direct", "suit_after_review"):
        parts = [rng.choice([0, 0, rng.randint(1, 8)]) for _ in range(4)]
        for result, figure in zip(("upheld", "corrected", "other", "pending"), parts, strict=True):
            report.figures["t4", "cases", f"{route}_{result}"] = figure
        report.figures["t4", "cases", f"{route}_total"] = sum(parts)


def _draw_channels(rng: random.Random, report: Audited, *, optional: bool) -> None:
    for row in form_rows("F2014", "channels"):
        if row["row_kind"] == "data" or (optional and row["row_kind"] == "optional"):
            report.figures["channels", row["row_key"], "count"] = rng.randint(0, 50)
    names = ["gazette", "website", "weibo", "wechat"] + ["other_channel"] * optional
    parts = [int(report.figures["channels", name, "count"] or 0) for name in names]
    report.figures["channels", "all_information", "count"] = rng.randint(max(parts), sum(parts))
    for part, whole in (
        ("press_conferences_principal", "press_conferences"),
        ("online_interviews_principal", "online_interviews"),
    ):
        report.figures["channels", part, "count"] = rng.randint(0, int(report.figures["channels", whole, "count"] or 0))
    if optional:
        report.figures["channels", "normative_documents_disclosed", "count"] = rng.randint(0, max(parts))


SUMS_OF_2014 = {
    "received": ["received_in_person", "received_by_fax", "received_online", "received_by_letter"],
    "completed": ["completed_on_time", "completed_late"],
    "answered_denied": ["denied_state_secret", "denied_trade_secret", "denied_privacy", "denied_security_or_stability",
                        "denied_not_government_information", "denied_other_legal"],
    "answered": ["answered_already_disclosed", "answered_granted", "answered_partial", "answered_denied",
                 "answered_not_this_body", "answered_not_existing", "answered_amend", "answered_other_way"],
    "reviews": ["reviews_upheld", "reviews_corrected", "reviews_other"],
    "lawsuits": ["lawsuits_upheld", "lawsuits_corrected", "lawsuits_other"],
    "staff": ["staff_full_time", "staff_part_time"],
}  # fmt: skip


def _draw_statistics(rng: random.Random, report: Audited) -> None:
    _draw_channels(rng, report, optional=True)
    for row in form_rows("F2014", "statistics"):
        if row["row_kind"] == "data":
            (column,) = form_columns("F2014", "statistics", row["block_key"])
            report.figures["statistics", row["row_key"], column["column_key"]] = rng.choice([0, rng.randint(1, 30)])
    for whole, parts in SUMS_OF_2014.items():
        report.figures["statistics", whole, "count"] = sum(
            report.figures["statistics", part, "count"] or 0 for part in parts
        )
    for row in ("fees", "budget"):
        yuan = rng.choice([0, rng.randint(100, 99_999)])
        key = ("statistics", row, "amount")
        report.figures[key], report.raw[key] = yuan, f"{yuan / 10_000:.4f}" if yuan else "0"


def print_report(rng: random.Random, report: Audited) -> None:
    """Print a report as text, and note where its figures stand."""
    overview = [
        Sentence(SAID[quantity].format(y=report.year, u=report.unit, n=n))
        for quantity, said in report.prose.items()
        for n in said
    ]
    sentences = [Sentence("我镇高度重视政府信息公开工作，加强组织领导。"), *overview]
    lines = _statistics_lines(report, sentences) if report.version == "F2014" else _form_lines(rng, report, sentences)
    headings = list(enumerate(report.numbers))
    for number, (text, keys) in enumerate(lines, 1):
        # Labels of a table stand behind a tab, headings do not.
        if headings and not text.startswith("\t") and text.strip().startswith(headings[0][1] + "、"):
            report.lines[f"heading {headings.pop(0)[0]}"] = (number, number)
        for key in keys:
            report.lines[key] = (number, number)
        for quantity, said in report.prose.items():
            if text.strip() in {SAID[quantity].format(y=report.year, u=report.unit, n=n) for n in said}:
                first, _ = report.lines.get(quantity, (number, number))
                report.lines[quantity] = (first, number)
        if text.strip().endswith("其他需要报告的事项"):
            report.lines["section_six"] = (number, number)
    report.text = "\n".join(text for text, _ in lines) + "\n"


def _raw(report: Audited, key: Key) -> str:
    figure = report.figures[key]
    if figure is None:
        return ""
    return report.raw.get(key) or (f"{figure:.0f}" if figure == int(figure) else repr(figure))


def _form_lines(rng: random.Random, report: Audited, sentences: list[Sentence]) -> list[tuple[str, tuple[Key, ...]]]:
    body = f"云河省清江市白塔区{report.unit}人民政府"
    truth = Truth(report.version, report.year, body, report.unit, f"{body}{report.year}年政府信息公开工作年度报告",
                  Style("zeros", 0.0, False, "/"), False, False)  # fmt: skip
    truth.overview = sentences
    truth.cells = {key: TrueCell(*key, _raw(report, key), figure, "") for key, figure in report.figures.items()}
    page = build_page(rng, truth)
    numbers = iter(report.numbers)
    for block in page.blocks:
        if isinstance(block, Table):
            for row in [row for row in block.rows if isinstance(row, Row) and row.key == report.lost and report.lost]:
                remove_row(block, row)
        elif isinstance(block, Paragraph) and block.role == "heading":
            block.text = next(numbers) + "、" + block.text.split("、", 1)[1]
        elif isinstance(block, Paragraph) and block.role == "preamble" and report.other_year:
            block.text = block.text.replace(f"{report.year}年度", f"{report.other_year}年度")
    return [(line.text, line.keys) for line in tabbed(rng, page).lines]


def _statistics_lines(report: Audited, sentences: list[Sentence]) -> list[tuple[str, tuple[Key, ...]]]:
    body = f"云河省清江市白塔区{report.unit}人民政府"
    year = report.other_year or report.year
    head = [f"{body}{report.year}年政府信息公开工作年度报告", f"根据有关要求，现将{year}年度工作报告如下。"]
    head += [
        f"{report.numbers[0]}、总体情况",
        *(s.text for s in sentences),
        f"{report.numbers[1]}、其他需要报告的事项",
        "无。",
    ]
    lines: list[tuple[str, tuple[Key, ...]]] = [
        (text, ()) for text in [*head, "政府信息公开情况统计表", f"（{report.year}年度）"]
    ]
    lines += [(text, ()) for text in ("统计指标", "单位", "统计数", "一、主动公开情况", "——")]
    for table in ("channels", "statistics"):
        for row in form_rows("F2014", table):
            if (table, row["row_key"]) == report.lost:
                continue
            lines.append((row["row_label"], ()))
            if row["row_kind"] == "heading":
                lines.append(("——", ()))
                continue
            (column,) = form_columns("F2014", table, row["block_key"])
            key = (table, row["row_key"], column["column_key"])
            lines += [(column["unit"], ()), (_raw(report, key), (key,))]
    return lines
