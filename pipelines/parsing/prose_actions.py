"""What a sentence says of normative documents, permits, penalties and compulsory measures.

Belongs here: documents issued, repealed and in force, decisions taken. Pieces of information published about them
(公开行政处罚信息12条) count something else and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.parsing.numerals import figure_of
from pipelines.parsing.prose_figures import COUNTED, Found, denials, matches
from pipelines.parsing.prose_words import words_pattern
from pipelines.parsing.prose_years import names_this_year

_DOCUMENTS = rf"(?:的)?(?:行政)?规范性文件{COUNTED}{figure_of(r'件|份|个|部|条')}"
_MADE = r"(?:制发|制定|新制定|制作|制订|出台|印发|新增)"
_ISSUED = re.compile(rf"{_MADE}(?:并?(?:公开|发布|印发))?(?:了)?{_DOCUMENTS}")
_NONE_ISSUED = re.compile(
    r"(?:未|没有|无)(?:新)?(?:制发|制定|制作|制订|出台|印发|发布)(?:[和、或及](?:废止|发布|公开|修改|修订|印发))*(?:任何)?(?:行政)?规范性文件"
)
_REPEALED = re.compile(rf"(?<![、和及与或])(?:废止|宣布失效|宣布废止)(?:了)?{_DOCUMENTS}")
_IN_FORCE = re.compile(rf"现行有效{_DOCUMENTS}")
# 12项 may be kinds of permits rather than decisions.
_CASES = figure_of(r"件次|件|起|例|宗")
_TAKEN = r"(?:作出|做出|办理|办结|实施|下达|核发|完成)(?:了)?(?:各类|各项)?"
# Several kinds in one list share their figure, so nothing is known of one: 行政许可、行政处罚决定共12件.
_ALONE = r"(?<![、和及与或/])"
_DECISIONS = {
    f"{kind}_decisions": re.compile(
        rf"(?:{_TAKEN}{words}(?:事项|案件|处理|决定|办件)*{COUNTED}|{_ALONE}{words}(?:事项)?(?:处理)?决定(?:书)?{COUNTED}){_CASES}"
    )
    for kind, words in (("permit", "行政许可"), ("penalty", "行政处罚"), ("compulsory", "行政强制(?:措施)?"))
}
# 办理行政许可事项1234件 is what a service hall went through, not what was decided.
_WORKLOAD = re.compile(r"^(?:办理|办结|完成)(?!.*决定).*(?:事项|案件|办件)")
_TAKEN_VERB = re.compile(_TAKEN)
_IN_ONE_NAME = re.compile(r"以[^，；、和及与]*名义[^，；]*$")
_PUBLISHING = re.compile(r"公开|公示|公布|发布|录入|上传|归集|报送|信息|清单|目录")


def read_actions(text: str, report_year: int | None) -> Iterator[Found]:
    """Read one sentence; the figures of documents and decisions that it states of the report's year."""
    if "规范性文件" in text:
        yield from matches(_ISSUED, text, "normative_documents_issued", report_year, unless=_is_in_one_name)
        yield from denials(_NONE_ISSUED, text, ["normative_documents_issued"], report_year)
        yield from matches(_REPEALED, text, "normative_documents_repealed", report_year)
        yield from _read_in_force(text, report_year)
    if "行政" not in text:
        return
    for quantity, pattern in _DECISIONS.items():
        yield from matches(pattern, text, quantity, report_year, unless=_is_no_decision)


def _is_in_one_name(text: str, match: re.Match[str]) -> bool:
    """以党政办名义制发1件 leaves open what was issued in the names of others."""
    return bool(_IN_ONE_NAME.search(text[: match.start()]))


def _is_no_decision(text: str, match: re.Match[str]) -> bool:
    """A workload, or pieces published: the verb of an earlier clause holds where the figure's clause has none."""
    if _WORKLOAD.search(match.group()):
        return True
    for clause in reversed(re.split(r"[，；：]", text[: match.end()])):
        if _PUBLISHING.search(clause):
            return True
        if _TAKEN_VERB.search(clause):
            return False
    return False


def _read_in_force(text: str, report_year: int | None) -> Iterator[Found]:
    """A stock at the end of the report's year: words of a stock do not exclude it, those of another year do."""

    def is_of_another_year(text: str, match: re.Match[str]) -> bool:
        clause = text[: match.end()].rsplit("；", 1)[-1]
        return names_this_year(clause, report_year, None) is False or bool(words_pattern("other_year").search(clause))

    yield from matches(
        _IN_FORCE, text, "normative_documents_in_force", report_year, any_year=True, unless=is_of_another_year
    )
