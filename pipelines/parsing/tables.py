"""Form rows to cells: every value of a row that is complete goes to its column, every other row to a finding.

Belongs here: placing values in columns under an edition. Recognising rows and parsing values does not.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from pipelines.forms.dictionary import form_cells, load_seed
from pipelines.forms.labels import column_labels
from pipelines.parsing.findings import join_numbers
from pipelines.parsing.realign import realign_rows
from pipelines.parsing.rows import FormRows

_FIXED_VERSIONS = {"channels": "F2014", "statistics": "F2014", "provincial": "provincial"}
_ROW = ["doc", "form_version", "table_key", "row_key"]


@dataclass(frozen=True)
class Placed:
    """Cells that were read, and findings on rows and values, of a batch (see `schemas.staging.Cells`)."""

    cells: pl.DataFrame
    findings: pl.DataFrame


def place_values(form: FormRows, editions: pl.DataFrame, *, complete: bool = False) -> Placed:
    """Place the values of every form row; `editions` comes from `editions.choose_editions`.

    A row is placed where its number of values is that of the form and its header, if one stands above it, names the
    same columns (in any order). A row printed twice with the same values counts once; with others it proves nothing.
    `complete`: leave out documents with a row of the form that has a problem; their tables cannot be complete.
    """
    rows = _with_versions(form.rows, editions)
    values = _without_placeholders(_without_unit_cells(form.values, rows), rows)
    columns = _columns_of(values, rows, form.headers)
    rows = _judge_rows(rows, values, columns)
    if complete:
        broken = rows.filter(pl.col("problem").is_not_null() & pl.col("table_key").is_in(["t2", "t3", "t4"]))
        rows = rows.filter(~pl.col("doc").is_in(broken["doc"].unique().implode()))
    cells = _cells_of(values, rows.filter(pl.col("problem").is_null()), columns, "read")
    rows, proved = _realign(rows, values, cells)
    realigned = _cells_of(proved, rows.filter(pl.col("problem") == "row_realigned"), columns, "realigned")
    cells = pl.concat([cells, realigned.select(cells.columns)])
    unproved = _unproved_cells(rows)
    findings = pl.concat([_row_findings(rows), _value_findings(cells)], how="diagonal_relaxed")
    return Placed(pl.concat([cells.select(unproved.columns), unproved]), findings)


def _realign(rows: pl.DataFrame, values: pl.DataFrame, cells: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of the wrong length that the form's sums leave one placement: `problem` row_realigned, and their values."""
    order = form_cells().select("form_version", "table_key", "row_key", "column_key", "column_order")
    short = rows.filter(pl.col("problem") == "row_length")
    ordered = cells.join(order, on=["form_version", "table_key", "row_key", "column_key"], how="left")
    proved = realign_rows(short, values, ordered)
    used = proved.group_by("row").agg(n_used=pl.col("n_numbers").sum())
    rows = rows.join(used, on="row", how="left", maintain_order="left").with_columns(
        problem=pl.when(pl.col("n_used").is_not_null()).then(pl.lit("row_realigned")).otherwise("problem"),
        n_numbers=pl.col("n_numbers") - pl.col("n_used").fill_null(0),
    )
    return rows, proved


def _with_versions(rows: pl.DataFrame, editions: pl.DataFrame) -> pl.DataFrame:
    fixed = pl.col("table_key").replace_strict(_FIXED_VERSIONS, default=None, return_dtype=pl.String)
    rows = rows.join(editions.drop("n_votes"), on=["doc", "table_key"], how="left", maintain_order="left")
    rows = rows.with_columns(form_version=pl.coalesce("form_version", fixed))
    sizes = (
        form_cells()
        .group_by("form_version", "table_key", "row_key")
        .agg(pl.col("block_key").first(), n_expected=pl.len().cast(pl.Int32))
    )
    return rows.join(sizes, on=["form_version", "table_key", "row_key"], how="left", maintain_order="left")


