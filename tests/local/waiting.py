"""Waiting for what happens in another process."""

import time
from collections.abc import Callable
from pathlib import Path

PATIENCE_S = 120.0


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Returns once `condition` holds. Raises AssertionError after `PATIENCE_S`: much, for machines that are busy."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {PATIENCE_S} seconds"
        time.sleep(0.05)


def is_running(process_id: int) -> bool:
    """Returns True if the process exists and has not ended; one that only waits to be collected has ended."""
    try:
        status = Path(f"/proc/{process_id}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] not in ("Z", "X")
