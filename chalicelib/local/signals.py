"""The signals that end a process: Ctrl-C (SIGINT), SIGTERM and SIGHUP. Ignored signals (`nohup`) stay ignored."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_Handler = Callable[[int, FrameType | None], None]


@contextmanager
def endings_at_once() -> Iterator[None]:
    """Inside the block, which the main thread enters, all three end the process with one line and the status that a
    shell gives them, 128 + number.

    For the time in which modules are loaded and nothing is running yet: an exception in the middle of a compiled
    module becomes an ImportError.
    """
    with _handled(_end_at_once, signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        yield


@contextmanager
def endings_as_exceptions() -> Iterator[None]:
    """Inside the block, which the main thread enters, SIGINT raises KeyboardInterrupt, SIGTERM and SIGHUP raise
    SystemExit with 128 + number: so every block within ends as it does after any other exception."""
    with _handled(signal.default_int_handler, signal.SIGINT), _handled(_end, signal.SIGTERM, signal.SIGHUP):
        yield


@contextmanager
def _handled(handler: _Handler, *numbers: signal.Signals) -> Iterator[None]:
    minded = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in minded}
    try:
        yield
    finally:
        for number, old_handler in before.items():
            signal.signal(number, old_handler)


def _end(number: int, _frame: FrameType | None) -> None:
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.SIG_IGN)  # the way out is taken once
    raise SystemExit(128 + number)


def _end_at_once(number: int, _frame: FrameType | None) -> None:
    os.write(2, b"Stopped.\n")
    os._exit(128 + number)
