"""What the database tells of an earlier version: what must become of the graph as it is to be as it was.

Relations that no later version touched are as they were. The others are projected anew from the claims that stood behind them
then: those of now that had come by then and have not changed since, and those that later versions changed or took away, as they
were before (see `graph_schema.former`).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.cypher import native, native_date, one
from graph_schema.errors import QuestionError
from graph_schema.former import (
    FormerClaim,
    FormerDocument,
    FormerEntity,
    FormerFold,
    FormerWeights,
    read,
)
from graph_schema.ids import ClaimId, DocumentId, EntityId, RelationId, RunId
from graph_schema.projection import Evidence, project
from graph_schema.publishers import read_publishers
from graph_schema.vocabulary import Modality, RelationType
from service.index.change import Change, ClaimRow, EntityRow, RelationRow
from service.index.reading import CHANGED_ENTITIES, CHANGED_RELATIONS, entity_row, read_runs

_STATES = 5
"""Former states that are read for each relation that may have changed."""
Ends = tuple[EntityId, RelationType, EntityId]

REMEMBERED: LiteralString = """
OPTIONAL MATCH (state:GraphState {id: 'graph'})
OPTIONAL MATCH (weights:GraphState {id: 'publishers'})
RETURN coalesce(state.version, 0) AS version, state.history_since AS since, coalesce(weights.weighed, []) AS weighed,
  weights.weighing AS weighing
"""


async def check_remembered(tx: AsyncManagedTransaction, version: int) -> None:
    """Raise QuestionError where the graph cannot be told as it was at this version."""
    row = await one(tx, REMEMBERED)
    now, since, weighed = int(row["version"]), row["since"], [*row["weighed"]]
    if version > now:
        raise QuestionError(f"atVersion is {version}, and the graph is at version {now}")
    if since is None or version < since:
        begin = (
            "keeps no former states: run `chokepoint schema apply`"
            if since is None
            else f"remembers them from {since} on"
        )
        raise QuestionError(f"atVersion is {version}, and of former versions the graph {begin}")
    if row["weighing"] is not None:
        weighed += [row["weighing"], now]
    for began, settled in zip(weighed[::2], weighed[1::2], strict=True):
        if began <= version < settled:
            raise QuestionError(
                f"at version {version} publishers were being weighed: ask of {began - 1} or earlier, or of {settled} or later"
            )


LATER: LiteralString = """
MATCH (removed:Removed) WHERE removed.version > $version
RETURN removed.relations AS relations, coalesce(removed.states, []) AS states ORDER BY removed.version, removed.id
"""


@dataclass(slots=True)
class Former:
    """What later versions changed or took away, as it was at one version."""

    claims: dict[ClaimId, FormerClaim] = field(default_factory=dict)
    entities: dict[EntityId, FormerEntity] = field(default_factory=dict)
    since: dict[EntityId, int] = field(default_factory=dict)
    """When those of `entities` had come that went later."""
    documents: dict[DocumentId, FormerDocument] = field(default_factory=dict)
    folds: dict[EntityId, FormerFold] = field(default_factory=dict)
    weights: Mapping[str, float] | None = None
    """None: as they are now."""
    relations: set[RelationId] = field(default_factory=set)
    """Relations that went, whether they had come by then or not."""

    def take(self, text: str) -> None:
        """One state more, of the same version as the last one or a later one."""
        match state := read(text):
            case FormerClaim():
                self.claims.setdefault(state.id, state)
            case FormerEntity():
                self.entities.setdefault(state.id, state)
                if state.since is not None:
                    self.since.setdefault(state.id, state.since)
            case FormerDocument():
                self.documents.setdefault(state.id, state)
            case FormerFold():
                self.folds.setdefault(state.id, state)
            case FormerWeights():
                self.weights = state.reliabilities or {} if self.weights is None else self.weights


async def read_former(tx: AsyncManagedTransaction, version: int) -> Former:
    """All that was otherwise at this version."""
    former = Former()
    async for row in await tx.run(LATER, version=version):
        former.relations.update(row["relations"])
        for text in row["states"]:
            former.take(text)
    return former


STANDING: LiteralString = """
UNWIND $relations AS relation
MATCH (c:Claim {edge: relation})-[:STATED_IN]->(d:Document)
USING INDEX SEEK c:Claim(edge)
WHERE coalesce(c.since, 0) <= $version
RETURN relation, c {.id, .modality, .confidence, .share, .run, .predicate, .relation, .date, .valid_from, .valid_to} AS claim,
  d {.id, .publisher, .published} AS document
