"""Makes the page behind `/responsible-use` from `docs/responsible-use.md`: `python -m infra.pages.responsible_use`.

The light Lambdas carry no Markdown library, and no documents; so the page is made beforehand and committed.
"""

import re
from pathlib import Path

from markdown_it import MarkdownIt

from chalicelib.api.resources.responsible_use import CONTENT

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "responsible-use.md"


def render(document: str) -> str:
    """The body of the page. Headings get ids as in the links of the document; boxes of checklists become signs, since
    the page has no form; comments are left out, and other HTML in the document is shown as text."""
    document = re.sub(r"<!-- .*? -->", "", document)
    # The library comes with rich.
    html: str = MarkdownIt("commonmark", {"html": False}).enable("table").render(document)
    html = re.sub(r"<h2>(.*?)</h2>", lambda found: f'<h2 id="{_slug(found[1])}">{found[1]}</h2>', html)
    html = html.replace("<li>[ ] ", "<li>\N{BALLOT BOX} ")
    return html.replace("<table>", '<table class="small">').strip() + "\n"


def _slug(heading: str) -> str:
    """As code forges make it from a heading."""
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")


def main() -> None:
    """Entry point."""
    CONTENT.write_text(render(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"Written: {CONTENT}")


if __name__ == "__main__":
    main()
