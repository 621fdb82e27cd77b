"""The words of a division's name as they are printed: shortened, with another ending, with its office.

Belongs here: forms of one name. Which division carries a name is told by `index`.
"""

from __future__ import annotations

import re
from functools import cache

from pipelines.forms.dictionary import load_seed

_BRACKETS = re.compile(r"[（(][^（()）]*[）)]")
TOWNSHIP = re.compile(r"(?:镇|乡|街道|街|苏木|区公所|街道办|街办)$")
BODY_NAME = re.compile(
    r"(?:局|委|委员会|办公室|厅|署|中心|处|室|院|校|学|站|所|集团|公司|会|部|队|园|馆|团|庭|社|库|支行|银行|台|政府|办|科|组)[）)]?$"
)
_AUTONOMOUS = re.compile(r"(自治州|自治县|自治旗|自治区|地区|州|县|旗|区|盟|市|省)$")


@cache
def office_endings() -> dict[str, str]:
    """Return ending -> level of the offices that govern a division, the longest first; level `township` or `any`."""
    seed = load_seed("body_offices")
    return dict(sorted(zip(seed["ending"], seed["level"], strict=True), key=lambda row: -len(row[0])))


@cache
def _peoples() -> re.Pattern[str]:
    """The peoples in the name of an autonomous division or a 民族乡, with or without 族."""
    names = "|".join(sorted(load_seed("peoples")["people"], key=len, reverse=True))
    return re.compile(rf"(?<=..)(?:(?:{names})族)+(?:(?:{names})族?)*(?=自治|[乡镇]$|$)|(?<=..)(?:{names})(?=自治)")


def printed_forms(name: str) -> list[str]:
    """Return the forms other than the name itself under which a township-level unit is printed.

    街 and 街道办 stand for 街道, words in brackets and the peoples of a 民族乡 or 民族镇 are left out, an office is not part of it.
    """
    bare = _BRACKETS.sub("", name)
    base = re.sub(r"(?:人民政府|办事处|管理委员会|管委会)$", "", bare)
    forms = [bare, base]
    if base.endswith("街道"):
        stem = base.removesuffix("街道")
        forms += [stem + "街", stem + "街道办", stem + "街办"]
    if base.endswith(("乡", "镇")):
        forms.append(_peoples().sub("", base))
    if base.endswith("镇镇"):
        forms.append(base.removesuffix("镇"))
    if bare.endswith("办事处"):
        forms.append(base + "街道")
    return [form for form in dict.fromkeys(forms) if len(form) >= 2 and form != name]


def shortened_forms(name: str, short_name: str) -> list[str]:
    """Return the forms of a division above the townships that keep its kind: 恩施州, 大厂县, 前郭尔罗斯县."""
    ending = _AUTONOMOUS.search(name)
    if ending is None or not ending.group(1).startswith("自治"):
        return []
    return [short_name + name[-1]]
