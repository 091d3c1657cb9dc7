"""Records and lists of them through the API."""

from typing import Any

import pytest

from service.queries.names import full_text_query, normal_form
from tests.service.conftest import Ask

pytestmark = pytest.mark.anyio


async def data(ask: Ask, query: str, **variables: Any) -> dict[str, Any]:
    answer = await ask(query, **variables)
    assert "errors" not in answer, answer["errors"]
    found: dict[str, Any] = answer["data"]
    return found


@pytest.mark.parametrize(
    ("wanted", "kind", "name"),
    [
        pytest.param("intel", "NAME", "Intel", id="exact-in-another-case"),
        pytest.param("ＡＣＭＲ", "ALIAS", "ACM Research", id="alias-in-full-width-letters"),
        pytest.param("华为", "ALIAS", "Huawei", id="simplified-for-traditional"),
        pytest.param("中國", "ALIAS", "China", id="traditional-for-simplified"),
        pytest.param("Huawie", "FUZZY", "Huawei", id="typing-error"),
        pytest.param("Gudeng", "FUZZY", "Gudeng Precision", id="part-of-a-name"),
        pytest.param("company:tsmc", "ID", "TSMC", id="id"),
    ],
)
async def test_entities_are_found_by_name_in_any_script(ask: Ask, wanted: str, kind: str, name: str) -> None:
    found = await data(
        ask, "query ($q: String!) { searchEntities(q: $q) { nodes { kind entity { name } } } }", q=wanted
    )
    assert found["searchEntities"]["nodes"][0] == {"kind": kind, "entity": {"name": name}}


async def test_exact_names_rank_before_aliases_before_resemblance(ask: Ask) -> None:
    found = await data(ask, '{ searchEntities(q: "ACM Research") { nodes { kind entity { name } } } }')
    assert [(one["kind"], one["entity"]["name"]) for one in found["searchEntities"]["nodes"]] == [
        ("NAME", "ACM Research"),
        ("FUZZY", "ACM Research Shanghai"),
    ]
    exact = await data(ask, '{ searchEntities(q: "ACM Research", fuzzy: false) { nodes { kind } } }')
    assert exact["searchEntities"]["nodes"] == [{"kind": "NAME"}]


NO_NAMES = ['"', "a AND", "NOT", "*", "(((", "\\", "~1", "", "  ", "名" * 300, "国" * 5000, "a" * 5000, "ก" * 5000]
MANY_WORDS = " ".join(f"chip{number}" for number in range(1500))


@pytest.mark.parametrize("q", [*NO_NAMES, MANY_WORDS], ids=lambda q: repr(q[:5]))
async def test_no_search_text_is_a_syntax_error(ask: Ask, q: str) -> None:
    await data(ask, "query ($q: String!) { searchEntities(q: $q) { nodes { kind } } }", q=q)


def test_names_are_equal_without_case_accents_and_script() -> None:
    assert normal_form("  Pokémon—CORP. ") == "pokemon corp"
    assert normal_form("華為技術") == normal_form("华为技术")
    assert full_text_query('" ( ) *', fuzzy=True) is None


