"""Filters as the index's tables and masks: what `service.queries.conditions` says in Cypher, over a snapshot.

A mask is made once for each filter and snapshot. What the index does not know raises `NotIndexed`: the question then goes
to the database.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from graph_schema.ids import EntityId
from graph_schema.vocabulary import LIVE_MODALITIES, THINGS, EntityType, Modality, RelationType
from service.filters.hubs import HubMode, HubPolicy
from service.filters.walk import EntityFilter, RelationFilter, UndatedPolicy
from service.index.kernels.rows import neighbours_of, with_slot
from service.index.kernels.walking import HUB, OPEN, Rule
from service.index.layout import (
    ENDED_SOME_DAY,
    ENTITY_TYPE_CODE,
    FIRST,
    GONE,
    INWARD,
    KINDS,
    LAST,
    NO_DAY,
    SOURCES,
    STATUS_CODE,
    STATUS_SHIFT,
    STATUSES,
    TYPE_CODE,
    Array,
    Bytes,
    Numbers,
)
from service.index.snapshot import Claims, Snapshot
from service.queries.degrees import MOST_ENTITIES

_LISTING = (RelationType.SANCTIONS, RelationType.RESTRICTS_EXPORTS_TO)
PLACES_DEEP = 3
_EPOCH = dt.date(1970, 1, 1)
_NONE = np.zeros(0, dtype=np.uint8)
_RANKS = np.array([(*LIVE_MODALITIES, Modality.ENDED, Modality.DENIED).index(status) for status in STATUSES])
"""By code of a status: its place among all, the strongest first."""


class NotIndexed(Exception):
    """The index cannot answer this exactly."""


class NobodysName(NotIndexed):
    """No entity has this name, or none that a word of it tells: the database tells what is close."""


def day_number(day: dt.date | None) -> int:
    """Days since 1970-01-01; NO_DAY for none."""
    return NO_DAY if day is None else (day - _EPOCH).days


def relation_rule(graph: Snapshot, via: RelationFilter) -> Rule:
    """Which relations may be walked. Raises NotIndexed."""
    key = replace(via, undated=UndatedPolicy.FLAG) if via.undated is UndatedPolicy.INCLUDE else via
    return graph.cache.get(key, lambda: _rule(graph, key), lambda rule: int(rule.admitted.nbytes))


def _rule(graph: Snapshot, via: RelationFilter) -> Rule:
    onward, back = _tables(via)
    codes = int(np.searchsorted(-graph.confidences, -via.min_confidence, side="right"))
    return Rule(onward, back, codes, _admitted(graph, via))


def _tables(via: RelationFilter) -> tuple[Bytes, Bytes]:
    """By kind of a slot: whether it may be walked from the row's entity, and to it."""
    kinds = np.arange(KINDS)
    statuses = [STATUS_CODE[status] for status in via.admitted_modalities]
    stands = np.isin((kinds >> STATUS_SHIFT) & 7, statuses)
    ways = np.zeros((2, INWARD), dtype=bool)
    for type in via.admitted_types:
        ways[:, TYPE_CODE[type]] = via.ways(type)
    type_code, inward = kinds & (INWARD - 1), (kinds & INWARD) != 0
    from_subject, from_object = ways[0][type_code] & stands, ways[1][type_code] & stands
    onward = np.where(inward, from_object, from_subject)
    back = np.where(inward, from_subject, from_object)
    return onward.astype(np.uint8), back.astype(np.uint8)


def _admitted(graph: Snapshot, via: RelationFilter) -> Bytes:
    """Which relations meet the conditions that a slot does not tell; empty where there are none."""
    masks = []
    if via.min_sources > 0:
        masks.append((graph.details[:, SOURCES] >= via.min_sources)[graph.relations.detail])
    if via.valid_at is not None or via.undated is UndatedPolicy.EXCLUDE:
        masks.append(_holding(graph, via)[graph.relations.detail])
    if via.min_share or via.asks_claims:
        if graph.claims is None:
            raise NotIndexed("the claims found no room in the index")
        stated = np.isin(graph.claims.modality, [STATUS_CODE[status] for status in via.admitted_modalities])
        left = stated & _supporting(graph.claims, via)
        if via.min_share:
            large = _any_claim(graph.claims, left & (graph.claims.share >= via.min_share))
            masks.append(large | ~_any_claim(graph.claims, left & ~np.isnan(graph.claims.share)))
        if via.asks_claims:
            masks.append(_sure_enough(graph.claims, left, via) if via.weighs_claims else _any_claim(graph.claims, left))
    if not masks:
        return _NONE
    return np.logical_and.reduce(masks).astype(np.uint8)


