"""Readings as calls of the API."""

from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from graph_schema.ids import EntityId
from service.asking.forms import readings
from service.asking.operations import OperationCall, call_of
from service.http.documents import packaged_documents

IDS = {"ASML": EntityId("company:asml"), "China": EntityId("country:china"), "TSMC": EntityId("company:tsmc")}


def call(question: str) -> OperationCall:
    (found,) = {call.text: call for one in readings(question) if one.names.keys() for call in _calls(one)}.values()
    return found


def _calls(reading: Any) -> list[OperationCall]:
    known = all(name in IDS for name in reading.names.values())
    return [call_of(reading, IDS)] if known else []


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "which Chinese firms depend on ASML?",
            'downstream(id: "company:asml", tiers: 4, customer: {types: [COMPANY], countries: ["country:china"]}, first: 20)',
        ),
        ("Who supplies TSMC?", 'neighbors(id: "company:tsmc", where: {types: [SUPPLIES], direction: IN}, first: 20)'),
        ("Who competes with TSMC?", 'neighbors(id: "company:tsmc", where: {types: [COMPETES_WITH]}, first: 20)'),
        (
            "How is ASML tied to China without TSMC?",
            'shortestPaths(from: ["company:asml"], to: ["country:china"], k: 3, avoid: ["company:tsmc"])',
        ),
        (
            "What happened to TSMC since 2020?",
            'timeline(entityIds: ["company:tsmc"], since: "2020-01-01", clock: HAPPENED, first: 20)',
        ),
    ],
)
def test_a_question_is_written_as_the_call_that_answers_it(question: str, text: str) -> None:
    assert call(question).text == text


@pytest.mark.parametrize("question", ["Is ASML sanctioned?", "Is ASML half owned by TSMC?", "Where is TSMC based?"])
def test_the_document_takes_the_variables(question: str) -> None:
    found = call(question)
    (operation,) = [
        node
        for node in parse(packaged_documents()[found.document]).definitions
        if isinstance(node, OperationDefinitionNode)
    ]
    assert found.variables.keys() <= {one.variable.name.value for one in operation.variable_definitions or ()}
