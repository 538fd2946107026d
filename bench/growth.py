"""What grows with the data: the runs at several scales side by side, and as a log-log picture."""

import json
import math
import sys
from collections.abc import Iterable, Sequence
from html import escape

from .report import OUT, Json
from .tables import table as markdown

WIDTH, HEIGHT, LEFT, FOOT, RIGHT, TOP = 760, 520, 54, 40, 190, 20
TONES = ("#0b5fa5", "#8a3ffc", "#00705a", "#9a5b00", "#6e7781", "#b0127b", "#3d6b00", "#5b4b8a")
Points = list[tuple[int, float]]


def runs(scales: Iterable[int]) -> dict[int, Json]:
    """Return the kept result of each scale. Exits where one was not measured yet."""
    found = {}
    for scale in scales:
        path = OUT / f"pages-{scale}.json"
        if not path.exists():
            sys.exit(f"Not measured yet: ./run bench --scale {scale}")
        found[scale] = json.loads(path.read_text())
    return found


def medians(found: dict[int, Json]) -> dict[str, Points]:
    """Return each page's median at one connection, in milliseconds at the server, by scale."""
    titles = {page["name"]: page["title"] for run in found.values() for page in run["pages"]}
    lines: dict[str, Points] = {title: [] for title in titles.values()}
    for scale, run in found.items():
        for page in run["pages"]:
            at_server = page["samples"]["dtac"]["1"]["at_server"]["p50"]
            lines[titles[page["name"]]].append((scale, at_server))
    return lines


def table(found: dict[int, Json]) -> str:
    """Return the table as Markdown: median at each scale, how many times the first, queries."""
    scales = list(found)
    queries: dict[str, set[int]] = {}
    for run in found.values():
        for page in run["pages"]:
            queries.setdefault(page["title"], set()).add(page["queries"])
    rows: list[list[str]] = []
    for title, points in medians(found).items():
        by_scale = dict(points)
        cells = [f"{by_scale[scale]:.1f}" if scale in by_scale else "" for scale in scales]
        grown = points[-1][1] / points[0][1] if points[0][1] else 0
        counts = sorted(queries[title])
        told = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
        rows.append([title, *cells, f"{grown:.1f}", told])
    return "\n".join(markdown(["page", *(f"{each}x" for each in scales), "times", "queries"], rows))


def picture(lines: dict[str, Points]) -> str:
    """Return a log-log picture of lines of (scale, milliseconds), as SVG."""
    scales = sorted({scale for points in lines.values() for scale, _ in points})
    values = [value for points in lines.values() for _, value in points if value > 0]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))

    def x(scale: int) -> float:
        span = math.log10(scales[-1]) - math.log10(scales[0]) or 1
        return LEFT + (WIDTH - LEFT - RIGHT) * (math.log10(scale) - math.log10(scales[0])) / span

    def y(value: float) -> float:
        share = (math.log10(max(value, 10.0**low)) - low) / (high - low)
        return HEIGHT - FOOT - (HEIGHT - FOOT - TOP) * share

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for power in range(low, high + 1):
        at = y(10.0**power)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(
            f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g} ms</text>'
        )
    for scale in scales:
        parts.append(
            f'<text x="{x(scale):.1f}" y="{HEIGHT - 16}" text-anchor="middle">{scale}x</text>'
        )
    labels = _apart(
        sorted((y(points[-1][1]), title) for title, points in lines.items() if points), 12
    )
    for number, (at, title) in enumerate(labels):
        tone = TONES[number % len(TONES)]
        path = "L".join(f"{x(scale):.1f} {y(value):.1f}" for scale, value in lines[title])
        parts.append(f'<path d="M{path}" fill="none" stroke="{tone}" stroke-width="1.5"/>')
        parts.append(
            f'<text x="{WIDTH - RIGHT + 8}" y="{at + 4:.1f}" fill="{tone}">{escape(title)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def _apart(places: Sequence[tuple[float, str]], least: float) -> list[tuple[float, str]]:
    """Return labels moved so far that none touches the next, nor lies under the foot."""
    moved: list[tuple[float, str]] = []
    for at, title in places:
        moved.append((max(at, moved[-1][0] + least) if moved else at, title))
    lowest = float(HEIGHT - FOOT)
    for number in reversed(range(len(moved))):
        at, title = moved[number]
        moved[number] = (min(at, lowest), title)
        lowest = moved[number][0] - least
    return moved


def main() -> None:
    """Print the table of the scales that are asked for, and keep the picture."""
    scales = [int(each) for each in sys.argv[1:]] or [1, 10, 100]
    found = runs(scales)
    print(table(found))
    kept = OUT / "growth.svg"
    kept.write_text(picture(medians(found)))
    print(f"\nKept in {kept}.")


if __name__ == "__main__":
    main()
