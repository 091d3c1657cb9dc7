"""What a long dump or restore tells of itself while it runs."""

from typing import Protocol


class Progress(Protocol):
    """Told after each batch; a terminal draws it, a log ignores it."""

    def __call__(self, *, nodes: int, edges: int, total: int | None = None) -> None:
        """Nodes and edges done so far; `total` of both once it is known."""
        ...


def silent(*, nodes: int, edges: int, total: int | None = None) -> None:
    """Tell nobody."""
