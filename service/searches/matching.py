"""Which entities records from elsewhere mean: candidates with a score and the reasons for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from graph_schema.database.graph import Graph
from graph_schema.errors import LimitExceeded
from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType
from service.queries.entities import EntityMatch, MatchKind, entities_like
from service.queries.places import places_of
from service.queries.records import EntityRecord
from service.searches.endpoints import lookup

_ALIAS, _OTHER_TYPE, _OTHER_COUNTRY = 0.95, 0.6, 0.85


@dataclass(frozen=True, slots=True)
class MatchQuery:
    """What is known of an entity elsewhere."""

    name: str
    type: EntityType | None = None
    country: str | None = None
    """Id, name or alias of the country where it lies."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One feature of a score."""

    feature: str
    factor: float
    """What the score was multiplied by."""
    detail: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that may be meant."""

    entity: EntityRecord
    score: float
    """In [0, 1]."""
    reasons: tuple[Reason, ...]
    countries: tuple[EntityRecord, ...] = ()
    """Where it is known to lie."""


async def match_entities(
    graph: Graph, queries: Sequence[MatchQuery], *, cutoff: float, limit: int, most: int
) -> list[list[Candidate]]:
    """For each query the candidates that score at least `cutoff`, best first.

    Takes the same number of database queries for any number of them. Raises LimitExceeded, EntityNotFound for an
    unknown country.
    """
    if len(queries) > most:
        raise LimitExceeded("the number of queries", len(queries), most)
    countries = sorted({query.country for query in queries if query.country is not None})
    known = await lookup(graph, countries) if countries else {}
    like = await graph.read(entities_like, list(dict.fromkeys(query.name for query in queries)))
    scored = [
        [one for match in like.get(query.name, ()) if (one := _score(query, match)).score >= cutoff]
        for query in queries
    ]
    places = await graph.read(places_of, sorted({one.entity.id for some in scored for one in some}))
    found = []
    for query, some in zip(queries, scored, strict=True):
        country = None if query.country is None else known[query.country].id
        placed = (_placed(one, places.get(one.entity.id, ()), query.country, country) for one in some)
        kept = [one for one in placed if one.score >= cutoff]
        found.append(sorted(kept, key=lambda one: (-one.score, one.entity.id))[:limit])
    return found


def _score(query: MatchQuery, match: EntityMatch) -> Candidate:
    """By name and type."""
    reasons = [Reason("name", match.similarity, f"{query.name!r} and {match.matched!r}")]
    if match.kind is MatchKind.ALIAS:
        reasons.append(Reason("alias", _ALIAS, f"{match.matched!r} is an alias"))
    if query.type is not None and match.entity.type is not query.type:
        reasons.append(Reason("type", _OTHER_TYPE, f"{match.entity.type}, not {query.type}"))
    return Candidate(match.entity, _product(reasons), tuple(reasons))


def _placed(one: Candidate, places: Sequence[EntityRecord], named: str | None, country: EntityId | None) -> Candidate:
    """With its countries, and a lower score where it is not known to lie in the one asked for."""
    reasons = one.reasons
    if country is not None and country not in {place.id for place in places}:
        reasons += (Reason("country", _OTHER_COUNTRY, f"not known to lie in {named}"),)
    countries = tuple(place for place in places if place.type is EntityType.COUNTRY and place.id != one.entity.id)
    return Candidate(one.entity, _product(reasons), reasons, countries)


def _product(reasons: Sequence[Reason]) -> float:
    score = 1.0
    for reason in reasons:
        score *= reason.factor
    return round(score, 4)
