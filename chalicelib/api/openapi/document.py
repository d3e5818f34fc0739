"""The description of the API in OpenAPI 3.1, made from the routes: what they say of themselves, and what follows."""

import re
import sys
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from chalicelib import __version__
from chalicelib.api.methods import path_methods
from chalicelib.api.openapi.batch_schemas import BATCH_BODIES, BATCH_SCHEMAS
from chalicelib.api.openapi.body_schemas import BODY_SCHEMAS
from chalicelib.api.openapi.face_schemas import FACE_SCHEMAS
from chalicelib.api.openapi.headers import (
    COMMON_HEADERS,
    ERROR_HEADERS,
    IDEMPOTENCY_KEY,
    IF_NONE_MATCH,
    PREFLIGHT_HEADERS,
    RESPONSE_HEADERS,
)
from chalicelib.api.openapi.result_schemas import measured_sentence, result_schemas
from chalicelib.api.openapi.schemas import SCHEMAS
from chalicelib.api.openapi.terms import ID_PATTERN, ref
from chalicelib.api.openapi.webhooks import webhooks
from chalicelib.api.responses import JSON_CONTENT_TYPE
from chalicelib.api.routes import Route
from chalicelib.domain.measurements.metrics import MetricSet

Node = dict[str, object]

ERRORS: Mapping[int, str] = {
    400: "The request cannot be read: a malformed id, a broken body.",
    401: "Credentials are missing or wrong.",
    403: "A page of another origin sent a change, and the deployment does not name its origin.",
    404: "The resource does not exist in your account.",
    405: "The path does not support this method; Allow lists the supported methods.",
    406: "No available representation matches Accept.",
    409: "The state of the resource does not allow this, or the Idempotency-Key was used for another request.",
    413: "The body is too large.",
    415: "The content type of the body is not supported.",
    422: "A value is missing or wrong.",
    429: "Too many requests or failed logins; wait for Retry-After.",
    500: "Internal server error; try again.",
    503: "A part of the service is overloaded or full; wait for Retry-After.",
    507: "The disk of the service is full.",
}

_ABOUT = (
    "A media API that measures facial expressions in recorded pictures and videos. "
    "URLs in responses are absolute: follow them instead of constructing them; store only the URL of the index."
)
# "PATCH and PUT /jobs/{job_id}: renames the job; 200." -> "renames the job"
# A tag called webhooks collides with the member of that name in generated clients.
_TAGS = {"webhooks": "notifications"}
_SUMMARY = re.compile(r"([A-Z]+(?: and [A-Z]+)*) (/\S*): (.+?)(?:; \d{3})?(?:; \d{3} [^;]+)?\.")


def openapi_document(routes: Iterable[Route], metrics: MetricSet) -> Node:
    """Returns the whole description, for a deployment that measures `metrics`.

    The caller adds `servers`, the URL of the API.
    """
    routes = tuple(routes)
    paths: dict[str, Node] = {}
    for route in routes:
        for method in route.methods:
            paths.setdefault(route.path, _path(route.path))[method.lower()] = _operation(route, method)
    for path in path_methods(routes):
        paths[path.path]["options"] = _options(path.path)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Mien", "version": __version__, "description": f"{_ABOUT} {measured_sentence(metrics)}"},
        "security": [{"basic": []}],
        "tags": _tags(routes),
        "paths": paths,
        "webhooks": webhooks(),
        "components": {
            "securitySchemes": {"basic": {"type": "http", "scheme": "basic"}},
            "schemas": {
                **SCHEMAS,
                **BATCH_SCHEMAS,
                **FACE_SCHEMAS,
                **BODY_SCHEMAS,
                **BATCH_BODIES,
                **result_schemas(metrics),
            },
            "headers": dict(RESPONSE_HEADERS),
            "parameters": {"IdempotencyKey": IDEMPOTENCY_KEY, "IfNoneMatch": IF_NONE_MATCH},
            "responses": {f"Error{status}": _error(status) for status in ERRORS},
        },
    }


def summary_of(route: Route) -> str:
    """Returns the summary of a route, from the first paragraph of its view's docstring. Raises ValueError if there is
    none.

    A docstring names its methods and path, as in "GET /jobs/{job_id}: the job as it is now."
    """
    found = _SUMMARY.fullmatch(_paragraphs(route)[0])
    if found is None or found[2] != route.path or not set(found[1].split(" and ")) <= set(route.methods):
        raise ValueError(f"the docstring of {route.view.__name__} does not begin with 'METHOD {route.path}: '")
    return found[3][0].upper() + found[3][1:] + "."


