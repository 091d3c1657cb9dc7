"""Lists of relations: many types asked for at once give the same as each by itself, whatever way the database finds them."""

import datetime as dt
import random
from dataclasses import replace
from itertools import cycle, product

import pytest

from graph_schema.database.graph import Graph
from graph_schema.ids import EntityId
from graph_schema.vocabulary import EntityType, RelationType, vocabulary
from service.filters.walk import EntityFilter, RelationFilter
from service.queries.relations_listed import relations_counted, relations_listed, relations_listed_query
from tests.service.build import GraphBuilder, started
from tests.service.path_questions import DAYS, DOCUMENTS, MODALITIES, RUNS

pytestmark = pytest.mark.anyio

TYPES = (
    *(RelationType.SUPPLIES, RelationType.OWNS, RelationType.PARTNERS_WITH, RelationType.SANCTIONS),
    *(RelationType.LOCATED_IN, RelationType.RELATED_TO),
)
ENTITIES = (*[EntityType.COMPANY] * 6, *[EntityType.COUNTRY] * 3, EntityType.PERSON)
RULES = (
    RelationFilter(publishers=("Wire",)),
    RelationFilter(exclude_publishers=("Wire",), min_sources=2),
    RelationFilter(exclude_documents=(DOCUMENTS[0].id,), min_confidence=0.5),
    RelationFilter(known_at=started(RUNS[1]), include_former=True),
    RelationFilter(min_share=0.2),
    RelationFilter(min_share=0.2, publishers=("Daily",), valid_at=dt.date(2023, 1, 1)),
)
ENDS = (
    (EntityFilter(), EntityFilter()),
    (EntityFilter(listed=True), EntityFilter()),
    (EntityFilter(listed=False), EntityFilter(types=(EntityType.COMPANY, EntityType.COUNTRY))),
    (EntityFilter(), EntityFilter(countries=(EntityId("country:node-7"),))),
    (EntityFilter(exclude_countries=(EntityId("country:node-7"),)), EntityFilter(listed_by=(EntityId("country:node-6"),))),
)  # fmt: skip


def some_graph(statements: int = 150, seed: int = 5) -> GraphBuilder:
    chance = random.Random(seed)
    build = GraphBuilder()
    ids = [build.entity(type, f"Node {number}") for number, type in enumerate(ENTITIES)]
    for number in range(statements):
        a, b = chance.sample(ids, 2)
        ends = build.memory.entities[a].type, build.memory.entities[b].type
        fitting = [type for type in TYPES if vocabulary().admits(ends[0], type, ends[1])]
        build.state(
            a,
            chance.choice(fitting),
            b,
            f"Sentence {number}.",
            chance.choice(DOCUMENTS),
            modality=chance.choice(MODALITIES),
            confidence=chance.choice([0.25, 0.5, 1.0]),
            share=chance.choice([None, 0.1, 0.5]),
            run=chance.choice(RUNS),
            valid_from=chance.choice([None, *DAYS]),
        )
    build.project()
    return build


async def test_all_types_at_once_are_each_type_by_itself(graph: Graph) -> None:
    await some_graph().write(graph)
    seen = 0
    for rule, (subject, object) in zip(RULES, cycle(ENDS), strict=False):
        apart = []
        for few in (TYPES[:4], TYPES[4:]):
            only = replace(rule, types=few)
            apart += await graph.read(relations_listed, only, subject, object, skip=0, limit=200)
        together = await graph.read(relations_listed, rule, subject, object, skip=0, limit=200)
        assert together == sorted(apart, key=lambda relation: relation.id), (rule, subject, object)
        assert await graph.read(relations_counted, rule, subject, object) == len(apart)
        assert await graph.read(relations_listed, rule, subject, object, skip=2, limit=3) == together[2:5]
        seen += len(together)
    assert seen > 50


def test_what_looks_around_is_written_once_not_once_for_each_type() -> None:
    for rule, (subject, object) in product(RULES, ENDS):
        text = relations_listed_query(rule, subject, object).text
        assert text.count("EXISTS") <= 12
        assert "UNION" not in text
    assert "UNION" in relations_listed_query(RelationFilter(min_confidence=0.5), EntityFilter(), EntityFilter()).text
