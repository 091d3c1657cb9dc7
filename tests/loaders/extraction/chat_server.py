"""A small server that speaks the chat-completions protocol on a real port and answers as a test tells it to."""

import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Reply:
    """One HTTP answer."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0


def completion(statements: Any, *, finish: str = "stop", tokens: int = 100, **message: Any) -> Reply:
    """A chat completion whose content is the statements as JSON, or the given text."""
    content = statements if isinstance(statements, str | None) else json.dumps({"statements": statements})
    choice = {"index": 0, "message": {"role": "assistant", "content": content, **message}, "finish_reason": finish}
    return Reply(body=json.dumps({"choices": [choice], "usage": {"total_tokens": tokens}}).encode())


def error(status: int, message: str = "no", **headers: str) -> Reply:
    return Reply(status, json.dumps({"error": {"message": message}}).encode(), headers)


class ChatServer:
    """Answers with `script` first, one reply per request, then with what `answer` makes of the request's text."""

    def __init__(self, answer: Callable[[str], Reply] = lambda _: completion([])) -> None:
        self.answer = answer
        self.script: deque[Reply] = deque()
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.under_way = self.most_under_way = 0
        self.lock = threading.Lock()
        chat = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["content-length"])))
                reply = chat.reply_to(self.path, request, self.headers.get("authorization"))
                self.send_response(reply.status)
                for name, value in {"content-length": str(len(reply.body)), **reply.headers}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}/v1"

    def reply_to(self, path: str, request: dict[str, Any], key: str | None) -> Reply:
        if path != "/v1/chat/completions":
            return error(404, "no such path")
        with self.lock:
            self.requests.append(request)
            self.keys.append(key)
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
            scripted = self.script.popleft() if self.script else None
        text = request["messages"][-1]["content"].partition("<text>\n")[2].rpartition("\n</text>")[0]
        reply = scripted or self.answer(text)
        threading.Event().wait(reply.delay_s)
        with self.lock:
            self.under_way -= 1
        return reply

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()
