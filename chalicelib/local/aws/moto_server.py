"""moto's HTTP server in this process, on this machine only; it ends together with its connections."""

import socket
from contextlib import suppress
from threading import Lock, Thread
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import ThreadedWSGIServer

from chalicelib.local.aws.environment import HOST


class MotoServer:
    """Serves from its construction until `stop`. Raises OSError where the port is in use."""

    def __init__(self, port: int) -> None:
        # The socket is bound here because werkzeug ends the whole process where it cannot bind one.
        with socket.create_server((HOST, port)) as listener:
            self._server = _ThreadedServer(
                HOST,
                listener.getsockname()[1],
                DomainDispatcherApplication(create_backend_app),
                handler=_SilentHandler,
                fd=listener.fileno(),
            )
        self._thread = Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="moto", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`."""
        return f"http://{HOST}:{self._server.port}"

    def stop(self) -> None:
        """Ends the server; open connections are cut."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._server.cut_connections()


class _SilentHandler(MotoRequestHandler):
    disable_nagle_algorithm = True

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
