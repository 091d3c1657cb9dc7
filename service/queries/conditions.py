"""Filters as Cypher: the one place that turns `RelationFilter`, `EntityFilter` and `HubPolicy` into conditions.

Conditions are text made of constants and parameters; only names of relation types, which are enum values, are spliced.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from graph_schema.ids import EntityId
from graph_schema.vocabulary import LIVE_MODALITIES, THINGS, Modality, RelationType
from service.filters.hubs import HubMode, HubPolicy
from service.filters.walk import EntityFilter, RelationFilter, UndatedPolicy


def type_expression(types: Iterable[RelationType]) -> str:
    """The types of a relationship pattern: `SUPPLIES|OWNS`."""
    return "|".join(type.value for type in types)


ANY_RELATION = type_expression(RelationType)
"""All relation types: what a walk may follow at most, and what a degree counts."""


def relation_conditions(rule: RelationFilter, *, edge: str = "r") -> list[str]:
    """Conditions on the edge of this name, its type and direction aside."""
    return [text.replace("$edge.", f"{edge}.") for text in _relation_conditions(rule)]


def _relation_conditions(rule: RelationFilter) -> Iterator[str]:
    yield "$edge.status IN $modalities"
    if rule.min_confidence:
        yield "$edge.confidence >= $min_confidence"
    if rule.min_sources:
        yield "$edge.sources >= $min_sources"
    if rule.min_share:
        yield (
            "(NOT EXISTS { MATCH (part:Claim {edge: $edge.id}) WHERE part.modality IN $modalities AND part.share IS NOT NULL } "
            "OR EXISTS { MATCH (part:Claim {edge: $edge.id}) WHERE part.modality IN $modalities AND part.share >= $min_share })"
        )
    if rule.valid_at is not None:
        yield "($edge.valid_from IS NULL OR $edge.valid_from <= $valid_at)"
        yield "($edge.valid_to IS NULL OR $edge.valid_to >= $valid_at)"
        yield "($edge.status <> 'ended' OR $edge.valid_to IS NOT NULL)"
    if rule.undated is UndatedPolicy.EXCLUDE:
        yield "($edge.valid_from IS NOT NULL OR $edge.valid_to IS NOT NULL)"
    if rule.asks_claims:
        left = f"{_CLAIM_OF_EDGE} WHERE {' AND '.join(claim_conditions(rule))}"
        yield f"EXISTS {{ {left} {_SUM_OF_CLAIMS} }}" if rule.weighs_claims else f"EXISTS {{ {left} }}"


_CLAIM_OF_EDGE = "MATCH (claim:Claim {edge: $edge.id})-[:STATED_IN]->(document:Document)"


_SUM_OF_CLAIMS = (
    "WITH claim.modality AS modality, max(claim.confidence) AS surest, "
    "toLower(CASE WHEN coalesce(document.publisher, '') = '' THEN document.id ELSE document.publisher END) AS publisher "
    "WITH modality, count(*) AS sources, 1.0 - reduce(doubt = 1.0, one IN collect(surest) | doubt * (1.0 - one)) AS confidence "
    "ORDER BY reduce(place = 0, i IN range(0, size($strongest) - 1) | CASE WHEN $strongest[i] = modality THEN i ELSE place END) "
    "LIMIT 1 WITH sources, confidence WHERE sources >= $min_sources AND round(confidence, 6) >= $min_confidence RETURN sources"
)
"""What the claims that are left make of an edge, as `loaders.writing.projection` sums all of them up."""


def claim_conditions(rule: RelationFilter) -> Iterator[str]:
    """Conditions on the claims of an edge: names `claim` and `document`."""
    yield "claim.modality IN $modalities"
    if rule.publishers:
        yield "document.publisher IN $publishers"
    if rule.exclude_publishers:
        yield "NOT coalesce(document.publisher, '') IN $exclude_publishers"
    if rule.exclude_documents:
        yield "NOT document.id IN $exclude_documents"
    if rule.known_at is not None:
        yield "EXISTS { MATCH (run:LoadRun {id: claim.run}) WHERE run.started <= $known_at }"


def relation_parameters(rule: RelationFilter) -> dict[str, Any]:
    """Parameters of `relation_conditions`."""
    return {
        "modalities": [modality.value for modality in rule.admitted_modalities],
        "strongest": [modality.value for modality in (*LIVE_MODALITIES, Modality.ENDED, Modality.DENIED)],
        "min_confidence": rule.min_confidence,
        "min_sources": rule.min_sources,
        "min_share": rule.min_share,
        "valid_at": rule.valid_at,
        "publishers": list(rule.publishers),
        "exclude_publishers": list(rule.exclude_publishers),
        "exclude_documents": list(rule.exclude_documents),
        "known_at": rule.known_at,
    }


def walking_pattern(rule: RelationFilter, *, backward: bool = False) -> tuple[str, list[str]]:
    """Relationship pattern from `n` to `m` and the condition it needs, for a step from n to m or, `backward`, to n."""
    types = type_expression(rule.admitted_types)
    ways = {type: rule.ways(type)[::-1] if backward else rule.ways(type) for type in rule.admitted_types}
    if all(way == (True, True) for way in ways.values()):
        return f"-[r:{types}]-", []
    if all(way == (True, False) for way in ways.values()):
        return f"-[r:{types}]->", []
    if all(way == (False, True) for way in ways.values()):
        return f"<-[r:{types}]-", []
    out, back = (_names(type for type, way in ways.items() if way[i]) for i in (0, 1))
    return f"-[r:{types}]-", [f"((startNode(r) = n AND type(r) IN {out}) OR (endNode(r) = n AND type(r) IN {back}))"]


def _names(types: Iterable[RelationType]) -> str:
    return "[" + ", ".join(f"'{type.value}'" for type in types) + "]"


LISTING = "SANCTIONS|RESTRICTS_EXPORTS_TO"
"""Relations that put their object on a list or bar exports to it."""


LOCATED = "-[:LOCATED_IN*0..3 {status: 'asserted'}]->"
"""From an entity to where it is known to lie, itself included: a site, its city, its region, the country."""


def entity_conditions(rule: EntityFilter, *, node: str = "m", prefix: str = "") -> list[str]:
    """Conditions on the node of this name; `prefix` tells the parameters of two filters in one query apart."""
    within = f"EXISTS {{ MATCH ({node}){LOCATED}(place:Entity) WHERE place.id IN ${prefix}%s }}"
    found = []
    if rule.types or rule.exclude_types:
        found.append(f"{node}.type IN ${prefix}entity_types")
    if rule.ids:
        found.append(f"{node}.id IN ${prefix}ids")
    if rule.exclude_ids:
        found.append(f"NOT {node}.id IN ${prefix}exclude_ids")
    if rule.countries:
        found.append(within % "countries")
    if rule.exclude_countries:
        found.append("NOT " + within % "exclude_countries")
    listing = f"EXISTS {{ MATCH ({node})<-[list:{LISTING}]-(owner:Entity) WHERE list.status = 'asserted'"
    if rule.listed is not None:
        found.append(f"{'' if rule.listed else 'NOT '}{listing} }}")
    if rule.products:
        found.append(f"(NOT {node}.type IN ${prefix}things OR {node}.id IN ${prefix}products)")
    if rule.listed_by:
        found.append(f"{listing} AND owner.id IN ${prefix}listed_by }}")
    return found


def entity_parameters(rule: EntityFilter, *, prefix: str = "") -> dict[str, Any]:
    """Parameters of `entity_conditions`."""
    return {
        f"{prefix}entity_types": [type.value for type in rule.admitted_types],
        f"{prefix}ids": list(rule.ids),
        f"{prefix}exclude_ids": list(rule.exclude_ids),
        f"{prefix}countries": list(rule.countries),
        f"{prefix}exclude_countries": list(rule.exclude_countries),
        f"{prefix}listed_by": list(rule.listed_by),
        f"{prefix}products": list(rule.products),
        f"{prefix}things": [type.value for type in THINGS],
    }


def hub_condition(policy: HubPolicy) -> str:
    """Whether `m` is a hub. The degree over everything is read first: it is stored, and bounds the number of relations."""
    if policy.mode is HubMode.NONE:
        return "false"
    return (
        "NOT m.id IN $never_hubs AND (m.type IN $hub_types OR "
        f"(COUNT {{ (m)--() }} > $hub_degree AND COUNT {{ (m)-[:{ANY_RELATION}]-() }} > $hub_degree))"
    )


def hub_parameters(policy: HubPolicy, ends: Iterable[EntityId], *, default_degree: int) -> Mapping[str, Any]:
    """Parameters of `hub_condition`."""
    return {
        "never_hubs": [*policy.allow_ids, *ends],
        "hub_types": [type.value for type in policy.types],
        "hub_degree": default_degree if policy.max_degree is None else policy.max_degree,
    }
