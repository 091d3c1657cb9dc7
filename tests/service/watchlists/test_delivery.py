"""Notices on their way out, to a real web server and a real mail server."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from graph_schema.database.graph import Graph
from service.watchlists import store
from service.watchlists.definition import WatchList
from service.watchlists.delivery import NOTICE_HEADER, SIGNATURE_HEADER
from service.watchlists.settings import MailSecurity, WatchSettings
from tests.service.build import story
from tests.service.watchlists.test_keeper import NEW, STATUS, changed, keeper

pytestmark = pytest.mark.anyio

SECRET = "kept between the two"


class Receiver(ThreadingHTTPServer):
    """Takes what is posted; refuses as often as it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receiving)
        self.refuse = 0
        self.taken: list[tuple[dict[str, str], bytes]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"


class Receiving(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.server.refuse:
            self.server.refuse -= 1
            self.send_response(503)
        else:
            self.server.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    with Receiver() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[int, list[bytes]]]:
    """Port of a server that speaks as much SMTP as it takes to get a mail, and what it got."""
    got: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            if line.upper().startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
                got.append((await reader.readuntil(b"\r\n.\r\n"))[:-5])
            writer.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 well\r\n")
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], got


async def watching(graph: Graph, watch: WatchList) -> None:
    """A watch list that has one notice to deliver."""
    await story().write(graph, version=7)
    await graph.write(store.put_watch, watch)
    await keeper(graph).look()
    await graph.write(changed, NEW, 8)
    assert await keeper(graph).look() == 1


async def test_what_is_posted_is_signed_and_says_which_notice_it_is(graph: Graph, receiver: Receiver) -> None:
    hook = WatchList(name="intel", entities=("Intel",), webhook=receiver.address, secret="HOOK_SECRET")
    await watching(graph, hook)
    assert await keeper(graph).send() == (1, 0)
    assert await keeper(graph).send() == (0, 0)
    ((headers, body),) = receiver.taken
    (notice,) = await graph.read(store.notices_after, "intel", 0, limit=10)
    told = json.loads(body)
    assert (headers[NOTICE_HEADER.lower()], told["id"], told["number"]) == (notice.id, notice.id, 1)
    assert (told["kind"], told["change"], told["graphVersion"]) == ("NEW_RELATION_TYPE", "ADDED", 8)
    assert (told["details"]["type"], told["details"]["status"]) == ("COMPETES_WITH", "planned")
    at, _, signed = headers[SIGNATURE_HEADER.lower()].removeprefix("t=").partition(",sha256=")
    assert signed == hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


async def test_a_receiver_that_refuses_is_tried_again_and_given_up_in_the_end(graph: Graph, receiver: Receiver) -> None:
    hook = WatchList(name="intel", entities=("Intel",), webhook=receiver.address, secret="HOOK_SECRET")
    await watching(graph, hook)
    patient = keeper(graph, WatchSettings(attempts=2, pause_seconds=1))
    receiver.refuse = 1
    assert await patient.send() == (0, 1)
    assert await patient.send() == (0, 0)  # not before its time
    await asyncio.sleep(1.1)
    assert await patient.send() == (1, 0)
    await graph.write(changed, STATUS, 9)
    await patient.look()
    receiver.refuse = 2
    await patient.send()
    await asyncio.sleep(1.1)
    assert await patient.send() == (0, 1)
    (dead,) = await graph.read(store.dead_deliveries, limit=10)
    assert (dead["number"], dead["attempts"]) == (2, 2)
    assert dead["error"].endswith("answered 503")
    await asyncio.sleep(1.1)
    assert await patient.send() == (0, 0)
    assert await graph.write(store.retry_dead) == 1
    assert await patient.send() == (1, 0)
    assert [json.loads(body)["number"] for _, body in receiver.taken] == [1, 2]


async def test_two_who_deliver_take_each_notice_once(graph: Graph, receiver: Receiver) -> None:
    hook = WatchList(name="intel", entities=("Intel",), webhook=receiver.address, secret="HOOK_SECRET")
    await watching(graph, hook)
    for version in range(9, 15):
        await graph.write(changed, STATUS, version)
        await keeper(graph).look()
    done = await asyncio.gather(*(keeper(graph).send() for _ in range(3)))
    assert sum(sent for sent, _ in done) == 7
    assert sorted(json.loads(body)["number"] for _, body in receiver.taken) == list(range(1, 8))


async def test_what_cannot_be_signed_is_not_sent(
    graph: Graph, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOOK_SECRET")
    hook = WatchList(name="intel", entities=("Intel",), webhook=receiver.address, secret="HOOK_SECRET")
    await watching(graph, hook)
    assert await keeper(graph, WatchSettings(attempts=1)).send() == (0, 1)
    (dead,) = await graph.read(store.dead_deliveries, limit=10)
    assert dead["error"] == "the environment variable HOOK_SECRET, which signs what is posted, is not set"
    assert receiver.taken == []


async def test_notices_go_out_by_mail(graph: Graph, mailbox: tuple[int, list[bytes]]) -> None:
    port, got = mailbox
    await watching(graph, WatchList(name="intel", entities=("Intel",), email="desk@example.org"))
    by_mail = WatchSettings(mail_host="127.0.0.1", mail_port=port, mail_security=MailSecurity.NONE)
    assert await keeper(graph, by_mail).send() == (1, 0)
    mail = message_from_bytes(got[0])
    (notice,) = await graph.read(store.notices_after, "intel", 0, limit=10)
    assert (mail["To"], mail["Message-ID"]) == ("desk@example.org", f"<{notice.id}@chokepoint>")
    assert "Intel COMPETES_WITH TSMC (planned" in " ".join(str(mail["Subject"]).split())


async def test_without_a_mail_server_it_says_so(graph: Graph) -> None:
    await watching(graph, WatchList(name="intel", entities=("Intel",), email="desk@example.org"))
    await keeper(graph, WatchSettings(attempts=1)).send()
    (dead,) = await graph.read(store.dead_deliveries, limit=10)
    assert dead["error"] == "CHOKEPOINT_WATCH_MAIL_HOST names no mail server"
