"""The title of a report among the lines above its text, and the body that the title names.

Belongs here: title patterns. Which other words of the page name the body is told in `headers`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.forms.caches import cache_short
from pipelines.gazetteer.reading import read_name
from pipelines.parsing.advertising import drop_advertising
from pipelines.parsing.names import cut_foreign_words, is_whole_name
from pipelines.parsing.periods import YEAR, title_year

Line = tuple[int, str]

_SPACE = re.compile(r"[\s\u3000\u00a0\u200b\ufeff]+")
_OPEN = r"(?:政府|政务|机关)?(?:信息(?:(?:与|和|及)政务)?(?:主动)?公开|政务公开)"
_REPORT = re.compile(rf"{_OPEN}.{{0,14}}?(?:报告|年报)[》”]?(?:[（(][^（()）]{{1,12}}[)）])?[》”]?$")
# Every match of `_REPORT` ends with one of these.
_ENDS_REPORT = frozenset("告报》”）)")
_CUT = re.compile(rf"(?:关于|[（(]?(?:19|20)\d\d|二[〇○零0]|{_OPEN}|20\d(?!\d))")
_BROKEN_OFF = re.compile(r"[-_—|｜－]+(?!\d).*$")
# A page may run the first heading into the title.
_HEADING_BEHIND = re.compile(
    r"(?<=报告|年报)(?:[一1][、.．]|引言|前言|概述|(?:发布|发文|成文|公开)?(?:日期|时间)[：:]|来源|索引).*$"
)
_CAPTION = re.compile(r"^(?:(?:标题|信息名称|文件名称|题名)[：:|]?|(?:名称|主题)[：:|])")
_PUBLICATION = re.compile(
    r"(?:(?:发布|公布|发文|成文|更新|生成|印发|公开)?(?:日期|时间)|来源|信息来源|索引号|文号|字号|字体|发布机构|公开主体)[：:]"
)
_BEHIND = re.compile(r"(.*?(?:报告|年报))(.+)")
_CRUMBS = re.compile(r"[>＞»›→]|当前位置|您(?:当前)?(?:所在|的)?位置|首页")
_MARKS = re.compile(r"^[#*＃\s]+|\*+$")
_SENTENCE = re.compile(r"[。；;！!？]")
_LISTED = re.compile(r"(?:上一篇|下一篇|附件|附表|相关|下载|上级|查看)")
_BRACKETED_YEAR = re.compile(r"[（(].{4,12}[)）]")
_YEAR = re.compile(YEAR)
_OPEN_WORDS = ("政府", "信息", "政务", "年度", "度政", "度信")
_ISSUED_FIRST = re.compile(r"^[《〈“\"]*(?:附件\d*[:：]?)?(?:关于)?(?:印发|公布|发布)?[《〈“\"]*")
_YEAR_FIRST = re.compile(r"^[（(\[〔]?" + YEAR + r"度?[）)\]〕]?")
_MAX_TITLE = 80
_MAX_LINES = 4


@dataclass(frozen=True, slots=True)
class Title:
    """A title with the lines it stands on."""

    text: str
    line_start: int
    line_end: int

    @property
    def body(self) -> str:
        """The words that name the body."""
        return title_body(self.text)


@cache_short(maxsize=20_000)
def compact(text: str) -> str:
    """Return a text without any space."""
    return _SPACE.sub("", text)


def find_title(lines: list[Line]) -> Title | None:
    """Return the first run of lines that is a title with a year and a body; else with one of them; else the first.

    Of runs with the same end it is the shortest that names a whole body: a site's name above is no part of the
    title, the first half of a broken title is.
    """
    found = [title for title in _candidates(lines) if _is_report(title.text) and not _LISTED.match(title.text)]
    if not found:
        return None
    dated = [t for t in found if title_year(t.text)]
    chosen = (
        [t for t in dated if is_whole_name(t.body)]
        or [t for t in found if is_whole_name(t.body)]
        or dated
        # 政府信息公开年报 alone is the name of a column of the site.
        or [t for t in found if t.text.endswith("年度报告")]
    )
    if not chosen:
        return None
    end = min(title.line_end for title in chosen)
    title = min((t for t in chosen if t.line_end == end), key=lambda t: (len(t.text), t.line_start))
    if not title_year(title.text):
        # A year in brackets may stand on the line below.
        for longer in found:
            if longer.line_start == title.line_start and _BRACKETED_YEAR.fullmatch(longer.text[len(title.text) :]):
                title = longer
                break
    title = _with_parents(title, found)
    return Title(_undouble(title.text.strip("《》“”")), title.line_start, title.line_end)


def _is_report(text: str) -> bool:
    return text[-1:] in _ENDS_REPORT and _REPORT.search(text) is not None


def _with_parents(title: Title, found: list[Title]) -> Title:
    """The title with the lines above it that are nothing but the divisions that its body lies in."""
    longer = [t for t in found if t.line_end == title.line_end and len(t.text) > len(title.text)]
    for other in sorted(longer, key=lambda t: -len(t.text)):
        above = other.text.removesuffix(title.text)
        reading = read_name(title_body(other.text))
        if reading.kind == "government" and reading.printed_parent == above:
            return other
    return title


def read_title(text: str | None) -> str | None:
    """Return a record's own title where it is the title of an annual report."""
    words = _clean_line(text or "")
    return _undouble(words) if words and _REPORT.search(words) and len(words) <= _MAX_TITLE else None


