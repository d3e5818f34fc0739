"""Responses of every path besides its routes: OPTIONS, and 405 for unsupported methods.

They are registered one by one, because API Gateway answers an unregistered method itself, as an unknown URL. None of
them needs credentials: a browser's preflight request has none, and the supported methods are public.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chalice.app import Response

from chalicelib.api.cors import preflight_headers
from chalicelib.api.responses import error_response, no_content
from chalicelib.api.routes import Route

_ALL = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_OPTIONS = "OPTIONS"


@dataclass(frozen=True, slots=True)
class PathMethods:
    """The methods that a path supports (`allowed`, including OPTIONS) and those that it refuses."""

    path: str
    allowed: tuple[str, ...]
    refused: tuple[str, ...]


def path_methods(routes: Iterable[Route]) -> Iterator[PathMethods]:
    """Every path of `routes` once."""
    taken: dict[str, set[str]] = {}
    for route in routes:
        taken.setdefault(route.path, set()).update(route.methods)
    for path, methods in taken.items():
        allowed = (*(method for method in _ALL if method in methods), _OPTIONS)
        yield PathMethods(path, allowed, tuple(method for method in _ALL if method not in methods))


def options(path: PathMethods) -> Response:
    """204: what the path takes, for people and for browsers."""
    response = no_content()
    response.headers |= {"Allow": ", ".join(path.allowed), **preflight_headers(path.allowed)}
    return response


def method_not_allowed(path: PathMethods) -> Response:
    """405 with the methods that the path takes."""
    sentence = "This method is not allowed here; the Allow header lists the allowed methods."
    return error_response(405, sentence, {"Allow": ", ".join(path.allowed)})
