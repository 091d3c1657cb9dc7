"""Filters as Cypher: the one place that turns `RelationFilter`, `EntityFilter` and `HubPolicy` into conditions."""

from collections.abc import Iterable, Iterator
from typing import LiteralString

from graph_schema.database.cypher import Cypher, all_of, cypher, term
from graph_schema.ids import EntityId
from graph_schema.publishers import reliability_of, weights_found
from graph_schema.vocabulary import LIVE_MODALITIES, THINGS, Modality, RelationType
from service.filters.hubs import HubMode, HubPolicy
from service.filters.walk import EntityFilter, RelationFilter, UndatedPolicy


def type_expression(types: Iterable[RelationType]) -> LiteralString:
    """The types of a relationship pattern: `SUPPLIES|OWNS`."""
    return "|".join(term(type) for type in types)


ANY_RELATION = type_expression(RelationType)
"""All relation types: what a walk may follow at most, and what a degree counts."""


def relation_conditions(rule: RelationFilter) -> Iterator[Cypher]:
    """Conditions on the edge `r`, its type and direction aside."""
    modalities = [modality.value for modality in rule.admitted_modalities]
    yield cypher("r.status IN $modalities", modalities=modalities)
    if rule.min_confidence:
        yield cypher("r.confidence >= $min_confidence", min_confidence=rule.min_confidence)
    if rule.min_sources:
        yield cypher("r.sources >= $min_sources", min_sources=rule.min_sources)
    if rule.min_share:
        of_claims = _OF_CLAIMS + all_of(_claim_conditions(rule))
        large = of_claims + cypher(" AND claim.share >= $min_share }", min_share=rule.min_share)
        yield cypher("(NOT ") + of_claims + cypher(" AND claim.share IS NOT NULL } OR ") + large + cypher(")")
    if rule.valid_at is not None:
        yield cypher(
            "(r.valid_from IS NULL OR r.valid_from <= $valid_at) AND (r.valid_to IS NULL OR r.valid_to >= $valid_at) "
            "AND (r.status <> 'ended' OR r.valid_to IS NOT NULL)",
            valid_at=rule.valid_at,
        )
    if rule.undated is UndatedPolicy.EXCLUDE:
        yield cypher("(r.valid_from IS NOT NULL OR r.valid_to IS NOT NULL)")
    if rule.asks_claims:
        left = _OF_CLAIMS + all_of(_claim_conditions(rule))
        yield (left + _sum_of_claims(rule) if rule.weighs_claims else left) + " }"


_OF_CLAIMS: LiteralString = "EXISTS { MATCH (claim:Claim {edge: r.id})-[:STATED_IN]->(document:Document) WHERE "
_SUM_OF_CLAIMS: LiteralString = f"""
{weights_found()}
WITH claim.modality AS modality, max(claim.confidence * {reliability_of("document")}) AS surest,
  toLower(CASE WHEN coalesce(document.publisher, '') = '' THEN document.id ELSE document.publisher END) AS publisher
WITH modality, count(*) AS sources,
  1.0 - reduce(doubt = 1.0, one IN collect(surest) | doubt * (1.0 - one)) AS confidence
ORDER BY reduce(place = 0, i IN range(0, size($strongest) - 1) |
  CASE WHEN $strongest[i] = modality THEN i ELSE place END) LIMIT 1
WITH sources, confidence WHERE sources >= $min_sources AND round(confidence, 6) >= $min_confidence RETURN sources
"""


def _sum_of_claims(rule: RelationFilter) -> Cypher:
    """What the claims that are left make of an edge, as `graph_schema.projection` sums all of them up."""
    return cypher(
        _SUM_OF_CLAIMS,
        strongest=[modality.value for modality in (*LIVE_MODALITIES, Modality.ENDED, Modality.DENIED)],
        min_sources=rule.min_sources,
        min_confidence=rule.min_confidence,
    )


def _claim_conditions(rule: RelationFilter) -> Iterator[Cypher]:
    """Conditions on the claims of an edge: names `claim` and `document`."""
    yield cypher("claim.modality IN $modalities")
    if rule.publishers:
        yield cypher("document.publisher IN $publishers", publishers=list(rule.publishers))
    if rule.exclude_publishers:
        yield cypher(
            "NOT coalesce(document.publisher, '') IN $exclude_publishers",
            exclude_publishers=list(rule.exclude_publishers),
        )
    if rule.exclude_documents:
        yield cypher("NOT document.id IN $exclude_documents", exclude_documents=list(rule.exclude_documents))
    if rule.known_at is not None:
        yield cypher(
            "EXISTS { MATCH (run:LoadRun {id: claim.run}) WHERE run.started <= $known_at }", known_at=rule.known_at
        )


