"""Section headings among prose lines, and the section that every line stands in.

Belongs here: recognising the headings of the form in any numbering. What stands below them does not.
"""

from __future__ import annotations

import polars as pl

from pipelines.forms.labels import label_key, section_labels

_MAX_HEADING = 45
# 一、总体情况： has its colon behind it, and 一、总体情况（略）。 little more.
_MARK_BEHIND = 6
_NUMBER = r"^[\s　]*[（(]?([一二三四五六七八九十]{1,3}|\d{1,2}|[㈠-㈩])\s*[）)、.．,，:：]"


def find_sections(prose: pl.DataFrame) -> pl.DataFrame:
    """Return the headings among prose lines: `doc`, `line`, `section_key`, `number` as printed, `title`.

    A heading is a short line whose words, without numbering, are a title of the seed `section_titles`; a line that
    goes on after the title and a full stop or colon counts too.
    """
    # Most headings come again in every text.
    headings = _headings_among(prose["text"].unique())
    return prose.join(headings, on="text", maintain_order="left").select(
        "doc", "line", "section_key", "number", "title"
    )


def _headings_among(texts: pl.Series) -> pl.DataFrame:
    """`text`, `section_key`, `number`, `title` of those of distinct lines that are headings."""
    short = texts.to_frame("text").lazy().with_columns(title=pl.col("text").str.strip_chars())
    short = short.with_columns(head=pl.col("title").str.extract(r"^([^。：；;]*)"))
    return (
        short.filter(pl.col("head").str.len_chars().is_between(4, _MAX_HEADING))
        .with_columns(label=label_key(pl.col("head")).str.strip_suffix("如下"))
        .join(section_labels().lazy(), on="label", maintain_order="left")
        .select("text", "section_key", number=pl.col("title").str.extract(_NUMBER), title="head")
        .collect()
    )


def assign_sections(prose: pl.DataFrame, sections: pl.DataFrame) -> pl.DataFrame:
    """Add to prose lines `section_key` of the heading above (null before the first) and `is_heading`.

    A line that goes on after its heading (一、总体情况。2022年共公开…) is prose too.
    """
    marks = sections.select("doc", "line", "section_key", heading="title")
    joined = prose.join(marks, on=["doc", "line"], how="left", maintain_order="left").sort("doc", "line")
    goes_on = pl.col("text").str.strip_chars().str.len_chars() > pl.col("heading").str.len_chars() + _MARK_BEHIND
    return joined.with_columns(
        pl.col("section_key").forward_fill().over("doc"), is_heading=pl.col("heading").is_not_null() & ~goes_on
    ).drop("heading")
