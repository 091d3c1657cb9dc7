"""The question of the explorer in other languages: run as it was copied, each gives the answer that is drawn."""

import json
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

import pytest
from neo4j import GraphDatabase
from playwright.sync_api import Page, expect

from tests.browser.conftest import Product
from tests.browser.test_explorer import TIE, watched
from tests.browser.test_explorer_keep import copied, downloaded

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
__all__ = ["watched"]
AWKWARD = 'a "publisher" (it\'s $one)'
FILTERED = "/?ask=tie&of=company:nvidia&of=country:china&hubs=NONE&confidence=0.5&sources=1&modality=ASSERTED"
ASKED = {
    "tie": TIE,
    "tie, filtered": f"{FILTERED}&at=2026-01-01&known=2090-01-01&gone=company:huawei&country=country:china",
    "tie, without": f"{TIE}&without={AWKWARD}&withoutdoc=doc:none&timeout=5000",
    "exposure": "/?ask=exposure&of=company:intel",
    "upstream": "/?ask=supply&of=technology:2-nm-process",
    "downstream": "/?ask=supply&of=company:asml&direction=DOWNSTREAM&tiers=2&gone=company:samsung-electronics",
    "changes": "/?ask=changes&of=company:huawei&of=country:united-states&hubs=NONE",
    "connect": "/?ask=connect&of=Gudeng&of=Arizona&of=Nvidia",
    "entity": "/?ask=entity&of=company:nexperia",
    "entity, filtered": "/?ask=entity&of=company:huawei&confidence=0.6&family=supply",
    "a country": "/?ask=entity&of=country:netherlands",
}


@dataclass(frozen=True)
class Kept:
    """What the menu of one answer gave."""

    page: Page
    relations: set[str]
    entities: set[str]

    def text(self, name: str) -> str:
        return copied(self.page, name)


@pytest.fixture
def kept(request: pytest.FixtureRequest, watched: Page, product: Product) -> Kept:
    """The answer to the question that the test names, with its menu open."""
    watched.goto(product.service + ASKED[request.param])
    expect(watched.locator("svg.drawing .node").first).to_be_visible()
    watched.get_by_text("Keep", exact=True).click()
    answer = json.loads(downloaded(watched, "Answer with sentences (JSON)"))
    relations, entities = ({one["id"] for one in answer[part]} for part in ("relations", "entities"))
    drawn = {element.get_attribute("data-key") for element in watched.locator("svg.drawing .node").all()}
    assert {key.removeprefix("n:") for key in drawn if key and key.startswith("n:")} <= entities
    return Kept(watched, relations, entities)


def asked(product: Product, query: str) -> dict[str, Any]:
    """The data that answers a query, sent as it stands."""
    body = json.dumps({"query": query}).encode()
    with urlopen(Request(f"{product.service}/graphql", body, {"content-type": "application/json"})) as response:
        told = json.load(response)
    assert "errors" not in told, told
    found: dict[str, Any] = told["data"]
    return found


