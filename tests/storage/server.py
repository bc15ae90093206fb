"""An S3 server as a process of its own: `python -m tests.storage.server PORT`.

The protocol is moto's, which also heeds the policy of a bucket. Before it stands a door that tells
what was asked, and that can be shut on whoever writes.
"""

import json
import logging
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple

Start = Callable[..., Any]
CONTROL = "/-control"


class Door:
    """The S3 application behind a door that counts what is written and can be shut."""

    def __init__(self, inner: Callable[..., Iterable[bytes]]) -> None:
        self._inner = inner
        self._lock = threading.Lock()
        # How many more requests that write are let through, and how many are refused after that.
        self._let, self._refuse = 0, 0
        self._asked: list[str] = []

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if path == CONTROL:
            return self._control(environ, start)
        self._asked.append(f"{method} {path}?{environ['QUERY_STRING']}")
        if not self._lets_through(environ):
            return _plain(start, "503 Service Unavailable", b"")
        return self._inner(environ, start)

    def _lets_through(self, environ: dict[str, Any]) -> bool:
        with self._lock:
            if not self._refuse or environ["REQUEST_METHOD"] not in ("PUT", "POST"):
                return True
            if self._let:
                self._let -= 1
                return True
            self._refuse -= 1
            return False

    def _control(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            length = int(environ["CONTENT_LENGTH"])
            self._let, self._refuse = json.loads(environ["wsgi.input"].read(length))
        asked, self._asked = self._asked, []
        return _plain(start, "200 OK", json.dumps(asked).encode())


def _plain(start: Start, status: str, body: bytes) -> Iterable[bytes]:
    start(status, [("Content-Length", str(len(body)))])
    return [body]


def main() -> None:
    """Serve until the process is ended."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    inner = DomainDispatcherApplication(create_backend_app)
    door = Door(inner)
    port = int(sys.argv[1])
    run_simple("127.0.0.1", port, door, threaded=True, request_handler=MotoRequestHandler)


if __name__ == "__main__":
    main()
