"""Backup: the whole graph as one checksummed file, restorable into an empty database of any supported version.

The file is gzip-compressed JSON lines: a header, the nodes, the edges, a footer with counts and checksum. `dump` reads a
graph that is in use and gives either a file of one moment or an error; `restore` writes only from a file that it has
verified to its last byte.
"""

from graph_schema.database.backup.archive import Footer, Header, verify
from graph_schema.database.backup.dumping import dump
from graph_schema.database.backup.restoring import Restored, restore

__all__ = ["Footer", "Header", "Restored", "dump", "restore", "verify"]
