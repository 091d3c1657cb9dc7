"""What this process has seen committed: each of its transactions begins when that can be read.

Neo4j shows a commit to other transactions bit by bit while it is applied to the store: whoever meets the graph's new version may
not meet all that came with it yet. A transaction that begins with a bookmark waits until everything up to it is applied.
"""

from collections.abc import Collection

from neo4j.api import AsyncBookmarkManager


class SeenCommits(AsyncBookmarkManager):
    """The newest bookmarks of all sessions of a process, shared by them."""

    def __init__(self) -> None:
        self._bookmarks: frozenset[str] = frozenset()

    async def get_bookmarks(self) -> Collection[str]:
        """What a transaction waits for before it begins."""
        return self._bookmarks

    async def update_bookmarks(self, previous_bookmarks: Collection[str], new_bookmarks: Collection[str]) -> None:
        """A transaction that began after `previous_bookmarks` has ended with `new_bookmarks`."""
        self._bookmarks = (self._bookmarks - frozenset(previous_bookmarks)) | frozenset(new_bookmarks)

    def forget(self) -> None:
        """Wait for nothing: a database that was gone may have come back as an older state of itself."""
        self._bookmarks = frozenset()
