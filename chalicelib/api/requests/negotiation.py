"""Which of several content types a client prefers, by the rules of RFC 9110, section 12.5.1."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


@dataclass(frozen=True, slots=True)
class _MediaRange:
    """One element of an Accept header: `text/html`, `text/*` or `*/*`, and how much it is wanted, 0 to 1."""

    text: str
    quality: float

    def specificity(self, content_type: str) -> int:
        """Returns how specifically this range matches `content_type`: 3 exactly, 2 by its type, 1 by a wildcard, 0 not
        at all."""
        if self.text == content_type:
            return 3
        if self.text == content_type.partition("/")[0] + "/*":
            return 2
        return 1 if self.text == "*/*" else 0


def preferred_content_type(accept: str | None, offered: Sequence[str]) -> str | None:
    """Returns the content type of `offered` that `accept` prefers; the first of equals, None if it accepts none.

    Without an Accept header, anything is accepted. Invalid elements are ignored.
    """
    ranges = [parsed for text in (accept or "").split(",") if (parsed := _parse_range(text)) is not None]
    if not ranges:
        return None if accept and accept.strip() else offered[0]
    qualities = {content_type: _quality(content_type, ranges) for content_type in offered}
    best = max(offered, key=lambda content_type: qualities[content_type])
    return best if qualities[best] > 0 else None


def prefers_page(accept: str | None) -> bool:
    """Returns True if a page is preferred to JSON, as browsers ask."""
    return preferred_content_type(accept, ("application/json", "text/html")) == "text/html"


def _quality(content_type: str, ranges: Sequence[_MediaRange]) -> float:
    most_exact = max(ranges, key=lambda media_range: media_range.specificity(content_type))
    return most_exact.quality if most_exact.specificity(content_type) else 0.0


def _parse_range(text: str) -> _MediaRange | None:
    name, *parameters = (part.strip().lower() for part in text.split(";"))
    if "/" not in name:
        return None
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            value = value.strip()
            return _MediaRange(name, float(value)) if _QUALITY.fullmatch(value) else None
    return _MediaRange(name, 1.0)
