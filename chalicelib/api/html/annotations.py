"""The notes on an entry for people: one page without scripts, fonts or pictures from anywhere."""

from collections.abc import Iterable
from html import escape
from string import Template

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
        f"<tr><th>{_text(each.key)}</th><td>{_text(each.value)}<br>"
        f'<span class="kind">{_text(_origin(each))}</span></td></tr>'
        for each in annotations
    )
    notes = f"<table>{rows}</table>" if rows else "<p>There are none yet.</p>"
    following = f'<p><a href="{escape(next_url)}" rel="next">More</a></p>' if next_url else ""
    return _PAGE.substitute(style=STYLE, entry=escape(entry_url), notes=notes, next=following)


def _origin(annotation: Annotation) -> str:
    made = annotation.published
    parts = [annotation.source, annotation.author, f"{made.day} {made:%B %Y}, {made:%H:%M} UTC"]
    return ", ".join(part for part in parts if part)


def _text(text: str) -> str:
    """Isolated, so that right-to-left text does not reorder the text next to it."""
    return f"<bdi>{escape(text)}</bdi>"
