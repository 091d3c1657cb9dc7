"""What this process has seen committed: each of its transactions begins when that can be read.

Neo4j shows a commit to other transactions bit by bit while it is applied to the store: whoever meets the graph's new version may
not meet all that came with it yet. A transaction that begins with a bookmark waits until everything up to it is applied.
"""

from neo4j import AsyncGraphDatabase
from neo4j.api import AsyncBookmarkManager


class SeenCommits:
    """The bookmark manager of all sessions of a process."""

    def __init__(self) -> None:
        self.manager: AsyncBookmarkManager = AsyncGraphDatabase.bookmark_manager()

    def forget(self) -> None:
        """Wait for nothing: a database that was gone may have come back as an older state of itself."""
        self.manager = AsyncGraphDatabase.bookmark_manager()
