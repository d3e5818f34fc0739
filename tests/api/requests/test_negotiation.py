"""Accept headers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.api.requests.negotiation import preferred_content_type

_OFFERED = ("application/json", "text/html")


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("TEXT/HTML", "text/html"),
        ("text/html;level=1", "text/html"),
        ("text/html;q=0.5, application/json;q=0.4", "text/html"),
        ("text/html ; Q=0.4 , application/json ; q=0.5", "application/json"),
        ("application/json;q=0, */*", "text/html"),
        ("text/*;q=0.9, text/html;q=0.1, application/*;q=0.5", "application/json"),
        ("text/html;q=2, application/json;q=0.1", "application/json"),
        ("text/html;q=x, image/png", None),
        ("application/*;q=0.000", None),
        (",", None),
    ],
)
def test_the_client_gets_what_it_wants_most(accept: str | None, wanted: str | None) -> None:
    assert preferred_content_type(accept, _OFFERED) == wanted


@given(st.text(max_size=80))
def test_any_header_has_an_answer(accept: str) -> None:
    assert preferred_content_type(accept, _OFFERED) in (*_OFFERED, None)