def within(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of an answer."""
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from within(one)


def relations_in(answer: Any) -> set[str]:
    return {one["id"] for one in within(answer) if "claimCount" in one}


def all_but(*names: str) -> Iterable[str]:
    return [name for name in ASKED if name not in names]


@pytest.mark.parametrize("kept", ASKED, indirect=True)
def test_the_copied_graphql_gives_the_drawn_answer(kept: Kept, product: Product) -> None:
    answer = asked(product, kept.text("As GraphQL"))
    if (near := answer.get("neighbors")) is not None:
        beside = {"entity", "neighbors", "publishers", "contradictions", "sameAs", "timeline"}
        assert answer.keys() in (beside, {*beside, "ownership"})
        answer = {"neighbors": near, "entity": answer["entity"]}
    assert relations_in(answer) == kept.relations
    named = {one["id"] for one in within(answer) if {"id", "name", "type"} <= one.keys()}
    assert kept.entities <= named


@pytest.mark.parametrize("kept", ASKED, indirect=True)
def test_the_copied_cypher_draws_the_drawn_relations(kept: Kept, product: Product) -> None:
    if not kept.relations:
        expect(kept.page.get_by_text("nothing that Cypher could draw")).to_be_visible()
        return
    assert {one["id"] for one in drawn_by(product, kept.text("As Cypher"))[1]} == kept.relations


def drawn_by(product: Product, cypher: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Properties of the nodes and the relationships that Neo4j Browser would draw."""
    access = (product.user, product.password)
    with GraphDatabase.driver(f"bolt://{product.bolt}", auth=access) as driver, driver.session() as session:
        graph = session.run(cypher).graph()
    return [dict(one) for one in graph.nodes], [dict(one) for one in graph.relationships]


def printed(product: Product, command: str) -> list[Any]:
    """JSON that a copied command prints: one value, or one a line."""
    program, *arguments = shlex.split(command)
    assert program == "chokepoint"
    if arguments[0] == "export":
        return [json.loads(line) for line in product.chokepoint(*arguments).splitlines()]
    return [json.loads(product.chokepoint(*arguments, "--json"))]


@pytest.mark.parametrize("kept", all_but("upstream", "downstream", "changes", "connect"), indirect=True)
def test_the_copied_command_gives_the_drawn_answer(kept: Kept, product: Product) -> None:
    told = printed(product, kept.text("As a chokepoint command"))
    assert {
        one["id"] for one in within(told) if "subject" in one and "confidence" in one and "sentence" not in one
    } == kept.relations


@pytest.mark.parametrize("kept", ["upstream", "changes", "connect"], indirect=True)
def test_a_kind_without_a_command_says_so(kept: Kept) -> None:
    expect(kept.page.get_by_role("button", name="As a chokepoint command")).to_have_count(0)
    expect(kept.page.locator(".keep .hint")).to_contain_text("No chokepoint command")


def test_a_filter_without_an_option_says_so(watched: Page, product: Product) -> None:
    watched.goto(f"{product.service}{ASKED['exposure']}&at=2026-01-01")
    expect(watched.locator("svg.drawing .node").first).to_be_visible()
    watched.get_by_text("Keep", exact=True).click()
    expect(watched.locator(".keep .hint")).to_have_text("The chokepoint command has no option for: held on.")


@pytest.mark.parametrize("kept", ["entity"], indirect=True)
def test_who_owns_a_firm_as_a_command(kept: Kept, product: Product) -> None:
    ((told,),) = printed(product, kept.text("Who owns it"))
    answer = asked(product, kept.text("As GraphQL"))["ownership"]
    assert answer["holdings"]
    assert (told["verdict"], len(told["holdings"])) == (answer["verdict"], len(answer["holdings"]))


def test_an_answer_without_a_drawing_is_taken_along_too(watched: Page, product: Product) -> None:
    watched.goto(f"{product.service}/?ask=changes&of=company:huawei&since=2019-01-01")
    expect(watched.locator(".timeline > li").first).to_be_visible()
    shown = watched.locator(".timeline blockquote").all_text_contents()
    watched.get_by_text("Keep", exact=True).click()
    answer = asked(product, copied(watched, "As GraphQL"))
    claims = [one["claim"] for one in answer["timeline"]["nodes"]]
    assert [claim["sentence"] for claim in claims] == shown
    nodes, _ = drawn_by(product, copied(watched, "As Cypher"))
    assert {node["id"] for node in nodes if "sentence" in node} == {claim["id"] for claim in claims}
    expect(watched.locator(".keep .hint")).to_contain_text("No chokepoint command")


def test_where_nothing_is_found_there_is_no_cypher(watched: Page, product: Product) -> None:
    watched.goto(f"{product.service}{TIE}&depth=2")
    expect(watched.locator("[role=status].status")).to_contain_text("None so near")
    watched.get_by_text("Keep", exact=True).click()
    expect(watched.get_by_role("button", name="As Cypher")).to_have_count(0)
    expect(watched.locator(".keep .hint")).to_contain_text("nothing that Cypher could draw")
