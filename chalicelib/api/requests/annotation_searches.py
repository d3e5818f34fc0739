"""Searches by annotation, as queries ask for them: of entries and of jobs."""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.api.call import Call
from chalicelib.api.pages import page_queries, parse_limit
from chalicelib.api.routes import Query

SEARCH_QUERIES = (
    Query("key", "The key of the annotation.", {"type": "string", "minLength": 1}, is_required=True),
    Query("value", "Its value.", {"type": "string"}),
    Query("source", "Its source.", {"type": "string"}),
    *page_queries(),
)


@dataclass(frozen=True, slots=True)
class AnnotationSearch:
    """`filters` are the texts of the query; one that is missing stands for any text."""

    filters: Mapping[str, str]
    limit: int
    cursor: str | None

    @property
    def texts(self) -> Mapping[str, str | None]:
        """The key, value and source to search for."""
        return {name: self.filters.get(name) for name in ("key", "value", "source")}


def annotation_search(call: Call) -> AnnotationSearch:
    """Returns what the query asks for. Raises `Invalid` for a limit that is none."""
    filters = {name: text for name in ("key", "value", "source") if (text := call.query(name)) is not None}
    return AnnotationSearch(filters, parse_limit(call.query("limit")), call.query("cursor"))
