"""Errors of the service beside those of `graph_schema.errors`, and how every error reads in a GraphQL answer."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from graphql import GraphQLError, GraphQLSyntaxError

from graph_schema.errors import (
    ChokepointError,
    EntityNotFound,
    GraphError,
    GraphUnavailable,
    IdempotencyKeyReused,
    JobNotFound,
    JobRunning,
    LimitExceeded,
    QuestionError,
    SettingsError,
    UnknownTerm,
)
from graph_schema.exit_codes import ExitCode
from service.observability.observation import note_error

log = structlog.get_logger(__name__)


class ServiceUnreachable(ChokepointError):
    """The service does not answer where it should."""

    code = "SERVICE_UNREACHABLE"
    exit_code = ExitCode.DATABASE
    retryable = True


class ServicePortTaken(SettingsError):
    """Another program listens on the service's port."""

    code = "SERVICE_PORT_TAKEN"


class WritesDisabled(QuestionError):
    """This service takes nothing in."""

    code = "WRITES_DISABLED"


class NotAuthorized(QuestionError):
    """The token to change the graph is missing or wrong."""

    code = "NOT_AUTHORIZED"


class RunNotFound(QuestionError):
    """No load run has this id."""

    code = "RUN_NOT_FOUND"


class ServiceBusy(ChokepointError):
    """More is asked at the moment than the service can answer in time."""

    code = "SERVICE_BUSY"
    exit_code = ExitCode.DATABASE
    retryable = True
    retry_after_s = 2


class RateExceeded(ChokepointError):
    """A caller asks more in a minute than they may."""

    code = "RATE_EXCEEDED"
    exit_code = ExitCode.UNUSABLE
    retryable = True

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class TooManySubscribers(QuestionError):
    """As many subscriptions are open as the service allows."""

    code = "TOO_MANY_SUBSCRIBERS"
    retryable = True


class QueryTooDeep(QuestionError):
    """A document nests its fields deeper than the service allows."""

    code = "QUERY_TOO_DEEP"


class DocumentTooLarge(QuestionError):
    """A document holds more of something than the service reads."""

    code = "DOCUMENT_TOO_LARGE"

    def __init__(self, what: str, asked: int, most: int) -> None:
        super().__init__(f"the document holds more than {most} {what}")
        self.asked, self.most = asked, most


class DocumentTooSlow(QuestionError):
    """A document was not parsed and validated in time."""

    code = "DOCUMENT_TOO_SLOW"


class QueryTooExpensive(QuestionError):
    """A document costs more than the service allows."""

    code = "QUERY_TOO_EXPENSIVE"

    def __init__(self, message: str, asked: int, most: int) -> None:
        super().__init__(message)
        self.asked, self.most = asked, most


def as_graphql(error: GraphQLError) -> dict[str, Any]:
    """An error as the GraphQL specification has it, with `extensions.code`; what users cannot mend stays inside.

    An unexpected error is logged under an id, and only the id is told.
    """
    extensions: Mapping[str, Any]
    match root_cause(error):
        case None:
            message, extensions = error.message, {"code": _request_code(error), **(error.extensions or {})}
        case ChokepointError() as cause:
            message, extensions = str(cause), extensions_of(cause)
        case cause:
            incident = uuid.uuid4().hex[:12]
            log.error("unexpected error", incident=incident, path=error.path, exc_info=cause)
            message, extensions = f"internal error {incident}", {"code": "INTERNAL_ERROR", "incident": incident}
    places: dict[str, Any] = {}
    if error.locations:
        places["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path is not None:
        places["path"] = list(error.path)
    return problem_entry(message, extensions, **places)


def problem_entry(message: str, extensions: Mapping[str, Any], **places: Any) -> dict[str, Any]:
    """An entry of `errors`, with the id of the request that meets it. Every error is told by this.

    `extensions` has its `code`; `places` where it is in the document and the answer.
    """
    id = note_error(extensions["code"])
    return {"message": message, **places, "extensions": extensions if id is None else {**extensions, "requestId": id}}


def root_cause(error: GraphQLError) -> BaseException | None:
    """What a resolver raised; None for an error of the request itself."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def extensions_of(error: ChokepointError) -> Mapping[str, Any]:
    """Code, hint and values of one of our errors."""
    entry: dict[str, Any] = {"code": error.code, "retryable": error.retryable}
    match error:
        case EntityNotFound():
            entry |= {"wanted": error.wanted, "close": list(error.close)}
            entry["hint"] = f"did you mean {error.close[0]}?" if error.close else "searchEntities finds names"
        case JobNotFound():
            entry |= {"wanted": error.wanted, "close": list(error.close)}
            entry["hint"] = f"did you mean {error.close[0]}?" if error.close else "chokepoint jobs list names the jobs"
        case JobRunning():
            entry["hint"] = "jobs tells how it stands"
        case IdempotencyKeyReused():
            entry |= {"run": error.run, "hint": "a key belongs to one submission"}
        case UnknownTerm():
            entry |= {"wanted": error.wanted, "valid": list(error.valid), "hint": "ontology lists the vocabulary"}
        case LimitExceeded() | DocumentTooLarge() | QueryTooExpensive():
            entry |= {"asked": error.asked, "most": error.most, "hint": "limits publishes what is allowed"}
        case GraphUnavailable() | ServiceBusy() | RateExceeded():
            entry |= {"retryAfterS": error.retry_after_s, "hint": "ask again in a moment"}
        case GraphError() if error.retryable:
            entry["hint"] = "ask again in a moment"
    return entry


def is_rate(errors: Iterable[GraphQLError]) -> bool:
    """Whether a caller asked more than they may."""
    return any(isinstance(root_cause(error), RateExceeded) for error in errors)


def retry_after(errors: Iterable[GraphQLError]) -> int | None:
    """Seconds after which to ask again, where some of these errors tell of an outage; None where none does."""
    causes = (root_cause(error) for error in errors)
    return max(
        (one.retry_after_s for one in causes if isinstance(one, GraphUnavailable | ServiceBusy | RateExceeded)),
        default=None,
    )


def _request_code(error: GraphQLError) -> str:
    if isinstance(error, GraphQLSyntaxError):
        return "GRAPHQL_PARSE_FAILED"
    return "GRAPHQL_VALIDATION_FAILED" if error.path is None else "BAD_USER_INPUT"
