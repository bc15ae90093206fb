"""A line between platform and bank on which about a third of all goes wrong.

Real HTTP on both sides; the signed request passes through as it is. Most misfortunes happen after
the bank has done its work, which is the worst moment for the sender.
"""

import http.client
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CHANCE = 0.35


@dataclass(frozen=True)
class Message:
    """A request as it came, to be passed on now or later."""

    method: str
    address: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    status: int
    kind: str
    body: bytes


LOST = None
Outcome = Reply | None


class BadLine:
    """The proxy: `port` is where it listens. It is good once `is_good` is set."""

    def __init__(self, bank_port: int, seed: int) -> None:
        self.bank_port = bank_port
        self.is_good = False
        self.is_away = False
        self.count = 0
        self.spoilt: dict[str, int] = {}
        self._chance = random.Random(seed)
        self._late: list[Message] = []
        self._former = Reply(200, "application/json", b"{}")
        self._lock = threading.Lock()
        self._more = threading.Condition(self._lock)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_for(self, count: int) -> None:
        """Until so many requests have come; fails the test if they do not."""
        with self._more:
            assert self._more.wait_for(lambda: self.count >= count, 60), "nothing was sent"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def handle(self, message: Message) -> Outcome:
        """What the sender gets; None: nothing, the connection ends."""
        with self._more:
            self.count += 1
            self._more.notify_all()
            way = self._way()
        if way is None:
            return self._passed_on(message)
        with self._lock:
            self.spoilt[way.__name__] = self.spoilt.get(way.__name__, 0) + 1
        return way(message)

    def _way(self) -> Callable[[Message], Outcome] | None:
        if self.is_away:
            return self._bank_is_away
        if self.is_good or self._chance.random() > CHANCE:
            return None
        after = [self._answer_is_lost, self._answer_is_lost, self._error, self._web_page]
        odd = [self._came_twice, self._answer_of_another, self._comes_late, self._request_is_lost]
        return self._chance.choice(after + odd)

    def _passed_on(self, message: Message) -> Reply:
        """The bank's answer. What was held up before arrives after it: out of order."""
        reply = self._send(message)
        with self._lock:
            late, self._late = self._late, []
            self._former = reply
        for each in late:
            self._send(each)
        return reply

    def _send(self, message: Message) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.bank_port, timeout=20)
        try:
            connection.request(message.method, message.address, message.body, message.headers)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers.get("Content-Type", ""), answer.read())
        finally:
            connection.close()

    def _bank_is_away(self, _message: Message) -> Outcome:
        return LOST

    def _request_is_lost(self, _message: Message) -> Outcome:
        return LOST

    def _answer_is_lost(self, message: Message) -> Outcome:
        self._passed_on(message)
        return LOST

    def _error(self, message: Message) -> Outcome:
        self._passed_on(message)
        return Reply(500, "text/html", b"<h1>Internal Server Error</h1>")

    def _web_page(self, message: Message) -> Outcome:
        self._passed_on(message)
        return Reply(200, "text/html", "<h1>欢迎</h1>".encode())

    def _came_twice(self, message: Message) -> Outcome:
        """The very same request twice; the sender gets the second answer."""
        self._passed_on(message)
        return self._passed_on(message)

    def _answer_of_another(self, message: Message) -> Outcome:
        with self._lock:
            former = self._former
        self._passed_on(message)
        return former

    def _comes_late(self, message: Message) -> Outcome:
        """It reaches the bank after the sender has given up and others have come through."""
        with self._lock:
            self._late.append(message)
        return LOST


def _handler_of(line: BadLine) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            message = Message(self.command, self.path, dict(self.headers.items()), body)
            self.close_connection = True
            reply = line.handle(message)
            if reply is not None:
                # Whoever asked may have been killed in the meantime.
                with suppress(ConnectionError):
                    self._give(reply)

        def _give(self, reply: Reply) -> None:
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_words: Any) -> None:
            """Say nothing: the test tells what went wrong."""

    return Handler


@contextmanager
def bad_line_to(port: int, seed: int = 7) -> Iterator[BadLine]:
    """A bad line to that port of this machine."""
    made = BadLine(port, seed)
    try:
        yield made
    finally:
        made.close()
