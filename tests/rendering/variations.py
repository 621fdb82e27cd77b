"""Variations: what differs between reports whose figures are all in place. A careful reader is misled by none of them.

Belongs here: other spellings of labels and headings, and words round the text. Lost or moved cells are damages.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from tests.rendering.grids import Page, Paragraph, Row, Slot
from tests.rendering.tabbed import TrueCell

_TRADITIONAL = dict(
    zip(
        "规范许务项处罚强业费购采会数量总计对开请办结区权没现补内类报诉讼举复认确无应际农维纠审决员个机关书执单继续转为条证发禁护稳属",
        "規範許務項處罰強業費購採會數量總計對開請辦結區權沒現補內類報訴訟舉複認確無應際農維糾審決員個機關書執單繼續轉為條證發禁護穩屬",
        strict=True,
    )
)
_CIRCLED = dict(zip("一二三四五六七八九", "㈠㈡㈢㈣㈤㈥㈦㈧㈨", strict=True))
_PLAIN = dict(zip("一二三四五六七八九", "123456789", strict=True))
_PINYIN = {
    "规章": "规章（guī zhāng）",
    "行政许可": "行政许可（xíng zhèng xǔ kě）",
    "重复申请": "2.重复申请（chóng fù）",
}
_NOTES = {
    "行政许可": "行政许可（指本年度内办结的8类许可事项，不含-8项）",
    "行政处罚": "行政处罚（含简易程序处罚，见第20条第6项）",
    "规范性文件": "规范性文件（注：2019年5月15日以后制作）",
    "（一）予以公开": "（一）予以公开（含全部公开1种情形）",
}
_WRONG = {"机": "几", "信": "倌", "公": "分", "行": "性", "法": "发", "新": "薪", "请": "清", "府": "付", "数": "教"}


def words_of(page: Page) -> Iterator[tuple[Row, Slot]]:
    """Every cell of words: labels and headers."""
    for table in page.tables():
        for row in table.rows:
            for slot in row.slots:
                if slot.kind in ("label", "header") and slot.text:
                    yield row, slot


def inner_spaces(rng: random.Random, page: Page) -> None:
    """Spaces within labels."""
    for _, slot in words_of(page):
        if len(slot.text) >= 3 and rng.random() < 0.15:
            cut = rng.randint(1, len(slot.text) - 1)
            slot.text = slot.text[:cut] + rng.choice([" ", "  ", "\u3000"]) + slot.text[cut:]


def other_brackets(rng: random.Random, page: Page) -> None:
    """Brackets and quotation marks of another kind."""
    marks = rng.choice([("()", '""'), ("()", "“”"), ("〔〕", "‘’"), ("（)", "“”")])
    table = str.maketrans("（）“”", marks[0] + marks[1])
    for table_of_page in page.tables():
        for row in table_of_page.rows:
            for slot in row.slots:
                if slot.kind in ("label", "header", "caption") and "\n" not in slot.text:
                    slot.text = slot.text.translate(table)


def other_numbering(rng: random.Random, page: Page) -> None:
    """㈠ or (一) for （一）, 1、 or 0. for 1."""
    style = rng.choice(["circled", "plain", "comma", "zero", "wide"])
    for _, slot in words_of(page):
        if style == "circled":
            slot.text = re.sub(r"^（([一二三四五六七])）", lambda m: _CIRCLED[m[1]], slot.text)
        elif style == "plain":
            slot.text = re.sub(r"^（([一二三四五六七])）", lambda m: f"({m[1]})", slot.text)
        elif style == "comma":
            slot.text = re.sub(r"^(\d)\.", r"\1、", slot.text)
        elif style == "zero":
            slot.text = re.sub(r"^[12]\.", "0.", slot.text)
        else:
            slot.text = re.sub(r"^(\d)\.", lambda m: chr(ord(m[1]) + 0xFEE0) + "．", slot.text)


def broken_labels(rng: random.Random, page: Page) -> None:
    """Labels broken over lines, some one character a line."""
    for _, slot in words_of(page):
        choice = rng.random()
        if choice < 0.15 and len(slot.text) >= 4:
            cut = rng.randint(2, len(slot.text) - 1)
            slot.text = slot.text[:cut] + "\n" + slot.text[cut:]
        elif choice < 0.18 and not slot.text[0].isdigit() and "\n" not in slot.text and len(slot.text) < 12:
            slot.text = "\n".join(slot.text)


def wrong_character(rng: random.Random, page: Page) -> None:
    """One wrong character in some long labels."""
    for _, slot in words_of(page):
        places = [i for i, char in enumerate(slot.text) if char in _WRONG]
        if len(slot.text) >= 8 and places and rng.random() < 0.2:
            at = rng.choice(places)
            slot.text = slot.text[:at] + _WRONG[slot.text[at]] + slot.text[at + 1 :]


def traditional_script(rng: random.Random, page: Page) -> None:
    """Some labels in traditional characters."""
    share = rng.choice([0.2, 1.0])
    for _, slot in words_of(page):
        if rng.random() < share:
            slot.text = "".join(_TRADITIONAL.get(char, char) for char in slot.text)


def notes_in_labels(rng: random.Random, page: Page) -> None:
    """Explanations in brackets behind labels, digits among them."""
    for _, slot in words_of(page):
        if slot.text in _NOTES and rng.random() < 0.7:
            slot.text = _NOTES[slot.text]


def pinyin_gloss(_: random.Random, page: Page) -> None:
    """The reading of a label behind it."""
    for _row, slot in words_of(page):
        bare = re.sub(r"^\d\.", "", slot.text)
        slot.text = _PINYIN.get(bare, slot.text)


def cut_headers(rng: random.Random, page: Page) -> None:
    """Header words cut short, as in a narrow column."""
    cuts = {
        "本年新制作数量": "本年新",
        "本年新公开数量": "本年新",
        "本年增/减": "本年增/",
        "处理决定数量": "处理决定数",
    }
    for row, slot in words_of(page):
        if row.kind == "header" and slot.text in cuts and rng.random() < 0.8:
            slot.text = cuts[slot.text]


def _headings(page: Page) -> list[Paragraph]:
    return [b for b in page.blocks if isinstance(b, Paragraph) and b.role == "heading"]


def missing_heading(rng: random.Random, page: Page) -> None:
    """A section without its heading."""
    gone = rng.choice(_headings(page)[1:])
    page.blocks = [block for block in page.blocks if block is not gone]


def misnumbered_headings(rng: random.Random, page: Page) -> None:
    """Headings with other numbers, or in another style."""
    style = rng.choice(["repeat", "arabic", "brackets"])
    for heading in _headings(page):
        if style == "arabic":
            heading.text = re.sub(r"([一二三四五六七])、", lambda m: f"{_PLAIN[m[1]]}、", heading.text)
        elif style == "brackets":
            heading.text = re.sub(r"([一二三四五六七])、", r"（\1）", heading.text)
        elif rng.random() < 0.4:
            heading.text = re.sub(r"[一二三四五六七]、", "二、", heading.text)


def doubled_heading(rng: random.Random, page: Page) -> None:
    """A heading printed twice."""
    heading = rng.choice(_headings(page))
    at = page.blocks.index(heading)
    page.blocks.insert(at, Paragraph(heading.text, "heading"))


def missing_table(rng: random.Random, page: Page) -> None:
    """A table that is only an image on the page: its cells are absent."""
    table = rng.choice(page.tables("t2", "t3", "t4"))
    at = page.blocks.index(table)
    page.blocks[at] = Paragraph("（见下图）")
    for key in [slot_key for row in table.rows for slot in row.slots for slot_key in slot.keys]:
        page.truth.cells[key] = TrueCell(*key, "", None, "absent")


def page_chrome(rng: random.Random, page: Page) -> None:
    """Breadcrumbs, dates, counters and controls above, links and contacts below."""
    date = f"{page.truth.year + 1}-01-{rng.randint(10, 28)}"
    above = [
        "当前位置：首页 > 政务公开 > 政府信息公开年度报告",
        rng.choice([f"发布日期：{date}　来源：党政办　浏览次数：{rng.randint(3, 9000)}", f"发布时间：{date} 10:25"]),
        rng.choice(["字体：【大 中 小】 打印本页 关闭窗口", "分享到：", "【字体：小 大】"]),
    ]
    if rng.random() < 0.4:
        above.append(f"索引号：11220112MB1234567X/{page.truth.year + 1}-00023　文号：无　主题分类：政务公开")
    below = ["上一篇：没有了", "主办单位：镇政府办公室　电话：0431-84100000　邮编：130600", "附件：1. 年报.doc"]
    page.blocks[:0] = [Paragraph(text, "chrome") for text in above]
    page.blocks += [Paragraph(text, "chrome") for text in rng.sample(below, 2)]


def broken_title(rng: random.Random, page: Page) -> None:
    """The title broken over two lines."""
    for block in page.blocks:
        if isinstance(block, Paragraph) and block.role == "title" and len(block.text) > 12:
            cut = rng.randint(5, len(block.text) - 4)
            block.text = block.text[:cut] + "\n" + block.text[cut:]


def doubled_title(_: random.Random, page: Page) -> None:
    """The title printed twice, as page title and in the text."""
    titles = [b for b in page.blocks if isinstance(b, Paragraph) and b.role == "title"]
    for title in titles[:1]:
        page.blocks.insert(page.blocks.index(title), Paragraph(title.text, "title"))


VARIATIONS: dict[str, Callable[[random.Random, Page], None]] = {
    function.__name__: function
    for function in (
        inner_spaces,
        other_brackets,
        other_numbering,
        broken_labels,
        wrong_character,
        traditional_script,
        notes_in_labels,
        pinyin_gloss,
        cut_headers,
        missing_heading,
        misnumbered_headings,
        doubled_heading,
        missing_table,
        page_chrome,
        broken_title,
        doubled_title,
    )
}