async def test_every_record_is_a_node(ask: Ask) -> None:
    found = await data(
        ask, '{ relationBetween(a: "Intel", b: "ACMR") { id claims(first: 1) { nodes { id run { id } } } } }'
    )
    (relation,) = found["relationBetween"]
    claim = relation["claims"]["nodes"][0]
    ids = ["company:intel", relation["id"], claim["id"], "doc:wire", claim["run"]["id"], "company:none", "rel:none"]
    nodes = await data(ask, "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=ids)
    kinds = ["Entity", "Relation", "Claim", "Document", "LoadRun"]
    assert nodes["nodes"] == [*({"__typename": k, "id": i} for k, i in zip(kinds, ids, strict=False)), None, None]


async def test_pages_join_up_forward_and_backward(ask: Ask) -> None:
    page = """query ($first: Int, $after: String, $last: Int, $before: String) {
      relations(first: $first, after: $after, last: $last, before: $before) {
        nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
    everything = (await data(ask, page, first=100))["relations"]["nodes"]
    seen, after, starts = [], None, []
    while True:
        relations = (await data(ask, page, first=5, after=after))["relations"]
        seen += relations["nodes"]
        starts.append(relations["pageInfo"]["startCursor"])
        if not relations["pageInfo"]["hasNextPage"]:
            break
        after = relations["pageInfo"]["endCursor"]
    assert seen == everything
    assert len(seen) == 12
    back = (await data(ask, page, last=5, before=starts[2]))["relations"]
    assert back["nodes"] == everything[5:10]
    assert back["pageInfo"]["hasPreviousPage"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("first: -1", "BAD_QUESTION"),
        ("first: 100000", "LIMIT_EXCEEDED"),
        ('after: "nonsense"', "BAD_QUESTION"),
        ('first: 2, before: "YXQ6MQ=="', "BAD_QUESTION"),
        ("last: 2", "BAD_QUESTION"),
    ],
)
async def test_a_wrong_page_is_refused(ask: Ask, arguments: str, code: str) -> None:
    answer = await ask(f"{{ documents({arguments}) {{ nodes {{ id }} }} }}")
    assert answer["errors"][0]["extensions"]["code"] == code


async def test_relations_are_listed_under_conditions_on_both_ends(ask: Ask) -> None:
    found = await data(
        ask,
        """{ a: relations(where: {types: [SANCTIONS]}) { nodes { subject { name } object { name } } }
             b: relations(subject: {ids: ["ACMR"]}) { nodes { type object { name } } }
             c: relations(object: {types: [MATERIAL]}, where: {minConfidence: 0.5}) { nodes { type } } }""",
    )
    listed = {(one["subject"]["name"], one["object"]["name"]) for one in found["a"]["nodes"]}
    assert listed == {("United States", "Huawei"), ("United States", "ACM Research Shanghai")}
    assert {one["type"] for one in found["b"]["nodes"]} == {"OWNS", "SUPPLIES"}
    assert sorted(one["type"] for one in found["c"]["nodes"]) == ["PRODUCES", "RESTRICTS_EXPORT_OF", "USES"]


async def test_documents_come_newest_first_and_undated_last(ask: Ask) -> None:
    found = await data(
        ask,
        """{ all: documents { nodes { title } } late: documents(since: "2026-11-04") { nodes { title } }
             wire: documents(publishers: ["Chip Wire"]) { nodes { title } } q: documents(q: "arizona") { nodes { title } }
             second: documents(first: 1, after: "YXQ6MQ==") { nodes { title } } }""",
    )
    titles = {name: [one["title"] for one in page["nodes"]] for name, page in found.items()}
    assert titles == {
        "all": ["Gudeng goes to Arizona", "Intel tested Chinese tools", "Undated memo"],
        "late": ["Gudeng goes to Arizona"],
        "wire": ["Intel tested Chinese tools"],
        "q": ["Gudeng goes to Arizona"],
        "second": ["Undated memo"],
    }


async def test_who_is_listed_is_told_with_the_list_s_owner(ask: Ask) -> None:
    found = await data(ask, '{ entity(name: "Huawei") { degree listed { type subject { name } validFrom } } }')
    assert found["entity"] == {
        "degree": 3,
        "listed": [{"type": "SANCTIONS", "subject": {"name": "United States"}, "validFrom": "2019-05-16"}],
    }


async def test_limits_ontology_and_version_are_published(ask: Ask) -> None:
    found = await data(
        ask,
        """{ graphVersion limits { maxDepth maxPage } ontology { version relations { type symmetric }
             entityTypes { type } modalities { modality } } loadRuns { nodes { id status counts { name count } } } }""",
    )
    assert (found["graphVersion"], found["limits"]) == (7, {"maxDepth": 8, "maxPage": 200})
    assert [len(found["ontology"][part]) for part in ("relations", "entityTypes", "modalities")] == [36, 13, 8]
    assert [run["id"] for run in found["loadRuns"]["nodes"]] == ["run:2", "run:1"]
