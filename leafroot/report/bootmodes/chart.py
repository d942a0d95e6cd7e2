# SPDX-License-Identifier: Apache-2.0
"""The chart of `bench-bootmodes`: an SVG with one panel a measure and one bar a way, for light and dark pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from leafroot.report.bootmodes.table import IN_BYTES, MEASURES, Row
from leafroot.report.bootmodes.ways import BASE, HELD_TO_BASE

_MIB = 1024 * 1024
_WIDTH, _MARGIN, _NAMES, _GAP = 960, 12, 96, 14
_LINE, _BAR, _HEAD = 22, 14, 44
# Room for the figure behind the longest bar.
_FIGURE = 62

_STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #1f2328 }
.head { font-weight: 600 }
.figure { font-size: 11px; fill: #59636e }
.other { fill: #8c959f }
.base { fill: #59636e }
.ours { fill: #1a7f37 }
.mark { stroke: #59636e; stroke-dasharray: 2 3 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .figure { fill: #9198a1 }
  .other { fill: #656c76 }
  .base { fill: #9198a1 }
  .ours { fill: #3fb950 }
  .mark { stroke: #9198a1 }
}
"""


def chart(rows: Sequence[Row]) -> str:
    """The chart as the text of an SVG file; the dashed line in each panel is plain rootfs."""
    height = _HEAD + len(rows) * _LINE + _MARGIN
    panel = (_WIDTH - 2 * _MARGIN - _NAMES - _GAP * (len(MEASURES) - 1)) / len(MEASURES)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
        ' role="img" aria-label="What each way to a root in memory costs">',
        "<!-- SPDX-License-Identifier: Apache-2.0 -->",
        f"<style>\n{_STYLE}</style>",
    ]
    for number, row in enumerate(rows):
        parts.append(_text(_MARGIN, _middle(number), row.way, "head" if row.way in HELD_TO_BASE else ""))
    for number, (name, measure) in enumerate(MEASURES):
        left = _MARGIN + _NAMES + number * (panel + _GAP)
        parts += _panel(rows, name, measure, left, panel)
    return "\n".join([*parts, "</svg>", ""])


def _panel(rows: Sequence[Row], name: str, measure: Callable[[Row], float], left: float, width: float) -> list[str]:
    unit = (width - _FIGURE) / max(measure(row) for row in rows)
    parts = [_text(left, _HEAD - 20, name, "head")]
    for number, row in enumerate(rows):
        value = measure(row)
        kind = "base" if row.way == BASE else "ours" if row.way in HELD_TO_BASE else "other"
        top = _HEAD + number * _LINE + (_LINE - _BAR) / 2
        parts.append(
            f'<rect class="{kind}" x="{left:.1f}" y="{top:.1f}" width="{value * unit:.1f}" height="{_BAR}" rx="2"/>'
        )
        figure = f"{value / _MIB:.1f} MiB" if name in IN_BYTES else f"{value:.2f} s"
        parts.append(_text(left + value * unit + 5, _middle(number), figure, "figure"))
    mark = left + next(measure(row) for row in rows if row.way == BASE) * unit
    bottom = _HEAD + len(rows) * _LINE
    parts.append(f'<line class="mark" x1="{mark:.1f}" x2="{mark:.1f}" y1="{_HEAD - 6}" y2="{bottom}"/>')
    return parts


def _middle(number: int) -> float:
    return _HEAD + number * _LINE + _LINE / 2 + 4


def _text(x: float, y: float, text: str, kind: str) -> str:
    attribute = f' class="{kind}"' if kind else ""
    return f'<text{attribute} x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
