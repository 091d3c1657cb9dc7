"""What a reader of a page has before following it: files under the names that the page uses, with little in them."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
STATEMENTS = "subject,predicate,object,url\nIntel,tested tools from,ACM Research,https://example.org/story\n"
ARTICLE = "Chipmaker Intel Corp has tested chipmaking tools from ACM Research Inc.\n"
FIRMS = 250


def _written(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _news(folder: Path) -> None:
    _written(folder / "news.jsonl", json.dumps({"id": "a", "text": ARTICLE}) + "\n")
    _written(folder / "articles" / "a.txt", ARTICLE)


def _sources(folder: Path) -> None:
    _written(folder / "statements.csv", STATEMENTS)
    _written(folder / "doubtful.csv", "subject,predicate,object\nIntel,,ACM Research\n")
    _written(folder / "bulletins.jsonl", json.dumps({"id": "a", "text": ARTICLE}) + "\n")
    _written(folder / "texts" / "a.txt", ARTICLE)
    (folder / "pages").mkdir()
    shutil.copy(DATA / "feed" / "a.html", folder / "pages" / "article.html")
    firms = (
        json.dumps(
            {"id": f"c{n}", "schema": "Company", "properties": {"name": [f"Example Fab {n}"], "jurisdiction": ["cn"]}}
        )
        + "\n"
        for n in range(FIRMS)
    )
    listed = (DATA / "followthemoney" / "entities.ftm.json").read_text("utf-8")
    _written(folder / "entities.ftm.json", listed + "".join(firms))
    shutil.copy(DATA / "followthemoney" / "changes.delta.json", folder / "entities.delta.json")
    shutil.copytree(DATA / "eto", folder / "eto-supply-chain" / "data")
    shutil.copy(DATA / "gdelt" / "events.export.CSV", folder / "20170701234500.export.CSV")
    shutil.copy(DATA / "gdelt" / "mentions.CSV", folder / "20170701234500.mentions.CSV")


def _inbox(folder: Path) -> None:
    _written(folder / "inbox" / "a.txt", ARTICLE)


GIVEN: Mapping[str, Callable[[Path], None]] = {
    "docs/extraction.md": _news,
    "docs/loading.md": _sources,
    "docs/how-to/schedule.md": _inbox,
}
