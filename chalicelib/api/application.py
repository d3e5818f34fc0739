"""The API on a Chalice app: routes, the authorizer that guards them, and the middleware that finishes responses."""

from collections.abc import Callable
from typing import cast

from chalice.app import AuthResponse, Chalice, ChaliceAuthorizer, Request, Response

from chalicelib.api.authentication import authorization_of
from chalicelib.api.authorizer import SourcedAuthRequest, sourced
from chalicelib.api.cors import cors_headers
from chalicelib.api.methods import PathMethods, method_not_allowed, options, path_methods
from chalicelib.api.openapi.description import with_description
from chalicelib.api.resources import (
    annotations,
    batches,
    comparisons,
    console,
    entries,
    faces,
    index,
    jobs,
    representations,
    responsible_use,
    uploads,
    webhooks,
)
from chalicelib.api.responses import COMMON_HEADERS, error_response
from chalicelib.api.routes import Route
from chalicelib.api.views import OUR_FAULT_SENTENCE, answer, request_id_of
from chalicelib.composition.services import Services

ServicesSource = Callable[[], Services]

ROUTES: tuple[Route, ...] = with_description(
    (
        *index.ROUTES,
        *responsible_use.ROUTES,
        *jobs.ROUTES,
        *comparisons.ROUTES,
        *batches.ROUTES,
        *entries.ROUTES,
        *representations.ROUTES,
        *annotations.ROUTES,
        *faces.ROUTES,
        *uploads.ROUTES,
        *webhooks.ROUTES,
    )
)

_GATEWAY_SENTENCES = {
    400: "The request cannot be read.",
    404: "There is nothing at this URL.",
    415: "This content type is not supported here.",
    500: OUR_FAULT_SENTENCE,
}


def register_api(app: Chalice, services: ServicesSource) -> ChaliceAuthorizer:
    """Puts the whole API on `app`. `services` is called as requests come, never at import.

    Returns the authorizer, which the module `app` must hold as `authorize`: Lambda calls it by that name.
    """
    # Binary bodies reach a view undamaged only if their type is listed; `*/*` would turn JSON into base 64 as well.
    app.api.binary_types = ["multipart/form-data"]
    authorizer = _register_authorizer(app, services)
    served = (*ROUTES, *console.ROUTES)
    for route in served:
        _register_route(app, route, services, authorizer)
    for path in path_methods(served):
        _register_other_methods(app, path)

    def finish(request: Request, get_response: Callable[[Request], Response]) -> Response:
        return finish_response(request, get_response(request), _cors_origins(services))

    app.register_middleware(finish, "http")
    return authorizer


def finish_response(request: Request, response: Response, cors_origins: str) -> Response:
    """Common headers and the request id on every response, and Chalice's own errors in the envelope."""
    if isinstance(response.body, dict):  # only Chalice's own errors are not yet text
        kept = {name: str(value) for name, value in response.headers.items() if name.lower() != "content-type"}
        sentence = _GATEWAY_SENTENCES.get(response.status_code, "The request was refused.")
        response = error_response(response.status_code, sentence, kept)
    for name, value in COMMON_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-Id"] = request_id_of(request)
    vary = cast("str | None", response.headers.get("Vary"))  # ours are texts, never lists
    response.headers |= cors_headers(request.headers.get("origin"), cors_origins, vary)
    return response


def _cors_origins(services: ServicesSource) -> str:
    try:
        return services().settings.cors_origins
    except Exception:  # noqa: BLE001  # a deployment that cannot read its settings answers 500, to its own pages only
        return ""


def _register_other_methods(app: Chalice, path: PathMethods) -> None:
    def tell(**_path_ids: str) -> Response:
        return options(path)

    def refuse(**_path_ids: str) -> Response:
        return method_not_allowed(path)

    for methods, view, name in ((("OPTIONS",), tell, "options"), (path.refused, refuse, "method_not_allowed")):
        app.route(path.path, methods=list(methods), name=f"methods.{name}", content_types=["*/*"])(view)


def _register_authorizer(app: Chalice, services: ServicesSource) -> ChaliceAuthorizer:
    # Not remembered by the gateway: a user who is disabled or has a new password is known as such at once.
    def authorize(request: SourcedAuthRequest) -> AuthResponse:
        return authorization_of(services().users, request)

    return sourced(app.authorizer(ttl_seconds=0)(authorize))


def _register_route(app: Chalice, route: Route, services: ServicesSource, authorizer: ChaliceAuthorizer) -> None:
    def view(**_path_ids: str) -> Response:
        request = cast("Request", app.current_request)  # there for as long as a view runs
        return answer(route.view, request, services, is_public=route.is_public, is_secret=route.is_secret)

    app.route(
        route.path,
        methods=list(route.methods),
        name=f"{route.view.__module__.rpartition('.')[2]}.{route.view.__name__}",
        content_types=["*/*"],  # views read bodies of several types and answer 415 themselves
        authorizer=None if route.is_public else authorizer,
    )(view)
