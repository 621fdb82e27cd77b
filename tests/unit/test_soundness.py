"""The quick proof of a frame says yes to what pandera accepts, and never to what pandera refuses."""

from __future__ import annotations

import polars as pl
import pytest
from pandera.errors import SchemaErrors

from pipelines.schemas.soundness import is_sound
from pipelines.schemas.staging import STAGING_MODELS, validate_frame
from tests.reading import read_folder, write_delivery
from tests.rendering.tabbed import render_report


@pytest.fixture(scope="module")
def frames(tmp_path_factory) -> dict[str, pl.DataFrame]:
    folder = tmp_path_factory.mktemp("sound")
    text = render_report(3).text
    write_delivery(folder, {"a.txt": render_report(1).text, "b.txt": text, "c.txt": text, "d.txt": "0\n\t5\n"})
    return read_folder(folder)


def accepts(frame: str, data: pl.DataFrame) -> bool:
    try:
        STAGING_MODELS[frame].validate(data, lazy=True)
    except SchemaErrors:
        return False
    return True


def spoilt(data: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The frame with one thing changed in its first row, its rows or its columns; many of them are still fine."""
    cases = {
        "a row twice": pl.concat([data, data.head(1)]),
        "another order": data.select(data.columns[::-1]),
        "a column less": data.drop(data.columns[-1]),
        "a column more": data.with_columns(more=pl.lit(1)),
    }
    first = pl.int_range(pl.len()) == 0
    for name, dtype in data.schema.items():
        values: list[object] = [None]
        if dtype == pl.String:
            values += ["", "odd", "A" * 64, "ab12" * 16, "12", "number", "F2021"]
        elif dtype.is_numeric():
            values += [-1, 0, 1, 99_999] + ([float("nan")] if dtype.is_float() else [])
            cases[f"{name} as text"] = data.with_columns(pl.col(name).cast(pl.String))
        for value in values:
            changed = pl.when(first).then(pl.lit(value, dtype=dtype)).otherwise(pl.col(name))
            cases[f"{name}={value}"] = data.with_columns(changed.alias(name))
    return cases


@pytest.mark.parametrize("frame", STAGING_MODELS)
def test_quick_proof_and_pandera_agree(frame, frames):
    data = frames[frame]
    schema = STAGING_MODELS[frame].to_schema()
    assert is_sound(schema, data)
    assert is_sound(schema, data.clear())
    for name, case in spoilt(data.head(300)).items() if data.height else ():
        assert is_sound(schema, case) == accepts(frame, case), name


def test_what_is_wrong_is_still_listed(frames):
    wrong = frames["cells"].with_columns(value_state=pl.lit("odd"))
    with pytest.raises(SchemaErrors, match="value_state"):
        validate_frame("cells", wrong)
