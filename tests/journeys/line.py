"""A line between browser and server that can be cut: packets vanish, as in a tunnel."""

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_PATIENCE_SECONDS = 0.05
_CHUNK = 64 * 1024


class Line:
    """A proxy that passes bytes on, until it is cut: then it takes them and nothing comes through.

    Nobody is told while it is cut: no connection is refused or closed, as it would be if a cable
    were pulled out of this machine. When it is mended, what was connected is reset.
    """

    def __init__(self, port: int) -> None:
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._peers: dict[socket.socket, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._is_cut, self._is_over = threading.Event(), threading.Event()
        self._is_mended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        self._is_cut.set()

    def mend(self) -> None:
        """Let new connections through; those that are left from before are reset."""
        self._is_cut.clear()
        self._is_mended.set()

    def close(self) -> None:
        self._is_over.set()
        self._thread.join(10)
        for one in [*self._peers, self._listener]:
            one.close()
        self._selector.close()

    def _run(self) -> None:
        while not self._is_over.is_set():
            if self._is_mended.is_set():
                self._is_mended.clear()
                self._end(*self._peers)
            for key, _events in self._selector.select(_PATIENCE_SECONDS):
                one = key.fileobj
                assert isinstance(one, socket.socket)
                if one is self._listener:
                    self._connect()
                elif one in self._peers:
                    self._pass_on(one)

    def _connect(self) -> None:
        near, _address = self._listener.accept()
        far = socket.create_connection(self._target)
        for one, other in ((near, far), (far, near)):
            self._peers[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _pass_on(self, one: socket.socket) -> None:
        other = self._peers[one]
        try:
            data = one.recv(_CHUNK)
            if self._is_cut.is_set():
                self._lose(one)
            elif data:
                other.sendall(data)
            else:
                self._end(one, other)
        except OSError:
            self._end(one, other)

    def _lose(self, one: socket.socket) -> None:
        """Hear nothing more from an end that lost something."""
        with suppress(KeyError):
            self._selector.unregister(one)

    def _end(self, *ends: socket.socket) -> None:
        for one in ends:
            self._lose(one)
            self._peers.pop(one, None)
            one.close()


@contextmanager
def line_to(port: int) -> Iterator[Line]:
    """A line to that port of this machine."""
    made = Line(port)
    try:
        yield made
    finally:
        made.close()
