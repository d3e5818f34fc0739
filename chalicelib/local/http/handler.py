"""One connection to the local server.

It answers its own Host only, knows the caller before it reads a body, takes bodies in chunks, refuses too large ones
before they are sent, answers HEAD without a body, puts its own errors into the error envelope, and keeps the connection
whatever a view or the authorizer does.
"""

import base64
import logging
import re
import socket
import uuid
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

from chalice.app import Chalice
from chalice.local import ForbiddenError, NotAuthorizedError

from chalicelib.api.cors import GATEWAY_HEADERS
from chalicelib.api.html.refusal import refusal_page
from chalicelib.api.html.style import page_response
from chalicelib.api.requests.negotiation import prefers_page
from chalicelib.api.responses import COMMON_HEADERS, LOGIN_SENTENCE, error_response
from chalicelib.api.urls import Urls
from chalicelib.api.views import OUR_FAULT_SENTENCE
from chalicelib.local.http.gateway import Admission, Gateway, NoSuchRoute
from chalicelib.local.http.request_bodies import RefusedBody, check_framing, read_body

_IDLE_S = 120.0
_DRAIN_IDLE_S = 1.0
_DRAIN_CHUNK_BYTES = 256 * 1024
_REFUSALS = {
    414: "The URL is too long.",
    431: "The headers are too long or too many.",
    501: "This method is not allowed here.",
}

_log = logging.getLogger(__name__)


class HttpHandler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    # Without this every answer waits for the acknowledgement of its headers.
    disable_nagle_algorithm = True
    timeout = _IDLE_S
    # A request line without a version is version 0.9 otherwise, whose answers have no status.
    default_request_version = "HTTP/1.0"

    def __init__(
        self,
        request: Any,
        client_address: tuple[str, int],
        server: Any,
        *,
        app: Chalice,
        max_body_bytes: int,
        hosts: frozenset[str],
    ) -> None:
        self._gateway = Gateway(app, client_address[0])
        self._admission = Admission({})  # of the request that is being read
        self._max_body_bytes = max_body_bytes
        self._hosts = hosts
        super().__init__(request, client_address, server)

    def handle_expect_100(self) -> bool:
        """Refuses a body by its headers, while the client still waits for leave to send it."""
        return self._body_limit() is not None and super().handle_expect_100()

    def _handle(self) -> None:
        limit_bytes = self._body_limit()
        if limit_bytes is None:
            self._drain()
            return
        try:
            body = read_body(self.headers, self.rfile, limit_bytes)
        except RefusedBody as refused:
            self._send_final_error(refused.status, refused.sentence)
            self._drain()
            return
        self._answer(body)

    def _body_limit(self) -> int | None:
        """Returns how many bytes of a body are taken; None if the request has been answered without its body."""
        try:
            if self._host() not in self._hosts:
                raise RefusedBody(421, "This service has another address; see what `make serve` prints.")  # noqa: TRY301
            length = check_framing(self.headers, self._max_body_bytes)
            self._admission = self._gateway.admit(self.command, self.path, dict(self.headers))
            if length == 0:
                return 0
            limit_bytes = self._admission.body_limit(self._max_body_bytes)
            if limit_bytes > 0:
                check_framing(self.headers, limit_bytes)
                return limit_bytes
        except RefusedBody as refused:
            self._send_final_error(refused.status, refused.sentence)
            return None
        self.close_connection = True
        self._answer(b"")
        return None

    def _host(self) -> str:
        """The name or address in the Host header, without the port."""
        return re.sub(r":[0-9]*$", "", self.headers.get("Host", "")).lower()

    # The names are http.server's.
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _handle  # noqa: N815

    def _answer(self, body: bytes) -> None:
        try:
            response = self._gateway.respond(self._admission, body)
        except NoSuchRoute:
            self._send_nothing()
        except (NotAuthorizedError, ForbiddenError):
            self._send_error(401, LOGIN_SENTENCE)
        except Exception:  # noqa: BLE001  # the boundary of the gateway: an authorizer that fails must not end the connection
            _log.exception("%s failed before its view", self._what())
            self._send_error(500, OUR_FAULT_SENTENCE)
        else:
            content = response["body"] or ""
            raw = base64.b64decode(content) if response.get("isBase64Encoded") else content.encode()
            self._send(response["statusCode"], {**response["headers"], **response["multiValueHeaders"]}, raw)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Responds to errors of http.server; its own messages would echo the client's input in HTML."""
        self._send_final_error(int(code), _REFUSALS.get(int(code), "The request cannot be read."))

    def _send_nothing(self) -> None:
        sentence = "There is nothing at this URL."
        if not prefers_page(self.headers.get("Accept")):
            self._send_error(404, sentence)
            return
        page = page_response(refusal_page(sentence, Urls(f"http://{self.headers['Host']}")), GATEWAY_HEADERS)
        self._send(404, page.headers, str(page.body).encode())

    def _send_final_error(self, status: int, sentence: str) -> None:
        """An error after which nothing more can be read from this connection."""
        self.close_connection = True
        self._send_error(status, sentence)

    def _send_error(self, status: int, sentence: str) -> None:
        response = error_response(status, sentence, GATEWAY_HEADERS)
        self._send(status, response.headers, str(response.body).encode())

    def _send(self, status: int, headers: Mapping[str, str | list[str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**COMMON_HEADERS, "X-Request-Id": str(uuid.uuid4()), **headers}.items():
            for each in value if isinstance(value, list) else [value]:
                self.send_header(name, each)
        if self.close_connection:
            self.send_header("Connection", "close")
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if getattr(self, "command", None) != "HEAD":
            self.wfile.write(body)

    def _drain(self) -> None:
        """Reads what the client is still sending: a socket closed before that resets the connection, and the client
        loses the answer."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(_DRAIN_IDLE_S)
            while self.rfile.read1(_DRAIN_CHUNK_BYTES):
                pass

    def version_string(self) -> str:
        return "Mien"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002  # http.server's
        _log.info("%s %s", self._what(), code)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is http.server's
        _log.debug(format, *args)

    def _what(self) -> str:
        """Method and path for the log: no query, no user name in an absolute URL, no control characters."""
        path = getattr(self, "path", "?").partition("?")[0]
        return re.sub(r"[^!-~ ]", "?", f"{self.command or '-'} {path if path.startswith('/') else '-'}")
