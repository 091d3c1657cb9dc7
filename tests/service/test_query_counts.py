"""The number of database queries does not depend on the number of results."""

import datetime as dt
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import graphql
import httpx
import pytest

import service
from graph_schema.database import schema
from graph_schema.database.graph import Graph
from graph_schema.domain import Document
from graph_schema.ids import DocumentId, EntityId
from graph_schema.vocabulary import EntityType, Modality, RelationType
from tests.service.build import GraphBuilder
from tests.service.conftest import asker

pytestmark = pytest.mark.anyio

PATH = "{ entities { name } hops { from { name } relations { id subject { name } } } cypher }"
REACHED = "{ found nodes { entity { name } path " + PATH + " } report { status cypher } }"
SAID = "{ totalCount nodes { sentence } }"
HELD = """{ parties { entity { name } listings { subject { name } } } overstated { name }
  holdings(first: 50) { owner { name } relations { subject { name } } claims { sentence document { title } } } }"""
QUESTIONS = {
    "nodes": "nodes(ids: $ids) { id }",
    "entity": 'entity(name: "Left") { relations(first: 50) { nodes { id } } claims(first: 50) { nodes { id } } }',
    "searchEntities": 'searchEntities(q: "Middle", first: 50) { nodes { entity { name } } }',
    "relations": "relations(first: 100) { nodes { id } }",
    "relationBetween": 'relationBetween(a: "Left", b: "Middle 0") { id }',
    "evidence": 'evidence(entityId: "Left", first: 50) { nodes { sentence } }',
    "documents": "documents(first: 50) { nodes { title } }",
    "loadRuns": "loadRuns(first: 50) { nodes { id counts { name } } }",
    "freshness": "freshness(first: 50) { nodes { id counts { name } } }",
    "jobs": "jobs { name }",
    "watchLists": "watchLists { name entities }",
    "notices": 'notices(list: "list 1", first: 50) { nodes { text details } }',
    "neighbors": 'neighbors(id: "Left", first: 50, groupBy: RELATION) { nodes { entity { name } relations { id } } '
    "groups { key } }",
    "allSimplePaths": f'allSimplePaths(from: "Left", to: "Right", maxLength: 2, first: 50) {{ nodes {PATH} }}',
    "shortestPath": f'shortestPath(from: "Left", to: "Right") {{ paths {PATH} }}',
    "shortestPaths": f"""shortestPaths(from: ["Left"], to: ["Right"], k: 50, budget: {{maxDepth: 2}}) {{
      paths {PATH} report {{ cypher }} }}""",
    "connectingSubgraph": """connectingSubgraph(ids: ["Left", "Right"]) {
      terminals { name } entities { name } relations { id } unconnected { name } }""",
    "pathsDiff": f"""pathsDiff(from: "Left", to: "Right", k: 50, budget: {{maxDepth: 2}}, knownFrom: "2026-10-01T00:00:00Z",
      knownTo: "2026-12-01T00:00:00Z") {{ appeared {PATH} vanished {PATH} kept {PATH} }}""",
    "reachable": 'reachable(from: "Left", targets: {types: [COMPANY]}, first: 50) ' + REACHED,
    "exposure": f'exposure(id: "Right", first: 50) {{ nodes {{ kind entity {{ name }} path {PATH} }} }}',
    "exposureSummary": f'exposureSummary(ids: ["Right"]) {{ entity {{ name }} nearest {{ path {PATH} }} }}',
    "ownership": f'ownership(id: "Venture") {HELD}',
    "ownershipOf": f'ownershipOf(ids: ["Venture", "Right"]) {HELD}',
    "upstream": 'upstream(id: "Right", first: 50) ' + REACHED,
    "downstream": 'downstream(id: "Left", first: 50) ' + REACHED,
    "chokePoints": """chokePoints(id: "Left", direction: DOWNSTREAM, without: ["Middle 0"], first: 50) {
      chokePoints { entity { name } cutOff { name } } cutOff { name }
      singleCountryInputs { entity { name } country { name } } }""",
    "claims": 'claims(entityIds: ["Left"], first: 50) ' + SAID,
    "timeline": 'timeline(entityIds: ["Left"], first: 50) { nodes { day claim { sentence } } }',
    "timeSeries": 'timeSeries(entityIds: ["Left"], interval: DAY, clock: PUBLISHED) { start claims }',
    "distribution": 'distribution(entityIds: ["Left"], field: PUBLISHER, first: 50) { value claims }',
    "contradictions": """contradictions(entityIds: ["Right"], first: 50) {
      nodes { relation { id } stating { sentence } against { sentence } } }""",
    "matchEntities": """matchEntities(queries: [{name: "Middle", country: "Taiwan"}], cutoff: 0, limit: 50) {
      candidates { entity { name } explanations { feature } } }""",
    "sameAs": 'sameAs(id: "Left") { entity { name } judgements { by a { name } b { name } } }',
}
"""A question for each resolver that answers with a list or with something that holds lists."""
WITH_FEW_RESULTS = {"relationBetween", "shortestPath", "connectingSubgraph", "exposureSummary", "sameAs"}
"""Those whose answer has one size in these graphs; what they look at grows all the same."""
NEIGHBOURS = 'neighbors(id: "Left", first: 50) { nodes { %s } }'
WAYS = 'shortestPaths(from: ["Left"], to: ["Right"], k: 50, budget: {maxDepth: 2}) { paths { %s } }'
BELOW = {
    "degree": NEIGHBOURS % "entity { degree }",
    "listed": NEIGHBOURS % "entity { listed { subject { degree } } }",
    "claims of an entity": NEIGHBOURS % "entity { claims(first: 9) { nodes { document { title } } } }",
    "relations of an entity": NEIGHBOURS % "entity { relations(first: 9) { nodes { object { name } } } }",
    "claims of a relation": NEIGHBOURS % "relations { claims { nodes { attributedTo { degree } } } }",
    "runs": NEIGHBOURS % "relations { claims { nodes { run { counts { name } } } } }",
    "ends of claims": NEIGHBOURS % "relations { claims { nodes { object { degree } } } }",
    "relations of claims": 'evidence(entityId: "Left", first: 50) { nodes { relation { object { name } } } }',
    "evidence of hops": WAYS % "hops { topEvidence(n: 2) { document { publisher } } }",
    "claims of hops": WAYS % "hops { relations { claims(first: 9) { nodes { run { id } } } } }",
    "hubs": 'shortestPaths(from: ["Left"], to: ["Right"], hubs: {maxDegree: 1}) { report { hubsSkipped { degree } } }',
}
"""A question for each list that is looked up for every item of a list above it."""


