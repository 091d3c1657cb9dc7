"""Constraints, indexes and migrations: what the database needs so that writes are idempotent and every look-up seeks.

The wanted state follows from the vocabulary; `apply` creates what is missing and runs the numbered migrations that the
database has not seen, `check` lists every difference. Both may run any number of times.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Any, LiteralString

from neo4j import AsyncManagedTransaction

from graph_schema.database.graph import Graph
from graph_schema.errors import SchemaDrift
from graph_schema.vocabulary import RelationType

ENTITY_NAMES: LiteralString = "entity_names"
"""Full-text index over names and aliases. Its `cjk` analyser splits Chinese into pairs of characters and other scripts
into lower-case words."""
DOCUMENT_TITLES: LiteralString = "document_titles"
"""Full-text index over the titles of documents."""


_WATCHING = ("WatchList", "Notice", "Delivery")


class ItemKind(StrEnum):
    """Kind of a schema item, as the server names it in SHOW INDEXES."""

    UNIQUE = "UNIQUENESS"
    RANGE = "RANGE"
    FULLTEXT = "FULLTEXT"


@dataclass(frozen=True, slots=True)
class SchemaItem:
    """One constraint or index on the nodes of a label or the edges of a type."""

    name: str
    kind: ItemKind
    on_edges: bool
    label: str
    properties: tuple[str, ...]

    @property
    def command(self) -> str:
        """The idempotent Cypher that creates it."""
        pattern = f"()-[x:{self.label}]-()" if self.on_edges else f"(x:{self.label})"
        columns = ", ".join(f"x.{name}" for name in self.properties)
        match self.kind:
            case ItemKind.UNIQUE:
                return f"CREATE CONSTRAINT {self.name} IF NOT EXISTS FOR {pattern} REQUIRE {columns} IS UNIQUE"
            case ItemKind.RANGE:
                return f"CREATE RANGE INDEX {self.name} IF NOT EXISTS FOR {pattern} ON ({columns})"
            case ItemKind.FULLTEXT:
                return (
                    f"CREATE FULLTEXT INDEX {self.name} IF NOT EXISTS FOR {pattern} ON EACH [{columns}] "
                    "OPTIONS {indexConfig: {`fulltext.analyzer`: 'cjk'}}"
                )


@dataclass(frozen=True, slots=True)
class Migration:
    """A numbered step that reshapes data; each statement may run twice without harm."""

    number: int
    name: str
    statements: tuple[str, ...]


def wanted_items() -> Iterator[SchemaItem]:
    """Every constraint and index of this version."""
    for label in ("Entity", "Document", "Claim", "LoadRun", "Removed", "GraphState", "SchemaVersion", *_WATCHING):
        yield SchemaItem(f"{label.lower()}_id", ItemKind.UNIQUE, False, label, ("id",))
    for label, name in (
        ("Entity", "name"),
        ("Entity", "version"),
        ("Claim", "edge"),
        ("Claim", "run"),
        ("Claim", "date"),
        ("Document", "published"),
        ("Document", "publisher"),
        ("LoadRun", "started"),
        ("LoadRun", "fingerprint"),
        ("Removed", "version"),
    ):
        yield SchemaItem(f"{label.lower()}_{name}", ItemKind.RANGE, False, label, (name,))
    yield SchemaItem("notice_place", ItemKind.RANGE, False, "Notice", ("watch", "number"))
    yield SchemaItem("delivery_status", ItemKind.RANGE, False, "Delivery", ("status",))
    yield SchemaItem("loadrun_idempotency_key", ItemKind.UNIQUE, False, "LoadRun", ("idempotency_key",))
    for type in RelationType:
        yield SchemaItem(f"{type.lower()}_id", ItemKind.UNIQUE, True, type, ("id",))
        yield SchemaItem(f"{type.lower()}_version", ItemKind.RANGE, True, type, ("version",))
    yield SchemaItem(ENTITY_NAMES, ItemKind.FULLTEXT, False, "Entity", ("name", "aliases"))
    yield SchemaItem(DOCUMENT_TITLES, ItemKind.FULLTEXT, False, "Document", ("title",))


def migrations() -> tuple[Migration, ...]:
    """All migrations in order, read from `migrations/NNNN_name.cypher`. Raises ValueError when a number is missing."""
    found = []
    for file in sorted(files("graph_schema.database").joinpath("migrations").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".cypher"):
            number, _, name = file.name.removesuffix(".cypher").partition("_")
            statements = tuple(part.strip() for part in file.read_text("utf-8").split(";\n") if part.strip())
            found.append(Migration(int(number), name.replace("_", " "), statements))
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"migrations are not numbered 1, 2, 3 …: {[migration.number for migration in found]}")
    return tuple(found)


async def apply(graph: Graph) -> list[str]:
    """Bring the database to this version; returns what was done, a line each, empty when nothing was missing.

    Raises SchemaDrift when the database is of a newer version or an item of the same name differs.
    """
    if not (missing := await differences(graph)):
        return []
    if clash := [line for line in missing if not line.startswith("missing ")]:
        raise SchemaDrift("; ".join(clash))
    done = []
    existing = await graph.read(_existing_items)
    if commands := [item.command for item in wanted_items() if item.name not in existing]:
        await graph.write(_run_all, commands)
        await graph.write(_await_indexes)
        done.append(f"created {len(commands)} constraints and indexes")
    version = await graph.read(_version)
    for migration in migrations()[version:]:
        await graph.write(_migrate, migration)
        done.append(f"migration {migration.number}: {migration.name}")
    return done


async def differences(graph: Graph) -> list[str]:
    """What the database lacks or has otherwise than this version wants, a line each; empty when it is as it should be."""
    existing = await graph.read(_existing_items)
    lines = []
    for item in wanted_items():
        found = existing.get(item.name)
        if found is None:
            lines.append(f"missing {item.kind.lower()} {item.name} on {item.label}({', '.join(item.properties)})")
        elif found != item:
            lines.append(f"{item.name} is {found.kind.lower()} on {found.label}({', '.join(found.properties)})")
    version, wanted = await graph.read(_version), len(migrations())
    if version < wanted:
        lines.append(f"missing migrations {version + 1} to {wanted}")
    elif version > wanted:
        lines.append(f"the database is at migration {version}, this version knows {wanted}: upgrade chokepoint")
    return lines


SHOW_INDEXES: LiteralString = """
SHOW INDEXES YIELD name, type, entityType, labelsOrTypes, properties, owningConstraint
WHERE type <> 'LOOKUP'
RETURN name, type, entityType, labelsOrTypes, properties, owningConstraint
"""


async def _existing_items(tx: AsyncManagedTransaction) -> dict[str, SchemaItem]:
    """Indexes of the database by name; a uniqueness constraint shows as the index that it owns."""
    items = {}
    result = await tx.run(SHOW_INDEXES)
    async for record in result:
        kind = _kind(record["type"], record["owningConstraint"])
        if kind is not None:
            items[record["name"]] = SchemaItem(
                name=record["name"],
                kind=kind,
                on_edges=record["entityType"] == "RELATIONSHIP",
                label="|".join(record["labelsOrTypes"]),
                properties=tuple(record["properties"]),
            )
    return items


def _kind(type: str, owning_constraint: str | None) -> ItemKind | None:
    if owning_constraint is not None:
        return ItemKind.UNIQUE
    return ItemKind(type) if type in (ItemKind.RANGE, ItemKind.FULLTEXT) else None


SCHEMA_VERSION: LiteralString = "MATCH (v:SchemaVersion {id: 'schema'}) RETURN v.version AS version"


async def _version(tx: AsyncManagedTransaction) -> int:
    record = await (await tx.run(SCHEMA_VERSION)).single()
    return 0 if record is None else int(record["version"])


RECORD_MIGRATION: LiteralString = """
MERGE (v:SchemaVersion {id: 'schema'}) SET v.version = $number, v.applied = datetime()
"""


async def _migrate(tx: AsyncManagedTransaction, migration: Migration) -> None:
    await _run_all(tx, migration.statements)
    await tx.run(RECORD_MIGRATION, number=migration.number)


AWAIT_INDEXES: LiteralString = "CALL db.awaitIndexes(300)"


async def _await_indexes(tx: AsyncManagedTransaction) -> None:
    await tx.run(AWAIT_INDEXES)


async def _run_all(tx: AsyncManagedTransaction, commands: Sequence[Any]) -> None:
    for command in commands:
        await (await tx.run(command)).consume()
