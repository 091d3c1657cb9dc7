"""Filters tell how many answers each choice would leave, and leave as many."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Product
from tests.browser.test_explorer import TIE, answered, open_at, watched

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
__all__ = ["watched"]
ENTITY = "/?ask=entity&of=company:huawei"


def opened(page: Page, name: str) -> Locator:
    """The choices of one filter."""
    popover = page.locator(f"details[data-filter={name}]")
    if popover.get_attribute("open") is None:
        popover.locator("summary").click()
    expect(popover.locator(".tick").first).to_be_visible()
    return popover


def leaves(choice: Locator) -> int:
    """How many answers it says that it leaves."""
    expect(choice.locator(".leaves")).to_have_text(re.compile(r"^leaves \d+ of \d+$"))
    return int(re.findall(r"\d+", choice.locator(".leaves").inner_text())[0])


def shown(page: Page) -> int:
    answered(page)
    return page.locator(".families button.relation").count()


@pytest.mark.parametrize(
    ("name", "choice"),
    [
        pytest.param("confidence", "≥ 80 %", id="confidence"),
        pytest.param("sources", "≥ 2", id="sources"),
        pytest.param("sources", "without", id="publisher"),
        pytest.param("countries", "China", id="country"),
        pytest.param("time", "Only what has a date", id="dated"),
    ],
)
def test_a_choice_leaves_what_it_says(watched: Page, product: Product, name: str, choice: str) -> None:
    open_at(watched, product, ENTITY)
    before = shown(watched)
    wanted = opened(watched, name).locator(".tick", has_text=choice).first
    promised = leaves(wanted)
    wanted.locator("input").click()
    expect(watched.locator(".chip").first).to_be_visible()
    assert shown(watched) == promised < before


def test_choices_are_counted_beside_those_that_are_made(watched: Page, product: Product) -> None:
    open_at(watched, product, f"{ENTITY}&confidence=0.8")
    choice = opened(watched, "sources").locator(".tick", has_text="≥ 2")
    promised = leaves(choice)
    choice.locator("input").click()
    expect(watched.locator(".chip")).to_have_count(2)
    assert shown(watched) == promised


def test_families_are_counted_as_the_page_lists_them(watched: Page, product: Product) -> None:
    open_at(watched, product, ENTITY)
    sections = watched.locator(".families section").all()
    listed = {
        one.locator("h3").evaluate("(h) => h.firstChild.textContent"): one.locator("li").count() for one in sections
    }
    ticks = opened(watched, "families").locator(".tick").all()
    counted = {one.locator("span").first.inner_text(): leaves(one) for one in ticks}
    assert {name: many for name, many in counted.items() if many} == listed


def test_what_was_said_of_one_is_filtered_too(watched: Page, product: Product) -> None:
    watched.goto(f"{product.service}/?ask=changes&of=company:huawei&since=2019-01-01")
    entries = watched.locator(".timeline > li")
    expect(entries.first).to_be_visible()
    expect(watched.locator("details[data-filter]")).to_have_count(2)
    before = entries.count()
    families = opened(watched, "families").locator(".tick").all()
    choice = next(one for one in families if 0 < leaves(one) < before)
    others = before - leaves(choice)
    choice.locator("input").click()
    expect(watched.locator(".chip").first).to_be_visible()
    expect(entries).to_have_count(others)


def test_a_filter_that_means_nothing_for_a_question_is_not_offered_and_does_nothing(
    watched: Page, product: Product
) -> None:
    open_at(watched, product, "/?ask=exposure&of=company:intel&country=country:china")
    expect(watched.locator("details[data-filter=confidence]")).to_be_visible()
    expect(watched.locator("details[data-filter=countries]")).to_have_count(0)
    expect(watched.locator(".chip")).to_have_count(0)


def test_paths_are_counted_by_what_lies_between_and_who_says_so(watched: Page, product: Product) -> None:
    open_at(watched, product, TIE)
    publisher = opened(watched, "sources").locator(".tick", has_text="without")
    assert leaves(publisher.first) in (0, 1)
    open_at(watched, product, "/?ask=supply&of=technology:2-nm-process")
    country = opened(watched, "countries").locator(".tick").first
    promised = leaves(country)
    country.locator("input").click()
    expect(watched.locator(".chip").first).to_be_visible()
    answered(watched)
    # Longer ways may take the places of those that are left out.
    assert watched.locator(".paths > li").count() >= promised > 0
    expect(opened(watched, "countries").get_by_text("Counted on what is found without filters")).to_be_visible()
