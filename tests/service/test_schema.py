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


def described() -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []
    for name, kind in build_schema(schema_text()).type_map.items():
        if name.startswith("__"):
            continue
        found.append((name, kind.description))
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            found += [(f"{name}.{field}", one.description) for field, one in kind.fields.items()]
    return [one for one in found if one[0] not in ("String", "Int", "Float", "Boolean", "ID")]


def test_every_type_and_field_is_described() -> None:
    assert [name for name, text in described() if not text] == []


def test_the_operations_have_their_known_names() -> None:
    query = build_schema(schema_text()).query_type
    assert query is not None
    assert set(query.fields) >= {
        *("node", "nodes", "entity", "searchEntities", "matchEntities", "relations", "relationBetween", "neighbors"),
        *("pathExists", "shortestPath", "shortestPaths", "allSimplePaths", "reachable", "connectingSubgraph"),
        *("pathsDiff", "exposure", "exposureSummary", "upstream", "downstream", "chokePoints", "evidence"),
        *("contradictions", "timeline", "timeSeries", "distribution", "documents", "loadRuns", "ontology", "limits"),
        *("graphVersion", "claims", "jobs"),
    }


def test_the_mutations_have_their_known_names() -> None:
    mutation = build_schema(schema_text()).mutation_type
    assert mutation is not None
    assert set(mutation.fields) == {
        *("loadTriples", "loadArticle", "retractDocument", "retractRun", "judgeSameAs", "startJob"),
    }


def test_the_subscriptions_have_their_known_names() -> None:
    subscription = build_schema(schema_text()).subscription_type
    assert subscription is not None
    assert set(subscription.fields) == {"loadRunProgress", "relationChanges", "exposureChanges"}


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
