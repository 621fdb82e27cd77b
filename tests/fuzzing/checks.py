"""What must hold for any input, one check a target: bytes in, an exception where it does not hold.

Belongs here: the promises of readers and parser. How inputs are made does not; nothing here needs a fuzzer.
"""

from __future__ import annotations

import math
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pipelines.documents.conversion import MAX_CHARACTERS, Converted, UnreadableDocument
from pipelines.documents.decoding import decode_text
from pipelines.documents.docx import convert_docx
from pipelines.documents.formats import detect_format
from pipelines.documents.gzip_files import gunzip
from pipelines.documents.html import convert_html
from pipelines.documents.layouts import split_pieces
from pipelines.documents.markdown import convert_markdown
from pipelines.documents.pdf import convert_pdf
from pipelines.documents.shards import BrokenShard, ShardColumns, is_shard, read_records
from pipelines.parsing.careful import CarefulReader
from pipelines.parsing.findings import fill_finding
from pipelines.parsing.headers import read_header
from pipelines.parsing.prose import read_prose
from pipelines.parsing.reports import ParsedReports, parse_texts
from pipelines.schemas.staging import ENCODINGS

# Between the texts of one input of the parser.
SEPARATOR = "\x1e"
_LIMIT = 1 << 22
_COLUMNS = ShardColumns(text=("text",), html=("html",), url=("url",), title=("title",))
_QUANTITY = re.compile(r"[a-z_]+|(?:channel|category):.+")


def check_decoding(data: bytes) -> None:
    """A text is decoded or refused, and the format is told, without an exception of any other kind."""
    decoded = decode_text(data)
    if decoded is not None:
        assert decoded.encoding in ENCODINGS
        assert decoded.n_undecodable == decoded.text.count("\ufffd")
        assert "\r" not in decoded.text
        assert "\x00" not in decoded.text
        decoded.text.encode("utf-8")
    for extension in ("", ".docx", ".md", ".pdf"):
        _read(lambda extension=extension: detect_format(data, extension))


def check_html(data: bytes) -> None:
    """A page becomes text or is refused, whatever character set came with it."""
    _check_converted(lambda: convert_html(data, "gbk" if data[-1:] == b"\n" else None))


def check_markdown(data: bytes) -> None:
    """Markdown becomes text or is refused."""
    _check_converted(lambda: convert_markdown(data))


def check_docx(data: bytes) -> None:
    """A Word document becomes text or is refused."""
    _check_converted(lambda: convert_docx(data))


def check_pdf(data: bytes) -> None:
    """A PDF becomes text or is refused."""
    _check_converted(lambda: convert_pdf(data))


def check_gzip(data: bytes) -> None:
    """What is unpacked stays below the limit."""
    unpacked = _read(lambda: gunzip(data, _LIMIT))
    assert unpacked is None or len(unpacked) <= _LIMIT


def check_jsonl(data: bytes) -> None:
    """Lines of JSON give records in order, or a broken shard."""
    _check_shard(data, "a.jsonl")


def check_parquet(data: bytes) -> None:
    """A parquet file gives records in order, or a broken shard."""
    _check_shard(data, "a.parquet")


def check_warc(data: bytes) -> None:
    """A WARC file gives records in order, or a broken shard."""
    _check_shard(data, "a.warc.gz" if data.startswith(b"\x1f\x8b") else "a.warc")


def check_layouts(data: bytes) -> None:
    """Every number of a text stands in a value, a leftover or the prose of the careful reader."""
    text = data.decode("utf-8", "replace").replace("\x00", "")
    lines = text.split("\n")
    reader = CarefulReader()
    reader.read(0, split_pieces(lines))
    form, prose = reader.frames()
    assert set(form.values["row"]) <= set(form.rows["row"])
    assert prose["line"].is_between(1, len(lines)).all()
    numbered = list(enumerate(lines, 1))
    header = read_header(numbered[:20], numbered[20:])
    for count in read_prose(numbered, header.report_year):
        assert _QUANTITY.fullmatch(count.quantity)
        assert 0 <= count.value < math.inf
        assert 1 <= count.line_start <= count.line_end <= len(lines)


