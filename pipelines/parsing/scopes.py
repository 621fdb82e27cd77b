"""Descriptions of deliveries to staging frames: what a delivery says of itself, and the divisions that it claims to cover.

Belongs here: which division a code or name means. Reading the file stands in documents, counting what is missing in dbt.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from pipelines.documents.deliveries import Delivery
from pipelines.documents.descriptions import LEVELS, Description, ScopeEntry, find_description, read_description
from pipelines.documents.strict_yaml import InvalidDescription
from pipelines.gazetteer.divisions import load_divisions
from pipelines.parsing.findings import fill_finding
from pipelines.schemas.staging import staging_schema

_SHOWN = 3
# Codes of other registers end in zeros where the level ends: 220100 is the prefecture 2201, 220112105000 a township.
_PADDED = {6: (4, 2), 9: (6,), 12: (9, 6, 4, 2)}


def describe_delivery(delivery: Delivery, today: dt.date) -> dict[str, pl.DataFrame]:
    """Return the frames `deliveries`, `delivery_scopes` and `findings` of one delivery's description.

    A description that is wrong anywhere is one finding and claims nothing.
    """
    description, scopes, findings, status = Description(), list[dict[str, Any]](), list[dict[str, Any]](), "none"
    path = delivery.source_path(delivery.descriptions[0]) if delivery.descriptions else None
    try:
        file = find_description(delivery)
        if file is not None:
            description = read_description(file, today)
            scopes = [row for entry in description.scope for row in _scope_rows(entry)]
            status = "valid"
    except InvalidDescription as error:
        description, scopes, status = Description(), [], "invalid"
        findings.append(_finding(delivery, error))
    row = {
        "delivery": delivery.name,
        "description_path": path,
        "description_status": status,
        "collected_on": description.collected_on,
        "delivery_source": description.source,
        "licence": description.licence,
        "collector": description.collector,
    }
    numbered = [{"delivery": delivery.name, "scope_seq": n, **scope} for n, scope in enumerate(scopes, start=1)]
    rows = {"deliveries": [row], "delivery_scopes": numbered, "findings": findings}
    return {
        frame: pl.DataFrame(values, schema=staging_schema(frame), orient="row").with_columns(
            pl.lit(delivery.name).alias("delivery")
        )
        for frame, values in rows.items()
    }


def _finding(delivery: Delivery, error: InvalidDescription) -> dict[str, Any]:
    """All descriptions of a delivery are named by the first one's path."""
    path = delivery.source_path(delivery.descriptions[0])
    filled = fill_finding(
        {
            "rule_key": "delivery_description_invalid",
            "path": path,
            "key": error.key,
            "reason_zh": error.reason_zh,
            "reason_en": error.reason_en,
            "actual": error.key or None,
            "line_start": error.line,
            "line_end": error.line,
        }
    )
    return {"delivery": delivery.name, "source_path": path, "finding_seq": 1, **filled}


def _scope_rows(entry: ScopeEntry) -> list[dict[str, Any]]:
    code, level = find_division(entry.division, load_divisions(), f"{entry.key}.division", entry.line)
    for unit_level in entry.levels:
        if LEVELS.index(unit_level) < LEVELS.index(level):
            raise InvalidDescription(
                f"{entry.key}.levels",
                f"“{entry.division}”是 {level}，其下没有 {unit_level}",
                f"{entry.division} is a {level}, which has no {unit_level} in it",
                entry.line,
            )
    month, day = entry.deadline or (None, None)
    return [
        {
            "division_code": code,
            "unit_level": unit_level,
            "year_from": first,
            "year_to": last,
            "deadline_month": month,
            "deadline_day": day,
        }
        for unit_level in entry.levels
        for first, last in entry.years
    ]


def find_division(
    printed: str, divisions: pl.DataFrame, key: str = "division", line: int | None = None
) -> tuple[str, str]:
    """Return code and level of the one division that a code or a name means; a name that still stands goes first.

    Raises:
        InvalidDescription: no division is meant, or several are.
    """
    found = _by_code(printed, divisions) if printed.isascii() and printed.isdigit() else _by_name(printed, divisions)
    if found["division_code"].n_unique() > 1 and found["valid_to"].null_count():
        found = found.filter(pl.col("valid_to").is_null())
    codes = found.unique("division_code", maintain_order=True)
    if codes.height == 1:
        return codes["division_code"][0], codes["level"][0]
    if not codes.height:
        raise InvalidDescription(
            key,
            f"没有“{printed}”这个行政区划，请写代码或全称（如 长春市双阳区）",
            f"there is no division {printed!r}: write its code, or its name with those above it",
            line,
        )
    shown = "、".join(
        f"{name} ({code})" for code, name in codes.select("division_code", "full_name").head(_SHOWN).rows()
    )
    raise InvalidDescription(
        key,
        f"“{printed}”可指 {codes.height} 个行政区划：{shown} 等，请写代码",
        f"{printed!r} may be any of {codes.height} divisions ({shown} …): write the code",
        line,
    )


def _by_code(printed: str, divisions: pl.DataFrame) -> pl.DataFrame:
    shorter = (printed[:n] for n in _PADDED.get(len(printed), ()) if not printed[n:].strip("0"))
    for code in (printed, *shorter):
        found = divisions.filter(pl.col("division_code") == code)
        if found.height:
            return found
    return divisions.clear()


def _by_name(printed: str, divisions: pl.DataFrame) -> pl.DataFrame:
    """The name may leave out divisions at its beginning, but never a part of a name."""
    name = "".join(printed.split())
    found = divisions.filter(pl.col("full_name").str.ends_with(name))
    above = found["full_name"].str.head(-len(name)) if found.height else found["full_name"]
    whole = set(divisions.filter(pl.col("full_name").is_in(above.implode()))["full_name"]) | {""}
    return found.filter(above.is_in(sorted(whole)))
