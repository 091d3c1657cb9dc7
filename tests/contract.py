"""Plugin of pytest: keep the tests that talk to a database and leave the others out.

They are the contract that every supported server has to meet; `tests/containers` runs them on servers in containers.
"""

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests that use the test server."""
    kept: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        (kept if "neo4j_settings" in getattr(item, "fixturenames", ()) else others).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = kept
