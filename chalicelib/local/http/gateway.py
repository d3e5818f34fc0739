"""A stand-in for API Gateway, made of the public parts of Chalice's own stand-in."""

from dataclasses import dataclass
from typing import Any

from chalice.app import Chalice
from chalice.local import LambdaContext, LambdaEventConverter, LocalGatewayAuthorizer, RouteMatcher

_PUBLIC_BODY_BYTES = 1_000_000


class NoSuchRoute(Exception):
    """No route has this path."""


@dataclass(frozen=True, slots=True)
class Admission:
    """The decision of the authorizer on a request, before its body was read. It holds for the body as well: a second
    could be another one, and the view would get a request whose body was not read.

    `refusal` is what `Gateway.respond` raises instead of an answer.
    """

    event: dict[str, Any]
    refusal: Exception | None = None

    def body_limit(self, most_bytes: int) -> int:
        """Returns how long a body a view would look at: up to `most_bytes` if its caller is known, 0 if not, at most
        1 MB if the route is open to all."""
        if self.refusal is not None:
            return 0
        caller = self.event["requestContext"].get("authorizer")
        if caller is None:
            return min(most_bytes, _PUBLIC_BODY_BYTES)
        return most_bytes if "account_id" in caller else 0


class Gateway:
    """Turns requests into events of API Gateway for `app`. `source_ip` is the client's address."""

    def __init__(self, app: Chalice, source_ip: str) -> None:
        self._app = app
        self._source_ip = source_ip
        self._events = LambdaEventConverter(RouteMatcher(list(app.routes)))
        self._authorizer = LocalGatewayAuthorizer(app)

    def admit(self, method: str, path: str, headers: dict[str, Any]) -> Admission:
        """Asks the authorizer about a request. Raises nothing: `respond` raises what it found."""
        try:
            event = self._events.create_lambda_event(method, path, headers)
        except ValueError:
            return Admission({}, NoSuchRoute())
        event["requestContext"]["identity"]["sourceIp"] = self._source_ip
        try:
            event, _ = self._authorizer.authorize(path, event, _context())
        except Exception as refusal:  # noqa: BLE001  # also an authorizer that fails: the server's answer says so
            return Admission(event, refusal)
        return Admission(event)

    def respond(self, admission: Admission, body: bytes) -> dict[str, Any]:
        """Returns the app's answer to the request with this body. Raises what `admit` found: `NoSuchRoute`,
        Chalice's `NotAuthorizedError` or `ForbiddenError`, or whatever the authorizer raised."""
        if admission.refusal is not None:
            raise admission.refusal
        # The body is passed on as is; in base 64, as AWS passes it, it would be in memory three times.
        answer: dict[str, Any] = self._app(admission.event | {"body": body or None}, _context())
        return answer


def _context() -> LambdaContext:
    """The context of an invocation: each has an id of its own."""
    return LambdaContext("mien", 0)
