"""The commands of the service; `chokepoint.py` mounts them."""

from service.cli.ask import ask
from service.cli.audit import audit
from service.cli.browse import browse
from service.cli.export import export
from service.cli.keys import app as keys
from service.cli.mcp import mcp
from service.cli.ownership import ownership
from service.cli.path import path
from service.cli.serve import serve, serve_with

__all__ = ["ask", "audit", "browse", "export", "keys", "mcp", "ownership", "path", "serve", "serve_with"]
