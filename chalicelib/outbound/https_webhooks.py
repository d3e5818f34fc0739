"""Notifications over HTTPS. A receiver gets a POST and is asked for nothing but a status code."""

import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from http.client import HTTPException

from urllib3.exceptions import HTTPError

from chalicelib.domain.intake.input_urls import parse_input_url
from chalicelib.domain.webhooks import Outcome
from chalicelib.errors import Invalid
from chalicelib.outbound.pinned_connections import (
    Connector,
    HostNotFound,
    HostNotPublic,
    PinnedConnection,
    Resolver,
    checked_addresses,
    connect,
    is_of_tls,
    public_tls,
    resolve,
)

TIMEOUT_S = 10.0

_CONNECT_S = 5.0


class HttpsWebhooks:
    """The port `WebhookSender`. Tests pass their own `resolver`, `connector` and `tls`.

    Resolves the name at every attempt, checks its addresses and connects to a checked address. Follows no redirect,
    uses no proxy, and does not read the body of a response.
    """

    def __init__(
        self,
        *,
        resolver: Resolver = resolve,
        connector: Connector = connect,
        tls: Callable[[], ssl.SSLContext] = public_tls,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._resolver = resolver
        self._connector = connector
        self._tls = tls
        self._timeout_s = timeout_s

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """POSTs `body`. An error is one of: `refused` (no URL or address of the public Internet), `not found` (the
        name), `tls`, `timeout`, `connection`."""
        deadline = time.monotonic() + self._timeout_s
        try:
            target = parse_input_url(url)
            addresses = checked_addresses(target.host, self._resolver, within_s=self._timeout_s)
        except (Invalid, HostNotPublic):
            return Outcome(error="refused")
        except HostNotFound:
            return Outcome(error="timeout" if time.monotonic() >= deadline else "not found")
        left_s = max(0.0, deadline - time.monotonic())
        connection = PinnedConnection(
            target.host,
            addresses,
            connector=self._connector,
            tls=self._tls(),
            timeout_s=min(_CONNECT_S, left_s),
            connect_s=left_s,
        )
        watch = connection.cut_after(left_s)
        try:
            connection.request(
                "POST",
                target.target,
                body=body,
                headers={**headers, "Connection": "close"},
                preload_content=False,
                decode_content=False,
            )
            with closing(connection.getresponse()) as answer:
                return Outcome(status_code=answer.status)
        except (OSError, HTTPError, HTTPException, ValueError) as failure:
            return Outcome(error="timeout" if time.monotonic() >= deadline else _word_for(failure))
        finally:
            watch.cancel()
            connection.release()


def _word_for(failure: Exception) -> str:
    if is_of_tls(failure):
        return "tls"
    return "timeout" if isinstance(failure, TimeoutError) else "connection"
