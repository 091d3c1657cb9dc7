"""A route that is answered without a framework in between."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from service.http.answered import Answered

pytestmark = pytest.mark.anyio


async def test_the_function_answers_the_methods_of_its_route_alone() -> None:
    async def echo(request: Request) -> Response:
        return PlainTextResponse(await request.body(), 202)

    app = Starlette(routes=[Route("/", Answered(echo), methods=["POST"])])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as http:
        answer = await http.post("/", content=b"said")
        assert (answer.status_code, answer.text) == (202, "said")
        assert (await http.get("/")).status_code == 405
