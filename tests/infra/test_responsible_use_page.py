"""The committed page on responsible use is the document's."""

import re

from chalicelib.api.resources.responsible_use import CONTENT
from infra.pages.responsible_use import DOCUMENT, render


def test_the_page_is_made_from_the_document_as_it_is() -> None:
    assert CONTENT.read_text(encoding="utf-8") == render(DOCUMENT.read_text(encoding="utf-8")), "run `make pages`"


def test_links_lead_somewhere_and_every_source_is_cited() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    body, _, sources = document.partition("## Sources")
    numbers = {int(number) for number in re.findall(r"^(\d+)\. ", sources, re.MULTILINE)}
    assert numbers == {int(number) for number in re.findall(r"\[(\d+)\]", body)}
    html = render(document)
    anchors = set(re.findall(r'href="#([^"]+)"', html))
    assert anchors
    assert anchors <= set(re.findall(r'id="([^"]+)"', html))
    others = [url for url in re.findall(r'href="([^"#][^"]*)"', html) if not url.startswith("https://")]
    assert others == []


def test_boxes_become_signs_and_html_becomes_text() -> None:
    html = render("# A\n\n- [ ] one <b> 3<!-- figures.a --> points\n")
    assert "3 points" in html
    assert "\N{BALLOT BOX} one &lt;b&gt;" in html
