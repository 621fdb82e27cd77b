"""The body that a report's own text names: who presents it, who signs it, whose name its prose repeats.

Belongs here: names in sentences and signatures. 我镇, 本镇 and 全镇 name nobody.
"""

from __future__ import annotations

import re
from collections import Counter

from pipelines.parsing.names import BODY_END, clean_body, unit_name
from pipelines.parsing.periods import DATE, YEAR
from pipelines.parsing.titles import Line, compact

_NAME = r"([\u4e00-\u9fff]{2,24}?)"
_PRESENTED = re.compile(
    rf"(?:现[将就]|现(?:向社会)?(?:公布|发布)|特?向社会公布|编制(?:并公布)?(?:了)?|形成(?:了)?)[《“]?(?:{YEAR}度?)?"
    rf"{_NAME}(?=20\d\d年|二[〇○零]|政府信息公开|政务公开|信息公开工作)"
)
_COMPILED = re.compile(
    r"由([\u4e00-\u9fff]{2,20}?(?:人民政府|街道办事处|镇政府|乡政府))(?:党政(?:综合)?办(?:公室)?|办公室)?(?:负责)?(?:编制|根据|按照|依据)"
)
_ENDS_NAME = re.compile(rf"(?:{BODY_END})$")
_NOBODY = re.compile(r"^[我本全各该]|[我本全各该](?:镇|乡|街道|县|区|市)")
_SIGNED = re.compile(rf"([\u4e00-\u9fff（）()]+?(?:{BODY_END}))(?:\|*{DATE})?")
_CLAUSE_NAME = re.compile(
    r"(?:^|[，。；：、“”《\s])([\u4e00-\u9fff]{1,8}?(?:镇|乡|街道|苏木))(人民政府|办事处)?(?![镇乡])"
)
_NO_TOWNSHIP = re.compile(
    r"[我本全各该城乡村小集]镇$|[我本全各该城村]乡$|[我本全各该]街道$|^[对在为和及与由向以将从到于]|乡镇$|镇街道$"
)


def presented_body(lines: list[Line]) -> tuple[str, int] | None:
    """`现将太平镇人民政府2020年…报告如下`, `由太平镇人民政府编制`: the body and its line; 我镇 and the like name none."""
    for number, text in lines:
        words = compact(text)
        for pattern in (_PRESENTED, _COMPILED):
            match = pattern.search(words)
            if match is None:
                continue
            name = clean_body(match.groups()[-1])
            if _ENDS_NAME.search(name) and not _NOBODY.search(name):
                return name, number
    return None


def signed_body(lines: list[Line]) -> tuple[str, int] | None:
    """A short line that is a body's name, with or without the date, among the last lines."""
    for number, text in reversed(lines):
        words = compact(text)
        if 3 <= len(words) <= 40 and (match := _SIGNED.fullmatch(words)) and not _NOBODY.search(match.group(1)):
            name = clean_body(match.group(1))
            if 3 <= len(name) <= 25:
                return name, number
    return None


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
