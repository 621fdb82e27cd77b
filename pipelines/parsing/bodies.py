"""The body that a report's own text names: who presents it, who signs it, whose name its prose repeats.

Belongs here: names in sentences and signatures. 我镇, 本镇 and 全镇 name nobody.
"""

from __future__ import annotations

import re
from collections import Counter

from pipelines.forms.caches import cache_short
from pipelines.gazetteer.index import load_gazetteer
from pipelines.gazetteer.reading import Reading, read_name
from pipelines.parsing.advertising import drop_advertising
from pipelines.parsing.names import BODY_END, clean_body, is_whole_name, unit_name
from pipelines.parsing.periods import DATE, YEAR
from pipelines.parsing.titles import Line, compact, read_title, title_body

_NAME = r"([\u3400-\u9fff\U00020000-\U0003ffff]{2,24}?)"
_PRESENTED = re.compile(
    rf"(?:现[将就]|现(?:向社会)?(?:公布|发布)|特?向社会公布|编制(?:并公布)?(?:了)?|形成(?:了)?|总结|汇总|反映|介绍)[《“]?(?:{YEAR}度?)?"
    rf"{_NAME}(?=20\d\d年|二[〇○零]|政府信息公开|政务公开|信息公开工作)"
)
_COMPILED = re.compile(
    r"由([\u3400-\u9fff\U00020000-\U0003ffff]{2,24}?)(?:党政(?:综合)?办(?:公室)?|办公室)?(?:负责)?(?:编制|编写|根据|按照|依据)"
)
_COMPILING = re.compile(
    r"^([\u3400-\u9fff\U00020000-\U0003ffff]{2,24}?)(?:依照|按照|根据|依据)[^。]{0,60}?(?:编制|编写|形成|撰写)"
)
# Each with characters one of which every match of it holds.
_PRESENTING = (
    (re.compile("[现布编形总汇反介]"), _PRESENTED),
    (re.compile("由"), _COMPILED),
    (re.compile("[照据]"), _COMPILING),
)
_ENDS_NAME = re.compile(rf"(?:{BODY_END})$")
_QUOTED = re.compile(r"《[^》]*》")
_QUOTED_TITLE = re.compile(r"(?:编制|编写|形成|公布|发布|起草)[^《]{0,12}《([^《》]*)》")
_OFFICE = re.compile(r"人民政府|办事处|镇政府|乡政府|局|委员会|管委会|中心|厅")
# The site of a government that is named is not who writes.
_ITS_SITE = re.compile(r"的?(?:政务)?(?:门户|网|公报|信息网|公众|办公厅|印发|关于|街道|[一-鿿]{1,6}街道办)")
_CALLED = re.compile("联系|咨询|受理|编制|编写|由")
_HAN_END = re.compile(r"[一-鿿]+$")
_MAX_NAME = 30
_MAX_LINE = 600
# Units of these names are there, but in a sentence they are common words.
_NO_UNITS = ("街道", "城区", "农场", "林场", "城南", "新镇", "城镇", "乡镇", "村镇", "集镇", "小镇")
_DEPARTMENT = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]{1,11}(?:局|委员会|中心|厅)")
_NOBODY = re.compile(
    r"^[我本全各该](?:局|办|委|厅|院|校|所|站|中心|单位|机关|部门|地区|省|旗)|[我本全各该](?:镇|乡|街道|县|区|市)"
)
_SIGNED = re.compile(rf"([\u3400-\u9fff\U00020000-\U0003ffff（）()]+?(?:{BODY_END}))(?:\|*{DATE})?")
_DATE_BEHIND = re.compile(rf"\|*{DATE}$")
_CLAUSE_NAME = re.compile(
    r"(?:^|[，。；：、“”《\s])([\u3400-\u9fff\U00020000-\U0003ffff]{1,8}?(?:镇|乡|街道|苏木))(人民政府|办事处)?(?![镇乡])"
)
_NO_TOWNSHIP = re.compile(
    r"[我本全各该城乡村小集]镇$|[我本全各该城村]乡$|[我本全各该]街道$|^[对在为和及与由向以将从到于]|乡镇$|镇街道$"
)


