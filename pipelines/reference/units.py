"""The code of today of every division that ever had a name: whose reports join those of which division.

Belongs here: one rule, read by the resolver and by dbt from divisions.csv. What became of a division stands in `successors`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

Row = Mapping[str, str | None]

_KIND = re.compile(r"(?:镇|乡|街道|苏木|区|县|市|旗)$")
_BRACKETS = re.compile(r"[（(][^（()）]*[）)]")
_STANDS = 9999


def find_unit_codes(rows: Sequence[Row]) -> list[str]:
    """Return, for each row of divisions.csv, the code of today of the same place.

    It is the successor that carries the same name, or the one that took its place alone with the same stem (谢庄乡 that
    became 谢庄镇). A division that went into an older one, or together with others into a new one of another name, keeps
    the code that it had.
    """
    standing = {_code(row): _bare(row) for row in rows if row["valid_to"] is None}
    begun: dict[str, int] = {}
    before: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        begun[_code(row)] = min(begun.get(_code(row), _STANDS), _year(row, "valid_from", 0))
        successors = _successors(row)
        if row["valid_to"] is not None and len(successors) == 1:
            before[successors[0]].append(row)
    return [_unit_code(row, standing, begun, before) for row in rows]


def _unit_code(row: Row, standing: dict[str, str], begun: dict[str, int], before: dict[str, list[Row]]) -> str:
    if row["valid_to"] is None:
        return _code(row)
    successors = _successors(row)
    for code in successors:
        if standing.get(code) == _bare(row):
            return code
    if len(successors) != 1:
        return _code(row)
    (successor,) = successors
    line = sorted(before[successor], key=lambda old: _year(old, "valid_to", _STANDS))
    is_new = begun[successor] > _year(row, "valid_to", _STANDS)
    alone = all(
        _year(later, "valid_from", 0) > _year(earlier, "valid_to", _STANDS) for earlier, later in pairwise(line)
    )
    is_same = _KIND.sub("", _bare(row)) == _KIND.sub("", standing.get(successor, ""))
    return successor if is_new and alone and is_same else _code(row)


def _code(row: Row) -> str:
    return row["division_code"] or ""


def _bare(row: Row) -> str:
    """The name without the office that older editions print, and without words in brackets: 东华门街道办事处, 三星镇（…园区）."""
    return _BRACKETS.sub("", row["division_name"] or "").removesuffix("办事处")


def _successors(row: Row) -> list[str]:
    return (row["successor_codes"] or "").split(";") if row["successor_codes"] else []


def _year(row: Row, column: str, missing: int) -> int:
    return int(row[column] or missing)
