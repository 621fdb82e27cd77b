"""Names of provinces, prefectures and counties cut to what people say, and their pinyin.

Belongs here: the generic endings, names of peoples, readings that differ from the usual ones (pinyin_readings.csv).
Does not belong here: names of townships, which are never shortened.
"""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from pathlib import Path

from pypinyin import lazy_pinyin

READINGS_CSV = Path(__file__).parent / "pinyin_readings.csv"
_LONG_PEOPLES = "维吾尔|哈萨克|柯尔克孜|塔吉克|蒙古|锡伯"  # these may stand without 族
_PEOPLES = (
    "回|藏|苗|彝|壮|满|侗|瑶|白|土|黎|傣|畲|水|羌|怒|京|各|佤|布依|朝鲜|土家|哈尼|傈僳|高山|拉祜|东乡|纳西|景颇|达斡尔|仫佬|布朗|撒拉|毛南|"
    "仡佬|阿昌|普米|鄂温克|德昂|保安|裕固|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|俄罗斯|塔塔尔|乌孜别克"
)
_TRAILING_PEOPLES = re.compile(rf"(?<=..)(?:{_LONG_PEOPLES}|(?:{_LONG_PEOPLES}|{_PEOPLES})族)+$")
_AUTONOMOUS = re.compile(r"(?:自治区|自治州|自治县|自治旗)$")
_ENDING = re.compile(r"(?:特别行政区|省|市|地区|盟|新区|(?<=...)林区|特区|矿区|区|县|联合旗|旗)$")
_NO_PLACE = re.compile(r"市辖区|县|.*直辖县级行政.*|.*(?:委员会|管委会|群岛|海域|新城)")
# What would remain says nothing (市中区 is "inside the city") or is another county's (井陉县 lies beside 井陉矿区).
_SENSELESS = {"市中区", "城中区", "井陉矿区"}
_ZONE_CODES = range(71, 80)


def shorten_name(code: str, name: str) -> str:
    """The name without its generic ending; empty for townships and zones and where less than two characters remain."""
    is_zone = len(code) == 6 and int(code[4:]) in _ZONE_CODES
    if len(code) > 6 or is_zone or name in _SENSELESS or _NO_PLACE.fullmatch(name):
        return ""
    bare = _AUTONOMOUS.sub("", name)
    if bare == name:
        bare = _ENDING.sub("", name)
        # 清新区 and 神农架林区 end alike in writing only: where one character would remain, only 区 is the ending.
        bare = name.removesuffix("区") if len(bare) < 2 else bare
    short = _TRAILING_PEOPLES.sub("", bare)
    if short == bare and bare != name and len(bare) > 2:
        short = bare.removesuffix("族")
    return "" if len(short) < 2 or short in {name, "城区", "郊区", "矿区"} or (name[1:] == "区") else short


@lru_cache(maxsize=1)
def _readings() -> tuple[dict[str, str], dict[str, str]]:
    """Readings of whole names, and of single characters as they are read in names of places."""
    with READINGS_CSV.open(encoding="utf-8", newline="") as file:
        rows = [(row["characters"], row["pinyin"]) for row in csv.DictReader(file)]
    return {key: value for key, value in rows if len(key) > 1}, {key: value for key, value in rows if len(key) == 1}


def spell_name(short_name: str) -> str:
    """Pinyin without tones and spaces (ü is v), in the reading that the place has."""
    names, characters = _readings()
    if short_name in names or not short_name:
        return names.get(short_name, "")
    usual = lazy_pinyin(short_name)
    return "".join(characters.get(character, sound) for character, sound in zip(short_name, usual, strict=True))
