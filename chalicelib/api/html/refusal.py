"""Something that is not there, for people: what is wrong, and a way on."""

from string import Template

from chalicelib.api.html.phrases import link, text_of
from chalicelib.api.html.style import STYLE
from chalicelib.api.urls import Urls

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mien: not found</title>
<style>$style</style>
</head>
<body>
<main>
<h1>Not found</h1>
<p class="lead">$sentence</p>
<p>$console · $index</p>
</main>
</body>
</html>
""")


def refusal_page(sentence: str, urls: Urls) -> str:
    """The page for something that is not there, with links to the console and the index."""
    return _PAGE.substitute(
        style=STYLE,
        sentence=text_of(sentence),
        console=link(urls.console(), "Open the console"),
        index=link(urls.index(), "Start page"),
    )
