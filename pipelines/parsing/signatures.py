"""What a report is compared by: digests of its text, prose and cells, a sketch of its prose, counts of what was read.

Belongs here: making the same words alike wherever they were taken from. Which reports are versions or copies of each
other is decided in SQL, over all deliveries.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from rensa import RMinHash

from pipelines.parsing.characters import to_simplified

SHINGLE = 5
PERMUTATIONS = 256
BANDS = 12
BAND_ROWS = 8
_SEED = 20190515
_BODY = "\ue000"

_MAX_HEADING = 45
_MIN_HAN = 15
# Lines without the end of a sentence that a site prints round a text.
_FURNITURE = (
    r"浏览|点击|阅读|访问量|字体|字号|打印|关闭|分享|扫一扫|位置:|首页|来源:|日期:|时间:|索引号|公开方式|责任编辑|上一篇|下一篇"
    r"|主办|承办|版权|备案|标识码|技术支持|网站地图|>"
)
# The same within a line of prose.
_COUNTERS = (
    r"(?:浏览|点击|阅读|访问)(?:次数|人次|量|数)?:\[?[0-9]+\]?次?|[\[【(]?字[体号]:?[\[【(]?大中小[\])】]*|(?:打印|关闭)(?:本页|窗口)"
    r"|(?:发布|发文|更新|成文|生成|公布)(?:日期|时间):[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?(?:[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?"
)
_YEAR = r"\b20[0-9]{2}\b|20[0-9]{2}年"
_NUMBER = r"[0-9][0-9,.]*%?"
_OWN = "[我本全](?:镇|乡|街道|街|苏木|办事处|办|县|区|市|局|委|单位)"
_UNIT_END = re.compile(r"(?:人民政府|街道办事处|街道|苏木|镇|乡|省|市|区|县|旗|局|委员会|办公室)$")
_DIVISIONS = re.compile(r"[\u4e00-\u9fff]{2,8}?(?:省|自治区|自治州|自治县|市|区|县|旗|盟)")
# Odd constants that mix the bits of a shingle's characters, and of a minimum before one bit of it is kept.
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIXER = np.uint64(0xBF58476D1CE4E5B9)
_PIECE = 1 << 14


def sign_reports(
    reports: pl.DataFrame, prose: pl.DataFrame, cells: pl.DataFrame, prose_counts: pl.DataFrame, texts: dict[int, str]
) -> pl.DataFrame:
    """Return `doc` and the columns of `schemas.staging.Signatures`, a row a report.

    Args:
        reports: `doc`, `unit_name`, `body_name`, `printed_parent`, `report_year`, `form_version`, `n_finding_numbers`.
        prose: the prose lines, as `doc`, `line`, `text`, `is_heading`.
        texts: the whole texts; where figures of a table stand in no cell, all digits of the text count as its cells.
    """
    counted = reports.select("doc").join(_count_cells(cells), on="doc", how="left", maintain_order="left")
    figures = prose_counts.filter(pl.col("value") > 0).group_by("doc").agg(n_prose_figures=pl.len())
    counted = counted.join(figures, on="doc", how="left", maintain_order="left")
    counted = counted.with_columns(
        pl.col("cells").fill_null(""), pl.exclude("doc", "cells").fill_null(0).cast(pl.Int32)
    ).with_columns(n_figures=pl.col("n_figures") + pl.col("n_prose_figures"))
    own = dict(_join_sentences(prose).iter_rows())
    words = [to_simplified(own.get(doc, "")) for doc in reports["doc"]]
    nameless = mask_names(words, reports)
    tables = [
        f"{form}|{listed}|{''.join(re.findall('[0-9]+', texts[doc])) if unplaced else ''}"
        for doc, form, listed, unplaced in zip(
            *(reports[name] for name in ("doc", "form_version")),
            counted["cells"],
            reports["n_finding_numbers"],
            strict=True,
        )
    ]
    whole = zip(reports["unit_name"], reports["report_year"], words, tables, strict=True)
    sketches, bands = sketch_texts(nameless.str.replace_all(_NUMBER, "#").to_list())
    signed = counted.with_columns(
        text_digest=pl.Series([_digest("|".join(map(str, parts))) for parts in whole], dtype=pl.String),
        prose_digest=pl.Series(
            [_digest(text) if text else None for text in nameless.str.replace_all(_YEAR, "")], dtype=pl.String
        ),
        cells_digest=pl.Series([_digest(table) for table in tables], dtype=pl.String),
        n_characters=pl.Series([len(text) for text in words], dtype=pl.Int32),
        sketch=_as_lists(sketches),
        bands=_as_lists(bands),
    )
    return signed.drop("cells")


def _join_sentences(prose: pl.DataFrame) -> pl.DataFrame:
    """The sentences of each text in one string, without spaces, headings, furniture: `doc`, `text`."""
    words = pl.col("text")
    lines = prose.filter(~pl.col("is_heading") | (words.str.len_chars() > _MAX_HEADING)).select("doc", "line", "text")
    kept = lines.join(_kept_words(lines["text"].unique()), on="text", maintain_order="left").sort(
        "doc", "line", maintain_order=True
    )
    return kept.group_by("doc", maintain_order=True).agg(text=pl.col("words").str.join(""))


def _kept_words(texts: pl.Series) -> pl.DataFrame:
    """`text`, `words`: of distinct lines those that are sentences, or clauses that no site prints round a text."""
    words = pl.col("words")
    plain = pl.col("text").str.normalize("NFKC").str.replace_all(r"[\s\p{Cf}|*]+", "")
    lines = texts.to_frame("text").with_columns(words=plain)
    is_sentence = words.str.contains(r"[。;!?]")
    clauses = lines.filter(~is_sentence).filter(
        words.str.contains(r"[,、]"), words.str.count_matches(r"\p{Han}") >= _MIN_HAN, ~words.str.contains(_FURNITURE)
    )
    kept = pl.concat([lines.filter(is_sentence), clauses])
    return kept.with_columns(words=words.str.replace_all(_COUNTERS, ""))


def _count_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """`doc`, `cells` (all but the zeros, in one string) and how many there are, absent, ambiguous and above 0."""
    state = pl.col("value_state")
    key = pl.concat_str(
        "table_key", "row_key", "column_key", state, pl.col("value").cast(pl.String), separator="|", ignore_nulls=True
    )
    # The cells of a report stand together, and most of them are zeros.
    sizes = cells["doc"].rle().struct.unnest().select(doc="value", n_cells="len")
    others = (
        cells.lazy()
        .filter(state != "zero")
        .select("doc", "value_state", key=key)
        .sort("doc", "key")
        .group_by("doc")
        .agg(
            n_absent_cells=(state == "absent").sum(),
            n_ambiguous_cells=(state == "ambiguous").sum(),
            n_figures=(state == "number").sum(),
            cells=pl.col("key").str.join(";"),
        )
        .collect()
    )
    return sizes.join(others, on="doc", how="left").with_columns(
        cells=pl.format("{}:{}", "n_cells", pl.col("cells").fill_null(""))
    )


def mask_names(words: list[str], reports: pl.DataFrame) -> pl.Series:
    """Put one mark for the names of each report's body and of the divisions above it, and for 我镇 and the like."""
    named = reports.select("unit_name", "body_name", "printed_parent").iter_rows()
    masked = [_replace_names(text, names) for text, names in zip(words, named, strict=True)]
    own = pl.Series(masked, dtype=pl.String).str.replace_all(_OWN, _BODY)
    return own.str.replace_all(f"{_BODY}+(?:人民政府|政府|街道|办事处|镇|乡)?", _BODY)


