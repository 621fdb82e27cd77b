"""Cells that brackets or quotation marks enclose: rows of a table, and never notes whose figures are lost."""

from __future__ import annotations

import polars as pl
import pytest

from pipelines.forms.dictionary import load_seed
from pipelines.parsing.reports import parse_texts

HEAD = "青石镇人民政府2022年政府信息公开工作年度报告\n一、总体情况\n工作有序。\n"
LABELS = load_seed("form_rows").filter(
    (pl.col("form_version") == "F2021") & (pl.col("table_key") == "t3") & (pl.col("row_kind") == "data")
)
KEYS = LABELS["row_key"].to_list()
# A row's figures tell the row: 1 to 7, 8 to 14 and on.
ROWS = [[label, *range(7 * n + 1, 7 * n + 8)] for n, label in enumerate(LABELS["row_label"])]
HEADER = ["", "自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
COLUMNS = ["natural_person", "org_commercial", "org_research", "org_public_interest", "org_legal_service", "org_other",
           "total"]  # fmt: skip


def _parse(rows: list[str]):
    section = "三、收到和处理政府信息公开申请情况\n"
    return parse_texts({0: HEAD + section + "\n".join(rows) + "\n五、存在的主要问题及改进情况\n人手不足。\n"})


@pytest.mark.parametrize(
    "printed",
    [
        lambda cells: "".join(f"[{cell}]" for cell in cells),
        lambda cells: "".join(f"【{cell}】" for cell in cells),
        lambda cells: ";".join(f'"{cell}"' for cell in cells),
        lambda cells: ",".join(f'"{cell}"' for cell in cells),
    ],
)
def test_rows_of_enclosed_cells_are_rows(printed):
    parsed = _parse([printed(row) for row in [HEADER, *ROWS]])
    read = {(row["row_key"], row["column_key"]): row["value"] for row in parsed.cells.iter_rows(named=True)}
    for key, (_, *figures) in zip(KEYS, ROWS, strict=True):
        assert [read[key, column] for column in COLUMNS] == figures, key


def test_a_few_rows_in_brackets_are_no_label_with_notes():
    parsed = _parse(["".join(f"[{cell}]" for cell in row) for row in ROWS[:2]])
    counts = parsed.reports.select("n_table_numbers", "n_cell_numbers", "n_finding_numbers").row(0)
    assert counts == (14, 0, 14)