def wheel(width: int) -> GraphBuilder:
    """Left and Right, tied through `width` companies, each with a site, a product, a customer and documents of its own."""
    build = GraphBuilder()
    left, right = build.entity(EntityType.COMPANY, "Left"), build.entity(EntityType.COMPANY, "Right")
    taiwan, venture = build.entity(EntityType.COUNTRY, "Taiwan"), build.entity(EntityType.COMPANY, "Venture")
    for i in range(width):
        middle, tail = build.entity(EntityType.COMPANY, f"Middle {i}"), build.entity(EntityType.COMPANY, f"Tail {i}")
        product = build.entity(EntityType.PRODUCT, f"Product {i}")
        published = dt.date(2026, 10, i + 1)
        document = Document(DocumentId(f"doc:{i}"), title=f"Bulletin {i}", publisher=f"Press {i}", published=published)

        def state(
            subject: EntityId,
            relation: RelationType,
            object: EntityId,
            source: Document = document,
            run: int = i,
            **more: Any,
        ) -> None:
            text = f"{subject} {relation} {object}."
            build.state(subject, relation, object, text, source, run=f"run:{run + 1}", attributed_to=subject, **more)

        state(left, RelationType.SUPPLIES, middle)
        state(middle, RelationType.SUPPLIES, right)
        state(middle, RelationType.SUPPLIES, right, modality=Modality.DENIED)
        state(middle, RelationType.SUPPLIES, tail)
        state(middle, RelationType.PRODUCES, product)
        state(middle, RelationType.LOCATED_IN, taiwan)
        state(left, RelationType.SANCTIONS, middle)
        state(middle, RelationType.OWNS, venture, share=0.05)
    return build


