"""Reports as a test writes them: a body, a year, sentences and a few figures, printed as text or as a web page.

Belongs here: the rest of the form of 2019, all zeros. Which reports a test needs, it says itself.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cache

from tests.rendering.official_form import HEADINGS, FormCell, Key, OfficialForm, html_table

WORK = (
    "严格按照《中华人民共和国政府信息公开条例》的规定开展工作，成立领导小组，安排专人负责信息的收集、审查和发布。",
    "党政办公室每季度对各村和站所的公开栏检查一遍，对更新不及时、内容不完整的当场指出并限期改正。",
    "围绕惠民资金、土地流转、低保救助等群众关心的内容，及时在网站和公开栏公布办理条件、程序和结果。",
    "对拟公开的文件先审查后发布，涉及个人隐私和商业秘密的内容依法不予公开，全年没有发生失泄密事件。",
    "存在的问题主要是政策解读材料偏少，形式比较单一，个别村的公开内容更新不够快，群众知晓率有待提高。",
    "下一步将充实公开目录，加强对经办人员的培训，按月公布医疗、教育、养老等信息，方便群众查询和监督。",
)


@dataclass(frozen=True)
class WrittenReport:
    """A report: who, on which year, what its first section says, and the cells that are not 0."""

    body: str
    year: int = 2020
    sentences: tuple[str, ...] = WORK
    cells: dict[Key, str] = field(default_factory=dict)
    signed: dt.date | None = None
    parent: str = ""

    def but(self, **changes: object) -> WrittenReport:
        """The same report with some parts replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def title(self) -> str:
        return f"{self.parent}{self.body}{self.year}年政府信息公开工作年度报告"

    def blocks(self) -> list[str | list[list[FormCell]]]:
        """Paragraphs and tables in order."""
        blocks: list[str | list[list[FormCell]]] = [self.title, "一、总体情况", *self.sentences]
        for table, heading in HEADINGS.items():
            rows = _form().tables[table]
            blocks += [heading, [[self._cell(cell) for cell in row] for row in rows]]
        blocks += [
            "五、存在的主要问题及改进情况",
            "与上级要求相比仍有差距，将继续改进。",
            "六、其他需要报告的事项",
            "无。",
        ]
        if self.signed is not None:
            blocks += [self.body, f"{self.signed.year}年{self.signed.month}月{self.signed.day}日"]
        return blocks

    def text(self) -> str:
        """A cell a line behind a tab, an empty line behind each row."""
        lines: list[str] = []
        for block in self.blocks():
            if isinstance(block, str):
                lines.append("\u3000\u3000" + block)
            else:
                lines += [line for row in block for line in (*("\t" + cell.text for cell in row), "")]
        return "\n".join(lines) + "\n"

    def page(self, menu: str = "首页", visits: int = 7) -> str:
        """A web page with a menu, a line of publication and a counter round the report."""
        parts = [f"<p>{block}</p>" if isinstance(block, str) else html_table(block) for block in self.blocks()]
        round_it = f"<div>当前位置：{menu}>政府信息公开>年报</div><div>浏览次数：{visits}次 字体：【大 中 小】</div>"
        return f"<html><body>{round_it}<article>{''.join(parts)}</article><p>版权所有 备案号123456</p></body></html>"

    def _cell(self, cell: FormCell) -> FormCell:
        return cell if cell.key is None else replace(cell, text=self.cells.get(cell.key, "0"))


@cache
def _form() -> OfficialForm:
    return OfficialForm()
