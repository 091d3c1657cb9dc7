"""/audit: the audit log as JSON lines, for holders of a key of scope admin."""

import datetime as dt
from collections.abc import Iterator

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from service.access.audit import AuditLog, Wanted, entries
from service.access.caller import caller_of
from service.access.keys import KeyScope
from service.access.trail import Trail
from service.errors import NotAuthorized

LINES = "application/jsonl"


class AuditExport:
    """Answers with the entries that `since`, `until`, `who` and `changes` leave."""

    def __init__(self, trail: Trail) -> None:
        self._trail = trail

    async def answer(self, request: Request) -> Response:
        """The answer to one request."""
        if not caller_of(request).may(KeyScope.ADMIN):
            return _refusal(403, "the audit log needs a key of scope admin", NotAuthorized.code)
        if (audit := self._trail.audit) is None:
            return _refusal(404, "no audit log is kept: CHOKEPOINT_ACCESS_AUDIT", "NOT_FOUND")
        asked = request.query_params
        try:
            wanted = Wanted(
                since=moment(asked.get("since")),
                until=moment(asked.get("until")),
                who=asked.get("who"),
                changes=asked.get("changes", "").lower() in ("1", "true"),
            )
        except ValueError as error:
            return _refusal(400, str(error), "BAD_REQUEST")
        return StreamingResponse(_lines(audit, wanted), media_type=LINES, headers={"cache-control": "no-store"})


def moment(text: str | None) -> dt.datetime | None:
    """A day or moment as ISO 8601 has it; UTC where no other offset is given. Raises ValueError."""
    if text is None:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text[:50]!r} is not a moment; write it as 2026-11-24 or 2026-11-24T08:30:00Z") from error
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)


def _lines(audit: AuditLog, wanted: Wanted) -> Iterator[bytes]:
    audit.flush()
    for entry in entries(audit.folder, wanted):
        yield orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE)


def _refusal(status: int, message: str, code: str) -> JSONResponse:
    error = {"message": message, "extensions": {"code": code}}
    return JSONResponse({"errors": [error]}, status, headers={"cache-control": "no-store"})
