"""`/responsible-use`: what the numbers do not mean, and what the law requires of operators."""

from functools import cache
from pathlib import Path

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.html.style import page_response, page_template
from chalicelib.api.routes import READ, Answer, Route

# Made from docs/responsible-use.md by `make pages`; a test holds the two against each other.
CONTENT = Path(__file__).parents[1] / "html" / "responsible_use.html"

_PAGE = page_template("Mien: responsible use", "$content")


@cache
def _page() -> str:
    return _PAGE.substitute(content=CONTENT.read_text(encoding="utf-8"))


def get_responsible_use(_call: Call) -> Response:
    """GET /responsible-use: what the numbers do not mean, and what the law requires of operators."""
    return page_response(_page())


ROUTES = (
    Route(
        READ,
        "/responsible-use",
        get_responsible_use,
        Answer(headers=("Content-Security-Policy",)),
        pages=("text/html",),
        is_public=True,
    ),
)
