"""The text of a cell to a value: state, figure, unit, and the numbers that it holds.

Belongs here: what a cell's own words mean. Which cell it is, and what its column allows, does not.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from pipelines.forms.dictionary import load_seed

# One number as a reader counts them: thousands separators and decimals belong to it.
# Nothing that a report counts, and no money of one in its largest unit, comes near; decimals of the warehouse hold it.
LARGEST_FIGURE = 1e12
NUMBER_TOKEN = r"\d+(?:,\d{3})*(?:\.\d+)?"
NOTE_MARK = "[\u00b2\u00b3\u00b9\u2070-\u2089\u2460-\u24ff]"
_LESS = "减少|减|下降|-|−|－"
_MORE = "增加|新增|增|\\+"


def clean_value(text: pl.Expr) -> pl.Expr:
    """Return a cell's text in NFKC without outer spaces and invisible characters (inner spaces stay).

    A raised, lowered or circled digit is a mark of a note, and no digit of the figure before it: 12① is not 121.
    """
    return (
        text.str.replace_all(f"({NOTE_MARK})", " $1")
        .str.normalize("NFKC")
        .str.replace_all(r"[\u200b-\u200f\u2060\ufeff\u00ad]", "")
        .str.strip_chars()
    )


def count_numbers(text: pl.Expr) -> pl.Expr:
    """Return how many numbers a text holds (Int32)."""
    return clean_value(text).str.count_matches(NUMBER_TOKEN).cast(pl.Int32)


UNIT_SPELLINGS = "|".join(
    sorted((s for text in load_seed("units")["spellings"] for s in text.split("|")), key=lambda s: (-len(s), s))
)


@cache
def _unit_spellings() -> pl.DataFrame:
    return (
        load_seed("units").select(printed_unit="unit", spelling=pl.col("spellings").str.split("|")).explode("spelling")
    )


@cache
def _value_pattern() -> str:
    spellings = sorted(_unit_spellings()["spelling"], key=len, reverse=True)
    return (
        rf"^(?<sign>{_LESS}|{_MORE})?\s*(?<figure>(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?)"
        rf"\s*(?<spelling>{'|'.join(spellings)})?$"
    )


def parse_values(texts: pl.Series) -> pl.DataFrame:
    """Parse the distinct texts of cells.

    Returns:
        `text`, `value_state` (`ambiguous` where digits are no single figure), `value` (Float64), `printed_unit` (key of
        the unit that stands in the cell), `n_numbers`. 无 and 零 are `zero` here; a column for money takes 无 as words.
    """
    words = (
        load_seed("value_words")
        .select(clean=clean_value(pl.col("word")), word_state="value_state", word_value="value")
        .unique("clean")
    )
    parsed = (
        texts.unique()
        .to_frame("text")
        .lazy()
        .with_columns(clean=clean_value(pl.col("text")))
        .with_columns(n_numbers=pl.col("clean").str.count_matches(NUMBER_TOKEN).cast(pl.Int32))
        .with_columns(match=pl.col("clean").str.extract_groups(_value_pattern()))
        .unnest("match")
        .join(words.lazy(), on="clean", how="left", maintain_order="left")
        .join(_unit_spellings().lazy(), on="spelling", how="left", maintain_order="left")
        .with_columns(figure_value=pl.col("figure").str.replace_all(",", "").cast(pl.Float64, strict=False))
        .with_columns(pl.when(pl.col("sign").str.contains(f"^(?:{_LESS})$")).then(-1.0).otherwise(1.0).alias("factor"))
    )
    # 012 is no way to write twelve: digits of two cells may have run together; so have more than a report can count.
    is_figure = (pl.col("figure_value") < LARGEST_FIGURE).fill_null(False) & ~pl.col("figure").str.contains(
        r"^0\d*[1-9]"
    )
    state = (
        pl.when(pl.col("clean") == "")
        .then(pl.lit("blank"))
        .when(pl.col("word_state").is_not_null())
        .then("word_state")
        .when(is_figure & (pl.col("figure_value") == 0))
        .then(pl.lit("zero"))
        .when(is_figure)
        .then(pl.lit("number"))
        .when(pl.col("n_numbers") > 0)
        .then(pl.lit("ambiguous"))
        .otherwise(pl.lit("text"))
    )
    return parsed.select(
        "text",
        value_state=state,
        value=pl.when(pl.col("word_state").is_not_null())
        .then("word_value")
        .when(is_figure)
        .then(pl.when(pl.col("figure_value") == 0).then(0.0).otherwise(pl.col("figure_value") * pl.col("factor"))),
        printed_unit=pl.when(is_figure).then("printed_unit"),
        n_numbers="n_numbers",
    ).collect()
