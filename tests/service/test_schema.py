"""The GraphQL schema as clients see it: written down, described, and free of what it must not have."""

import ast
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
)

import service.graphql
from service.graphql.printer import SCHEMA_FILE, schema_text


def test_the_committed_schema_is_the_one_served() -> None:
    assert SCHEMA_FILE.read_text("utf-8") == schema_text(), "run python -m service.graphql.printer and review the diff"


SHORTEST = 5
"""Words of a description that says something."""
WRITTEN_ELSEWHERE = {"Date", "DateTime", "String", "Int", "Float", "Boolean", "ID"}
"""Scalars that Strawberry and graphql-core describe."""


def described() -> list[tuple[str, str | None]]:
    """Each type, field, argument and value of an enum, and its description."""
    found: list[tuple[str, str | None]] = []
    for name, kind in build_schema(schema_text()).type_map.items():
        if name.startswith("__") or name in WRITTEN_ELSEWHERE:
            continue
        found.append((name, kind.description))
        if isinstance(kind, GraphQLEnumType):
            found += [(f"{name}.{value}", one.description) for value, one in kind.values.items()]
        if isinstance(kind, GraphQLInputObjectType):
            found += [(f"{name}.{key}", one.description) for key, one in kind.fields.items()]
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for key, field in kind.fields.items():
                found.append((f"{name}.{key}", field.description))
                found += [(f"{name}.{key}({argument})", one.description) for argument, one in field.args.items()]
    return found


def test_every_type_field_argument_and_value_is_described() -> None:
    silent = [f"{name}: {text or ''}" for name, text in described() if len((text or "").split()) < SHORTEST]
    assert silent == [], f"say in at least {SHORTEST} words what it means, its unit and its bounds"


def test_the_operations_have_their_known_names() -> None:
    query = build_schema(schema_text()).query_type
    assert query is not None
    assert set(query.fields) >= {
        *("node", "nodes", "entity", "searchEntities", "matchEntities", "relations", "relationBetween", "neighbors"),
        *("pathExists", "shortestPath", "shortestPaths", "allSimplePaths", "reachable", "connectingSubgraph"),
        *(
            "pathsDiff",
            "exposure",
            "exposureSummary",
            "upstream",
            "downstream",
            "chokePoints",
            "evidence",
            "evidencePack",
        ),
        *("contradictions", "timeline", "timeSeries", "distribution", "documents", "loadRuns", "ontology", "limits"),
        *("graphVersion", "claims", "jobs"),
    }


def test_the_mutations_have_their_known_names() -> None:
    mutation = build_schema(schema_text()).mutation_type
    assert mutation is not None
    assert set(mutation.fields) == {
        *("loadTriples", "loadArticle", "retractDocument", "retractRun", "judgeSameAs", "startJob"),
        *("putWatchList", "removeWatchList"),
    }


def test_the_subscriptions_have_their_known_names() -> None:
    subscription = build_schema(schema_text()).subscription_type
    assert subscription is not None
    assert set(subscription.fields) == {"loadRunProgress", "relationChanges", "exposureChanges", "notices"}


@pytest.mark.parametrize("name", ["RelationType", "EntityType", "Modality"])
def test_the_vocabulary_is_an_enum_whose_values_are_explained(name: str) -> None:
    kind = build_schema(schema_text()).type_map[name]
    assert isinstance(kind, GraphQLEnumType)
    assert all(value.description for value in kind.values.values())


def test_no_resolver_takes_more_than_eight_parameters() -> None:
    long = [
        f"{file.name}: {function.name}"
        for file in Path(service.graphql.__path__[0]).rglob("*.py")
        for function in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and len(function.args.args) + len(function.args.kwonlyargs) > 8
    ]
    assert long == [], "declare arguments that belong together as one `Arguments`"
