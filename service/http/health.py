"""Whether the service lives (/healthz) and can answer (/readyz)."""

from starlette.requests import Request
from starlette.responses import JSONResponse

from graph_schema.database.embedded import EmbeddedNeo4j
from graph_schema.database.embedded.disk import is_full, ran_full
from graph_schema.database.graph import Graph
from graph_schema.database.version import graph_version
from graph_schema.errors import ChokepointError


async def healthz(_: Request) -> JSONResponse:
    """200 while the process answers at all."""
    return JSONResponse({"status": "ok"}, headers={"cache-control": "no-store"})


async def readyz(request: Request) -> JSONResponse:
    """200 while the database answers within two seconds, else 503 with the reason; `degraded` while its disk is full."""
    graph: Graph = request.app.state.graph
    embedded: EmbeddedNeo4j | None = request.app.state.embedded
    headers = {"cache-control": "no-store"}
    try:
        version = await graph.read_within(2.0, graph_version)
    except ChokepointError as error:
        headers["retry-after"] = str(getattr(error, "retry_after_s", 1))
        if embedded is not None and (is_full(embedded.path) or ran_full(embedded.layout)):
            return JSONResponse({"status": "degraded", "degraded": "disk", "code": error.code}, 503, headers)
        return JSONResponse({"status": "unavailable", "code": error.code, "reason": str(error)}, 503, headers)
    ready: dict[str, object] = {"status": "ready", "graphVersion": version}
    if (keeper := request.app.state.index) is not None:
        status = keeper.status
        ready["index"] = {
            "state": status.state,
            "graphVersion": status.graph_version,
            "relations": status.relations,
            "of": status.of,
        }
    return JSONResponse(ready, headers=headers)