def _replace_names(text: str, printed: tuple[str | None, ...]) -> str:
    names = {name for name in (*printed, *_DIVISIONS.findall(printed[-1] or "")) if name}
    names |= {stem for name in names if len(stem := _UNIT_END.sub("", name)) >= 2}
    for name in sorted(names, key=lambda name: (-len(name), name)):
        text = text.replace(name, _BODY)
    return text


def sketch_texts(texts: list[str]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
    """Return a sketch and the bands of each text, from the MinHash of its shingles of five characters.

    The sketch is one bit of each of 256 minima, in four words of 64: of two texts the share of equal bits is
    (1 + Jaccard similarity) / 2. A band is a digest of eight minima: texts that share one are worth comparing.
    """
    hashes, offsets = _hash_shingles(texts)
    rows = RMinHash.digest_matrix_from_flat_token_hashes(hashes, offsets, PERMUTATIONS, _SEED).to_rows()
    minima = np.array(rows, dtype=np.uint64).reshape(len(texts), PERMUTATIONS)
    places: npt.NDArray[np.uint64] = np.arange(PERMUTATIONS).astype(np.uint64)
    mixed = _mix(minima * _FACTOR + places)
    bits = np.packbits((mixed >> np.uint64(63)).astype(np.uint8), axis=1)
    words = np.ascontiguousarray(bits).view(">u8").astype(np.uint64)
    banded = mixed[:, : BANDS * BAND_ROWS].reshape(len(texts), BANDS, BAND_ROWS)
    digest: npt.NDArray[np.uint64] = np.zeros(banded.shape[:2], dtype=np.uint64)
    for row in range(BAND_ROWS):
        digest = _mix(digest * _FACTOR + banded[:, :, row])
    return words, (digest >> np.uint64(32)).astype(np.uint32)


def _as_lists(rows: npt.NDArray[Any]) -> pl.Series:
    """A list a row."""
    return pl.Series(rows.ravel()).reshape(rows.shape).arr.to_list()


def _hash_shingles(texts: list[str]) -> tuple[npt.NDArray[np.uint64], list[int]]:
    """The hashes of all shingles of all texts, and where those of each text begin and the last end."""
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    codes = np.frombuffer("".join(texts).encode("utf-32-le"), dtype="<u4")
    counts = np.maximum(lengths - SHINGLE + 1, 0)
    offsets = [0, *np.cumsum(counts).tolist()]
    n = max(len(codes) - SHINGLE + 1, 0)
    hashes: npt.NDArray[np.uint64] = np.zeros(n, dtype=np.uint64)
    # Piece by piece, so that what is multiplied again and again stays near the processor.
    for begin in range(0, n, _PIECE):
        piece = hashes[begin : begin + _PIECE]
        own = codes[begin : begin + _PIECE + SHINGLE - 1].astype(np.uint64)
        for place in range(SHINGLE):
            piece *= _FACTOR
            piece += own[place : place + len(piece)]
        _mix_in_place(piece)
        _mix_in_place(piece)
    # The last characters of a text begin no shingle.
    back = np.arange(1, SHINGLE)
    last = (np.cumsum(lengths)[:, None] - back)[back <= lengths[:, None]]
    is_whole = np.ones(n, dtype=np.bool_)
    is_whole[last[last < n]] = False
    return hashes[is_whole], offsets


def _mix_in_place(values: npt.NDArray[np.uint64]) -> None:
    values ^= values >> np.uint64(31)
    values *= _MIXER
    values ^= values >> np.uint64(29)


def _mix(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    mixed = values.copy()
    _mix_in_place(mixed)
    return mixed


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
