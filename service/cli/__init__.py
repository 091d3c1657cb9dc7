"""The commands of the service; `chokepoint.py` mounts them."""

from service.cli.browse_command import browse
from service.cli.path_command import path
from service.cli.serve_command import serve, serve_with

__all__ = ["browse", "path", "serve", "serve_with"]
