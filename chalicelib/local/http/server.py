"""Chalice's local server, made fit for real clients: what API Gateway does for the API on AWS."""

import logging
import socket
import sys
import threading
from contextlib import suppress
from functools import partial
from http.server import ThreadingHTTPServer
from socketserver import TCPServer
from types import TracebackType
from typing import Any, Self

from chalice.app import Chalice
from chalice.local import LocalChalice

from chalicelib.local.aws.environment import LOCAL_HOSTS
from chalicelib.local.http.handler import HttpHandler

DEFAULT_MAX_BODY_BYTES = 512 * 1024 * 1024

_STOP_S = 5.0
_POLL_S = 0.05

_log = logging.getLogger(__name__)


class HttpServer:
    """Serves `app` on this machine, one thread per connection. As a context manager it starts and stops.

    `hosts` are the names, without a port, that it answers to; others get 421. `port` 0 picks a free one; `url` has it.
    Raises `OSError` if the port is in use.
    """

    def __init__(
        self,
        app: Chalice,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        max_body_bytes: int = DEFAULT_MAX_BODY_BYTES,
        hosts: frozenset[str] = LOCAL_HOSTS,
    ) -> None:
        # Chalice keeps the current request on the app; this class of its own keeps one per thread.
        app.__class__ = LocalChalice
        handler = partial(HttpHandler, app=app, max_body_bytes=max_body_bytes, hosts=hosts | {host, ""})
        self._server = _Server((host, port), handler)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """`http://127.0.0.1:8000`, without a slash at the end."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def serve_forever(self) -> None:
        """Serves in this thread, until another calls `stop`."""
        self._server.serve_forever(_POLL_S)

    def start(self) -> None:
        """Serves in a thread of its own."""
        self._thread = threading.Thread(target=self.serve_forever, name="http-server", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Takes no more requests, lets those under way finish, and frees the port."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        self._server.server_close()
        self._server.end_connections(_STOP_S)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    """The listening socket and the connections it gave out."""

    request_queue_size = 128

    def __init__(self, *args: Any) -> None:
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        super().__init__(*args)

    def server_bind(self) -> None:
        """Like http.server's, without asking DNS for this machine's name."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._connections[request] = threading.current_thread()
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._connections.pop(request, None)

    def end_connections(self, wait_s: float) -> None:
        """Tells every connection that nothing more comes, so that each ends with the answer it is at."""
        with self._lock:
            connections = dict(self._connections)
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        for thread in connections.values():
            thread.join(wait_s)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  # as socketserver calls it
        """A client that hangs up is no error of ours; anything else is."""
        hung_up = isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError))
        _log.log(logging.DEBUG if hung_up else logging.ERROR, "connection from %s ended", client_address, exc_info=True)
