"""The description of a delivery (`delivery.yaml`): what it claims to cover, when, from where and under which licence.

Belongs here: reading the file strictly, with the line of whatever is wrong. Which division a name means is told elsewhere.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

from pipelines.documents.deliveries import Delivery
from pipelines.documents.strict_yaml import InvalidDescription, Node, load_node
from pipelines.places import open_stream

MAX_DESCRIPTION_BYTES = 256 * 1024
# The first reports were on 2008, when the statute of 2007 came into force.
FIRST_YEAR = 2008
LEVELS = ("province", "prefecture", "county", "township")
_KEYS = ("source", "licence", "collector", "collected_on", "scope")
_SCOPE_KEYS = ("division", "levels", "years", "deadline")


@dataclass(frozen=True)
class ScopeEntry:
    """A division by code or name, the levels of the units that are claimed, spans of report years, a deadline (month, day)."""

    division: str
    levels: tuple[str, ...]
    years: tuple[tuple[int, int], ...]
    deadline: tuple[int, int] | None = None
    key: str = "scope"
    line: int | None = None


@dataclass(frozen=True)
class Description:
    """What a valid description says; whatever it does not say is null."""

    source: str | None = None
    licence: str | None = None
    collector: str | None = None
    collected_on: dt.date | None = None
    scope: tuple[ScopeEntry, ...] = ()


def find_description(delivery: Delivery) -> Path | None:
    """Return the one description of a delivery, None where it has none.

    Raises:
        InvalidDescription: there are several, or the one stands in the wrong place.
    """
    if not delivery.descriptions:
        return None
    first, *others = delivery.descriptions
    if others:
        names = ", ".join(delivery.source_path(file) for file in delivery.descriptions)
        raise InvalidDescription("", f"同一批次有多个说明文件：{names}", f"a delivery has several: {names}")
    if first == delivery.path:
        raise InvalidDescription("", "旁边没有它所说明的批次", "there is no delivery of that name beside it")
    if first.parent not in (delivery.path, delivery.path.parent) or (
        first.parent == delivery.path and first.name.count(".") > 1
    ):
        raise InvalidDescription(
            "",
            "说明文件应为批次文件夹顶层的 delivery.yaml，或单个文件旁的 <文件名>.delivery.yaml",
            "it has to be delivery.yaml at the top of the delivery's folder, or <file name>.delivery.yaml beside a file",
        )
    return first


def read_description(file: Path, today: dt.date) -> Description:
    """Read a description; a date of collection after `today` is wrong. A link is none: it may lead to any file.

    Raises:
        InvalidDescription: the file cannot be read, or anything in it is not as it should be.
    """
    try:
        if not file.is_file() or file.is_symlink():
            raise InvalidDescription("", "不是普通文件", "it is not a regular file")
        with open_stream(file) as stream:
            data = stream.read(MAX_DESCRIPTION_BYTES + 1)
        if len(data) > MAX_DESCRIPTION_BYTES:
            raise InvalidDescription(
                "", f"超过 {MAX_DESCRIPTION_BYTES} 字节", f"it has more than {MAX_DESCRIPTION_BYTES} bytes"
            )
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise InvalidDescription("", f"无法读取：{error.strerror}", f"it cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidDescription("", "不是 UTF-8 编码", "it is not in UTF-8") from None
    return _description_of(load_node(text), today)


def _description_of(root: Node, today: dt.date) -> Description:
    values = root.entries(_KEYS)
    collected_on = values["collected_on"].date() if "collected_on" in values else None
    # The machine may stand west of the collector.
    if collected_on is not None and collected_on > today + dt.timedelta(days=1):
        raise values["collected_on"].wrong(f"{collected_on} 还未到", f"{collected_on} is in the future")
    scope: tuple[ScopeEntry, ...] = ()
    if "scope" in values:
        if collected_on is None:
            raise values["scope"].wrong(
                "写了范围就要写采集日期 collected_on", "a scope needs the date of collection, collected_on"
            )
        scope = tuple(_scope_entry(entry, collected_on) for entry in values["scope"].elements())
    texts = {key: values[key].text() for key in ("source", "licence", "collector") if key in values}
    return Description(collected_on=collected_on, scope=scope, **texts)


def _scope_entry(node: Node, collected_on: dt.date) -> ScopeEntry:
    values = node.entries(_SCOPE_KEYS)
    for key in ("division", "levels", "years"):
        if key not in values:
            raise node.wrong(f"缺少 {key}", f"{key} is missing")
    levels = [(part, part.text()) for part in values["levels"].one_or_more()]
    for part, level in levels:
        if level not in LEVELS:
            raise part.wrong(f"“{level}”不是 {', '.join(LEVELS)} 之一", f"{level!r} is none of {', '.join(LEVELS)}")
    return ScopeEntry(
        division=values["division"].text_or_number(),
        levels=tuple(dict.fromkeys(level for _, level in levels)),
        years=tuple(_span(part, collected_on.year) for part in values["years"].one_or_more()),
        deadline=_month_day(values["deadline"]) if "deadline" in values else None,
        key=node.key,
        line=node.line,
    )


def _span(node: Node, last: int) -> tuple[int, int]:
    """`2023`, or `2019-2023` with both ends."""
    printed = node.text_or_number()
    match = re.fullmatch(r"(\d{4})(?:\s*[-–—至]\s*(\d{4}))?", printed)
    if match is None:
        raise node.wrong(
            f"“{printed}”不是年度，如 2023 或 2019-2023", f"{printed!r} is no year such as 2023 or 2019-2023"
        )
    first, end = int(match[1]), int(match[2] or match[1])
    if first > end:
        raise node.wrong(f"{printed} 起止颠倒", f"{printed} is reversed")
    if first < FIRST_YEAR or end > last:
        raise node.wrong(
            f"{printed} 不在 {FIRST_YEAR} 年至采集当年 {last} 年之间",
            f"{printed} is not within {FIRST_YEAR} and {last}, the year of collection",
        )
    return first, end


def _month_day(node: Node) -> tuple[int, int]:
    """`01-31`: a day of the year after the report's."""
    printed = node.text_or_number()
    match = re.fullmatch(r"(\d{1,2})-(\d{1,2})", printed)
    try:
        if match is None:
            raise ValueError
        # A year that is no leap year: the 29th of February is not there every year.
        day = dt.date(2023, int(match[1]), int(match[2]))
    except ValueError:
        raise node.wrong(f"“{printed}”不是月-日，如 01-31", f"{printed!r} is no month and day such as 01-31") from None
    return day.month, day.day
