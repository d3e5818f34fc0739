"""The API on a Chalice app: routes, the authorizer that guards them, and the middleware that finishes responses."""

from collections.abc import Callable
from typing import cast

from chalice.app import AuthResponse, Chalice, ChaliceAuthorizer, Request, Response

from chalicelib.api import annotations, entries, index, jobs, representations, uploads
from chalicelib.api.authentication import authorization_of
from chalicelib.api.authorizer import SourcedAuthRequest, sourced
from chalicelib.api.responses import COMMON_HEADERS, error_response
from chalicelib.api.routes import Route
from chalicelib.api.views import OUR_FAULT_SENTENCE, answer, request_id_of
from chalicelib.wiring import ApiServices

ServicesSource = Callable[[], ApiServices]

ROUTES: tuple[Route, ...] = (
    *index.ROUTES,
    *jobs.ROUTES,
    *entries.ROUTES,
    *representations.ROUTES,
    *annotations.ROUTES,
    *uploads.ROUTES,
)

_GATEWAY_SENTENCES = {
    400: "The request cannot be read.",
    404: "There is nothing at this URL.",
    405: "This method is not allowed here; the Allow header lists those that are.",
    415: "This content type is not taken here.",
    500: OUR_FAULT_SENTENCE,
}


def register_api(app: Chalice, services: ServicesSource) -> ChaliceAuthorizer:
    """Puts the whole API on `app`. `services` is called once per request, never at import.

    Returns the authorizer, which the module `app` must hold as `authorize`: Lambda calls it by that name.
    """
    # Binary bodies reach a view undamaged only if their type is listed; `*/*` would turn JSON into base 64 as well.
    app.api.binary_types = ["multipart/form-data"]
    authorizer = _register_authorizer(app, services)
    for route in ROUTES:
        _register_route(app, route, services, authorizer)
    app.register_middleware(finish_response, "http")
    return authorizer


def finish_response(request: Request, get_response: Callable[[Request], Response]) -> Response:
    """Middleware: common headers and the request id on every response, and Chalice's own errors in the envelope."""
    response = get_response(request)
    if isinstance(response.body, dict):  # only Chalice's own errors are not yet text
        kept = {name: str(value) for name, value in response.headers.items() if name.lower() != "content-type"}
        sentence = _GATEWAY_SENTENCES.get(response.status_code, "The request was refused.")
        response = error_response(response.status_code, sentence, kept)
    for name, value in COMMON_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-Id"] = request_id_of(request)
    return response


def _register_authorizer(app: Chalice, services: ServicesSource) -> ChaliceAuthorizer:
    # Not remembered by the gateway: a user who is disabled or has a new password is known as such at once.
    def authorize(request: SourcedAuthRequest) -> AuthResponse:
        return authorization_of(services().users, request)

    return sourced(app.authorizer(ttl_seconds=0)(authorize))


def _register_route(app: Chalice, route: Route, services: ServicesSource, authorizer: ChaliceAuthorizer) -> None:
    def view(**_path_ids: str) -> Response:
        request = cast("Request", app.current_request)  # there for as long as a view runs
        return answer(route.view, request, services, is_public=route.is_public)

    app.route(
        route.path,
        methods=list(route.methods),
        name=f"{route.view.__module__.rpartition('.')[2]}.{route.view.__name__}",
        content_types=["*/*"],  # views read bodies of several types and answer 415 themselves
        authorizer=None if route.is_public else authorizer,
    )(view)
