"""Parts of pages that say something about data: dates, links, and whatever clients wrote, as text."""

from datetime import datetime
from html import escape


def text_of(text: str) -> str:
    """Returns a client's text as HTML. Isolated, so that right-to-left text does not reorder the text next to it."""
    return f"<bdi>{escape(text)}</bdi>"


def link(url: str, words: str) -> str:
    """Returns a link; both arguments are text."""
    return f'<a href="{escape(url)}">{text_of(words)}</a>'


def date_of(time: datetime) -> str:
    """Returns a UTC time such as `3 May 2026, 14:05 UTC`."""
    return f"{time.day} {time:%B %Y}, {time:%H:%M} UTC"
