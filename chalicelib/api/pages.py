"""Pagination: page size and link to the next page."""

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import TypeVar

from chalicelib.api.routes import Query
from chalicelib.errors import Invalid
from chalicelib.services.ports import Page

MAX_PAGE = 1000
MAX_PAGE_BYTES = 4_000_000

T = TypeVar("T")


def page_queries(most: int = MAX_PAGE) -> tuple[Query, Query]:
    """The queries of a list whose pages have at most `most` items."""
    size = {"type": "integer", "minimum": 1, "maximum": most, "default": most}
    cursor = "The start of the page, taken from the Link header of the previous page."
    return Query("limit", "The page size.", size), Query("cursor", cursor, {"type": "string"})


def parse_limit(text: str | None, most: int = MAX_PAGE) -> int:
    """Returns the page size; the maximum if the client gives none. Raises `Invalid`."""
    if text is None:
        return most
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most):
        raise Invalid(f"The limit must be a number from 1 to {most}.")
    return int(text)


def full_page(
    list_page: Callable[[int], Page[T]], documents_of: Callable[[Sequence[T]], Sequence[object]], limit: int
) -> tuple[Sequence[object], str | None]:
    """Returns the documents of a page and the cursor behind it. The page ends early, after one item at least, before it
    would be larger than a Lambda may answer with (6 MB, in which the JSON is quoted once more, as it is counted here).
    """
    while True:
        page = list_page(limit)
        documents = documents_of(page.items)
        sizes = accumulate(_size_in_an_answer(document) for document in documents)
        fitting = sum(1 for size in sizes if size <= MAX_PAGE_BYTES)
        if fitting == len(documents) or len(documents) == 1:
            return documents, page.cursor
        limit = max(1, fitting)


def _size_in_an_answer(document: object) -> int:
    return len(json.dumps(json.dumps(document, separators=(",", ":"))))


def next_link(
    url: Callable[[Mapping[str, str]], str], filters: Mapping[str, str], limit: int, cursor: str | None
) -> dict[str, str]:
    """Returns the Link header to the next page of the list at `url`; nothing for the last page."""
    if cursor is None:
        return {}
    return {"Link": f'<{url({**filters, "limit": str(limit), "cursor": cursor})}>; rel="next"'}
