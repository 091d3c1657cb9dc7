"""GraphiQL as a newcomer meets it: it opens without another host, and its example path query answers."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_the_example_path_query_answers_in_graphiql(page: Page, product: Product, pictures: Path) -> None:
    page.goto(f"{product.service}/graphql")
    expect(page.locator(".graphiql-query-editor").first).to_contain_text("shortestPath")
    page.locator(".graphiql-execute-button").click()
    expect(page.locator(".graphiql-response")).to_contain_text("ACM Research", timeout=30_000)
    page.locator(".graphiql-execute-button").click()  # once more, for a picture without the time of a cold start
    page.wait_for_timeout(2000)
    page.screenshot(path=pictures / "graphiql.png", clip={"x": 0, "y": 0, "width": 1400, "height": 800})