def presented_body(lines: list[Line]) -> tuple[str, int] | None:
    """`现将太平镇人民政府2020年…报告如下`, `由太平镇人民政府编制`: the body and its line; 我镇 and the like name none."""
    return next(((name, number) for number, text in lines if (name := _presented_in(text)) is not None), None)


@cache_short(maxsize=20_000)
def _presented_in(text: str) -> str | None:
    words, _ = drop_advertising(compact(text))
    for quoted in _QUOTED_TITLE.findall(words) if "《" in words else ():
        name = title_body(quoted)
        if read_title(quoted) and is_whole_name(name) and not _NOBODY.search(name):
            return name
    for sign, pattern in _PRESENTING:
        match = pattern.search(words) if sign.search(words) else None
        if match is None:
            continue
        name = clean_body(match.groups()[-1])
        if not _NOBODY.search(name) and (_ENDS_NAME.search(name) or read_name(name).kind == "government"):
            return name
    return None


def addressed_body(lines: list[Line]) -> tuple[str, int] | None:
    """The one body that the opening lines name with its office, as who writes or whom to call; none where they name more.

    Only names that the gazetteer knows, within the divisions printed before them: 硚口区荣华街道办事处.
    """
    found: dict[str, tuple[str, int]] = {}
    called: dict[str, tuple[str, int]] = {}
    for number, text in lines:
        words, _ = drop_advertising(_QUOTED.sub("，", compact(text))[:_MAX_LINE])
        for match in _OFFICE.finditer(words):
            if _ITS_SITE.match(words, match.end()):
                continue
            named = _read_before(words[max(match.end() - _MAX_NAME, 0) : match.end()])
            if named is None:
                continue
            name, reading = named
            found.setdefault(reading.unit_name, (name, number))
            if _CALLED.search(words, 0, match.start()):
                called.setdefault(reading.unit_name, (name, number))
    for bodies in (found, called):
        if len(bodies) == 1:
            return next(iter(bodies.values()))
    return None


def _read_before(words: str) -> tuple[str, Reading] | None:
    """The longest end of some words that is a township's government or a department of a division."""
    known = load_gazetteer().lengths
    start = _HAN_END.search(words)
    for place in range(start.start() if start else len(words), len(words) - 2):
        if words[place : place + 2] in known:
            reading = read_name(words[place:])
            is_unit = reading.kind == "government" and reading.steps[-1].is_unit and reading.unit_name not in _NO_UNITS
            is_department = reading.is_department and _DEPARTMENT.fullmatch(reading.rest) is not None
            if (is_unit or is_department) and not any(step.is_short for step in reading.steps):
                return (words[place:].removesuffix("政府") if reading.rest == "政府" else words[place:]), reading
    return None


def signed_body(lines: list[Line]) -> tuple[str, int] | None:
    """A short line that is a body's name, with or without the date, among the last lines."""
    return next(((name, number) for number, text in reversed(lines) if (name := _signed_in(text)) is not None), None)


@cache_short(maxsize=20_000)
def _signed_in(text: str) -> str | None:
    words = compact(text)
    if not 3 <= len(words) <= 40:
        return None
    if (match := _SIGNED.fullmatch(words)) and not _NOBODY.search(match.group(1)):
        name = clean_body(match.group(1))
        if 3 <= len(name) <= 25:
            return name
    return name if read_name(name := _DATE_BEHIND.sub("", words)).kind == "government" else None


def prose_body(lines: list[Line]) -> tuple[str, int] | None:
    """The one township that clauses begin with more than once; nothing where there are two such names or none."""
    counted: Counter[str] = Counter()
    printed: dict[str, Counter[str]] = {}
    first_line: dict[str, int] = {}
    for number, text in lines:
        if "镇" not in text and "乡" not in text and "街道" not in text and "苏木" not in text:
            continue
        for match in _CLAUSE_NAME.finditer(text):
            name = unit_name(match.group(1))
            if _NO_TOWNSHIP.search(name):
                continue
            counted[name] += 1
            printed.setdefault(name, Counter())[match.group(1) + (match.group(2) or "")] += 1
            first_line.setdefault(name, number)
    repeated = [name for name, n in counted.items() if n > 1]
    if len(repeated) != 1:
        return None
    forms = printed[repeated[0]]
    return (next(iter(forms)) if len(forms) == 1 else repeated[0]), first_line[repeated[0]]
