"""Neo4j Browser as a newcomer meets it: guide and style at first connect, saved queries, the path of an answer drawn."""

import json
from itertools import combinations
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from service.browser_files import saved_queries
from tests.browser.conftest import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
COMPANY = "#E69F00"
COUNTRY = "#0072B2"
PATH = '{ shortestPath(from: "Intel", to: "United States") { report { status cypher } } }'


@pytest.fixture
def connected(page: Page, product: Product) -> Page:
    """Browser, logged in."""
    page.goto(f"{product.browser}?dbms={quote(f'bolt://{product.user}@{product.bolt}', safe='')}")
    page.locator("input[type=password]").first.fill(product.password)
    page.locator('[data-testid=connect], button:text-is("Connect")').first.click()
    expect(page.get_by_text("You are connected as user").first).to_be_visible()
    return page


def run(page: Page, cypher: str) -> Locator:
    """Run a query; the frame of its result."""
    editor, start = page.locator(".monaco-editor").first, cypher.splitlines()[0][:40]
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(cypher)
    expect(editor).to_contain_text(start)
    page.keyboard.press("Control+Enter")
    # Guide and style of a first connect may come after it, and above it.
    frame = page.locator("article").filter(has_text=start, has_not_text="Five questions to this graph").first
    expect(frame).to_be_visible()
    return frame


def settled(frame: Locator) -> Locator:
    """The drawing in a frame, once its circles have come to rest."""
    drawing = frame.locator("svg.neod3viz")
    expect(drawing.locator("g.node").first).to_be_visible()
    node, last = drawing.locator("g.node").first, None
    for _ in range(60):
        frame.page.wait_for_timeout(300)
        here = node.bounding_box()
        if here == last:
            break
        last = here
    return drawing


def overlapping(boxes: list[FloatRect | None]) -> list[tuple[FloatRect, FloatRect]]:
    """Pairs of boxes that cover each other by more than a pixel."""
    return [
        (a, b)
        for a, b in combinations([box for box in boxes if box is not None], 2)
        if min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"]) > 1
        and min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"]) > 1
    ]


def captions(drawing: Locator) -> set[str]:
    """Words in the circles, a circle each."""
    circles = drawing.locator("g.node").all()
    return {" ".join(" ".join(circle.locator("text").all_text_contents()).split()) for circle in circles}


def test_the_guide_shows_at_first_connect_and_the_style_is_taken(connected: Page, pictures: Path) -> None:
    expect(connected.get_by_text("Five questions to this graph")).to_be_visible()
    expect(connected.get_by_text("node.Company")).to_be_visible()
    expect(connected.get_by_text("not allowed")).to_have_count(0)
    connected.screenshot(path=pictures / "browser-guide.png", clip={"x": 0, "y": 0, "width": 1400, "height": 520})


def test_a_query_of_the_guide_is_taken_into_the_editor_and_run(connected: Page) -> None:
    expect(connected.get_by_text("Five questions to this graph")).to_be_visible()
    guide = connected.locator("article", has=connected.locator("[data-testid=nextSlide]")).first
    guide.locator("[data-testid=nextSlide]").first.click()
    guide.locator("pre.runnable").first.click()
    expect(connected.locator(".monaco-editor").first).to_contain_text("company:intel")
    connected.locator(".monaco-editor").first.click()
    connected.keyboard.press("Control+Enter")
    drawing = settled(connected.locator("article").first)
    assert "Intel" in captions(drawing)
    assert drawing.locator(f'circle[fill="{COMPANY}"]').count() >= 1


def test_the_path_of_an_answer_is_drawn_and_reads_well(connected: Page, product: Product, pictures: Path) -> None:
    body = json.dumps({"query": PATH}).encode()
    with urlopen(Request(f"{product.service}/graphql", body, {"content-type": "application/json"})) as answer:
        report = json.load(answer)["data"]["shortestPath"]["report"]
    assert report["status"] == "FOUND"
    frame = run(connected, report["cypher"])
    drawing = settled(frame)
    assert captions(drawing) == {"Intel", "ACM Research", "ACM Research Shanghai", "United States"}
    assert drawing.locator(f'circle[fill="{COUNTRY}"]').count() == 1
    names = drawing.locator("g.relationship text")
    assert {"TESTED", "SUBSIDIARY_OF", "SANCTIONS"} <= set(names.all_text_contents())
    assert overlapping([circle.bounding_box() for circle in drawing.locator("g.node circle.b-outline").all()]) == []
    assert overlapping([name.bounding_box() for name in names.all()]) == []
    connected.screenshot(path=pictures / "browser-path.png", clip={"x": 0, "y": 60, "width": 1400, "height": 560})


@pytest.mark.parametrize("name", [query.name for query in saved_queries()])
def test_every_saved_query_gives_an_answer(connected: Page, name: str) -> None:
    query = next(query for query in saved_queries() if query.name == name)
    frame = run(connected, query.cypher)
    expect(frame.get_by_text("ERROR", exact=True)).to_have_count(0)
    expect(frame.get_by_text("no changes, no records")).to_have_count(0)
    expect(frame.locator("svg.neod3viz g.node, table td, [role=gridcell]").first).to_be_visible()
