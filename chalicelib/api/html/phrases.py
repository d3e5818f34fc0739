"""Parts of pages that say something about data: dates, sizes, links, and whatever clients wrote, as text."""

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


def size_of(size_bytes: int) -> str:
    """Returns a size such as `1.2 MB`, with units of 1,000."""
    if size_bytes < 1000:
        return f"{size_bytes} bytes"
    for unit in ("kB", "MB"):
        size_bytes_in_unit = size_bytes / (1000 if unit == "kB" else 1_000_000)
        if size_bytes_in_unit < 1000:
            return f"{size_bytes_in_unit:.3g} {unit}"
    return f"{size_bytes / 1_000_000_000:.3g} GB"
