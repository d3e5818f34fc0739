"""werkzeug's HTTP server in this process; it ends together with its connections."""

import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

from chalicelib.local.aws.environment import HOST

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_IDLE_S = 120.0  # a sender that is silent for so long does not keep its thread


class LocalWsgiServer:
    """Serves an app from `start` until `stop`. `make_app` gets the Host headers under which the app is reached.

    `address` is host and port. Raises OSError if the port is in use; 0 takes a free one.
    """

    def __init__(
        self, name: str, make_app: "Callable[[frozenset[str]], WSGIApplication]", address: tuple[str, int] = (HOST, 0)
    ) -> None:
        # The socket is bound here because werkzeug ends the whole process if it cannot bind one.
        host = address[0]
        with socket.create_server(address) as listener:
            bound_port = listener.getsockname()[1]
            self.url = f"http://{host}:{bound_port}"
            app = make_app(frozenset(f"{name}:{bound_port}" for name in (host.lower(), HOST, "localhost")))
            self._server = _ThreadedServer(host, bound_port, app, handler=_SilentHandler, fd=listener.fileno())
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name=name, daemon=True)

    def start(self) -> None:
        """Serves in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the server; open connections are cut."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.cut_connections()


class _SilentHandler(MotoRequestHandler):
    disable_nagle_algorithm = True
    timeout = _IDLE_S

    def log(self, *_args: Any) -> None:
        """Nothing: a terminal is for people, and every request of boto3 would be a line."""


class _ThreadedServer(ThreadedWSGIServer):
    """Remembers its connections. Clients keep them open, and a thread waits at each for the next request."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._connections: set[socket.socket] = set()
        self._connections_lock = Lock()
        super().__init__(*arguments, **options)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._connections_lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._connections_lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def cut_connections(self) -> None:
        with self._connections_lock:
            connections = list(self._connections)
        for connection in connections:
            with suppress(OSError):  # the client was quicker
                connection.shutdown(socket.SHUT_RDWR)
