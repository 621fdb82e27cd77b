"""`python -m benchmarks.compare.tool TOOL DOCUMENTS CELLS`: one of the other tools over documents, in its own environment.

Belongs here: pages to tables by pandas and markitdown, as their users call them, and the mapping over what they give.
The truth is not known here.
"""

from __future__ import annotations

import base64
import importlib.metadata
import io
import json
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.compare.mapping import map_tables, read_figure

_UNNAMED = re.compile(r"^Unnamed: \d+(?:_level_\d+)?$")
_DOUBLE = re.compile(r"\.\d+$")
_WARM_UP = 3
# No table of the form is so wide: such a line is a page laid out by a table.
_FLAT, _DISPUTES = 40, 15
Reader = Callable[[str], list[list[list[str]]]]


def pandas_reader() -> Reader:
    """`pandas.read_html`, blanks kept as they are; headers that it has taken for column names become rows again."""
    import pandas  # noqa: PLC0415

    def read(text: str) -> list[list[list[str]]]:
        try:
            frames = pandas.read_html(io.StringIO(text), flavor="lxml", keep_default_na=False)
        except ValueError:  # no tables found
            return []
        return [_rows_of(frame) for frame in frames]

    return read


def filled_reader() -> Reader:
    """The same with a habit of notebooks: every blank and everything that is no figure is filled with 0."""
    read = pandas_reader()
    return lambda text: [[_filled(row) for row in table] for table in read(text)]


def markitdown_reader() -> Reader:
    """`markitdown`: the page as markdown, whose tables are read back."""
    from markitdown import MarkItDown, StreamInfo  # noqa: PLC0415

    converter = MarkItDown(enable_plugins=False)
    page = StreamInfo(mimetype="text/html", extension=".html", charset="utf-8")

    def read(text: str) -> list[list[list[str]]]:
        converted = converter.convert_stream(io.BytesIO(text.encode()), stream_info=page)
        return markdown_tables(converted.text_content)

    return read


def markdown_tables(text: str) -> list[list[list[str]]]:
    """The tables of a markdown text, without their rules."""
    tables: list[list[list[str]]] = [[]]
    for line in text.splitlines():
        bare = line.strip()
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", bare.removesuffix("|"))[1:]]
        if len(cells) > _FLAT:
            tables += [flat_rows(cells), []]
        elif not bare.startswith("|"):
            tables.append([])
        elif not re.fullmatch(r"[|\s:-]*-[|\s:-]*", bare):
            tables[-1].append(cells)
    return [table for table in tables if table]


def flat_rows(cells: list[str]) -> list[list[str]]:
    """The rows of tables within a table, which come as one line: words, then figures and blanks, then the next row.

    A row that ends shows as one blank cell more. Of fifteen figures behind words, the words are a header.
    """
    rows: list[list[str]] = [[]]
    for cell in cells:
        if _is_words(cell) and rows[-1] and not _is_words(rows[-1][-1]):
            rows[-1] = rows[-1][:-1] if not rows[-1][-1] else rows[-1]
            rows.append([])
        rows[-1].append(cell)
    split = []
    for row in rows:
        n_words = sum(1 for cell in row if _is_words(cell))
        split += [row[:n_words], row[n_words:]] if len(row) - n_words >= _DISPUTES else [row]
    return split


def _is_words(cell: str) -> bool:
    return len(cell) > 1 and read_figure(cell) is None


def _rows_of(frame: Any) -> list[list[str]]:
    levels = [frame.columns.get_level_values(level) for level in range(frame.columns.nlevels)]
    heads = [[_name_of(name) for name in level] for level in levels]
    return [head for head in heads if any(head)] + [[str(value) for value in row] for row in frame.to_numpy().tolist()]


def _name_of(name: Any) -> str:
    return "" if isinstance(name, int) or _UNNAMED.match(name) else _DOUBLE.sub("", name)


def _filled(row: list[str]) -> list[str]:
    has_figures = any(read_figure(cell) is not None for cell in row)
    blank_or_mark = re.compile(r"[\s/\\—–-]*")
    return ["0" if at and has_figures and blank_or_mark.fullmatch(cell) else cell for at, cell in enumerate(row)]


READERS = {"pandas": pandas_reader, "pandas_filled": filled_reader, "markitdown": markitdown_reader}


def main(tool: str, documents: Path, cells: Path) -> None:
    """Read all documents and write a line each; the first line says how long it took and which version it was."""
    read = READERS[tool]()
    lines = [json.loads(line) for line in documents.read_text(encoding="utf-8").splitlines()]
    texts = {line["name"]: base64.b64decode(line["content"]).decode() for line in lines}
    for text in list(texts.values())[:_WARM_UP]:
        map_tables(read(text))
    start = time.process_time()
    mapped = {name: map_tables(read(text)) for name, text in texts.items()}
    seconds = time.process_time() - start
    version = importlib.metadata.version(tool.removesuffix("_filled"))
    with cells.open("w", encoding="utf-8") as stream:
        stream.write(json.dumps({"seconds": seconds, "version": version}) + "\n")
        for name, found in mapped.items():
            stream.write(json.dumps([name, [[*key, value] for key, value in found.items()]]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
