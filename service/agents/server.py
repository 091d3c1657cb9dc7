"""The tools as a server of the Model Context Protocol, over standard input and output or over HTTP."""

from collections.abc import Callable, Coroutine
from functools import wraps
from importlib.metadata import version
from inspect import signature
from typing import Annotated, Any

import orjson
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from starlette.types import ASGIApp

from graph_schema.errors import ChokepointError
from graph_schema.settings import read_settings
from service.access.audit import open_audit
from service.access.control import AccessControl
from service.access.gate import Gate
from service.access.settings import AccessSettings
from service.access.trail import Trail
from service.agents.answers import QUOTED, AgentAnswer
from service.agents.tools import Tools
from service.http.client import ApiClient, QuestionRefused
from service.http.origin import AllowedHosts
from service.settings import ServiceSettings

PATH = "/mcp"
"""Where the server answers over HTTP."""
INSTRUCTIONS = f"""\
A knowledge graph of geopolitical and semiconductor relationships: who is tied to whom, how, since when, and who says so.
Every statement names citations by number: a sentence of a document. State nothing that no citation supports, and cite it.
Where `complete` is false the answer is partial, and `missing` says what it lacks. NO_PATH is proven absence in this graph;
NONE_WITHIN_BOUNDS and BUDGET_EXHAUSTED are not. `freshness` tells when each source was last loaded to its end.
{QUOTED}"""
_READS = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


def build_server(api: ApiClient) -> MCPServer:
    """A server whose tools ask `api`."""
    # Only failures are logged: what an agent asks for is nobody's business.
    server = MCPServer(
        "chokepoint", title="Chokepoint", instructions=INSTRUCTIONS, version=version("chokepoint"), log_level="ERROR"
    )
    tools = Tools(api)
    for tool in (
        tools.find_entity,
        tools.find_paths,
        tools.explain_hop,
        tools.exposure,
        tools.supply_chain,
        tools.choke_points,
        tools.ownership,
        tools.what_changed,
        tools.evidence,
        tools.ontology,
    ):
        server.add_tool(_as_tool(tool), annotations=_READS, description=" ".join((tool.__doc__ or "").split()))
    return server


def build_app(server: MCPServer, settings: ServiceSettings) -> ASGIApp:
    """The server as a web application, under the host names and for the callers that the service has."""
    # Each answer stands alone: no session has to be kept, and replicas may share the work.
    open_to_names = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=settings.max_request_bytes,
        transport_security=open_to_names,
    )
    access = read_settings(AccessSettings)
    guarded = AccessControl(app, gate=Gate(settings, access), trail=Trail(open_audit(access)), open_metrics=False)
    return AllowedHosts(guarded, names=settings.allowed_hosts)


def _as_tool(
    ask: Callable[..., Coroutine[Any, Any, AgentAnswer]],
) -> Callable[..., Coroutine[Any, Any, CallToolResult]]:
    """What agents call: it answers without line breaks and nulls, which cost them tokens, and tells errors to be mended."""

    @wraps(ask)
    async def tool(**arguments: Any) -> CallToolResult:
        try:
            answer = (await ask(**arguments)).model_dump(mode="json", exclude_none=True)
        except QuestionRefused as refusal:
            raise ToolError(f"{refusal.reason}: {refusal}") from refusal
        except ChokepointError as error:
            raise ToolError(f"{error.code}: {error}; ask again in a moment") from error
        return CallToolResult(content=[TextContent(text=orjson.dumps(answer).decode())], structured_content=answer)

    signed = signature(ask, eval_str=True)
    returned = Annotated[CallToolResult, signed.return_annotation]
    setattr(tool, "__signature__", signed.replace(return_annotation=returned))  # noqa: B010  where the server looks
    return tool
