"""Measures how much memory Python's own objects take."""

import tracemalloc
from collections.abc import Callable
from typing import Final

_RUNS: Final = 3


def peak_bytes(work: Callable[[], object]) -> int:
    """Returns the most bytes that Python held while `work` ran, and does not count what was there before.

    The least of some runs: threads that earlier tests left, and caches that a first run fills, only ever add.
    """
    return min(_peak_bytes(work) for _ in range(_RUNS))


def _peak_bytes(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
