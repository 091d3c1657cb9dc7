"""Documents that ask for too much, each in its own way: the set that tests and the benchmark share."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import get_introspection_query


@dataclass(frozen=True, slots=True)
class Costly:
    """A document that a hostile client may send."""

    name: str
    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)


def _tree(spreads: int, levels: int, *, nested: bool) -> str:
    parts = ['query { entity(name: "Intel") { ...f0 } }']
    for level in range(levels):
        below = f"...f{level + 1}"
        body = " ".join(
            f"a{i}: relations {{ nodes {{ subject {{ {below} }} }} }}" if nested else below for i in range(spreads)
        )
        parts.append(f"fragment f{level} on Entity {{ {body} }}")
    parts.append(f"fragment f{levels} on Entity {{ id }}")
    return "\n".join(parts)


def _many(count: int, field_text: str) -> str:
    return "{ " + " ".join(f"a{i}: {field_text}" for i in range(count)) + " }"


def _chain(levels: int, opening: str, leaf: str = "id") -> str:
    return "{ " + opening * levels + leaf + " }" * (levels * opening.count("{")) + " }"


_ENTITY = 'entity(name: "Intel")'
_PATH = 'shortestPath(from: "Intel", to: "United States")'
_SCHEMA = "__schema { types { fields { args { type { ofType { ofType { name } } } } type { name fields { name } } } } }"
_DEEP_TYPES = "__schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } }"

COSTLY = (
    Costly("fragments-as-a-tree-of-two", _tree(2, 40, nested=False)),
    Costly("fragments-as-a-tree-of-three", _tree(3, 30, nested=False)),
    Costly("fragments-nested-in-fields", _tree(3, 5, nested=True)),
    Costly("fragments-in-a-circle", "{ ...a } fragment a on Query { ...b ...b } fragment b on Query { ...a ...a }"),
    Costly(
        "fragments-all-spread-together",
        f"{{ {_ENTITY} {{ {' '.join(f'...f{i}' for i in range(90))} }} }} "
        + " ".join(f"fragment f{i} on Entity {{ name }}" for i in range(90)),
    ),
    Costly("aliases-of-searches", _many(10_000, 'searchEntities(q: "huawei") { nodes { entity { id } } }')),
    Costly("searches-as-many-as-admitted", _many(50, 'searchEntities(q: "company 77") { nodes { entity { id } } }')),
    Costly("aliases-of-a-cheap-field", _many(12_000, "graphVersion")),
    Costly("aliases-of-paths", _many(45, _PATH + " { paths { hops { relations { id } } } }")),
    Costly("paths-as-many-as-admitted", _many(18, _PATH + " { paths { hops { relations { id } } } }")),
    Costly("aliases-below", f"{{ {_ENTITY} {_many(4_000, 'degree')} }}"),
    Costly("directives", f"{{ graphVersion {' '.join(['@include(if: true)'] * 9_000)} }}"),
    Costly("directives-within-the-tokens", f"{{ graphVersion {' '.join(['@skip(if: false)'] * 700)} }}"),
    Costly("unknown-directives", f"{{ graphVersion {' '.join(f'@d{i}' for i in range(100))} }}"),
    Costly("equal-fields", "{ " + "graphVersion " * 4_900 + "}"),
    Costly("equal-fields-below", f"{{ {_ENTITY} {{ {'name ' * 4_800} }} }}"),
    Costly("equal-fields-that-nest", "{ " + f"{_ENTITY} {{ relations {{ nodes {{ subject {{ name id }} }} }} }} " * 250 + "}"),
    Costly("conflicting-fields", "{ " + " ".join(f'x: entity(id: "{i}") {{ id }}' for i in range(180)) + " }"),
    Costly("conflicts-in-fragments", "{ ...a ...b } " + " ".join(
        f"fragment {name} on Query {{ " + " ".join(f"x{i}: graphVersion" for i in range(95)) + " }" for name in "ab"
    )),
    Costly("introspection-that-nests", "{ " + _DEEP_TYPES + " }"),
    Costly("introspection-aliased", _many(40, _SCHEMA)),
    Costly("introspection-beside-data", "{ graphVersion " + " ".join(f"a{i}: {_SCHEMA}" for i in range(5)) + " }"),
    Costly("introspection-by-type", _many(45, '__type(name: "Query") { fields { args { type { name fields { name } } } } }')),
    Costly("introspection-as-often-as-admitted", get_introspection_query()),
    Costly("inline-fragments-nested", "{ " + "... on Query { " * 900 + "graphVersion" + " }" * 900 + " }"),
    Costly("inline-fragments-side-by-side", f"{{ {_ENTITY} {{ {'... on Entity { name } ' * 700} }} }}"),
    Costly("deep-fields", _chain(260, "entity { relations { nodes { subject { ", "id")),
    Costly("deep-lists-of-values", f"{{ nodes(ids: {'[' * 2_000}{']' * 2_000}) {{ id }} }}"),
    Costly("deep-pages", "{ relations(first: 200) { nodes { subject { relations(first: 200) { nodes { claims(first: 200) "
           "{ nodes { sentence } } } } } } } }"),
    Costly("deep-pages-by-variable", "query ($n: Int = 200) { documents(first: $n) { nodes { id } } relations(first: $n) "
           "{ nodes { claims(first: $n) { nodes { sentence document { title url publisher } } } } } }"),
    Costly("pages-as-large-as-admitted", "{ relations(first: 200) { nodes { id type status confidence "
           "subject { id name relations(first: 30) "
           "{ nodes { id type status confidence claimCount sourceCount "
           "firstSeen lastSeen validFrom validTo } } } } } }"),
    Costly("one-long-string", f'{{ searchEntities(q: "{"x" * 900_000}") {{ nodes {{ kind }} }} }}'),
    Costly("unknown-fields", "{ " + " ".join(f"serchEntitie{i}" for i in range(50)) + " }"),
)  # fmt: skip
"""The set. Sizes lie under the limit of a request's body."""


def body_of(costly: Costly) -> bytes:
    """The request's body."""
    return json.dumps({"query": costly.query, "variables": dict(costly.variables)}).encode()
