"""A page of HTML to its text in a few passes over its markup as the parser writes it, instead of node by node.

Belongs here: pages that are plain enough for it. What their text is, `html.page_text` says: the same, or None here.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from pipelines.documents import conversion
from pipelines.documents.conversion import INVISIBLE
from pipelines.documents.html_elements import APART, LINES, TYPED, VERBATIM, is_seen
from pipelines.documents.pages import LONG, Cell, lay_out

_TABLE, _TABLE_END, _ROW, _CELL, _CELL_END, _DONE = "\x02", "\x03", "\x04", "\t", "\x05", "\x06"
_OURS = (_TABLE, _TABLE_END, _ROW, _CELL_END, _DONE)
# The parser writes a > in these as it is, which makes up for one < too many in an odd name.
_UNCUT = ("<xmp", "<noembed", "<plaintext")
# Below these no nesting and nothing that is hidden is costly; larger pages are walked.
_MAX_MARKUP = 4_000_000
_MAX_DEPTH = 40
_MAX_REMOVED = 200
# Comments, and elements whose content the parser writes as it is. Each ends where it first can; one without an end
# is no markup of the parser, and matches to the end so that no search is repeated.
_RAW = re.compile(
    r"<(?:!--[^-]*+(?:-(?!->)[^-]*+)*(?:-->|\Z)"
    r"|(script|style|iframe|noframes|title)(?: [^<>]*+)?>([^<]*+(?:<(?!/\1>)[^<]*+)*)(?:</\1>|\Z))"
)
_ATTRIBUTE = re.compile(r' ([^\s"\'=/]+)="([^"]*+)"')
_ATTRIBUTES = re.compile(rf"({_ATTRIBUTE.pattern})*")
_ENTITIES = (("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&"))
_REFUSED = VERBATIM | {"svg", "math", "xmp", "noembed", "plaintext", "frameset"}
_REMOVED = frozenset({"noscript", "object", "textpath", "template"})
_PERHAPS_HIDDEN = '[hidden],[style*="display" i]'
_MARKS = {
    **{name: "\n" for tag in LINES for name in (tag, "/" + tag)},
    **{name: " " for tag in APART for name in (tag, "/" + tag)},
    "table": _TABLE, "/table": _TABLE_END, "tr": _CELL + _ROW,
    "td": _CELL, "th": _CELL, "/td": _CELL_END, "/th": _CELL_END,
}  # fmt: skip
_TABLE_MARK = re.compile(f"([{_TABLE}{_TABLE_END}])")
# Something in a table that stands in none of its cells, behind the first row.
_OUTSIDE = re.compile(rf"[{_ROW}{_CELL_END}][^\S{_CELL}]*+[^\s{_TABLE_END}]")
_NO_FIGURE = re.compile(r"[^\s\d.,，+\-—–/%]")


def plain_page_text(tree: LexborHTMLParser) -> str | None:
    """Return the visible text of a page in the tabbed layout, or None for a page that has to be walked.

    What is not seen may be gone from the tree afterwards: its text stays the same.
    """
    if not _remove(tree, [node for node in tree.css(_PERHAPS_HIDDEN) if not is_seen(node, node.tag or "")]):
        return None
    marked = _mark(tree)
    if isinstance(marked, frozenset) and _remove(tree, tree.css(",".join(sorted(marked)))):
        marked = _mark(tree)
    return _assemble(marked) if isinstance(marked, str) else None


def _remove(tree: LexborHTMLParser, nodes: list[LexborNode]) -> bool:
    """Take elements out of the tree; False, and nothing is taken out, if that could be costly or leave no page."""
    if len(nodes) > _MAX_REMOVED:
        return False
    ids = {node.mem_id for node in nodes}
    outermost: dict[int, LexborNode] = {}
    for node in nodes:
        if node.tag in ("html", "head", "body"):
            return False
        above = node.parent
        for _ in range(_MAX_REMOVED):
            if above is None or above.mem_id in ids:
                break
            above = above.parent
        else:
            return False
        if above is None:
            outermost[node.mem_id] = node
    for node in outermost.values():
        node.decompose()
    return True


def _mark(tree: LexborHTMLParser) -> str | frozenset[str] | None:
    """Return the body with a mark for each tag that matters; or the names of elements that must be taken out first."""
    body = tree.body
    markup = body.html if body is not None else None
    if markup is None or len(markup) > _max_markup() or any(mark in markup for mark in _OURS + _UNCUT):
        return None
    cut = _cut_raw(markup.replace("\n", " ").replace("\t", " "))
    if cut is None:
        return None
    # Text and tag in turn.
    pieces = cut.replace(">", "<").split("<")
    tags = pieces[1::2]
    names = {tag: tag.split(" ", 1)[0] for tag in set(tags)}
    known = set(names.values())
    marks = {tag: _typed(tag) if name == "input" else _MARKS.get(name, "") for tag, name in names.items()}
    if known & _REFUSED or None in marks.values():
        return None
    if known & _REMOVED:
        return frozenset(known & _REMOVED)
    pieces[1::2] = [marks[tag] or "" for tag in tags]
    marked = "".join(pieces)
    for character in INVISIBLE:
        marked = marked.replace(character, "")
    if _OUTSIDE.search(marked):
        return None
    for entity, character in _ENTITIES:
        marked = marked.replace(entity, character)
    return marked.replace(_CELL_END, "\n")


def _max_markup() -> int:
    """The size below which no limit is reached: a text is no longer than its markup, a cell's is eight characters at least."""
    return min(_MAX_MARKUP, conversion.MAX_CHARACTERS, 8 * conversion.MAX_CELLS)


