"""Pagination: page size and link to the next page."""

from collections.abc import Callable, Mapping

from chalicelib.api.routes import Query
from chalicelib.errors import Invalid

MAX_PAGE = 1000

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


def next_link(
    url: Callable[[Mapping[str, str]], str], filters: Mapping[str, str], limit: int, cursor: str | None
) -> dict[str, str]:
    """Returns the Link header to the next page of the list at `url`; nothing for the last page."""
    if cursor is None:
        return {}
    return {"Link": f'<{url({**filters, "limit": str(limit), "cursor": cursor})}>; rel="next"'}
