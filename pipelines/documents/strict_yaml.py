"""Small YAML files that people write, read strictly: every value knows its key and line, so that a mistake can be named.

Belongs here: loading with PyYAML's safe loader, and values of one type. What a file may say is told by its own module.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import yaml

_MAX_TEXT = 2_000
_MAX_ELEMENTS = 5_000


class InvalidDescription(Exception):
    """A description is wrong: the key, what is wrong with it in both languages, the line. Nothing it says is taken."""

    def __init__(self, key: str, reason_zh: str, reason_en: str, line: int | None = None) -> None:
        super().__init__(f"{key}: {reason_en}")
        self.key = key
        self.reason_zh = reason_zh
        self.reason_en = reason_en
        self.line = line


class _Loader(yaml.SafeLoader):
    """The safe loader without aliases, which make a small file huge."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            line = self.peek_event().start_mark.line + 1  # type: ignore[no-untyped-call]
            raise InvalidDescription("", "不可使用 YAML 引用（*）", "YAML aliases (*) are not allowed", line)
        return super().compose_node(parent, index)


class Node:
    """A value of the file with the path of its key."""

    def __init__(self, loader: _Loader, node: yaml.Node, key: str = "") -> None:
        self._loader = loader
        self._node = node
        self.key = key
        self.line: int = node.start_mark.line + 1

    def wrong(self, reason_zh: str, reason_en: str) -> InvalidDescription:
        """Return the error that names this value."""
        return InvalidDescription(self.key, reason_zh, reason_en, self.line)

    def entries(self, known: tuple[str, ...]) -> dict[str, Node]:
        """Return the keys of a mapping with their values; keys that are not known, or stand twice, are wrong."""
        if not isinstance(self._node, yaml.MappingNode):
            raise self.wrong(f"应为 {', '.join(known)} 等键", f"it has to be keys such as {', '.join(known)}")
        found: dict[str, Node] = {}
        for key, value in self._node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            child = Node(self._loader, value, f"{self.key}.{name}".lstrip("."))
            child.line = key.start_mark.line + 1
            if name not in known:
                raise child.wrong(
                    f"没有这个键，可用的是 {', '.join(known)}", f"no such key; known are {', '.join(known)}"
                )
            if name in found:
                raise child.wrong("出现了两次", "it appears twice")
            found[name] = child
        return found

    def elements(self) -> list[Node]:
        """Return the elements of a list that is not empty."""
        if not isinstance(self._node, yaml.SequenceNode) or not self._node.value:
            raise self.wrong("应为列表，每项以 - 开头", "it has to be a list, each element behind a -")
        if len(self._node.value) > _MAX_ELEMENTS:
            raise self.wrong(f"多于 {_MAX_ELEMENTS} 项", f"it has more than {_MAX_ELEMENTS} elements")
        return list(self._children(self._node.value))

    def one_or_more(self) -> list[Node]:
        """Return a single value as a list of one, or the elements of a list."""
        return [self] if isinstance(self._node, yaml.ScalarNode) else self.elements()

    def text(self) -> str:
        """Return a text on one line."""
        value = self._scalar()
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(f"“{self._printed()}”应为文字", f"{self._printed()!r} has to be a text")
        if len(value) > _MAX_TEXT:
            raise self.wrong(f"长于 {_MAX_TEXT} 字", f"it has more than {_MAX_TEXT} characters")
        return " ".join(value.split())

    def text_or_number(self) -> str:
        """Return a text, or a whole number as it is printed."""
        value = self._scalar()
        return self._printed() if isinstance(value, int) and not isinstance(value, bool) else self.text()

    def date(self) -> dt.date:
        """Return a date: `2024-05-06`, in quotes or not."""
        value = self._scalar()
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        try:
            return dt.date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            raise self.wrong(
                f"“{self._printed()}”不是日期，如 2024-05-06", f"{self._printed()!r} is no date such as 2024-05-06"
            ) from None

    def _children(self, nodes: list[yaml.Node]) -> Iterator[Node]:
        for number, node in enumerate(nodes, start=1):
            yield Node(self._loader, node, f"{self.key}[{number}]")

    def _printed(self) -> str:
        return str(self._node.value)[:80] if isinstance(self._node, yaml.ScalarNode) else "…"

    def _scalar(self) -> object:
        if not isinstance(self._node, yaml.ScalarNode):
            raise self.wrong("应为单一的值", "it has to be a single value")
        try:
            return self._loader.construct_object(self._node)
        except (yaml.YAMLError, ValueError, OverflowError):
            return None


def load_node(text: str) -> Node:
    """Return the one document of a YAML text.

    Raises:
        InvalidDescription: it is no YAML, it is empty, holds several documents, or uses aliases.
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark is not None else None
        raise InvalidDescription(
            "", f"不是有效的 YAML：{error.problem}", f"no valid YAML: {error.problem}", line
        ) from None
    except (yaml.YAMLError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise InvalidDescription("", f"不是有效的 YAML：{reason}", f"no valid YAML: {reason}") from None
    if node is None:
        raise InvalidDescription("", "文件是空的", "the file is empty")
    return Node(loader, node)
