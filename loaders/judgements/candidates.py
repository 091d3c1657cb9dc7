"""Pairs of entities that may be one: blocked by the full-text index, scored by their names, each with its reasons."""

import heapq
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction
from rapidfuzz import fuzz

from graph_schema.database.graph import Graph
from graph_schema.database.schema import ENTITY_NAMES
from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType
from loaders.gazetteer import gazetteer

AT_LEAST = 0.6
"""Score from which on two are worth a look."""
_PAGE = 200
_MATES = 8
"""Entities that the index hands out for one name."""
_LONGEST_ACRONYM = 8
_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"\d+")
_KIN = (
    frozenset({EntityType.COMPANY, EntityType.ORGANIZATION, EntityType.GOVERNMENT_BODY, EntityType.BLOC}),
    frozenset({EntityType.PRODUCT, EntityType.TECHNOLOGY, EntityType.MATERIAL}),
    frozenset({EntityType.COUNTRY, EntityType.PLACE}),
    frozenset({EntityType.POLICY, EntityType.EVENT}),
)


@dataclass(frozen=True, slots=True)
class Named:
    """An entity as far as its names go."""

    id: EntityId
    type: EntityType
    names: tuple[str, ...]
    neighbours: frozenset[EntityId] = frozenset()


@dataclass(frozen=True, slots=True)
class CandidatePair:
    """A pair that may be one entity."""

    first: EntityId
    second: EntityId
    score: float
    """In [0, 1]; not a probability, but higher is likelier."""
    why: tuple[str, ...]


def compare(first: Named, second: Named) -> CandidatePair | None:
    """How alike two entities are, with the reasons; None where their types exclude that they are one."""
    if first.type is not second.type and not any({first.type, second.type} <= kin for kin in _KIN):
        return None
    alike, one, other = max(
        (fuzz.token_sort_ratio(a.casefold(), b.casefold()) / 100, a, b) for a in first.names for b in second.names
    )
    why = [f"{one!r} and {other!r} are {alike:.0%} alike"]
    score = alike
    if acronym := _acronym(first.names, second.names) or _acronym(second.names, first.names):
        score = max(score, 0.85)
        why.append(f"{acronym[0]!r} abbreviates {acronym[1]!r}")
    elif part := _part(first.names, second.names) or _part(second.names, first.names):
        score = max(score, 0.75)
        why.append(f"all words of {part[0]!r} are in {part[1]!r}")
    if score == alike < 1 and one.isupper() and other.isupper() and max(len(one), len(other)) <= _LONGEST_ACRONYM:
        score *= 0.5
        why.append("but they are acronyms, where one letter makes another name")
    if first.type is not second.type:
        score *= 0.9
        why.append(f"but one is a {first.type}, the other a {second.type}")
    if set(_DIGITS.findall(one)) != set(_DIGITS.findall(other)):
        score *= 0.5
        why.append("but their numbers differ")
    if common := first.neighbours & second.neighbours:
        score += (1 - score) * min(0.5, 0.1 * len(common))
        why.append(f"{len(common)} neighbours in common")
    low, high = sorted((first.id, second.id))
    return CandidatePair(low, high, round(score, 3), tuple(why))


async def find_candidates(graph: Graph, *, limit: int, at_least: float = AT_LEAST) -> list[CandidatePair]:
    """The likeliest pairs that nobody has judged, best first. Walks all entities, in pages; holds `limit` pairs.

    Two that the gazetteer knows are two, and are left out.
    """
    best: list[tuple[float, EntityId, EntityId, CandidatePair]] = []
    seen: set[tuple[EntityId, EntityId]] = set()
    async for page in _pages(graph):
        for named, mate in page:
            found = None if _known(named) and _known(mate) else compare(named, mate)
            if found is None or found.score < at_least or (found.first, found.second) in seen:
                continue
            seen.add((found.first, found.second))
            entry = (found.score, found.first, found.second, found)
            if len(best) < limit:
                heapq.heappush(best, entry)
            else:
                dropped = heapq.heappushpop(best, entry)
                seen.discard((dropped[1], dropped[2]))
    return [entry[3] for entry in sorted(best, key=lambda entry: (-entry[0], entry[1], entry[2]))]


