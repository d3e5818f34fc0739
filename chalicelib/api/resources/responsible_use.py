"""`/responsible-use`: what the numbers do not mean, and what the law requires of operators."""

from functools import cache
from pathlib import Path
from string import Template

from chalice.app import Response

from chalicelib.api.call import Call
from chalicelib.api.html.style import STYLE, page_response
from chalicelib.api.routes import READ, Answer, Route

# Made from docs/responsible-use.md by `make pages`; a test holds the two against each other.
CONTENT = Path(__file__).parents[1] / "html" / "responsible_use.html"

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mien: responsible use</title>
<style>$style</style>
</head>
<body>
<main>
$content
</main>
</body>
</html>
""")


@cache
def _page() -> str:
    return _PAGE.substitute(style=STYLE, content=CONTENT.read_text(encoding="utf-8"))


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
