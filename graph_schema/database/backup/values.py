"""Property values as JSON and back, each with its type: a date stays a date, a float a float, NaN NaN.

What JSON has is written as it is. Everything else is `{"$": [kind, …]}`, which no property can be mistaken for: Neo4j has no maps
as properties.
"""

import base64
import math
from typing import Any

import neo4j.spatial
import neo4j.time
import pytz

MARK = "$"
_INT64 = range(-(2**63), 2**63)
_POINTS: dict[int, type[neo4j.spatial.Point]] = {
    7203: neo4j.spatial.CartesianPoint,
    9157: neo4j.spatial.CartesianPoint,
    4326: neo4j.spatial.WGS84Point,
    4979: neo4j.spatial.WGS84Point,
}
"""Class of a point by its coordinate system; Neo4j has these four."""


def encode(value: Any) -> Any:
    """`value` as the driver gives it, as something JSON can hold. Raises ValueError for a type that Neo4j 5.26 cannot store."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else {MARK: ["float", str(value)]}
        case list():
            return [encode(item) for item in value]
        case neo4j.time.DateTime():
            return {MARK: _encode_datetime(value)}
        case neo4j.time.Date():
            return {MARK: ["date", value.iso_format()]}
        case neo4j.time.Time():
            return {MARK: ["time", value.iso_format()]}
        case neo4j.time.Duration():
            return {MARK: ["duration", value.months, value.days, value.seconds, value.nanoseconds]}
        case neo4j.spatial.Point():
            return {MARK: ["point", value.srid, *map(encode, value)]}
        case bytes() | bytearray():
            return {MARK: ["bytes", base64.b64encode(value).decode("ascii")]}
        case _:
            raise ValueError(f"a {type(value).__name__} cannot be kept in a dump")


def decode(value: Any) -> Any:
    """The value that `encode` was given. Raises ValueError for what it never writes."""
    if isinstance(value, list):
        return [decode(item) for item in value]
    if not isinstance(value, dict):
        if isinstance(value, int) and value not in _INT64:
            raise ValueError(f"{value} does not fit into 64 bits")
        return value
    match value.get(MARK):
        case ["float", str(text)]:
            return float(text)
        case ["date", str(text)]:
            return neo4j.time.Date.from_iso_format(text)
        case ["time", str(text)]:
            return neo4j.time.Time.from_iso_format(text)
        case ["datetime", str(text)]:
            return neo4j.time.DateTime.from_iso_format(text)
        case ["datetime", str(text), str(zone)]:
            return neo4j.time.DateTime.from_iso_format(text).astimezone(pytz.timezone(zone))
        case ["duration", int(months), int(days), int(seconds), int(nanoseconds)]:
            return neo4j.time.Duration(months=months, days=days, seconds=seconds, nanoseconds=nanoseconds)
        case ["point", int(srid), *coordinates]:
            return _POINTS[srid](map(decode, coordinates))
        case ["bytes", str(text)]:
            return base64.b64decode(text, validate=True)
        case _:
            raise ValueError(f"{value!r} is no value of a dump")


def encode_all(properties: dict[str, Any]) -> dict[str, Any]:
    """Properties of one node or edge, sorted by name, so that equal graphs give equal lines."""
    return {name: encode(properties[name]) for name in sorted(properties)}


def decode_all(properties: dict[str, Any]) -> dict[str, Any]:
    """Properties as the driver takes them."""
    return {name: decode(value) for name, value in properties.items()}


def _encode_datetime(value: neo4j.time.DateTime) -> list[str]:
    """With its offset, which tells the two 02:30 of an autumn night apart, and the name of its zone where it has one."""
    zone = getattr(value.tzinfo, "zone", None)
    return ["datetime", value.iso_format()] if zone is None else ["datetime", value.iso_format(), zone]
