"""Commands that run within the tests' process leave its logs as they were."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """A command sets how the process logs; the next test starts from the defaults again."""
    yield
    structlog.reset_defaults()
