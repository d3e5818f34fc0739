"""Patience while the API does not answer: waits for some minutes, and says so once."""

import time
from collections.abc import Callable
from typing import TypeVar

from mien.cli.job_display import JobDisplay
from mien.client.http_session import ApiError

T = TypeVar("T")

PATIENCE_S = 300.0
_PAUSE_S = 3.0
_SILENT = frozenset({0, 502, 503, 504})


def patiently(action: Callable[[], T], display: JobDisplay, *, patience_s: float = PATIENCE_S) -> T:
    """Returns what `action` returns, and repeats it while the API does not answer. Raises its `ApiError` in the end."""
    give_up = time.monotonic() + patience_s
    is_told = False
    while True:
        try:
            return action()
        except ApiError as error:
            if error.status not in _SILENT or time.monotonic() > give_up:
                raise
            if not is_told:
                display.complain(f"{error} Trying again for {patience_s / 60:.0f} minutes.")
                is_told = True
            time.sleep(_PAUSE_S)
