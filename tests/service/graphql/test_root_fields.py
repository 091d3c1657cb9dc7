"""What an operation asks, in few words."""

import pytest
from graphql import parse

from service.graphql.root_fields import fragments_in, introspects, label_of, operation_in


@pytest.mark.parametrize(
    ("text", "label"),
    [
        pytest.param("{ entity(id: 1) { name } }", "entity", id="one"),
        pytest.param("{ a: entity(id: 1) { name } b: entity(id: 2) { name } }", "entity", id="one-twice"),
        pytest.param("{ entity(id: 1) { name } graphVersion }", "several", id="two"),
        pytest.param("{ ...F ... { graphVersion } } fragment F on Query { graphVersion }", "graphVersion", id="spread"),
        pytest.param("{ __schema { queryType { name } } graphVersion }", "introspection", id="the-schema"),
    ],
)
def test_an_operation_is_labelled_by_what_it_asks(text: str, label: str) -> None:
    document = parse(text)
    operation = operation_in(document, None)
    assert operation is not None
    assert label_of(operation, fragments_in(document)) == label
    assert introspects(operation, fragments_in(document)) is (label == "introspection")


def test_of_several_operations_one_must_be_named() -> None:
    document = parse("query A { graphVersion } query B { jobs { name } }")
    assert operation_in(document, None) is None
    assert operation_in(document, "C") is None
    chosen = operation_in(document, "B")
    assert chosen is not None
    assert label_of(chosen, {}) == "jobs"
