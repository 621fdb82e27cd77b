"""What a web page prints round a report: breadcrumbs, metadata blocks, the line of publication.

Belongs here: names and dates in the furniture of a page. They are weaker than the title and the text.
"""

from __future__ import annotations

import datetime as dt
import re

from pipelines.forms.caches import cache_short
from pipelines.gazetteer.reading import read_name
from pipelines.parsing.names import BODY_END, clean_body
from pipelines.parsing.periods import DATE, read_date, whole_date
from pipelines.parsing.titles import compact

Line = tuple[int, str]

_CRUMB = re.compile(r"[>＞»›→]+")
_DIVISION = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]{1,9}(?:省|自治区|市|自治州|盟|区|县|旗)$")
_NO_DIVISION = re.compile(r"(?:专区|园区|社区|市区|城区|库区|景区|地区|灾区|辖区|各区|各县|县区|分区)$")
_TOWNSHIP = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]{1,9}(?:镇|乡|街道|苏木)(?:人民政府|政府|办事处)?$")
_NO_TOWNSHIP = re.compile(r"乡镇|镇街|各镇|街镇|镇[、（(]|区镇|(?:^|及|和)街道$|镇乡")
_PUBLISHER = re.compile(r"(?:发布|公开|发文|制作|制发|公布|所属|责任|编制)(?:机构|机关|单位|部门)|信息来源|来源|来自")
_CAPTION = re.compile(r"索引号|公开方式|文号|主题|分类|日期|时间|标题|名称|有效|关键|内容概述|体裁|范围|形式|目录")
_NAME = re.compile(
    rf"([\u3400-\u9fff\U00020000-\U0003ffff（）()]{{2,25}}?(?:{BODY_END}|政府))(?=$|[\s|｜，。；）)]|发布|公开|日期|时间|浏览|字)"
)
_PUBLISHED = re.compile(rf"(?:发布|公布|公开|发表)(?:日期|时间)\s*(?:[：:|｜]\s*)?{DATE}")
_DATED = re.compile(
    rf"(?:(?:成文|发文|生成|更新|印发)(?:日期|时间)|(?<![\u3400-\u9fff\U00020000-\U0003ffff])(?:日期|时间))\s*(?:[：:|｜]\s*)?{DATE}"
)
# Every date has one of these behind its year.
_MONTH = re.compile(r"[月\-/.．]")
_NO_DATES = (None, None, None, None)
_DATE_FIRST = re.compile(rf"^\s*{DATE}[\s\d:：]*(?:来源|信息来源|文章来源|作者|浏览|点击|字体|阅读)")


def read_breadcrumbs(lines: list[Line]) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Return the divisions that breadcrumbs pass, the highest first, and the townships they name, with their lines."""
    divisions: dict[str, int] = {}
    townships: list[tuple[str, int]] = []
    for number, text in lines:
        if not _CRUMB.search(text):
            continue
        for part in _CRUMB.split(compact(text)):
            name = re.sub(r"^.*(?:位置|页面)[是为]?[：:]", "", part)
            if _NO_TOWNSHIP.search(name):
                continue
            reading = read_name(name)
            if reading.kind == "government":
                if reading.steps[-1].is_unit:
                    townships.append((name, number))
                else:
                    divisions.setdefault("".join(step.words for step in reading.steps), number)
            elif _TOWNSHIP.fullmatch(name):
                townships.append((name, number))
            elif _DIVISION.fullmatch(name) and not _NO_DIVISION.search(name) and len(name) <= 10:
                divisions.setdefault(name, number)
    return list(divisions.items()), townships


def read_publisher(lines: list[Line]) -> tuple[str, int] | None:
    """Return the body that a metadata block gives as publisher (发布机构), with its line."""
    for place, (number, text) in enumerate(lines):
        match = _find_publisher(text)
        if match is None:
            continue
        behind = text[match.end() :].lstrip(" \u3000\t：:|｜是")
        name = _NAME.match(behind)
        line = number
        if name is None and place + 1 < len(lines) and _CAPTION.search(text):
            line, values = lines[place + 1]
            name = _below(text, values)
        if name is not None and not re.match(r"[我本全各该]", name.group(1)):
            return clean_body(name.group(1)), line
    return None


@cache_short(maxsize=20_000)
def _find_publisher(text: str) -> re.Match[str] | None:
    return _PUBLISHER.search(text)


def _below(captions: str, values: str) -> re.Match[str] | None:
    """The value below the caption in a block of two rows (`索引号 | 发布机构 |`)."""
    heads, cells = (re.split(r"[|｜\t]", row) for row in (captions, values))
    place = next((n for n, head in enumerate(heads) if _PUBLISHER.fullmatch(compact(head))), None)
    if place is None or place >= len(cells):
        return None
    return _NAME.fullmatch(compact(cells[place]))


def read_publication(lines: list[Line]) -> dt.date | None:
    """Return the date that the page gives: 发布日期 first, another date of the block, a line that is a date alone."""
    dates = [_dates_in(text) for _, text in lines]
    return next((date for of_kind in zip(*dates, strict=True) for date in of_kind if date), None)


@cache_short(maxsize=20_000)
def _dates_in(text: str) -> tuple[dt.date | None, ...]:
    """The dates that a line gives in each way, the surest first."""
    if not _MONTH.search(text):
        return _NO_DATES
    matches = [pattern.search(text) for pattern in (_PUBLISHED, _DATED, _DATE_FIRST)]
    return *(read_date(match) if match else None for match in matches), whole_date(compact(text))
