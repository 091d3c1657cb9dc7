"""`chokepoint weigh`, run as a user runs it."""

import json
from pathlib import Path

import pytest

from graph_schema.database.graph import Graph
from graph_schema.errors import SourceError, SourceUnavailable
from graph_schema.publishers import Publisher, read_publishers
from graph_schema.settings import GraphSettings
from loaders.cli.weigh import read_file
from loaders.submissions import SubmissionWriter
from tests.test_command_line import chokepoint

pytestmark = pytest.mark.anyio


def test_a_file_that_cannot_be_read_or_is_wrong_is_named(tmp_path: Path) -> None:
    file = tmp_path / "sources.yaml"
    with pytest.raises(SourceUnavailable, match=r"sources\.yaml"):
        read_file(file)
    for text, told in (("publishers: [", "is not YAML"), ("publishers: {Wire: {reliability: 2}}", "publishers.Wire")):
        file.write_text(text)
        with pytest.raises(SourceError, match=told):
            read_file(file)
    file.write_text("publishers: {Wire: {reliability: 0.5}}")
    assert read_file(file) == [Publisher("Wire", 0.5)]


async def test_the_command_tells_what_it_weighed(ready: Graph, neo4j_settings: GraphSettings, tmp_path: Path) -> None:
    given: list[dict[str, object]] = [
        {"subject": "Intel", "predicate": "supplies", "object": "Huawei", "publisher": "Wire"}
    ]
    await SubmissionWriter(ready).load_triples(given, source="desk", dry_run=False)
    assert neo4j_settings.uri is not None
    assert neo4j_settings.password is not None
    login = {
        "CHOKEPOINT_NEO4J_URI": neo4j_settings.uri,
        "CHOKEPOINT_NEO4J_PASSWORD": neo4j_settings.password.get_secret_value(),
    }
    file = tmp_path / "sources.yaml"
    file.write_text("publishers: {Wire: {reliability: 0.5, state_media: true}}")
    done = chokepoint("weigh", str(file), **login)
    assert (done.returncode, done.stdout) == (0, "weights of Wire changed; what 1 documents state is weighed anew\n")
    again = chokepoint("weigh", str(file), "--json", **login)
    assert json.loads(again.stdout) == {"publishers": [], "documents": 0}
    assert await ready.read(read_publishers) == {"Wire": Publisher("Wire", 0.5, state_media=True)}
