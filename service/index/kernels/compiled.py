"""Compiled functions: numba translates them to machine code that runs without the interpreter's lock.

The machine code is kept on disk beside the source or, where that cannot be written to, in the user's cache
(`NUMBA_CACHE_DIR` names another place); where nothing can be written it is made anew in each process.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """A function over arrays and numbers as machine code, made at its first call."""
    try:
        return cast("F", numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # numba finds no place to keep its cache
        return cast("F", numba.njit(nogil=True)(function))
