"""Calls a function repeatedly in a thread of its own."""

import logging
from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType
from typing import Self

_RETRY_S = 1.0

_log = logging.getLogger(__name__)


class Repetition:
    """Calls `step` in a thread, with a pause after each call, until the block ends. What it raises is logged."""

    def __init__(self, name: str, step: Callable[[], object], *, pause_s: float) -> None:
        self._step = step
        self._pause_s = pause_s
        self._ended = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.end()
        self._thread.join()

    def end(self) -> None:
        """Stops further calls; the end of the block waits for the current one. With several repetitions, call `end` on
        all of them first."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.is_set():
            pause_s = self._pause_s
            try:
                self._step()
            except Exception:  # noqa: BLE001  # the boundary of the thread: the next round may go well
                _log.exception("%s failed and will be tried again", self._thread.name)
                pause_s = max(pause_s, _RETRY_S)
            self._ended.wait(pause_s)