async def candidates_for(graph: Graph, id: EntityId, *, limit: int) -> list[CandidatePair]:
    """As `find_candidates`, of one entity: the likeliest pairs that it is in."""
    rows = await graph.read(_rows, ONE, {"id": id})
    found = [
        pair
        for named, mate in await _with_mates(graph, rows, all=True)
        if not (_known(named) and _known(mate))
        and (pair := compare(named, mate)) is not None
        and pair.score >= AT_LEAST
    ]
    return sorted(found, key=lambda pair: (-pair.score, pair.first, pair.second))[:limit]


def _known(named: Named) -> bool:
    return gazetteer().lookup(named.names[0], named.type) is not None


PAGE: LiteralString = """
MATCH (e:Entity)
WHERE e.id > $after
WITH e ORDER BY e.id LIMIT $page
RETURN e.id AS id, e.type AS type, [e.name] + coalesce(e.aliases, []) AS names
"""
ONE: LiteralString = """
MATCH (e:Entity {id: $id})
RETURN e.id AS id, e.type AS type, [e.name] + coalesce(e.aliases, []) AS names
"""
MATES: LiteralString = f"""
UNWIND $rows AS row
CALL db.index.fulltext.queryNodes('{ENTITY_NAMES}', row.query, {{limit: $mates}}) YIELD node AS m
MATCH (e:Entity {{id: row.id}})
WHERE (e.id < m.id OR $all AND e.id > m.id) AND NOT EXISTS {{ (e)-[:JUDGED|FOLDED_INTO]-(m) }}
  AND NOT EXISTS {{ (m)-[:FOLDED_INTO]->() }}
RETURN row.id AS id, m.id AS mate, m.type AS type, [m.name] + coalesce(m.aliases, []) AS names,
  COLLECT {{ MATCH (e)--(n:Entity)--(m) RETURN DISTINCT n.id LIMIT 10 }} AS common
"""


async def _pages(graph: Graph) -> AsyncIterator[list[tuple[Named, Named]]]:
    after = ""
    while rows := await graph.read(_rows, PAGE, {"after": after, "page": _PAGE}):
        after = rows[-1]["id"]
        yield await _with_mates(graph, rows, all=False)


async def _with_mates(graph: Graph, rows: Sequence[dict[str, Any]], *, all: bool) -> list[tuple[Named, Named]]:
    """Each of the entities with each whose names share a word with its own; without `all` only those of a later id."""
    asked = [{"id": row["id"], "query": query} for row in rows if (query := _query(row["names"]))]
    mates = await graph.read(_rows, MATES, {"rows": asked, "mates": _MATES, "all": all})
    entities = {row["id"]: row for row in rows}
    found = []
    for mate in mates:
        common = frozenset(mate["common"])
        row = entities[mate["id"]]
        one = Named(row["id"], EntityType(row["type"]), tuple(row["names"]), common)
        found.append((one, Named(mate["mate"], EntityType(mate["type"]), tuple(mate["names"]), common)))
    return found


async def _rows(tx: AsyncManagedTransaction, query: LiteralString, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    return [record.data() async for record in await tx.run(query, parameters)]


def _query(names: Sequence[str]) -> str:
    """Lucene query for any word of any name, one typing error allowed; words hold letters and digits only."""
    words = list(dict.fromkeys(word.casefold() for name in names[:5] for word in _WORD.findall(name)))[:12]
    fuzzy = [f"{word}~1" for word in words if len(word) > 3 and word.isascii()]
    acronyms = ["".join(word[0] for word in _WORD.findall(name)).casefold() for name in names if len(name.split()) > 2]
    return " OR ".join(dict.fromkeys([*words, *fuzzy, *acronyms]))


def _acronym(short: Sequence[str], long: Sequence[str]) -> tuple[str, str] | None:
    for name in short:
        if name.isupper() and 3 <= len(name) <= _LONGEST_ACRONYM:
            for full in long:
                initials = "".join(word[0] for word in _WORD.findall(full) if word[0].isupper())
                if initials == name:
                    return name, full
    return None


def _part(short: Sequence[str], long: Sequence[str]) -> tuple[str, str] | None:
    for name in short:
        words = set(_WORD.findall(name.casefold()))
        for full in long:
            if words and words < set(_WORD.findall(full.casefold())):
                return name, full
    return None
