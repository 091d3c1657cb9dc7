"""Small graphs for the service's tests, written as the loaders write them: claims, their documents, and the edges."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database import schema
from graph_schema.database.graph import Graph
from graph_schema.domain import Claim, Document, Span
from graph_schema.ids import EntityId, entity_id, relation_id
from graph_schema.vocabulary import EntityType, Modality, RelationType, vocabulary
from service.queries.records import EntityRecord, RelationRecord
from tests.service.reference import MemoryGraph


@dataclass
class GraphBuilder:
    """Collects entities and statements; `write` puts them into an empty graph, `rewrite` in place of what is there."""

    memory: MemoryGraph = field(default_factory=MemoryGraph)
    claims: list[tuple[Claim, str]] = field(default_factory=list)
    documents: dict[str, Document] = field(default_factory=dict)

    def entity(self, type: EntityType, name: str, *aliases: str) -> EntityId:
        id = entity_id(type, name)
        self.memory.entities[id] = EntityRecord(id, type, name, aliases)
        return id

    def document(self, document: Document) -> Document:
        self.documents[document.id] = document
        return document

    def state(
        self,
        subject: EntityId,
        relation: RelationType,
        object: EntityId,
        sentence: str,
        document: Document,
        *,
        modality: Modality = Modality.ASSERTED,
        confidence: float = 0.9,
        run: str = "run:1",
        **more: Any,
    ) -> Claim:
        """One statement; `project` makes the edges of all of them."""
        claim = Claim(
            document.id,
            Span(len(self.claims) * 1000, len(self.claims) * 1000 + len(sentence)),
            sentence,
            subject,
            relation,
            object,
            relation.replace("_", " ").lower(),
            modality,
            confidence,
            **more,
        )
        self.document(document)
        self.claims.append((claim, run))
        return claim

    def relation(self, subject: EntityId, type: RelationType, object: EntityId, **more: Any) -> RelationRecord:
        """An edge without claims, for tests of the walk alone."""
        if vocabulary().relations[type].symmetric and object < subject:
            subject, object = object, subject
        values: dict[str, Any] = {"status": Modality.ASSERTED, "confidence": 0.9, "claims": 1, "sources": 1, **more}
        record = RelationRecord(relation_id(subject, type, object), subject, type, object, **values)
        if all(known.id != record.id for known in self.memory.relations):
            self.memory.relations.append(record)
        return record

    def project(self) -> None:
        """Make the edges of the statements: status of the strongest claim, highest confidence."""
        by_edge: dict[str, list[Claim]] = {}
        for claim, _ in self.claims:
            by_edge.setdefault(claim.relation_id, []).append(claim)
        strength = list(Modality)
        for claims in by_edge.values():
            one = min(claims, key=lambda claim: strength.index(claim.modality))
            documents = [self.documents[claim.document] for claim in claims]
            dates = [document.published for document in documents if document.published]
            self.relation(
                one.subject,
                one.relation,
                one.object,
                status=one.modality,
                confidence=max(claim.confidence for claim in claims),
                claims=len(claims),
                sources=len({document.publisher or document.id for document in documents}),
                first_seen=min(dates, default=None),
                last_seen=max(dates, default=None),
                valid_from=min((claim.valid_from for claim in claims if claim.valid_from), default=None),
                valid_to=max((claim.valid_to for claim in claims if claim.valid_to), default=None),
            )

    async def write(self, graph: Graph, *, version: int = 7) -> None:
        """Put everything into the graph, whose schema is brought up to date first."""
        await schema.apply(graph)
        self.project()
        await graph.write(_write, self, version)

    async def rewrite(self, graph: Graph, *, version: int) -> None:
        """Put everything into the graph in place of what it holds; its schema must be up to date."""
        self.project()
        await graph.write(_rewrite, self, version)


def started(run: str) -> dt.datetime:
    """When the load run began: `run:3` on the third of the month."""
    return dt.datetime(2026, 11, int(run.removeprefix("run:")), tzinfo=dt.UTC)


EMPTY: LiteralString = "MATCH (n) WHERE NOT n:SchemaVersion DETACH DELETE n"


async def _rewrite(tx: AsyncManagedTransaction, builder: GraphBuilder, version: int) -> None:
    await (await tx.run(EMPTY)).consume()
    await _write(tx, builder, version)


async def _write(tx: AsyncManagedTransaction, builder: GraphBuilder, version: int) -> None:
    async def run(query: LiteralString, rows: Iterable[Any]) -> None:
        await (await tx.run(query, rows=list(rows))).consume()

    await run(
        "UNWIND $rows AS row CREATE (e:Entity:$(row.type)) SET e += row",
        (
            {"id": one.id, "name": one.name, "aliases": list(one.aliases), "type": one.type.value, "version": version}
            for one in builder.memory.entities.values()
        ),
    )
    await run(
        "UNWIND $rows AS row MATCH (a:Entity {id: row.a}) MATCH (b:Entity {id: row.b}) "
        "CREATE (a)-[r:$(row.type)]->(b) SET r += row.props",
        (
            {
                "a": one.subject,
                "b": one.object,
                "type": one.type.value,
                "props": {
                    name: getattr(one, name)
                    for name in (
                        *("id", "confidence", "claims", "sources", "first_seen", "last_seen", "valid_from"),
                        "valid_to",
                    )
                }
                | {"status": one.status.value, "version": version},
            }
            for one in builder.memory.relations
        ),
    )
    await run(
        "UNWIND $rows AS row CREATE (d:Document) SET d += row",
        (
            {name: getattr(one, name) for name in ("id", "url", "title", "publisher", "published", "language", "hash")}
            for one in builder.documents.values()
        ),
    )
    await run(
        "UNWIND $rows AS row MATCH (s:Entity {id: row.subject}) MATCH (o:Entity {id: row.object}) "
        "MATCH (d:Document {id: row.document}) OPTIONAL MATCH (w:Entity {id: row.attributed_to}) "
        "CREATE (c:Claim) SET c += row.props CREATE (c)-[:SUBJECT]->(s) CREATE (c)-[:OBJECT]->(o) "
        "CREATE (c)-[:STATED_IN]->(d) "
        "FOREACH (_ IN CASE WHEN w IS NULL THEN [] ELSE [1] END | CREATE (c)-[:ATTRIBUTED_TO]->(w))",
        (
            {
                "subject": claim.subject,
                "object": claim.object,
                "document": claim.document,
                "attributed_to": claim.attributed_to,
                "props": {
                    name: getattr(claim, name)
                    for name in (
                        *("id", "sentence", "predicate", "relation", "modality", "confidence", "role", "share"),
                        *("date", "valid_from", "valid_to", "extractor"),
                    )
                }
                | {
                    name: None if span is None else [span.start, span.end]
                    for name, span in (
                        ("subject_mention", claim.subject_mention),
                        ("object_mention", claim.object_mention),
                    )
                }
                | {"edge": claim.relation_id, "start": claim.span.start, "end": claim.span.end, "run": load},
            }
            for claim, load in builder.claims
        ),
    )
    await run(
        "UNWIND $rows AS row MERGE (r:LoadRun {id: row.id}) SET r += row",
        (
            {
                "id": load,
                "job": "news",
                "source": "bulletins",
                "started": started(load),
                "status": "finished",
                "counts": '{"read": 3}',
            }
            for load in {load for _, load in builder.claims}
        ),
    )
    await run("UNWIND $rows AS row MERGE (s:GraphState {id: 'graph'}) SET s.version = row", [version])


def story() -> GraphBuilder:
    """The graph of the examples: Intel, ACM Research, its Shanghai unit, and who restricts whom, in bulletins."""
    build = GraphBuilder()
    intel = build.entity(EntityType.COMPANY, "Intel", "Intel Corporation", "英特尔")
    acm = build.entity(EntityType.COMPANY, "ACM Research", "ACMR")
    shanghai = build.entity(EntityType.COMPANY, "ACM Research Shanghai", "盛美上海")
    usa = build.entity(EntityType.COUNTRY, "United States", "US", "USA", "美國")
    china = build.entity(EntityType.COUNTRY, "China", "PRC", "中国")
    huawei = build.entity(EntityType.COMPANY, "Huawei", "華為")
    tsmc = build.entity(EntityType.COMPANY, "TSMC", "台積電")
    gudeng = build.entity(EntityType.COMPANY, "Gudeng Precision", "家登")
    tss = build.entity(EntityType.COMPANY, "TSS Holdings")
    arizona = build.entity(EntityType.PLACE, "Arizona")
    earths = build.entity(EntityType.MATERIAL, "rare earths")
    magnets = build.entity(EntityType.PRODUCT, "EV magnets")
    lonely = build.entity(EntityType.COMPANY, "Unconnected Works")
    wire = build.document(
        Document(
            document_id := _doc("wire"),
            title="Intel tested Chinese tools",
            url="https://example.org/intel",
            publisher="Chip Wire",
            published=dt.date(2026, 11, 3),
            language="en",
        )
    )
    daily = build.document(
        Document(
            _doc("daily"), title="Gudeng goes to Arizona", publisher="Island Daily", published=dt.date(2026, 11, 5)
        )
    )
    memo = build.document(Document(_doc("memo"), title="Undated memo"))
    _ = document_id, lonely
    build.state(
        intel,
        RelationType.TESTED,
        acm,
        "Intel tested tools from ACM Research.",
        wire,
        confidence=0.9,
        subject_mention=Span(0, 5),
        object_mention=Span(24, 36),
    )
    build.state(acm, RelationType.OWNS, shanghai, "ACM Research owns its Shanghai unit.", wire, confidence=0.8)
    build.state(
        usa,
        RelationType.SANCTIONS,
        shanghai,
        "Washington put the unit on its list.",
        wire,
        confidence=0.95,
        valid_from=dt.date(2024, 12, 2),
        attributed_to=usa,
    )
    build.state(
        usa,
        RelationType.SANCTIONS,
        huawei,
        "The United States blacklisted Huawei.",
        wire,
        valid_from=dt.date(2019, 5, 16),
    )
    build.state(
        acm,
        RelationType.SUPPLIES,
        huawei,
        "ACM Research may supply Huawei.",
        memo,
        modality=Modality.POSSIBLE,
        confidence=0.4,
    )
    build.state(
        china,
        RelationType.RESTRICTS_EXPORT_OF,
        earths,
        "China controls exports of rare earths.",
        daily,
        valid_from=dt.date(2025, 4, 4),
    )
    build.state(china, RelationType.PRODUCES, earths, "China mines most rare earths.", daily)
    build.state(magnets, RelationType.USES, earths, "EV magnets depend on rare earths.", daily)
    build.state(gudeng, RelationType.SUPPLIES, tsmc, "Gudeng supplies wafer pods to TSMC.", daily, run="run:2")
    build.state(tss, RelationType.OPERATES_IN, arizona, "TSS Holdings builds in Arizona.", daily, run="run:2")
    build.state(gudeng, RelationType.INVESTS_IN, tss, "Gudeng funds TSS Holdings.", daily, run="run:2")
    build.state(usa, RelationType.OPPOSES, china, "The US criticised the controls.", daily, attributed_to=usa)
    build.state(
        intel,
        RelationType.SUPPLIES,
        huawei,
        "Intel no longer supplies Huawei.",
        wire,
        modality=Modality.ENDED,
        valid_from=dt.date(2015, 1, 1),
        valid_to=dt.date(2024, 5, 7),
    )
    build.state(intel, RelationType.TESTED, acm, "Intel evaluated two ACM tools.", daily, confidence=0.7)
    return build


def _doc(name: str) -> Any:
    return f"doc:{name}"
