"""Which ways of printing explain a row: counted from numbers, against trying each way cell by cell."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.forms.matching import RowLabel, find_label
from pipelines.parsing.found import FoundRow
from pipelines.parsing.printing_ways import WAYS, count_fitting, fits_of
from pipelines.parsing.tokens import Token

# Of table three (form of 2021, levels 1 to 3): 一、本年新收; （一）予以公开; 1.属于国家秘密; and a row of table two.
_LABELS = (
    (RowLabel("t3", "new", False, 1), 1),
    (RowLabel("t3", "granted", False, 4), 2),
    (RowLabel("t3", "denied_state_secret", False, 7), 3),
    (RowLabel("t2", "regulation", False, 1), 1),
)
_MATCH = find_label("予以公开")
_VALUES = 2


@st.composite
def _rows(draw: st.DrawFn) -> list[tuple[FoundRow, int]]:
    rows = []
    printed = 0
    for _ in range(draw(st.integers(1, 5))):
        label, level = draw(st.sampled_from(_LABELS))
        printed = draw(st.sampled_from((0, printed, printed + 1)))
        kinds = draw(st.lists(st.sampled_from(("blank", "blank", "figure")), min_size=1, max_size=6))
        row = FoundRow(label, draw(st.sampled_from((None, _MATCH))), None, 1)
        row.values = [Token("" if kind == "blank" else "1", kind, 1, 1, printed, True) for kind in kinds]
        row.number = draw(st.sampled_from((0, printed)))
        row.width = draw(st.integers(2, 5))
        row.n_headings = draw(st.integers(0, 2))
        rows.append((row, level))
    return rows


def _try(way: str, place: int, rows: list[tuple[FoundRow, int]]) -> tuple[int, int] | None:
    """How many cells before and behind the values of one row fill up in one way, by what the way is said to be."""
    row, level = rows[place]
    following, next_level = rows[place + 1] if place + 1 < len(rows) else (None, 0)
    spare = len(row.values) - _VALUES
    headings = 3 - level if row.label.table_key == "t3" else 0
    widths = [each.width for each, _ in rows]
    width = max(dict.fromkeys(widths), key=widths.count)
    is_common = widths.count(width) >= max(2, 0.6 * len(rows))
    ends_in_next = following is not None and row.values[-1].row == following.values[0].row
    if way == "exact":
        cut = (0, 0)
    elif way == "headings empty":
        cut = (headings, 0)
    elif way.startswith("filled"):
        is_short_end = way == "filled behind" and following is None and row.width < width and not row.number
        if not is_common or not (row.width == width or is_short_end):
            return None
        cut = (0, spare) if way == "filled behind" else (spare, 0)
    else:
        lead, per_level, join = map(int, way.split()[1:])
        before = (join if row.match is None else 0) + lead * headings
        if following is None:
            cut = (before, max(spare - before, 0))
        elif row.values[0].row and not ends_in_next:
            return None
        else:
            cut = (before, join + per_level * (next_level - 1 - following.n_headings))
    if min(cut) < 0 or sum(cut) != spare:
        return None
    filling = row.values[: cut[0]] + row.values[len(row.values) - cut[1] :]
    return cut if all(token.kind == "blank" for token in filling) else None


@given(_rows())
def test_a_way_explains_a_row_where_trying_it_does(rows):
    found = fits_of([row for row, _ in rows], [(row, _VALUES) for row, _ in rows])
    for place, fits in enumerate(found):
        assert dict(zip(WAYS, fits, strict=True)) == {way: _try(way, place, rows) for way in WAYS}


@given(_rows())
def test_the_best_way_explains_so_many_rows_with_something_written(rows):
    written = [place for place, (row, _) in enumerate(rows) if any(token.kind != "blank" for token in row.values)]
    expected = max(sum(_try(way, place, rows) is not None for place in written) for way in WAYS)
    assert count_fitting([row for row, _ in rows], [_VALUES] * len(rows)) == expected
