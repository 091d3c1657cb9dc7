"""Latency against the graph's size as a picture: an SVG from the figures of `benchmarks.paths`.

    python -m benchmarks.chart docs/benchmarks.json docs/pictures/latency.svg

Both axes are logarithmic. A line is one kind of question, at the 95th percentile; a bare library, without filters, is dashed.
"""

import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

SHOWN = (
    "one path, through hubs",
    "5 paths, hubs blocked",
    "the most telling path, hubs blocked",
    "exposure to listed firms, depth 4",
    "choke points over 4 tiers",
)
BARE = ("igraph, one path, no filter", "rustworkx, one path, no filter")
COLOURS = ("#0072b2", "#009e73", "#cc79a7", "#d55e00", "#8f6a00", "#666666", "#666666")
"""Okabe and Ito's, told apart by those who see fewer colours; the yellow is darker."""
WIDTH, HEIGHT = 820, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 290, 40, 60
LINE = 17
"""Between two labels, in pixels."""

Point = tuple[float, float]


def figures(measured: dict[str, Any]) -> dict[str, list[Point]]:
    """Relations and milliseconds of each question that is shown, by the graph's size."""
    found: dict[str, list[Point]] = {}
    for size in sorted(measured["sizes"].values(), key=lambda size: int(size["relations"])):
        for name in (*SHOWN, *BARE):
            told = size["index"].get(name) if name in SHOWN else size.get("bare", {}).get(name)
            if told is not None:
                found.setdefault(name, []).append((float(size["relations"]), float(told["p95_ms"])))
    return found


def drawn(lines: dict[str, list[Point]]) -> ET.Element:
    """The picture."""
    sizes = [size for points in lines.values() for size, _ in points]
    times = [time for points in lines.values() for _, time in points]
    decades = range(math.floor(math.log10(min(times))), math.ceil(math.log10(max(times))) + 1)

    def x(size: float) -> float:
        return _between(math.log10(size), math.log10(min(sizes)), math.log10(max(sizes)), LEFT, WIDTH - RIGHT)

    def y(time: float) -> float:
        return _between(math.log10(time), decades[0], decades[-1], HEIGHT - BOTTOM, TOP)

    picture = ET.Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img")
    ET.SubElement(
        picture, "title"
    ).text = "Milliseconds of a question at the 95th percentile against relations in the graph"
    ET.SubElement(picture, "rect", width=str(WIDTH), height=str(HEIGHT), fill="#ffffff")
    _text(picture, LEFT, TOP - 16, "milliseconds, 95th percentile", "start")
    for decade in decades:
        _line(picture, [(LEFT, y(10.0**decade)), (WIDTH - RIGHT, y(10.0**decade))], "#dddddd", 1)
        _text(picture, LEFT - 8, y(10.0**decade) + 4, f"{10.0**decade:g}", "end")
    for size in sorted({size for points in lines.values() for size, _ in points}):
        _text(picture, x(size), HEIGHT - BOTTOM + 22, f"{size:,.0f}", "middle")
    _text(picture, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, "relations", "middle")
    labels = {name: y(points[-1][1]) for name, points in lines.items()}
    places = dict(zip(sorted(labels, key=labels.__getitem__), _apart(sorted(labels.values())), strict=True))
    for (name, points), colour in zip(lines.items(), COLOURS, strict=False):
        places_of = [(x(size), y(time)) for size, time in points]
        _line(picture, places_of, colour, 2, dashed=name in BARE)
        for place in places_of:
            ET.SubElement(picture, "circle", cx=f"{place[0]:.1f}", cy=f"{place[1]:.1f}", r="3", fill=colour)
        end = places_of[-1]
        _line(picture, [(end[0] + 5, end[1]), (WIDTH - RIGHT + 22, places[name] - 4)], colour, 0.6)
        _text(picture, WIDTH - RIGHT + 26, places[name], name, "start", colour)
    return picture


def _between(value: float, least: float, most: float, low: float, high: float) -> float:
    return low if most == least else low + (value - least) / (most - least) * (high - low)


def _apart(heights: Sequence[float]) -> list[float]:
    """The heights of labels, from the top, so that none covers another."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height + 4, placed[-1] + LINE if placed else 0))
    over = max(0.0, placed[-1] - (HEIGHT - BOTTOM + 8)) if placed else 0.0
    return [height - over for height in placed]


def _line(picture: ET.Element, points: Sequence[Point], colour: str, width: float, *, dashed: bool = False) -> None:
    drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    line = ET.SubElement(picture, "polyline", points=drawn, fill="none", stroke=colour)
    line.set("stroke-width", f"{width:g}")
    if dashed:
        line.set("stroke-dasharray", "5 4")


def _text(picture: ET.Element, x: float, y: float, text: str, anchor: str, colour: str = "#333333") -> None:
    element = ET.SubElement(picture, "text", x=f"{x:.1f}", y=f"{y:.1f}", fill=colour)
    element.set("font-family", "system-ui, sans-serif")
    element.set("font-size", "13")
    element.set("text-anchor", anchor)
    element.text = text


def main() -> None:
    """Write the picture."""
    measured, picture = map(Path, sys.argv[1:])
    lines = figures(json.loads(measured.read_bytes()))
    picture.write_bytes(ET.tostring(drawn(lines), encoding="utf-8") + b"\n")


if __name__ == "__main__":
    main()