def _holding(graph: Snapshot, via: RelationFilter) -> Array:
    """By row of the details: whether it meets the conditions on dates."""
    first, last = graph.details[:, FIRST], graph.details[:, LAST]
    holding = np.ones(len(first), dtype=bool)
    if via.valid_at is not None:
        day = day_number(via.valid_at)
        holding &= (first == NO_DAY) | (first <= day)
        holding &= (last == NO_DAY) | ((last != ENDED_SOME_DAY) & (last >= day))
    if via.undated is UndatedPolicy.EXCLUDE:
        holding &= (first != NO_DAY) | ((last != NO_DAY) & (last != ENDED_SOME_DAY))
    return holding


def _any_claim(claims: Claims, mask: Array) -> Array:
    """By relation: whether any of its claims is in the mask."""
    before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(mask)])
    return before[claims.start[1:]] > before[claims.start[:-1]]


def _sure_enough(claims: Claims, left: Array, via: RelationFilter) -> Array:
    """By relation: whether its claims in the mask are sure and many enough, summed up as `graph_schema.projection` does."""
    number = len(claims.start) - 1
    place = np.flatnonzero(left)
    relation = np.repeat(np.arange(number), np.diff(claims.start))[place]
    rank = _RANKS[claims.modality[place]]
    strongest = np.full(number, len(_RANKS))
    np.minimum.at(strongest, relation, rank)
    place, relation = place[rank == strongest[relation]], relation[rank == strongest[relation]]
    publisher = _folded(claims)[place]
    order = np.lexsort((publisher, relation))
    place, relation, publisher = place[order], relation[order], publisher[order]
    first = np.flatnonzero(np.diff(relation, prepend=-1) | np.diff(publisher, prepend=-1))
    if not len(first):
        return np.zeros(number, dtype=bool)
    doubt = np.ones(number)
    np.multiply.at(doubt, relation[first], 1 - np.maximum.reduceat(claims.confidence[place], first))
    sources = np.bincount(relation[first], minlength=number)
    return (sources > 0) & (sources >= via.min_sources) & (np.round(1 - doubt, 6) >= via.min_confidence)


def _folded(claims: Claims) -> Array:
    """By claim: a number for its publisher in any case; for its document where there is none."""
    known: dict[str, int] = {}
    codes = [known.setdefault(name.lower(), len(known)) if name else -1 for name in claims.publishers]
    publisher = np.append(np.array(codes, dtype=np.int64), -1)[claims.publisher]
    return np.where(publisher >= 0, publisher, len(known) + claims.document)


def _supporting(claims: Claims, via: RelationFilter) -> Array:
    """By claim: whether it meets the conditions on claims, modality aside."""
    mask = np.ones(len(claims.modality), dtype=bool)
    if via.publishers:
        mask &= _among(claims.publisher, claims.publishers, via.publishers)
    if via.exclude_publishers:
        mask &= ~_among(claims.publisher, claims.publishers, via.exclude_publishers)
        if "" in via.exclude_publishers:
            mask &= claims.publisher >= 0
    if via.exclude_documents:
        mask &= ~_among(claims.document, claims.documents, via.exclude_documents)
    if via.known_at is not None:
        known = [run for run, began in claims.began.items() if began <= via.known_at]
        mask &= _among(claims.run, claims.runs, known)
    return mask


def _among(codes: Numbers, names: tuple[str, ...], wanted: Iterable[str]) -> Array:
    chosen = set(wanted)
    by_code = np.fromiter((name in chosen for name in names), dtype=bool, count=len(names))
    return np.append(by_code, False)[codes]


def entity_mask(graph: Snapshot, rule: EntityFilter) -> Bytes:
    """By entity: 1 where the filter admits it. Raises NotIndexed for an entity that the snapshot does not know."""
    return graph.cache.get(rule, lambda: _entity_mask(graph, rule), lambda mask: int(mask.nbytes))


