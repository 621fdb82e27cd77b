"""Small charts as SVG: bars of counts, stacked, one row a label.

Belongs here: drawing. What is counted stands in `summary`, where a chart is shown with the assets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

_LABEL, _BAR, _RIGHT, _ROW, _HEAD = 170, 420, 120, 22, 30
_STYLE = "font-family:sans-serif;font-size:12px"


def stacked_bars(rows: Sequence[tuple[str, Mapping[str, int]]], colours: Mapping[str, str], note: str = "") -> str:
    """Return an SVG with a bar a row, each as long as the share of its parts in the longest row.

    Args:
        rows: label and the count of each part, in the order they are drawn.
        colours: part -> colour, in the order of the legend; parts that are nowhere above 0 are left out of it.
        note: a line below the bars.
    """
    longest = max((sum(parts.values()) for _, parts in rows), default=0) or 1
    width, height = _LABEL + _BAR + _RIGHT, _HEAD + _ROW * len(rows) + (_ROW if note else 8)
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" style="{_STYLE}">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        *_legend([part for part in colours if any(parts.get(part) for _, parts in rows)], colours),
    ]
    for number, (label, parts) in enumerate(rows):
        top = _HEAD + number * _ROW
        drawn.append(f'<text x="{_LABEL - 8}" y="{top + 15}" text-anchor="end">{escape(label)}</text>')
        left = float(_LABEL)
        for part, colour in colours.items():
            length = _BAR * parts.get(part, 0) / longest
            if length:
                drawn.append(
                    f'<rect x="{left:.1f}" y="{top + 3}" width="{length:.1f}" height="16" fill="{colour}">'
                    f"<title>{escape(part)}: {parts[part]:,}</title></rect>"
                )
            left += length
        drawn.append(f'<text x="{left + 6:.1f}" y="{top + 15}" fill="#555555">{sum(parts.values()):,}</text>')
    if note:
        drawn.append(f'<text x="{_LABEL}" y="{height - 7}" fill="#555555">{escape(note)}</text>')
    return "".join([*drawn, "</svg>"])


def _legend(parts: Sequence[str], colours: Mapping[str, str]) -> list[str]:
    drawn: list[str] = []
    left = _LABEL
    for part in parts:
        drawn.append(f'<rect x="{left}" y="8" width="12" height="12" fill="{colours[part]}"/>')
        drawn.append(f'<text x="{left + 16}" y="18">{escape(part)}</text>')
        left += 34 + 7 * len(part)
    return drawn