def _without_unit_cells(values: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of a channel table print their unit (条, 次, ——) before the figure: it is no value."""
    values = values.join(rows.select("row", "table_key"), on="row", maintain_order="left")
    is_unit = (
        pl.col("table_key").is_in(["channels", "statistics"])
        & (pl.col("order") == 1)
        & (pl.len().over("row") > 1)
        & (pl.col("n_numbers") == 0)
    )
    kept = values.filter(~is_unit)
    return kept.with_columns(order=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("row")).drop("table_key")


def _without_placeholders(values: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Where rows of table three have run together, the empty cells before the next label (two groups) are its own."""
    values = values.join(rows.select("row", "table_key", "is_merged", "n_expected"), on="row", maintain_order="left")
    beyond = (
        pl.col("is_merged") & (pl.col("table_key") == "t3") & (pl.col("order") > pl.col("n_expected")).fill_null(False)
    )
    empty = beyond & (pl.col("value_state") == "blank")
    n_beyond = beyond.sum().over("row")
    is_placeholder = empty & (n_beyond == empty.sum().over("row")) & (n_beyond <= 2)
    return values.filter(~is_placeholder).drop("table_key", "is_merged", "n_expected")


def _columns_of(values: pl.DataFrame, rows: pl.DataFrame, headers: pl.DataFrame) -> pl.DataFrame:
    """Return for every value its column by place and by the header above it: `row`, `order`, `by_place`, `by_header`.

    `other_header` is true where the header names a column of another edition or row only.
    """
    places = form_cells().select("form_version", "table_key", "row_key", "column_order", by_place="column_key")
    block_labels = column_labels().filter(pl.col("table_key") == "t2")
    value_rows = values.select("row", "order").join(
        rows.select("row", "form_version", "table_key", "row_key", "block_key", "header_row"),
        on="row",
        maintain_order="left",
    )
    is_column = pl.col("label").is_in(block_labels["label"].implode())
    captions = headers.filter((pl.col("header_table") == "t2") & ~is_column)
    # The columns stand behind 信息内容, which stands above the labels of the rows.
    first_label = captions.group_by("row").agg(first=pl.col("position").max())
    above = headers.join(first_label, on="row").select(
        header_row="row", order=(pl.col("position") - pl.col("first")), header_label="label", header_text="text"
    )
    known = block_labels.select(header_label="label", known="label").unique()
    mine = block_labels.select("form_version", "block_key", header_label="label", by_header="column_key")
    return (
        value_rows.join(
            places,
            left_on=["form_version", "table_key", "row_key", "order"],
            right_on=["form_version", "table_key", "row_key", "column_order"],
            how="left",
            maintain_order="left",
        )
        .join(above, on=["header_row", "order"], how="left", maintain_order="left")
        .join(mine, on=["form_version", "block_key", "header_label"], how="left", maintain_order="left")
        .join(known, on="header_label", how="left", maintain_order="left")
        .select(
            "row",
            "order",
            "by_place",
            "header_text",
            by_header=pl.when(pl.col("table_key") == "t2").then("by_header"),
            other_header=(pl.col("table_key") == "t2") & pl.col("known").is_not_null() & pl.col("by_header").is_null(),
        )
    )


def _judge_rows(rows: pl.DataFrame, values: pl.DataFrame, columns: pl.DataFrame) -> pl.DataFrame:
    """Add `problem` (rule key, or null where the row can be placed), `column_source` and what a finding needs."""
    content = values.group_by("row").agg(
        n_values=pl.len().cast(pl.Int32),
        content=pl.col("text").str.strip_chars().str.join("\t"),
        numbers=join_numbers(pl.col("text")),
        n_numbers=pl.col("n_numbers").sum(),
        last_state=pl.col("value_state").sort_by("order").last(),
    )
    header = columns.group_by("row").agg(
        n_by_header=pl.col("by_header").drop_nulls().n_unique(),
        disagrees=(pl.col("by_header") != pl.col("by_place")).any(),
        other_header=pl.col("other_header").any(),
        header=pl.col("header_text").drop_nulls().str.join("/"),
    )
    by_header = pl.col("n_by_header") == pl.col("n_values")
    repeated = pl.len().over(_ROW) > 1
    same = pl.col("content").n_unique().over(_ROW) == 1
    judged = rows.join(content, on="row", how="left", maintain_order="left").join(
        header, on="row", how="left", maintain_order="left"
    )
    return judged.with_columns(
        problem=pl.when(pl.col("n_expected").is_null())
        .then(pl.lit("unknown_row"))
        .when(repeated & (~same | (pl.int_range(pl.len()).over(_ROW) > 0)))
        .then(pl.lit("repeated_row"))
        # Where rows have run together, an empty last cell may be the next label's: a value may be lost.
        .when(
            pl.col("is_unproved")
            | (pl.col("n_values") != pl.col("n_expected"))
            | (pl.col("is_merged") & (pl.col("last_state") == "blank"))
        )
        .then(pl.lit("row_length"))
        .when(pl.col("other_header") | (pl.col("disagrees").fill_null(False) & ~by_header))
        .then(pl.lit("header_mismatch")),
        column_source=pl.when(by_header).then(pl.lit("header")).otherwise(pl.lit("place")),
        is_proved=~repeated | same,
    )


def _cells_of(values: pl.DataFrame, rows: pl.DataFrame, columns: pl.DataFrame, basis: str) -> pl.DataFrame:
    facts = form_cells().select("form_version", "table_key", "row_key", "column_key", "unit", "value_type")
    named = rows.select("row", *_ROW, "matched_label", "matched_alias", "label_distance", "column_source")
    if basis == "realigned":
        places = form_cells().select(
            "form_version", "table_key", "row_key", order="column_order", by_place="column_key"
        )
        columns = named.join(places, on=["form_version", "table_key", "row_key"]).select(
            "row", "order", "by_place", by_header=pl.lit(None, pl.String), header_text=pl.lit(None, pl.String)
        )
        named = named.with_columns(column_source=pl.lit("place"))
    else:
        columns = columns.drop("other_header")
    cells = (
        values.join(named, on="row", maintain_order="left")
        .join(columns, on=["row", "order"], maintain_order="left")
        .with_columns(column_key=pl.when(pl.col("column_source") == "header").then("by_header").otherwise("by_place"))
        .join(facts, on=["form_version", "table_key", "row_key", "column_key"], how="left", maintain_order="left")
    )
    is_money = pl.col("value_type") == "money"
    # 无 in a cell for money is words; 5万 in a cell for a count is no plain count.
    no_count = ~is_money & (pl.col("printed_unit") != "count").fill_null(False)
    wordy_money = is_money & (pl.col("value_state") == "zero") & ~pl.col("text").str.contains(r"\d")
    counted_money = is_money & (pl.col("printed_unit") == "count").fill_null(False)
    cells = cells.with_columns(
        value_state=pl.when(no_count | counted_money)
        .then(pl.lit("ambiguous"))
        .when(wordy_money)
        .then(pl.lit("text"))
        .otherwise("value_state"),
        value=pl.when(~no_count & ~counted_money & ~wordy_money).then("value"),
        header_unit=pl.when(is_money).then(header_unit(pl.col("header_text"))),
        form_unit=pl.when(is_money).then(pl.col("unit").replace_strict(_unit_names(), default=None)),
    )
    by_cell = pl.col("printed_unit").is_not_null() & is_money
    return cells.with_columns(
        raw_value=pl.col("text"),
        value_basis=pl.when(pl.col("value_state") != "absent").then(pl.lit(basis)),
        printed_unit=pl.when(is_money).then(pl.coalesce("printed_unit", "header_unit", "form_unit")),
        printed_unit_basis=pl.when(by_cell)
        .then(pl.lit("cell"))
        .when(pl.col("header_unit").is_not_null())
        .then(pl.lit("header"))
        .when(pl.col("form_unit").is_not_null())
        .then(pl.lit("form")),
    )


def header_unit(header: pl.Expr) -> pl.Expr:
    """Return the money unit that a header prints, such as `（万元）`, as a key of the seed `units`."""
    printed = header.str.normalize("NFKC").str.replace_all(r"\s", "").str.extract(r"(亿元|万元|元)[)\]】]?$")
    return printed.replace_strict(_unit_names(), default=None, return_dtype=pl.String)


def _unit_names() -> dict[str, str]:
    units = load_seed("units").filter(pl.col("yuan_factor").is_not_null())
    return dict(zip(units["name_zh"], units["unit"], strict=True))


def _unproved_cells(rows: pl.DataFrame) -> pl.DataFrame:
    """Cells of rows whose values could not be placed: figures may be there, which is whose is not proved."""
    has_problem = pl.col("problem").is_not_null() & (pl.col("problem") != "row_realigned")
    unproved = rows.filter(has_problem & pl.col("n_expected").is_not_null()).filter(
        ~pl.col("is_proved") | (pl.col("problem") != "repeated_row")
    )
    unproved = unproved.unique(_ROW, keep="first", maintain_order=True)
    empty = pl.lit(None, dtype=pl.String)
    return unproved.join(
        form_cells().select("form_version", "table_key", "row_key", "column_key"),
        on=["form_version", "table_key", "row_key"],
    ).select(
        *_ROW,
        "column_key",
        raw_value=empty,
        value=pl.lit(None, dtype=pl.Float64),
        value_state=pl.lit("ambiguous"),
        value_basis=empty,
        printed_unit=empty,
        printed_unit_basis=empty,
        matched_label="matched_label",
        matched_alias="matched_alias",
        label_distance="label_distance",
        line_start="line_start",
        line_end="line_end",
        n_numbers=pl.lit(0, dtype=pl.Int32),
    )


def _row_findings(rows: pl.DataFrame) -> pl.DataFrame:
    of_length = pl.col("problem").is_in(["row_length", "row_realigned"])
    return rows.filter(pl.col("problem").is_not_null()).select(
        "doc",
        "table_key",
        "line_start",
        "line_end",
        "n_numbers",
        "header",
        "numbers",
        row_key=pl.when(pl.col("n_expected").is_not_null()).then("row_key"),
        rule_key="problem",
        label=pl.coalesce("matched_label", "row_key"),
        expected=pl.when(of_length).then(pl.col("n_expected").cast(pl.String)),
        actual=pl.when(of_length).then(pl.col("n_values").cast(pl.String)).otherwise("numbers"),
    )


def _value_findings(cells: pl.DataFrame) -> pl.DataFrame:
    """Values that are no single figure. What a figure may be (negative, a fraction) is a rule of the seed `rules`."""
    found = cells.filter(pl.col("value_state") == "ambiguous")
    return found.select(
        "doc",
        "table_key",
        "row_key",
        "column_key",
        "line_start",
        "line_end",
        "n_numbers",
        rule_key=pl.lit("unparsed_value"),
        raw="text",
        actual="text",
    )
