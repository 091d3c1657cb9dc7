"""The endpoint /graphql: GraphQL over HTTP, by POST and by cacheable GET."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import orjson
import strawberry
import structlog
from starlette.requests import Request
from starlette.responses import Response
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from graph_schema.errors import ChokepointError
from graph_schema.tracing import span
from service.access.caller import Caller, caller_of
from service.access.trail import Trail
from service.errors import as_graphql, is_rate, problem_entry, retry_after
from service.graphql.context import Context
from service.http.documents import Documents
from service.http.leaving import ClientLeft, unless_left
from service.http.origin import check_unforged
from service.http.request import JSON, RESPONSE_JSON, BadRequest, GraphQLRequest, accepted_type, read_request, refusal
from service.observability.observation import note_refused, note_unchanged, tell_operation
from service.settings import ServiceSettings

log = structlog.get_logger(__name__)
_READS = (OperationType.QUERY,)
COST_HEADER = "x-query-cost"
"""What the document cost, in points."""
_CLIENT_LEFT = 499
"""What proxies log for it; nobody reads the answer."""
_ALL = (OperationType.QUERY, OperationType.MUTATION)


class GraphQLEndpoint:
    """Answers GraphQL requests; `make_context` gives each its own context."""

    def __init__(
        self, schema: strawberry.Schema, settings: ServiceSettings, trail: Trail, make_context: Callable[[], Context]
    ) -> None:
        self._trail, self._schema, self._settings, self._make_context = trail, schema, settings, make_context
        self.documents = Documents(settings.trusted_documents, trusted_only=settings.trusted_only)

    async def __call__(self, request: Request) -> Response:
        """The answer to one request; whatever goes wrong, it is GraphQL-shaped JSON."""
        kind = RESPONSE_JSON
        try:
            kind = accepted_type(request)
            asked = await read_request(request, most_bytes=self._settings.max_request_bytes)
            check_unforged(request, asked)
            document = self.documents.find(asked)
            context = self._context(request, asked)
            return await self._recorded(request, asked, document, kind, context)
        except asyncio.CancelledError:
            # Something below was cancelled, as a query whose connection was closed: not this request itself.
            if (task := asyncio.current_task()) is None or task.cancelling():
                raise
            error = problem_entry("the operation was cancelled", {"code": "CANCELLED", "retryable": True})
            return _json({"errors": [error]}, 503, kind, {"retry-after": "1"})
        except BadRequest as problem:
            return _json({"errors": [refusal(problem)]}, problem.status, kind, problem.headers)
        except ChokepointError as problem:
            headers = {"retry-after": str(getattr(problem, "retry_after_s", 1))}
            return _json({"errors": [refusal(problem)]}, 503, kind, headers)

    async def _recorded(
        self, request: Request, asked: GraphQLRequest, document: str, kind: str, context: Context
    ) -> Response:
        answer = self._answer(request, asked, document, kind, context)
        try:
            response = await unless_left(request.receive, answer, may_stop=lambda: not context.writes)
        except ClientLeft:
            response = Response(status_code=_CLIENT_LEFT)
        if context.changes:
            context.renew()
            with suppress(ChokepointError):  # the change is made, and told with or without its version
                await context.graph_version()
        told = {"via": "http", "status": response.status_code, "bytes": len(response.body)}
        self._trail.operation(context, document, asked.variables, context.payload, **told)
        return response

    def _context(self, request: Request, asked: GraphQLRequest) -> Context:
        context = self._make_context()
        context.operation_name = asked.operation_name
        context.caller = caller_of(request)
        context.price_only = asked.extensions.get("cost") == "only"
        return context

    async def _answer(
        self, request: Request, asked: GraphQLRequest, document: str, kind: str, context: Context
    ) -> Response:
        reads_only = request.method in ("GET", "HEAD")
        tells_price = bool(asked.extensions.get("cost"))
        tag = await self._tag(context, asked, document, kind) if reads_only and not tells_price else None
        if tag is not None and (held := request.headers.get("if-none-match")) is not None:
            note_unchanged(unchanged=tag in held)
            if tag in held:
                return Response(status_code=304, headers=self._cache_headers(tag, context.caller))
        result = await self._run(asked, document, context, reads_only=reads_only)
        context.payload = payload = payload_of(result)
        refused = (
            result.data is None and not context.price_only and all(error.path is None for error in result.errors or ())
        )
        headers = {"cache-control": "no-store"}
        if tag is not None and context.cacheable and not result.errors:
            headers = self._cache_headers(tag, context.caller)
        if context.points is not None:
            headers[COST_HEADER] = str(context.points)
            if tells_price:
                most = self._settings.max_query_cost
                payload["extensions"] = {"cost": {"points": context.points, "most": most}}
        if not any((result.data or {}).values()) and (seconds := retry_after(result.errors or ())) is not None:
            note_refused()
            status = 429 if is_rate(result.errors or ()) else 503
            return _json(payload, status, kind, {**headers, "retry-after": str(seconds)})
        if refused:
            note_refused()
            payload.pop("data", None)
        return _json(payload, 400 if refused and kind == RESPONSE_JSON else 200, kind, headers)

    async def _run(
        self, asked: GraphQLRequest, document: str, context: Context, *, reads_only: bool
    ) -> ExecutionResult | PreExecutionError:
        try:
            with span("operation") as traced:
                result = await self._schema.execute(
                    document,
                    variable_values=asked.variables,
                    context_value=context,
                    operation_name=asked.operation_name,
                    allowed_operation_types=_READS if reads_only else _ALL,
                )
                tell_operation(traced)
                return result
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.SUBSCRIPTION:
                raise BadRequest(400, "subscriptions need a WebSocket or an event stream", "BAD_REQUEST") from error
            raise BadRequest(405, "use POST for mutations", "METHOD_NOT_ALLOWED", allow="POST") from error
        except CannotGetOperationTypeError as error:
            raise BadRequest(400, error.as_http_error_reason(), "BAD_REQUEST") from error

    async def _tag(self, context: Context, asked: GraphQLRequest, document: str, kind: str) -> str:
        """Entity tag of an answer: the same question to the same graph has the same."""
        version = await context.graph_version()
        question = orjson.dumps([document, asked.variables, asked.operation_name, kind], option=orjson.OPT_SORT_KEYS)
        return f'W/"{version}-{hashlib.sha256(question).hexdigest()[:32]}"'

    def _cache_headers(self, tag: str, caller: Caller) -> dict[str, str]:
        kept_by = "public" if caller.nobody else "private"  # what needed a key is for its holder alone
        return {
            "etag": tag,
            "cache-control": f"{kept_by}, max-age={self._settings.cache_seconds}, must-revalidate",
            "vary": "accept, accept-encoding",
        }


def payload_of(result: ExecutionResult | PreExecutionError) -> dict[str, Any]:
    """The answer as GraphQL has it, its errors as users may see them."""
    payload: dict[str, Any] = {}
    if result.errors:
        payload["errors"] = [as_graphql(error) for error in result.errors]
    payload["data"] = result.data
    return payload


def _json(payload: Mapping[str, Any], status: int, kind: str, headers: Mapping[str, str]) -> Response:
    plain = JSON if kind == JSON else RESPONSE_JSON
    return Response(orjson.dumps(payload), status, headers={**headers, "content-type": f"{plain}; charset=utf-8"})
