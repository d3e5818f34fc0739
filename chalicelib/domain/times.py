"""Time as text: RFC 3339 in UTC with milliseconds and `Z`. The text sorts as the time does."""

from datetime import UTC, datetime


def format_time(moment: datetime) -> str:
    """`2026-01-31T09:30:00.250Z`. Raises ValueError for a datetime without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("a time without a time zone has no meaning here")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """The inverse of `format_time`. Raises ValueError for other texts."""
    if not text.endswith("Z"):
        raise ValueError(f"{text!r} is no time in UTC")
    moment = datetime.fromisoformat(text)
    if format_time(moment) != text:  # a date alone, other digits: fromisoformat reads more than this format
        raise ValueError(f"{text!r} is not written as YYYY-MM-DDThh:mm:ss.sssZ")
    return moment
