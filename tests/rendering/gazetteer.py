"""The divisions as a printed name may mean them: which units carry a name, below which parents, in which year.

Belongs here: reading data/reference/divisions.csv and the forms in which names are printed. Nothing of it is shared with the
parser but the file.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CSV = Path(__file__).resolve().parents[2] / "data" / "reference" / "divisions.csv"
FIRST, LAST = 2015, 2023
UNPRINTED = re.compile(r"^(?:市辖区|县|.*直辖县级行政区划)$")
_NATIONS = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|柯尔克孜|土|达斡尔"
    "|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴"
    "|珞巴|基诺|各"
)
_NATION = "|".join(sorted(_NATIONS.split("|"), key=len, reverse=True))
_ETHNIC_TOWNSHIP = re.compile(rf"^(.{{2,}}?)(?:(?:{_NATION})族?)*(?:{_NATION})族(乡|镇|苏木)$")
_AUTONOMOUS = re.compile(rf"^(.{{2,}}?)(?:(?:{_NATION})族?)+自治(县|州|旗)$")


@dataclass(frozen=True)
class Division:
    """One code and name with the editions it stood in, both ends included."""

    code: str
    name: str
    first: int
    last: int
    pinyin: str
    successors: tuple[str, ...]

    @property
    def level(self) -> str:
        return {2: "province", 4: "prefecture", 6: "county", 9: "township"}[len(self.code)]

    def stands_in(self, year: int) -> bool:
        """Years outside the editions are read as the first or the last of them."""
        return self.first <= min(max(year, FIRST), LAST) <= self.last


def is_township(name: str) -> bool:
    """Whether a name is that of a town, a township or a subdistrict, not of a farm, a zone or a prison."""
    return name.endswith(("镇", "乡", "苏木", "街道", "街"))


def parent_codes(code: str) -> list[str]:
    """The codes above, from the province on."""
    return [code[:n] for n in (2, 4, 6) if n < len(code)]


def bare_name(name: str, above: frozenset[str]) -> str:
    """A name as it is printed: without the parents that some lists write into it, and without its office."""
    parents = [parent for parent in above if not UNPRINTED.match(parent)]
    while prefixes := [p for p in parents if name.startswith(p) and len(name) >= len(p) + 2]:
        name = name.removeprefix(max(prefixes, key=len))
    return re.sub(r"(?<=街道)(?:办事处|地区(?:办事处)?)$|(?<=[镇乡])(?:办事处|人民政府)$", "", name)


def short_forms(name: str) -> set[str]:
    """Other forms in which a name is printed: 街, 民族乡 and 自治县 without the nation, 乌镇 for 乌镇镇."""
    forms = set()
    if name.endswith("街道"):
        forms.add(name.removesuffix("道"))
    if name.endswith("镇镇"):
        forms.add(name.removesuffix("镇"))
    for pattern in (_ETHNIC_TOWNSHIP, _AUTONOMOUS):
        if match := pattern.match(name):
            forms.add(match[1] + match[2])
    return forms


class Gazetteer:
    """All divisions, by code and by every form of their names."""

    def __init__(self, rows: list[dict[str, str]]) -> None:
        self.divisions = [
            Division(
                row["division_code"],
                row["division_name"],
                int(row["valid_from"] or FIRST),
                int(row["valid_to"] or LAST),
                row["pinyin"],
                tuple(filter(None, row["successor_codes"].split(";"))),
            )
            for row in rows
        ]
        self.by_code: dict[str, list[Division]] = defaultdict(list)
        self.by_form: dict[str, list[Division]] = defaultdict(list)
        self._names: dict[str, frozenset[str]] = {}
        self._before: dict[str, list[Division]] = defaultdict(list)
        for division in self.divisions:
            self.by_code[division.code].append(division)
        for division in self.divisions:
            for form in self.forms(division):
                self.by_form[form].append(division)

    def names_of(self, code: str) -> frozenset[str]:
        """All names and short forms that a code has had."""
        if code not in self._names:
            names = {division.name for division in self.by_code[code]}
            self._names[code] = frozenset(names | {form for name in names for form in short_forms(name)})
        return self._names[code]

    def printed_name(self, division: Division) -> str:
        above = frozenset(name for code in parent_codes(division.code) for name in self.names_of(code))
        return bare_name(division.name, above)

    def forms(self, division: Division) -> set[str]:
        """Every form in which the division's own name may be printed."""
        name = self.printed_name(division)
        return {division.name, name} | short_forms(name)

    def parent(self, division: Division, digits: int) -> Division | None:
        """The division above at a level, as it was in the last year of the division; None where nobody prints it."""
        if digits >= len(division.code):
            return None
        for above in self.by_code[division.code[:digits]]:
            if above.first <= division.last <= above.last and not UNPRINTED.match(above.name):
                return above
        return None

    def candidates(self, form: str, parents: list[str], year: int | None = None) -> set[str]:
        """Codes of the divisions that a name may mean below all the parents that are printed, in a year or in any."""
        return {
            division.code
            for division in self.by_form.get(form, ())
            if (year is None or division.stands_in(year))
            and all(self.lies_below(division.code, parent) for parent in parents)
        }

    def lies_below(self, code: str, parent: str) -> bool:
        """Whether one of the codes above, in whatever period, has the name."""
        return any(parent in self.names_of(above) for above in parent_codes(code))

    def same_unit(self, division: Division) -> frozenset[str]:
        """The codes that a unit had before and after under its name, as when its county got another code.

        A township that became a town (谢庄乡, 谢庄镇) is the same unit; one that was merged into another is not. A division of
        the same name below is the same place (东莞市 and its only county 东莞市).
        """
        found, waiting = {division}, [division]
        while waiting:
            at = waiting.pop()
            linked = {other for code in at.successors for other in self.by_code[code]} | set(
                self._predecessors()[at.code]
            )
            new = {other for other in linked - found if self._continues(at, other)}
            found |= new
            waiting += new
        codes = {one.code for one in found}
        below = {other.code for one in found for other in self.by_form[one.name] if other.code.startswith(one.code)}
        above = {code for one in found for code in parent_codes(one.code) if one.name in self.names_of(code)}
        return frozenset(codes | below | above)

    def successors(self, division: Division) -> frozenset[str]:
        """The codes of the units that a unit went into, where it went into one alone, again and again."""
        found: set[str] = set()
        while len(division.successors) == 1 and division.successors[0] not in found:
            found.add(division.successors[0])
            division = self.by_code[division.successors[0]][-1]
        return frozenset(found)

    def _continues(self, one: Division, other: Division) -> bool:
        """The same name but for its level; or two counties that follow each other with no third one (盘县, 盘州市)."""
        before = {division.code for code in (one.code, other.code) for division in self._predecessors()[code]}
        is_renamed = len(one.code) == 6 and before <= {one.code, other.code}
        return self._stem(one) == self._stem(other) or is_renamed

    def _stem(self, division: Division) -> str:
        return re.sub(r"(?<=..)(?:镇|乡|街道|县|市|区)$", "", self.printed_name(division))

    def _predecessors(self) -> dict[str, list[Division]]:
        if not self._before:
            for division in self.divisions:
                for successor in division.successors:
                    self._before[successor].append(division)
        return self._before


@cache
def load_gazetteer() -> Gazetteer:
    """The gazetteer of the reference folder."""
    with CSV.open(encoding="utf-8", newline="") as stream:
        return Gazetteer(list(csv.DictReader(stream)))