def check_parser(data: bytes) -> None:
    """Any texts are parsed, and their frames keep what the staging models promise."""
    texts = dict(enumerate(data.decode("utf-8", "replace").replace("\x00", "").split(SEPARATOR)))
    check_parsed(parse_texts(texts, {0: next(iter(texts.values()))[:80]}), texts)


def check_parsed(parsed: ParsedReports, texts: dict[int, str]) -> None:
    """Numbers are conserved, keys are unique, values fit their states, and findings can be put into words."""
    assert parsed.reports["doc"].is_unique().all()
    for row in parsed.reports.iter_rows(named=True):
        assert row["n_table_numbers"] == row["n_cell_numbers"] + row["n_finding_numbers"], row["doc"]
        assert row["report_year"] is None or 2000 <= row["report_year"] <= 2100
    cells = parsed.cells
    assert not cells.select("doc", "table_key", "row_key", "column_key").is_duplicated().any()
    for value, state in cells.select("value", "value_state").iter_rows():
        assert (value is not None) == (state in ("number", "zero")), (value, state)
        assert value is None or (math.isfinite(value) and (value == 0) == (state == "zero")), (value, state)
    for value, quantity in parsed.prose_counts.select("value", "quantity").iter_rows():
        assert 0 <= value < math.inf
        assert _QUANTITY.fullmatch(quantity), quantity
    n_lines = {doc: text.count("\n") + 1 for doc, text in texts.items()}
    for frame in (cells, parsed.prose_counts):
        for doc, start, end in frame.select("doc", "line_start", "line_end").drop_nulls().iter_rows():
            assert 1 <= start <= end <= n_lines[doc], (doc, start, end)
    for doc, finding in parsed.findings:
        fill_finding({"path": str(doc), **finding})
        start = finding.get("line_start")
        assert start is None or 1 <= start <= n_lines[doc], finding


def _check_converted(convert: Callable[[], Converted]) -> None:
    converted = _read(convert)
    if converted is not None:
        assert converted.text.strip()
        assert len(converted.text) <= MAX_CHARACTERS
        assert "\r" not in converted.text
        converted.text.encode("utf-8")
        (converted.title or "").encode("utf-8")


def _check_shard(data: bytes, name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(data)
        if not is_shard(file):
            return
        try:
            for n, record in enumerate(read_records(file, _COLUMNS, 1 << 20)):
                assert record.number == n
                assert (record.content is None) == bool(record.problem or record.is_skipped)
                (record.title or "").encode("utf-8")
                (record.url or "").encode("utf-8")
        except (BrokenShard, OSError):
            pass


def _read(read: Callable[[], object]) -> object:
    try:
        return read()
    except UnreadableDocument as error:
        fill_finding({"rule_key": error.rule_key, "path": "a", **error.values})
        return None


# Target -> the check, and the seconds that one input may take.
CHECKS: dict[str, tuple[Callable[[bytes], None], float]] = {
    "decoding": (check_decoding, 5),
    "html": (check_html, 5),
    "markdown": (check_markdown, 5),
    "docx": (check_docx, 5),
    "pdf": (check_pdf, 30),
    "gzip": (check_gzip, 5),
    "jsonl": (check_jsonl, 5),
    "parquet": (check_parquet, 5),
    "warc": (check_warc, 5),
    "layouts": (check_layouts, 10),
    "parser": (check_parser, 10),
}


def check(target: str, data: bytes) -> None:
    """Run the check of a target.

    Raises:
        AssertionError: a promise is broken, or the input took too long.
        Exception: what left a reader.
    """
    run, seconds = CHECKS[target]
    start = time.monotonic()
    run(data)
    took = time.monotonic() - start
    assert took < seconds, f"{took:.1f} s"
