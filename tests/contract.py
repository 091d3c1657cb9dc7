"""Plugin of pytest: keep the tests that every supported version of Neo4j has to pass, and leave the others out.

The contract is what the Cypher of the product asks of a server: schema, transactions, writing with its projections,
taking back, backup, and the queries of the API with their plans. Tests that use no server are left out, and so are those
that only try many made-up inputs: they say nothing more about its version, nor do jobs, sources, outages and the command line.
`tests/containers` runs the contract on servers in containers, within about three minutes each.
"""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONTRACT = (
    "tests/graph_schema/database/test_schema.py",
    "tests/graph_schema/database/test_graph.py",
    "tests/graph_schema/database/test_backup.py",
    "tests/loaders/writing/test_writer.py",
    "tests/loaders/writing/test_retraction.py",
    "tests/loaders/test_plans.py",
    "tests/service/test_plans.py",
    "tests/service/test_path_api.py",
    "tests/service/test_record_api.py",
)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Collect nothing but the modules of the contract."""
    module = collection_path.suffix == ".py" and collection_path.name.startswith("test_")
    return True if module and collection_path.relative_to(ROOT).as_posix() not in CONTRACT else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of these, keep the tests on a server with given inputs."""
    kept: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        on_a_server = "neo4j_settings" in getattr(item, "fixturenames", ())
        (kept if on_a_server and item.get_closest_marker("hypothesis") is None else others).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = kept
