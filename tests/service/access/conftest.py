"""A service that asks for keys."""

from tests.service.access.guarded import guarded

__all__ = ["guarded"]
