"""Pandera models of deliveries: what their descriptions say, and what they claim to cover.

Belongs here: frames of a delivery as a whole.
"""

from __future__ import annotations

import pandera.polars as pa
import polars as pl

from pipelines.schemas.frames import DIVISION_CODE, Frame, field

DESCRIPTION_STATUSES = ["none", "valid", "invalid"]
LEVELS = ["province", "prefecture", "county", "township"]


class Deliveries(Frame):
    """One row a delivery: what its description says of it; without one, that there is none.

    每个交付批次一行：说明文件所写的来源、许可和采集日期。
    """

    delivery: str = field("delivery")
    description_path: str = field("description_path", nullable=True)
    description_status: str = field("description_status", isin=DESCRIPTION_STATUSES)
    collected_on: pl.Date = field("collected_on", nullable=True)
    delivery_source: str = field("delivery_source", nullable=True)
    licence: str = field("licence", nullable=True)
    collector: str = field("collector", nullable=True)

    class Config:
        unique = ["delivery"]


class DeliveryScopes(Frame):
    """One row a division, level of units and span of report years that a delivery claims to cover.

    交付批次声称覆盖的每个行政区划、单位层级和年度区间一行。
    """

    delivery: str = field("delivery")
    scope_seq: pl.Int32 = field("scope_seq", ge=1)
    division_code: str = field("division_code", str_matches=DIVISION_CODE)
    unit_level: str = field("unit_level", isin=LEVELS)
    year_from: pl.Int32 = field("year_from", ge=2000, le=2100)
    year_to: pl.Int32 = field("year_to", ge=2000, le=2100)
    deadline_month: pl.Int32 = field("deadline_month", nullable=True, ge=1, le=12)
    deadline_day: pl.Int32 = field("deadline_day", nullable=True, ge=1, le=31)

    class Config:
        unique = ["delivery", "scope_seq"]

    @pa.dataframe_check(name="years_are_in_order")
    def years_are_in_order(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """The first year is not after the last."""
        return data.lazyframe.select(pl.col("year_from") <= pl.col("year_to"))
