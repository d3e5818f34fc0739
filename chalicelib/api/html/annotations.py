"""The notes on an entry for people: one page without scripts, fonts or pictures from anywhere."""

from collections.abc import Iterable
from html import escape

from chalicelib.api.html.phrases import date_of, text_of
from chalicelib.api.html.style import page_template
from chalicelib.domain.entries import Annotation

_PAGE = page_template(
    "Mien: annotations",
    """<h1>Annotations</h1>
<p class="lead">Notes on the entry <a href="$entry"><code>$entry</code></a>, oldest first.</p>
$notes
$next
<footer>Programs get the same as JSON from this URL.</footer>""",
)


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
    return _PAGE.substitute(entry=escape(entry_url), notes=notes, next=following)


def _origin(annotation: Annotation) -> str:
    parts = [annotation.source, annotation.author, date_of(annotation.published)]
    return ", ".join(part for part in parts if part)
