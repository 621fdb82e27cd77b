"""Charts are well-formed SVG whose bars are as long as their counts."""

from __future__ import annotations

from xml.etree import ElementTree

from pipelines.publishing.charts import stacked_bars

SVG = "{http://www.w3.org/2000/svg}"


def test_bars_are_as_long_as_their_counts():
    svg = stacked_bars(
        [("吉林省 2023 <&>", {"reported": 3, "not_found": 1}), ("北京市 2023", {"reported": 2}), ("none", {})],
        {"reported": "#00aa00", "reported_late": "#ffaa00", "not_found": "#aa0000"},
        note="and 2 more",
    )
    root = ElementTree.fromstring(svg)
    bars = [rect for rect in root.iter(f"{SVG}rect") if rect.find(f"{SVG}title") is not None]
    lengths = [float(rect.get("width", "0")) for rect in bars]
    assert lengths[0] == 3 * lengths[1] == 1.5 * lengths[2]
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert "吉林省 2023 <&>" in texts
    assert "reported_late" not in texts, "a part that is nowhere stands in the legend"
    assert "and 2 more" in texts


def test_no_rows_are_a_chart_without_bars():
    root = ElementTree.fromstring(stacked_bars([], {"reported": "#00aa00"}))
    assert [rect for rect in root.iter(f"{SVG}rect") if rect.find(f"{SVG}title") is not None] == []
