"""A run as a picture: requests a second of each page, D-TAC's beside the others', as SVG."""

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

Json = dict[str, Any]
ROW, LEFT, RIGHT, TOP, WIDTH = 24, 190, 60, 46, 860
TONES = {"dtac": "#0b5fa5", "admin": "#b5540a", "floor": "#8a929a", "before": "#8a3ffc"}
NAMES = {"dtac": "D-TAC", "admin": "plain admin", "floor": "ready bytes", "before": "before"}


def picture(pages: Sequence[Json]) -> str:
    """Return the picture: a line for each page, a dot for each way to it, on a scale of powers."""
    rates = [rate for page in pages for rate in _rates(page).values()]
    low = 10.0 ** math.floor(math.log10(min(rates)))
    high = 10.0 ** math.ceil(math.log10(max(rates)))
    height = TOP + ROW * len(pages) + 14

    def x(rate: float) -> float:
        share = (math.log10(rate) - math.log10(low)) / (math.log10(high) - math.log10(low))
        return LEFT + (WIDTH - LEFT - RIGHT) * share

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        *_legend({name for page in pages for name in _rates(page)}),
    ]
    tick = low
    while tick <= high:
        parts.append(f'<path d="M{x(tick):.1f} {TOP - 8}V{height - 14}" stroke="#ddd"/>')
        parts.append(
            f'<text x="{x(tick):.1f}" y="{TOP - 12}" text-anchor="middle">{tick:g} a second</text>'
        )
        tick *= 10
    for number, page in enumerate(pages):
        y = TOP + ROW * (number + 0.5)
        found = _rates(page)
        ends = sorted(x(rate) for rate in found.values())
        parts.append(f'<text x="{LEFT - 14}" y="{y + 4}" text-anchor="end">')
        parts.append(f"{escape(page['title'])}</text>")
        parts.append(f'<path d="M{ends[0]:.1f} {y}H{ends[-1]:.1f}" stroke="#ccc"/>')
        parts += [
            f'<circle cx="{x(rate):.1f}" cy="{y}" r="{6 if name == "dtac" else 4.5}" '
            f'fill="{TONES[name]}"><title>{NAMES[name]}: {rate:g} a second</title></circle>'
            for name, rate in found.items()
        ]
    return "\n".join([*parts, "</svg>", ""])


def _rates(page: Json) -> dict[str, float]:
    """Return each way's requests a second over 8 connections."""
    found = {name: by_many["8"]["rate"] for name, by_many in page["samples"].items()}
    return {name: rate for name, rate in found.items() if rate}


def _legend(names: set[str]) -> Iterator[str]:
    at = LEFT
    for name in TONES:
        if name in names:
            yield f'<circle cx="{at}" cy="12" r="5" fill="{TONES[name]}"/>'
            yield f'<text x="{at + 10}" y="16">{NAMES[name]}</text>'
            at += 110
