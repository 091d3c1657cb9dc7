"""What the recorded writer keeps; the writer behind it is the real one in tests/service/access/test_trail.py."""

import inspect
from typing import Any

import pytest

from graph_schema.ids import RunId
from graph_schema.writing import Submission, Writer
from service.access.changing import RecordedWriter

pytestmark = pytest.mark.anyio


def test_every_way_to_write_is_recorded() -> None:
    ways = {name for name, _ in inspect.getmembers(Writer, inspect.isfunction) if not name.startswith("_")}
    assert ways <= set(vars(RecordedWriter))


@pytest.mark.parametrize(
    ("run", "recorded"), [pytest.param(RunId("run:1"), 1, id="loaded"), pytest.param(None, 0, id="only-tried")]
)
async def test_what_was_only_tried_is_no_change(run: RunId | None, recorded: int) -> None:
    class Loading:
        async def load_article(self, *_: Any, **__: Any) -> Submission:
            return Submission(run, {"claims_new": 1})

    changes: list[dict[str, Any]] = []
    writer: Any = Loading()
    await RecordedWriter(writer, changes).load_article({}, dry_run=run is None)
    assert len(changes) == recorded
    assert all(change["run"] == run for change in changes)
