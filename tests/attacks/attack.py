"""The size of attacks, and what must hold after each."""

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from chalicelib.local.stack import Stack

IS_FULL = bool(os.environ.get("MIEN_ATTACK"))
MOST_WORKER_BYTES = 1_500_000_000
_LOOK_S = 0.2


def sized(full: int, small: int) -> int:
    """Returns how many there are: `full` with `make attack`, `small` otherwise."""
    return full if IS_FULL else small


class Watch:
    """Looks at the memory of a stack's workers until the block ends."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self.most_bytes = 0
        self._ended = Event()

    @contextmanager
    def running(self) -> Iterator["Watch"]:
        thread = Thread(target=self._look, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_S):
            for process_id in (*self._stack.worker_process_ids, *self._stack.segment_process_ids):
                self.most_bytes = max(self.most_bytes, _peak_bytes(process_id))


def _peak_bytes(process_id: int) -> int:
    try:
        status = Path(f"/proc/{process_id}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found.group(1)) * 1024 if found else 0


def tracebacks(log: Path) -> int:
    """Returns how many tracebacks a log has."""
    return log.read_text(errors="replace").count("Traceback (most recent call last)")


def report(words: str) -> None:
    """Prints the figures of an attack (shown with `-s`)."""
    sys.stdout.write(f"\n{time.strftime('%H:%M:%S')} {words}\n")
