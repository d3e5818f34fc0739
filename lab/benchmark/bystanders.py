"""Measures how much of the machine other work takes."""

import time
from pathlib import Path

_STAT = Path("/proc/stat")
_IDLE_FIELDS = (3, 4)  # idle, and waiting for a disk


def busy_share(seconds: float = 1.0) -> float | None:
    """The share of all cores, 0..1, that was busy while this process slept; None if the system does not say."""
    if not _STAT.is_file():
        return None
    before = _ticks(_STAT.read_text(encoding="ascii"))
    time.sleep(seconds)
    return busy_between(before, _ticks(_STAT.read_text(encoding="ascii")))


def busy_between(before: tuple[int, int], after: tuple[int, int]) -> float:
    """From (all, idle) ticks at two moments."""
    passed = after[0] - before[0]
    return 1 - (after[1] - before[1]) / passed if passed else 0.0


def _ticks(stat: str) -> tuple[int, int]:
    fields = [int(text) for text in stat.splitlines()[0].split()[1:9]]
    return sum(fields), sum(fields[place] for place in _IDLE_FIELDS)
