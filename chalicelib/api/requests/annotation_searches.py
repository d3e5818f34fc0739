"""Searches by annotation: of entries and of jobs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.pages import full_page, next_link, page_queries, parse_limit
from chalicelib.api.responses import json_response
from chalicelib.api.routes import Query
from chalicelib.domain.accounts import Caller
from chalicelib.domain.entries import ANNOTATION_TEXTS, AnnotationSearch
from chalicelib.services.ports import Page

Found = TypeVar("Found")

SEARCH_QUERIES = (
    Query("key", "The key of the annotation.", {"type": "string", "minLength": 1}, is_required=True),
    Query("value", "Its value.", {"type": "string"}),
    Query("source", "Its source.", {"type": "string"}),
    *page_queries(),
)


class Search(Protocol[Found]):
    """A service's search."""

    def __call__(self, caller: Caller, wanted: AnnotationSearch, *, limit: int, cursor: str | None) -> Page[Found]: ...


def found_page(
    call: Call,
    search: Search[Found],
    documents_of: Callable[[Sequence[Found]], Sequence[object]],
    url: Callable[[Mapping[str, str]], str],
) -> Response:
    """Returns the page of what `search` finds for the query. Raises `Invalid` for a limit that is none."""
    filters = {name: text for name in ANNOTATION_TEXTS if (text := call.query(name)) is not None}
    wanted = AnnotationSearch(filters.get("key", ""), filters.get("value"), filters.get("source"))
    limit, cursor = parse_limit(call.query("limit")), call.query("cursor")

    def list_page(most: int) -> Page[Found]:
        return search(call.caller, wanted, limit=most, cursor=cursor)

    documents, rest = full_page(
        lambda most: search(call.caller, wanted, limit=most, cursor=cursor), documents_of, limit
    )
    return json_response(documents, headers=next_link(url, filters, limit, rest))
