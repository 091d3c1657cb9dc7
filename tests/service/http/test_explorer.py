"""The page and its script, as they are served."""

import re

import pytest
from starlette.requests import Request

from service.http import explorer

pytestmark = pytest.mark.anyio


def asked(*headers: tuple[bytes, bytes]) -> Request:
    return Request({"type": "http", "method": "GET", "path": explorer.SCRIPT, "headers": list(headers)})


async def test_the_page_asks_for_one_script_that_holds_all_modules() -> None:
    page = bytes(explorer.page().body).decode()
    assert re.findall(r'<script[^>]* src="([^"]+)"', page) == [explorer.SCRIPT]
    assert {f"const ${file.stem} =" for file in explorer.FOLDER.glob("*.js")} <= {
        line.split(" (")[0] for line in explorer.script().splitlines()
    }


async def test_a_script_that_did_not_change_is_not_sent_again() -> None:
    first = await explorer.script_answer(asked())
    assert (first.status_code, first.media_type) == (200, "text/javascript")
    again = await explorer.script_answer(asked((b"if-none-match", first.headers["etag"].encode())))
    assert (again.status_code, again.body) == (304, b"")
