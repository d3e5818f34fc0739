"""Routes and their description. The modules of views list their routes; `application` registers them, `openapi`
describes them.

A route says only what is its own. What follows from its shape (errors of ids and bodies, `Idempotency-Key` on a POST,
`Location` on a 201 ...) `openapi` adds by itself, so that no route can forget it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.api.views import View

READ = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful response. `schema` is a name in `schemas`, None if there is no body; `is_list` means an array of it.
    `headers` are names in `openapi.headers`."""

    status: int = 200
    schema: str | None = None
    is_list: bool = False
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """A body that the route takes. `schema` is a name in `body_schemas`."""

    content_type: str
    schema: str


@dataclass(frozen=True, slots=True)
class Query:
    """A parameter of the query. `schema` is its JSON Schema; for what it does not allow the answer is 422."""

    name: str
    meaning: str
    schema: Mapping[str, object]
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """Methods on a path, answered by a view, whose docstring says what it does. Path parameters are `<noun>_id`.

    The bodies begin with forms, if there are any: openapi-generator writes no models for those that come later.

    `pages` are content types besides JSON in which people get the answer; `is_conditional` routes know ETags; the
    answers of `is_secret` ones are not kept under an idempotency key.
    """

    methods: tuple[str, ...]
    path: str
    view: View
    answer: Answer
    bodies: tuple[Body, ...] = ()
    queries: tuple[Query, ...] = ()
    errors: tuple[int, ...] = ()
    pages: tuple[str, ...] = ()
    is_public: bool = False
    is_conditional: bool = False
    is_body_optional: bool = False
    is_secret: bool = False