def _cut_raw(markup: str) -> str | None:
    """Return markup without comments and what is never seen; None where one cannot be sure where tags begin and end.

    The parser writes < and > of texts and values as entities, so that each > ends a tag. One < too many stands in an
    odd name, and what follows it may be no comment: so they are counted before each.
    """
    pieces = _RAW.split(markup)
    if any(piece.count("<") != piece.count(">") for piece in pieces[::3]):
        return None
    # The first end in a script with a script in it need not be its own.
    if any(content and "<!--" in content and "<script" in content.lower() for content in pieces[2::3]):
        return None
    return "".join(pieces[::3])


def _typed(tag: str) -> str | None:
    """Return what an `input` shows; None where one cannot be sure where its attributes begin and end."""
    written = tag.removeprefix("input")
    if not _ATTRIBUTES.fullmatch(written):
        return None
    attributes = dict(_ATTRIBUTE.findall(written))
    return attributes.get("value", "") if attributes.get("type") in TYPED else ""


class _Open:
    """A table under way, or the page itself: its pieces, and whether a table of several cells stands in it."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.has_table = False
        self.has_row = False
        self.n_cells = 0

    def add(self, piece: str) -> None:
        self.pieces.append(piece)
        n_rows = piece.count(_ROW)
        self.has_row |= n_rows > 0
        self.n_cells += piece.count(_CELL) - n_rows


def _assemble(marked: str) -> str | None:
    """Decide from the inside out what each table is; pieces that begin with `_DONE` are lines as they will be."""
    opened = [_Open()]
    for piece in _TABLE_MARK.split(marked):
        if piece == _TABLE:
            # What a table in a caption is, the walk decides.
            if len(opened) > _MAX_DEPTH or (len(opened) > 1 and not opened[-1].has_row):
                return None
            opened.append(_Open())
        elif piece == _TABLE_END:
            table = opened.pop()
            if len(table.pieces) == 1:
                done = [_DONE + _read_table(table)]
            elif table.n_cells == 1 or (table.has_table and not _may_have_rows_of_figures(table.pieces)):
                done = [
                    one if one.startswith(_DONE) else one.replace(_CELL, "\n").replace(_ROW, "\n")
                    for one in table.pieces
                ]
            else:
                return None
            opened[-1].pieces += done
            opened[-1].has_table |= table.n_cells > 1 or table.has_table
        else:
            opened[-1].add(piece)
    text = "\n".join(filter(None, map(_lines, opened[0].pieces))).rstrip("\n")
    return text + "\n" if text else ""


def _lines(piece: str) -> str:
    if piece.startswith(_DONE):
        return piece[1:]
    return "\n".join([line for part in piece.split("\n") if (line := " ".join(part.split()))])


def _may_have_rows_of_figures(pieces: list[str]) -> bool:
    """Tell whether two rows with two figures each are possible: there are four lines, or tables, of nothing else."""
    n_figures = 0
    for piece in pieces:
        lines = [piece[1:]] if piece.startswith(_DONE) else re.split(f"[{_CELL}{_ROW}\n]", piece)
        n_figures += sum(1 for line in lines if _NO_FIGURE.search(line) is None and not line.isspace() and line != "")
    return n_figures > 3


def _read_table(table: _Open) -> str:
    """Return the lines of a table without tables in it."""
    (marked,) = table.pieces
    before, *cells = marked.split(_CELL)
    words = {cell: " ".join(cell.split()) for cell in set(cells)}
    if table.n_cells > 1 and "。" not in marked and max(map(len, words.values())) <= LONG:
        # No cell is long enough to be anything but a cell.
        rows = "\n\t".join([*map(words.__getitem__, cells), _ROW, ""]).split(f"{_ROW}\n\t")
        read = "".join([f"\t{row[:-1]}\n" for row in rows if row])
    else:
        read = "\n".join(_read_long_cells(cells))
    captions = _lines(before)
    return f"{captions}\n{read}" if captions and read else captions or read


def _read_long_cells(cells: list[str]) -> Iterator[str]:
    rows: list[list[Cell]] = []
    for cell in cells:
        if cell.startswith(_ROW):
            rows.append([])
        else:
            rows[-1].append(Cell(deque(filter(None, _lines(cell).split("\n")))))
    has_row = False
    for block in (block for blocks in lay_out(rows) for block in blocks):
        if isinstance(block, str):
            yield block
        elif block:
            yield from ("\t" + cell for cell in block)
            yield ""
        elif has_row:
            yield ""
        has_row = bool(block) and not isinstance(block, str)
