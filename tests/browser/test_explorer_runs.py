"""Loads as the explorer shows them, and a file of one's own: checked first, then loaded, then there to be asked."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Product
from tests.browser.test_explorer import answered, watched
from tests.browser.test_explorer_for_all import TOKEN, frail

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
__all__ = ["frail", "watched"]
STATEMENTS = (
    "subject,predicate,object,sentence,publisher\n"
    'Zephyr Optics,supplies,Quillon Foundry,"Zephyr Optics supplies Quillon Foundry, it said.",Desk\n'
)


def test_loads_are_listed_with_their_outcome(watched: Page, product: Product) -> None:
    watched.goto(product.service)
    watched.get_by_role("link", name="Loads").click()
    expect(watched.get_by_role("heading", level=1)).to_have_text("Loads")
    expect(watched.locator("tbody tr", has_text="bulletins.jsonl").first).to_contain_text("finished")
    expect(watched.locator(".fresh")).to_contain_text("statements.csv")
    watched.go_back()
    expect(watched.get_by_role("heading", level=1)).to_contain_text("Ask how two names are tied")


def test_a_file_is_checked_then_loaded_then_asked(
    page: Page, frail: Callable[[], tuple[str, subprocess.Popen[bytes]]], tmp_path: Path
) -> None:
    address, _ = frail()
    file = tmp_path / "own.csv"
    file.write_text(STATEMENTS, "utf-8")
    page.goto(f"{address}/?ask=loads")
    page.get_by_label("File", exact=True).set_input_files(file)
    load = page.get_by_role("button", name="Load", exact=True)
    page.get_by_label("Write token").fill("wrong")
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".outcome .failed")).to_be_visible()
    expect(load).to_be_disabled()
    page.get_by_label("Write token").fill(TOKEN)
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".outcome")).to_contain_text("Nothing was changed yet")
    load.click()
    expect(page.locator(".outcome")).to_contain_text("own.csv was loaded")
    expect(page.locator("tbody tr").first).to_contain_text("own-csv")
    page.goto(f"{address}/?ask=tie&of=Zephyr%20Optics&of=Quillon%20Foundry")
    answered(page)
    expect(page.locator(".evidence blockquote").first).to_have_text("Zephyr Optics supplies Quillon Foundry, it said.")


def test_a_file_that_states_nothing_is_told_by_line(watched: Page, product: Product, tmp_path: Path) -> None:
    file = tmp_path / "broken.csv"
    file.write_text("subject,predicate,object\nIntel,,ACM\n", "utf-8")
    watched.goto(f"{product.service}/?ask=loads")
    watched.get_by_label("File", exact=True).set_input_files(file)
    watched.get_by_label("Write token").fill("any")
    watched.get_by_role("button", name="Check").click()
    expect(watched.locator(".outcome")).to_contain_text("line 2: predicate is missing")


@pytest.fixture
def job(product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A job of the schedule that has run once."""
    table = tmp_path / "table.csv"
    table.write_text(STATEMENTS, "utf-8")
    jobs = tmp_path / "jobs.yaml"
    jobs.write_text(
        f"jobs:\n  - {{name: tables, source: triples, arguments: {{paths: [{table}]}}, schedule: PT6H}}\n", "utf-8"
    )
    monkeypatch.setenv("CHOKEPOINT_JOBS_FILE", str(jobs))
    environment = {
        **os.environ,
        "CHOKEPOINT_NEO4J_URI": f"bolt://{product.bolt}",
        "CHOKEPOINT_NEO4J_USER": product.user,
        "CHOKEPOINT_NEO4J_PASSWORD": product.password,
    }
    subprocess.run(
        [sys.executable, "-m", "chokepoint", "jobs", "run", "tables", "--file", str(jobs)], env=environment, check=True
    )
    return "tables"


def test_a_job_of_the_schedule_is_started(
    page: Page, job: str, frail: Callable[[], tuple[str, subprocess.Popen[bytes]]]
) -> None:
    address, _ = frail()
    page.goto(f"{address}/?ask=loads")
    start = page.get_by_role("button", name=f"Start {job} now")
    page.get_by_label("Write token").fill("wrong")
    start.click()
    expect(page.locator(".runs [role=status] .failed").first).to_be_visible()
    page.get_by_label("Write token").fill(TOKEN)
    start.click()
    expect(page.get_by_text(f"{job} was started")).to_be_visible()
