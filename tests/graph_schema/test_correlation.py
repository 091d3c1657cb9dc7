"""What a piece of work is done for."""

import asyncio

from graph_schema.correlation import Work, current_work, transaction_metadata, working_for


def test_work_is_known_while_inside_and_forgotten_after() -> None:
    with working_for(Work("news/1")) as work:
        assert current_work() is work
        assert transaction_metadata() == {"app": "chokepoint", "job": "news/1"}
    assert current_work() is None
    assert transaction_metadata() == {"app": "chokepoint"}


def test_tasks_that_are_started_work_for_the_same() -> None:
    async def started() -> Work | None:
        with working_for(Work("news/1")):
            task = asyncio.create_task(asyncio.sleep(0, current_work()))
            inner = asyncio.create_task(_told())
        await task
        return await inner

    async def _told() -> Work | None:
        return current_work()

    work = asyncio.run(started())
    assert work is not None
    assert work.id == "news/1"
