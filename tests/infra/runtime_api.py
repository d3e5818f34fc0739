"""A stand-in for Lambda's Runtime API, as far as a function's process speaks to it
(https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html)."""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

_VERSION = "/2018-06-01/runtime"
_FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:worker"
_INVOCATION_S = 900


class RuntimeApi:
    """A context manager; inside it `address` is what the variable AWS_LAMBDA_RUNTIME_API is to be."""

    def __init__(self) -> None:
        self._events: Queue[tuple[str, Any]] = Queue()
        self._answers: Queue[tuple[str, Any]] = Queue()
        self._closing = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler_class())
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def invoke(self, request_id: str, event: Any, *, timeout_s: float = 120.0) -> tuple[str, Any]:
        """Returns what the function posts for the event: the path after the version, and the document."""
        self._events.put((request_id, event))
        return self._answers.get(timeout=timeout_s)

    def _next(self) -> tuple[str, Any] | None:
        while not self._closing.is_set():
            if not self._events.empty():
                return self._events.get()
            time.sleep(0.01)
        return None

    def _handler_class(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                assert self.path == f"{_VERSION}/invocation/next"
                found = api._next()
                if found is None:
                    self.close_connection = True
                    return
                request_id, event = found
                body = json.dumps(event).encode()
                self.send_response(200)
                self.send_header("Lambda-Runtime-Aws-Request-Id", request_id)
                self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + _INVOCATION_S) * 1000)))
                self.send_header("Lambda-Runtime-Invoked-Function-Arn", _FUNCTION)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                api._answers.put((self.path.removeprefix(_VERSION), json.loads(body)))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
                """Says nothing."""

        return Handler
