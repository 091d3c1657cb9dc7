"""Screening: which entities a list of names means, whether they are exposed to listed parties, and who owns half of them.

A batch of names takes a few queries, however many names it holds: what is asked of the database is asked for all of them
together. Exposure is searched by the engine, which is in memory where the graph is indexed.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from graph_schema.database.graph import Graph
from graph_schema.errors import EntityNotFound, MalformedRecord
from graph_schema.ids import EntityId
from graph_schema.screening import AskedName
from graph_schema.vocabulary import EntityType
from service.paths.report import PathStatus
from service.queries.entities import MatchKind, entities_by_id, entities_called
from service.queries.places import places_of
from service.queries.records import EntityRecord, RelationRecord
from service.searches.desk import Searches
from service.searches.endpoints import lookup
from service.searches.exposure import Exposure, ExposureKind, ExposureRequest
from service.searches.matching import Candidate, MatchQuery, Reason, match_entities
from service.searches.ownership import OWNABLE, OwnershipAnswer, OwnershipReading, OwnershipRequest
from service.settings import ServiceSettings

_CLOSE = 0.005
"""Scores that differ by less are equal: their order says nothing."""
_MOST_COUNTRIES = 10_000
"""Names of countries that are remembered from batch to batch."""


class ScreeningOutcome(StrEnum):
    """What became of a name."""

    MATCH = "match"
    """One entity answers to it better than all others, by id, name or alias."""
    NAMESAKES = "namesakes"
    """Several answer to it equally well: what tells them apart stands with each."""
    POSSIBLE = "possible"
    """Some only resemble it."""
    NO_MATCH = "no_match"
    """None comes close."""


@dataclass(frozen=True, slots=True)
class ScreeningRules:
    """What counts as a match, and whose lists count."""

    cutoff: float = 0.8
    """Score below which a candidate is not told, in (0, 1]."""
    threshold: float = 0.95
    """Score from which on a candidate is a match, in (0, 1]."""
    candidates: int = 5
    """Most candidates of one name."""
    lists: tuple[str, ...] = ()
    """Who lists: countries, bodies or policies; none given: any."""
    exposure: ExposureRequest = field(default_factory=lambda: ExposureRequest(""))
    """How far ties are followed."""


@dataclass(frozen=True, slots=True)
class ScreenedEntity:
    """What is known of one entity in this respect."""

    nearest: tuple[Exposure, ...] = ()
    """Of each kind of tie the nearest listed entity."""
    exposures: int = 0
    """Ties in all."""
    partial: bool = False
    """A limit was reached: there may be more."""
    listings: tuple[tuple[EntityRecord, RelationRecord], ...] = ()
    """Who puts it on a list itself."""
    sum: OwnershipAnswer | None = None
    """None for kinds of entities that nobody owns."""
    control: OwnershipAnswer | None = None


@dataclass(frozen=True, slots=True)
class ScreenedMatch:
    """One candidate with what is known of it."""

    candidate: Candidate
    told: ScreenedEntity


@dataclass(frozen=True, slots=True)
class Screened:
    """The answer to one name."""

    asked: AskedName
    outcome: ScreeningOutcome
    matches: tuple[ScreenedMatch, ...]
    """The best first."""
    graph_version: int | None


class Screening:
    """Screens batches of names under the same rules."""

    def __init__(self, graph: Graph, searches: Searches, settings: ServiceSettings, rules: ScreeningRules) -> None:
        self._graph, self._searches, self._settings, self._rules = graph, searches, settings, rules
        self._countries: dict[str, bool] = {}

    async def screen(self, asked: Sequence[AskedName]) -> list[Screened | MalformedRecord]:
        """An answer for each name, in order, or why it cannot be asked for.

        Raises EntityNotFound for an unknown list, GraphUnavailable, GraphError.
        """
        by_id = await self._by_id(one.id for one in asked if one.id is not None)
        await self._know_countries(one.country for one in asked if one.country is not None)
        named = [one for one in asked if one.id not in by_id and one.name is not None and self._known(one)]
        queries = [self._query(one) for one in named]
        rules = self._rules
        found = (
            await match_entities(
                self._graph, queries, cutoff=rules.cutoff, limit=rules.candidates, most=max(1, len(queries))
            )
            if queries
            else []
        )
        matched = {id(one): some for one, some in zip(named, found, strict=True)}
        candidates = [[by_id[one.id]] if one.id in by_id else matched.get(id(one), []) for one in asked]
        entities = {one.entity.id: one.entity for some in candidates for one in some}
        told, version = await self._told(list(entities.values()))
        return [
            self._answer(one, some, told, version)
            if self._known(one)
            else one.malformed("country", f"is {one.country!r}, which no country of the graph is called")
            for one, some in zip(asked, candidates, strict=True)
        ]

    def _known(self, one: AskedName) -> bool:
        return one.country is None or self._countries.get(one.country, False)

    def _query(self, one: AskedName) -> MatchQuery:
        assert one.name is not None
        return MatchQuery(one.name, one.type, one.country)

    async def _by_id(self, ids: Iterable[str]) -> dict[str | None, Candidate]:
        """The entity of each id that the graph has, also that of an entity which was folded into another."""
        wanted = sorted({id for id in ids if ":" in id})
        if not wanted:
            return {}
        called = await self._graph.read(entities_called, wanted)
        found = {id: some[0].entity for id, some in called.items() if some[0].kind in (MatchKind.ID, MatchKind.FUZZY)}
        places = await self._graph.read(places_of, sorted({one.id for one in found.values()}))
        return {
            id: Candidate(
                one,
                1.0,
                (Reason("identifier", 1.0, f"{id!r} is its id" if one.id == id else f"{id!r} is one with it"),),
                tuple(at for at in places.get(one.id, ()) if at.type is EntityType.COUNTRY and at.id != one.id),
            )
            for id, one in found.items()
        }

    async def _know_countries(self, names: Iterable[str]) -> None:
        """Look each country up once; whether it is known is remembered."""
        new = sorted(set(names) - self._countries.keys())
        if len(self._countries) + len(new) > _MOST_COUNTRIES:
            self._countries.clear()
        while new:
            try:
                await lookup(self._graph, new)
            except EntityNotFound as error:
                self._countries[error.wanted] = False
                new.remove(error.wanted)
            else:
                self._countries |= dict.fromkeys(new, True)
                return

    async def _told(self, entities: Sequence[EntityRecord]) -> tuple[dict[EntityId, ScreenedEntity], int | None]:
        """Exposure and ownership of each, and the version of the graph that was read last."""
        sums, controls = [await self._owned(entities, reading) for reading in OwnershipReading]
        listers = await self._listers([*sums.values()])
        told: dict[EntityId, ScreenedEntity] = {}
        version = max((one.report.version or 0 for one in sums.values()), default=None)
        for entity in entities:
            request = replace(self._rules.exposure, entity=entity.id, lists=self._rules.lists)
            exposed = await self._searches.run(request)
            version = max(version or 0, exposed.report.version or 0)
            nearest: dict[ExposureKind, Exposure] = {}
            for tie in exposed.exposures:
                nearest.setdefault(tie.kind, tie)
            owned = sums.get(entity.id)
            told[entity.id] = ScreenedEntity(
                nearest=tuple(nearest.values()),
                exposures=len(exposed.exposures),
                partial=exposed.report.status is PathStatus.BUDGET_EXHAUSTED,
                listings=tuple((listers[one.subject], one) for one in (owned.listings if owned else ())),
                sum=owned if entity.type in OWNABLE else None,
                control=controls.get(entity.id) if entity.type in OWNABLE else None,
            )
            await asyncio.sleep(0)  # lets the index follow the graph between two searches
        return told, version

    async def _owned(
        self, entities: Sequence[EntityRecord], reading: OwnershipReading
    ) -> dict[EntityId, OwnershipAnswer]:
        """What listed parties hold of each, also who lists those that nobody owns."""
        most = self._settings.max_ids - len(self._rules.lists)
        found: dict[EntityId, OwnershipAnswer] = {}
        for some in _chunks([one.id for one in entities], most):
            request = OwnershipRequest(
                entities=some, lists=self._rules.lists, reading=reading, budget=self._rules.exposure.budget
            )
            found |= {one.entity.id: one for one in await self._searches.run(request)}
        return found

    async def _listers(self, answers: Sequence[OwnershipAnswer]) -> Mapping[EntityId, EntityRecord]:
        wanted = {one.subject for answer in answers for one in answer.listings}
        wanted |= {one.subject for answer in answers for party in answer.parties for one in party.listings}
        return await self._graph.read(entities_by_id, sorted(wanted)) if wanted else {}

    def _answer(
        self,
        asked: AskedName,
        candidates: Sequence[Candidate],
        told: Mapping[EntityId, ScreenedEntity],
        version: int | None,
    ) -> Screened:
        matches = tuple(ScreenedMatch(one, told[one.entity.id]) for one in candidates)
        return Screened(asked, _outcome(candidates, self._rules.threshold), matches, version)


def _outcome(candidates: Sequence[Candidate], threshold: float) -> ScreeningOutcome:
    if not candidates:
        return ScreeningOutcome.NO_MATCH
    best = candidates[0].score
    if best < threshold:
        return ScreeningOutcome.POSSIBLE
    equal = [one for one in candidates if best - one.score < _CLOSE]
    return ScreeningOutcome.MATCH if len(equal) == 1 else ScreeningOutcome.NAMESAKES


def _chunks(ids: Sequence[EntityId], size: int) -> list[tuple[EntityId, ...]]:
    return [tuple(ids[start : start + size]) for start in range(0, len(ids), size)]
