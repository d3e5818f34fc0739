"""The notes on an entry for people: one page without scripts, fonts or pictures from anywhere."""

from collections.abc import Iterable
from html import escape
from string import Template

from chalicelib.api.html.phrases import date_of, text_of
from chalicelib.api.html.style import STYLE
from chalicelib.domain.entries import Annotation

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mien: annotations</title>
<style>$style</style>
</head>
<body>
<main>
<h1>Annotations</h1>
<p class="lead">Notes on the entry <a href="$entry"><code>$entry</code></a>, oldest first.</p>
$notes
$next
<footer>Programs get the same as JSON from this URL.</footer>
</main>
</body>
</html>
""")


def annotations_page(annotations: Iterable[Annotation], entry_url: str, next_url: str | None) -> str:
    """The page, with a link to the next one if there is one. Whatever clients wrote is shown as text, each in its own
    direction."""
    rows = "".join(
        f"<tr><th>{text_of(each.key)}</th><td>{text_of(each.value)}<br>"
        f'<span class="kind">{text_of(_origin(each))}</span></td></tr>'
        for each in annotations
    )
    notes = f"<table>{rows}</table>" if rows else "<p>There are none yet.</p>"
    following = f'<p><a href="{escape(next_url)}" rel="next">More</a></p>' if next_url else ""
    return _PAGE.substitute(style=STYLE, entry=escape(entry_url), notes=notes, next=following)


def _origin(annotation: Annotation) -> str:
    parts = [annotation.source, annotation.author, date_of(annotation.published)]
    return ", ".join(part for part in parts if part)