def _entity_mask(graph: Snapshot, rule: EntityFilter) -> Bytes:
    types = graph.types & GONE
    masks = [types != GONE]
    if rule.types or rule.exclude_types:
        masks.append(_of_types(types, rule.admitted_types))
    if rule.ids:
        masks.append(_mask(graph, rule.ids))
    if rule.exclude_ids:
        masks.append(~_mask(graph, rule.exclude_ids))
    if rule.countries:
        masks.append(_lying_in(graph, rule.countries))
    if rule.exclude_countries:
        masks.append(~_lying_in(graph, rule.exclude_countries))
    if rule.listed is not None:
        listed = with_slot(graph.rows.start, graph.rows.tag, asserted(_LISTING, inward=True)) != 0
        masks.append(listed if rule.listed else ~listed)
    if rule.products:
        masks.append(~_of_types(types, THINGS) | _mask(graph, rule.products))
    if rule.listed_by:
        listers = numbers_of(graph, rule.listed_by)
        masks.append(_neighbours(graph, listers, asserted(_LISTING, inward=False)))
    return np.logical_and.reduce(masks).astype(np.uint8)


def _of_types(types: Bytes, wanted: Iterable[EntityType]) -> Array:
    return np.isin(types, [ENTITY_TYPE_CODE[type] for type in wanted])


def numbers_of(graph: Snapshot, ids: Iterable[EntityId]) -> Numbers:
    """The numbers of entities. Raises NotIndexed for one that the snapshot does not know."""
    found = []
    for id in ids:
        if (number := graph.ids.number_of(id)) is None:
            raise NotIndexed(f"{id} is not in the index")
        found.append(number)
    return np.array(found, dtype=np.int32)


def _mask(graph: Snapshot, ids: Iterable[EntityId]) -> Array:
    mask = np.zeros(graph.entities, dtype=bool)
    mask[numbers_of(graph, ids)] = True
    return mask


def asserted(types: Iterable[RelationType], *, inward: bool) -> Bytes:
    """By kind: an asserted relation of these types, seen from its object (`inward`) or its subject."""
    kinds = np.arange(KINDS)
    asserted = (kinds >> STATUS_SHIFT) & 7 == STATUS_CODE[Modality.ASSERTED]
    of_type = np.isin(kinds & (INWARD - 1), [TYPE_CODE[type] for type in types])
    return (asserted & of_type & (((kinds & INWARD) != 0) == inward)).astype(np.uint8)


def _lying_in(graph: Snapshot, places: Iterable[EntityId]) -> Array:
    """Entities in one of these places, through at most three relations, and the places themselves."""
    mask = _mask(graph, places)
    table = asserted([RelationType.LOCATED_IN], inward=True)
    frontier = np.flatnonzero(mask).astype(np.int32)
    for _ in range(PLACES_DEEP):
        found = _neighbours(graph, frontier, table) & ~mask
        mask |= found
        frontier = np.flatnonzero(found).astype(np.int32)
    return mask


def _neighbours(graph: Snapshot, of: Numbers, table: Bytes) -> Array:
    return neighbours_of(graph.rows.start, graph.rows.neighbour, graph.rows.tag, of, table) != 0


def ground_mask(graph: Snapshot, through: EntityFilter, hubs: HubPolicy, default_degree: int) -> Bytes:
    """By entity: OPEN where `through` admits it, HUB where the policy calls it one. Raises NotIndexed."""
    key = through, hubs, default_degree
    return graph.cache.get(key, lambda: _ground(graph, *key), lambda mask: int(mask.nbytes))


def _ground(graph: Snapshot, through: EntityFilter, hubs: HubPolicy, default_degree: int) -> Bytes:
    mask = np.where(entity_mask(graph, through), np.uint8(OPEN), np.uint8(0))
    if hubs.mode is not HubMode.NONE:
        most = default_degree if hubs.max_degree is None else hubs.max_degree
        if hubs.percentile is not None:
            most = _degree_at(graph, hubs.percentile)
        hub = (graph.degrees > most) | _of_types(graph.types & GONE, hubs.types)
        if hubs.allow_ids:
            hub[numbers_of(graph, hubs.allow_ids)] = False
        mask[hub] |= HUB
    return mask


def _degree_at(graph: Snapshot, share: float) -> int:
    """Number of relations that this share of the first entities by id does not exceed; 0 in an empty graph.

    As `percentileDisc` of Cypher picks it.
    """
    first = graph.rows.by_rank[graph.types[graph.rows.by_rank] & GONE != GONE][:MOST_ENTITIES]
    if not len(first):
        return 0
    place = share * len(first)
    index = int(place)
    if place == index and index:
        index -= 1
    return int(np.sort(graph.degrees[first])[min(index, len(first) - 1)])
