"""Graphs of the tests as snapshots, and the variables of a GraphQL request as questions, without a database."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from graph_schema.vocabulary import EntityType, Modality, RelationType
from service.filters.hubs import HubMode, HubPolicy
from service.filters.walk import Direction, EntityFilter, RelationFilter, UndatedPolicy, Walk
from service.index.around_entity import reach_around
from service.index.assemble import snapshot_of_rows
from service.index.between_ends import paths_between
from service.index.change import Change, ClaimRow, EntityRow, RelationRow
from service.index.kernels.walking import LIMIT, Notes
from service.index.snapshot import Snapshot
from service.paths.reach import Reach, ReachQuestion
from service.paths.search import PathQuestion, SearchOutcome
from tests.service.build import GraphBuilder, started

HUB_DEGREE = 1_000
_ENUMS: Mapping[str, Any] = {
    "types": RelationType,
    "exclude_types": RelationType,
    "modalities": Modality,
    "direction": Direction,
    "undated": UndatedPolicy,
}


def change_to(build: GraphBuilder, version: int = 1) -> Change:
    """All of a graph, as a change from nothing."""
    change = Change(version)
    change.entities = [EntityRow(one.id, one.type, one.name, one.aliases) for one in build.memory.entities.values()]
    change.relations = [
        RelationRow(
            *(one.id, one.subject, one.type, one.object, one.status, one.confidence, one.sources, one.claims),
            *(one.first_seen, one.last_seen, one.valid_from, one.valid_to),
        )
        for one in build.memory.relations
    ]
    for claim, run in build.claims:
        document = build.documents[claim.document]
        row = ClaimRow(
            claim.relation_id, document.publisher, document.id, run, claim.modality, claim.share, claim.confidence
        )
        change.claims.append(row)
        change.began[run] = started(run)
    return change


def snapshot(build: GraphBuilder) -> Snapshot:
    """A graph in memory."""
    return snapshot_of_rows(change_to(build))


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


def relation_filter(variables: Mapping[str, Any]) -> RelationFilter:
    """`RelationFilter` of the API as the service reads it."""
    values: dict[str, Any] = {}
    for name, value in ((_snake(name), value) for name, value in variables.items()):
        if name in _ENUMS:
            value = _ENUMS[name][value] if isinstance(value, str) else tuple(_ENUMS[name][one] for one in value)
        elif name == "valid_at":
            value = dt.date.fromisoformat(value)
        elif name == "known_at":
            value = dt.datetime.fromisoformat(value)
        values[name] = tuple(value) if isinstance(value, list) else value
    return RelationFilter(**values)


def entity_filter(variables: Mapping[str, Any]) -> EntityFilter:
    """`EntityFilter` of the API as the service reads it."""
    values: dict[str, Any] = {}
    for name, value in ((_snake(name), value) for name, value in variables.items()):
        value = tuple(EntityType[one] for one in value) if name.endswith("types") else value
        values[name] = tuple(value) if isinstance(value, list) else value
    return EntityFilter(**values)


def hub_policy(variables: Mapping[str, Any]) -> HubPolicy:
    """`HubPolicy` of the API as the service reads it."""
    values: dict[str, Any] = {_snake(name): value for name, value in variables.items()}
    if "mode" in values:
        values["mode"] = HubMode[values["mode"]]
    if "types" in values:
        values["types"] = tuple(EntityType[one] for one in values["types"])
    if "allow_ids" in values:
        values["allow_ids"] = tuple(values["allow_ids"])
    return HubPolicy(**values)


def walk(variables: Mapping[str, Any]) -> Walk:
    """The conditions of a question."""
    return Walk(
        relation_filter(variables["via"]),
        entity_filter(variables["through"]),
        frozenset(variables["avoid"]),
        hub_policy(variables["hubs"]),
    )


def ask_paths(graph: Snapshot, question: PathQuestion, depth: int, *, room: int | None = None) -> SearchOutcome:
    """Paths as the index finds them."""
    notes = _notes(graph, room)
    try:
        return paths_between(graph, question, notes, max_depth=depth, hub_degree=HUB_DEGREE)
    finally:
        _give(graph, notes)


def ask_reach(graph: Snapshot, question: ReachQuestion) -> Reach:
    """What the index reaches."""
    notes = _notes(graph, None)
    try:
        return reach_around(graph, replace(question, keep_steps=True), notes, hub_degree=HUB_DEGREE)
    finally:
        _give(graph, notes)


def _notes(graph: Snapshot, room: int | None) -> Notes:
    notes = graph.notes.take()
    notes.tally[LIMIT] = np.iinfo(np.int64).max if room is None else room
    return notes


def _give(graph: Snapshot, notes: Notes) -> None:
    """Notes come back clean: what one search leaves behind would change the next."""
    assert not notes.mark.any()
    assert not notes.seen.any()
    assert all((distances == 255).all() for distances in (notes.ahead, notes.behind, notes.beyond))
    graph.notes.give(notes)