def title_body(title: str) -> str:
    """Return the words of a title that name the body: before the year and 信息公开, or between the two."""
    return _cut_title(title)[0]


def foreign_words(title: str) -> str:
    """Return the words of a title that stand round the body's name and belong to no name, such as advertising."""
    return drop_advertising(title)[1] or _cut_title(title)[1]


@cache_short(maxsize=20_000)
def _cut_title(title: str) -> tuple[str, str]:
    return cut_foreign_words(_words_of_body(title))


def _words_of_body(title: str) -> str:
    left, advertising = drop_advertising(title)
    if advertising:
        # What stands before a dot is the advertiser's; so are words before the year that name no place.
        title = left.rpartition("·")[2]
        year = _YEAR.search(title)
        if year and read_name(title[: year.start()]).kind == "no_place" and title[year.end() :][:2] not in _OPEN_WORDS:
            title = title[year.start() :]
    words = _YEAR_FIRST.sub("", _ISSUED_FIRST.sub("", title))
    cut = _CUT.search(words)
    body = words[: cut.start()] if cut else words
    rest = words[cut.start() :] if cut else ""
    # …人民政府信息公开: the 政府 serves twice.
    if body.endswith("人民") and rest.startswith("政府信息公开"):
        body += "政府"
    return body.strip("（(《〈 的")


def _candidates(lines: list[Line]) -> Iterator[Title]:
    cleaned = [(number, _clean_line(text)) for number, text in lines]
    for first in range(len(cleaned)):
        joined = ""
        for last in range(first, min(first + _MAX_LINES, len(cleaned))):
            number, text = cleaned[last]
            if not text or len(joined) + len(text) > _MAX_TITLE:
                break
            joined += text
            yield Title(joined, cleaned[first][0], number)


@cache_short(maxsize=20_000)
def _clean_line(text: str) -> str:
    """The words of one line as a part of a title; an empty text for a line that is none."""
    words = _CAPTION.sub("", _MARKS.sub("", compact(text)).strip("|"))
    if _CRUMBS.search(words) or _SENTENCE.search(words) or len(words) > 2 * _MAX_TITLE or words.count("|") > 1:
        return ""
    if _PUBLICATION.match(words):
        return ""
    behind = _BEHIND.fullmatch(words)
    if behind and drop_advertising(behind.group(2))[1]:
        words = behind.group(1)
    shortened = _HEADING_BEHIND.sub("", _BROKEN_OFF.sub("", words))
    return shortened if _REPORT.search(shortened) else words


def _undouble(title: str) -> str:
    half = len(title) // 2
    return title[:half] if len(title) % 2 == 0 and title[:half] == title[half:] else title
