"""What answers show, read from a snapshot: the same records as `service.queries` reads from the database.

What the snapshot does not hold raises `NotIndexed`: the question then goes to the database.
"""

import datetime as dt
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from graph_schema.ids import EntityId, relation_id
from graph_schema.vocabulary import THINGS, EntityType, RelationType
from service.filters.walk import EntityFilter, RelationFilter, Walk
from service.index.filters import PLACES_DEEP, NobodysName, NotIndexed, asserted, entity_mask, numbers_of, relation_rule
from service.index.kernels.walking import Rule
from service.index.layout import (
    CLAIMS,
    CODE_SHIFT,
    COMMON_NOUN,
    ENDED_SOME_DAY,
    ENTITY_TYPES,
    FIRST,
    FIRST_SEEN,
    GONE,
    INWARD,
    KIND,
    LAST,
    LAST_SEEN,
    NO_DAY,
    SEVERAL,
    SOURCES,
    STATUS_SHIFT,
    STATUSES,
    TYPES,
    Array,
)
from service.index.resembling import resembling
from service.index.snapshot import Snapshot
from service.queries.entities import EntityMatch, MatchKind, likeness, match
from service.queries.names import normal_form, scripts
from service.queries.paths_expand import HopKey, Hops, by_confidence
from service.queries.records import EntityRecord, RelationRecord
from service.queries.supply import Production

_MOST_TIED = 1_000
"""Relations of one confidence that are put in order by id; the database does it for more."""
_EPOCH = dt.date(1970, 1, 1).toordinal()


