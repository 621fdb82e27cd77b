"""What a capable user writes over the tables of any extractor: labels to cells of the form, by row and column text.

Belongs here: the same mapping for every tool that gives tables, with the form's own labels, our aliases, fuzzy labels and every
spelling of a figure. It imports nothing of the warehouse, since it runs where the other tools are installed.
"""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import opencc

Key = tuple[str, str, str]
Grid = Sequence[Sequence[str]]

_SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
_EDITIONS = ("F2019", "F2021")
_NUMBERING = re.compile(r"^(?:[(〔][一二三四五六七八九\d]+[)〕]|[一二三四五六七八九\d]+(?=[、.])|[㈠-㈩])?[、.]?")
_NOTE = re.compile(r"(?<=.)[(〔\[].*?[)〕\]]$")
_FIGURE = re.compile(r"([+-]?)(增加|减少|增|减)?([+-]?\d+(?:\.\d+)?)(?:件|项|条|个|元|万元)?")
_FUZZY_FROM, _FUZZY = 5, 0.8
_APPLICANTS, _DISPUTES = 7, 15


def map_tables(tables: Iterable[Grid]) -> dict[Key, float]:
    """Return the figure of each cell that could be placed; what is blank, words or a mark gives none."""
    found: dict[Key, float] = {}
    # A table that lays out the page holds the others: what they say themselves is better.
    for grid in sorted(tables, key=lambda grid: -sum(len(row) for row in grid)):
        for key, text in [*_map_second(grid), *_map_third(grid), *_map_fourth(grid)]:
            value = read_figure(text)
            if value is None:
                found.pop(key, None)
            else:
                found[key] = value
    return found


def read_figure(text: str) -> float | None:
    """Return the figure of a cell, None for a blank, a mark or words."""
    plain = re.sub(r"[\s,，]", "", unicodedata.normalize("NFKC", text)).replace("－", "-")
    if plain in ("零", "无", "〇"):
        return 0.0
    match = _FIGURE.fullmatch(plain)
    if match is None:
        return None
    value = float(match[1] + match[3]) if not match[3].startswith(("+", "-")) else float(match[3])
    return -abs(value) if (match[2] or "").startswith("减") else value


def plain_label(text: str) -> str:
    """A label in simplified script, without spaces, numbering, notes and full-width forms."""
    squeezed = re.sub(r"\s", "", unicodedata.normalize("NFKC", _simplified().convert(text)))
    return _NOTE.sub("", _NUMBERING.sub("", squeezed, count=1))


@cache
def _simplified() -> Any:
    return opencc.OpenCC("t2s")


@cache
def _labels(table: str, kind: str) -> dict[str, str]:
    """Plain label -> key of the rows or columns of a table, in both editions, with the aliases that were collected."""
    found: dict[str, str] = {}
    for file, label_of, key_of in (
        (f"form_{kind}s", f"{kind}_label", f"{kind}_key"),
        ("label_aliases", "alias", "label_key"),
    ):
        with (_SEEDS / f"{file}.csv").open(encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                is_ours = row["form_version"] in _EDITIONS and row["table_key"] == table
                is_heading = row.get("row_kind") == "heading"
                if is_ours and not is_heading and row.get("label_kind", kind) == kind:
                    found.setdefault(plain_label(row[label_of]), row[key_of])
    return found


@cache
def _key_of(table: str, kind: str, text: str) -> str | None:
    label, known = plain_label(text), _labels(table, kind)
    if label in known:
        return known[label]
    long = [name for name in known if len(name) >= _FUZZY_FROM]
    near = difflib.get_close_matches(label, long, 1, _FUZZY) if len(label) >= _FUZZY_FROM else []
    return known[near[0]] if near else None


def _map_second(grid: Grid) -> list[tuple[Key, str]]:
    """Table two: the column labels stand in a row above, each at the place of its figures."""
    found: list[tuple[Key, str]] = []
    places: dict[str, int] = {}
    for row in grid:
        row_key = next((key for cell in row[:1] if (key := _key_of("t2", "row", cell))), None)
        if row_key is not None:
            found += [(("t2", row_key, column), row[at]) for column, at in places.items() if at < len(row)]
            continue
        columns = [(_key_of("t2", "column", cell), at) for at, cell in enumerate(row) if at and cell.strip()]
        if any(column for column, _ in columns):
            places = {}
            for column, at in columns:
                if column is not None:
                    places.setdefault(column, at)
    return found


def _map_third(grid: Grid) -> list[tuple[Key, str]]:
    """Table three: a label of the form, and behind it the last seven cells of the row, if there are as many."""
    columns = _columns("t3", "applications")
    found: list[tuple[Key, str]] = []
    for row in grid:
        if "复议" in _simplified().convert("".join(row)):  # table four has totals, too
            break
        labelled = [(at, key) for at, cell in enumerate(row) if (key := _key_of("t3", "row", cell))]
        if labelled and len(row) - labelled[-1][0] > _APPLICANTS:
            key = labelled[-1][1]
            found += [(("t3", key, column), text) for column, text in zip(columns, row[-_APPLICANTS:], strict=True)]
    return found


def _map_fourth(grid: Grid) -> list[tuple[Key, str]]:
    """Table four: the row of fifteen cells below the headers that speak of reviews and lawsuits."""
    columns = _columns("t4", "disputes")
    is_below = False
    for row in grid:
        words = _simplified().convert("".join(row))
        if "复议" in words or "诉讼" in words:
            is_below = True
        elif is_below and "总计" not in words and "结果" not in words and len(row) >= _DISPUTES:
            return [(("t4", "cases", column), text) for column, text in zip(columns, row, strict=False)]
    return []


@cache
def _columns(table: str, block: str) -> list[str]:
    with (_SEEDS / "form_columns.csv").open(encoding="utf-8") as stream:
        rows = [r for r in csv.DictReader(stream) if (r["form_version"], r["table_key"]) == ("F2019", table)]
    return [row["column_key"] for row in rows if row["block_key"] == block]
