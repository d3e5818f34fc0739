"""One connection to the local server, and the gateway behind it.

Beyond Chalice's own it answers its own Host only, knows the caller before it reads a body, takes bodies in chunks,
refuses too large ones before they are sent, answers HEAD without a body, puts its own errors into the error envelope,
and keeps the connection whatever a view or the authorizer does.
"""

import logging
import re
import socket
import uuid
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

from chalice.app import Chalice
from chalice.config import Config
from chalice.local import ChaliceRequestHandler, ForbiddenError, LocalGateway, NotAuthorizedError, RouteMatcher

from chalicelib.api.cors import GATEWAY_HEADERS
from chalicelib.api.responses import COMMON_HEADERS, LOGIN_SENTENCE, error_response
from chalicelib.api.views import OUR_FAULT_SENTENCE
from chalicelib.local.http.one_decision import OneDecision
from chalicelib.local.http.request_bodies import RefusedBody, check_framing, read_body

_IDLE_S = 120.0
_PUBLIC_BODY_BYTES = 1_000_000
_DRAIN_IDLE_S = 1.0
_DRAIN_CHUNK_BYTES = 256 * 1024
_REFUSALS = {
    414: "The URL is too long.",
    431: "The headers are too long or too many.",
    501: "This method is not allowed here.",
}

_log = logging.getLogger(__name__)


class _NoSuchRoute(Exception):
    """No route has this path."""


class _Gateway(LocalGateway):
    """Chalice's stand-in for API Gateway, which would call an unknown path forbidden."""

    def __init__(self, app_object: Chalice, config: Config, source_ip: str) -> None:
        super().__init__(app_object, config)
        self._source_ip = source_ip
        self._routes = RouteMatcher(list(app_object.routes))
        self.decision = OneDecision(self._authorizer)
        self._authorizer = self.decision  # type: ignore[assignment]  # it does what Chalice's own does

    def handle_request(self, method: str, path: str, headers: dict[str, Any], body: bytes | None) -> dict[str, Any]:
        try:
            self._routes.match_route(path)
        except ValueError:
            raise _NoSuchRoute from None
        return super().handle_request(method, path, headers, body)

    def body_limit(self, method: str, path: str, headers: dict[str, Any], most_bytes: int) -> int:
        """Returns how long a body a view would look at: up to `most_bytes` if its caller is known, 0 if not, at most
        1 MB if the route is open to all.

        Raises what `handle_request` raises for such a request without a body.
        """
        try:
            self._routes.match_route(path)
        except ValueError:
            raise _NoSuchRoute from None
        event = self._generate_lambda_event(method, path, headers, None)
        found = self.decision.foresee(path, event, self._generate_lambda_context())
        if found is None:
            return min(most_bytes, _PUBLIC_BODY_BYTES)
        return most_bytes if "account_id" in found else 0

    def _generate_lambda_event(
        self, method: str, path: str, headers: dict[str, Any], body: bytes | None
    ) -> dict[str, Any]:
        event: dict[str, Any] = super()._generate_lambda_event(method, path, headers, body)
        event["requestContext"]["identity"]["sourceIp"] = self._source_ip
        return event


class HttpHandler(ChaliceRequestHandler):
    """One connection."""

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
        app_object: Chalice,
        config: Config,
        *,
        max_body_bytes: int,
        hosts: frozenset[str],
    ) -> None:
        self._gateway = self.local_gateway = _Gateway(app_object, config, client_address[0])
        self._max_body_bytes = max_body_bytes
        self._hosts = hosts
        BaseHTTPRequestHandler.__init__(self, request, client_address, server)

    def handle_expect_100(self) -> bool:
        """Refuses a body by its headers, while the client still waits for leave to send it."""
        if self._body_limit() is None:
            return False
        accepted: bool = super().handle_expect_100()
        return accepted

    def _generic_handle(self) -> None:
        self._gateway.decision.forget()
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
            if check_framing(self.headers, self._max_body_bytes) == 0:
                return 0
            limit_bytes = self._limit_by_caller()
            if limit_bytes > 0:
                check_framing(self.headers, limit_bytes)
                return limit_bytes
        except RefusedBody as refused:
            self._send_final_error(refused.status, refused.sentence)
            return None
        self.close_connection = True
        self._answer(b"")
        return None

    def _limit_by_caller(self) -> int:
        try:
            return self._gateway.body_limit(self.command, self.path, dict(self.headers), self._max_body_bytes)
        except Exception:  # noqa: BLE001  # the answer without the body says what is wrong
            return 0

    def _host(self) -> str:
        """The name or address in the Host header, without the port."""
        return re.sub(r":[0-9]*$", "", self.headers.get("Host", "")).lower()

    # Chalice bound these to its own; the names are http.server's.
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _generic_handle  # noqa: N815

    def _answer(self, body: bytes) -> None:
        try:
            # The body is passed on as is; in base 64, as AWS passes it, it would be in memory three times.
            response = self.local_gateway.handle_request(self.command, self.path, dict(self.headers), body or None)
        except _NoSuchRoute:
            self._send_error(404, "There is nothing at this URL.")
        except (NotAuthorizedError, ForbiddenError):
            self._send_error(401, LOGIN_SENTENCE)
        except Exception:  # noqa: BLE001  # the boundary of the gateway: an authorizer that fails must not end the connection
            _log.exception("%s failed before its view", self._what())
            self._send_error(500, OUR_FAULT_SENTENCE)
        else:
            content = self._handle_binary(response)["body"] or ""
            raw = content if isinstance(content, bytes) else content.encode()
            self._send(response["statusCode"], {**response["headers"], **response["multiValueHeaders"]}, raw)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Responds to errors of http.server; its own messages would echo the client's input in HTML."""
        self._send_final_error(int(code), _REFUSALS.get(int(code), "The request cannot be read."))

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
