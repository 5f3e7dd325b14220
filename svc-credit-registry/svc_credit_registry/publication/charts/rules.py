"""A bar chart as SVG: readable without a script or a style, with a title and a text for those who can't see it.

The colours are the first ones of Okabe and Ito's palette, told apart also by people who see colours differently.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

COLOURS = ("#0072B2", "#E69F00", "#CC79A7", "#009E73", "#56B4E9", "#D55E00", "#999999", "#F0E442")
WIDTH, LABELS, NUMBERS, BAR, GAP, HEAD = 720, 170, 90, 12, 8, 64
WIDE_FROM = 0x2E80
LABEL_ROOM = 24
"""Widths of half a Chinese character which a label may take."""


@dataclass(frozen=True)
class Bar:
    """The values under one label, in the order of the chart's series."""

    label: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Chart:
    """What is drawn: `name` tells the ids of several charts on a page apart, `text` says it in words."""

    name: str
    title: str
    text: str
    series: tuple[str, ...]
    bars: Sequence[Bar]


def svg(chart: Chart, *, alone: bool = False) -> str:
    """The chart; `alone` for a file of its own, which brings its ground along."""
    height = HEAD + len(chart.bars) * (BAR * len(chart.series) + GAP) + GAP
    ids = f"{chart.name}-title", f"{chart.name}-text"
    ground = f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>' if alone else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-labelledby="{ids[0]} {ids[1]}" font-family="sans-serif" font-size="12" '
        f"fill={quoteattr('#1a1a1a' if alone else 'currentColor')}>"
        f'<title id="{ids[0]}">{escape(chart.title)}</title><desc id="{ids[1]}">{escape(chart.text)}</desc>'
        f'{ground}<text x="0" y="18" font-size="15" font-weight="bold">{escape(chart.title)}</text>'
        f"{_legend(chart.series)}{_bars(chart)}</svg>"
    )


def _legend(series: Sequence[str]) -> str:
    parts, x = [], 0
    for place, name in enumerate(series):
        parts.append(f'<rect x="{x}" y="32" width="12" height="12" fill="{_colour(place)}"/>')
        parts.append(f'<text x="{x + 17}" y="43">{escape(name)}</text>')
        x += 40 + sum(13 if ord(letter) > WIDE_FROM else 7 for letter in name)
    return "".join(parts)


def _bars(chart: Chart) -> str:
    most = max((value for bar in chart.bars for value in bar.values), default=0) or 1
    room, y, parts = WIDTH - LABELS - NUMBERS, HEAD, []
    for bar in chart.bars:
        middle = y + BAR * len(bar.values) / 2 + 4
        parts.append(f'<text x="{LABELS - 8}" y="{middle:g}" text-anchor="end">{escape(_short(bar.label))}</text>')
        for place, value in enumerate(bar.values):
            length = round(room * value / most, 1)
            parts.append(
                f'<rect x="{LABELS}" y="{y}" width="{length:g}" height="{BAR - 1}" fill="{_colour(place)}"/>'
                f'<text x="{LABELS + length + 5:g}" y="{y + BAR - 2}" font-size="11">{value:,}</text>'
            )
            y += BAR
        y += GAP
    return "".join(parts)


def _short(label: str) -> str:
    """A label as far as there is room for it; a Chinese character takes the room of two others."""
    widths = list(itertools.accumulate(2 if ord(letter) > WIDE_FROM else 1 for letter in label))
    if not widths or widths[-1] <= LABEL_ROOM:
        return label
    return label[: sum(width < LABEL_ROOM for width in widths)] + "…"


def _colour(place: int) -> str:
    return COLOURS[place % len(COLOURS)]
