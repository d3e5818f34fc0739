"""Something that is done once in so many seconds, however often it is asked for."""

import time
from collections.abc import Callable


def every(
    seconds: float,
    action: Callable[[], object],
    *,
    at_once: bool = False,
    monotonic: Callable[[], float] = time.monotonic,
) -> Callable[[], None]:
    """Returns what calls `action` if that was `seconds` ago, and does nothing else. The first time counts from now, or
    comes with the first call if it is to be done `at_once`."""
    last_s = float("-inf") if at_once else monotonic()

    def if_due() -> None:
        nonlocal last_s
        if monotonic() - last_s >= seconds:
            action()
            last_s = monotonic()

    return if_due
