"""Ids of requests: the client's own where it sent a usable one, else one of ours."""

import re
import secrets

HEADER = "x-request-id"
_USABLE = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
"""No space, no quote, no sign that a terminal or a log could take for more than text."""


def request_id(given: str | None) -> str:
    """The id of a request that came with this header."""
    if given is not None and _USABLE.fullmatch(given):
        return given
    return secrets.token_hex(8)
