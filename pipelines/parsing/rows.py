"""Grid cells to form rows: which cell is a label, which row of the form it names, which cells hold its values.

Belongs here: recognising rows by their words and place. Which column a value belongs to is the concern of `tables`.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.forms.dictionary import load_seed
from pipelines.forms.labels import header_labels, label_key, row_labels
from pipelines.parsing.values import parse_values

# `…发布总数量：` prints its figure behind the colon, in the cell of the label.
_INLINE = r"^(?<inline_label>(?s:.+))[：:](?<inline_value>[\s\d.,，０-９]*(?:余?[条件])?\s*)$"
# Words that name a row as well as a column: without its number such a cell is taken for a header where headers stand.
_DOUBLE = ("总计", "其他")


@dataclass(frozen=True)
class FormRows:
    """The rows of a batch of documents.

    Attributes:
        rows: one row a row of a form: `doc`, `grid`, `row`, `table_key`, `row_key`, `is_merged`, `matched_label` as
            printed, `matched_alias` and `label_distance` of the dictionary's label, `header_row`, `line_start`, `line_end`,
            `is_unproved` where as many values as the row has columns may yet not be its columns.
        values: its cells: `row`, `order` (from 1), `text`, `line_start`, `line_end`, and the columns of `parse_values`.
        headers: the cells of header rows: `doc`, `row`, `position`, `text`, `label`, `header_table`.
        leftovers: the cells of rows of a form's grid that name no row of it, with their values parsed.
        foreign: the lines of grids that hold no form table, which are prose: `doc`, `line`, `text`.
    """

    rows: pl.DataFrame
    values: pl.DataFrame
    headers: pl.DataFrame
    leftovers: pl.DataFrame
    foreign: pl.DataFrame

    def only(self, docs: pl.Series) -> FormRows:
        """Return the rows of these documents alone."""
        wanted = pl.col("doc").is_in(docs.implode())
        rows = self.rows.filter(wanted)
        return FormRows(
            rows=rows,
            values=self.values.join(rows, on="row", how="semi", maintain_order="left"),
            headers=self.headers.filter(wanted),
            leftovers=self.leftovers.filter(wanted),
            foreign=self.foreign.filter(wanted),
        )


def read_rows(cells: pl.DataFrame) -> FormRows:
    """Recognise the rows of the form among grid cells (see `documents.plain_text.find_cells`)."""
    known = _label_cells(cells)
    in_form = (pl.col("row_key").is_not_null() | pl.col("header_table").is_not_null()).any().over("grid")
    foreign = known.filter(~in_form).select("doc", pl.col("line_start").alias("line"), "text")
    marked = _mark_rows(_split_rows(known.filter(in_form)))
    is_row = pl.col("label_position").is_not_null()
    after = marked.filter(is_row & (pl.col("position") > pl.col("label_position")))
    labels = marked.filter(is_row & (pl.col("position") == pl.col("label_position")))
    inline = labels.filter(pl.col("inline_value").is_not_null())
    cases = _read_cases(marked.filter(~is_row & ~pl.col("is_header")))
    values = pl.concat([_values_of(after), _inline_values(inline), _values_of(cases)])
    rows = pl.concat([_rows_of(labels), _rows_of(_first_cells(cases))])
    rows = rows.join(
        values.group_by("row").agg(line_end=pl.col("line_end").max()), on="row", maintain_order="left"
    ).sort("row")
    return FormRows(
        rows=rows,
        values=values.drop("doc").sort("row", "order"),
        headers=marked.filter("is_header").select("doc", "row", "position", "text", "label", "header_table"),
        leftovers=marked.join(pl.concat([after, labels, cases], how="diagonal"), on=["row", "position"], how="anti"),
        foreign=foreign,
    )


def _label_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """Join labels and values to cells over their distinct texts, which are few."""
    texts = cells.select("text").unique()
    keyed = texts.with_columns(match=pl.col("text").str.extract_groups(_INLINE)).unnest("match")
    keyed = keyed.with_columns(label=label_key(pl.coalesce("inline_label", "text")))
    keyed = (
        keyed.join(row_labels(), on="label", how="left")
        .join(header_labels(), on="label", how="left")
        .with_columns(
            inline_value=pl.when(pl.col("row_key").is_not_null()).then(pl.col("inline_value")),
        )
        .join(parse_values(texts["text"]), on="text", how="left")
        .drop("inline_label")
    )
    return cells.join(keyed, on="text", how="left", maintain_order="left")


def _split_rows(cells: pl.DataFrame) -> pl.DataFrame:
    """Split rows that have run together, as when a text has lost its empty lines: `is_merged` marks their pieces.

    A row begins at a label or header that does not follow its like, and at the first figure below a header.
    """
    bare_double = pl.col("label").is_in(_DOUBLE) & ~pl.col("text").str.contains(r"[（(]|[七7三3]")
    kind = (
        pl.when(pl.col("header_table").is_not_null() | bare_double)
        .then(pl.lit("header"))
        .when(pl.col("row_key").is_not_null())
        .then(pl.lit("label"))
        .when(pl.col("n_numbers") > 0)
        .then(pl.lit("figure"))
        .otherwise(pl.lit("other"))
    )
    marked = cells.with_columns(kind=kind).with_columns(before=pl.col("kind").shift(1).over("row"))
    starts = (pl.col("kind").is_in(["label", "header"]) & (pl.col("kind") != pl.col("before"))) | (
        (pl.col("kind") == "figure") & (pl.col("before") == "header")
    )
    has_both = (pl.col("kind") == "header").any() & (pl.col("kind").is_in(["label", "figure"])).any()
    n_labels = (pl.col("kind") == "label") & (pl.col("before") != "label")
    marked = marked.with_columns(
        is_merged=(has_both.over("row") | (n_labels.sum().over("row") > 1)) & (pl.col("label") != "").any().over("row")
    )
    marked = marked.with_columns(
        row=(
            (pl.col("row") != pl.col("row").shift(1)).fill_null(True) | (starts.fill_null(False) & pl.col("is_merged"))
        )
        .cum_sum()
        .cast(pl.UInt32)
    )
    return marked.with_columns(position=pl.int_range(pl.len(), dtype=pl.Int32).over("row")).drop("kind", "before")


def _mark_rows(cells: pl.DataFrame) -> pl.DataFrame:
    """Mark header rows, the label of every form row, and for each row the header above it in its grid."""
    is_data_label = pl.col("row_key").is_not_null() & ~pl.col("is_heading")
    per_row = (
        cells.group_by("row", maintain_order=True)
        .agg(
            pl.col("grid").first(),
            is_header=pl.col("header_table").is_not_null().any(),
            row_header_table=pl.col("header_table").drop_nulls().first(),
            label_position=pl.col("position").filter(is_data_label).last(),
            n_cells=pl.len(),
            has_inline=pl.col("inline_value").is_not_null().any(),
        )
        .with_columns(
            # A label with nothing behind it is no row: the text may end here.
            label_position=pl.when(
                ~pl.col("is_header") & (pl.col("has_inline") | (pl.col("label_position") < pl.col("n_cells") - 1))
            ).then("label_position"),
            header_row=pl.when("is_header").then("row").forward_fill().over("grid"),
            last_header_table=pl.col("row_header_table").forward_fill().over("grid"),
        )
        .drop("grid", "row_header_table", "has_inline")
    )
    return cells.join(per_row, on="row", maintain_order="left")


def _read_cases(cells: pl.DataFrame) -> pl.DataFrame:
    """The unlabelled rows of figures below the header of table four: its one row, `cases`."""
    below = cells.filter(pl.col("last_header_table") == "t4")
    is_value = pl.col("value_state").is_in(["number", "zero", "blank", "not_applicable", "ambiguous"])
    unlabelled = (pl.col("row_key").is_null()).all().over("row")
    is_whole = pl.col("n_cells") == _n_case_cells()
    has_figures = is_value.all().over("row") & (pl.col("n_numbers") > 0).any().over("row")
    return below.filter(unlabelled & (is_whole | has_figures)).with_columns(
        table_key=pl.lit("t4"), row_key=pl.lit("cases"), label_position=pl.lit(-1, dtype=pl.Int32)
    )


def _n_case_cells() -> int:
    return load_seed("form_columns").filter((pl.col("table_key") == "t4") & (pl.col("form_version") == "F2021")).height


def _first_cells(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.filter(pl.col("position") == 0).with_columns(text=pl.lit(None, dtype=pl.String))


def _rows_of(labels: pl.DataFrame) -> pl.DataFrame:
    return labels.select(
        "doc",
        "grid",
        "row",
        "table_key",
        "row_key",
        "is_merged",
        matched_label="text",
        matched_alias=pl.when(pl.col("text").is_not_null()).then("label"),
        label_distance=pl.when(pl.col("text").is_not_null()).then(pl.lit(0, dtype=pl.Int32)),
        header_row="header_row",
        line_start="line_start",
        is_unproved=pl.lit(False),
    )


def _values_of(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.select(
        "doc",
        "row",
        (pl.col("position") - pl.col("label_position")).alias("order"),
        "text",
        "line_start",
        "line_end",
        "value_state",
        "value",
        "printed_unit",
        "n_numbers",
    )


def _inline_values(labels: pl.DataFrame) -> pl.DataFrame:
    """The figure behind the colon of a label; it counts as the row's cell unless it is blank and a cell follows."""
    alone = (pl.col("inline_value").str.strip_chars() != "") | (pl.col("position") == pl.col("n_cells") - 1)
    inline = labels.filter(alone).select(
        "doc",
        "row",
        pl.lit(1, dtype=pl.Int32).alias("order"),
        pl.col("inline_value").alias("text"),
        pl.col("line_end").alias("line_start"),
        "line_end",
    )
    parsed = parse_values(inline["text"])
    return inline.join(parsed, on="text", how="left", maintain_order="left").select(
        "doc", "row", "order", "text", "line_start", "line_end", "value_state", "value", "printed_unit", "n_numbers"
    )
