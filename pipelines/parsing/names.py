"""Printed names of bodies: where a name ends, its unit, and the divisions that are printed before it.

Belongs here: the words of a name. Which division in the country it is, is not told by its words alone.
"""

from __future__ import annotations

import re

from pipelines.forms.caches import cache_short
from pipelines.gazetteer.reading import read_name
from pipelines.parsing.advertising import drop_advertising

BODY_END = (
    "人民政府|镇政府|乡政府|街道办事处|办事处|管理委员会|管委会|委员会|办公室|厅|局|委|署|中心|镇|乡|街道|苏木"
    "|集团|公司|法院|检察院|大学|学院|医院|站|所|院"
)
# Behind a township's name these end a name of its own; 市, 区, 县 make another unit of it (景德镇市).
_OTHER_END = "村|社区|市|区|县|旗|州|盟|省|校|园|馆|队|处|会|部|团|庭|室|组|政府"
_NAME_ENDS = tuple(
    end + bracket
    for end in f"{BODY_END}|{_OTHER_END}|街|街办|办|场|连|行|司|台|校区".split("|")
    for bracket in ("", "）", ")")
)
_ENDS_OTHER = re.compile(rf"(?:{BODY_END}|{_OTHER_END})$")
_REPEATED = re.compile(r"(.)\1+")
_OUTER = re.compile(r"^(?:关于|中共)")
_GOVERNMENT = re.compile(r"(?<=.)(?:人民政府|政府|办事处)$")
_FILLING = re.compile(r"(?:年度?+|度|本级|机关|政务|关于|的|工作|主动|党委|基层|单位|公开|门户网站|网站)+")
_NO_NAME = re.compile(r"[^\u3400-\u9fff\U00020000-\U0003ffff（）()·、]+")
_TOWNSHIP_FIRST = re.compile(r"(.+(?:镇|乡|街道|苏木)(?:人民政府|办事处|政府)?)(.+)")
_OFFICE = re.compile(r"(?:党政(?:综合)?办(?:公室)?|政府办(?:公室)?)$")
_TOWNSHIP = re.compile(r"(?:镇|乡|街道|苏木|街道办事处)$")
_DIVISION = r"[\u3400-\u9fff\U00020000-\U0003ffff]{1,8}?"
_PARENTS = re.compile(
    rf"^((?:{_DIVISION}(?:省|自治区|特别行政区))?(?:{_DIVISION}(?:市|自治州|盟|地区))?"
    rf"(?:{_DIVISION}(?:自治县|自治旗|林区|特区|新区|区|县|旗|市))?)(.*)$"
)


def clean_body(name: str) -> str:
    """Return a printed name without outer marks and a leading 中共 or 关于."""
    return _OUTER.sub("", name.strip("《》“”\"'（）() ：:，,、—-"))


def cut_foreign_words(name: str) -> tuple[str, str]:
    """Split the name in a title from words round it that are no part of any name: (name, foreign words).

    Foreign are Latin letters and marks with whatever stands before them, and words behind a township's name that end
    no name (太平镇开云网页版).
    """
    left, advertising = drop_advertising(name)
    if advertising:
        # What stands before a dot is the advertiser's.
        advertising, left = advertising + left.rpartition("·")[0], left.rpartition("·")[2]
    parts = [part for part in _NO_NAME.split(left) if part]
    if not parts:
        return left, advertising
    own = parts[-1] if len(parts[-1]) >= 2 else left
    before = advertising + (left[: len(left) - len(own)] if left.endswith(own) else "")
    match = _TOWNSHIP_FIRST.fullmatch(own)
    if match is None or _ENDS_OTHER.search(match.group(2)):
        return own, before
    behind = "" if _FILLING.fullmatch(match.group(2)) else match.group(2)
    return match.group(1), before + behind


def unit_name(body: str) -> str:
    """Return the unit that a body governs: 大岚镇人民政府 -> 大岚镇, 城东街道办事处 -> 城东街道."""
    name = _OFFICE.sub("", body)
    if name.endswith("街道办事处"):
        name = name.removesuffix("办事处")
    return _GOVERNMENT.sub("", name)


@cache_short(maxsize=5_000)
def is_whole_name(body: str) -> bool:
    """Tell whether a name has a place, and is not just the end of one (镇人民政府, 办事处) from a title broken over lines."""
    name = clean_body(body)
    if not name.endswith(_NAME_ENDS):
        return read_name(name).kind == "government"
    return len(unit_name(name)) >= 2 and not re.fullmatch(r"(?:人?民?政?府|街?道?办?事?处|委?员?会)", name)


def split_parent(name: str) -> tuple[str | None, str]:
    """Split 长春市双阳区太平镇 into the divisions before it and the unit; (None, name) where none are printed."""
    match = _PARENTS.match(name)
    if match and match.group(1) and len(match.group(2)) >= 2:
        return match.group(1), match.group(2)
    return None, name


def find_parent(body: str, texts: list[str]) -> tuple[str | None, str]:
    """Return the printed parent divisions of a body and its unit, from its name or else from the text.

    In the text the full name must stand at the beginning of a clause, and only one parent may be named.
    """
    parent, unit = split_parent(unit_name(body))
    if parent is not None or not _TOWNSHIP.search(unit):
        return parent, unit
    full = re.compile(
        rf"(?:^|[^\u3400-\u9fff\U00020000-\U0003ffff])([\u3400-\u9fff\U00020000-\U0003ffff]{{2,20}}?){re.escape(unit)}"
    )
    parents = set()
    for text in texts:
        for match in full.finditer(text):
            divisions = _PARENTS.match(match.group(1))
            if divisions and divisions.group(1) and not divisions.group(2):
                parents.add(divisions.group(1))
    parents = {p for p in parents if not re.search(r"^(?:全|我|本|各|按照|根据|在|由|经)", p)}
    return (parents.pop() if len(parents) == 1 else None), unit


def is_same_body(name: str, other: str) -> bool:
    """Tell whether two printed names can mean one body: equal units, or one the end of the other, misprints allowed."""
    first, second = (_REPEATED.sub(r"\1", split_parent(unit_name(n))[1]) for n in (name, other))
    return first in second or second in first
