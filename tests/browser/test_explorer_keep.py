"""What is taken along from the explorer: each file is opened and read. The question in other languages: test_explorer_copies."""

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import networkx as nx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Product
from tests.browser.test_explorer import TIE, answered, open_at, watched

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
__all__ = ["watched"]
RELATIONS = {
    ("Intel", "TESTED", "ACM Research"),
    ("ACM Research Shanghai", "SUBSIDIARY_OF", "ACM Research"),
    ("United States", "SANCTIONS", "ACM Research Shanghai"),
}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def answer(watched: Page, product: Product) -> Page:
    """An answer with its menu open."""
    open_at(watched, product, TIE)
    watched.get_by_text("Keep", exact=True).click()
    return watched


def downloaded(page: Page, name: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    return Path(download.value.path()).read_bytes()


def copied(page: Page, name: str) -> str:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name=name).click()
    expect(page.locator(".told")).to_have_text("Copied.")
    text: str = page.evaluate("() => navigator.clipboard.readText()")
    return text


def test_the_drawing_as_svg_and_png(answer: Page) -> None:
    drawing = ElementTree.fromstring(downloaded(answer, "Drawing (SVG)"))
    words = {text.text for text in drawing.iter(f"{SVG}text")}
    assert {"Intel", "ACM Research", "United States", "tested →"} <= words
    assert all("fill" in text.attrib for text in drawing.iter(f"{SVG}text"))
    picture = downloaded(answer, "Drawing (PNG)")
    assert picture.startswith(b"\x89PNG\r\n")
    assert len(picture) > 5_000


def test_relations_as_csv_and_graphml(answer: Page) -> None:
    table = list(csv.DictReader(io.StringIO(downloaded(answer, "Relations (CSV)").decode("utf-8-sig"))))
    assert {(row["subject"], row["relation"], row["object"]) for row in table} == RELATIONS
    graph = nx.parse_graphml(downloaded(answer, "Graph (GraphML)").decode())
    names = nx.get_node_attributes(graph, "name")
    assert {(names[a], data["type"], names[b]) for a, b, data in graph.edges(data=True)} == RELATIONS


def test_the_answer_as_json_carries_its_sentences_and_its_question(answer: Page) -> None:
    kept = json.loads(downloaded(answer, "Answer with sentences (JSON)"))
    assert kept["address"] == answer.url
    assert kept["question"][0]["document"] == "explore-tie"
    sentences = {claim["sentence"] for relation in kept["relations"] for claim in relation["claims"]}
    assert "Intel has tested tools from ACM Research this year." in sentences
    assert [len(path["hops"]) for path in kept["paths"]] == [3]


def test_the_report_stands_alone(answer: Page, chromium: Browser, tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    report.write_bytes(downloaded(answer, "Report"))
    page = chromium.new_page()
    page.goto(report.as_uri())
    expect(page.get_by_role("heading", level=1)).to_contain_text("Intel – United States")
    expect(page.locator("mark.subject").first).to_be_visible()
    expect(page.get_by_text("Intel tried out tools from a maker with sanctioned units").first).to_be_visible()
    expect(page.locator("figure svg text", has_text="sanctions")).to_be_visible()
    expect(page.locator("dd").filter(has_text="/?ask=tie")).to_be_visible()
    page.close()


def test_a_link_gives_the_same_page_to_someone_else(answer: Page, chromium: Browser) -> None:
    answer.locator("svg.drawing .link", has_text="sanctions").click()
    expect(answer.locator(".evidence[data-ready^='l:']")).to_be_visible()
    other = chromium.new_context(viewport=answer.viewport_size).new_page()
    other.goto(copied(answer, "Link to this view"))
    answered(other)
    expect(other.locator(".evidence[data-ready^='l:']")).to_be_visible()
    for part in ("svg.drawing", ".results", ".evidence", "#ask .kinds"):
        assert other.locator(part).first.inner_html() == answer.locator(part).first.inner_html()
    other.context.close()
