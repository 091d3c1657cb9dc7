"""The explorer as an analyst meets it: two names to a drawn, cited answer."""

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from tests.browser.conftest import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
TIE = "/?ask=tie&of=company:intel&of=country:united-states"


@pytest.fixture
def watched(page: Page, product: Product) -> Iterator[Page]:
    """A page that may tell of nothing on its console and ask no other host."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on(
        "request", lambda asked: None if asked.url.startswith((product.service, "blob:")) else told.append(asked.url)
    )
    yield page
    assert told == []


def answered(page: Page) -> None:
    """Return once the answer is drawn and the sentences behind it are there."""
    expect(page.locator("svg.drawing")).to_be_visible()
    expect(page.locator("#view")).not_to_have_attribute("aria-busy", re.compile(".*"))
    expect(page.locator(".evidence[data-ready]:not([aria-busy])")).to_be_visible()


def named(page: Page, label: str) -> Locator:
    """The field for a name."""
    return page.get_by_role("combobox", name=label, exact=True)


def open_at(page: Page, product: Product, address: str) -> None:
    page.goto(product.service + address)
    answered(page)


def test_two_names_lead_to_the_marked_sentence(watched: Page, product: Product) -> None:
    watched.goto(product.service)
    start, end = named(watched, "From"), named(watched, "To")
    start.fill("Intel")
    start.press("Enter")
    expect(end).to_be_focused()
    end.fill("United States")
    end.press("Enter")
    answered(watched)
    hop = watched.locator(".evidence .hop").first
    assert hop.locator("mark.subject").first.text_content() == "Intel"
    assert hop.locator("mark.object").first.text_content() == "ACM Research"
    expect(hop.locator("blockquote").first).to_have_text("Intel has tested tools from ACM Research this year.")
    assert watched.url.endswith(TIE)


@pytest.mark.parametrize("name", ["explorer", "explorer-supply", "explorer-dark"])
def test_pictures_of_the_documentation(chromium: Browser, product: Product, pictures: Path, name: str) -> None:
    address = {
        "explorer": TIE,
        "explorer-supply": "/?ask=supply&of=technology:2-nm-process&sel=n:company:tsmc",
        "explorer-dark": "/?ask=tie&of=company:nvidia&of=country:china&hubs=NONE",
    }[name]
    page = chromium.new_page(
        viewport={"width": 1400, "height": 860}, color_scheme="dark" if "dark" in name else "light"
    )
    open_at(page, product, address)
    expect(page.locator("svg.drawing .word").first).to_be_visible()
    page.wait_for_timeout(500)
    page.screenshot(path=pictures / f"{name}.png")
    page.close()


def test_an_alias_in_another_script_is_found(watched: Page, product: Product) -> None:
    watched.goto(product.service)
    field = named(watched, "From")
    field.fill("華為")
    option = watched.get_by_role("option").first
    expect(option).to_contain_text("Huawei")
    expect(option).to_contain_text("company")


def test_the_drawing_names_each_relation_and_nothing_overlaps(watched: Page, product: Product) -> None:
    open_at(watched, product, TIE)
    words = watched.locator("svg.drawing .word").all_text_contents()
    assert [word.strip("←→↑↓ ") for word in words] == ["tested", "subsidiary of", "sanctions"]
    boxes = watched.locator("svg.drawing rect.box, svg.drawing rect.label").all()
    assert covering([box.bounding_box() for box in boxes]) == []


def covering(boxes: list[FloatRect | None]) -> list[tuple[FloatRect, FloatRect]]:
    """Pairs of boxes that cover each other by more than a pixel."""
    return [
        (a, b)
        for a, b in combinations([box for box in boxes if box is not None], 2)
        if min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"]) > 1
        and min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"]) > 1
    ]


def test_one_selection_for_drawing_list_and_table(watched: Page, product: Product) -> None:
    open_at(watched, product, TIE)
    watched.locator("svg.drawing .link", has_text="sanctions").click()
    expect(watched.locator(".paths .relation.selected")).to_contain_text("sanctions")
    expect(watched.locator(".evidence h3")).to_have_text("United States sanctions ACM Research Shanghai")
    watched.get_by_role("tab", name="Table").click()
    expect(watched.locator("tbody tr.selected")).to_contain_text("sanctions")
    watched.get_by_role("button", name="Confidence").click()
    expect(watched.locator("th[aria-sort=ascending]")).to_contain_text("Confidence")
    shown = [int(percent) for percent in re.findall(r"(\d+) %", watched.locator("tbody").inner_text())]
    assert len(shown) >= 3
    assert shown == sorted(shown)


def test_five_steps_back_lead_through_what_was_seen(watched: Page, product: Product) -> None:
    open_at(watched, product, TIE)
    seen = [watched.url]
    for name in ("tested", "subsidiary of", "sanctions"):
        watched.locator("svg.drawing .link", has_text=name).click()
        seen.append(watched.url)
    watched.get_by_role("tab", name="Table").click()
    seen.append(watched.url)
    watched.get_by_role("button", name="Exposure").click()
    expect(watched).to_have_url(re.compile("ask=exposure"))
    for address in reversed(seen):
        watched.go_back()
        expect(watched).to_have_url(address)
    answered(watched)
    expect(watched.locator("svg.drawing .word")).to_have_count(3)


@pytest.mark.parametrize(
    ("address", "verdict"),
    [
        pytest.param("/?ask=tie&of=company:intel&of=country:united-states&depth=2", "None so near", id="within bounds"),
        pytest.param(
            "/?ask=tie&of=company:intel&of=country:united-states&gone=company:acm-research", "Proven: none", id="proven"
        ),
    ],
)
def test_absence_is_told_in_words(watched: Page, product: Product, address: str, verdict: str) -> None:
    watched.goto(product.service + address)
    expect(watched.locator("[role=status].status")).to_contain_text(verdict)


def test_an_entitys_page_tells_who_owns_it(watched: Page, product: Product) -> None:
    watched.goto(f"{product.service}/?ask=entity&of=company:nexperia")
    owners = watched.locator("section", has=watched.get_by_role("heading", name="Listed owners")).last
    expect(owners.locator(".verdict")).to_contain_text("Listed parties")
    owners.get_by_role("button", name="Wingtech").first.click()
    expect(watched.get_by_role("heading", level=1)).to_have_text("Wingtech")


def test_an_entitys_page_tells_what_was_judged_and_what_waits(watched: Page, product: Product) -> None:
    judgement = [
        "company:intel",
        "company:acm-research",
        "DIFFERENT",
        "--by",
        "an analyst",
        "--why",
        "one buys of the other",
    ]
    product.chokepoint("resolve", "judge", *judgement)
    watched.goto(f"{product.service}/?ask=entity&of=company:intel")
    same = watched.locator("section", has=watched.get_by_role("heading", name="One and the same?")).last
    expect(same.locator(".judged li")).to_contain_text("Judged different from ACM Research by an analyst, 20")
    expect(same.locator("q")).to_have_text("one buys of the other")
    same.get_by_role("button", name="ACM Research").click()
    expect(watched.get_by_role("heading", level=1)).to_have_text("ACM Research")
    expect(same.locator(".judged li")).to_contain_text("Judged different from Intel")


def test_an_entitys_page_tells_that_nobody_judged(watched: Page, product: Product) -> None:
    watched.goto(f"{product.service}/?ask=entity&of=technology:2-nm-process")
    expect(watched.get_by_text("Nobody has judged whether it is one with another").first).to_be_visible()