"""
DOCUMENTS: LiteralString = """
UNWIND $ids AS id
MATCH (d:Document {id: id})
RETURN d.id AS id, d.publisher AS publisher, d.published AS published
"""


@dataclass(frozen=True, slots=True)
class ClaimThen:
    """A claim as it was, with its document."""

    id: ClaimId
    relation: RelationId
    document: FormerDocument
    run: RunId | None
    modality: Modality
    confidence: float
    share: float | None
    date: dt.date | None
    valid_from: dt.date | None
    valid_to: dt.date | None
    words: tuple[RelationType, str] | None = None
    """Relation type and predicate, of a claim that has not changed since."""
    former: FormerClaim | None = None
    """Of one that has."""

    @property
    def day(self) -> dt.date | None:
        """When it happened or began, else when the document was published."""
        return self.date or self.valid_from or self.document.published


async def claims_then(
    tx: AsyncManagedTransaction, former: Former, version: int, relations: Iterable[RelationId]
) -> dict[RelationId, list[ClaimThen]]:
    """The claims that stood behind each of these relations."""
    wanted, found = set(relations), defaultdict[RelationId, list[ClaimThen]](list)
    async for row in await tx.run(STANDING, relations=sorted(wanted), version=version):
        claim, id = row["claim"], DocumentId(row["document"]["id"])
        if claim["id"] in former.claims:
            continue
        now = FormerDocument(id, row["document"]["publisher"], native_date(row["document"]["published"]))
        found[row["relation"]].append(
            ClaimThen(
                *(
                    claim["id"],
                    row["relation"],
                    former.documents.get(id, now),
                    claim["run"],
                    Modality(claim["modality"]),
                ),
                *(float(claim["confidence"]), claim["share"]),
                *(native_date(claim["date"]), native_date(claim["valid_from"]), native_date(claim["valid_to"])),
                words=(RelationType(claim["relation"]), claim["predicate"]),
            )
        )
    past = [one for one in former.claims.values() if one.edge in wanted and one.since <= version]
    documents = {**await _documents(tx, {one.document for one in past} - former.documents.keys()), **former.documents}
    for was in past:
        if was.edge is not None:
            found[was.edge].append(
                ClaimThen(
                    *(
                        was.id,
                        was.edge,
                        documents.get(was.document, FormerDocument(was.document)),
                        was.run,
                        was.modality,
                    ),
                    *(was.confidence, was.share, was.date, was.valid_from, was.valid_to),
                    former=was,
                )
            )
    return found


async def _documents(tx: AsyncManagedTransaction, ids: Iterable[DocumentId]) -> dict[DocumentId, FormerDocument]:
    result = await tx.run(DOCUMENTS, ids=sorted(ids))
    return {row["id"]: FormerDocument(row["id"], row["publisher"], native(row["published"])) async for row in result}


CHANGES: LiteralString = """
MATCH (removed:Removed) WHERE removed.version > $version
RETURN sum(size(removed.relations) + size(coalesce(removed.states, []))) AS changes
"""


async def read_past(tx: AsyncManagedTransaction, version: int, *, most: int) -> Change:
    """What makes of the graph as it is the graph as it was at a version. Raises QuestionError where that cannot be told, and
    where more than `most` relations or entities have changed since."""
    await check_remembered(tx, version)
    if (await one(tx, CHANGES, version=version))["changes"] > _STATES * most:
        raise QuestionError(f"since version {version} too much has been changed or taken back: ask of a later version")
    former = await read_former(tx, version)
    entities = [row.data() async for row in await tx.run(CHANGED_ENTITIES, since=version, most=most + 1)]
    changed = [row.data() async for row in await tx.run(CHANGED_RELATIONS, since=version, most=most + 1)]
    if max(len(entities), len(changed), len(former.relations)) > most:
        raise QuestionError(f"since version {version} more than {most} relations have changed: ask of a later version")
    touched = former.relations | {RelationId(row["id"]) for row in changed}
    ends: dict[RelationId, Ends] = {
        one.edge: (one.subject, one.relation, one.object) for one in former.claims.values() if one.edge is not None
    }
    ends |= {row["id"]: (row["subject"], RelationType(row["type"]), row["object"]) for row in changed}
    claims = await claims_then(tx, former, version, touched)
    weights = former.weights
    if weights is None:
        weights = {name: one.reliability for name, one in (await read_publishers(tx)).items()}
    change = Change(version, removed_relations=touched)
    _take_entities(change, former, entities)
    for id in sorted(claims):
        if id not in ends:
            raise QuestionError(
                f"what was kept of version {version} does not fit together: chokepoint check tells more"
            )
        if (row := _projected(id, ends[id], claims[id], weights)) is not None:
            change.relations.append(row)
            change.claims += [_claim_row(one, weights) for one in claims[id]]
    change.began = await read_runs(tx, {one.run for one in change.claims if one.run is not None})
    return change


def _take_entities(change: Change, former: Former, now: Iterable[Mapping[str, Any]]) -> None:
    """Those that were there, called as they were, and those that were not."""
    rows = {EntityId(row["id"]): row for row in now}
    for id in sorted(rows.keys() | former.entities.keys() | former.folds.keys()):
        row, was, fold = rows.get(id), former.entities.get(id), former.folds.get(id)
        since = former.since.get(id, 0 if row is None else int(row["since"]))
        if since > change.version or (row is None and was is None):
            change.removed_entities.add(id)
            continue
        known = None if row is None else entity_row(row)
        whole = fold.whole if fold is not None else None if known is None else known.whole
        if was is not None:
            change.entities.append(EntityRow(id, was.type, was.name, was.aliases, whole))
        elif known is not None:
            change.entities.append(EntityRow(id, known.type, known.name, known.aliases, whole))


def _weight(document: FormerDocument, weights: Mapping[str, float]) -> float:
    return 1.0 if document.publisher is None else weights.get(document.publisher, 1.0)


def _projected(
    id: RelationId, ends: Ends, claims: Iterable[ClaimThen], weights: Mapping[str, float]
) -> RelationRow | None:
    parts = [Evidence.of(one, one.document, reliability=_weight(one.document, weights)) for one in claims]
    if (said := project(parts)) is None:
        return None
    return RelationRow(
        *(id, *ends, said.status, said.confidence, said.sources, said.claims),
        *(said.first_seen, said.last_seen, said.valid_from, said.valid_to),
    )


def _claim_row(one: ClaimThen, weights: Mapping[str, float]) -> ClaimRow:
    confidence = one.confidence * _weight(one.document, weights)
    publisher = one.document.publisher
    return ClaimRow(one.relation, publisher, one.document.id, one.run, one.modality, one.share, confidence)
