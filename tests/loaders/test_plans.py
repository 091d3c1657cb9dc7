"""Every Cypher text of the loaders starts from an index: no plan holds a scan of entities, claims, documents or edges."""

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from typing import Any

import neo4j
import pytest

import loaders
from graph_schema.graph import Graph

pytestmark = pytest.mark.anyio

CYPHER = re.compile(r"\b(?:MATCH|MERGE|CREATE)\b")
FEW = "LoadRun"
"""Nodes of which there are so few that they may be scanned."""
WHOLE = {"retraction.RUNS_EXTENT", "retraction.SILENT_DOCUMENTS"}
"""What looks at a whole run, once per retraction and never while loading."""


def constants() -> Iterator[tuple[str, str]]:
    """Every Cypher constant of the modules of `loaders`; of those made per type, the first."""
    for info in pkgutil.iter_modules(loaders.__path__):
        if info.name.endswith("_cli"):
            continue
        for name, value in vars(importlib.import_module(f"loaders.{info.name}")).items():
            text = next(iter(value.values()), None) if isinstance(value, Mapping) and value else value
            if name.isupper() and isinstance(text, str) and CYPHER.search(text):
                yield f"{info.name}.{name}", text


@pytest.mark.parametrize("cypher", [pytest.param(cypher, id=name) for name, cypher in constants() if name not in WHOLE])
async def test_what_loaders_read_and_write_is_sought(ready: Graph, neo4j_session: neo4j.Session, cypher: str) -> None:
    parameters = dict.fromkeys(re.findall(r"\$(\w+)", cypher), None)
    plan = neo4j_session.run(f"EXPLAIN {cypher}", parameters).consume().plan
    assert plan is not None
    assert [step for step in _steps(plan) if "Scan" in step and FEW not in step] == []


def _steps(plan: dict[str, Any]) -> Iterator[str]:
    yield f"{plan['operatorType']} {plan['args'].get('Details', '')}"
    for child in plan.get("children", ()):
        yield from _steps(child)