class IndexedRecords:
    """Reads one snapshot."""

    def __init__(self, graph: Snapshot, *, past: bool = False) -> None:
        """`past`: it is asked for as an earlier version, which its records tell."""
        self._graph = graph
        self._at_version = graph.version if past else None

    @property
    def version(self) -> int:
        """Version of the graph that is read."""
        return self._graph.version

    def entities(self, ids: Iterable[EntityId]) -> dict[EntityId, EntityRecord]:
        """As `entities_by_id`."""
        numbers = ((id, self._graph.ids.number_of(id)) for id in ids)
        return {id: self._entity(number) for id, number in numbers if number is not None and self._exists(number)}

    def degrees(self, ids: Iterable[EntityId]) -> dict[EntityId, int]:
        """As `service.queries.entities.degrees`."""
        numbers = ((id, self._graph.ids.number_of(id)) for id in ids)
        return {id: self._degree(number) for id, number in numbers if number is not None and self._exists(number)}

    def entities_meant(self, names: Iterable[str]) -> dict[str, EntityRecord]:
        """As `entities_meant`. Raises NotIndexed for what is nobody's name: the database tells what is close."""
        return {name: found[0].entity for name, found in self.matches(names).items()}

    def matches(self, names: Iterable[str], *, type: EntityType | None = None) -> dict[str, list[EntityMatch]]:
        """As `matches`. Raises NotIndexed for what is nobody's name: the database tells what is close."""
        return {name: self._called(name, type) for name in dict.fromkeys(names)}

    def like(
        self, name: str, where: EntityFilter, *, fuzzy: bool = True, skip: int = 0, limit: int | None = None
    ) -> tuple[list[EntityMatch], int]:
        """A page of what `entities_like` finds for one name, and the number of all. Raises NotIndexed."""
        graph, form, own = self._graph, normal_form(name), self._graph.ids.number_of(EntityId(name))
        ranked = []
        for number in resembling(graph, name, where, fuzzy=fuzzy).tolist():
            kind, similarity, _ = likeness(form, graph.naming.names_of(number))
            if number == own:
                kind, similarity = MatchKind.ID, 1.0
            if fuzzy or kind < MatchKind.FUZZY:
                key = kind, -round(similarity, 1), -self._degree(number), int(graph.rows.rank[number])
                ranked.append((key, number))
        page = sorted(ranked)[skip : None if limit is None else skip + limit]
        return [match(name, self._entity(number), self._degree(number)) for _, number in page], len(ranked)

    def admitted(self, ids: Iterable[EntityId], where: EntityFilter) -> set[EntityId]:
        """As `entities_admitted`. Raises NotIndexed."""
        mask, numbers = entity_mask(self._graph, where), ((id, self._graph.ids.number_of(id)) for id in ids)
        return {id for id, number in numbers if number is not None and mask[number]}

    def hops(self, pairs: Iterable[HopKey], walk: Walk) -> Hops:
        """As `relations_of_hops`. Raises NotIndexed."""
        relations: dict[HopKey, tuple[RelationRecord, ...]] = {}
        entities: dict[EntityId, EntityRecord] = {}
        rule = relation_rule(self._graph, walk.via)
        for a, b in dict.fromkeys(pairs):
            x, y = (self._graph.ids.number_of(id) for id in (a, b))
            if x is None or y is None:
                continue
            if between := [self._relation(*slot) for slot in self._slots_between(rule, x, y)]:
                relations[a, b] = tuple(sorted(between, key=by_confidence))
                entities |= {id: self._entity(number) for id, number in ((a, x), (b, y)) if id not in entities}
        return Hops(relations, entities)

    def neighbours(
        self, id: EntityId, via: RelationFilter, where: EntityFilter, *, skip: int, limit: int
    ) -> list[tuple[EntityRecord, tuple[RelationRecord, ...]]]:
        """As `neighbours`. Raises NotIndexed."""
        graph, x = self._graph, int(numbers_of(self._graph, [id])[0])
        rule = relation_rule(graph, via)
        found: dict[int, int] = {}
        for p in self._slots_around(rule, x, entity_mask(graph, where)):
            y = int(graph.rows.neighbour[p])
            if y not in found:
                if len(found) >= skip + limit:
                    break
                found[y] = p
        return [(self._entity(y), self._tied(rule, x, y, p)) for y, p in islice(found.items(), skip, skip + limit)]

    def neighbours_counted(self, id: EntityId, via: RelationFilter, where: EntityFilter) -> int:
        """As `neighbours_counted`. Raises NotIndexed."""
        graph, x = self._graph, int(numbers_of(self._graph, [id])[0])
        slots = self._slots_around(relation_rule(graph, via), x, entity_mask(graph, where))
        return len({int(graph.rows.neighbour[p]) for p in slots})

    def relations_of(
        self, ids: Sequence[EntityId], via: RelationFilter, where: EntityFilter, *, skip: int, limit: int
    ) -> dict[EntityId, list[RelationRecord]]:
        """As `relations_of`. Raises NotIndexed."""
        rule, mask, found = relation_rule(self._graph, via), entity_mask(self._graph, where), {}
        for id in ids:
            number = self._graph.ids.number_of(id)
            if number is not None and (page := self._relations(rule, number, mask, skip + limit)[skip:]):
                found[id] = page
        return found

    def all_relations(self, ids: Iterable[EntityId], via: RelationFilter) -> list[tuple[EntityId, RelationRecord]]:
        """Every relation of each of these that a filter admits, with whose it is, in order of the ids. Raises NotIndexed."""
        rule, mask, found = relation_rule(self._graph, via), entity_mask(self._graph, EntityFilter()), []
        for id in dict.fromkeys(ids):
            if (number := self._graph.ids.number_of(id)) is not None:
                slots = self._slots_around(rule, number, mask)
                found += sorted(((id, self._relation(number, p)) for p in slots), key=lambda one: one[1].id)
        return found

    def production(self, ids: Iterable[EntityId]) -> list[Production]:
        """As `producing_countries`."""
        graph, made = self._graph, asserted([RelationType.PRODUCES], inward=True)
        found = []
        for id in sorted(set(ids)):
            x = graph.ids.number_of(id)
            if x is None or self._type(x) not in THINGS:
                continue
            producers = sorted({int(y) for y in self._neighbours(x, made)})
            if not producers:
                continue
            placed = [self._countries(y) for y in producers]
            countries = sorted(set().union(*placed), key=graph.ids.id_of)
            records = tuple(self._entity(y) for y in countries)
            found.append(Production(self._entity(x), len(producers), records, not all(placed)))
        return found

    def _exists(self, number: int) -> bool:
        return bool(self._graph.types[number] & GONE != GONE)

    def _type(self, number: int) -> EntityType:
        return ENTITY_TYPES[int(self._graph.types[number]) & ~COMMON_NOUN]

    def _degree(self, number: int) -> int:
        return int(self._graph.rows.start[number + 1] - self._graph.rows.start[number])

    def _entity(self, number: int) -> EntityRecord:
        name, *aliases = self._graph.naming.names_of(number)
        id = self._graph.ids.id_of(number)
        return EntityRecord(id, self._type(number), name, tuple(aliases), self._at_version)

    def _called(self, name: str, type: EntityType | None) -> list[EntityMatch]:
        graph = self._graph
        numbers = {graph.ids.number_of(EntityId(name))}
        for variant in scripts(name.strip()):
            numbers.update(graph.naming.bearers(variant))
        found: dict[EntityId, EntityMatch] = {}
        for number in numbers:
            if number is None or not self._exists(number):
                continue
            whole = graph.naming.wholes.get(graph.ids.id_of(number))
            meant = number if whole is None else int(numbers_of(graph, [whole])[0])
            one = match(name, self._entity(meant), self._degree(meant))
            if type in (None, one.entity.type):
                found[one.entity.id] = one
        if not found:
            where = EntityFilter(types=() if type is None else (type,))
            if named := [one for one in self.like(name, where)[0] if one.kind < MatchKind.FUZZY]:
                return named
            raise NobodysName(f"{name!r} is nobody's name")
        return sorted(found.values(), key=lambda one: one.rank)

    def _relation(self, x: int, p: int) -> RelationRecord:
        """The relation of slot `p` of x's row."""
        graph, tag = self._graph, int(self._graph.rows.tag[p])
        relation, y = int(graph.rows.relation[p]), int(graph.rows.neighbour[p])
        subject, object = graph.ids.ids_of((y, x) if tag & INWARD else (x, y))
        type, status = TYPES[tag & (INWARD - 1)], STATUSES[(tag >> STATUS_SHIFT) & 7]
        id = relation_id(subject, type, object)
        if zlib.crc32(id.encode()) != graph.relations.digest[relation]:
            raise NotIndexed("a relation whose id was not made from its ends")
        detail = graph.details[graph.relations.detail[relation]].tolist()
        return RelationRecord(
            id=id,
            subject=subject,
            type=type,
            object=object,
            status=status,
            confidence=float(graph.confidences[tag >> CODE_SHIFT]),
            claims=detail[CLAIMS],
            sources=detail[SOURCES],
            first_seen=_day(detail[FIRST_SEEN]),
            last_seen=_day(detail[LAST_SEEN]),
            valid_from=_day(detail[FIRST]),
            valid_to=_day(detail[LAST]),
            at_version=self._at_version,
        )

    def _tied(self, rule: Rule, x: int, y: int, p: int) -> tuple[RelationRecord, ...]:
        """All relations between x and y, of which slot `p` of x's row is one."""
        if not self._graph.rows.tag[p] & SEVERAL:
            return (self._relation(x, p),)
        return tuple(sorted((self._relation(*slot) for slot in self._slots_between(rule, x, y)), key=by_confidence))

    def _slots_between(self, rule: Rule, x: int, y: int) -> Iterator[tuple[int, int]]:
        """The slots of the shorter of two rows that a step from x to y may take, and whose row that is."""
        rows = self._graph.rows
        forward = self._degree(x) <= self._degree(y)
        a, b, table = (x, y, rule.onward) if forward else (y, x, rule.back)
        first, last = int(rows.start[a]), int(rows.start[a + 1])
        for place in np.flatnonzero(rows.neighbour[first:last] == b).tolist():
            p = first + place
            tag = int(rows.tag[p])
            if (
                tag >> CODE_SHIFT < rule.codes
                and table[tag & KIND]
                and (not len(rule.admitted) or rule.admitted[rows.relation[p]])
            ):
                yield a, p

    def _slots_around(self, rule: Rule, x: int, mask: Array) -> Iterator[int]:
        """The slots of x's row that may be walked to what a mask holds, in order; looked for in growing parts."""
        rows = self._graph.rows
        first, last, part = int(rows.start[x]), int(rows.start[x + 1]), 256
        while first < last:
            end = min(first + part, last)
            tag = rows.tag[first:end]
            good = (rule.onward[tag & KIND] != 0) & (tag >> CODE_SHIFT < rule.codes)
            good &= mask[rows.neighbour[first:end]] != 0
            if len(rule.admitted):
                good &= rule.admitted[rows.relation[first:end]] != 0
            for place in np.flatnonzero(good).tolist():
                yield first + place
            first, part = end, 2 * part

    def _relations(self, rule: Rule, x: int, mask: Array, most: int) -> list[RelationRecord]:
        """The first relations of x, surest first, then by id: all of the last one's confidence are looked at."""
        rows, found, code, tied = self._graph.rows, list[RelationRecord](), -1, 0
        for p in self._slots_around(rule, x, mask):
            this = int(rows.tag[p]) >> CODE_SHIFT
            if this != code:
                if len(found) >= most:
                    break
                code, tied = this, 0
            tied += 1
            if tied > _MOST_TIED:
                raise NotIndexed("many relations of one confidence")
            found.append(self._relation(x, p))
        return sorted(found, key=lambda one: (-one.confidence, one.id))[:most]

    def _neighbours(self, x: int, table: Array) -> Array:
        row = slice(int(self._graph.rows.start[x]), int(self._graph.rows.start[x + 1]))
        return self._graph.rows.neighbour[row][table[self._graph.rows.tag[row] & KIND] != 0]

    def _countries(self, number: int) -> set[int]:
        """Countries in which an entity is known to lie."""
        located = asserted([RelationType.LOCATED_IN], inward=False)
        seen, frontier = {number}, {number}
        for _ in range(PLACES_DEEP):
            frontier = {int(y) for x in frontier for y in self._neighbours(x, located)} - seen
            seen |= frontier
        return {y for y in seen if self._type(y) is EntityType.COUNTRY}


def _day(number: int) -> dt.date | None:
    return None if number in (NO_DAY, ENDED_SOME_DAY) else dt.date.fromordinal(_EPOCH + number)
