"""Pages that end before a Lambda could not answer with them."""

import json
from collections.abc import Sequence

import pytest

from chalicelib.api.pages import MAX_PAGE_BYTES, full_page
from chalicelib.services.ports import Page


def _read_all(items: Sequence[str], limit: int) -> list[list[object]]:
    """Every page of a list whose cursors are positions."""
    pages: list[list[object]] = []
    cursor: str | None = "0"
    while cursor is not None:
        begin = int(cursor)

        def list_page(most: int, begin: int = begin) -> Page[str]:
            end = begin + most
            return Page(tuple(items[begin:end]), str(end) if end < len(items) else None)

        documents, cursor = full_page(list_page, list, limit)
        pages.append(list(documents))
    return pages


@pytest.mark.parametrize("size_bytes", [10, 7_600, 100_000, MAX_PAGE_BYTES - 10, MAX_PAGE_BYTES + 10])
def test_pages_end_before_four_megabytes_and_nothing_is_left_out(size_bytes: int) -> None:
    number = max(3, min(1000, 12_000_000 // size_bytes))
    items = [f"{index:06}" + "x" * size_bytes for index in range(number)]
    pages = _read_all(items, 1000)
    assert [item for page in pages for item in page] == items
    for page in pages:
        assert len(json.dumps(page, separators=(",", ":"))) <= MAX_PAGE_BYTES + 2 or len(page) == 1


def test_an_empty_list_is_one_page() -> None:
    assert _read_all([], 5) == [[]]
