"""Any document that the schema allows, with any arguments: an answer, or errors whose codes say what is wrong; never a fault."""

import os

import graphql
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries

from service.graphql.schema import build_schema
from service.settings import ServiceSettings

pytestmark = pytest.mark.anyio

SCHEMA = build_schema(ServiceSettings())._schema
EXAMPLES = int(os.environ.get("CHOKEPOINT_TEST_EXAMPLES", "25"))
SCALARS: dict[str, st.SearchStrategy[graphql.ValueNode]] = {
    "Date": st.dates().map(lambda day: nodes.String(day.isoformat())) | st.text(max_size=12).map(nodes.String),
    "DateTime": st.datetimes().map(lambda at: nodes.String(at.isoformat())) | st.text(max_size=12).map(nodes.String),
}
ROOTS = sorted(SCHEMA.query_type.fields) if SCHEMA.query_type is not None else []
DOCUMENTS = st.sampled_from(ROOTS).flatmap(
    lambda root: queries(SCHEMA, fields=[root], custom_scalars=SCALARS, allow_x00=True)
)
UNHURRIED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


async def codes(client: httpx.AsyncClient, query: str) -> set[str]:
    """Codes of the errors of an answer that is one."""
    answer = await client.post("/graphql", json={"query": query})
    assert answer.status_code < 500, (answer.status_code, query)
    body = answer.json()
    assert "data" in body or body["errors"]
    return {error["extensions"]["code"] for error in body.get("errors", ())}


@UNHURRIED
@given(query=DOCUMENTS)
async def test_a_document_is_answered_or_refused(client: httpx.AsyncClient, query: str) -> None:
    assert "INTERNAL_ERROR" not in await codes(client, query), query
