"""Entities and relations as GraphML and GEXF, for tools that draw and measure graphs.

Every edge is directed: readers refuse a graph of both kinds. `symmetric` tells which ones hold both ways.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import IO, Any

from lxml import etree

from service.export.flat import Add, cell
from service.export.tables import ENTITIES, Column, ColumnKind, Table
from service.queries.exported import Row

GRAPHML = "http://graphml.graphdrawing.org/xmlns"
GEXF = "http://gexf.net/1.3"

_TYPES = {ColumnKind.WHOLE: "long", ColumnKind.NUMBER: "double", ColumnKind.FLAG: "boolean"}
"""Both formats call them so; all else is a string."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENDS = ("id", "subject", "object")
"""Columns that are the element's own attributes."""


def _text(value: Any) -> str:
    """A value as XML can hold it: characters that XML 1.0 lacks become U+FFFD."""
    if isinstance(value, list | bool):
        value = cell(value)
    return _NOT_XML.sub("\ufffd", str(value))


def _described(table: Table) -> list[tuple[int, Column]]:
    """The columns that become attributes, each with its place in the row."""
    return [(place, column) for place, column in enumerate(table.columns) if column.name not in _ENDS]


@contextmanager
def graphml(stream: IO[bytes], tables: Sequence[Table], graph_version: int) -> Iterator[Add]:
    """GraphML 1.0 with typed attributes; nodes come before edges."""
    space = "{" + GRAPHML + "}"
    with etree.xmlfile(stream, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element(space + "graphml", nsmap={None: GRAPHML}):
            description = etree.Element(space + "desc")
            description.text = _description(graph_version)
            xml.write(description)
            keys: dict[Table, list[tuple[int, str]]] = {}
            for table in tables:
                kind = "node" if table is ENTITIES else "edge"
                keys[table] = [(place, f"{kind}-{column.name}") for place, column in _described(table)]
                for _, column in _described(table):
                    about = {"id": f"{kind}-{column.name}", "for": kind, "attr.name": column.name}
                    about["attr.type"] = _TYPES.get(column.kind, "string")
                    xml.write("\n", etree.Element(space + "key", about))
            with xml.element(space + "graph", id="G", edgedefault="directed"):

                def add(table: Table, rows: Sequence[Row]) -> None:
                    for row in rows:
                        element = _element(space, table, row)
                        for place, key in keys[table]:
                            if row[place] is not None:
                                etree.SubElement(element, space + "data", key=key).text = _text(row[place])
                        xml.write("\n", element)

                yield add


@contextmanager
def gexf(stream: IO[bytes], tables: Sequence[Table], graph_version: int) -> Iterator[Add]:
    """GEXF 1.3, as Gephi opens it: nodes are labelled by name, edges by type; nodes come before edges."""
    space = "{" + GEXF + "}"
    with etree.xmlfile(stream, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element(space + "gexf", nsmap={None: GEXF}, version="1.3"):
            meta = etree.Element(space + "meta")
            etree.SubElement(meta, space + "creator").text = "Chokepoint"
            etree.SubElement(meta, space + "description").text = _description(graph_version)
            xml.write(meta)
            with xml.element(space + "graph", defaultedgetype="directed", mode="static"), ExitStack() as group:
                for table in tables:
                    kind = "node" if table is ENTITIES else "edge"
                    attributes = etree.Element(space + "attributes", {"class": kind})
                    for place, column in _described(table):
                        about = {"id": str(place), "title": column.name, "type": _TYPES.get(column.kind, "string")}
                        etree.SubElement(attributes, space + "attribute", about)
                    xml.write("\n", attributes)
                group.enter_context(xml.element(space + "nodes"))
                now = ENTITIES

                def add(table: Table, rows: Sequence[Row]) -> None:
                    nonlocal now
                    if table is not now:
                        group.close()
                        group.enter_context(xml.element(space + "edges"))
                        now = table
                    label = table.names.index("name" if table is ENTITIES else "type")
                    places = [place for place, _ in _described(table)]
                    for row in rows:
                        element = _element(space, table, row)
                        element.set("label", _text(row[label]))
                        if table is not ENTITIES:
                            element.set("kind", _text(row[label]))  # what tells parallel edges apart
                        given = etree.SubElement(element, space + "attvalues")
                        for place in places:
                            if row[place] is not None:
                                about = {"for": str(place), "value": _text(row[place])}
                                etree.SubElement(given, space + "attvalue", about)
                        xml.write("\n", element)

                yield add


def _element(space: str, table: Table, row: Row) -> Any:
    """The node or edge of a row, under its id."""
    if table is ENTITIES:
        return etree.Element(space + "node", id=_text(row[0]))
    id, subject, object = map(_text, row[: len(_ENDS)])
    return etree.Element(space + "edge", id=id, source=subject, target=object)


def _description(graph_version: int) -> str:
    return f"A Chokepoint graph, version {graph_version}"
