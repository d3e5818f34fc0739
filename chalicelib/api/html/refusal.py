"""Something that is not there, for people: what is wrong, and a way on."""

from chalicelib.api.html.phrases import link, text_of
from chalicelib.api.html.style import page_template
from chalicelib.api.urls import Urls

_PAGE = page_template(
    "Mien: not found",
    """<h1>Not found</h1>
<p class="lead">$sentence</p>
<p>$console · $index</p>""",
)


def refusal_page(sentence: str, urls: Urls) -> str:
    """The page for something that is not there, with links to the console and the index."""
    return _PAGE.substitute(
        sentence=text_of(sentence),
        console=link(urls.console(), "Open the console"),
        index=link(urls.index(), "Start page"),
    )