def walking_pattern(rule: RelationFilter, *, backward: bool = False) -> tuple[LiteralString, list[Cypher]]:
    """Relationship pattern from `n` to `m` and the condition it needs, for a step from n to m or, `backward`, to n."""
    types = type_expression(rule.admitted_types)
    ways = {type: rule.ways(type)[::-1] if backward else rule.ways(type) for type in rule.admitted_types}
    if all(way == (True, True) for way in ways.values()):
        return f"-[r:{types}]-", []
    if all(way == (True, False) for way in ways.values()):
        return f"-[r:{types}]->", []
    if all(way == (False, True) for way in ways.values()):
        return f"<-[r:{types}]-", []
    out = _names(type for type, way in ways.items() if way[0])
    back = _names(type for type, way in ways.items() if way[1])
    either = cypher(f"((startNode(r) = n AND type(r) IN [{out}]) OR (endNode(r) = n AND type(r) IN [{back}]))")
    return f"-[r:{types}]-", [either]


def _names(types: Iterable[RelationType]) -> LiteralString:
    return ", ".join(f"'{term(type)}'" for type in types)


def step(via: RelationFilter, *more: Cypher, backward: bool = False) -> Cypher:
    """The rest of `MATCH (n:Entity {…})` for one step from n over `r` to an entity `m`, and what must hold of it."""
    pattern, conditions = walking_pattern(via, backward=backward)
    return cypher(f"{pattern}(m:Entity)\nWHERE ") + all_of([*conditions, *relation_conditions(via), *more])


LISTING: LiteralString = "SANCTIONS|RESTRICTS_EXPORTS_TO"
"""Relations that put their object on a list or bar exports to it."""


LOCATED: LiteralString = "-[:LOCATED_IN*0..3 {status: 'asserted'}]->"
"""From an entity to where it is known to lie, itself included: a site, its city, its region, the country."""


def entity_conditions(rule: EntityFilter, *, node: LiteralString = "m", prefix: LiteralString = "") -> Iterator[Cypher]:
    """Conditions on the node of this name; `prefix` tells the parameters of two filters in one query apart."""

    def given(before: LiteralString, name: LiteralString, value: Iterable[str], after: LiteralString = "") -> Cypher:
        return Cypher(f"{before} IN ${prefix}{name}{after}", {f"{prefix}{name}": list(value)})

    located: LiteralString = f"EXISTS {{ MATCH ({node}){LOCATED}(place:Entity) WHERE place.id"
    listing: LiteralString = f"EXISTS {{ MATCH ({node})<-[list:{LISTING}]-(owner:Entity) WHERE list.status = 'asserted'"
    if rule.types or rule.exclude_types:
        yield given(f"{node}.type", "entity_types", [type.value for type in rule.admitted_types])
    if rule.ids:
        yield given(f"{node}.id", "ids", rule.ids)
    if rule.exclude_ids:
        yield given(f"NOT {node}.id", "exclude_ids", rule.exclude_ids)
    if rule.countries:
        yield given(located, "countries", rule.countries, " }")
    if rule.exclude_countries:
        yield given(f"NOT {located}", "exclude_countries", rule.exclude_countries, " }")
    if rule.listed is not None:
        yield Cypher(f"{listing} }}" if rule.listed else f"NOT {listing} }}")
    if rule.products:
        things = given(f"(NOT {node}.type", "things", [type.value for type in THINGS])
        yield things + given(f" OR {node}.id", "products", rule.products, ")")
    if rule.listed_by:
        yield given(f"{listing} AND owner.id", "listed_by", rule.listed_by, " }")


def hub_condition(policy: HubPolicy, ends: Iterable[EntityId], *, default_degree: int) -> Cypher:
    """Whether `m` is a hub. The degree over everything is read first: it is stored, and bounds the number of relations."""
    if policy.mode is HubMode.NONE:
        return cypher("false")
    return cypher(
        "NOT m.id IN $never_hubs AND (m.type IN $hub_types OR "
        f"(COUNT {{ (m)--() }} > $hub_degree AND COUNT {{ (m)-[:{ANY_RELATION}]-() }} > $hub_degree))",
        never_hubs=[*policy.allow_ids, *ends],
        hub_types=[type.value for type in policy.types],
        hub_degree=default_degree if policy.max_degree is None else policy.max_degree,
    )
