"""Rows of a batch as the parameter of a statement."""

from typing import Any


class QuietRows(list[Any]):
    """A list that says little of itself: the driver formats each parameter for its debug log, whether anybody reads it or
    not, which for a batch costs as much time as sending it."""

    def __repr__(self) -> str:
        return f"<{len(self)} rows>"
