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

PAGE_QUERIES = (
    Query("limit", "The page size.", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": MAX_PAGE}),
    Query("cursor", "The start of the page, taken from the Link header of the previous page.", {"type": "string"}),
)


def parse_limit(text: str | None) -> int:
    """Returns the page size; the maximum if the client gives none. Raises `Invalid`."""
    if text is None:
        return MAX_PAGE
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MAX_PAGE):
        raise Invalid(f"The limit must be a number from 1 to {MAX_PAGE}.")
    return int(text)


def full_page(
    list_page: Callable[[int], Page[T]], documents_of: Callable[[Sequence[T]], Sequence[object]], limit: int
) -> tuple[Sequence[object], str | None]:
    """Returns the documents of a page and the cursor behind it. The page ends early, after one item at least, before it
    would be larger than a Lambda may answer with (6 MB, in which JSON is quoted once more)."""
    while True:
        page = list_page(limit)
        documents = documents_of(page.items)
        sizes = accumulate(len(json.dumps(document, separators=(",", ":"))) + 1 for document in documents)
        fitting = sum(1 for size in sizes if size <= MAX_PAGE_BYTES)
        if fitting == len(documents) or len(documents) == 1:
            return documents, page.cursor
        limit = max(1, fitting)


def next_link(
    url: Callable[[Mapping[str, str]], str], filters: Mapping[str, str], limit: int, cursor: str | None
) -> dict[str, str]:
    """Returns the Link header to the next page of the list at `url`; nothing for the last page."""
    if cursor is None:
        return {}
    return {"Link": f'<{url({**filters, "limit": str(limit), "cursor": cursor})}>; rel="next"'}
