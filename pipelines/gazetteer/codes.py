"""Codes and addresses that tell a place: the domain of a page, credit codes, telephone area codes, postcodes.

Belongs here: from such a code to divisions. Where they stand in a document is told by the parser.
"""

from __future__ import annotations

import re
from functools import cache
from urllib.parse import urlsplit

import polars as pl
from stdnum.cn import uscc

from pipelines.gazetteer.divisions import load_divisions
from pipelines.gazetteer.index import NONE, Codes, load_gazetteer
from pipelines.settings import REFERENCE_DIR

# Registering office (0-9, A-Y without I, O, S, V, Z), kind, six digits of the division, nine of the body, check character.
CREDIT_CODE = re.compile(r"(?<![0-9A-Za-z])([1-9ANY][0-9A-HJ-NPQRTUWXY]\d{6}[0-9A-HJ-NPQRTUWXY]{10})(?![0-9A-Za-z])")
_NOT_A_PLACE = frozenset({"www", "gov", "cn", "com", "org", "net", "zwgk", "xxgk", "zfxxgk", "wap", "m", "new"})
_ENDING = re.compile(r"(?:qu|xian|shi|qi|zhou|meng)$")
_MIN_PINYIN = 4
_MAX_INITIALS = 4
_MIN_BEHIND = 6


@cache
def read_domain(url: str) -> tuple[str, Codes]:
    """Return the host of a page and the divisions whose name its labels spell in pinyin; only of a government's domain.

    Labels are looked at from the left, so that xindian.shuangyang.gov.cn tells the lowest division that it spells.
    """
    host = (urlsplit(url if "//" in url else f"//{url}").hostname or "").lower()
    if not host.endswith(".gov.cn"):
        return host, NONE
    spelled = load_gazetteer().by_pinyin
    for label in host.removesuffix(".gov.cn").split("."):
        if len(label) < _MIN_PINYIN or label in _NOT_A_PLACE:
            continue
        if codes := spelled.get(label) or spelled.get(_ENDING.sub("", label)) or _behind_initials(label):
            return host, _with_successors(codes)
    return host, NONE


def _behind_initials(label: str) -> Codes:
    """Divisions whose pinyin stands behind some initials of the division above (dlweishan: 大理, 巍山)."""
    spelled = load_gazetteer().by_pinyin
    ends = (label[start:] for start in range(2, min(_MAX_INITIALS, len(label) - _MIN_BEHIND) + 1))
    return next((spelled[end] for end in ends if end in spelled), NONE)


def read_credit_code(code: str) -> Codes:
    """Return the division of a unified social credit code (GB 32100); none where its check character is wrong.

    00 at the end stands for the prefecture or province itself.
    """
    if not uscc.is_valid(code):
        return NONE
    digits = code[2:8]
    division = re.sub(r"(?:00)+$", "", digits)
    return _with_successors(frozenset({division})) if division in load_gazetteer().names else NONE


def _with_successors(codes: Codes) -> Codes:
    """Return the codes with those that took their place: bodies keep the codes and sites of counties that ended."""
    return codes.union(*(_successors().get(code, NONE) for code in codes))


@cache
def _successors() -> dict[str, Codes]:
    rows = load_divisions().filter(pl.col("successor_codes").is_not_null()).select("division_code", "successor_codes")
    named = rows.with_columns(pl.col("successor_codes").str.split(";")).explode("successor_codes")
    return {
        code: frozenset(heirs) for code, heirs in named.group_by("division_code").agg("successor_codes").iter_rows()
    }


def read_area_code(area_code: str) -> Codes:
    """Return the divisions that a telephone area code (0431) serves."""
    return _table("area_codes", "area_code").get(area_code, NONE)


def read_postcode(postcode: str) -> Codes:
    """Return the divisions that the beginning of a postcode belongs to, by its longest beginning that is known."""
    known = _table("postcodes", "prefix")
    return next((known[postcode[:n]] for n in range(len(postcode), 1, -1) if postcode[:n] in known), NONE)


@cache
def _table(name: str, key: str) -> dict[str, Codes]:
    path = REFERENCE_DIR / f"{name}.csv"
    if not path.is_file():
        return {}
    rows = pl.read_csv(path, infer_schema=False).group_by(key).agg("division_code")
    return {code: frozenset(divisions) for code, divisions in rows.iter_rows()}
