"""`/watch/{name}.atom`: the newest notices of a watch list, for feed readers."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from graph_schema.errors import GraphError
from service.watchlists.feed import atom_feed
from service.watchlists.store import newest_notices, watches

PATH = "/watch/{name}.atom"
_SHOWN = 100


async def watch_feed(request: Request) -> Response:
    """The feed; 404 where no watch list has the name, 503 while the database does not answer."""
    name, graph = request.path_params["name"], request.app.state.graph
    try:
        if not await graph.read(watches, [name]):
            return PlainTextResponse("no watch list has this name\n", 404)
        notices = await graph.read(newest_notices, name, limit=_SHOWN)
    except GraphError as error:
        return PlainTextResponse(f"{error}\n", 503, {"retry-after": "2"})
    return Response(atom_feed(name, notices, str(request.url)), media_type="application/atom+xml")
