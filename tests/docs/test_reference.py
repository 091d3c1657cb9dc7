"""The generated pages of the reference say what the code says."""

import inspect
import re
from pathlib import Path

import pytest
import yaml

from graph_schema.exit_codes import MEANINGS
from tools.reference import FOLDER, pages, settings_classes

DOCS = Path(__file__).parents[2] / "docs"
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("name", ["settings.md", "cli.md", "exit-codes.md"])
def test_a_generated_page_is_up_to_date(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == pages()[name], "run make docs-reference"


def test_every_setting_is_described() -> None:
    for kind in settings_classes():
        assert inspect.getdoc(kind)
        bare = [name for name, field in kind.model_fields.items() if not field.description]
        assert bare == [], f"{kind.__name__} has settings without a docstring"


def test_every_error_has_an_exit_code_that_is_explained() -> None:
    rows = re.findall(r"^\| `\w+` \| (\d+) \|", pages()["exit-codes.md"], re.MULTILINE)
    assert {int(code) for code in rows} <= set(MEANINGS)


@pytest.mark.parametrize("page", sorted(DOCS.rglob("*.md")), ids=lambda page: str(page.relative_to(DOCS)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    broken = [link for link in LINK.findall(page.read_text("utf-8")) if not (page.parent / link).exists()]
    assert broken == []


def test_every_page_of_the_navigation_exists() -> None:
    def pages_of(entry: object) -> list[str]:
        if isinstance(entry, str):
            return [entry]
        children = list(entry.values()) if isinstance(entry, dict) else entry
        assert isinstance(children, list)
        return [page for child in children for page in pages_of(child)]

    navigation = yaml.safe_load((DOCS.parent / "mkdocs.yml").read_text("utf-8"))["nav"]
    assert [page for page in pages_of(navigation) if not (DOCS / page).exists()] == []
