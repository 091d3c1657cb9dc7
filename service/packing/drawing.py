"""Paths as one SVG: a row for each, boxes for entities, an arrow for the surest relation of each hop. No fonts are measured."""

from collections.abc import Sequence
from html import escape

from service.searches.hops import Hop, Path

_BOX, _GAP, _HEIGHT, _ROW = 170, 190, 46, 110
_MARGIN = 16
_NAME, _LABEL = 22, 26
"""Characters of a name, and of a label, that find room."""
_LOOK = 'font-family="sans-serif" font-size="13" role="img"'
_ARROW_HEAD = (
    '<defs><marker id="end" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
    'orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" fill="#334155"/></marker></defs>'
)


def drawing(paths: Sequence[Path]) -> str:
    """An SVG document of its own; the whole of a text that was cut is its title."""
    hops = max((len(path.hops) for path in paths), default=0)
    width = 2 * _MARGIN + _BOX * (hops + 1) + _GAP * hops
    height = 2 * _MARGIN + _ROW * max(1, len(paths))
    frame = f'width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {frame} viewBox="0 0 {width} {height}" {_LOOK}>',
        _ARROW_HEAD,
        f'<rect {frame} fill="#ffffff"/>',
    ]
    for row, path in enumerate(paths):
        y = _MARGIN + row * _ROW + (_ROW - _HEIGHT) // 2
        parts += [_box(_MARGIN + i * (_BOX + _GAP), y, entity.name) for i, entity in enumerate(path.entities)]
        parts += [_arrow(_MARGIN + hop.index * (_BOX + _GAP) + _BOX, y + _HEIGHT // 2, hop) for hop in path.hops]
    return "\n".join([*parts, "</svg>\n"])


def _box(x: int, y: int, name: str) -> str:
    return (
        f'<g><title>{escape(name)}</title><rect x="{x}" y="{y}" width="{_BOX}" height="{_HEIGHT}" rx="6" fill="#f1f5f9" '
        f'stroke="#334155"/><text x="{x + _BOX // 2}" y="{y + _HEIGHT // 2 + 5}" text-anchor="middle" '
        f'font-weight="600">{escape(_cut(name, _NAME))}</text></g>'
    )


def _arrow(x: int, y: int, hop: Hop) -> str:
    relation = hop.relations[0]
    forward = relation.subject == hop.source.id
    more = f" +{len(hop.relations) - 1}" if len(hop.relations) > 1 else ""
    label = f"{relation.type.value}{more}"
    ends = 'marker-end="url(#end)"' if forward else 'marker-start="url(#end)"'
    told = ", ".join(f"{one.type.value} ({one.status.value}, {one.confidence:.2f})" for one in hop.relations)
    return (
        f'<g><title>{escape(told)}</title><line x1="{x + 2}" y1="{y}" x2="{x + _GAP - 2}" y2="{y}" stroke="#334155" {ends}/>'
        f'<text x="{x + _GAP // 2}" y="{y - 8}" text-anchor="middle" font-size="11">{escape(_cut(label, _LABEL))}</text>'
        f'<text x="{x + _GAP // 2}" y="{y + 17}" text-anchor="middle" font-size="11" fill="#475569">'
        f"{escape(relation.status.value)}, {relation.confidence:.2f}</text></g>"
    )


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
