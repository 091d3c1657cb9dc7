"""Every Cypher text of the loaders starts from an index: no plan holds a scan of entities, claims, documents or edges."""

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from types import ModuleType

import neo4j
import pytest

from graph_schema.database.graph import Graph
from loaders import loading, writing
from tests.usual_graph import fill, operators

pytestmark = pytest.mark.anyio

CYPHER = re.compile(r"\b(?:MATCH|MERGE|CREATE)\b")
WHOLE = {"retraction.RUNS_EXTENT", "retraction.SILENT_DOCUMENTS"}
"""What looks at a whole run, once per retraction and never while loading."""


def constants() -> Iterator[tuple[str, str]]:
    """Every Cypher constant of the modules of `loaders`; of those made per type, the first."""
    for package in (loading, writing):
        yield from constants_of(package)


def constants_of(package: ModuleType) -> Iterator[tuple[str, str]]:
    for info in pkgutil.iter_modules(package.__path__):
        for name, value in vars(importlib.import_module(f"{package.__name__}.{info.name}")).items():
            text = next(iter(value.values()), None) if isinstance(value, Mapping) and value else value
            if name.isupper() and isinstance(text, str) and CYPHER.search(text):
                yield f"{info.name}.{name}", text


async def test_what_loaders_read_and_write_is_sought(ready: Graph, neo4j_session: neo4j.Session) -> None:
    fill(neo4j_session)
    explained = [(name, cypher) for name, cypher in constants() if name not in WHOLE]
    assert len(explained) >= 40
    scans = []
    for name, cypher in explained:
        parameters = dict.fromkeys(re.findall(r"\$(\w+)", cypher), None)
        plan = neo4j_session.run(f"EXPLAIN {cypher}", parameters).consume().plan
        assert plan is not None
        scans += [(name, step) for step in operators(plan) if "Scan" in step.split()[0]]
    assert scans == []
