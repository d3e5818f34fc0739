"""For how long jobs and entries are kept."""

from chalicelib.errors import Invalid

MAX_KEPT_S = 100 * 365 * 24 * 3600


def check_kept_s(seconds: int, name: str) -> int:
    """A time to be kept that can be, from a second to a hundred years. Raises `Invalid`, which calls it `name`."""
    if not 1 <= seconds <= MAX_KEPT_S:
        raise Invalid(f"The {name} must be a number of seconds from 1 to {MAX_KEPT_S:,}.")
    return seconds