JOBS = """
UNWIND range(1, $n) AS i
WITH i, datetime('2026-01-01T06:00:00Z') AS at
CREATE (:GraphState {id: 'job:load ' + i, status: 'finished'})
CREATE (:LoadRun {id: 'run:of ' + i, job: 'load', source: 'source ' + i, started: at, finished: at, status: 'finished'})
CREATE (:WatchList {id: 'list ' + i, definition: '{"name": "list-' + i + '", "entities": ["Left"]}'})
CREATE (:Notice {id: 'notice ' + i, watch: 'list 1', number: i, version: 1, kind: 'new_relation', about: 'company:left',
  text: 'new', details: '{}', at: at})
"""


class Queries(logging.Handler):
    """Counts what the driver sends: it logs each message on the wire, and that of a query is RUN."""

    number = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.number += "C: RUN" in str(record.msg)

    def __enter__(self) -> Self:
        self._wire = logging.getLogger("neo4j.io")
        self._before = self._wire.level, self._wire.propagate
        self._wire.addHandler(self)
        self._wire.setLevel(logging.DEBUG)
        self._wire.propagate = False
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.removeHandler(self)
        self._wire.level, self._wire.propagate = self._before


@pytest.mark.parametrize("name", [*QUESTIONS, *BELOW])
async def test_more_results_take_no_more_queries(
    graph: Graph, neo4j_session: Any, client_of: Callable[..., httpx.AsyncClient], name: str
) -> None:
    await schema.apply(graph)
    counts, sizes = [], []
    query = f"{{ {(QUESTIONS | BELOW)[name]} }}"
    for width in (2, 12):
        build = wheel(width)
        await build.rewrite(graph, version=width)
        neo4j_session.run(JOBS, n=width).consume()
        ids = [*build.memory.entities, *build.documents, *(claim.id for claim, _ in build.claims)]
        async with client_of(graph) as client:
            document, more = (f"query ($ids: [ID!]!) {query}", {"ids": ids}) if "$ids" in query else (query, {})
            # To plan its queries may take a busy machine longer than a search has: what is counted is the second time.
            await asker(client)(document, **more)
            with Queries() as queries:
                answer = await asker(client)(document, **more)
            counts.append(queries.number)
        assert "errors" not in answer, answer["errors"]
        sizes.append(len(json.dumps(answer["data"])))
    assert 0 < counts[0] == counts[1]
    assert name in WITH_FEW_RESULTS or sizes[1] > 2 * sizes[0]


def test_every_resolver_with_a_list_is_asked() -> None:
    served = graphql.build_schema((Path(service.__file__).parent / "schema.graphql").read_text("utf-8"))
    assert served.query_type is not None
    listing = {name for name, field in served.query_type.fields.items() if _holds_list(field.type)}
    assert listing - {"node", "ontology", "ask"} <= QUESTIONS.keys()


def _holds_list(type: graphql.GraphQLOutputType) -> bool:
    """Whether a type is a list or an object of which a field is one."""
    if isinstance(type, graphql.GraphQLNonNull):
        return _holds_list(type.of_type)
    if isinstance(type, graphql.GraphQLObjectType):
        return any(isinstance(_bare(field.type), graphql.GraphQLList) for field in type.fields.values())
    return isinstance(type, graphql.GraphQLList)


def _bare(type: graphql.GraphQLOutputType) -> graphql.GraphQLOutputType:
    return type.of_type if isinstance(type, graphql.GraphQLNonNull) else type