def errors_of(route: Route, method: str) -> list[int]:
    """The statuses of all errors that may come: the route's own, and those of what it has in common with others."""
    statuses = {400, 500, *route.errors}
    if "{" in route.path:
        statuses.add(404)
    if route.queries:
        statuses.add(422)
    if route.bodies or _knows_keys(route, method):
        statuses |= {413, 422}
    if route.bodies:
        statuses |= {415, 507}
    if not route.is_public:
        statuses |= {401, 429, 503}
        if method not in ("GET", "HEAD"):
            statuses |= {403, 409}
    return sorted(statuses)


def _operation(route: Route, method: str) -> Node:
    is_first = method == route.methods[0]
    name = route.view.__name__
    description = "\n\n".join(_paragraphs(route)[1:])
    operation: Node = {
        "operationId": name if is_first else f"{name}_{method.lower()}",
        "tags": [_tag(route)],
        "summary": summary_of(route),
        **({"description": description} if description else {}),
        "parameters": _parameters(route, method),
        "responses": _responses(route, method),
    }
    if route.bodies:
        operation["requestBody"] = {
            "required": not route.is_body_optional,
            "content": {body.content_type: {"schema": ref(body.schema)} for body in route.bodies},
        }
    if route.is_public:
        operation["security"] = []
    return operation


def _path(path: str) -> Node:
    return {
        "parameters": [
            {
                "name": name,
                "in": "path",
                "required": True,
                "description": f"The last segment of the {name.removesuffix('_id')}'s URL.",
                "schema": {"type": "string", "pattern": ID_PATTERN},
                "example": "01kg9p5xn2d7q4s8v0w3y6z1ab",
            }
            for name in re.findall(r"\{(\w+)\}", path)
        ]
    }


def _parameters(route: Route, method: str) -> list[Node]:
    parameters: list[Node] = [
        {
            "name": query.name,
            "in": "query",
            "required": query.is_required,
            "description": query.meaning,
            "schema": dict(query.schema),
        }
        for query in route.queries
    ]
    if _knows_keys(route, method):
        parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
    if route.is_conditional:
        parameters.append({"$ref": "#/components/parameters/IfNoneMatch"})
    return parameters


def _responses(route: Route, method: str) -> Node:
    answer = route.answer
    headers = [*COMMON_HEADERS, *answer.headers]
    if answer.status in (201, 302):
        headers.append("Location")
    if route.is_conditional:
        headers.append("ETag")
    if _knows_keys(route, method):
        headers.append("Idempotency-Replayed")
    success: Node = {"description": HTTPStatus(answer.status).phrase, "headers": _headers(headers)}
    if method != "HEAD":
        content = _content(route)
        success |= {"content": content} if content else {}
    responses: Node = {str(answer.status): success}
    if route.is_conditional:
        responses["304"] = {"description": "Not modified since the given ETag.", "headers": _headers(headers)}
    for status in errors_of(route, method):
        # An answer to HEAD has the headers of the error and nothing of its body.
        responses[str(status)] = (
            _error(status, has_body=False) if method == "HEAD" else {"$ref": f"#/components/responses/Error{status}"}
        )
    return responses


def _options(path: str) -> Node:
    return {
        "operationId": "options" + re.sub(r"\W+", "_", path),
        "tags": ["options"],
        "summary": "Lists the methods of the path; also answers CORS preflight requests.",
        "security": [],
        "responses": {"204": {"description": "No Content", "headers": _headers([*COMMON_HEADERS, *PREFLIGHT_HEADERS])}},
    }


def _content(route: Route) -> Node:
    content: Node = {}
    if route.answer.schema is not None:
        schema = ref(route.answer.schema)
        content[JSON_CONTENT_TYPE] = {"schema": {"type": "array", "items": schema} if route.answer.is_list else schema}
    for page in route.pages:
        content[page] = {"schema": {"type": "string"}}
    return content


def _error(status: int, *, has_body: bool = True) -> Node:
    node: Node = {"description": ERRORS[status], "headers": _headers([*COMMON_HEADERS, *ERROR_HEADERS.get(status, ())])}
    return {**node, "content": {JSON_CONTENT_TYPE: {"schema": ref("Error")}}} if has_body else node


def _headers(names: Iterable[str]) -> Node:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _knows_keys(route: Route, method: str) -> bool:
    return method == "POST" and not route.is_public


def _tags(routes: Iterable[Route]) -> list[Node]:
    modules = {_tag(route): sys.modules[route.view.__module__].__doc__ or "" for route in routes}
    tags: list[Node] = [{"name": name, "description": " ".join(doc.split())} for name, doc in modules.items()]
    return [*tags, {"name": "options", "description": "OPTIONS on every path; no credentials needed."}]


def _tag(route: Route) -> str:
    module = route.view.__module__.rpartition(".")[2]
    return _TAGS.get(module, module)


def _paragraphs(route: Route) -> list[str]:
    return [" ".join(text.split()) for text in re.split(r"\n\s*\n", route.view.__doc__ or "")]
